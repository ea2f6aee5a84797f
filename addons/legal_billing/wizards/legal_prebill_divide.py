from odoo import api, fields, models

from ..models.legal_prebill_divide import DIVISIONS


class LegalPrebillDivide(models.TransientModel):
    """Choosing how a pre-bill is divided."""

    _name = "legal.prebill.divide"
    _description = "Divide a Pre-bill"

    prebill_id = fields.Many2one("legal.prebill", required=True, readonly=True)
    by = fields.Selection(DIVISIONS, string="Divide", required=True, default="person")
    is_divided = fields.Boolean(compute="_compute_is_divided")

    @api.depends("prebill_id.part_ids")
    def _compute_is_divided(self):
        for wizard in self:
            wizard.is_divided = bool(wizard.prebill_id.part_ids)

    def action_divide(self):
        self.prebill_id._divide(self.by)
        return {"type": "ir.actions.act_window_close"}

    def action_undivide(self):
        """Make one invoice of it again."""
        self.prebill_id._divide(False)
        return {"type": "ir.actions.act_window_close"}
