from . import account_move
from . import legal_dunning_action
