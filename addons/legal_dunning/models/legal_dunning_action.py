from functools import cache

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_amount, format_date

from odoo.addons.legal_billing.models.legal_client_link_sign import IN_MAIL
from odoo.addons.legal_billing.report.qr import qr_data_uri
from odoo.addons.legal_timesheet.models.res_partner import CLIENT_KINDS

from .legal_dunning_level import CHANNELS
from .legal_dunning_text import Entry

OPEN_STATES = ("planned", "failed")
MADE_STATES = ("ready", "sent")
EDITABLE = {"subject", "body"}


class LegalDunningAction(models.Model):
    """One message to one payer on one day, planned, then sent as it was shown."""

    _name = "legal.dunning.action"
    _description = "Dunning Message"
    _order = "planned_on desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Payer", required=True, index=True, ondelete="restrict"
    )
    recipient_id = fields.Many2one(
        "res.partner", "Written to", compute="_compute_recipient", store=True
    )
    kind = fields.Selection(CLIENT_KINDS, "Kind of Client", required=True)
    level_id = fields.Many2one(
        "legal.dunning.level", required=True, ondelete="restrict", index=True
    )
    policy_id = fields.Many2one(related="level_id.policy_id", store=True)
    channel = fields.Selection(
        CHANNELS,
        compute="_compute_recipient",
        store=True,
        help="A payer without a mobile number gets an e-mail, one without a usable"
        " address a letter.",
    )
    email_to = fields.Char("E-mail Address", compute="_compute_recipient", store=True)
    email_cc = fields.Char("Copies", compute="_compute_recipient", store=True)
    sms_to = fields.Char("Mobile", compute="_compute_recipient", store=True)
    reply_to = fields.Char("Answers Go to", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", compute="_compute_user_id", store=True, index=True
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("ready", "Waiting for Somebody"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("skipped", "Not Sent"),
        ],
        required=True,
        default="planned",
        index=True,
        readonly=True,
    )
    planned_on = fields.Date("Planned on", required=True, index=True)
    is_postponed = fields.Boolean("Postponed by Hand", readonly=True)
    sent_on = fields.Date("Sent on", readonly=True)
    sent_at = fields.Datetime("Sent at", readonly=True)
    line_ids = fields.One2many("legal.dunning.action.line", "action_id", "Invoices")
    matter_ids = fields.Many2many(
        "legal.matter",
        "legal_dunning_action_matter_rel",
        "action_id",
        "matter_id",
        "Matters",
        compute="_compute_matter_ids",
        store=True,
        compute_sudo=True,
    )
    invoice_count = fields.Integer(compute="_compute_amounts", store=True)
    invoice_numbers = fields.Char(
        "Invoices Listed", compute="_compute_amounts", store=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_due = fields.Monetary(
        "Asked",
        compute="_compute_amounts",
        store=True,
        help="In the currency of the company.",
    )
    oldest_due_on = fields.Date(
        "Oldest Due Date", compute="_compute_amounts", store=True
    )
    subject = fields.Char()
    body = fields.Html("Text")
    is_edited = fields.Boolean("Text Edited by Hand", readonly=True)
    edited_facts = fields.Char(export_string_translation=False, readonly=True)
    body_sent = fields.Html("As It Left", sanitize=False, readonly=True)
    message_ref = fields.Char("Message-Id", readonly=True)
    attachment_id = fields.Many2one("ir.attachment", "Letter", readonly=True)
    failure_reason = fields.Text("Reason", readonly=True)
    is_uncertain = fields.Boolean(
        readonly=True,
        help="The sending was cut short: the message may have left. It is not sent"
        " again until a person has said so.",
    )
    skipped_by_id = fields.Many2one("res.users", "Skipped by", readonly=True)
    skipped_on = fields.Date(readonly=True)
    preview_subject = fields.Char("Subject Shown", compute="_compute_preview")
    preview_html = fields.Html("Message", compute="_compute_preview", sanitize=False)
    last_message = fields.Char(compute="_compute_last_message")

    _one_message_a_day = models.UniqueIndex(
        "(company_id, partner_id, planned_on) WHERE state IN ('ready', 'sent')"
        " AND channel IS DISTINCT FROM 'manual'",
        "This payer has already been written to on that day.",
    )

    # Computes -----------------------------------------------------------------

    @api.depends(
        "partner_id",
        "level_id.channel",
        "level_id.decided_channel",
        "is_decided",
        "state",
        "partner_id.email",
        "partner_id.phone",
    )
    def _compute_recipient(self):
        for action in self:
            if action.state in MADE_STATES:
                continue  # what left stays as it left
            recipient = action.partner_id._get_dunning_recipient()
            email = email_normalize(recipient.email or "")
            action.recipient_id = recipient
            action.email_to = email
            action.sms_to = action._get_sms_number(recipient)
            action.channel = action._choose_channel()
            action.email_cc = action._get_copies()

    def _choose_channel(self):
        """Return how this payer can be reached at this level."""
        self.ensure_one()
        level = self.level_id
        wanted = level.channel
        if wanted == "manual" and self.is_decided:
            wanted = level.decided_channel
        if wanted == "sms" and not (self.sms_to and level.sms_text):
            wanted = "email"
        return "letter" if wanted == "email" and not self.email_to else wanted

    @api.model
    def _get_sms_number(self, recipient):
        """Return the mobile number a text message can go to; none without SMS."""
        return False

    def _is_apart(self):
        """Return whether the payer does not hear of this step."""
        return self.level_id.channel == "manual" and not self.is_decided

    def _is_paper(self):
        return self.channel in ("letter", "registered", "manual")

    @api.depends("line_ids.move_id")
    def _compute_user_id(self):
        for action in self:
            if action.state not in MADE_STATES:
                main = action.line_ids._sorted_main_first()[:1]
                action.user_id = main.move_id.sudo()._get_dunning_user()

    @api.depends("line_ids.matter_ids")
    def _compute_matter_ids(self):
        for action in self:
            action.matter_ids = action.line_ids.matter_ids

    @api.depends(
        "line_ids.amount_total", "line_ids.currency_id", "line_ids.due_on", "planned_on"
    )
    def _compute_amounts(self):
        for action in self:
            lines = action.line_ids._sorted_main_first()
            company = action.company_id
            day = action.sent_on or action.planned_on
            action.invoice_count = len(lines)
            action.invoice_numbers = ", ".join(lines.mapped("move_id.name"))
            action.oldest_due_on = min(lines.mapped("due_on"), default=False)
            action.amount_due = sum(
                line.currency_id._convert(
                    line.amount_total, company.currency_id, company, day
                )
                for line in lines
            )

    @api.depends("partner_id", "level_id", "planned_on")
    def _compute_display_name(self):
        for action in self:
            action.display_name = f"{action.partner_id.name} – {action.level_id.name}"

    @api.depends("partner_id")
    def _compute_last_message(self):
        rows = self.sudo()._read_group(
            [("partner_id", "in", self.partner_id.ids), ("state", "=", "sent")],
            ["partner_id", "company_id"],
            ["sent_on:max"],
        )
        last = {(partner, company): day for partner, company, day in rows}
        for action in self:
            day = last.get((action.partner_id, action.company_id))
            action.last_message = (
                format_date(self.env, day) if day else self.env._("None yet")
            )

    @api.depends(
        "subject", "body", "is_edited", "state", "line_ids.amount_due", "channel"
    )
    def _compute_preview(self):
        for action in self:
            if action.body_sent:
                action.preview_subject = action._get_full_subject(action.subject)
                action.preview_html = action.body_sent
                continue
            try:
                # sudo: the words come from the ledger; the reader sees the result.
                subject, text = action.sudo()._render()
                action.preview_subject = action._get_full_subject(subject)
                action.preview_html = action.sudo()._lay_out(text)
            except UserError as error:
                action.preview_subject = False
                action.preview_html = (
                    Markup('<p class="text-danger">%s</p>') % error.args[0]
                )

    # CRUD ---------------------------------------------------------------------

    def write(self, vals):
        """A person edits the words of what has not left; the rest goes by buttons."""
        if not self.env.su:
            if set(vals) - EDITABLE:
                raise UserError(
                    self.env._(
                        "A message is planned, postponed, skipped and sent with its"
                        " buttons: only its words can be edited."
                    )
                )
            for action in self:
                action._edit(vals)
            return True
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_made(self):
        made = self.filtered(lambda action: action.state in MADE_STATES)
        if made:
            raise UserError(
                self.env._(
                    "“%(message)s” was sent and stays in the log.",
                    message=made[0].display_name,
                )
            )

    def _edit(self, vals):
        """Keep a person's words, and what they were written for."""
        self.check_access("write")
        self._check_open()
        text = f"{vals.get('subject') or ''} {vals.get('body') or ''}"
        self.level_id._check_kind(self.kind, text)
        # sudo: the flags beside the words are not a person's to write.
        self.sudo().write(
            {**vals, "is_edited": True, "edited_facts": self.sudo()._get_facts()}
        )

    def _check_open(self):
        self.ensure_one()
        if self.state not in OPEN_STATES:
            raise UserError(
                self.env._(
                    "“%(message)s” is no longer to be sent: it cannot be changed.",
                    message=self.display_name,
                )
            )

    # Text ---------------------------------------------------------------------

    def _get_lang(self):
        self.ensure_one()
        return self.recipient_id._get_dunning_lang(self.company_id)

    def _get_sending_day(self):
        self.ensure_one()
        return self.sent_on or self.planned_on

    def _get_log_moment(self):
        """Return when this message left: the moment, unless recorded a day later."""
        self.ensure_one()
        day = self.sent_on or self.planned_on
        return self.sent_at if self.sent_at and self.sent_at.date() == day else day

    def _get_log_address(self):
        """Return where this message went, by the way it took."""
        self.ensure_one()
        if self.channel == "email":
            return self.email_to or ""
        if self.channel == "sms":
            return self.sms_to or ""
        if self.channel == "registered" and self.tracking_number:
            return self.env._("no. %(number)s", number=self.tracking_number)
        return self.recipient_id.sudo().city or "" if self._is_paper() else ""

    def _get_facts(self):
        """Return what an edited text was written for: invoices and amounts."""
        self.ensure_one()
        return ";".join(
            f"{line.move_id.id}:{line.currency_id.round(line.amount_due):.3f}"
            for line in self.line_ids.sorted("move_id")
        )

    def _get_entries(self, day):
        """Return the engine's entries of this message on the day it leaves."""
        self.ensure_one()
        entries = []
        for line in self.line_ids._sorted_main_first():
            entry = Entry(line.move_id, line.level_id, line.due_on, line.amount_due)
            if line.level_id.is_claiming and self.kind == "professional":
                entry = entry._replace(
                    **line.move_id._get_dunning_claims(
                        line.due_on, line.amount_due, day
                    )
                )
            entries.append(entry)
        return entries

    def _render(self, day=None):
        """Return (subject, text) as they leave on ``day``."""
        self.ensure_one()
        if self.is_edited:
            return self.subject, Markup(self.body or "")
        day = day or self._get_sending_day()
        lang = self._get_lang()
        level = self.level_id.with_context(lang=lang)
        wording = self._get_wording()
        level._check_kind(self.kind, wording._get_text() if wording else None)
        return level._render(
            self._get_entries(day),
            day,
            self.channel,
            lang,
            self._get_history(),
            wording,
        )

    def _get_full_subject(self, subject):
        """Return the subject as it leaves: an e-mail says first who writes."""
        self.ensure_one()
        if self.channel != "email":
            return subject
        env = self.with_context(lang=self._get_lang()).env
        return env._(
            "%(firm)s: %(subject)s", firm=self.company_id.name, subject=subject
        )

    def _get_history(self):
        """Return the days of the messages sent before about the main invoice."""
        main = self.line_ids._sorted_main_first()[:1].move_id
        # sudo: days of sending, whoever reads the message
        lines = main.sudo().dunning_line_ids.filtered(
            lambda line: line.action_id.state == "sent" and line.action_id != self
        )
        return lines._get_reminder_days()

    def _lay_out(self, text):
        """Return the whole message around its text, as HTML."""
        self.ensure_one()
        if self.channel in ("sms", "call"):
            return Markup("<div>%s</div>") % text
        qweb = self.with_context(lang=self._get_lang()).env["ir.qweb"]
        return qweb._render(
            "legal_dunning.message_email", self._get_layout_values(text)
        )

    def _get_layout_values(self, text):
        """Return what the layouts show: only strings, numbers of invoices, links."""
        self.ensure_one()
        lang = self._get_lang()
        action = self.with_context(lang=lang)
        company = action.company_id
        entries = self._get_entries(self._get_sending_day())
        main = entries[0].move
        rows = action._get_rows(entries)
        return {
            "lang": lang,
            "company": company,
            "recipient": action.recipient_id,
            "text": text,
            "main": main,
            "link": action._get_client_link(entries),
            "pay_label": action._get_pay_label(entries[0], rows[0]),
            "qr": self._is_paper() and qr_data_uri(main._legal_get_code_url()),
            "rows": rows,
            "totals": action._get_totals(entries),
            "is_letter": self._is_paper(),
            "posting_note": action._get_posting_note(),
            "place_date": action._get_place_date(),
            "is_claiming": any(entry.percents for entry in entries),
            "iban": main._get_dunning_iban(),
            "reference": ", ".join(
                e.move.payment_reference or e.move.name for e in entries
            ),
            "accent": company._get_dunning_accent(),
        }

    def _get_client_link(self, entries):
        """Return where these invoices are read and paid: on their payer's page."""
        self.ensure_one()
        moves = [entry.move for entry in entries]
        if self.channel != "email":
            return moves[0]._legal_get_code_url()
        return moves[0]._get_dunning_mail_link(moves)

    def _put_own_links(self, body):
        """Return the text for readers who are not of the payer's house alone.

        The payer's page is his; they get the links of the invoices they are told of.
        """
        self.ensure_one()
        house = self.partner_id.commercial_partner_id
        if not self.email_cc and self.recipient_id.commercial_partner_id == house:
            return body
        moves = {f"i{move.id}": move for move in self.line_ids.move_id}

        def put(match):
            keys = (match["rows"] or "").split(",")
            own = [moves[key] for key in keys if key in moves]
            return own[0]._get_dunning_link() if own else match[0]

        return Markup(IN_MAIL.sub(put, str(body or "")))

    def _get_pay_label(self, entry, row):
        """Return the words of the button: the sum, when it is what the page asks."""
        total = entry.asked + entry.interest + entry.indemnity
        if entry.move.currency_id.compare_amounts(total, entry.move.amount_residual):
            return self.env._("Pay online")
        return self.env._("Pay %(amount)s", amount=row["asked"])

    def _get_place_date(self):
        """Return the place and date line of a letter."""
        self.ensure_one()
        company = self.company_id
        return self.env._(
            "%(city)s, %(date)s",
            city=company.city or company.name,
            date=format_date(
                self.env, self._get_sending_day(), date_format="d MMMM yyyy"
            ),
        )

    def _get_rows(self, entries):
        """Return the rows of the table, ready to print."""
        lang = self._get_lang()

        @cache
        def money(amount, currency):
            return format_amount(self.env, amount, currency, lang_code=lang)

        @cache
        def when(day):
            return format_date(self.env, day, lang_code=lang)

        rows = []
        for entry in entries:
            currency = entry.move.currency_id
            total = entry.asked + entry.interest + entry.indemnity
            rows.append(
                {
                    "number": entry.move.name,
                    "date": when(entry.move.invoice_date),
                    "due": when(entry.due_on),
                    "asked": money(entry.asked, currency),
                    "interest": money(entry.interest, currency)
                    if entry.percents
                    else "",
                    "indemnity": money(entry.indemnity, currency)
                    if entry.percents
                    else "",
                    "total": money(total, currency),
                    "link": self._get_client_link([entry]),
                }
            )
        return rows

    def _get_totals(self, entries):
        """Return the total of each currency, ready to print."""
        totals = {}
        for entry in entries:
            currency = entry.move.currency_id
            total = entry.asked + entry.interest + entry.indemnity
            totals[currency] = totals.get(currency, 0) + total
        lang = self._get_lang()
        return [
            format_amount(self.env, amount, currency, lang_code=lang)
            for currency, amount in totals.items()
        ]

    # Buttons ------------------------------------------------------------------

    def action_edit_text(self):
        """Take the text as it stands into one's own hands."""
        self.check_access("write")
        for action in self:
            action._check_open()
            subject, text = action.sudo()._render()
            action._edit({"subject": subject, "body": text})

    def action_reset_text(self):
        """Give the message the policy's words back."""
        self.check_access("write")
        for action in self:
            action._check_open()
        # sudo: only the flags of a text still in hand.
        self.sudo().write(
            {"is_edited": False, "subject": False, "body": False, "edited_facts": False}
        )

    def action_send_now(self):
        """Send the messages today rather than on their day."""
        self.check_access("write")
        for company, actions in self.grouped("company_id").items():
            day = company._get_dunning_today()
            company._check_dunning_day(day)
            for action in actions:
                action._check_open()
                action._check_payer_free(day)
            # sudo: the mail queue and the files are out of a collector's reach.
            actions_sudo = actions.sudo()
            actions_sudo.write({"is_postponed": False, "is_uncertain": False})
            actions_sudo._send(day)
        return self._notify_outcome()

    def _check_payer_free(self, day):
        busy = self.sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("planned_on", "=", day),
                ("channel", "!=", "manual"),
                ("state", "in", MADE_STATES),
            ],
            limit=1,
        )
        if busy and not self._is_apart():
            raise UserError(
                self.env._(
                    "%(payer)s has already been written to today (%(level)s): one"
                    " message a day, so postpone this one.",
                    payer=self.partner_id.name,
                    level=busy.level_id.name,
                )
            )

    def _notify_outcome(self):
        """Tell in words what became of the messages."""
        states = self.mapped("state")
        parts = [
            self.env._("%(n)s sent", n=states.count("sent"))
            if "sent" in states
            else "",
            self.env._("%(n)s waiting for somebody", n=states.count("ready"))
            if "ready" in states
            else "",
            self.env._("%(n)s failed", n=states.count("failed"))
            if "failed" in states
            else "",
            self.env._("%(n)s no longer needed", n=states.count("skipped"))
            if "skipped" in states
            else "",
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if "failed" in states else "success",
                "title": self.env._("Messages"),
                "message": ", ".join(part for part in parts if part),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_open_hold(self):
        """Open the wizard that postpones or skips the chosen messages."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Postpone or Skip"),
            "res_model": "legal.dunning.hold",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_action_ids": self.ids,
                "default_mode": self.env.context.get("hold_mode", "postpone"),
            },
        }

    def action_confirm_left(self):
        """A person knows that a message cut short did leave."""
        self.check_access("write")
        uncertain = self.filtered("is_uncertain")
        uncertain.sudo()._mark_sent(self.company_id._get_dunning_today())

    def action_mark_posted(self):
        """The letters have been posted today: the next level counts from now."""
        self.check_access("write")
        letters = self.filtered(
            lambda action: action.state == "ready" and action.channel == "letter"
        )
        if not letters:
            raise UserError(self.env._("None of these messages is a letter to post."))
        letters._check_still_due()
        for company, actions in letters.grouped("company_id").items():
            actions.sudo()._mark_posted(company._get_dunning_today())

    def action_download_letter(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "new",
        }

    def action_view_invoices(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.line_ids.move_id.ids)],
        }

    # Decisions of a person ----------------------------------------------------

    def _postpone(self, until):
        """Hold these messages until a day, moved to an open one."""
        for action in self:
            action._check_open()
            day = action.company_id._get_dunning_calendar().on_or_after(until)
            if day <= action.company_id._get_dunning_today():
                raise UserError(
                    self.env._(
                        "Postpone “%(message)s” to a day after today.",
                        message=action.display_name,
                    )
                )
            action.sudo().write({"planned_on": day, "is_postponed": True})

    def _skip(self, reason):
        """Do not send these messages; the invoices come up again later."""
        for action in self:
            action._check_open()
            action.sudo().write(
                {
                    "state": "skipped",
                    "failure_reason": reason,
                    "skipped_by_id": self.env.uid,
                    "skipped_on": action.company_id._get_dunning_today(),
                }
            )

    def _void(self, reason):
        """Close a planned message that has lost its object."""
        self.write({"state": "skipped", "failure_reason": reason})

    def _legal_documents(self):
        """Return [(file name, PDF bytes)] of the letters among these messages."""
        letters = self.sudo().filtered("attachment_id")
        return [(a.attachment_id.name, a.attachment_id.raw) for a in letters]
