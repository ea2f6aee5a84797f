from . import account_move
from . import legal_dunning_action
from . import legal_client_link
