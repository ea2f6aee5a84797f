"""Which hourly rate wins for an entry, and why.

A rate names any of five things: matter, client, employee, grade, activity.
What it leaves empty, it does not care about. Among the rates that fit an entry
on its day, scopes are compared field by field in the order of
:data:`SPECIFICITY`; the first field that one rate names and the other does not
decides. So a rate of the matter beats any rate of the client, however precise.

A matter is priced in its own currency. A rate in another one fits only where the
matter is kept in the firm's currency (``currency_strict`` is false) and the rate
names that matter or its client: somebody chose it for them.

How to use: gather every rate that may fit a whole batch in one query, then call
:func:`resolve` once. How it works: rates are ranked once, most specific first,
and indexed by scope, so that each request only looks at the scopes that exist.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .exceptions import AmbiguousRateError

#: Fields of a scope, the most decisive first.
SPECIFICITY = ("matter", "partner", "employee", "grade", "activity")


@dataclass(frozen=True)
class Rate:
    """One dated price of an hour; ``None`` in a scope field means "any"."""

    id: int
    amount: Decimal
    currency: str
    date_from: date
    date_to: date | None = None
    matter: int | None = None
    partner: int | None = None
    employee: int | None = None
    grade: int | None = None
    activity: int | None = None

    @property
    def scope(self):
        return tuple(getattr(self, name) for name in SPECIFICITY)

    def covers(self, day):
        """Both ends are included; no end means still in force."""
        return self.date_from <= day and (self.date_to is None or day <= self.date_to)


@dataclass(frozen=True)
class RateRequest:
    """What an hour was worked for. ``partners`` goes from the client upwards
    to the company it belongs to: a rate of either fits."""

    key: object
    on: date
    matter: int | None = None
    partners: tuple = ()
    employee: int | None = None
    grade: int | None = None
    activity: int | None = None
    currency: str | None = None
    currency_strict: bool = False


@dataclass(frozen=True)
class RateStep:
    """One field of the winning scope: ``("grade", 4)``."""

    field: str
    value: int


@dataclass(frozen=True)
class RateResult:
    """The winner for one request, or ``rate_id`` None when nothing fits."""

    key: object
    rate_id: int | None = None
    amount: Decimal | None = None
    currency: str | None = None
    since: date | None = None
    steps: tuple = ()
    beaten: tuple = field(default=())
    elsewhere: tuple = field(default=())
    """Rates that fit in all but their currency."""

    @property
    def found(self):
        return self.rate_id is not None


def specificity(rate):
    """Return a sort key: the more specific the scope, the greater.

    >>> d = date(2026, 1, 1)
    >>> of_matter = Rate(1, Decimal(300), "EUR", d, matter=7)
    >>> of_person = Rate(2, Decimal(200), "EUR", d, partner=3, employee=5)
    >>> specificity(of_matter) > specificity(of_person)
    True
    """
    return tuple(value is not None for value in rate.scope)


def fits(rate, request):
    """Tell whether every field the rate names is what the request has.

    >>> rate = Rate(1, Decimal(280), "EUR", date(2026, 1, 1), grade=4)
    >>> fits(rate, RateRequest("a", date(2026, 1, 1), grade=4))
    True
    >>> fits(rate, RateRequest("a", date(2025, 12, 31), grade=4))
    False
    """
    return (
        rate.covers(request.on)
        and accepts_currency(rate, request)
        and rate.matter in (None, request.matter)
        and (rate.partner is None or rate.partner in request.partners)
        and rate.employee in (None, request.employee)
        and rate.grade in (None, request.grade)
        and rate.activity in (None, request.activity)
    )


def accepts_currency(rate, request):
    """Tell whether a rate in this currency may price the request.

    >>> swiss = Rate(1, Decimal(350), "CHF", date(2026, 1, 1), grade=4)
    >>> of_matter = Rate(2, Decimal(350), "CHF", date(2026, 1, 1), matter=7)
    >>> in_euro = RateRequest("a", date(2026, 1, 1), matter=7, currency="EUR")
    >>> accepts_currency(swiss, in_euro), accepts_currency(of_matter, in_euro)
    (False, True)
    """
    if request.currency is None or rate.currency == request.currency:
        return True
    chosen = rate.matter is not None or rate.partner is not None
    return chosen and not request.currency_strict


def resolve(requests, rates):
    """Return one :class:`RateResult` per request, in the same order.

    :param requests: iterable of :class:`RateRequest`
    :param rates: iterable of :class:`Rate`, in any order
    :raise AmbiguousRateError: two rates of one scope cover the same day

    >>> d = date(2026, 1, 1)
    >>> card = [
    ...     Rate(1, Decimal(180), "EUR", d, grade=4),
    ...     Rate(2, Decimal(320), "EUR", d, matter=7, grade=4),
    ... ]
    >>> [result] = resolve([RateRequest("a", d, matter=7, grade=4)], card)
    >>> result.rate_id, result.amount, result.steps[0]
    (2, Decimal('320'), RateStep(field='matter', value=7))
    >>> resolve([RateRequest("b", d)], card)[0].found
    False
    """
    by_scope = {}
    for rate in rates:
        by_scope.setdefault(rate.scope, []).append(rate)
    ranks = sorted({specificity(group[0]) for group in by_scope.values()}, reverse=True)
    return [_resolve_one(request, by_scope, ranks) for request in requests]


def overlaps(first, second):
    """Tell whether two rates of one scope share a day.

    >>> a = Rate(1, Decimal(1), "EUR", date(2026, 1, 1), date(2026, 6, 30))
    >>> b = Rate(2, Decimal(1), "EUR", date(2026, 6, 30))
    >>> c = Rate(3, Decimal(1), "EUR", date(2026, 7, 1))
    >>> overlaps(a, b), overlaps(a, c)
    (True, False)
    """
    return (
        first.scope == second.scope
        and (second.date_to is None or first.date_from <= second.date_to)
        and (first.date_to is None or second.date_from <= first.date_to)
    )


def _resolve_one(request, by_scope, ranks):
    found, elsewhere = [], []
    for rank in ranks:
        for scope in _scopes(request, rank):
            fit, other = _at_scope(request, by_scope.get(scope, ()))
            found += fit
            elsewhere += other
    away = tuple(rate.id for rate in elsewhere)
    if not found:
        return RateResult(request.key, elsewhere=away)
    winner = found[0]
    return RateResult(
        key=request.key,
        rate_id=winner.id,
        amount=winner.amount,
        currency=winner.currency,
        since=winner.date_from,
        steps=tuple(
            RateStep(name, value)
            for name, value in zip(SPECIFICITY, winner.scope, strict=True)
            if value is not None
        ),
        beaten=tuple(rate.id for rate in found[1:]),
        elsewhere=away,
    )


def _at_scope(request, group):
    """Return (rates of one scope that price the request, those of another currency).

    The request's own currency first; without it, the only other one there is. Of
    two other currencies neither was chosen.
    """
    covering = [rate for rate in group if rate.covers(request.on)]
    if len(covering) > 1:
        seen = {}
        for rate in covering:
            if rate.currency in seen:
                raise AmbiguousRateError(seen[rate.currency].id, rate.id)
            seen[rate.currency] = rate
    accepted = [rate for rate in covering if accepts_currency(rate, request)]
    own = [rate for rate in accepted if rate.currency == request.currency]
    fit = own or (accepted if len(accepted) == 1 else [])
    return fit, [rate for rate in covering if rate not in fit]


def _scopes(request, rank):
    """Yield the scopes of one rank, the client's own before his company's."""
    names_partner = rank[SPECIFICITY.index("partner")]
    for partner in request.partners if names_partner else (None,):
        values = {
            "matter": request.matter,
            "partner": partner,
            "employee": request.employee,
            "grade": request.grade,
            "activity": request.activity,
        }
        scope = tuple(
            values[name] if named else None
            for name, named in zip(SPECIFICITY, rank, strict=True)
        )
        # a rank names a field the request does not have: nothing can fit
        if all(
            (value is not None) == named
            for value, named in zip(scope, rank, strict=True)
        ):
            yield scope
