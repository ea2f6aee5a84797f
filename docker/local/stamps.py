"""Memory of finished steps.

A stamp is written, atomically, only after its step ended well, and removed before
the step starts again: whatever kills a run, the next one sees no stamp and repeats
the step instead of trusting a half-made result.
"""

import json
import os

from local import paths


def _file(name):
    return paths.STAMPS / f"{name}.json"


def read(name):
    """Return the facts stored under ``name``, or ``{}`` if missing or torn."""
    try:
        facts = json.loads(_file(name).read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def write(name, **facts):
    """Store ``facts`` under ``name`` in one move that no crash can split."""
    paths.STAMPS.mkdir(parents=True, exist_ok=True)
    part = _file(name).with_suffix(f".part{os.getpid()}")
    with part.open("w") as stream:
        json.dump(facts, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, _file(name))


def drop(name):
    """Forget the step ``name``."""
    _file(name).unlink(missing_ok=True)


def once(name, key, build, intact=lambda: True):
    """Call ``build`` unless it already ended well for ``key``; say whether it ran.

    :param key: everything the result depends on, as one string
    :param intact: quick look at the result, for files removed by hand
    """
    if read(name).get("key") == key and intact():
        return False
    drop(name)
    build()
    write(name, key=key)
    return True
