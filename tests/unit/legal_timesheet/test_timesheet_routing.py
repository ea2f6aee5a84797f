"""Where a piece of work goes, by table: one row, one situation."""

from dataclasses import replace

import pytest
from legal_timesheet_engine.routing import (
    FAMILY,
    PHRASES,
    WEIGHTS,
    MatterFacts,
    Party,
    Person,
    Source,
    has_number,
    route,
    words,
)

LANTERNE = Party(
    7, "SCI Lanterne", frozenset({"durand@lanterne.example", "sci@gmail.com"})
)
MARTIN = Party(8, "Sylvie Martin", frozenset({"sylvie.martin@orange.fr"}))
ARCADIA = Party(9, "Groupe Arcadia Conseil SA", frozenset({"drh@arcadia.example"}))
BAIL = MatterFacts(1, "D2026-014", "Bail commercial – loyers impayés", LANTERNE)
VENTE = MatterFacts(2, "D2026-020", "Vente du fonds de commerce", LANTERNE)
EMPLOI = MatterFacts(3, "D2026-031", "Licenciement – prud'hommes", MARTIN, (ARCADIA,))
ALL = [BAIL, VENTE, EMPLOI]

DURAND = Person("Mme Durand", 7, "durand@lanterne.example")
SYLVIE = Person("Sylvie Martin", 8, "sylvie.martin@orange.fr")
DRH = Person("M. Petit", 9)
STRANGER = Person("M. Inconnu", 99, "inconnu@ailleurs.example")

#: situation, what is known, the matter, the candidates when there is none
CASES = [
    ("the event names the matter", Source(named=1), 1, ()),
    ("the record is of the matter", Source(record=2), 2, ()),
    ("a task of the matter", Source(linked=3, link="Note"), 3, ()),
    ("the name beats the number", Source("D2026-020", named=1), 1, ()),
    ("the record beats the people", Source(record=1, people=(SYLVIE,)), 1, ()),
    ("the number alone", Source("Point D2026-020"), 2, ()),
    ("the number in small letters", Source("re: d2026-014 loyers"), 1, ()),
    ("the number beats the people", Source("D2026-014", people=(SYLVIE,)), 1, ()),
    ("two numbers are a tie", Source("D2026-014 et D2026-031"), None, (1, 3)),
    ("a longer number is another one", Source("D2026-0140"), None, ()),
    ("the client of one matter", Source("Point", people=(SYLVIE,)), 3, ()),
    (
        "the client of two matters is a tie",
        Source("Point", people=(DURAND,)),
        None,
        (1, 2),
    ),
    ("words untie", Source("Loyers et bail", people=(DURAND,)), 1, ()),
    ("one word unties", Source("Fonds", people=(DURAND,)), 2, ()),
    ("the number unties", Source("D2026-020", people=(DURAND,)), 2, ()),
    ("the opposing party attends", Source("Négociation", people=(DRH,)), 3, ()),
    ("both sides attend", Source("Conciliation", people=(SYLVIE, DRH)), 3, ()),
    (
        "an address of the client, contact unknown",
        Source("Point", people=(Person("", None, "Sylvie.Martin@orange.fr"),)),
        3,
        (),
    ),
    (
        "the domain of the opposing party is too little",
        Source("Point", people=(Person("", None, "autre@arcadia.example"),)),
        None,
        (3,),
    ),
    (
        "the domain and a word of the object",
        Source("Prud'hommes", people=(Person("", None, "autre@arcadia.example"),)),
        3,
        (),
    ),
    (
        "a public domain says nothing",
        Source("Point", people=(Person("", None, "quelqu.un@gmail.com"),)),
        None,
        (),
    ),
    (
        "the domain of the firm says nothing",
        Source(
            "Point",
            people=(Person("", None, "moi@lanterne.example"),),
            own_domains=frozenset({"lanterne.example"}),
        ),
        None,
        (),
    ),
    ("the client's name in the subject", Source("Appel Sylvie Martin"), 3, ()),
    ("half of the name in the subject", Source("Appel Martin"), 3, ()),
    ("a name shared by two matters", Source("Rdv Lanterne"), None, (1, 2)),
    ("the opposing party in the subject", Source("Courrier Arcadia"), None, (3,)),
    ("the opposing party and the object", Source("Arcadia licenciement"), 3, ()),
    ("accents do not matter", Source("LOYERS IMPAYES bail commercial"), 1, ()),
    ("common words say nothing", Source("Réunion de dossier avec le client"), None, ()),
    ("a stranger says nothing", Source("Déjeuner", people=(STRANGER,)), None, ()),
    ("nothing at all", Source(), None, ()),
    ("a matter not among the facts", Source(named=42), None, ()),
]


@pytest.mark.parametrize(
    ("source", "matter", "candidates"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_route(source, matter, candidates):
    found = route(source, ALL)
    assert (found.matter, found.candidates) == (matter, candidates)
    assert bool(found.reasons) == (matter is not None)


def test_explanation_names_who_and_why_the_weightiest_first():
    found = route(Source("Point D2026-014", people=(DURAND,)), ALL)
    assert found.explain() == (
        "number D2026-014 in the subject;"
        " Mme Durand, contact of SCI Lanterne, takes part"
    )


def test_client_in_person_is_not_a_contact_of_oneself():
    assert "the client" in route(Source("x", people=(SYLVIE,)), ALL).explain()


def test_two_contacts_of_one_client_count_once():
    other = replace(DURAND, name="M. Petit")
    one = route(Source("Fonds", people=(DURAND,)), ALL)
    two = route(Source("Fonds", people=(DURAND, other)), ALL)
    assert one.score == two.score


@pytest.mark.parametrize(
    ("source", "confidence"),
    [
        (Source(named=1), "certain"),
        (Source("D2026-014"), "certain"),
        (Source(people=(SYLVIE,)), "likely"),
        (Source("Appel Martin"), "possible"),
        (Source("Rdv Lanterne"), "none"),
    ],
)
def test_confidence(source, confidence):
    assert route(source, ALL).confidence == confidence


def test_phrases_may_be_in_another_language():
    phrases = PHRASES | {"number": "numéro %(who)s dans l'objet"}
    found = route(Source("D2026-014"), ALL)
    assert found.explain(phrases) == "numéro D2026-014 dans l'objet"


def test_every_reason_has_a_phrase_and_every_family_a_weight():
    assert set(PHRASES) == set(WEIGHTS)
    assert set(FAMILY) <= set(WEIGHTS)


def test_the_order_of_matters_does_not_matter():
    for case in CASES:
        assert route(case[1], ALL) == route(case[1], ALL[::-1])


def test_what_is_not_among_the_facts_is_never_proposed():
    for case in CASES:
        found = route(case[1], [VENTE])
        assert found.matter in (None, 2)
        assert set(found.candidates) <= {2}


def test_number_is_quoted_whole():
    assert has_number("(D2026-014)", "D2026-014")
    assert not has_number("AD2026-014", "D2026-014")
    assert not has_number("", "D2026-014")
    assert not has_number("text", "")


def test_words_are_plain_and_unique():
    assert words("Référé, référé, RÉFÉRÉ") == ["refere"]
    assert words(None) == []
