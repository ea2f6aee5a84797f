"""The host: room on disk, missing packages."""

import errno

import pytest

from local import cli, paths, stamps, system
from local.errors import Stop


def test_enough_room_passes():
    system.ensure_room(1)


def test_room_is_asked_only_for_steps_still_to_be_done():
    before = system.room_needed_mb()
    stamps.write("odoo", key="a")
    assert system.room_needed_mb() < before


def test_low_disk_is_one_sentence(monkeypatch):
    monkeypatch.setattr(system, "free_megabytes", lambda folder: 287)
    with pytest.raises(Stop, match="Only 287 MB are free .* 4000 MB .* LEGAL_STATE"):
        system.ensure_room()


def test_room_of_a_folder_to_come_is_its_parents(tmp_path):
    assert system.free_megabytes(tmp_path / "not" / "yet") > 0


def test_disk_that_fills_up_midway_is_one_sentence(capsys):
    assert cli.explain(OSError(errno.ENOSPC, "No space left on device")) == 1
    message = capsys.readouterr().err
    assert message.startswith(f"Stopped: The disk of {paths.STATE} is full")
    assert message.count("\n") == 1


def test_packages_that_may_not_be_installed_are_one_command():
    host = system.Host(is_root=False, has_apt=True, has_sudo=False)
    wanted = "`sudo apt-get install -y --no-install-recommends libmagic1 chromium`"
    with pytest.raises(Stop) as stop:
        system.ensure_packages(["libmagic1", "chromium"], host)
    assert wanted in str(stop.value)


@pytest.mark.parametrize(
    ("is_root", "has_sudo", "first"), [(True, False, "apt-get"), (False, True, "sudo")]
)
def test_packages_are_installed_where_allowed(monkeypatch, is_root, has_sudo, first):
    calls = []
    monkeypatch.setattr(
        system.progress, "run", lambda command, *a, **k: calls.append(command)
    )
    system.ensure_packages(["libmagic1"], system.Host(is_root, True, has_sudo))
    assert [call[0] for call in calls] == [first, first]
    assert calls[-1][-1] == "libmagic1"
