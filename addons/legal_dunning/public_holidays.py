"""Public holidays, from the ``holidays`` library.

The eleven national days everywhere; Good Friday and 26 December as well in
Alsace and Moselle (local law, C. trav. art. L. 3134-13). The national days of another
country where a payer is there.
"""

from functools import lru_cache

import holidays

MOSELLE = "57"


@lru_cache(maxsize=2)
def french_holidays(alsace_moselle=False):
    """Return a container of dates that knows each year when it is asked."""
    return holidays.France(subdiv=MOSELLE if alsace_moselle else None)


@lru_cache(maxsize=64)
def public_holidays(country="FR", alsace_moselle=False):
    """Return the public holidays of a country; none when it is not known."""
    if country == "FR":
        return french_holidays(alsace_moselle)
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return frozenset()
