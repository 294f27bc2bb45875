"""Passwords and second factors: hashing off the event loop, few at once, and codes that count once."""

import secrets
import time

import pyotp
from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 128
"""Characters of a password (NIST SP 800-63B: length, and no rules on what it is made of)."""
_AT_ONCE = 2
_STEP_S = 30
_hasher = PasswordHasher()  # argon2id, with the parameters of RFC 9106 for little memory
_nobodys = ""
_limiter: CapacityLimiter | None = None


def fault(password: str, name: str) -> str | None:
    """Why `name` can't have this password, in Indonesian; None where they can."""
    if len(password) < SHORTEST:
        return f"Kata sandi paling pendek {SHORTEST} karakter: beberapa kata yang tidak berhubungan mudah diingat."
    if len(password) > LONGEST:
        return f"Kata sandi paling panjang {LONGEST} karakter."
    if len(set(password)) < 5 or name in password.lower():
        return "Kata sandi itu mudah ditebak: pakai beberapa kata yang tidak berhubungan."
    return None


async def hashed(password: str) -> str:
    """What is kept of it."""
    return await to_thread.run_sync(_hasher.hash, password, limiter=_few())


async def fits(kept: str, password: str) -> bool:
    """Whether `password` is the one of the hash `kept`; as much work where there is none ("")."""
    return await to_thread.run_sync(_verified, kept, password[: LONGEST + 1], limiter=_few())


def _few() -> CapacityLimiter:
    """Each takes 64 MB for a moment."""
    global _limiter
    _limiter = _limiter or CapacityLimiter(_AT_ONCE)
    return _limiter


def _verified(kept: str, password: str) -> bool:
    global _nobodys
    _nobodys = _nobodys or _hasher.hash(secrets.token_hex())
    try:
        return _hasher.verify(kept or _nobodys, password)
    except (VerificationError, InvalidHashError):
        return False


def step_of(secret: str, code: str) -> int | None:
    """The 30 s step whose code this is, now or one before or after (RFC 6238); None where it is none of them."""
    given = code.replace(" ", "")
    now = int(time.time()) // _STEP_S
    codes = pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        if secrets.compare_digest(codes.at(step * _STEP_S).encode(), given.encode("utf-8", "replace")):
            return step
    return None
