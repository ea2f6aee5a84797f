from . import (
    legal_billing_run_wizard,
    legal_cap_dismiss,
    legal_cap_notice,
    legal_prebill_hold,
    legal_provision_transfer,
)
