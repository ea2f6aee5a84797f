"""Translations: what the addons say, against what their ``fr.po`` answers."""

import json
import os
import subprocess
from pathlib import Path

from local import addons, paths, venv
from local.environment import ready

JOB = Path(__file__).with_name("translations_job.py")


def export(names):
    """Write each addon's terms to a ``.pot`` in the state folder; return the folder."""
    folder = paths.RUN / "i18n"
    folder.mkdir(exist_ok=True)
    database = f"legal_i18n_{os.getpid()}"
    with ready() as env:
        env.store.create(database, env.templates.addons(glue=True))
    try:
        for name in names:
            words = ["i18n", "export", "-d", database, "-l", "pot"]
            words += ["-o", folder / f"{name}.pot", name]
            title = f"Exporting the terms of {name}"
            env.odoo.run(*words, title=title, log=f"i18n-{name}")
    finally:
        env.store.drop(database)
    return folder


def _job(action):
    """Run the job with the linters' Python, which has a reader of ``.po`` files."""
    names = list(addons.read_all())
    folder = export(names)
    done = subprocess.run(
        [str(venv.TOOLS / "bin" / "python"), str(JOB), action, str(folder)],
        input=json.dumps({name: str(paths.ADDONS / name) for name in names}),
        capture_output=True,
        text=True,
    )
    done.check_returncode()
    return done.stdout.splitlines()


def check():
    """Every term has its French."""
    return _job("check")


def update():
    """Write each addon's ``.pot`` anew, and add to its ``fr.po`` what is new."""
    paths.prepare()
    venv.ensure_tools()
    print("\n".join(_job("update")))
    return 0
