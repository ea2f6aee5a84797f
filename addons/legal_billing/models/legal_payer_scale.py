from odoo import api, fields, models


class LegalPayerScale(models.Model):
    """One act of an insurer's scale (barème) that it pays on this matter, once."""

    _name = "legal.payer.scale"
    _description = "Insurer's Scale"
    _order = "payer_id, sequence, id"

    payer_id = fields.Many2one(
        "legal.payer", required=True, index=True, ondelete="cascade"
    )
    matter_id = fields.Many2one(related="payer_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="payer_id.company_id", store=True)
    currency_id = fields.Many2one(related="payer_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Act", required=True)
    amount = fields.Monetary(
        required=True, help="What the insurer pays for it, excluding VAT."
    )
    move_id = fields.Many2one(
        "account.move", string="Billed on", readonly=True, copy=False
    )
    is_billed = fields.Boolean(compute="_compute_is_billed", compute_sudo=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An act of a scale has an amount above zero."
    )

    @api.depends("move_id.state", "move_id.payment_state")
    def _compute_is_billed(self):
        for row in self:
            move = row.move_id
            row.is_billed = (
                bool(move)
                and move.state != "cancel"
                and move.payment_state != "reversed"
            )

    def _get_unbilled(self):
        """Return the acts that no invoice took yet."""
        return self.filtered(lambda row: not row.is_billed)
