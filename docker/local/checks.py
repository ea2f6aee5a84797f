"""``make check``: everything that can be told wrong without running it.

Each check returns its findings, one line each, beginning with the file. Named checks
alone are run by ``make check ARGS="ruff xml"``.
"""

import os
import re
import subprocess
import xml.parsers.expat
from pathlib import Path

from local import addons, paths, progress, translations, venv
from local.errors import Stop

PYTHON_FOLDERS = ("addons", "docker/local", "tests", "conftest.py")
MANIFEST_KEYS = ("name", "summary", "version", "author", "license", "category")
VERSION = re.compile(r"^19\.0\.\d+\.\d+\.\d+$")
DATA_FOLDERS = ("data", "report", "security", "templates", "views", "wizards")
TEXT_SUFFIXES = (".py", ".xml", ".csv", ".js", ".scss", ".toml", ".yaml", ".yml")


def _tool(*words):
    """Run a linter; return the lines it printed if it found something."""
    program, *rest = words
    done = subprocess.run(
        [str(venv.TOOLS / "bin" / program), *rest],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
    )
    output = (done.stdout + done.stderr).splitlines()
    noise = ("Found ", "[*]", "No fixes", "*****")
    found = [line for line in output if line.strip() and not line.startswith(noise)]
    if not done.returncode:
        return []
    return found or [f"{program} ended with {done.returncode} and no word"]


def _existing(names):
    return [name for name in names if (paths.ROOT / name).exists()]


def tracked_files():
    """Return the repository's files: those git knows, and new ones it would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    files = [paths.ROOT / name for name in names if name]
    if not files:  # an unpacked archive has no git
        hidden = (".git", ".state", "out")
        files = [
            f
            for f in paths.ROOT.rglob("*")
            if f.relative_to(paths.ROOT).parts[0] not in hidden
        ]
    return sorted(file for file in files if file.is_file())


def ruff():
    """Lint and format of Python."""
    folders = _existing(PYTHON_FOLDERS)
    concise = "--output-format=concise"
    linted = _tool("ruff", "check", concise, *folders)
    return linted + _tool("ruff", "format", "--check", concise, *folders)


def pylint():
    """Odoo's own rules."""
    folders = [paths.shown(addon.folder) for addon in addons.read_all().values()]
    jobs = f"-j{os.cpu_count() or 1}"
    return _tool("pylint", "--rcfile=.pylintrc-mandatory", jobs, *folders)


def xml_errors(file):
    """Return what keeps a file from being well-formed XML."""
    try:
        xml.parsers.expat.ParserCreate().Parse(file.read_bytes(), True)
    except xml.parsers.expat.ExpatError as error:
        return [f"{paths.shown(file)}:{error.lineno}: {error}"]
    return []


def xml_files():
    """XML and SVG are well-formed."""
    files = [f for f in tracked_files() if f.suffix in (".xml", ".svg")]
    return [line for file in files for line in xml_errors(file)]


def whitespace():
    """Lines end without blanks, files with one line break."""
    found = []
    for file in (f for f in tracked_files() if f.suffix in TEXT_SUFFIXES):
        text = file.read_text()
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                found.append(f"{paths.shown(file)}:{number}: blanks at the line's end")
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            found.append(f"{paths.shown(file)}: must end with one line break")
    return found


def manifest_errors(addon):
    """Return what is wrong with one addon's manifest."""
    manifest, folder = addon.manifest, addon.folder
    lacking = [key for key in MANIFEST_KEYS if not manifest.get(key)]
    found = [f"lacks {key}" for key in lacking]
    if not VERSION.match(manifest.get("version", "")):
        found.append("version must read 19.0.x.y.z")
    if manifest.get("license") != "LGPL-3":
        found.append("license must be LGPL-3")
    listed = {*manifest.get("data", ()), *manifest.get("demo", ())}
    lost = [name for name in sorted(listed) if not (folder / name).exists()]
    found += [f"lists {name}, which is missing" for name in lost]
    for name in DATA_FOLDERS:
        for file in sorted((folder / name).glob("*.*")):
            inside = str(file.relative_to(folder))
            if file.suffix in (".xml", ".csv") and inside not in listed:
                found.append(f"does not list {inside}: it is never loaded")
    for name in ("static/description/icon.png", "readme/DESCRIPTION.md"):
        if not addon.is_glue and not (folder / name).exists():
            found.append(f"comes without {name}")
    for name in manifest.get("external_dependencies", {}).get("python", ()):
        if not is_pinned(name):
            found.append(f"needs {name}, which requirements/ does not pin")
    return [f"{paths.shown(folder)}/__manifest__.py: {text}" for text in found]


def is_pinned(distribution):
    """Tell whether a Python package is among the pinned ones."""

    def plain(name):
        return re.split(r"[=<>~!;\[ ]", name)[0].lower().replace("_", "-")

    return plain(distribution) in map(plain, venv.runtime_lines())


def manifests():
    """Manifests are complete, and list what is there."""
    return [li for a in addons.read_all().values() for li in manifest_errors(a)]


def pins():
    """Every requirement names one exact version."""
    files = sorted(Path(paths.REQUIREMENTS).glob("*.txt"))
    lines = [(f, line) for f in files for line in venv.unpinned(f.stem)]
    return [
        f"{paths.shown(file)}: {line} is not pinned with ==" for file, line in lines
    ]


CHECKS = {
    "ruff": ruff,
    "xml": xml_files,
    "whitespace": whitespace,
    "manifests": manifests,
    "pins": pins,
    "pylint": pylint,
    "translations": translations.check,
}


def command(names=()):
    """Run ``make check``: all checks, or those named; return the exit code."""
    unknown = set(names) - set(CHECKS)
    if unknown:
        raise Stop(
            f"There is no check {', '.join(sorted(unknown))}; there are "
            f"{', '.join(CHECKS)}."
        )
    paths.prepare()
    venv.ensure_tools()
    failed = 0
    for name in names or CHECKS:
        findings = CHECKS[name]()
        failed += bool(findings)
        progress.say(f"{name}: {f'{len(findings)} found' if findings else 'ok'}")
        for line in findings:
            progress.say(f"  {line}")
    progress.say(
        f"{failed} of {len(names or CHECKS)} checks failed" if failed else "ok"
    )
    return 1 if failed else 0
