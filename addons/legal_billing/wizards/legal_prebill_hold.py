from odoo import fields, models


class LegalPrebillHold(models.TransientModel):
    _name = "legal.prebill.hold"
    _description = "Hold Pre-bills"

    prebill_ids = fields.Many2many("legal.prebill", required=True)
    reason = fields.Char(required=True)
    until = fields.Date(help="The run takes it up again by itself from that day.")

    def action_hold(self):
        self.prebill_ids._hold(self.reason, self.until)
