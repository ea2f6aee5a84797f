"""Which Odoo 19 is used: Debian's package, or the one in ``ODOO_HOME``."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from local import debian, paths, pins, stamps
from local.digest import text_digest
from local.errors import Stop

PREFIX = paths.STATE / "odoo"
PACKAGES = Path("usr/lib/python3/dist-packages")
# The free-software build leaves this library out, and the web client logs an error
# when it is not found, which makes every browser test fail.
MISSING_SCRIPT = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
STUB = (
    "// Left out of the free-software build; the web client wants the file to exist.\n"
)


@dataclass(frozen=True)
class Source:
    """A framework ready for use."""

    python_path: Path  # holds the package `odoo`
    addons_paths: tuple  # beside those the framework finds by itself
    key: str  # changes with its content


def series_of(package):
    """Return (major, minor) that ``odoo/release.py`` states, or None."""
    try:
        text = (package / "release.py").read_text()
    except OSError:
        return None
    found = re.search(r"^version_info\s*=\s*\(\D*(\d+)\D*?,\s*(\d+)", text, re.M)
    return (int(found[1]), int(found[2])) if found else None


def from_home(home):
    """Return the source in ``home``: a checkout, an installed or unpacked package.

    :raise Stop: no Odoo is there, or another series than ours
    """
    home = Path(home).expanduser().resolve()
    wanted = ".".join(map(str, pins.ODOO_SERIES))
    for parent in (home, home.parent, home / PACKAGES):
        series = series_of(parent / "odoo")
        if series and (parent != home.parent or home.name == "odoo"):
            break
    else:
        raise Stop(
            f"ODOO_HOME={home} holds no Odoo: name the folder of an Odoo {wanted} "
            f"checkout (the one with odoo/release.py), or leave ODOO_HOME out."
        )
    if series != pins.ODOO_SERIES:
        raise Stop(
            f"ODOO_HOME={home} holds Odoo {series[0]}.{series[1]}, but these addons "
            f"are for Odoo {wanted}: name such a checkout, or leave ODOO_HOME out."
        )
    beside = parent / "addons"
    addons = (beside,) if (beside / "web" / "__manifest__.py").exists() else ()
    release = (parent / "odoo" / "release.py").read_text()
    return Source(parent, addons, text_digest(parent, release))


def from_debian():
    """Return Debian's Odoo, unpacked into the state folder."""
    package = PREFIX / PACKAGES / "odoo"
    needed = (package / "release.py", package / MISSING_SCRIPT)
    key = text_digest(*(deb.sha256 for deb in pins.DEBS), STUB)
    stamps.once("odoo", key, _unpack, lambda: all(file.exists() for file in needed))
    return Source(PREFIX / PACKAGES, (), key)


def _unpack():
    """Unpack beside and move into place, so that the prefix is whole or absent."""
    part = PREFIX.with_name("odoo.part")
    debian.unpack(debian.fetch(), part)
    script = part / PACKAGES / "odoo" / MISSING_SCRIPT
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(STUB)
    shutil.rmtree(PREFIX, ignore_errors=True)
    os.replace(part, PREFIX)


def choose():
    """Return the source this host uses."""
    home = os.environ.get("ODOO_HOME")
    return from_home(home) if home else from_debian()
