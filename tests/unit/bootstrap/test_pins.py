"""Pins: every version is exact, in one place."""

import re

import pytest

from local import paths, pins, venv
from local.errors import Stop

FILES = sorted(file.stem for file in paths.REQUIREMENTS.glob("*.txt"))


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_exactly(name):
    assert venv.requirement_lines(name)
    assert not venv.unpinned(name)


def test_loose_requirements_are_found(monkeypatch):
    loose = ["a", "b>=1", "c==1.*", "d==1.0"]
    monkeypatch.setattr(venv, "requirement_lines", lambda name: loose)
    assert venv.unpinned("any") == ["a", "b>=1", "c==1.*"]


def test_no_package_is_pinned_twice():
    """Else the order of the files would decide which one is installed."""
    lines = [*venv.runtime_lines(), *venv.requirement_lines("test")]
    names = [line.split("==")[0].lower() for line in lines]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("deb", pins.DEBS, ids=lambda deb: deb.name)
def test_debian_pins_are_complete(deb):
    assert re.fullmatch(r"[0-9a-f]{64}", deb.sha256)
    assert deb.version and deb.suite


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_unsupported_python_is_one_sentence(version):
    with pytest.raises(Stop, match="from 3.11 to 3.13"):
        venv.check_python(version)
