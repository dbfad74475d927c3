"""What a result depends on, as one hash each: the same key means that the work need not be done again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.models import Metadata
from auditor.store.codec import canonical


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one call's three results."""

    transcript: str
    tokens: str
    audit: str


def transcript_key(
    audio_id: str, decode_options: Mapping[str, object], model_fingerprint: str, hotwords_hash: str
) -> str:
    """What a transcript depends on; for a transcript that came as a file, its hash, ``{}`` and two empty texts."""
    return _digest("transcript", audio_id, decode_options, model_fingerprint, hotwords_hash)


def tokens_key(transcript_key: str, dictionary_hash: str, corrections: str = "") -> str:
    """What a segmentation into words depends on; ``corrections`` is the hash of the lines that people corrected, if any."""
    return _digest("tokens", transcript_key, dictionary_hash, *filter(None, (corrections,)))


def dictionary_hash(terms: Iterable[str]) -> str:
    """What stands for a dictionary in keys."""
    return hashlib.sha256("\n".join(terms).encode()).hexdigest()


def audit_key(tokens_key: str, metadata: Metadata, pack_hash: str, code_version: str, reader: str = "") -> str:
    """What an audit depends on; ``reader`` is the fingerprint of the second reader's weights, empty where there is none."""
    return _digest("audit", tokens_key, metadata, pack_hash, code_version, reader)


def _digest(*parts: object) -> str:
    return hashlib.sha256(canonical(parts)).hexdigest()
