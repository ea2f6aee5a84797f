from . import legal_dunning_hold

# disputes and payment plans
from . import legal_dispute_answer
from . import legal_invoice_credit
