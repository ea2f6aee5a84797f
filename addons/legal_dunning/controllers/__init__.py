from . import contest
