"""Where things live: one git-ignored folder, and ``out/`` for documents."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("LEGAL_STATE") or ROOT / ".state").resolve()
OUT = ROOT / "out"
ADDONS = ROOT / "addons"
REQUIREMENTS = ROOT / "requirements"

CACHE = STATE / "cache"  # survives `make clean`
LOGS = STATE / "logs"
RUN = STATE / "run"  # facts about running programs; also their working folder
STAMPS = STATE / "stamps"
DATA = STATE / "data"  # Odoo's file stores and sessions
CONFIG = STATE / "odoo.conf"
LOCK = STATE / "lock"


def short_id():
    """Return ten characters that stand for this state folder on this host."""
    return hashlib.sha256(str(STATE).encode()).hexdigest()[:10]


def prepare():
    """Make the folders every command needs."""
    for folder in (CACHE, LOGS, RUN, STAMPS, DATA):
        folder.mkdir(parents=True, exist_ok=True)


def shown(path):
    """Return ``path`` as a person in the repository would type it."""
    path = Path(path)
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
