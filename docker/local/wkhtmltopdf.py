"""wkhtmltopdf for stock's side of ``make bench``: ours needs no such program.

The host's is used if it has one. Else Debian's is unpacked beside, without root and
without changing what the host's other programs find.
"""

import os
import shutil
import subprocess
from pathlib import Path

from local import debian, paths, progress
from local.errors import Stop

NAME = "wkhtmltopdf"
LAUNCHER = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/..
libraries=$(echo "$here"/usr/lib/*-linux-gnu*)
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export QT_PLUGIN_PATH=$(echo "$here"/usr/lib/*-linux-gnu*/qt5/plugins)
exec "$here/usr/bin/wkhtmltopdf" "$@"
"""


def find():
    """Return the folder that holds wkhtmltopdf.

    :raise Stop: the host has none and Debian's cannot be had or does not start
    """
    own = shutil.which(NAME)
    if own:
        return Path(own).parent
    launcher = paths.STATE / NAME / "bin" / NAME
    if not launcher.exists():
        _unpack(launcher)
    answer = subprocess.run(
        [launcher, "-q", "-", "-"], input=b"<p>x</p>", capture_output=True, check=False
    )
    if not answer.stdout.startswith(b"%PDF"):
        why = (answer.stderr.decode().strip().splitlines() or ["no message"])[0]
        raise Stop(f"Debian's wkhtmltopdf does not start on this host ({why}).")
    return launcher.parent


def _unpack(launcher):
    """Unpack the package, with those of its libraries that the host lacks."""
    release = debian.read_os_release().get("VERSION_CODENAME", "")
    cache = paths.CACHE / "apt-host"
    options = debian.apt_options(cache)
    debian.write_sources(cache, debian.host_mirror(), [release])
    apt = ["apt-get", *options, "-o", "Debug::NoLocking=1"]
    title = f"Reading the package lists of Debian {release}"
    progress.run([*apt, "update", "--error-on=any"], title, log="wkhtmltopdf-update")
    install = ["install", "-q", "-y", "--no-install-recommends", "--download-only"]
    for old in (cache / "cache" / "archives").glob("*.deb"):
        old.unlink()
    progress.run([*apt, *install, NAME], f"Downloading {NAME}", log=NAME)
    part = launcher.parents[1].with_suffix(".part")
    debian.unpack(sorted((cache / "cache" / "archives").glob("*.deb")), part)
    (part / "bin").mkdir()
    (part / "bin" / NAME).write_text(LAUNCHER)
    (part / "bin" / NAME).chmod(0o755)
    shutil.rmtree(launcher.parents[1], ignore_errors=True)
    os.replace(part, launcher.parents[1])
