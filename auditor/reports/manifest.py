"""The list of a packet's files with their hashes, and its signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from auditor.reports.signing import signed, signer
from auditor.store.codec import canonical, decode, encode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
FORMAT = 1
_STATEMENT = "collections-auditor packet\n"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a packet: its name, its size in bytes and the sha256 of its content."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Packed:
    """A call in a packet: the folder of its files, and its id (masked where the packet is)."""

    folder: str
    call_id: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a packet holds. ``made_at`` has an offset; ``program`` is the version that wrote it."""

    format: int
    made_at: datetime
    program: str
    redacted: bool
    calls: tuple[Packed, ...]
    files: tuple[Member, ...]

    def as_bytes(self) -> bytes:
        """The manifest as its file's content."""
        return (json.dumps(json.loads(encode(self)), ensure_ascii=False, indent=1) + "\n").encode()


def member(path: str, content: bytes) -> Member:
    """A file as a manifest lists it."""
    return Member(path, len(content), hashlib.sha256(content).hexdigest())


def read_manifest(content: bytes) -> Manifest:
    """The manifest that ``as_bytes`` wrote; raises ValueError where it is none, or of a newer format."""
    try:
        found = decode(Manifest, content.decode())
        if found.format != FORMAT:
            raise ValueError("unknown format")
    except (TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ValueError("no manifest") from error
    return found


def signature(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """The content of the signature's file: it signs the manifest's sha256, which it also names."""
    digest = hashlib.sha256(manifest).hexdigest()
    public, made = signed(key, _statement(digest))
    return _written({"algorithm": "Ed25519", "manifest_sha256": digest, "public_key": public, "signature": made})


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature's file says, where it holds: the sha256 of the manifest that was signed, and the signer's fingerprint."""

    manifest: str
    fingerprint: str


def read_signature(content: bytes) -> Signed | None:
    """What was signed and by whom; ``None`` where the file is not, byte for byte, what was once written."""
    try:
        told = json.loads(content)
        digest, public, made = (str(told[name]) for name in ("manifest_sha256", "public_key", "signature"))
        if _written(told) != content or told["algorithm"] != "Ed25519":
            return None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    by = signer(public, made, _statement(digest))
    return None if by is None or (public, made) != (public.lower(), made.lower()) else Signed(digest, by)


def _written(told: Mapping[str, str]) -> bytes:
    return canonical(told) + b"\n"


def _statement(digest: str) -> bytes:
    return f"{_STATEMENT}{digest}\n".encode()
