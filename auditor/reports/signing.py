"""Ed25519 keys and signatures: who made a packet."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import UsageError
from auditor.store.home import Home

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PUBLIC_SUFFIX = ".pub"
KEY_BYTES = 32


def new_key(path: Path) -> str:
    """Make a key pair: the private key at ``path`` (PEM, for its owner's eyes only), the public one beside it with ``.pub``.

    Returns:
        The fingerprint of the public key.

    Raises:
        UsageError: one of the files is there already, or can't be written. No file is ever replaced.
    """
    from cryptography.hazmat.primitives import serialization as kinds
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(kinds.Encoding.PEM, kinds.PrivateFormat.PKCS8, kinds.NoEncryption())
    beside = path.with_name(path.name + PUBLIC_SUFFIX)
    if beside.exists():
        raise UsageError(f"{beside}：已有这个文件，没有覆盖。请换一个名字。")
    for file, content, mode in ((path, private, 0o600), (beside, public_pem(key.public_key()), 0o644)):
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
                opened.write(content)
        except FileExistsError:
            raise UsageError(f"{file}：已有这个文件，没有覆盖。请换一个名字。") from None
        except OSError as error:
            raise UsageError(f"{file}：写不进去（{error.strerror or error}）。请检查目录和权限。") from error
    return fingerprint(key.public_key())


def home_key(home: Home) -> Ed25519PrivateKey:
    """The key that a home signs with where no other is named; made when it is first asked for (``packet.key``)."""
    path = home.path / "packet.key"
    if not path.exists():
        new_key(path)
    return load_key(path)


def load_key(path: Path) -> Ed25519PrivateKey:
    """A private key from its PEM file; raises UsageError where it is none, or is locked with a password."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(_read(path), None)
    except TypeError:
        raise UsageError(f"{path}：私钥有密码保护，本程序不能用。请给出没有密码的私钥，并限制谁能读它。") from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}：不是 Ed25519 私钥。用 auditor key new 可以生成一对。")
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """A public key from its PEM file; raises UsageError where it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path}：不是 Ed25519 公钥。要给的是 {PUBLIC_SUFFIX} 结尾的那个文件。")
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The public key as a PEM file's content."""
    from cryptography.hazmat.primitives import serialization as kinds

    return key.public_bytes(kinds.Encoding.PEM, kinds.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """What people compare to know a key: the sha256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def signed(key: Ed25519PrivateKey, message: bytes) -> tuple[str, str]:
    """The public key and its signature of a message, both as lowercase hex."""
    return key.public_key().public_bytes_raw().hex(), key.sign(message).hex()


def signer(public: str, signature: str, message: bytes) -> str | None:
    """The fingerprint of the key that signed the message; ``None`` where the signature does not hold."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), message)
    except (ValueError, InvalidSignature):
        return None
    return fingerprint(key)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}：读不出来（{error.strerror or error}）。请检查路径和权限。") from error
