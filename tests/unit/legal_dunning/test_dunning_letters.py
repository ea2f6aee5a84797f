"""Placeholders: checked when saved, filled when sent."""

import pytest
from legal_dunning_engine.exceptions import LoneBraceError, PlaceholderError
from legal_dunning_engine.letters import check, fill, missing, used

KNOWN = ["num", "due", "solde", "lien"]


@pytest.mark.parametrize(
    ("text", "name", "suggestion"),
    [
        ("Facture {nun}", "nun", "num"),
        ("{}", "", None),
        ("{num} {montant_ttc}", "montant_ttc", None),
        ("<p>{<b>num</b>}</p>", "num", "num"),
        ("{ num }", "num", "num"),
    ],
)
def test_unknown_placeholder_is_named(text, name, suggestion):
    with pytest.raises(PlaceholderError) as caught:
        check(text, KNOWN)
    assert (caught.value.name, caught.value.suggestion) == (name, suggestion)


@pytest.mark.parametrize("text", ["Facture {num", "num}", "{{num}}", "{num}} du {due}"])
def test_lone_brace_is_refused(text):
    with pytest.raises(LoneBraceError):
        check(text, KNOWN)


@pytest.mark.parametrize(
    "text", ["", None, "sans rien", "{num} du {due}", "<p>{lien}</p>"]
)
def test_good_text_passes(text):
    check(text, KNOWN)


def test_fill_is_not_repeated():
    assert fill("{num} {due}", {"num": "{due}", "due": "15 mai"}) == "{due} 15 mai"


def test_missing_names_come_once_in_order():
    assert missing(["{due} {num}", "{num}"], {"due": "", "num": None}) == ["due", "num"]
    assert used("{num}{num}{due}") == ["num", "due"]
