"""What was heard in several calls at once: for lists that show lines, and must know the rest of a call to cover personal data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from auditor.models import Call, Utterance
from auditor.store.codec import decode
from auditor.store.queries import Store


def heard(store: Store, call_ids: Collection[str]) -> dict[str, Call]:
    """The calls of these ids that are in scope, with their lines but without words and acoustics."""
    where, values = store.where()
    values["wanted"] = list(call_ids)
    sql = f"""SELECT c.call_id, c.transcript, d.call FROM calls c JOIN documents d USING (result)
              WHERE c.call_id IN (SELECT unnest($wanted::VARCHAR[])) AND {where}"""
    found = store.ask(sql, values)
    lines: dict[int, list[Utterance]] = {row["transcript"]: [] for row in found}
    sql = """SELECT transcript, speaker, start, "end", text, quarantined, channel FROM utterances
             WHERE transcript IN (SELECT unnest($transcripts::BIGINT[])) ORDER BY transcript, "index" """
    for row in store.ask(sql, {"transcripts": list(lines)}):
        lines[row.pop("transcript")].append(Utterance(**{**row, "quarantined": tuple(row["quarantined"])}))
    return {
        row["call_id"]: replace(decode(Call, row["call"]), utterances=tuple(lines[row["transcript"]])) for row in found
    }
