from . import (
    legal_billing_run_wizard,
    legal_cap_dismiss,
    legal_cap_notice,
    legal_fee_agreement_results,
    legal_invoice_credit,
    legal_matter_opening,
    legal_fee_agreement_paper,
    legal_fee_agreement_send,
    legal_prebill_anomaly_dismiss,
    legal_prebill_hold,
    legal_provision_transfer,
)
