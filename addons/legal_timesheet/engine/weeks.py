"""Weeks of time: where one stands, and what is missing from it."""

from datetime import timedelta

#: a few minutes of a day are no gap
TOLERANCE_MINUTES = 15


def monday_of(day):
    """Return the Monday of the week of a day.

    >>> from datetime import date
    >>> monday_of(date(2026, 3, 5))
    datetime.date(2026, 3, 2)
    """
    return day - timedelta(days=day.weekday())


def week_state(states):
    """Return the state of a week from the states of its entries.

    >>> week_state({"approved"}), week_state(set()), week_state({"draft", "approved"})
    ('approved', 'draft', 'mixed')
    """
    states = set(states)
    if not states:
        return "draft"
    return states.pop() if len(states) == 1 else "mixed"


def missing_minutes(expected, recorded, tolerance=TOLERANCE_MINUTES):
    """Return the days short of what was expected, in order.

    :param dict expected: day -> minutes to record; no entry on a day off
    :param dict recorded: day -> minutes recorded
    :param int tolerance: minutes short that do not count
    :return list: ``[(day, minutes short)]``

    >>> from datetime import date
    >>> tuesday, wednesday = date(2026, 3, 3), date(2026, 3, 4)
    >>> missing_minutes({tuesday: 420, wednesday: 420}, {tuesday: 300, wednesday: 410})
    [(datetime.date(2026, 3, 3), 120)]
    """
    return [
        (day, minutes - recorded.get(day, 0))
        for day, minutes in sorted(expected.items())
        if minutes - recorded.get(day, 0) > tolerance
    ]


def expected_minutes(target, attendance, presence):
    """Return what a person is expected to record each day.

    :param int target: minutes expected on a whole working day
    :param dict attendance: day -> minutes of the working schedule
    :param dict presence: the same, less leaves and public holidays
    :return dict: day -> minutes; half a day off halves the day

    >>> from datetime import date
    >>> day = date(2026, 3, 3)
    >>> expected_minutes(420, {day: 480}, {day: 240})
    {datetime.date(2026, 3, 3): 210}
    """
    return {
        day: round(target * presence.get(day, 0) / minutes)
        for day, minutes in attendance.items()
        if minutes and presence.get(day, 0) > 0
    }
