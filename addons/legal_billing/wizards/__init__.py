from . import legal_billing_run_wizard, legal_prebill_hold, legal_provision_transfer
