{
    "name": "Legal Billing beside Expenses",
    "summary": "What people spend on a matter becomes one of its costs, once",
    "version": "19.0.1.0.0",
    "author": "Legal Billing contributors",
    "license": "LGPL-3",
    "category": "Accounting/Legal",
    "depends": ["legal_billing", "hr_expense"],
    "data": ["views/hr_expense_views.xml"],
    "auto_install": True,
    "installable": True,
}
