"""A process that opens no Unix socket any more, and so reaches nobody's control socket, whoever owns it.

Landlock does not stop a process from connecting to a Unix socket (before its version 9), and Asterisk's and
supervisord's are open to every process of the same user. So the kernel refuses to make such a socket at all
(seccomp(2), no rights needed), for the process, its threads and all that it starts; pairs of sockets, which lead
nowhere else, are still made.
"""

import ctypes
import errno
import os
import struct

_NO_NEW_PRIVILEGES = 38  # prctl(2)
_SET_FILTER, _ALL_THREADS, _IS_THERE = 1, 1, 2  # seccomp(2)
_RETURNS_ERROR = 0x0005_0000
_MACHINES = {"x86_64": (0xC000_003E, 317, 41), "aarch64": (0xC000_00B7, 277, 198)}
"""By which the kernel calls a machine, and its numbers of seccomp(2) and socket(2)."""
_RING_SETUP = 425  # on every machine: io_uring makes sockets past the filter
_OTHER_CALLS = 0x4000_0000  # those of x32, by other numbers
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # instructions (linux/bpf_common.h)
_CALL, _MACHINE, _FIRST_WORD = 0, 4, 16  # places in struct seccomp_data
_UNIX = 1  # AF_UNIX


def can_be_quiet() -> bool:
    """Whether the running kernel can refuse it."""
    if os.uname().machine not in _MACHINES:
        return False
    action = struct.pack("I", _RETURNS_ERROR)
    return _seccomp(_IS_THERE, 0, action) == 0


def give_up_unix_sockets() -> None:
    """Make no Unix socket from now on, for good; does nothing where the kernel can't refuse it. Raises OSError."""
    if not can_be_quiet():
        return
    machine, _, made = _MACHINES[os.uname().machine]
    refused = (_RETURN, 0, 0, _RETURNS_ERROR | errno.EPERM)
    program = (
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 0, 7, machine),  # not: calls of another machine, all refused
        (_LOAD, 0, 0, _CALL),
        (_AT_LEAST, 5, 0, _OTHER_CALLS),
        (_EQUAL, 4, 0, _RING_SETUP),
        (_EQUAL, 0, 2, made),
        (_LOAD, 0, 0, _FIRST_WORD),
        (_EQUAL, 1, 0, _UNIX),
        (_RETURN, 0, 0, 0x7FFF_0000),  # allowed
        refused,
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
    filled = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    if ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or _seccomp(
        _SET_FILTER, _ALL_THREADS, filled
    ):
        raise OSError(ctypes.get_errno(), "the kernel took no filter")


def _seccomp(operation: int, flags: int, words: bytes) -> int:
    number = _MACHINES[os.uname().machine][1]
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, operation, flags, words))
