"""Worked minutes -> billable minutes, by the increment agreed with the client."""

from .exceptions import RoundingError

UP = "up"
NEAREST = "nearest"
RULES = (UP, NEAREST)


def billable_minutes(minutes, increment, rule=UP):
    """Return the minutes to bill for the minutes worked.

    ``up`` goes to the next whole increment; ``nearest`` to the closest one, a
    half going up. Work that was done is never rounded away to nothing: one
    minute at ``nearest`` still bills one increment. An increment of zero or
    one minute bills what was worked.

    :param int minutes: minutes worked, zero or more
    :param int increment: minutes of one increment, e.g. 6 for a tenth of an hour
    :param str rule: one of :data:`RULES`
    :return int: minutes to bill, a multiple of the increment
    :raise RoundingError: negative minutes or increment, or an unknown rule

    >>> [billable_minutes(m, 6) for m in (0, 1, 6, 7, 60, 61)]
    [0, 6, 6, 12, 60, 66]
    >>> [billable_minutes(m, 15, "nearest") for m in (1, 7, 8, 22, 23)]
    [15, 15, 15, 15, 30]
    >>> billable_minutes(37, 0)
    37
    """
    if minutes < 0 or increment < 0:
        raise RoundingError("minutes and increment are never negative")
    if rule not in RULES:
        raise RoundingError(f"unknown rounding rule: {rule!r}")
    if not minutes or increment <= 1:
        return minutes
    whole, rest = divmod(minutes, increment)
    if not rest:
        return minutes
    goes_up = rule == UP or not whole or 2 * rest >= increment
    return (whole + goes_up) * increment
