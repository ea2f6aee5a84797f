from . import legal_dunning_hold

# disputes and payment plans
from . import legal_dispute_answer
from . import legal_invoice_credit
from . import legal_collection_log
from . import legal_collection_statement
from . import legal_receivable_age_on
from . import legal_dunning_posting
from . import legal_interest_statement
from . import legal_doubtful_proposal
