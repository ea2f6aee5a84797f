from . import contest
from . import dunning_print
from . import opened
from . import plan
