"""Debian packages taken without root, beside the host's own package system.

A private apt configuration (own sources, lists and cache) is used, so that nothing
of sid is ever added to the host. apt checks signatures; we check hashes again, as a
file of the right size but other content passes apt's resume logic.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from local import paths, pins, progress
from local.digest import file_sha256
from local.errors import Stop

KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
OTHER_WAY = (
    "set DEBIAN_MIRROR to the address of a Debian mirror, or ODOO_HOME to a folder "
    "that holds Odoo 19"
)


# --- the host's mirror -------------------------------------------------------
def read_os_release(file=Path("/etc/os-release")):
    """Return the host's description as a dict; empty where there is none."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip("\"'") for key, value in pairs}


def deb822_entries(text):
    """Yield (address, suites) of each binary source in a deb822 ``.sources`` file."""
    kept = "\n".join(li for li in text.splitlines() if not li.startswith("#"))
    for stanza in re.split(r"\n\s*\n", kept):
        fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", stanza, re.M))
        fields = {name.lower(): value.split() for name, value in fields.items()}
        if "deb" in fields.get("types", []) and fields.get("enabled") != ["no"]:
            for address in fields.get("uris", []):
                yield address, fields.get("suites", [])


def one_line_entries(text):
    """Yield (address, suites) of each ``deb`` line of a ``.list`` file."""
    for line in text.splitlines():
        words = re.sub(r"\[.*?\]", "", line).split()
        if len(words) >= 3 and words[0] == "deb":
            yield words[1], words[2:3]


def host_mirror(etc=Path("/etc/apt"), release=None):
    """Return the Debian mirror of the host's own sources.

    :raise Stop: there is none, as on an Ubuntu host
    """
    release = read_os_release() if release is None else release
    codename = release.get("VERSION_CODENAME") or "sid"
    if release.get("ID") == "debian":
        files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
        for file in (file for file in files if file.is_file()):
            deb822 = file.suffix == ".sources"
            entries = deb822_entries if deb822 else one_line_entries
            for address, suites in entries(file.read_text()):
                known = {codename, "stable", "testing", "unstable", "sid"}
                if known & set(suites) and not address.startswith("cdrom:"):
                    return address.rstrip("/")
    name = release.get("PRETTY_NAME", "this host")
    raise Stop(f"The package sources of {name} carry no Debian sid: {OTHER_WAY}.")


# --- the private configuration ----------------------------------------------
def apt_options(folder):
    """Return apt's options for a private configuration in ``folder``."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Acquire::Retries": 3,
        "Acquire::Languages": "none",
    }
    if os.geteuid() == 0:
        options["APT::Sandbox::User"] = "root"  # its own user cannot write here
    return [
        word for name, value in options.items() for word in ("-o", f"{name}={value}")
    ]


def write_sources(folder, mirror, suites=pins.SUITES):
    """Write the private sources list."""
    keyring = next((ring for ring in KEYRINGS if ring.exists()), None)
    if keyring is None:
        raise Stop(
            "Debian's archive key is missing: run "
            "`sudo apt-get install -y debian-archive-keyring`, then repeat."
        )
    lines = [f"deb [signed-by={keyring}] {mirror} {suite} main" for suite in suites]
    (folder / "sources.list").write_text("\n".join(lines) + "\n")


# --- download ----------------------------------------------------------------
class Downloads:
    """The checked cache of package files; ``index.json`` says what each should be."""

    def __init__(self, folder=None):
        self.folder = folder or paths.CACHE / "debs"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.index_file = self.folder / "index.json"

    def _index(self):
        try:
            return json.loads(self.index_file.read_text())
        except (OSError, ValueError):
            return {}

    def remember(self, deb, file, sha256):
        """Note which file, with which hash, was chosen for the pin ``deb``."""
        chosen = {"file": file, "sha256": sha256, "pin": deb.sha256}
        part = self.index_file.with_suffix(".part")
        part.write_text(json.dumps({**self._index(), deb.name: chosen}, indent=1))
        os.replace(part, self.index_file)

    def lookup(self, deb):
        """Return the file for the pin ``deb`` if it is there and whole, else None."""
        known = self._index().get(deb.name, {})
        if known.get("pin") != deb.sha256:
            return None
        file = self.folder / known["file"]
        whole = file.exists() and file_sha256(file) == known["sha256"]
        return file if whole else None

    def size(self):
        """Return the bytes present, finished or not."""
        return sum(file.stat().st_size for file in self.folder.glob("*.deb"))


def _describe(apt, words):
    """Ask apt what ``download`` would fetch: (file, bytes, sha256), or None."""
    answer = subprocess.run(
        [*apt, "download", "-qq", "--print-uris", words],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    found = re.search(r"^'.*' (\S+) (\d+) SHA256:(\w{64})", answer.stdout, re.M)
    return (found[1], int(found[2]), found[3]) if found else None


def _choose(apt, deb):
    """Return (apt's word, file, bytes, sha256): the tested version if still there."""
    for words in (f"{deb.name}={deb.version}", f"{deb.name}/{deb.suite}"):
        described = _describe(apt, words)
        if described:
            break
    else:
        raise Stop(f"Debian {deb.suite} offers no package {deb.name}: {OTHER_WAY}.")
    if described[2] != deb.sha256:
        progress.say(
            f"Warning: {described[0]} is not the tested {deb.name} {deb.version}; "
            f"should something fail, look there first."
        )
    return words, *described


def fetch(debs=pins.DEBS, mirror=None):
    """Return the files of ``debs``, downloading what the cache lacks.

    An interrupted download is continued, a corrupted file fetched again.
    """
    cache = Downloads()
    lacking = [deb for deb in debs if not cache.lookup(deb)]
    if lacking:
        _download(cache, lacking, mirror or os.environ.get("DEBIAN_MIRROR"))
    return [cache.lookup(deb) for deb in debs]


def _download(cache, debs, mirror):
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Stop(
            "Odoo 19 is taken from Debian's package with apt-get and dpkg-deb, which "
            "this host lacks: set ODOO_HOME to a folder that holds Odoo 19."
        )
    folder = paths.CACHE / "apt"
    apt = ["apt-get", *apt_options(folder)]
    write_sources(folder, mirror or host_mirror())
    title = f"Reading the package lists of Debian {' and '.join(pins.SUITES)}"
    progress.run([*apt, "update", "--error-on=any"], title, log="debian-update")
    words, total, done_before = [], 0, 0
    for deb in debs:
        word, file, size, sha256 = _choose(apt, deb)
        cache.remember(deb, file, sha256)
        present = cache.folder / file
        resumed = present.stat().st_size if present.exists() else 0
        if resumed >= size:
            # apt takes a file of the full size for finished, whatever its content.
            present.unlink()
            resumed = 0
        words.append(word)
        total += size
        done_before += resumed
    others = cache.size() - done_before
    progress.run(
        [*apt, "download", "-q", *words],
        f"Downloading {len(debs)} Debian packages",
        log="debian-download",
        measure=lambda: f"{(cache.size() - others) / 1e6:.0f} of {total / 1e6:.0f} MB",
        cwd=cache.folder,
    )
    broken = [deb.name for deb in debs if not cache.lookup(deb)]
    if broken:
        raise Stop(
            f"The download of {', '.join(broken)} does not match its published hash: "
            f"repeat the command, and change DEBIAN_MIRROR if it happens again."
        )


def unpack(files, folder):
    """Unpack package files into an empty ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    loop = 'for file in "$@"; do dpkg-deb -x "$file" . || exit; done'
    title = f"Unpacking {len(files)} Debian packages"
    progress.run(["sh", "-c", loop, "sh", *files], title, log="unpack", cwd=folder)
