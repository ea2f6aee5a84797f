from odoo import fields, models


class LegalGrade(models.Model):
    _name = "legal.grade"
    _description = "Grade"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Leave empty to share this grade.")
