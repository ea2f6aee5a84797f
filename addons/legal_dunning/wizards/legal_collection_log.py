from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.legal_collection_event import OUTCOMES

#: what each outcome of a call leads to
LEADS_TO = {
    "promise": "promise",
    "hold": "hold",
    "call_back": "call_back",
    "message": "call_back",
    "no_answer": "call_back",
}
SPOKE = ("promise", "hold", "call_back", "dispute", "paid", "refuses")


class LegalCollectionLog(models.TransientModel):
    """Log a call, a promise, a pause, a note: one form, and what follows from it."""

    _name = "legal.collection.log"
    _description = "Log on a Collection Case"

    case_id = fields.Many2one("legal.collection.case", required=True, readonly=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    kind = fields.Selection(
        [
            ("call", "Log a call"),
            ("promise", "Promise to pay"),
            ("hold", "Pause the reminders"),
            ("note", "Note"),
            ("meeting", "Meeting"),
            ("letter", "Letter received"),
        ],
        required=True,
        default="call",
    )
    script = fields.Html(compute="_compute_script", sanitize=False)
    contact_name = fields.Char("Spoken to", compute="_compute_contact", readonly=False)
    outcome = fields.Selection(OUTCOMES)
    follow_up = fields.Selection(
        [
            ("promise", "A promise to pay"),
            ("hold", "A pause of the reminders"),
            ("call_back", "Another call"),
            ("none", "Nothing"),
        ],
        "Leads to",
        compute="_compute_follow_up",
        store=True,
        readonly=False,
    )
    body = fields.Text("What was said")
    amount = fields.Monetary(
        "Promised", compute="_compute_amount", store=True, readonly=False
    )
    move_ids = fields.Many2many(
        "account.move",
        "legal_collection_log_move_rel",
        "log_id",
        "move_id",
        "Invoices Covered",
        compute="_compute_move_ids",
        store=True,
        readonly=False,
        help="Their reminders wait until the day promised.",
    )
    due_on = fields.Date(
        "By",
        default=lambda self: fields.Date.context_today(self) + timedelta(days=7),
    )
    hold_reason = fields.Char("Reason")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "legal_collection_log_attachment_rel",
        "log_id",
        "attachment_id",
        "Documents",
        bypass_search_access=True,
    )

    # ------------------------------------------------------------------ computes

    @api.depends("case_id", "kind")
    def _compute_script(self):
        for log in self:
            log.script = log.case_id and log.case_id._get_call_script()

    @api.depends("case_id")
    def _compute_contact(self):
        for log in self:
            # sudo: the billing contact, said to whoever may call it.
            recipient = log.case_id.partner_id._get_dunning_recipient().sudo()
            log.contact_name = recipient.name

    @api.depends("outcome", "kind")
    def _compute_follow_up(self):
        for log in self:
            if log.kind == "call":
                log.follow_up = LEADS_TO.get(log.outcome, "none")
            else:
                log.follow_up = log.kind if log.kind in ("promise", "hold") else "none"

    @api.depends("case_id", "kind")
    def _compute_move_ids(self):
        for log in self:
            log.move_ids = log.case_id._get_overdue_moves()

    @api.depends("move_ids")
    def _compute_amount(self):
        for log in self:
            # sudo: balances of the invoices of a case open to the caller.
            moves = log.move_ids.sudo()
            log.amount = sum(moves.mapped("amount_residual_signed")) or (
                log.case_id.amount_overdue
            )

    # ------------------------------------------------------------------- business

    def action_apply(self):
        """Write it in the log, and do what it leads to."""
        self.ensure_one()
        self.case_id.check_access("read")
        self._check_filled()
        event = self._make_event()
        if self.kind == "call":
            self._close_calls()
        if self.follow_up == "promise" and self.kind == "call":
            self._make_promise(attachments=False)
        elif self.follow_up == "hold":
            self.case_id._hold(self.due_on, self.hold_reason or self.body)
        elif self.follow_up == "call_back":
            self._plan_call()
        self.case_id._sync_one()
        return {
            "type": "ir.actions.act_window_close",
            "infos": {"event_id": event.id if event else False},
        }

    def _check_filled(self):
        _ = self.env._
        payer = self.case_id.partner_id.name
        if self.kind == "call" and not self.outcome:
            raise UserError(
                _(
                    "Say what came of the call to %(payer)s: choose its outcome.",
                    payer=payer,
                )
            )
        if self.follow_up in ("promise", "hold", "call_back") and not self.due_on:
            raise UserError(_("Enter the day until which %(payer)s has.", payer=payer))
        if self.follow_up == "hold":
            if not (self.hold_reason or self.body):
                raise UserError(
                    _(
                        "Say why the reminders to %(payer)s are paused: whoever comes"
                        " after you will ask.",
                        payer=payer,
                    )
                )
            if self.due_on <= self.case_id.company_id._get_dunning_today():
                raise UserError(
                    _("The pause of %(payer)s must end after today.", payer=payer)
                )
        if (
            self.follow_up == "promise"
            and self.currency_id.compare_amounts(self.amount, 0) <= 0
        ):
            raise UserError(_("Enter the amount that %(payer)s promised.", payer=payer))

    def _make_event(self):
        if self.kind == "promise":
            return self._make_promise()
        if self.kind == "hold":
            return None  # the pause writes its own line
        return self.case_id._log(
            self.kind,
            outcome=self.outcome if self.kind == "call" else False,
            contact_name=self.contact_name if self._has_contact() else False,
            body=self.body,
            script=self.script if self.kind == "call" else False,
            attachment_ids=[(6, 0, self.attachment_ids.ids)],
        )

    def _has_contact(self):
        return self.kind == "meeting" or (self.kind == "call" and self.outcome in SPOKE)

    def _make_promise(self, attachments=True):
        # sudo: the log is written by the model; the caller may open the case.
        Event = self.env["legal.collection.event"].sudo()
        return Event.create(
            Event._prepare_promise(
                self.case_id,
                self.amount,
                self.due_on,
                self.move_ids,
                user_id=self.env.uid,
                body=self.body if self.kind == "promise" else False,
                attachment_ids=[(6, 0, self.attachment_ids.ids if attachments else [])],
            )
        )

    def _close_calls(self):
        """The call that was planned has been made."""
        # sudo: activities of the case, of whoever planned them.
        calls = self.case_id.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id.category == "phonecall"
        )
        calls.action_feedback(feedback=self.body or False)

    def _plan_call(self):
        case = self.case_id.sudo()
        user = case._get_owner() or self.env.user
        case.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self.due_on,
            summary=self.env._("Call again"),
            note=self.body or "",
            user_id=user.id,
        )
