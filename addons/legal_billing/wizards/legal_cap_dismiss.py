from odoo import fields, models


class LegalCapDismiss(models.TransientModel):
    _name = "legal.cap.dismiss"
    _description = "Dismiss a Limit Reached"

    event_ids = fields.Many2many("legal.cap.event", required=True)
    word = fields.Char(string="Why", required=True)

    def action_dismiss(self):
        self.event_ids._check_may_act()
        self.event_ids._check_state_in("new", "prepared", "discussed")
        # sudo: nobody writes an event by hand, see the check above
        self.event_ids.sudo()._dismiss(self.word)
