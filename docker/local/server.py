"""Which PostgreSQL is used: the embedded one, or the user's own."""

import os
import shutil
import subprocess
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from local import pins, postgres
from local.errors import Stop


class Refused(Stop):
    """The server refused a statement, or went away; ``reason`` is its own word."""

    def __init__(self, reason):
        self.reason = reason
        super().__init__(
            f"PostgreSQL did not do what was asked ({reason}): repeat the command, it "
            f"starts the embedded server again if that has stopped."
        )


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, and the environment its clients need to reach it."""

    environment: dict
    programs: Path
    embedded: bool
    maintenance: str = "postgres"
    named_by: str = field(default="")

    def client_environment(self):
        """Return ``os.environ`` completed for libpq, with our client programs first."""
        path = f"{self.programs}{os.pathsep}{os.environ.get('PATH', '')}"
        cleaned = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return {**cleaned, **self.environment, "PATH": path}

    def query(self, statement, database=None):
        """Run one statement; return its rows as lists of texts.

        :raise Refused: the server cannot be reached, or refuses the statement
        """
        command = [self.programs / "psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1"]
        command += ["-d", database or self.maintenance, "-c", statement]
        answer = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            env={**self.client_environment(), "PGCONNECT_TIMEOUT": "10"},
        )
        if answer.returncode:
            first = answer.stderr.strip().split("\n")[0]
            raise Refused(first.removeprefix("psql: error: ") or "no answer")
        return [line.split("\t") for line in answer.stdout.splitlines()]

    def alive(self):
        """Tell whether the server answers now."""
        try:
            return self.query("SELECT 1") == [["1"]]
        except Refused:
            return False

    def stopped(self, doing):
        """Return the sentence for a server that went away."""
        if self.embedded:
            return Stop(
                f"PostgreSQL stopped while {doing} (log: {postgres.log()}): repeat the "
                f"command, it starts PostgreSQL again and continues."
            )
        return Stop(
            f"The PostgreSQL server of {self.named_by} stopped answering while "
            f"{doing}: start it, then repeat the command."
        )


def from_url(url):
    """Return libpq's variables for a ``postgresql://`` address, and its database."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise Stop(
            "DATABASE_URL is no address of PostgreSQL: write "
            "postgresql://user:password@host:port/database, or leave it out."
        )
    asked = dict(urllib.parse.parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:
        raise Stop(
            "DATABASE_URL names no usable port: mend it or leave it out."
        ) from None
    found = {
        "PGHOST": asked.get("host") or urllib.parse.unquote(parts.hostname or ""),
        "PGPORT": str(port or asked.get("port", "")),
        "PGUSER": urllib.parse.unquote(parts.username or asked.get("user", "")),
        "PGPASSWORD": urllib.parse.unquote(parts.password or ""),
        "PGSSLMODE": asked.get("sslmode", ""),
    }
    return {k: v for k, v in found.items() if v}, parts.path.strip("/") or "postgres"


def own_server():
    """Return the server the user names, or None."""
    url = os.environ.get("DATABASE_URL")
    if url:
        environment, database = from_url(url)
        return "DATABASE_URL", environment, database
    if os.environ.get("PGHOST", str(postgres.SOCKETS)) != str(postgres.SOCKETS):
        environment = {k: v for k, v in os.environ.items() if k.startswith("PG")}
        return "PGHOST", environment, environment.pop("PGDATABASE", "postgres")
    return None


def check(server):
    """Refuse a server of one's own that Odoo cannot use."""
    name = server.named_by
    try:
        rows = server.query(
            "SELECT current_user, rolsuper OR rolcreatedb,"
            " current_setting('server_version_num')::int / 10000"
            " FROM pg_roles WHERE rolname = current_user"
        )
    except Refused as error:
        raise Stop(
            f"The PostgreSQL server of {name} cannot be used ({error.reason}): start "
            f"it or mend {name}, or leave {name} out to have the embedded one."
        ) from None
    role, may_create, version = rows[0]
    if role == "postgres":
        raise Stop(
            f"Odoo refuses the role postgres: name another role in {name} "
            f"(`createuser --createdb legal` makes one)."
        )
    if may_create != "t":
        raise Stop(
            f"The role {role} of {name} may not create databases: run "
            f'`ALTER ROLE "{role}" CREATEDB` as an administrator of that server.'
        )
    if int(version) < pins.POSTGRES_MIN:
        raise Stop(
            f"The server of {name} is PostgreSQL {version}, Odoo 19 needs "
            f"{pins.POSTGRES_MIN} at least: upgrade it, or leave {name} out."
        )


def choose():
    """Return the server to use, started and checked."""
    postgres.ensure_programs()
    own = own_server()
    if own:
        named_by, environment, database = own
        native = shutil.which("psql") and shutil.which("createdb")
        folder = Path(shutil.which("psql")).parent if native else postgres.programs()
        server = Server(environment, folder, False, database, named_by)
        check(server)
        return server
    postgres.ensure_cluster()
    postgres.start()
    environment = {"PGHOST": str(postgres.SOCKETS), "PGUSER": postgres.ROLE}
    return Server(environment, postgres.programs(), True)
