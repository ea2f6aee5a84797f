from odoo import fields, models


class LegalInvoiceReplace(models.TransientModel):
    """Replacing an issued invoice by a corrective one of the same content."""

    _name = "legal.invoice.replace"
    _description = "Replace an Invoice"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    reason = fields.Char(
        required=True, help="Kept in the history of both invoices, not printed."
    )

    def action_replace(self):
        """Make the draft and open it."""
        self.ensure_one()
        draft = self.move_id._legal_replace(self.date, self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "res_id": draft.id,
        }
