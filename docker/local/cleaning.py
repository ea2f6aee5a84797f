"""``make clean`` and ``make distclean``."""

import shutil

from local import demo, paths, postgres, progress, server, stamps
from local.databases import Databases
from local.errors import Stop


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
    demo.stop_running()
    _drop_on_own_server()
    postgres.remove()
    for entry in paths.STATE.iterdir() if paths.STATE.exists() else ():
        if entry == paths.CACHE and not caches:
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    if caches:
        shutil.rmtree(paths.STATE, ignore_errors=True)
    shutil.rmtree(paths.OUT, ignore_errors=True)
    for name in (".pytest_cache", ".ruff_cache", ".hypothesis"):
        shutil.rmtree(paths.ROOT / name, ignore_errors=True)
    for name in ("docker", "addons", "tests"):
        for folder in list((paths.ROOT / name).rglob("__pycache__")):
            shutil.rmtree(folder, ignore_errors=True)
    return 0
