from datetime import timedelta

from odoo import fields, models


class LegalDunningHold(models.TransientModel):
    _name = "legal.dunning.hold"
    _description = "Postpone or Skip Messages"

    action_ids = fields.Many2many(
        "legal.dunning.action",
        "legal_dunning_hold_action_rel",
        "hold_id",
        "action_id",
        "Messages",
        required=True,
    )
    mode = fields.Selection(
        [("postpone", "Postpone until a day"), ("skip", "Do not send")],
        "What to Do",
        required=True,
        default="postpone",
    )
    until = fields.Date(
        default=lambda self: fields.Date.context_today(self) + timedelta(days=7)
    )
    reason = fields.Text()

    def action_apply(self):
        self.ensure_one()
        self.action_ids.check_access("write")
        if self.mode == "postpone":
            self.action_ids._postpone(self.until)
        else:
            self.action_ids._skip(self.reason)
        return {"type": "ir.actions.act_window_close"}
