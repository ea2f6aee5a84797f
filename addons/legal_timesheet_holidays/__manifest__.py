{
    "name": "Legal Timesheet beside Time Off",
    "summary": "Absences: who approves time meanwhile; leaves are not missing",
    "version": "19.0.1.0.0",
    "author": "Legal Billing contributors",
    "license": "LGPL-3",
    "category": "Accounting/Legal",
    "depends": ["legal_timesheet", "hr_holidays"],
    "data": ["views/hr_leave_views.xml"],
    "auto_install": True,
    "installable": True,
}
