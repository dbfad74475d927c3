"""What a run does with one input: a recording is heard, a transcript read; both are judged, cut into words, and keyed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import auditor
from auditor.batch import Job
from auditor.errors import InputError, TranscriptError
from auditor.models import Call, CallWarning, Metadata, Recording
from auditor.pipeline import audit_call, with_roles, words
from auditor.reader.weights import Weights
from auditor.rules.pack import Pack
from auditor.speech.audio import RawFormat, write_canonical
from auditor.speech.diarize import Diarizer
from auditor.speech.hear import hear
from auditor.speech.ingest import Intake
from auditor.speech.sidecars import Row
from auditor.speech.transcribe import Transcriber
from auditor.speech.written import read_written
from auditor.store.answers import StoredCall
from auditor.store.corrections import Correction, corrected, fingerprint
from auditor.store.home import Home
from auditor.store.keys import Keys, audit_key, dictionary_hash, tokens_key, transcript_key
from auditor.store.segments import CallResult

SIDES = {"left": 0, "right": 1}
OF_METADATA = frozenset({"naive_time"})
"""Warnings that come with a row of metadata, and go with it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs of a run, the inputs that can't become one, and the metadata rows that belong to nothing."""

    jobs: tuple[Job[Recording | Call], ...]
    rejected: tuple[InputError, ...]
    unmatched: tuple[str, ...]


@dataclass(frozen=True)
class Worker:
    """Does the calls of a run.

    Args:
        home: where canonical recordings go.
        pack: the rules.
        load_transcriber: makes the recogniser; called once, and only if there is a recording to hear.
        raw: how recordings without a header are coded.
        again: what a later run must know to try a call again (plain values).
        diarizer: what tells voices apart on recordings that have everybody on one channel; without it they stay together.
        reader: the weights of the second reader, where there is one.
        corrections: the lines that people corrected, by call.
        warned: filled while calls are done, with each one's source and warnings.
    """

    home: Home
    pack: Pack
    load_transcriber: Callable[[], Transcriber]
    raw: RawFormat | None = None
    diarizer: Diarizer | None = None
    again: Mapping[str, object] = field(default_factory=dict)
    reader: Weights | None = None
    corrections: Mapping[str, Sequence[Correction]] = field(default_factory=dict)
    warned: list[tuple[str, CallWarning]] = field(default_factory=list)

    @cached_property
    def transcriber(self) -> Transcriber:
        """The recogniser, loaded when the first recording needs it."""
        return self.load_transcriber()

    @cached_property
    def _dictionary(self) -> str:
        return dictionary_hash(self.pack.terms)

    def plan(self, intake: Intake) -> Plan:
        """What there is to do, and what can't be done.

        Of two inputs with one call id, the first counts: stored, they would replace each other at every run. The same
        transcript twice is one call.
        """
        rejected: list[InputError] = list(intake.problems)
        calls: list[Call] = []
        used: set[Row] = set()
        for path in intake.transcripts:
            try:
                read, rows = read_written(path, intake.spare_rows, rejected.append)
            except TranscriptError as error:
                rejected.append(error)
            else:
                calls += read
                used |= rows
        jobs: dict[str, Job[Recording | Call]] = {}
        inputs: list[Recording | Call] = [*intake.recordings, *calls, *attempts(intake.attempts)]
        for work in inputs:
            job = self._job(work)
            first = jobs.setdefault(job.call_id, job)
            if first.job_id != job.job_id:
                trouble = f"通话编号 {job.call_id} 与 {first.source} 重复"
                rejected.append(InputError(job.source, trouble, "请给每通电话不同的编号，或只留一个文件。"))
        return Plan(tuple(jobs.values()), tuple(rejected), intake.unmatched(used))

    def _job(self, work: Recording | Call) -> Job[Recording | Call]:
        source, digest = (work.path, work.audio_id) if isinstance(work, Recording) else (work.source, work.source_hash)
        return Job(f"{digest}:{work.call_id}", work.call_id, source, work, self.again)

    def keys(self, job: Job[Recording | Call]) -> Keys:
        """What the job's results depend on."""
        work = job.work
        if isinstance(work, Recording):
            hotwords = hashlib.sha256("\n".join(self.transcriber.hotwords).encode()).hexdigest()
            options = {} if self.raw is None else {"raw": repr(self.raw)}
            if self.diarizer is not None:
                options["diarizer"] = self.diarizer.fingerprint
            heard = transcript_key(work.audio_id, options, self.transcriber.fingerprint, hotwords)
        else:
            heard = transcript_key(work.source_hash, {}, "", "")
        cut = tokens_key(heard, self._dictionary, fingerprint(self.corrections.get(job.call_id, ())))
        reader = "" if self.reader is None else self.reader.fingerprint
        return Keys(heard, cut, audit_key(cut, _known(work), self.pack.hash, auditor.__version__, reader))

    def process(self, job: Job[Recording | Call], stored: StoredCall | None) -> CallResult:
        """Do the job; what was heard before is not heard again.

        Raises:
            InputError: the recording can't be used.
        """
        work = job.work
        if isinstance(work, Recording):
            call = self._heard(work, stored)
            call = with_roles(call, self.pack, None if work.agent_channel is None else SIDES[work.agent_channel])
        else:
            call = with_roles(work, self.pack)
        call = corrected(call, self.corrections.get(job.call_id, ()))
        self.warned.extend((call.source, warning) for warning in call.warnings)
        audit = audit_call(call, self.pack, reader=self.reader)
        return CallResult(call, audit, self.keys(job), words(call, self.pack))

    def _heard(self, recording: Recording, stored: StoredCall | None) -> Call:
        if stored is not None:
            of_sound = tuple(w for w in stored.call.warnings if w.code not in OF_METADATA)
            return replace(
                stored.call,
                call_id=recording.call_id,
                metadata=_known(recording),
                source=recording.path,
                warnings=(*recording.warnings, *of_sound),
            )
        heard = hear(recording, self.transcriber, raw=self.raw, diarizer=self.diarizer)
        write_canonical(heard.sound, self.home.audio_path(recording.audio_id))
        return Call(
            recording.call_id,
            _known(recording),
            heard.utterances,
            source=recording.path,
            source_hash=recording.audio_id,
            duration=heard.acoustics.duration,
            transcribed_by=self.transcriber.fingerprint,
            warnings=(*recording.warnings, *heard.warnings),
            acoustics=heard.acoustics,
            diarized_by=self.diarizer.fingerprint if self.diarizer is not None and heard.diarized else "",
        )


def _known(work: Recording | Call) -> Metadata:
    """The metadata, with the agent's channel where somebody named it: it decides who said what."""
    if isinstance(work, Call) or work.agent_channel is None:
        return work.metadata
    return replace(work.metadata, custom={**work.metadata.custom, "agent_channel": work.agent_channel})


def is_attempt(work: Recording | Call) -> bool:
    """Whether this is a call that nobody answered: it counts towards limits, and there is nothing in it to judge."""
    return isinstance(work, Call) and work.metadata.answered is False and not work.utterances


def attempts(rows: Sequence[Metadata]) -> list[Call]:
    """Unanswered attempts as calls without speech: they are kept because they count towards frequency limits."""
    calls = []
    for row in rows:
        shown = f"{row.started_at}\n{row.case_id}\n{row.customer_id}\n{row.callee_number_hash}\n{row.agent_id}"
        digest = hashlib.sha256(shown.encode()).hexdigest()
        name = str(row.custom.get("call_id") or f"attempt-{digest[:12]}")
        calls.append(Call(name, row, (), source="metadata", source_hash=digest))
    return calls
