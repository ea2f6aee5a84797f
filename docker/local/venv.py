"""The Python environments, built from ``requirements/*.txt``.

============  ===============================  ==============================
folder        requirements                     for
============  ===============================  ==============================
``venv``      odoo, runtime, demo; test on need Odoo, our addons, their tests
``tools``     dev                              linters
``community`` addons                           addons joined by glue addons
============  ===============================  ==============================
"""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from local import paths, pins, progress, stamps
from local.digest import text_digest
from local.errors import Stop

MAIN = paths.STATE / "venv"
TOOLS = paths.STATE / "tools"
RUNTIME = ["odoo", "runtime", "demo"]
COMMUNITY = paths.STATE / "community"
PYTHON = MAIN / "bin" / "python"
FRAMEWORK_LINK = "odoo-framework.pth"


def check_python(version=sys.version_info[:2]):
    """Refuse a Python that Odoo 19 does not support."""
    if not pins.PYTHON_MIN <= tuple(version) <= pins.PYTHON_MAX:
        low, high = (".".join(map(str, v)) for v in (pins.PYTHON_MIN, pins.PYTHON_MAX))
        raise Stop(
            f"Python {version[0]}.{version[1]} does not suit Odoo 19: run make with "
            f"PYTHON= naming a Python from {low} to {high}."
        )


def requirement_lines(name):
    """Return the pinned lines of ``requirements/<name>.txt``, comments left out."""
    text = (paths.REQUIREMENTS / f"{name}.txt").read_text()
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def runtime_lines():
    """Return the pinned packages that Odoo and our addons run on."""
    return [line for name in RUNTIME for line in requirement_lines(name)]


def unpinned(name):
    """Return the lines that do not name one exact version."""
    exact = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+( ; .+)?$")
    return [line for line in requirement_lines(name) if not exact.match(line)]


def pip_environment():
    """Return the caller's environment, less what would lead pip astray."""
    led = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_USER")
    kept = {name: value for name, value in os.environ.items() if name not in led}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def install(python, names, title, *options, log):
    """Install requirement files with pip; its own cache checks and keeps downloads."""
    files = [word for n in names for word in ("-r", paths.REQUIREMENTS / f"{n}.txt")]
    command = [python, "-m", "pip", "install", *options, *files]
    progress.run(command, title, log=log, env=pip_environment())


def _create(folder):
    progress.run(
        [sys.executable, "-m", "venv", "--clear", folder],
        f"Creating the Python environment {paths.shown(folder)}",
        log="venv",
        env=pip_environment(),
    )
    python = folder / "bin" / "python"
    install(python, ["pip"], "Installing pip", log="pip")


def _python_key():
    return text_digest(sys.version, Path(sys.executable).resolve())


def _build(folder, stamp, names):
    """Make ``folder`` hold what ``names`` require; from scratch if in doubt.

    Without its stamp, an earlier run was killed at an unknown point, maybe between
    two files of one package: then nothing of it is kept.
    """
    python = folder / "bin" / "python"
    alone = ["test-alone"] if "test" in names else []
    every = ["pip", *names, *alone]
    lines = [line for name in every for line in requirement_lines(name)]
    base, known = _python_key(), stamps.read(stamp)
    key = text_digest(base, *lines)
    if known.get("key") == key and runs(python):
        return
    stamps.drop(stamp)
    if known.get("base") != base or not runs(python):
        _create(folder)
    title = f"Installing {len(lines)} Python packages ({' and '.join(names)})"
    install(python, names, title, log=f"pip-{stamp}")
    if alone:
        title = "Installing what is taken from other packages"
        install(python, alone, title, "--no-deps", log=f"pip-{stamp}-alone")
    stamps.write(stamp, key=key, base=base, names=names)


def ensure_main(tests=False):
    """Make the environment that runs Odoo; with the tests' packages on demand.

    Once it holds the tests' packages it keeps them, so that alternating between
    commands installs nothing.
    """
    tests = tests or "test" in stamps.read("venv").get("names", ())
    _build(MAIN, "venv", [*RUNTIME, "test"] if tests else RUNTIME)


def ensure_tools():
    """Make the environment of the linters."""
    _build(TOOLS, "tools", ["dev"])


def ensure_community():
    """Return the addons folder of the community addons that our glue addons join."""
    key = text_digest(*requirement_lines("addons"))
    folder = COMMUNITY / "odoo" / "addons"

    def build():
        where = ("--no-deps", "--upgrade", "--target", COMMUNITY)
        install(PYTHON, ["addons"], "Installing community addons", *where, log="addons")

    stamps.once("community", key, build, folder.is_dir)
    return folder


def link_framework(source):
    """Let the main environment import the package ``odoo`` of ``source``."""
    tag = f"python{sysconfig.get_python_version()}"
    link = MAIN / "lib" / tag / "site-packages" / FRAMEWORK_LINK
    if not link.exists() or link.read_text() != f"{source.python_path}\n":
        link.write_text(f"{source.python_path}\n")


def runs(python=PYTHON):
    """Tell whether the interpreter of an environment still works."""
    try:
        done = subprocess.run([str(python), "-c", ""], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0
