"""Debian's packages: the mirror, the checked cache."""

import dataclasses
import hashlib

import pytest

from local import debian, paths, pins, progress
from local.errors import Stop

DEBIAN = {"ID": "debian", "VERSION_CODENAME": "bookworm", "PRETTY_NAME": "Debian 12"}
UBUNTU = {"ID": "ubuntu", "VERSION_CODENAME": "noble", "PRETTY_NAME": "Ubuntu 24.04"}
DEB822 = """\
Types: deb
# http://commented.example/
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main
"""
ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb cdrom:[Debian]/ bookworm main
deb [arch=amd64 signed-by=/x.gpg] http://mirror.example/debian bookworm main
"""


@pytest.mark.parametrize(
    ("file", "text"),
    [("sources.list.d/debian.sources", DEB822), ("sources.list", ONE_LINE)],
)
def test_mirror_is_the_hosts_own(tmp_path, file, text):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / file).write_text(text)
    assert debian.host_mirror(tmp_path, DEBIAN) == "http://mirror.example/debian"


@pytest.mark.parametrize("release", [UBUNTU, DEBIAN, {}])
def test_host_without_debian_sources_is_one_sentence(tmp_path, release):
    with pytest.raises(Stop, match="DEBIAN_MIRROR .* or ODOO_HOME"):
        debian.host_mirror(tmp_path, release)


# --- downloads ---------------------------------------------------------------
GOOD = b"a package" * 1000
DEB = pins.Deb("some", "1.0", hashlib.sha256(GOOD).hexdigest())


class FakeApt:
    """Stands in for apt-get: writes files, counts downloads, resumes like apt."""

    def __init__(self, content=GOOD):
        self.content, self.downloads = content, 0

    def describe(self, apt, words):
        name = f"{DEB.name}_1.0_all.deb"
        return name, len(GOOD), hashlib.sha256(GOOD).hexdigest()

    def run(self, command, title, *, cwd=None, **options):
        if "download" in command:
            self.downloads += 1
            file = cwd / f"{DEB.name}_1.0_all.deb"
            present = file.read_bytes() if file.exists() else b""
            file.write_bytes(present + self.content[len(present) :])


@pytest.fixture
def apt(monkeypatch):
    fake = FakeApt()
    monkeypatch.setattr(debian, "_describe", fake.describe)
    monkeypatch.setattr(progress, "run", fake.run)
    monkeypatch.setattr(debian, "write_sources", lambda folder, mirror: None)
    monkeypatch.setattr(debian.shutil, "which", lambda name: f"/usr/bin/{name}")
    return fake


def test_package_is_downloaded_once(apt):
    for _repeat in range(2):
        (file,) = debian.fetch([DEB], "http://mirror.example")
    assert file.read_bytes() == GOOD
    assert apt.downloads == 1


def test_corrupted_download_is_fetched_again(apt):
    (file,) = debian.fetch([DEB], "http://mirror.example")
    file.write_bytes(GOOD.replace(b"p", b"q", 1))
    (file,) = debian.fetch([DEB], "http://mirror.example")
    assert file.read_bytes() == GOOD
    assert apt.downloads == 2


def test_broken_off_download_is_continued(apt):
    folder = paths.CACHE / "debs"
    folder.mkdir(parents=True)
    (folder / "some_1.0_all.deb").write_bytes(GOOD[:100])
    (file,) = debian.fetch([DEB], "http://mirror.example")
    assert file.read_bytes() == GOOD


def test_download_with_another_hash_is_one_sentence(apt):
    apt.content = b"b" * len(GOOD)
    with pytest.raises(Stop, match="some does not match its published hash"):
        debian.fetch([DEB], "http://mirror.example")


def test_untested_version_is_taken_with_a_warning(apt, capsys):
    tested = dataclasses.replace(DEB, version="0.9", sha256="0" * 64)
    assert debian.fetch([tested], "http://mirror.example")
    assert "is not the tested some 0.9" in capsys.readouterr().out


def test_host_without_apt_is_one_sentence(apt, monkeypatch):
    monkeypatch.setattr(debian.shutil, "which", lambda name: None)
    with pytest.raises(Stop, match="set ODOO_HOME"):
        debian.fetch([DEB], "http://mirror.example")
