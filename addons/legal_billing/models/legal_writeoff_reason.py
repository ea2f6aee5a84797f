from odoo import fields, models


class LegalWriteoffReason(models.Model):
    """Why value worked is not billed, for the figures as much as for memory."""

    _name = "legal.writeoff.reason"
    _description = "Write-off Reason"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company")

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "Another reason already has this code."
    )
