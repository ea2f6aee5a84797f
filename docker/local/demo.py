"""``make demo``: the demo firm, its month-end, and the web client.

The database is built beside and renamed when its month-end is done, so a killed run
leaves no half-made firm. Afterwards the stamp knows the database's identity and the
addons' hash: the same are served at once, changed addons are updated in place, which
keeps what people entered.
"""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

from local import addons, databases, mail_sink, paths, ports, progress, stamps, venv
from local.environment import ready
from local.errors import Stop

NAME = "legal_demo"
JOB = Path(__file__).with_name("demo_job.py")
START_SECONDS = 60


def _logins_file():
    return paths.RUN / "demo-logins.json"


def _documents_file():
    return paths.RUN / "demo-documents.json"


def _mail():
    """Keep the demo's e-mails in a folder; yields Odoo's options for that server."""
    return mail_sink.running(venv.PYTHON, ports.any_free(), paths.OUT / "courriels")


def _is_current(env, key):
    """Tell whether the demo database is the one these addons made."""
    known = stamps.read("demo")
    return known.get("key") == key and known.get("database") == env.store.identity(NAME)


def _documents_there():
    try:
        names = json.loads(_documents_file().read_text())
    except (OSError, ValueError):
        return False
    return bool(names) and all((paths.OUT / name).exists() for name in names)


def _run_job(env, database):
    """Load the firm and run its month-end; both do only what is not done yet."""
    paths.OUT.mkdir(exist_ok=True)
    variables = {
        "LEGAL_OUT": str(paths.OUT),
        "LEGAL_LOGINS": str(_logins_file()),
        "LEGAL_DOCUMENTS": str(_documents_file()),
    }
    title = "Running the month-end of the demo firm"
    with _mail() as options:
        more = {"env": variables, "show": True, "options": options}
        env.odoo.script(database, JOB, title, "demo-job", **more)


def _build(env, key):
    """Make the database from nothing."""
    template = env.templates.addons()
    part = NAME + databases.PART
    env.store.create(part, template)
    _run_job(env, part)
    env.store.rename(part, NAME)
    stamps.write("demo", key=key, database=env.store.identity(NAME))


def _update(env, key):
    """Bring an existing demo database up to the addons as they are now."""
    names = ",".join(a.name for a in addons.read_all().values() if not a.is_glue)
    words = ("-d", NAME, "-u", names, "-i", names, "--no-http", "--stop-after-init")
    title = "Updating the demo database to the changed addons"
    env.odoo.run(*words, "--log-level=warn", title=title, log="demo-update")
    _run_job(env, NAME)
    stamps.write("demo", key=key, database=env.store.identity(NAME))


def prepare(env):
    """Make the demo database and its documents current."""
    key = env.templates.addons_key()
    known = stamps.read("demo").get("database")
    if _is_current(env, key):
        if not _documents_there():
            _run_job(env, NAME)
    elif known and known == env.store.identity(NAME):
        _update(env, key)
    else:
        _build(env, key)


# --- serving -----------------------------------------------------------------
def _server_file():
    return paths.RUN / "demo-server.json"


def is_our_server(pid):
    """Tell whether a process is an Odoo of this state folder."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return False
    return str(paths.CONFIG) in words


def running():
    """Return (pid, address) of the demo server that runs already, or None."""
    try:
        facts = json.loads(_server_file().read_text())
    except (OSError, ValueError):
        return None
    return (facts["pid"], facts["url"]) if is_our_server(facts["pid"]) else None


def stop_running():
    """End the demo server if one runs."""
    found = running()
    if found:
        os.kill(found[0], signal.SIGTERM)
        for _wait in range(100):
            if not is_our_server(found[0]):
                break
            time.sleep(0.1)
    _server_file().unlink(missing_ok=True)


def _wait_until_served(process, url):
    """Return once the login page answers."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/web/login", timeout=30):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    log = paths.LOGS / "demo-server.log"
    progress.end(process)
    raise Stop(
        f"The web client did not start within {START_SECONDS} s: "
        f"{progress.tail(log)} (log: {paths.shown(log)})."
    )


def _print_logins():
    try:
        logins = json.loads(_logins_file().read_text())
    except (OSError, ValueError):
        logins = []
    width = max((len(row[0]) for row in logins), default=0)
    for login, password, role in logins:
        progress.say(f"  {login:<{width}}  {password:<10}  {role}")


class Watch:
    """Looks at PostgreSQL every few seconds while the web client is served."""

    TICKS = 10

    def __init__(self, server):
        self.server, self.count = server, 0

    def __call__(self):
        self.count += 1
        if self.count % self.TICKS == 0 and not self.server.alive():
            raise self.server.stopped("the web client was served")


def serve(env, port):
    """Serve the web client until interrupted."""
    words = ["-d", NAME, f"--db-filter=^{NAME}$", f"--http-port={port}"]
    words += ["--max-cron-threads=1", "--log-level=info"]
    url = f"http://127.0.0.1:{port}"
    with _mail() as options:
        process = env.odoo.start(*words, *options, log="demo-server")
        return _serve(process, url, env.server)


def _serve(process, url, server):
    """Tell where the web client is, and wait until it is stopped."""
    try:
        _server_file().write_text(json.dumps({"pid": process.pid, "url": url}))
        _wait_until_served(process, url)
        progress.say(f"\nThe demo firm is served at  {url}")
        _print_logins()
        log = paths.shown(paths.LOGS / "demo-server.log")
        progress.say(
            f"Documents: {paths.shown(paths.OUT)}/   Log: {log}   Stop: Ctrl-C"
        )
        progress.wait(process, Watch(server))
    except KeyboardInterrupt:
        progress.say("\nStopping the web client.")
    finally:
        progress.end(process)
        _server_file().unlink(missing_ok=True)
    return process.returncode


def command(serve_too=True, port=""):
    """Run ``make demo``."""
    found = running()
    if found and serve_too and not port:
        progress.say(f"The demo firm is served already at  {found[1]}")
        _print_logins()
        return 0
    if serve_too:
        ports.choose(port)  # say so before minutes of work, if it is taken
    with ready() as env:
        prepare(env)
    count = len(json.loads(_documents_file().read_text()))
    progress.say(f"{count} documents are in {paths.shown(paths.OUT)}/")
    return serve(env, ports.choose(port)) if serve_too else 0
