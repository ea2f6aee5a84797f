"""Which matter a piece of work belongs to, and why.

What a person did (a meeting, a call, a message) says more or less clearly for whom
it was. Each hint is a :class:`Reason` with a weight; a matter's score is the best
reason of each sort, summed. The best matter is proposed when it is clear: above
:data:`THRESHOLD`, and ahead of the next by :data:`MARGIN`. Else nobody is proposed,
and those that fit are listed.

How to use: build the :class:`MatterFacts` of the matters the person is let into,
once, then call :func:`route` for each :class:`Source`. What is not among the facts
cannot be proposed: the wall is kept by whoever builds them.
"""

import re
import unicodedata
from dataclasses import dataclass, field

#: Sort of reason -> weight. Reasons of one family do not add up, see FAMILY.
WEIGHTS = {
    "named": 200,
    "record": 200,
    "linked": 150,
    "number": 100,
    "client": 40,
    "client_contact": 40,
    "client_mail": 38,
    "opponent": 30,
    "opponent_contact": 30,
    "opponent_mail": 28,
    "client_domain": 22,
    "opponent_domain": 16,
    "client_name": 26,
    "client_word": 20,
    "opponent_name": 18,
    "opponent_word": 12,
    "object_words": 8,
}
DIRECT = {"named", "record", "linked"}
#: Which reasons speak of the same thing: only the best of a family counts.
FAMILY = {
    "named": "direct",
    "record": "direct",
    "linked": "direct",
    "client": "client side",
    "client_contact": "client side",
    "client_mail": "client side",
    "client_domain": "client side",
    "opponent": "other side",
    "opponent_contact": "other side",
    "opponent_mail": "other side",
    "opponent_domain": "other side",
    "client_name": "client in words",
    "client_word": "client in words",
    "opponent_name": "other in words",
    "opponent_word": "other in words",
}
THRESHOLD = 20
MARGIN = 8
MOST_OBJECT_WORDS = 3
MOST_CANDIDATES = 4
#: What a reason says; a caller may pass these in another language.
PHRASES = {
    "named": "the event names this matter",
    "record": "it is on the matter",
    "linked": "%(who)s belongs to the matter",
    "number": "number %(who)s in the subject",
    "client": "%(who)s, the client, takes part",
    "client_contact": "%(who)s, contact of %(party)s, takes part",
    "client_mail": "address of %(party)s (%(who)s)",
    "client_domain": "address of %(party)s (%(who)s)",
    "opponent": "%(who)s, opposing party, takes part",
    "opponent_contact": "%(who)s, for the opposing party %(party)s, takes part",
    "opponent_mail": "address of the opposing party %(party)s (%(who)s)",
    "opponent_domain": "address of the opposing party %(party)s (%(who)s)",
    "client_name": "client %(who)s in the subject",
    "client_word": "“%(who)s”, as in %(party)s, in the subject",
    "opponent_name": "opposing party %(who)s in the subject",
    "opponent_word": "“%(who)s”, as in %(party)s, in the subject",
    "object_words": "“%(who)s” in the subject",
}
#: Addresses that tell nothing of whom they belong to.
PUBLIC_DOMAINS = frozenset(
    "gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr live.com"
    " live.fr msn.com yahoo.com yahoo.fr icloud.com me.com orange.fr wanadoo.fr"
    " free.fr sfr.fr laposte.net bbox.fr neuf.fr proton.me protonmail.com"
    " avocat-conseil.fr".split()
)
#: Words that a thousand subjects and objects share.
COMMON_WORDS = frozenset(
    "affaire appel avec avocat avocats cabinet client compte conseil contrat contre"
    " courriel courrier dans demande document dossier droit echange email entre"
    " entretien facture juridique lettre maitre mail meeting message monsieur madame"
    " note nouveau nouvelle piece pieces point pour preparation projet rendez reponse"
    " rendezvous reunion suite sujet telephone urgent visio vous societe groupe call"
    " with from about".split()
)
LEGAL_FORMS = frozenset(
    "sa sas sasu sarl eurl sci scp scm snc selarl selas srl sprl gmbh ltd inc llc plc"
    " association syndicat commune mutuelle madame monsieur".split()
)
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Party:
    """A client or an opposing party with its family of contacts.

    ``id`` is the same for the party and its contacts.
    """

    id: int
    name: str
    emails: frozenset = frozenset()


@dataclass(frozen=True)
class MatterFacts:
    """What may be recognised of one matter."""

    id: int
    number: str
    object: str = ""
    client: Party | None = None
    opponents: tuple = ()


@dataclass(frozen=True)
class Person:
    """Who takes part; ``party`` is the family this person belongs to, if known."""

    name: str
    party: int | None = None
    email: str = ""


@dataclass(frozen=True)
class Source:
    """What a piece of work says of its matter.

    ``named``, ``record`` and ``linked`` are ids of matters, from the surest on;
    ``link`` is what the work hangs on, in words. ``own_domains`` are those of the
    firm's addresses, which everybody in it shares.
    """

    subject: str = ""
    named: int | None = None
    record: int | None = None
    linked: int | None = None
    link: str = ""
    people: tuple = ()
    own_domains: frozenset = frozenset()


@dataclass(frozen=True)
class Reason:
    kind: str
    who: str = ""
    party: str = ""
    weight: int = 0

    def say(self, phrases=PHRASES):
        return phrases[self.kind] % {"who": self.who, "party": self.party}


@dataclass(frozen=True)
class Route:
    """``matter`` is None when nothing fits or several do: see ``candidates``."""

    matter: int | None = None
    score: int = 0
    reasons: tuple = ()
    candidates: tuple = field(default=())

    @property
    def confidence(self):
        """Return "certain", "likely", "possible" or "none"."""
        if self.matter is None:
            return "none"
        if self.score >= WEIGHTS["number"]:
            return "certain"
        return "likely" if self.score >= WEIGHTS["client_mail"] else "possible"

    def explain(self, phrases=PHRASES):
        """Return why, in words, the weightiest reason first."""
        return "; ".join(reason.say(phrases) for reason in self.reasons)


def route(source, matters):
    """Return where a piece of work goes among these matters, and why.

    >>> lanterne = Party(7, "SCI Lanterne")
    >>> bail = MatterFacts(1, "D2026-014", "Bail commercial", lanterne)
    >>> vente = MatterFacts(2, "D2026-020", "Vente du fonds", lanterne)
    >>> durand = Person("Mme Durand", party=7)
    >>> found = route(Source("Point D2026-014", people=(durand,)), [bail, vente])
    >>> found.matter, found.confidence
    (1, 'certain')
    >>> found.explain()
    'number D2026-014 in the subject; Mme Durand, contact of SCI Lanterne, takes part'
    >>> route(Source("Point", people=(durand,)), [bail, vente]).candidates
    (1, 2)
    >>> route(Source("Point sur le fonds", people=(durand,)), [bail, vente]).matter
    2
    """
    scored = []
    for matter in matters:
        reasons = _best_reasons(_reasons(source, matter))
        score = sum(reason.weight for reason in reasons)
        if score:
            scored.append((score, matter.id, reasons))
    scored.sort(key=lambda row: (-row[0], row[1]))
    if not scored or scored[0][0] < THRESHOLD:
        return Route(candidates=tuple(row[1] for row in scored[:MOST_CANDIDATES]))
    best = scored[0]
    rivals = [row for row in scored if best[0] - row[0] < MARGIN]
    if len(rivals) > 1:
        return Route(candidates=tuple(row[1] for row in rivals[:MOST_CANDIDATES]))
    return Route(best[1], best[0], best[2])


def _best_reasons(reasons):
    """Keep the best reason of each family, the weightiest first."""
    best = {}
    for reason in reasons:
        family = FAMILY.get(reason.kind, reason.kind)
        if family not in best or best[family].weight < reason.weight:
            best[family] = reason
    return tuple(sorted(best.values(), key=lambda reason: -reason.weight))


def _reasons(source, matter):
    yield from _direct_reasons(source, matter)
    yield from _people_reasons(source, matter)
    yield from _word_reasons(source, matter)


def _reason(kind, who="", party="", times=1):
    return Reason(kind, who, party, WEIGHTS[kind] * times)


def _direct_reasons(source, matter):
    if source.named == matter.id:
        yield _reason("named")
    if source.record == matter.id:
        yield _reason("record")
    if source.linked == matter.id:
        yield _reason("linked", source.link)
    if has_number(source.subject, matter.number):
        yield _reason("number", matter.number)


def _people_reasons(source, matter):
    sides = [("client", matter.client)] if matter.client else []
    sides += [("opponent", party) for party in matter.opponents]
    for person in source.people:
        for side, party in sides:
            if reason := _person_reason(person, side, party, source.own_domains):
                yield reason


def _person_reason(person, side, party, own_domains):
    if person.party and person.party == party.id:
        if not person.name or person.name == party.name:
            return _reason(side, party.name)
        return _reason(f"{side}_contact", person.name, party.name)
    email = person.email.strip().lower()
    if not email:
        return None
    if email in party.emails:
        return _reason(f"{side}_mail", email, party.name)
    domain = email.rpartition("@")[2]
    if domain in PUBLIC_DOMAINS or domain in own_domains:
        return None
    if domain and domain in {mail.rpartition("@")[2] for mail in party.emails}:
        return _reason(f"{side}_domain", email, party.name)
    return None


def _word_reasons(source, matter):
    said = words(source.subject)
    if not said:
        return
    if matter.client:
        yield from _name_reasons(said, "client", matter.client)
    for party in matter.opponents:
        yield from _name_reasons(said, "opponent", party)
    shared = [word for word in words(matter.object) if word in set(said)]
    if shared := shared[:MOST_OBJECT_WORDS]:
        yield _reason("object_words", ", ".join(shared), times=len(shared))


def _name_reasons(said, side, party):
    """A whole name is a better hint than half of it."""
    name = [word for word in words(party.name) if word not in LEGAL_FORMS]
    found = [word for word in name if word in said]
    if not found:
        return
    if len(found) == len(name):
        yield _reason(f"{side}_name", party.name)
    elif 2 * len(found) >= len(name):
        yield _reason(f"{side}_word", " ".join(found), party.name)


def has_number(text, number):
    """Tell whether a text quotes the number of a matter, not a longer one.

    >>> has_number("Re: D2026-014 conclusions", "D2026-014")
    True
    >>> has_number("Re: D2026-0142", "D2026-014")
    False
    """
    if not number or not text:
        return False
    pattern = rf"(?<![A-Za-z0-9]){re.escape(number)}(?![A-Za-z0-9])"
    return bool(re.search(pattern, text, re.IGNORECASE))


def words(text):
    """Return the telling words of a text, without accents, each once, in order.

    >>> words("Réunion : référé expertise – toiture, Réf. 12")
    ['refere', 'expertise', 'toiture']
    """
    plain = unicodedata.normalize("NFKD", text or "")
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    found = (w for w in _WORD.findall(plain) if len(w) > 3 and not w.isdigit())
    return list(dict.fromkeys(w for w in found if w not in COMMON_WORDS))
