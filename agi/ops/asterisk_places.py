"""What Asterisk may touch on the disk: what it needs, and neither secrets nor databases nor programs."""

from pathlib import Path

from agi.ops.asterisk import Program
from agi.ops.configure import DIALPLAN
from agi.ops.confined import Places
from agi.ops.places import etc_folder, run_folder
from agi.settings import Settings

# Names, time and chance: what the C library reads of a system.
_SYSTEM = ("/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/localtime",
           "/etc/ld.so.cache", "/etc/ssl/openssl.cnf", "/usr/share/zoneinfo", "/usr/lib/locale", "/dev/urandom",
           "/dev/random", "/proc/self/stat", "/proc/meminfo", "/proc/cpuinfo", "/sys/devices/system/cpu")  # fmt: skip
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_LOADERS = ("lib/ld-linux*", "lib64/ld-linux*", "lib/*/ld-linux*")


def asterisk_places(settings: Settings, program: Program) -> Places:
    """The places of this installation's Asterisk."""
    var = settings.var.absolute()
    home = var / "asterisk"
    if program.private:
        needed = [str(program.modules.parent.parent), program.command[-1]]  # its own libraries
        loaders = []
    else:
        needed = [program.command[0], *_LIBRARIES]
        loaders = [str(path) for place in _LOADERS for path in Path("/").glob(place)]
    read = (program.modules, program.documentation, DIALPLAN, etc_folder(var), home / "share", home / "agi-bin",
            var / "editions", var / "voice-cache")  # fmt: skip
    write = (home / "lib", home / "spool", var / "log" / "asterisk", run_folder(settings.var))
    return Places(
        read=(*map(str, read), *needed, *_SYSTEM),
        write=(*map(str, write), "/dev/null"),
        execute=(program.command[0], *loaders),
    )
