from . import legal_dunning_hold
