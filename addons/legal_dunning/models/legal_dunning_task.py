from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

CALL_ACTIVITY = "mail.mail_activity_data_call"
DECISION_ACTIVITY = "mail.mail_activity_data_todo"


class LegalDunningAction(models.Model):
    """Steps that a person takes: a call, or a partner's decision to go on."""

    _inherit = "legal.dunning.action"

    activity_id = fields.Many2one(
        "mail.activity", "Activity", ondelete="set null", readonly=True, copy=False
    )
    call_outcome = fields.Text("What Was Said", readonly=True)
    is_decided = fields.Boolean("Decided to Go On", readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_on = fields.Date(readonly=True)

    is_mine = fields.Boolean(
        compute="_compute_is_mine", export_string_translation=False
    )

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_is_mine(self):
        for action in self:
            action.is_mine = action.user_id == self.env.user

    # To do --------------------------------------------------------------------

    def _make_task(self, text):
        """Hand the step over to whoever is to take it."""
        self.ensure_one()
        self.write({"state": "ready", "failure_reason": False})
        if self.channel == "call":
            user = self._get_caller()
            summary = self.env._("Call about unpaid invoices")
            activity = CALL_ACTIVITY
        else:
            user = self.user_id or self._get_caller()
            summary = self.env._("Decide: go on, or stop the reminders?")
            activity = DECISION_ACTIVITY
        # On the payer, without a number or an amount: every colleague may read it.
        lang = user.lang or self.env.lang
        self.activity_id = self.partner_id.with_context(
            lang=lang, mail_activity_quick_update=True
        ).activity_schedule(
            activity,
            date_deadline=self.planned_on,
            user_id=user.id,
            summary=summary,
            note=self._get_task_note(),
        )
        self._log_task(text)

    def _get_task_note(self):
        return (
            self.env["ir.qweb"]._render(
                "legal_dunning.task_note", {"address": self._get_screen_address()}
            )
            or ""
        )

    def _get_screen_address(self):
        self.ensure_one()
        return f"/odoo/action-legal_dunning.legal_dunning_action_action/{self.id}"

    def _get_caller(self):
        """Return who calls for the firm: the collector, else the responsible."""
        self.ensure_one()
        return self.company_id._get_dunning_collectors()[:1] or self.user_id

    def _log_task(self, text):
        """Keep what is to be said, as it was worded on the day."""
        self.body_sent = self._lay_out(text)

    # Call ---------------------------------------------------------------------

    def action_open_call(self):
        return self._open_posting("called", self.env._("The Call"))

    def action_mark_called(self, outcome=None):
        """The call was made: the next level counts from today."""
        self.check_access("write")
        for action in self:
            if action.state != "ready" or action.channel != "call":
                raise UserError(
                    self.env._(
                        "“%(message)s” is no call to make.", message=action.display_name
                    )
                )
        self.sudo()._close_activities(outcome)
        self.sudo()._mark_called(outcome)

    def _mark_called(self, outcome=None):
        for action in self:
            action.call_outcome = outcome or action.call_outcome
            action._mark_sent(action.company_id._get_dunning_today())

    def _close_activities(self, feedback=None):
        for action in self:
            activity, action.activity_id = action.activity_id, False
            if activity.exists() and activity.active:
                activity.action_feedback(feedback=feedback or False)

    # Decision -----------------------------------------------------------------

    @api.model
    def _may_decide(self, user, lead):
        """Return whether a person decides for the firm."""
        return user == lead or user.has_group("legal_timesheet.group_legal_management")

    def _check_decider(self):
        for action in self:
            action.check_access("read")
            if not self._may_decide(self.env.user, action.user_id):
                raise AccessError(
                    self.env._(
                        "“%(message)s” is for %(person)s or the management to decide.",
                        message=action.display_name,
                        person=action.user_id.name or self.env._("the responsible"),
                    )
                )
            if action.state != "ready" or action.channel != "manual":
                raise UserError(
                    self.env._(
                        "“%(message)s” waits for no decision.",
                        message=action.display_name,
                    )
                )

    def action_decide_on(self):
        """Go on: the client is told on the next sending day."""
        self._check_decider()
        for action in self:
            company = action.company_id
            # sudo: the decider is no collector; only this message moves on.
            own = action.sudo()
            own._close_activities(self.env._("Decided to go on."))
            own.write(
                {
                    "is_decided": True,
                    "decided_by_id": self.env.uid,
                    "decided_on": company._get_dunning_today(),
                    "planned_on": company._get_dunning_upcoming_day(),
                    "state": "planned",
                    "body_sent": False,
                    "subject": False,
                    "body": False,
                }
            )
            own._on_decided()

    def _on_decided(self):
        """What follows from a decision to go on; other parts of the product add."""

    def action_decide_stop(self, reason=None):
        """Stop: nothing more is sent about these invoices."""
        self._check_decider()
        if not reason:
            return self._open_stop_wizard()
        for action in self:
            # sudo: the decider is no collector nor accountant; see _check_decider.
            own = action.sudo()
            own._close_activities(reason)
            own.line_ids.move_id._stop_dunning(reason, self.env.user)
            own.write(
                {
                    "state": "skipped",
                    "failure_reason": reason,
                    "decided_by_id": self.env.uid,
                    "decided_on": action.company_id._get_dunning_today(),
                }
            )
        return True

    def _open_stop_wizard(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stop the Reminders"),
            "res_model": "legal.dunning.hold",
            "view_mode": "form",
            "target": "new",
            "context": {"default_action_ids": self.ids, "default_mode": "stop"},
        }


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """A call whose activity is done was made."""
        # sudo: who may do the activity has made the call.
        calls = (
            self.env["legal.dunning.action"]
            .sudo()
            .search(
                [
                    ("activity_id", "in", self.ids),
                    ("channel", "=", "call"),
                    ("state", "=", "ready"),
                ]
            )
            if self.ids
            else self.env["legal.dunning.action"]
        )
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if calls:
            calls.activity_id = False
            calls._mark_called(feedback or None)
        return result
