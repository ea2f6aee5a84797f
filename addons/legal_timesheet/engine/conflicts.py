"""Parties who stand on both sides: the check made before a matter is opened.

Three ways to be in conflict (a lawyer neither acts for two clients whose
interests differ, nor against a client of the firm):

* the client of the new matter is an opposing party elsewhere;
* an opposing party of the new matter is a client elsewhere;
* a person stands on both sides of the new matter itself.
"""

import re
import unicodedata
from dataclasses import dataclass

CLIENT_IS_OPPOSED = "client_is_opposed"
OPPONENT_IS_CLIENT = "opponent_is_client"
BOTH_SIDES = "both_sides"

_LEGAL_FORMS = frozenset(
    "sa sas sasu sarl eurl sci scp selarl selas snc ste societe association asso "
    "m mr mme monsieur madame me maitre dr".split()
)


@dataclass(frozen=True)
class Sides:
    """Who stands where in one matter: ids of whole entities, and their names."""

    matter: int
    clients: tuple = ()
    opponents: tuple = ()


@dataclass(frozen=True)
class Party:
    """An entity: ``id`` of the commercial entity, ``name`` as written."""

    id: int
    name: str = ""
    identifier: str = ""


@dataclass(frozen=True)
class Conflict:
    kind: str
    party: Party
    other: Party
    matter: int


def normalise(name):
    """Return a name fit for comparison: no accent, case, form or order.

    >>> normalise("SARL Dupont & Associés") == normalise("DUPONT et associes, sarl")
    True
    >>> normalise("Dupont") == normalise("Dupond")
    False
    """
    plain = unicodedata.normalize("NFKD", name or "")
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    words = re.findall(r"[a-z0-9]+", plain)
    kept = [w for w in words if w not in _LEGAL_FORMS and w not in ("et", "and")]
    return " ".join(sorted(kept or words))


def same_party(first, second):
    """Tell whether two parties are one: same record, identifier or name.

    >>> same_party(Party(1, "Martin SA"), Party(2, "SA MARTIN"))
    True
    >>> same_party(Party(1, "Martin", "732829320"), Party(2, "Autre", "732829320"))
    True
    """
    if first.id == second.id:
        return True
    if first.identifier and first.identifier == second.identifier:
        return True
    name = normalise(first.name)
    return bool(name) and name == normalise(second.name)


def find_conflicts(new, others):
    """Return the conflicts that opening ``new`` would make, in a stable order.

    :param Sides new: the matter to open, with :class:`Party` tuples
    :param others: the :class:`Sides` of every other matter
    :return: list of :class:`Conflict`; ``matter`` says where the other stands

    >>> a, b = Party(1, "Alpha"), Party(2, "Beta")
    >>> find_conflicts(Sides(9, (a,), (b,)), [Sides(3, (b,), ())])[0].kind
    'opponent_is_client'
    >>> find_conflicts(Sides(9, (a,), ()), [Sides(3, (b,), ())])
    []
    """
    found = _between(BOTH_SIDES, new.clients, new.opponents, new.matter)
    for other in others:
        found += _between(CLIENT_IS_OPPOSED, new.clients, other.opponents, other.matter)
        found += _between(
            OPPONENT_IS_CLIENT, new.opponents, other.clients, other.matter
        )
    return found


def _between(kind, ours, theirs, matter):
    return [
        Conflict(kind, one, other, matter)
        for one in ours
        for other in theirs
        if same_party(one, other)
    ]
