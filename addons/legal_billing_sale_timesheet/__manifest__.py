{
    "name": "Legal Billing beside Sales Timesheet",
    "summary": "No hour billed both by a matter and by a sales order",
    "version": "19.0.1.0.0",
    "author": "Legal Billing contributors",
    "license": "LGPL-3",
    "category": "Accounting/Legal",
    "depends": ["legal_billing", "sale_timesheet"],
    "auto_install": True,
    "installable": True,
}
