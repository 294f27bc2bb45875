"""Writing a file so that it is there whole, or as it was before, whatever happens meanwhile."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def replaced(target: Path, content: bytes) -> None:
    """Put a file that holds `content` in the place of `target`, safe on the disk, with its rights. Raises OSError."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileNotFoundError):
            fresh.chmod(target.stat().st_mode & 0o777)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
