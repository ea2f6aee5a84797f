from . import test_access
from . import test_catalogue
from . import test_day_off
from . import test_interest_claim
from . import test_letter
from . import test_dispute_check
from . import test_planning
from . import test_policy
from . import test_screens
from . import test_steps
from . import test_sending

# disputes and payment plans
from . import test_dispute
from . import test_dispute_portal
from . import test_client_payment
from . import test_plan
from . import test_plan_portal

from . import test_prescription
from . import test_taxation
from . import test_bad_debt
from . import test_external_collector
from . import test_route_walk

# clients' accounts
from . import test_collection_access
from . import test_collection_case
from . import test_collection_figures
from . import test_collection_mail
from . import test_collection_reading
from . import test_collection_screens
from . import test_watch
