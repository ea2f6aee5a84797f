"""What looks wrong on a pre-bill, before a person approves it.

Each check takes what is about to be billed, as plain values, and returns findings.
A finding is about one line, or about the whole pre-bill, and carries the facts it
rests on: the same facts make the same fingerprint, so that what somebody looked at
and dismissed stays dismissed until they change.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from .wording import (
    STOP,
    clock_ranges,
    count_acts,
    find_numbers,
    quote,
    similar,
    words,
)

ZERO = Decimal(0)
HOUR = 60
#: work outside these hours of the clock is night work
EARLY, LATE = 6 * HOUR, 22 * HOUR
#: how far billed minutes may be from whole increments: hours are kept as decimals
GRAIN = Decimal("0.4")


class _Told:
    """What was done, in words that many checks read: each is looked at once."""

    @cached_property
    def words(self):
        return words(self.narrative)

    @cached_property
    def ranges(self):
        return clock_ranges(self.narrative)


@dataclass(frozen=True)
class Work(_Told):
    """A line of time as the checks read it.

    :param bill: the pre-bill; ``key`` the line, ``source`` the time entry
    :param hours: as proposed; ``worked`` before any rounding
    :param increment: minutes; 0: hours are not rounded
    :param agreed: hourly rates the agreement gives, ``None`` when it gives none
    :param is_covered: nothing is charged by the agreement itself, e.g. a package
    :param is_rest: a day on which the firm does not work
    """

    bill: int
    key: int
    source: int
    person: int
    matter: int
    day: date
    hours: Decimal
    narrative: str
    worked: Decimal = ZERO
    increment: int = 0
    rate: Decimal = ZERO
    rate_proposed: Decimal = ZERO
    agreed: frozenset | None = None
    is_covered: bool = False
    is_on_team: bool = True
    is_rest: bool = False


@dataclass(frozen=True)
class Other(_Told):
    """Another entry of the same persons on the same days, wherever it is."""

    source: int
    person: int
    matter: int
    day: date
    hours: Decimal
    narrative: str


@dataclass(frozen=True)
class Expense:
    bill: int
    key: int
    source: int
    day: date
    amount: Decimal
    has_proof: bool


@dataclass(frozen=True)
class Ceiling:
    """A cap, a package or an estimate, with what this pre-bill uses of it."""

    bill: int
    key: int
    kind: str
    size: Decimal
    over: Decimal
    was_told: bool


@dataclass(frozen=True)
class Finding:
    """Something to look at.

    :param line: ``None``: the pre-bill as a whole
    :param variant: which way of being wrong, where a check knows several
    :param facts: what the sentence says, and what a dismissal holds for
    :param told: what the sentence says besides, and what no dismissal depends on
    :param related: (kind, id) of the records that it is about, e.g. ("entry", 3)
    """

    bill: int
    line: int | None
    code: str
    variant: str = ""
    facts: dict = field(default_factory=dict)
    related: tuple = ()
    told: dict = field(default_factory=dict)

    def fingerprint(self, source):
        """Return what tells these very facts about a source from any others.

        >>> one = Finding(1, 2, "vague", "short", {"words": "RDV"})
        >>> again = Finding(7, 9, "vague", "short", {"words": "RDV"})
        >>> one.fingerprint("entry:5") == again.fingerprint("entry:5")
        True
        """
        text = json.dumps(
            [self.code, self.variant, source, self.facts, sorted(self.related)],
            sort_keys=True,
            default=str,
        )
        return hashlib.sha256(text.encode()).hexdigest()


def _is_later(other, work):
    """Tell whether the other is the later of two lines of one pre-bill."""
    return getattr(other, "bill", None) == work.bill and other.source > work.source


def find_duplicates(works, others, same_minutes, similarity):
    """Return the work that seems recorded twice by one person on one day.

    The later of the two is named. Two lawyers at the same meeting, or the same
    words about another length of time, are no duplicate.

    :param others: other entries of these persons and days, these left aside
    :param same_minutes: how far two lengths may differ and still be the same
    """
    by_day = defaultdict(list)
    for one in [*works, *others]:
        by_day[one.person, one.day].append(one)
    findings = []
    for work in works:
        mine = work.words
        for other in by_day[work.person, work.day]:
            if other.source == work.source or _is_later(other, work):
                continue
            apart = abs(other.hours - work.hours) * HOUR
            if apart > same_minutes or not similar(mine, other.words, similarity):
                continue
            variant = "matter" if other.matter != work.matter else "same"
            findings.append(
                Finding(
                    work.bill,
                    work.key,
                    "duplicate",
                    variant,
                    {"words": " ".join(mine), "hours": str(work.hours)},
                    (("entry", other.source),),
                )
            )
            break
    return findings


def find_overlaps(works, others):
    """Return the work whose hours of the clock cross those of another entry."""
    by_day = defaultdict(list)
    for one in [*works, *others]:
        if one.ranges:
            by_day[one.person, one.day].append(one)
    findings = []
    for work in works:
        for mine in work.ranges:
            crossed = next(
                (
                    (other, max(mine[0], theirs[0]), min(mine[1], theirs[1]))
                    for other in by_day[work.person, work.day]
                    for theirs in other.ranges
                    if other.source != work.source
                    and not _is_later(other, work)
                    and max(mine[0], theirs[0]) < min(mine[1], theirs[1])
                ),
                None,
            )
            if crossed:
                other, start, end = crossed
                facts = {"start": start, "end": end}
                related = (("entry", other.source),)
                findings.append(
                    Finding(work.bill, work.key, "overlap", "", facts, related)
                )
                break
    return findings


def find_off_team(works):
    """Return the work of persons who are not on the team on that day."""
    return [
        Finding(
            work.bill,
            work.key,
            "off_team",
            facts={"person": work.person, "day": str(work.day)},
        )
        for work in works
        if not work.is_on_team
    ]


def find_odd_hours(works, longest_entry):
    """Return the lines whose hours cannot be right by themselves.

    :param longest_entry: hours beyond which one entry is too long; zero: none is
    """
    findings = []
    for work in works:
        minutes = work.hours * HOUR
        written = sum(end - start for start, end in work.ranges)
        step = Decimal(work.increment)
        rounded = max(work.worked * HOUR + step, Decimal(1))
        if longest_entry and work.hours > longest_entry:
            variant = "long"
        elif work.worked and minutes > rounded + GRAIN:
            variant = "more"
        elif written and minutes > written + max(step, GRAIN):
            variant = "clock"
        elif step and abs(minutes - round(minutes / step) * step) > GRAIN:
            variant = "grain"
        else:
            continue
        facts = {
            "hours": str(work.hours),
            "worked": str(work.worked),
            "written": written,
            "increment": work.increment,
        }
        findings.append(Finding(work.bill, work.key, "odd_hours", variant, facts))
    return findings


def find_rest_days(works):
    """Return the work of days of rest, and of the night by the clock."""
    findings = []
    for work in works:
        night = any(start < EARLY or end > LATE for start, end in work.ranges)
        if work.is_rest or night:
            variant = "day" if work.is_rest else "night"
            facts = {"day": str(work.day)}
            findings.append(Finding(work.bill, work.key, "rest_day", variant, facts))
    return findings


def find_long_days(works, others, longest_day):
    """Return the days on which somebody worked longer than believable.

    All that the person recorded counts, on whatever matter; the line named is the
    longest of this pre-bill.
    """
    if not longest_day:
        return []
    totals, seen = defaultdict(Decimal), set()
    for one in [*works, *others]:
        if one.source not in seen:
            seen.add(one.source)
            totals[one.person, one.day] += getattr(one, "worked", ZERO) or one.hours
    named = {}
    for work in works:
        key = work.bill, work.person, work.day
        if totals[key[1:]] > longest_day:
            known = named.get(key)
            if not known or (work.hours, -work.key) > (known.hours, -known.key):
                named[key] = work
    return [
        Finding(
            work.bill,
            work.key,
            "long_day",
            facts={
                "person": person,
                "day": str(day),
                "hours": str(totals[person, day]),
            },
        )
        for (_bill, person, day), work in named.items()
    ]


def find_vague(works, shortest, vague):
    """Return the narratives that tell the client nothing.

    :param shortest: characters below which a narrative is too short
    :param Phrases vague: words that say nothing by themselves
    """
    findings = []
    for work in works:
        text = " ".join((work.narrative or "").split())
        found = work.words
        telling = [w for w in vague.strip(found) if w not in STOP]
        if not found:
            variant = "empty"
        elif not telling:
            variant = "vague"
        elif len(text) < shortest:
            variant = "short"
        else:
            continue
        findings.append(Finding(work.bill, work.key, "vague", variant, {"words": text}))
    return findings


def find_phrases(works, phrases, code):
    """Return the narratives that hold one of these phrases, all of them named."""
    findings = []
    for work in works:
        text = work.words
        if found := phrases.find_places(text):
            findings.append(_find_words(work, code, "words", text, found))
    return findings


def _find_words(work, code, variant, text, found):
    """Return a finding that names the words found, as they were written."""
    spans = {(place, place + count) for _value, place, count in found}
    facts = {"words": sorted({" ".join(text[start:end]) for start, end in spans})}
    # Words within longer ones that are named too are not said twice.
    longest = sorted(
        (start, end)
        for start, end in spans
        if not any(s <= start and end <= e for s, e in spans - {(start, end)})
    )
    said = [quote(work.narrative, start, end - start) for start, end in longest]
    return Finding(
        work.bill,
        work.key,
        code,
        variant,
        facts,
        told={"said": list(dict.fromkeys(said))},
    )


def find_breaches(works, phrases, names, numbers, parties):
    """Return the narratives that would tell the client another's secret.

    :param Phrases phrases: words that breach secrecy
    :param Phrases names: clients of the firm, each standing for its id
    :param Phrases numbers: numbers of matters, each standing for its matter
    :param parties: {matter: ids of those who may be named on it}
    """
    findings = find_phrases(works, phrases, "secrecy")
    for work in works:
        text = work.words
        allowed = parties.get(work.matter, frozenset())
        strangers = [row for row in names.find_places(text) if row[0] not in allowed]
        elsewhere = [row for row in numbers.find_places(text) if row[0] != work.matter]
        for variant, found in (("name", strangers), ("matter", elsewhere)):
            if found:
                findings.append(_find_words(work, "secrecy", variant, text, found))
        if private := find_numbers(work.narrative):
            facts = {"words": sorted(private)}
            findings.append(Finding(work.bill, work.key, "secrecy", "number", facts))
    return findings


def find_blocks(works, acts, most_acts, from_hours):
    """Return the entries that bill several acts as one block of time.

    :param acts: words that begin an act, folded
    :param most_acts: how many acts one entry may tell
    :param from_hours: shorter entries are left alone
    """
    findings = []
    for work in works:
        if work.hours < from_hours:
            continue
        count = count_acts(work.narrative, acts)
        if count > most_acts:
            facts = {"count": count, "hours": str(work.hours)}
            findings.append(Finding(work.bill, work.key, "block", "", facts))
    return findings


def find_rates(works):
    """Return the lines whose rate is not what the agreement gives."""
    findings = []
    for work in works:
        if work.is_covered or not work.hours:
            continue
        if not work.rate_proposed and not work.rate:
            variant = "none"
        elif work.rate > work.rate_proposed:
            variant = "raised"
        elif work.agreed is not None and work.rate_proposed not in work.agreed:
            variant = "agreement"
        else:
            continue
        facts = {"rate": str(work.rate), "proposed": str(work.rate_proposed)}
        findings.append(Finding(work.bill, work.key, "rate", variant, facts))
    return findings


def find_ceilings(ceilings):
    """Return the caps, packages and estimates passed without the client's knowing."""
    return [
        Finding(
            one.bill,
            None,
            "cap",
            one.kind,
            {"size": str(one.size), "over": str(one.over)},
            (("ceiling", one.key),),
        )
        for one in ceilings
        if one.over > 0 and not one.was_told
    ]


def find_unproven(expenses, from_amount):
    """Return the costs without proof, from an amount on."""
    return [
        Finding(one.bill, one.key, "proof", facts={"amount": str(one.amount)})
        for one in expenses
        if not one.has_proof and one.amount >= from_amount
    ]


def find_old(works, until, oldest_days):
    """Return the pre-bills with work that waited too long, each once.

    A dismissal holds until work that is older still comes to it.

    :param until: {pre-bill: last day of its period}
    """
    late = defaultdict(list)
    for work in works:
        if oldest_days and (until[work.bill] - work.day).days > oldest_days:
            late[work.bill].append(work)
    return [
        Finding(
            bill,
            None,
            "old",
            facts={"day": str(min(work.day for work in found))},
            told={
                "count": len(found),
                "entries": sorted(work.source for work in found),
            },
        )
        for bill, found in late.items()
    ]
