from . import contest
from . import dunning_print
from . import plan
