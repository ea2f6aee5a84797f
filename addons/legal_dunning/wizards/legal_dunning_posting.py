import base64

from odoo import fields, models


class LegalDunningPosting(models.TransientModel):
    """A step a person reports: posted, received, or the call that was made."""

    _name = "legal.dunning.posting"
    _description = "Report on a Message"

    action_id = fields.Many2one("legal.dunning.action", "Message", required=True)
    step = fields.Selection(
        [("posted", "Posted"), ("received", "Received"), ("called", "Called")],
        required=True,
    )
    posted_on = fields.Date("Posted on", default=fields.Date.context_today)
    tracking_number = fields.Char()
    presented_on = fields.Date("First Presented on")
    received_on = fields.Date("Received on")
    return_reason = fields.Selection(
        [
            ("unclaimed", "Not claimed"),
            ("refused", "Refused"),
            ("unknown", "Unknown at the address"),
        ],
        "Came Back",
    )
    proof = fields.Binary("Proof")
    proof_name = fields.Char()
    outcome = fields.Text("What Was Said")

    def action_apply(self):
        self.ensure_one()
        action = self.action_id
        action.check_access("write")
        if self.step == "called":
            action.action_mark_called(self.outcome)
            return {"type": "ir.actions.act_window_close"}
        proof = self.proof and (
            self.proof_name or self.env._("Proof"),
            base64.b64decode(self.proof),
        )
        # sudo: a collector reports by this wizard alone; the right was checked above.
        own = action.sudo()
        if self.step == "posted":
            own._mark_posted_registered(self.posted_on, self.tracking_number, proof)
        else:
            own._mark_notified(
                self.presented_on, self.received_on, self.return_reason, proof
            )
        return {"type": "ir.actions.act_window_close"}
