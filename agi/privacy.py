"""What keeps numbers out of logs and records: masking, redaction, keyed hashes, generated secrets."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_bytes, token_hex
from tempfile import NamedTemporaryFile, mkstemp
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from agi.errors import HotlineError

_LINE_PROOF = "line-proof"
# 16 digits are a NIK or a KK number, 12 a registration number; they may stand in groups of four.
_LONG_NUMBER = re.compile(r"(?<!\d)(?:\d{12,}|\d{4}(?:[ .\-]\d{4}){2,3})(?!\d)")
_ANY_NUMBER = re.compile(r"\d(?:[^\w#,;:|/*]*[oOiIlL]*\d){4,}")
_KEY_BYTES = 32
_NONCE_BYTES = 12


class BadKey(HotlineError):
    """The file of the key holds something else; the message says what to do."""


def mask(number: str) -> str:
    """A number as records and agents may see it: its length in dots, then the last 4 digits."""
    return "•" * (len(number) - 4) + number[-4:] if len(number) > 8 else "•" * len(number)


def redact(text: str) -> str:
    """`text` with every number of 12 or more digits masked: the net below all logging."""
    return _LONG_NUMBER.sub(lambda found: mask(re.sub(r"\D", "", found[0])), text)


def looks_like_a_number(text: str) -> bool:
    """Whether `redact` would mask some of it."""
    return _LONG_NUMBER.search(text) is not None


def masked_numbers(text: str) -> str:
    """What somebody wrote, as it may be kept: every number of 5 or more digits masked, in whatever digits and groups.

    A PIN and the end of a KK number are shorter than what `redact` takes for a number of a person.
    """
    ascii_digits = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
    return _ANY_NUMBER.sub(lambda found: mask(re.sub(r"\W", "", found[0])), ascii_digits)


def visible(text: str) -> str:
    """`text` in one line: what would move a cursor, end a line or turn the writing round stands as `\\x1b`."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "replace").decode("ascii") for one in text
    )


def keyed_hash(key: bytes, *parts: str) -> bytes:
    """16-byte BLAKE2b hash of `parts` under `key` (32 bytes): equal only for equal parts in equal order."""
    return hashlib.blake2b("\x1f".join(parts).encode(), key=key, digest_size=16).digest()


def secret(var: Path, name: str, size: int = 32) -> str:
    """The secret `name` of this installation: `size` random bytes as hex digits, made once in `var/secrets`, mode 0600.

    Safe when two processes ask at once: the file appears whole, and the first one stays.
    """
    path = var / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{name}.") as draft, suppress(FileExistsError):
            draft.write(token_hex(size))
            draft.flush()
            os.fsync(draft.fileno())
            os.link(draft.name, path)
    return path.read_text().strip()


def sealed(key: bytes, text: str) -> bytes:
    """`text` so that only who has `key` (32 bytes) can read it, and nobody else change it (RFC 8439).

    A random nonce (12 bytes), then text and tag; two of the same text differ.
    """
    nonce = token_bytes(_NONCE_BYTES)
    return nonce + _box(key).encrypt(nonce, text.encode(), None)


def unsealed(key: bytes, box: bytes) -> str:
    """What was `sealed` under `key`. Raises BadKey: with another key, or not whole."""
    try:
        return _box(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError) as wrong:
        raise BadKey("This was sealed with another key than var/secrets/hash-key, or was changed since.") from wrong


def _box(key: bytes) -> ChaCha20Poly1305:
    """Not under `key` itself, which makes hashes, too."""
    return ChaCha20Poly1305(hashlib.blake2b(key=key, digest_size=_KEY_BYTES, person=b"seal").digest())


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """`path` open for writing bytes; it appears whole, with mode 0600, when the block ends well, and else stays as
    it was. What is no file (a device, a pipe) is written as it is. Raises OSError."""
    if path.exists() and not path.is_file():
        with path.open("wb") as out:
            yield out
        return
    handle, draft = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(handle)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def hash_key(var: Path) -> bytes:
    """The 32-byte key of this installation for `keyed_hash`. Raises BadKey."""
    try:
        key = bytes.fromhex(secret(var, "hash-key"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadKey(
            f"{var / 'secrets' / 'hash-key'} holds no key (64 hexadecimal digits): bring back the one that belongs to "
            "the registry; without it the registry must be imported anew."
        )
    return key


def line_proof(var: Path) -> str:
    """What Asterisk proves itself with to the line; anew at each start of the hotline (`renew_line_proof`)."""
    return secret(var, _LINE_PROOF)


def collect_proof(var: Path) -> str:
    """The same to `hotline speech collect`: another one, since its port is anybody's while it does not run."""
    return secret(var, "collect-proof")


def pages_proof(var: Path) -> str:
    """What the pages prove themselves with to Asterisk, for who calls from a page."""
    return secret(var, "pages-proof")


def renew_line_proof(var: Path) -> None:
    """Let the next start have another proof."""
    (var / "secrets" / _LINE_PROOF).unlink(missing_ok=True)
