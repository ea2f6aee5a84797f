from . import account_analytic_line
from . import legal_matter
from . import legal_prebill
