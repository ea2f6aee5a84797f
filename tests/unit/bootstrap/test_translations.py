"""Translations: what is missing is found, what is translated is kept."""

import polib
import pytest

from local import translations_job as job


def write(file, *entries):
    """Write a ``.po`` of (text, French, flags)."""
    po = polib.POFile()
    for msgid, msgstr, *flags in entries:
        po.append(polib.POEntry(msgid=msgid, msgstr=msgstr, flags=list(flags)))
    file.parent.mkdir(parents=True, exist_ok=True)
    po.save(str(file))
    return file


@pytest.fixture
def addon(tmp_path):
    """An addon whose exported terms are "Rate" and "%(n)s hours", all translated."""
    folder = tmp_path / "legal_some"
    write(folder / "i18n" / "legal_some.pot", ("Rate", ""), ("%(n)s hours", ""))
    write(folder / "i18n" / "fr.po", ("Rate", "Tarif"), ("%(n)s hours", "%(n)s heures"))
    return folder


@pytest.fixture
def exported(tmp_path):
    return write(tmp_path / "export.pot", ("Rate", ""), ("%(n)s hours", ""))


def test_complete_translation_passes(addon, exported):
    assert list(job.findings(addon, exported)) == []


@pytest.mark.parametrize(
    ("french", "finding"),
    [
        ([("Rate", "Tarif")], "lacks '%(n)s hours'"),
        ([("Rate", ""), ("%(n)s hours", "%(n)s heures")], "no French for 'Rate'"),
        (
            [("Rate", "Taux", "fuzzy"), ("%(n)s hours", "%(n)s heures")],
            "unsure French for 'Rate'",
        ),
        ([("Rate", "Tarif"), ("%(n)s hours", "%(m)s heures")], "other variables"),
    ],
)
def test_gap_is_found(addon, exported, french, finding):
    write(addon / "i18n" / "fr.po", *french)
    (found,) = job.findings(addon, exported)
    assert found.startswith("addons/legal_some/i18n/fr.po: ")
    assert finding in found


def test_missing_file_is_found(addon, exported):
    (addon / "i18n" / "fr.po").unlink()
    (found,) = job.findings(addon, exported)
    assert "fr.po: missing" in found


def test_update_adds_what_is_new_and_keeps_what_is_translated(addon, tmp_path):
    exported = write(tmp_path / "new.pot", ("Rate", ""), ("Matter", ""))
    (told,) = job.update(addon, exported)
    french = {e.msgid: e.msgstr for e in polib.pofile(str(addon / "i18n" / "fr.po"))}
    assert french == {"Rate": "Tarif", "Matter": ""}
    assert told.endswith("2 terms, 1 to translate")
