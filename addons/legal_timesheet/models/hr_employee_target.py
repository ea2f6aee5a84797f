from odoo import fields, models


class HrEmployee(models.Model):
    """What a person is expected to record."""

    _inherit = "hr.employee"

    legal_target_hours_day = fields.Float(
        "Hours to Record a Day",
        groups="hr.group_hr_user",
        help="Expected on a whole working day, billable or not. 0: no target, and"
        " never a reminder.",
    )
    legal_target_billable_hours_year = fields.Float(
        "Billable Hours a Year",
        groups="hr.group_hr_user",
        help="Against which the billable time of this person is read. 0: no target.",
    )

    _legal_targets_positive = models.Constraint(
        "CHECK (legal_target_hours_day BETWEEN 0 AND 24"
        " AND legal_target_billable_hours_year >= 0)",
        "A target is between 0 and 24 hours a day, and never negative.",
    )
