from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    legal_suggestions = fields.Boolean(
        "Suggest time",
        default=True,
        help="Suggests to each person, and to nobody else, time entries from what this"
        " person did. Each may switch it off.",
    )
    legal_suggestion_days = fields.Integer(
        "Days Suggestions are Kept",
        default=14,
        help="A suggestion that nobody accepted vanishes after these days.",
    )

    _legal_suggestion_days_range = models.Constraint(
        "CHECK (legal_suggestion_days BETWEEN 1 AND 60)",
        "Suggestions are kept from 1 to 60 days.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("legal_suggestions", True) is False:
            # sudo: a switch of the firm reaches everybody, also outside its rules
            self.env["res.users"].sudo().with_context(active_test=False).search(
                [("company_id", "in", self.ids)]
            )._drop_legal_suggestions()
        return result
