"""``make check``: what each check finds, and what it lets pass."""

import pytest

from local import checks
from local.addons import Addon
from local.errors import Stop

GOOD = {
    "name": "Some",
    "summary": "What it is for",
    "version": "19.0.1.0.0",
    "author": "A firm",
    "license": "LGPL-3",
    "category": "Services",
    "data": ["views/some.xml"],
}


@pytest.fixture
def folder(tmp_path):
    """An addon's folder with all that a manifest may ask for."""
    for name in ("static/description/icon.png", "readme/DESCRIPTION.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "some.xml").write_text("<odoo/>\n")
    return tmp_path


def test_complete_manifest_passes(folder):
    assert checks.manifest_errors(Addon(folder, GOOD)) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"summary": ""}, "lacks summary"),
        ({"version": "1.0"}, "version must read"),
        ({"license": "AGPL-3"}, "license must be"),
        ({"data": []}, "does not list views/some.xml"),
        ({"data": [*GOOD["data"], "no.xml"]}, "lists no.xml, which is missing"),
        ({"external_dependencies": {"python": ["left_pad"]}}, "needs left_pad"),
    ],
)
def test_faulty_manifest_is_found(folder, change, finding):
    (found,) = checks.manifest_errors(Addon(folder, {**GOOD, **change}))
    assert finding in found


def test_pinned_dependency_passes(folder):
    needs = {"external_dependencies": {"python": ["weasyprint"]}}
    assert checks.manifest_errors(Addon(folder, {**GOOD, **needs})) == []


def test_broken_xml_is_found_with_its_line(tmp_path):
    file = tmp_path / "some.xml"
    file.write_text("<odoo>\n<record>\n</odoo>\n")
    (found,) = checks.xml_errors(file)
    assert found.startswith(f"{file}:3: mismatched tag")


def test_well_formed_xml_passes(tmp_path):
    file = tmp_path / "some.xml"
    file.write_text('<?xml version="1.0" encoding="utf-8"?>\n<odoo/>\n')
    assert checks.xml_errors(file) == []


def test_unknown_check_is_one_sentence():
    with pytest.raises(Stop, match="There is no check rough; there are ruff, "):
        checks.command(["rough"])
