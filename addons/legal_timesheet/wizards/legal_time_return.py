from odoo import fields, models


class LegalTimeReturn(models.TransientModel):
    """The word with which time goes back to those who wrote it."""

    _name = "legal.time.return"
    _description = "Return Time Entries"

    entry_ids = fields.Many2many("account.analytic.line", string="Entries")
    entry_count = fields.Integer(compute="_compute_entry_count")
    word = fields.Text("Your Word", required=True)

    def _compute_entry_count(self):
        for wizard in self:
            wizard.entry_count = len(wizard.entry_ids)

    def action_return(self):
        self.ensure_one()
        self.entry_ids._check_can_approve()
        self.entry_ids._legal_return(self.word)
        return {"type": "ir.actions.act_window_close"}
