from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


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
        [
            ("postpone", "Postpone until a day"),
            ("skip", "Do not send"),
            ("payer", "Hold everything for these payers"),
            ("stop", "Stop the reminders of these invoices"),
        ],
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
        if self.mode == "stop":
            self.action_ids.action_decide_stop(self.reason)
            return {"type": "ir.actions.act_window_close"}
        self.action_ids.check_access("write")
        if self.mode == "payer":
            self._hold_payers()
        elif self.mode == "postpone":
            self.action_ids._postpone(self.until)
        else:
            self.action_ids._skip(self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _hold_payers(self):
        """Nothing leaves for these payers before the day, whatever the invoice."""
        for company, actions in self.action_ids.grouped("company_id").items():
            if self.until <= company._get_dunning_today():
                raise UserError(
                    self.env._("Hold these payers until a day after today.")
                )
            Case = self.env["legal.collection.case"]
            for payer in actions.partner_id:
                # sudo: the right to write on these messages was checked.
                Case._get_or_create(payer, company).sudo()._hold(
                    self.until, self.reason
                )
            for action in actions:
                action._check_open()
            # sudo: planned messages only; the right to write was checked.
            actions.sudo()._void(actions._explain_hold("case_held"))
