"""``make shell`` and ``make db``."""

import subprocess
from pathlib import Path

from local import databases, paths, ports, progress, venv
from local.environment import ready
from local.errors import Stop

LOAD = Path(__file__).with_name("load_job.py")


def open_shell(name):
    """Open an Odoo shell on a database; a script may be piped in."""
    databases.check_name(name)
    with ready() as env:
        if not env.store.exists(name):
            have = [n for n in env.store.names() if "_part" not in n]
            raise Stop(
                f"There is no database {name}: `make db NAME={name}` makes it "
                f"(there are: {', '.join(have)})."
            )
    words = ("shell", "-d", name, "--no-http", "--log-level=warn")
    return subprocess.call(
        env.odoo.command(*words), env=env.odoo.environment(), cwd=paths.RUN
    )


def new_database(name, demo=True):
    """Make a fresh database with the addons, and the demo firm unless told not to."""
    if not name:
        raise Stop("Which database? Say `make db NAME=x`.")
    databases.check_name(name)
    with ready() as env:
        if env.store.exists(name):
            raise Stop(
                f"The database {name} exists: take another NAME=, or drop it with "
                f"`make dropdb NAME={name}`."
            )
        part = name + databases.PART
        env.store.create(part, env.templates.addons())
        if demo:
            env.odoo.script(part, LOAD, "Loading the demo firm", log="load")
        env.store.rename(part, name)
    progress.say(f"The database {name} is ready: `make shell DB={name}` opens it.")
    return 0


def drop_database(name):
    """Drop a database that ``make db`` made."""
    databases.check_name(name)
    with ready() as env:
        env.store.drop(name)
    return 0


def serve(name, port):
    """Serve the web client on any database."""
    databases.check_name(name)
    chosen = ports.choose(port)
    with ready() as env:
        if not env.store.exists(name):
            raise Stop(f"There is no database {name}: `make db NAME={name}` makes it.")
    words = ("-d", name, f"--db-filter=^{name}$", f"--http-port={chosen}")
    progress.say(f"http://127.0.0.1:{chosen}")
    return subprocess.call(
        env.odoo.command(*words), env=env.odoo.environment(), cwd=paths.RUN
    )


def print_environment():
    """Print shell assignments, for ``eval "$(make -s env)"``."""
    with ready(tests=True) as env:
        path = f"{venv.MAIN / 'bin'}:{env.server.programs}:$PATH"
        more = {
            "ODOO_RC": paths.CONFIG,
            "LEGAL_STATE": paths.STATE,
            "LEGAL_STOCK_TEMPLATE": env.templates.stock(),
            "LEGAL_ADDONS_TEMPLATE": env.templates.addons(),
            "LEGAL_PG_PROGRAMS": env.server.programs,
        }
        lines = [*env.server.environment.items(), *more.items()]
    print("\n".join(f"export {name}='{value}'" for name, value in lines))
    print(f'export PATH="{path}"')
    return 0
