"""Hashes that tell whether a result is still the one its inputs would give."""

import hashlib
from pathlib import Path


def text_digest(*parts):
    """Return a short hash of the given texts, order mattering."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(str(part).encode() + b"\0")
    return sha.hexdigest()[:12]


def file_sha256(path):
    """Return the SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tree_digest(folder, skip=()):
    """Return a short hash of all files under ``folder``, names and contents.

    :param skip: names of files or folders, at any depth, that do not count
    """
    sha = hashlib.sha256()
    folder = Path(folder)
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not set(inside.parts) & {"__pycache__", *skip}:
            sha.update(str(inside).encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()[:12]
