"""The configuration file of Odoo, and calls of its programs."""

import os
import subprocess

from local import paths, progress, venv
from local.errors import CommandFailed

# Not ours to answer for: a stock notice on a PostgreSQL without contrib extensions.
KNOWN_ERRORS = ("pg_trgm",)


def write_config(server, addons_paths):
    """Write the configuration file shared by all commands.

    The password of a server of one's own is not written: it stays in the environment.
    """
    options = {
        "addons_path": ",".join(str(path) for path in addons_paths),
        "data_dir": paths.DATA,
        "db_host": server.environment.get("PGHOST"),
        "db_port": server.environment.get("PGPORT"),
        "db_user": server.environment.get("PGUSER"),
        "http_interface": "127.0.0.1",
        "list_db": "False",
        "max_cron_threads": "0",
        "workers": "0",
    }
    lines = [f"{name} = {value}" for name, value in options.items() if value]
    text = "\n".join(["[options]", *lines]) + "\n"
    if not paths.CONFIG.exists() or paths.CONFIG.read_text() != text:
        part = paths.CONFIG.with_suffix(".part")
        part.write_text(text)
        os.replace(part, paths.CONFIG)


class Odoo:
    """Calls Odoo's programs against one server.

    They run in a folder of their own: inside the framework's package, its ``http.py``
    would hide the standard library's.
    """

    def __init__(self, server):
        self.server = server

    def environment(self, **more):
        """Return the environment of a child process."""
        env = self.server.client_environment()
        for name in ("PYTHONPATH", "PYTHONHOME", "ODOO_RC", "OPENERP_SERVER"):
            env.pop(name, None)
        path = f"{venv.MAIN / 'bin'}{os.pathsep}{env['PATH']}"
        # libpq would take its own idea of a database over Odoo's option
        env.pop("PGDATABASE", None)
        return {**env, "PATH": path, "PYTHONUNBUFFERED": "1", **more}

    def command(self, *words):
        """Return the command line of an Odoo program."""
        # Last, as some programs take a subcommand of their own before options.
        config = ("-c", paths.CONFIG)
        return [str(word) for word in (venv.PYTHON, "-m", "odoo", *words, *config)]

    def run(self, *words, title, log, **popen):
        """Run an Odoo program to its end, its output in a log.

        :raise Stop: it failed; says so if PostgreSQL went away meanwhile
        """
        popen.setdefault("env", self.environment())
        popen.setdefault("cwd", paths.RUN)
        try:
            return progress.run(self.command(*words), title, log=log, **popen)
        except CommandFailed as error:
            if not self.server.alive():
                raise self.server.stopped(f"{title[0].lower()}{title[1:]}") from error
            raise

    def script(self, database, file, title, log, env=None, show=False, options=()):
        """Run a Python file inside ``odoo shell``; ``show`` lets its prints be seen."""
        words = ("shell", "-d", database, "--no-http", "--log-level=warn", *options)
        with open(file) as stream:
            more = {"stdin": stream, "env": self.environment(**(env or {}))}
            if show:
                more.update(stdout=None, live=False)
            return self.run(*words, title=title, log=log, **more)

    def start(self, *words, log):
        """Start an Odoo server; return its process, its output in a log."""
        with (paths.LOGS / f"{log}.log").open("w") as stream:
            return subprocess.Popen(
                self.command(*words),
                env=self.environment(),
                cwd=paths.RUN,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                preexec_fn=progress.end_with_parent,
            )


def logged_errors(file):
    """Return the ERROR and CRITICAL lines of a log: Odoo installs on in spite of them.

    A constraint that PostgreSQL refuses, for one, is only logged, and then missing.
    """
    with open(file, errors="replace") as stream:
        lines = [li.strip() for li in stream if " ERROR " in li or " CRITICAL " in li]
    return [line for line in lines if not any(known in line for known in KNOWN_ERRORS)]
