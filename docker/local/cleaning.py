"""``make clean`` and ``make distclean``."""

import shutil

from local import demo, paths, postgres, progress, server, stamps
from local.databases import Databases
from local.errors import Stop
from local.lock import exclusive

TOOL_CACHES = (".pytest_cache", ".ruff_cache", ".hypothesis")


def _drop_on_own_server():
    """Drop our databases on a server of the user's own, which we leave running."""
    if server.own_server() and stamps.read("databases"):
        try:
            Databases(server.choose()).drop_all_made()
        except Stop as error:
            progress.say(f"The databases on your own server stay: {error}")


def command(caches=False):
    """Stop what runs and remove what was made; downloads too if asked."""
    if not paths.STATE.exists() and not paths.OUT.exists():
        return 0
    with exclusive():
        _remove(caches)
    if caches:
        shutil.rmtree(paths.STATE, ignore_errors=True)
    return 0


def _remove(caches):
    demo.stop_running()
    _drop_on_own_server()
    postgres.remove()
    kept = () if caches else (paths.CACHE,)
    made = [entry for entry in paths.STATE.iterdir() if entry not in kept]
    made += [paths.OUT, *(paths.ROOT / name for name in TOOL_CACHES)]
    for name in ("docker", "addons", "tests"):
        made += (paths.ROOT / name).rglob("__pycache__")
    for path in made:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
