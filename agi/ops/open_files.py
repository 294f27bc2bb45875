"""How many files the calls need to be open at once, and what this machine grants (RLIMIT_NOFILE).

A shell's soft limit of 1024 is too few: Asterisk opens nearly six for each telephone in a call (measured: it breaks
at 178). The hard limit is the administrator's.
"""

import resource

from agi.settings import Settings

FOR_EACH_LEG = 8
FOR_ITSELF = 256


def wanted(settings: Settings) -> int:
    """Open files that as many calls need as the settings allow at once."""
    return FOR_ITSELF + FOR_EACH_LEG * settings.legs


def granted(settings: Settings) -> int:
    """As many of them as the hard limit lets a process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted(settings) if hard == resource.RLIM_INFINITY else min(wanted(settings), hard)


def raise_limit(settings: Settings) -> None:
    """Let this process open as many files as are granted, if it may not yet."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < granted(settings):
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted(settings), hard))
