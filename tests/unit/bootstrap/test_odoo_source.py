"""ODOO_HOME: a checkout, an installed package, or a sentence."""

import pytest

from local import odoo_source
from local.errors import Stop


def make_odoo(folder, series="19, 0"):
    """Make what a search for Odoo looks at."""
    (folder / "odoo").mkdir(parents=True)
    line = f"version_info = ({series}, 0, FINAL, 0, '')\n"
    (folder / "odoo" / "release.py").write_text(line)
    return folder


def test_checkout_brings_its_addons(tmp_path):
    home = make_odoo(tmp_path / "odoo-19")
    (home / "addons" / "web").mkdir(parents=True)
    (home / "addons" / "web" / "__manifest__.py").write_text("{}")
    source = odoo_source.from_home(home)
    assert source.python_path == home
    assert source.addons_paths == (home / "addons",)


def test_package_folder_itself_is_understood(tmp_path):
    home = make_odoo(tmp_path / "site-packages")
    assert odoo_source.from_home(home / "odoo").python_path == home


def test_unpacked_debian_package_is_understood(tmp_path):
    home = make_odoo(tmp_path / odoo_source.PACKAGES)
    assert odoo_source.from_home(tmp_path).python_path == home


@pytest.mark.parametrize(
    ("series", "shown"),
    [("18, 0", "18.0"), ("'saas~18', 3", "18.3"), ("20, 0", "20.0")],
)
def test_other_series_is_one_sentence(tmp_path, series, shown):
    home = make_odoo(tmp_path, series)
    with pytest.raises(Stop, match=f"holds Odoo {shown}, .* for Odoo 19.0"):
        odoo_source.from_home(home)


def test_folder_without_odoo_is_one_sentence(tmp_path):
    with pytest.raises(Stop, match="holds no Odoo"):
        odoo_source.from_home(tmp_path)


def test_folder_beside_an_odoo_is_not_taken_for_it(tmp_path):
    make_odoo(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(Stop, match="holds no Odoo"):
        odoo_source.from_home(tmp_path / "empty")
