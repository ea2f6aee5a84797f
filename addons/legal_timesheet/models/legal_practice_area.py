from odoo import fields, models


class LegalPracticeArea(models.Model):
    _name = "legal.practice.area"
    _description = "Practice Area"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short word used in reports and imports.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to share this practice area."
    )
