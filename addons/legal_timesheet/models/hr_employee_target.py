from odoo import fields, models


class HrEmployee(models.Model):
    """What a person is expected to record."""

    _inherit = "hr.employee"

    legal_target_hours_day = fields.Float(
        "Hours to Record a Day", groups="hr.group_hr_user"
    )
    legal_target_billable_hours_year = fields.Float(
        "Billable Hours a Year", groups="hr.group_hr_user"
    )
