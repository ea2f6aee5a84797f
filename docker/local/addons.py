"""Our addons as they lie in the repository."""

import ast
from dataclasses import dataclass
from pathlib import Path

from local import paths
from local.digest import text_digest, tree_digest
from local.errors import Stop

# Changes here cannot change what an installed database holds.
OUTSIDE_DATABASE = ("tests", "readme", "README.md", "README.rst", "decisions")


@dataclass(frozen=True)
class Addon:
    """An installable addon and its manifest."""

    folder: Path
    manifest: dict

    @property
    def name(self):
        return self.folder.name

    @property
    def is_glue(self):
        """Glue installs itself once the addons it joins are there."""
        return bool(self.manifest.get("auto_install"))


def read_all(folder=paths.ADDONS):
    """Return the installable addons by name.

    :raise Stop: a manifest cannot be read
    """
    found = {}
    for file in sorted(Path(folder).glob("*/__manifest__.py")):
        try:
            manifest = ast.literal_eval(file.read_text())
        except (SyntaxError, ValueError) as error:
            raise Stop(f"{paths.shown(file)} is no manifest: {error}.") from None
        if manifest.get("installable", True):
            found[file.parent.name] = Addon(file.parent, manifest)
    return found


def digest(addons):
    """Return a hash of everything in ``addons`` that a database is made from."""
    return text_digest(
        *(f"{a.name} {tree_digest(a.folder, OUTSIDE_DATABASE)}" for a in addons)
    )
