from odoo import fields, models
from odoo.exceptions import UserError

CALL = "legal_billing.mail_activity_explain_bill"


class LegalPrebill(models.Model):
    """A call to the client before the bill leaves: a surprise explained is paid."""

    _inherit = "legal.prebill"

    call_planned_on = fields.Date(
        "Call Planned on",
        copy=False,
        tracking=True,
        help="The client is called before the invoice is sent.",
    )
    call_done_on = fields.Date("Call Made on", copy=False, readonly=True, tracking=True)

    def write(self, vals):
        if "call_planned_on" in vals:
            vals = {**vals, "call_done_on": False}
        result = super().write(vals)
        if "call_planned_on" in vals:
            self._plan_call_activity()
        return result

    def plan_call(self, day, note=None):
        """Plan the call that explains the bill; no day, and there is none.

        :param day: a date
        :param note: what to say, kept on the activity of the responsible
        """
        self.check_access("write")
        if set(self.mapped("state")) & {"cancelled"}:
            raise UserError(
                self.env._(
                    "The pre-bill %(name)s is cancelled: there is no bill to explain.",
                    name=self[:1].display_name,
                )
            )
        self.with_context(legal_call_note=note or "").write({"call_planned_on": day})
        return True

    def action_call_made(self):
        """Note that the client was called today."""
        self.check_access("write")
        self._get_call_activities().action_feedback()
        self._note_call_made()
        return True

    def _note_call_made(self):
        waiting = self.filtered(lambda p: p.call_planned_on and not p.call_done_on)
        waiting.write({"call_done_on": fields.Date.context_today(self)})

    def _get_call_activities(self):
        kind = self.env.ref(CALL, raise_if_not_found=False)
        return self.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def _plan_call_activity(self):
        """Give the responsible an activity for each call, and no other."""
        self._get_call_activities().unlink()
        for prebill in self.filtered("call_planned_on"):
            prebill.activity_schedule(
                CALL,
                date_deadline=prebill.call_planned_on,
                user_id=prebill.responsible_id.id or self.env.uid,
                note=self.env.context.get("legal_call_note") or False,
            )


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """A call marked as done is made, wherever it was marked."""
        kind = self.env.ref(CALL, raise_if_not_found=False)
        calls = self.filtered(
            lambda a: (
                kind and a.activity_type_id == kind and a.res_model == "legal.prebill"
            )
        )
        prebills = self.env["legal.prebill"].browse(calls.mapped("res_id"))
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        prebills._note_call_made()
        return result


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    def _get_alerts(self, moves, moves_data):
        """Ask whether the call planned before sending was made; it blocks nothing."""
        alerts = super()._get_alerts(moves, moves_data)
        # sudo: whoever sends an invoice may be outside the wall of its matter; the
        # sentence names numbers only, and the button opens what the user may open
        waiting = moves.sudo().prebill_ids.filtered(
            lambda p: p.call_planned_on and not p.call_done_on
        )
        if waiting:
            alerts["legal_call_planned"] = {
                "level": "warning",
                "message": self.env._(
                    "A call to the client was planned before sending (%(prebills)s)"
                    " and is not marked as made: call first, or send all the same.",
                    prebills=", ".join(waiting.mapped("name")),
                ),
                "action_text": self.env._("Open the pre-bills concerned"),
                "action": {
                    "type": "ir.actions.act_window",
                    "name": self.env._("Calls planned before sending"),
                    "res_model": "legal.prebill",
                    "view_mode": "list,form",
                    "views": [[False, "list"], [False, "form"]],
                    "domain": [("id", "in", waiting.ids)],
                },
            }
        return alerts
