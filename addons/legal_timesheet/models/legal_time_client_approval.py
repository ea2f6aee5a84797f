import secrets
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine.durations import format_duration
from ..engine.statements import Statement, StatementLine, canonical_text, digest

OPEN = ("asked", "questioned")
VALID_DAYS = 30
#: read by nobody through the interface, whatever the group
NOBODY = "."


class LegalTimeClientApproval(models.Model):
    """What a client was asked to approve of the time of his matter, and said.

    The link he receives is the key to one request and to nothing else. What he
    was shown is kept as text with its hash, beside who answered, when, and from
    where.
    """

    _name = "legal.time.client.approval"
    _description = "Time Asked of the Client"
    _inherit = ["legal.wall.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "asked_on desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    matter_id = fields.Many2one(
        "legal.matter", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="matter_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Asked of", required=True, readonly=True, ondelete="restrict"
    )
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    entry_ids = fields.Many2many(
        "account.analytic.line",
        "legal_time_client_approval_entry_rel",
        "approval_id",
        "entry_id",
        "Entries",
        readonly=True,
    )
    entry_count = fields.Integer("Number of Entries", compute="_compute_figures")
    hours = fields.Float(compute="_compute_figures")
    show_amounts = fields.Boolean(readonly=True)
    message = fields.Text("Your Word to the Client", readonly=True)
    answer = fields.Text("Your Answer", readonly=True)
    state = fields.Selection(
        [
            ("asked", "Waiting for the Client"),
            ("questioned", "Question to Answer"),
            ("approved", "Approved"),
            ("expired", "Expired"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="asked",
        index=True,
        tracking=True,
    )
    asked_by_id = fields.Many2one("res.users", readonly=True)
    asked_on = fields.Datetime(readonly=True)
    expires_on = fields.Date("Link valid until", required=True, readonly=True)
    tacit_on = fields.Date(
        "Accepted by Silence on",
        readonly=True,
        help="Without an answer, the time is accepted on this day.",
    )
    is_changed = fields.Boolean(
        "Changed since",
        compute="_compute_is_changed",
        help="An entry changed after the client was asked: what he reads now is not"
        " what he was asked.",
    )
    # -- what was shown, and the answer
    access_token = fields.Char(groups=NOBODY, copy=False)
    shown_text = fields.Text("Text Shown", readonly=True, copy=False)
    shown_digest = fields.Char("SHA-256 of the Text", readonly=True, copy=False)
    question = fields.Text("Question", readonly=True, copy=False)
    answered_on = fields.Datetime(readonly=True, copy=False)
    is_tacit = fields.Boolean("By Silence", readonly=True, copy=False)
    signed_name = fields.Char("Name Typed", readonly=True, copy=False)
    signed_ip = fields.Char("IP Address", readonly=True, copy=False)
    signed_agent = fields.Char("Browser", readonly=True, copy=False)
    signed_user_id = fields.Many2one("res.users", "Signed in as", readonly=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "A period ends after it starts."
    )
    _token_unique = models.UniqueIndex(
        "(access_token) WHERE access_token IS NOT NULL", "A link opens one request."
    )

    @api.depends("matter_id", "date_from", "date_to")
    def _compute_display_name(self):
        for approval in self:
            approval.display_name = self.env._(
                "%(matter)s, %(first)s – %(last)s",
                matter=approval.matter_id._neutral_label()
                if approval.matter_id
                else "",
                first=format_date(self.env, approval.date_from),
                last=format_date(self.env, approval.date_to),
            )

    @api.depends("entry_ids.hours_billable")
    def _compute_figures(self):
        for approval in self:
            entries = approval._get_live_entries()
            approval.entry_count = len(entries)
            approval.hours = sum(entries.mapped("hours_billable"))

    def _compute_is_changed(self):
        for approval in self:
            approval.is_changed = approval.state in OPEN and (
                approval._get_live()[1] != approval.shown_digest
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_nothing(self):
        if self:
            raise UserError(
                self.env._(
                    "What a client was asked is kept: withdraw the request instead."
                )
            )

    # ------------------------------------------------------------------- contents

    def _get_live_entries(self):
        """Return what the client reads today: approved, billable, in order."""
        self.ensure_one()
        # sudo: the client reads them by his link; others, behind the same wall
        return (
            self.entry_ids.sudo()
            .filtered(
                lambda entry: entry.approval_state == "approved" and entry.is_billable
            )
            .sorted(lambda entry: (entry.date, entry.id))
        )

    @api.model
    def _make_statement(self, matter, partner, dates, entries, show_amounts):
        """Return what the client would be shown; the preview and the page alike."""
        currencies = entries.legal_currency_id or matter.currency_id
        totals = {
            currency: sum(
                entries.filtered(lambda e, c=currency: e.legal_currency_id == c).mapped(
                    "amount_billable"
                )
            )
            for currency in currencies
        }
        minutes = sum(round(entry.hours_billable * 60) for entry in entries)
        return Statement(
            firm=matter.company_id.name,
            client=partner.commercial_partner_id.name or partner.name or "",
            matter=f"{matter.matter_number} {matter.name}",
            period=f"{dates[0]} – {dates[1]}",
            lines=tuple(
                StatementLine(
                    day=str(entry.date),
                    person=entry._get_employee_sudo().name or "",
                    duration=format_duration(round(entry.hours_billable * 60)),
                    narrative=entry._get_client_narrative(),
                    amount=self._plain_money(
                        entry.amount_billable, entry.legal_currency_id
                    )
                    if show_amounts
                    else "",
                )
                for entry in entries
            ),
            total_duration=format_duration(minutes),
            total_amount=" + ".join(
                self._plain_money(amount, currency)
                for currency, amount in totals.items()
            )
            if show_amounts
            else "",
        )

    @api.model
    def _plain_money(self, amount, currency):
        return f"{currency.round(amount):.{currency.decimal_places}f} {currency.name}"

    def _get_live(self):
        """Return ``(canonical text, hash)`` of what the client reads today."""
        self.ensure_one()
        approval_sudo = self.sudo()
        text = canonical_text(
            self._make_statement(
                approval_sudo.matter_id,
                approval_sudo.partner_id,
                (self.date_from, self.date_to),
                self._get_live_entries(),
                self.show_amounts,
            )
        )
        return text, digest(text)

    # --------------------------------------------------------------------- asking

    @api.model
    def _get_askable_domain(self, matter):
        """Return the domain of the approved time the client was not asked yet."""
        return (
            matter._get_time_domain()
            & Domain("billing_status", "=", "approved")
            & (
                Domain("client_state", "=", "to_ask")
                | Domain("client_state", "=", False)
            )
        )

    @api.model
    def _ask(self, matter, partner, entries, **values):
        """Ask a client to approve entries of a matter; the e-mail leaves.

        :param values: ``date_from``, ``date_to``, ``show_amounts``, ``message``,
            ``tacit_days``, ``valid_days``
        """
        matter._check_can_ask_client()
        entries.check_access("read")
        if not entries:
            raise UserError(
                self.env._(
                    "%(matter)s has no approved time to ask the client about in this"
                    " period: approve it first, or choose another period.",
                    matter=matter._neutral_label(),
                )
            )
        tacit_days = values.pop("tacit_days", 0)
        valid_days = values.pop("valid_days", VALID_DAYS)
        # sudo: nobody writes a request by hand, see the check above
        approval_sudo = self.sudo().create(
            {
                "matter_id": matter.id,
                "partner_id": partner.id,
                "entry_ids": [Command.set(entries.ids)],
                "expires_on": fields.Date.context_today(self),
                "asked_by_id": self.env.uid,
                **values,
            }
        )
        approval_sudo._send(tacit_days, valid_days)
        return approval_sudo.sudo(self.env.su)

    def _ask_again(self, **values):
        """Send a request again: as the time stands now, with an answer."""
        self.ensure_one()
        self.matter_id._check_can_ask_client()
        if self.state == "approved":
            raise UserError(
                self.env._(
                    "%s is approved: there is nothing to ask.", self.display_name
                )
            )
        tacit_days = values.pop("tacit_days", 0)
        valid_days = values.pop("valid_days", VALID_DAYS)
        # sudo: nobody writes a request by hand, see the check above
        self.sudo().write({**values, "asked_by_id": self.env.uid})
        self.sudo()._send(tacit_days, valid_days)
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return self

    def _send(self, tacit_days=0, valid_days=VALID_DAYS):
        """(Re)open the request: a new link, a new text, a new e-mail."""
        self.ensure_one()
        if not self.partner_id.email:
            raise UserError(
                self.env._(
                    "%(contact)s has no e-mail address: write it on the contact, the"
                    " link leaves by e-mail.",
                    contact=self.partner_id.name,
                )
            )
        if not self._get_live_entries():
            raise UserError(
                self.env._(
                    "Nothing is left to ask of the client on %s.", self.display_name
                )
            )
        today = fields.Date.context_today(self)
        text, shown = self._get_live()
        self.write(
            {
                "state": "asked",
                "asked_on": fields.Datetime.now(),
                "expires_on": today + timedelta(days=max(valid_days, tacit_days)),
                "tacit_on": tacit_days and today + timedelta(days=tacit_days),
                "access_token": secrets.token_urlsafe(32),
                "shown_text": text,
                "shown_digest": shown,
            }
        )
        self._get_live_entries().write({"client_state": "asked"})
        self._mail_link()
        self._message_log(
            body=self.env._(
                "Asked of %(contact)s (%(email)s): %(count)s entries, %(hours)s.",
                contact=self.partner_id.name,
                email=self.partner_id.email,
                count=self.entry_count,
                hours=format_duration(round(self.hours * 60)),
            )
        )

    def _mail_link(self):
        """Send the link to the contact: it is written nowhere else.

        The e-mail hangs on no record, so that nobody of the firm but its author
        reads the client's key in a log; and it has no layout, which would print
        the number of the matter.
        """
        template = self.env.ref("legal_timesheet.mail_template_client_time_approval")
        template.with_context(client_url=self._get_client_url()).send_mail(
            self.id,
            email_values={"model": False, "res_id": False},
        )

    def _get_client_url(self):
        self.ensure_one()
        # sudo: the token is read by nobody
        return f"{self.get_base_url()}/legal/time/{self.id}/{self.sudo().access_token}"

    # -------------------------------------------------------------------- buttons

    def action_ask_again(self):
        """Open the dialog with what was asked: answer, then send again."""
        self.ensure_one()
        self.matter_id._check_can_ask_client()
        action = self.matter_id.action_ask_client_time()
        action["context"]["default_approval_id"] = self.id
        return action

    def action_withdraw(self):
        """The link opens a page that says so; the entries wait again."""
        for approval in self:
            approval.matter_id._check_can_ask_client()
            if approval.state not in OPEN:
                raise UserError(
                    self.env._(
                        "%s is answered or over: there is nothing to withdraw.",
                        approval.display_name,
                    )
                )
            # sudo: nobody writes a request by hand, see the check above
            approval.sudo()._close("withdrawn")
        return True

    def _close(self, state):
        """End requests without an answer: their entries are to be asked again."""
        self.write({"state": state})
        self.entry_ids.filtered(
            lambda entry: entry.client_state in ("asked", "questioned")
        ).write({"client_state": "to_ask"})
        self.activity_unlink(["mail.mail_activity_data_todo"])

    # ----------------------------------------------------------------------- cron

    @api.model
    def _cron_close(self, today=None):
        """Accept what silence accepts, then end the links that are over."""
        today = today or fields.Date.context_today(self)
        for approval in self.search(
            [("state", "=", "asked"), ("tacit_on", "<=", today)]
        ):
            text, shown = approval._get_live()
            if shown == approval.shown_digest:
                approval._accept_tacitly(text)
            else:
                approval._tell_changed()
        over = self.search([("state", "in", OPEN), ("expires_on", "<", today)])
        if over:
            over._close("expired")

    def _accept_tacitly(self, text):
        self.write(
            {
                "state": "approved",
                "is_tacit": True,
                "answered_on": fields.Datetime.now(),
                "shown_text": text,
            }
        )
        self._get_live_entries().write({"client_state": "tacit"})
        self._keep_consent(
            self.env._("Accepted by silence, as agreed: no answer in time."), "firm", {}
        )
        self._message_log(
            body=self.env._("Accepted by silence: no answer from the client in time.")
        )

    def _tell_changed(self):
        """Silence accepts only what was sent: ask the responsible to ask again."""
        self.write({"tacit_on": False})
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.matter_id.responsible_id.id,
            summary=self.env._("Ask the client again: the time changed since"),
        )
