{
    "name": "Legal Billing with Job Queue",
    "summary": "Billing runs spread over Odoo's workers and machines",
    "version": "19.0.1.0.0",
    "author": "Legal Billing contributors",
    "license": "LGPL-3",
    "category": "Accounting/Legal",
    "depends": ["legal_billing", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "auto_install": True,
    "installable": True,
}
