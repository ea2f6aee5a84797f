"""French public holidays, from the ``holidays`` library.

The eleven national days everywhere; Good Friday and 26 December as well in
Alsace and Moselle (local law, C. trav. art. L. 3134-13).
"""

from functools import lru_cache

import holidays

MOSELLE = "57"


@lru_cache(maxsize=2)
def french_holidays(alsace_moselle=False):
    """Return a container of dates that knows each year when it is asked."""
    return holidays.France(subdiv=MOSELLE if alsace_moselle else None)
