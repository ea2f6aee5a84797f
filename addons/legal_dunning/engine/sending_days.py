"""When a message may leave: never on a Sunday or a public holiday, never at night.

Holidays come in as any container of dates, so that the caller chooses where
they are known from, and for which territory.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, time, timedelta

SATURDAY, SUNDAY = 5, 6
FIRST_HOUR = time(9)
LAST_HOUR = time(19)


@dataclass(frozen=True)
class SendingCalendar:
    """Days on which a firm lets its messages leave.

    :param holidays: public holidays of the firm's territory
    :param saturday_open: whether messages may leave on a Saturday
    """

    holidays: Container[date] = field(default_factory=frozenset)
    saturday_open: bool = True

    def is_open(self, day):
        """Return whether a message may leave on that day.

        >>> SendingCalendar().is_open(date(2026, 11, 22))  # a Sunday
        False
        >>> SendingCalendar(frozenset({date(2026, 7, 14)})).is_open(date(2026, 7, 14))
        False
        """
        if day.weekday() == SUNDAY or day in self.holidays:
            return False
        return self.saturday_open or day.weekday() != SATURDAY

    def on_or_after(self, day):
        """Return the first day from ``day`` on which a message may leave.

        >>> SendingCalendar({date(2026, 7, 14)}).on_or_after(date(2026, 7, 14))
        datetime.date(2026, 7, 15)
        """
        while not self.is_open(day):
            day += timedelta(days=1)
        return day

    def after(self, day):
        """Return the first open day strictly after ``day``."""
        return self.on_or_after(day + timedelta(days=1))


class EitherDay(Container):
    """The days of two containers together.

    >>> date(2026, 7, 21) in EitherDay({date(2026, 7, 14)}, {date(2026, 7, 21)})
    True
    """

    def __init__(self, *containers):
        self.containers = containers

    def __contains__(self, day):
        return any(day in container for container in self.containers)


def is_open_hour(moment):
    """Return whether a message may leave at that local time of day.

    >>> is_open_hour(time(9)), is_open_hour(time(18, 59)), is_open_hour(time(19))
    (True, True, False)
    """
    return FIRST_HOUR <= moment < LAST_HOUR
