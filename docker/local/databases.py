"""Databases with their file stores: create, copy, seal, drop."""

import re

from local import filestore, stamps
from local.errors import Stop
from local.server import Refused

# What a killed run leaves behind carries this ending, and the next run removes it.
PART = "_part"


def check_name(name):
    """Refuse a name that would need quoting somewhere between make and Odoo."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,62}", name):
        raise Stop(
            f"{name!r} is no name for a database: use letters, digits, - and _, "
            f"beginning with a letter."
        )


class Databases:
    """The databases of one server."""

    def __init__(self, server):
        self.server = server

    def names(self, prefix=""):
        """Return the names that begin with ``prefix``."""
        rows = self.server.query("SELECT datname FROM pg_database ORDER BY 1")
        return [name for (name,) in rows if name.startswith(prefix)]

    def exists(self, name):
        """Tell whether the database is there."""
        return name in self.names(name)

    def identity(self, name):
        """Return a text that another database of the same name would not have."""
        where = f"FROM pg_database WHERE datname = '{name}'"
        rows = self.server.query(f"SELECT oid {where}")
        return rows[0][0] if rows else ""

    def create(self, name, template=None):
        """Create a database, replacing one of that name; a copy of ``template``."""
        self.drop(name)
        self._note(name)
        if template:
            self.server.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            filestore.copy(template, name)
        else:
            self.server.query(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"
            )

    def drop(self, name):
        """Remove a database and its files; nothing happens if there is none."""
        if self.exists(name):
            self.server.query(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
            self.server.query(f'DROP DATABASE "{name}" WITH (FORCE)')
        filestore.remove(name)

    def seal(self, part, name):
        """Make a finished ``part`` the template ``name``, which nobody changes."""
        self.rename(part, name)
        self.server.query(
            f'ALTER DATABASE "{name}" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false'
        )

    def rename(self, old, new):
        """Give a finished database its name, replacing one of that name."""
        self.drop(new)
        filestore.rename(old, new)
        self.server.query(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
        self._note(new)

    def drop_others(self, prefix, kept):
        """Remove the databases of a family but ``kept``."""
        for name in self.names(prefix):
            if name != kept:
                try:
                    self.drop(name)
                except Refused:
                    pass  # another command is copying it; the next run removes it

    def _note(self, name):
        """Remember what we made, for a server that is not ours to remove."""
        made = set(stamps.read("databases").get("made", ())) | {name}
        stamps.write("databases", made=sorted(made))

    def drop_all_made(self):
        """Remove every database that these commands created."""
        for name in stamps.read("databases").get("made", ()):
            self.drop(name)
        stamps.drop("databases")
