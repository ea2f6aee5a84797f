"""The host: shared libraries, programs, disk room."""

import ctypes
import errno
import os
import shutil
import subprocess
from dataclasses import dataclass

from local import paths, pins, progress, stamps
from local.errors import CommandFailed, Stop

# A shared library's name -> the Debian package that carries it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libmagic.so.1": "libmagic1",
}
CHROMIUM = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser")
TEST_PROGRAMS = {CHROMIUM: "chromium", ("pdftotext",): "poppler-utils"}


@dataclass(frozen=True)
class Host:
    """What this host may do about missing packages."""

    is_root: bool
    has_apt: bool
    has_sudo: bool

    @classmethod
    def look(cls):
        sudo = shutil.which("sudo") and not subprocess.run(
            ["sudo", "-n", "true"], capture_output=True
        )
        return cls(
            is_root=os.geteuid() == 0,
            has_apt=bool(shutil.which("apt-get")),
            has_sudo=bool(sudo and sudo.returncode == 0),
        )


def _loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(tests=False):
    """Return the Debian packages without which the given commands cannot work."""
    missing = [deb for library, deb in LIBRARIES.items() if not _loads(library)]
    try:
        import ensurepip  # noqa: F401  Debian splits it from Python
    except ImportError:
        missing.append("python3-venv")
    if tests:
        for names, deb in TEST_PROGRAMS.items():
            if not any(shutil.which(name) for name in names):
                missing.append(deb)
    return missing


def install_command(packages):
    """Return the apt-get call that installs ``packages``."""
    return ["apt-get", "install", "-y", "--no-install-recommends", *packages]


def ensure_packages(packages, host=None):
    """Install Debian packages where the user may.

    :raise Stop: the user may not; names the one command to run
    """
    if not packages:
        return
    host = host or Host.look()
    words = install_command(packages)
    if not host.has_apt or not (host.is_root or host.has_sudo):
        raise Stop(
            f"Missing on this host: {', '.join(packages)}; install them with "
            f"`sudo {' '.join(words)}`, then repeat."
        )
    prefix = [] if host.is_root else ["sudo", "-n"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    quiet = ["-o", "DPkg::Lock::Timeout=120", "-q"]
    try:
        progress.run(
            [*prefix, "apt-get", *quiet, "update"],
            "Reading the host's package lists",
            log="apt-update",
            env=env,
        )
    except CommandFailed:
        # One unreachable source among several need not matter; the install tells.
        progress.say("  (some sources of this host did not answer)")
    title = f"Installing {', '.join(packages)}"
    progress.run(
        [*prefix, words[0], *quiet, *words[1:]], title, log="apt-install", env=env
    )


def free_megabytes(folder):
    """Return the room left for ``folder``, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // 10**6


def room_needed_mb():
    """Return the room that the steps still to be done take, and work itself."""
    ahead = [mb for step, mb in pins.ROOM_OF_STEP_MB.items() if not stamps.read(step)]
    return sum(ahead) + pins.ROOM_TO_WORK_MB


def ensure_room(needed_mb=None, folder=None):
    """Refuse to start what the disk cannot hold.

    :param needed_mb: megabytes, by default what the steps still to be done take
    :raise Stop: fewer are free
    """
    needed_mb = needed_mb or room_needed_mb()
    folder = folder or paths.STATE
    free = free_megabytes(folder)
    if free < needed_mb:
        raise Stop(
            f"Only {free} MB are free on the disk of {folder}, {needed_mb} MB are "
            f"needed: free some, or name a folder elsewhere in LEGAL_STATE."
        )


def is_out_of_room(error):
    """Tell whether a failure most likely comes from a full disk."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return free_megabytes(paths.STATE) < pins.ROOM_CRITICAL_MB
