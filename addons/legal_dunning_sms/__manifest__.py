{
    "name": "Legal Dunning by SMS",
    "summary": "Reminders of unpaid fees as text messages of one part",
    "version": "19.0.1.0.0",
    "author": "Legal Billing contributors",
    "license": "LGPL-3",
    "category": "Accounting/Legal",
    "depends": ["legal_dunning", "sms"],
    "auto_install": True,
    "installable": True,
}
