from . import account_move
from . import hr_expense
from . import legal_cost
