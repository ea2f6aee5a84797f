"""A state folder of its own for each test of the bootstrap."""

import pytest

from local import paths


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """Point every path of the bootstrap into a fresh folder."""
    folder = tmp_path / "state"
    monkeypatch.setattr(paths, "STATE", folder)
    names = {"CACHE": "cache", "LOGS": "logs", "RUN": "run", "STAMPS": "stamps"}
    for attribute, name in names.items():
        monkeypatch.setattr(paths, attribute, folder / name)
    monkeypatch.setattr(paths, "LOCK", folder / "lock")
    paths.prepare()
    return folder
