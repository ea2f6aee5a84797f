from . import ir_module_module
from . import legal_interest_rate
from . import legal_dunning_policy
from . import legal_dunning_level
from . import legal_dunning_text
from . import legal_dunning_action
from . import legal_dunning_action_line
from . import legal_dunning_planning
from . import legal_dunning_sending
from . import account_move
from . import account_move_line
from . import legal_fee_agreement
from . import legal_matter
from . import legal_prebill
from . import res_partner
from . import res_company
from . import res_config_settings
from . import legal_demo

# disputes and payment plans
from . import legal_portal_limit
from . import legal_dispute
from . import legal_dispute_line
from . import legal_dispute_exchange
from . import legal_dispute_act
from . import legal_dispute_client
from . import account_move_dispute
from . import account_move_contest
from . import ir_attachment
from . import res_company_dispute

# prescription, assessment files, doubtful receivables, external collectors
from . import legal_parameter
from . import legal_prescription_event
from . import legal_matter_prescription
from . import legal_matter_prescription_words
from . import account_move_prescription
from . import legal_taxation_file
from . import legal_taxation_limit
from . import legal_taxation_piece
from . import legal_taxation_gather
from . import legal_taxation_sheet
from . import legal_taxation_petition
from . import legal_taxation_finding
from . import legal_taxation_make
from . import legal_taxation_outcome
from . import account_move_assessment
