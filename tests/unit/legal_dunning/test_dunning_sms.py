"""A text message of one part, and which profile a payer has."""

from decimal import Decimal as D

import pytest
from legal_dunning_engine import sms
from legal_dunning_engine.exceptions import LoneBraceError
from legal_dunning_engine.letters import check_passages, keep, without_paragraphs
from legal_dunning_engine.profiles import Facts, Rule, find

SECOND = (
    "{cabinet}: 2e rappel, facture {num}, solde {solde} EUR, échue le {due}."
    " Paiement ou échéancier: {lien}"
)
VALUES = {
    "cabinet": "Lanterne Avocats",
    "num": "FAC/2026/00012",
    "solde": "1\N{NARROW NO-BREAK SPACE}200,00",
    "due": "15/05/26",
    "lien": "https://lanterne-avocats.example/f/aZ09bY18cX",
}


def test_second_reminder_fits():
    text, places = sms.compose(SECOND, VALUES)
    assert "1 200,00 EUR" in text
    assert places == len(text) <= sms.LIMIT


def test_name_of_the_firm_gives_way_and_nothing_else():
    long = {**VALUES, "cabinet": "Société d'avocats Lanterne, Dubois & Associés"}
    text, places = sms.compose(SECOND, long)
    assert places <= sms.LIMIT
    assert text.startswith("Société d'av")
    assert text.endswith(VALUES["lien"])


def test_what_cannot_fit_is_measured():
    _text, places = sms.compose(SECOND + "x" * 100, VALUES)
    assert places > sms.LIMIT


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("reçu", "recu"),
        ("À l’étude…", "A l'étude..."),
        ("40 €", "40 €"),
        ("cœur – tête", "coeur - tete"),
        ("日", "?"),
    ],
)
def test_alphabet(text, written):
    assert sms.to_gsm(text) == written


def test_passages():
    text = "<p>{a}[[, plus {b}]].</p><p>[[{b}]]</p>"
    assert keep(text, {"a": "1", "b": ""}) == "<p>{a}.</p>"
    assert without_paragraphs("<p>{a}</p><p>{b}</p>", ["a"]) == "<p>{b}</p>"
    for lone in ("[[ {a}", "{a} ]]", "[[a]] [["):
        with pytest.raises(LoneBraceError):
            check_passages(lone)


PROFILES = [
    Rule("friend", tags=frozenset({7})),
    Rule("insurer", is_insurer=True),
    Rule("large", overdue_min=D(10000)),
    Rule("habitual", late_min=3, late_percent_min=50),
    Rule("first", late_min=1, late_max=1),
]


@pytest.mark.parametrize(
    ("facts", "key", "why"),
    [
        (Facts(tags=frozenset({7}), late=9, invoices=9), "friend", ["tags"]),
        (Facts(is_insurer=True, overdue=D(20000)), "insurer", ["insurer"]),
        (Facts(overdue=D(10000)), "large", ["overdue"]),
        (Facts(invoices=6, late=3), "habitual", ["late", "late_percent"]),
        (Facts(invoices=7, late=3), None, []),
        (Facts(invoices=7, late=1), "first", ["late"]),
        (Facts(invoices=7, late=0), None, []),
        (Facts(), None, []),
    ],
)
def test_profile(facts, key, why):
    rule, reasons = find(PROFILES, facts)
    assert (rule and rule.key, reasons) == (key, why)
