"""The reader's weights: whole numbers, as one file of bytes that tells whether it is whole.

A file is the line ``auditor-reader 1``, the sha256 of what it holds, and what it holds, compressed: a header of JSON with the
heads, thresholds and tables; every feature; and for each feature one signed byte a head.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Any

from auditor.errors import ModelError
from auditor.models import CATEGORIES, SEVERITIES, Severity
from auditor.reader.grams import TABLES

MAGIC = b"auditor-reader 1\n"
LARGEST = 64 << 20  # bytes a file may hold; no weights of ours come near
ANY = "any"
"""The head for a breach of any kind."""
FIELD = 32  # bits that a head's sum takes in the packed numbers
BIAS = 1 << (FIELD - 1)


@dataclass(frozen=True, slots=True)
class Weights:
    """What the reader learnt.

    Attributes:
        categories: what it can tell apart.
        breach: by table of features, each feature's weight for a breach of any kind.
        kinds: likewise its weights for all categories in one number, ``FIELD`` bits a category.
        intercepts: the score of a line that shows nothing: of any breach, then of each category.
        gate: the score of any breach below which no line is suspected, whatever it looks like; most lines end there, so that the
            categories need not be looked at.
        threshold: the score (see ``auditor.reader.read.rate``) from which a line is suspected.
        chances: (score, chance in thousandths) in rising order; a score has the chance of the last one that it reaches.
        severities: how grave a breach of each category usually is.
        about: what the weights were made of, for the model card.
        fingerprint: changes with any of these.
    """

    categories: tuple[str, ...]
    breach: Mapping[str, Mapping[str, int]]
    kinds: Mapping[str, Mapping[str, int]]
    intercepts: tuple[int, ...]
    gate: int
    threshold: int
    chances: tuple[tuple[int, int], ...]
    severities: Mapping[str, Severity]
    fingerprint: str
    about: Mapping[str, Any] = field(default_factory=dict)

    def chance(self, score: int) -> int:
        """How likely a line with this score is a breach, in thousandths."""
        known = 0
        for least, chance in self.chances:
            if score >= least:
                known = chance
        return known


def scaled(total: int, features: int) -> int:
    """A sum of weights over the square root of the number of features: long lines score no more than short ones. Exact."""
    return (total << 10) // isqrt(features << 12)


def pack(weights: Sequence[int]) -> int:
    """Weights of all categories as one number; sums of such numbers hold the sums of the weights."""
    return sum(weight << (FIELD * n) for n, weight in enumerate(weights))


def unpack(total: int, fields: int) -> tuple[int, ...]:
    """The sum of each category."""
    raw = (total + pack([BIAS] * fields)).to_bytes(FIELD // 8 * fields, "little")
    size = FIELD // 8
    return tuple(int.from_bytes(raw[at : at + size], "little") - BIAS for at in range(0, len(raw), size))


def write_weights(
    heads: Sequence[str],
    rows: Mapping[str, Mapping[str, Sequence[int]]],
    intercepts: Sequence[int],
    gate: int,
    threshold: int,
    chances: Sequence[tuple[int, int]],
    severities: Mapping[str, Severity],
    about: Mapping[str, Any],
) -> bytes:
    """The bytes of a weights file; the same for the same weights.

    Args:
        heads: ``any``, then the categories.
        rows: by table, each feature with one weight a head, -127 to 127.
        intercepts: one a head.
        gate: see ``Weights``.
        threshold: see ``Weights``.
        chances: see ``Weights``.
        severities: see ``Weights``.
        about: see ``Weights``.
    """
    features = {table: sorted(rows.get(table, {})) for table in TABLES}
    header = {
        "heads": list(heads),
        "intercepts": list(intercepts),
        "gate": gate,
        "threshold": threshold,
        "chances": [list(pair) for pair in chances],
        "severities": dict(sorted(severities.items())),
        "features": {table: len(names) for table, names in features.items()},
        "about": dict(about),
    }
    told = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    names = "\n".join(name for table in TABLES for name in features[table]).encode()
    numbers = bytes(n & 0xFF for table in TABLES for name in features[table] for n in rows[table][name])
    held = b"".join(len(part).to_bytes(8, "little") + part for part in (told, names, numbers))
    return MAGIC + hashlib.sha256(held).hexdigest().encode() + b"\n" + zlib.compress(held, 9)


def read_weights(data: bytes, name: str) -> Weights:
    """The weights in the bytes of a file.

    Args:
        data: the file's bytes.
        name: the file, for messages.

    Raises:
        ModelError: the bytes are no weights file, were cut off or changed, or hold what this version can't use.
    """
    if not data.startswith(MAGIC):
        raise ModelError(f"{name}：不是第二读者的权重文件。请重新安装，或用 make reader 重新训练。")
    digest, _, packed = data[len(MAGIC) :].partition(b"\n")
    try:
        unzip = zlib.decompressobj()
        held = unzip.decompress(packed, LARGEST)
        whole = unzip.eof and not unzip.unused_data
    except zlib.error:
        held, whole = b"", False
    if not whole or hashlib.sha256(held).hexdigest().encode() != digest:
        raise ModelError(f"{name}：权重文件已损坏或被改动（校验和不符）。请重新安装，或用 make reader 重新训练。")
    try:
        return _weights(held, digest.decode())
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{name}：这一版程序读不懂这个权重文件。请用 make reader 重新训练。") from error


def _weights(held: bytes, fingerprint: str) -> Weights:
    parts: list[bytes] = []
    at = 0
    while at < len(held):
        size = int.from_bytes(held[at : at + 8], "little")
        parts.append(held[at + 8 : at + 8 + size])
        at += 8 + size
    told, names, numbers = parts
    header = json.loads(told)
    heads: tuple[str, ...] = tuple(header["heads"])
    if (
        heads[0] != ANY
        or not heads[1:]
        or not set(heads[1:]) <= set(CATEGORIES)
        or set(header["features"]) != set(TABLES)
    ):
        raise ValueError("heads")
    if not set(header["severities"].values()) <= set(SEVERITIES) or not set(heads[1:]) <= set(header["severities"]):
        raise ValueError("severities")
    features = names.decode().split("\n")
    width = len(heads)
    if len(features) * width != len(numbers) or len(features) != sum(header["features"].values()):
        raise ValueError("sizes")
    signed = memoryview(numbers).cast("b")
    breach: dict[str, dict[str, int]] = {}
    kinds: dict[str, dict[str, int]] = {}
    at = 0
    for table in TABLES:
        here = range(at, at + header["features"][table])
        breach[table] = {features[n]: signed[n * width] for n in here}
        kinds[table] = {features[n]: pack(signed[n * width + 1 : (n + 1) * width].tolist()) for n in here}
        at = here.stop
    return Weights(
        categories=heads[1:],
        breach=breach,
        kinds=kinds,
        gate=int(header["gate"]),
        intercepts=tuple(map(int, header["intercepts"])),
        threshold=int(header["threshold"]),
        chances=tuple((int(score), int(chance)) for score, chance in header["chances"]),
        severities=header["severities"],
        fingerprint=fingerprint[:16],
        about=header["about"],
    )
