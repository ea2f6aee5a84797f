from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import consteq, format_date, format_datetime, formatLang
from odoo.tools.image import image_data_uri

from .legal_time_client_approval import OPEN

ACCENT = "#1f3a5f"
LONGEST_NAME = 120
LONGEST_WORDS = 4000
LONGEST_AGENT = 500


class LegalTimeClientApproval(models.Model):
    """The client's side: the page he reads and what he answers.

    Every method here is called by the controller on a record in sudo, after the
    link or the sign-in was checked; nothing is callable from outside.
    """

    _inherit = "legal.time.client.approval"

    @api.model
    def _find_by_link(self, approval_id, token):
        """Return the request a link opens, an empty recordset if it opens none.

        The comparison takes as long for a request that does not exist.
        """
        # sudo: the link is the right
        approval_sudo = self.sudo().search([("id", "=", approval_id)])
        known = approval_sudo.access_token or ""
        matches = consteq(known or "-" * 43, token or "")
        return approval_sudo if known and matches else self.sudo().browse()

    @api.model
    def _domain_of_contact(self, partner):
        """Return the domain of what a signed-in contact of a client may answer."""
        return [
            "|",
            ("partner_id", "=", partner.id),
            ("matter_id.client_time_contact_ids", "in", partner.ids),
        ]

    def _get_situation(self):
        self.ensure_one()
        today = fields.Date.context_today(self)
        if self.state in OPEN and self.expires_on < today:
            return "expired"
        return self.state

    # ------------------------------------------------------------------- the page

    def _get_page(self):
        """Return plain values: the page holds no record."""
        self.ensure_one()
        matter = self.matter_id
        entries = self._get_live_entries()
        situation = self._get_situation()
        readable = situation in ("asked", "questioned", "approved")
        shown = self._get_live()[1]
        return {
            "situation": situation,
            "title": self.env._("Time to approve – %s", self.company_id.name),
            "firm": self._get_firm(self.company_id),
            "contact": {
                "name": matter.responsible_id.name,
                "email": matter.responsible_id.email,
                "phone": matter.responsible_id.partner_id.phone
                or self.company_id.phone,
            },
            "matter": f"{matter.matter_number} – {matter.name}" if readable else "",
            "period": self._get_page_period(),
            "message": self.message,
            "answer": self.answer,
            "question": self.question,
            "days": self._get_page_days(entries) if readable else [],
            "total_hours": self._format_hours(sum(entries.mapped("hours_billable"))),
            "total_amount": self._get_page_total(entries) if self.show_amounts else "",
            "count": len(entries),
            "digest": shown,
            "is_changed": situation in OPEN and shown != self.shown_digest,
            "tacit_on": self.tacit_on
            and situation == "asked"
            and format_date(self.env, self.tacit_on),
            "expires_on": format_date(self.env, self.expires_on),
            "answered_on": self.answered_on and self._format_moment(self.answered_on),
            "signed_name": self.signed_name,
            "signed_digest": self.shown_digest if self.signed_name else "",
            "is_tacit": self.is_tacit,
        }

    def _get_page_period(self):
        return self.env._(
            "%(first)s to %(last)s",
            first=format_date(self.env, self.date_from),
            last=format_date(self.env, self.date_to),
        )

    def _format_moment(self, moment):
        tz = self.company_id._get_legal_tz().zone
        return self.env._(
            "%(day)s at %(time)s",
            day=format_datetime(self.env, moment, tz=tz, dt_format="d MMMM y"),
            time=format_datetime(self.env, moment, tz=tz, dt_format="HH:mm"),
        )

    def _get_page_days(self, entries):
        """Return the acts by day, as the client reads them."""
        return [
            {
                "day": format_date(self.env, day, date_format="EEEE d MMMM"),
                "acts": [
                    {
                        "id": entry.id,
                        "person": entry._get_employee_sudo().name,
                        "hours": self._format_hours(entry.hours_billable),
                        "words": entry._get_client_narrative(),
                        "amount": self._format_amount(
                            entry.amount_billable, entry.legal_currency_id
                        )
                        if self.show_amounts
                        else "",
                        "question": entry.client_question,
                    }
                    for entry in of_day
                ],
            }
            for day, of_day in entries.grouped("date").items()
        ]

    def _get_page_total(self, entries):
        return " + ".join(
            self._format_amount(sum(group.mapped("amount_billable")), currency)
            for currency, group in entries.grouped("legal_currency_id").items()
        )

    def _format_amount(self, amount, currency):
        return formatLang(self.env, amount, currency_obj=currency)

    @api.model
    def _format_hours(self, hours):
        whole, minutes = divmod(round(hours * 60), 60)
        return f"{whole} h {minutes:02d}" if minutes else f"{whole} h"

    @api.model
    def _get_firm(self, company):
        partner = company.partner_id
        return {
            "name": company.name,
            "logo": image_data_uri(company.logo_web)
            if company.logo_web and not company.uses_default_logo
            else "",
            "color": company.primary_color or ACCENT,
            "address": [
                part
                for part in (
                    partner.street,
                    f"{partner.zip or ''} {partner.city or ''}",
                )
                if part and part.strip()
            ],
            "phone": company.phone,
            "email": company.email,
        }

    # ----------------------------------------------------------------- the answers

    def _client_approve(self, name, seen, evidence):
        """Approve exactly what was read.

        :param str seen: the hash of what the page showed
        :param dict evidence: ``ip``, ``agent``, ``user_id`` of who answered
        :return str: ``done``, ``again`` (was approved before), ``changed``,
            ``name`` (missing) or ``over``
        """
        self.ensure_one()
        situation = self._get_situation()
        if situation == "approved":
            return "again"
        if situation not in OPEN:
            return "over"
        name = " ".join((name or "").split())[:LONGEST_NAME]
        if not name:
            return "name"
        text, shown = self._get_live()
        entries = self._get_live_entries()
        if shown != (seen or "") or not entries:
            return "changed"
        self.write(
            {
                "state": "approved",
                "signed_name": name,
                "answered_on": fields.Datetime.now(),
                "shown_text": text,
                "shown_digest": shown,
                **self._prepare_evidence(evidence),
            }
        )
        entries.write({"client_state": "approved"})
        self._keep_consent(
            self.env._(
                "I approve %(hours)s of work on %(matter)s, from %(period)s.",
                hours=self._format_hours(sum(entries.mapped("hours_billable"))),
                matter=self.matter_id._neutral_label(),
                period=self._get_page_period(),
            ),
            "account" if evidence.get("partner_id") else "link",
            evidence,
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self._tell_responsible(
            self.env._("%s approved the time he or she was asked.", name)
        )
        return "done"

    def _keep_consent(self, statement, channel, evidence):
        """Keep who accepted which text, beside this request; a hook.

        Called once the request holds the text, its hash and the answer.
        """

    def _client_ask(self, whole, by_entry, evidence):
        """Take questions: one on the whole, or one on each entry.

        :param dict by_entry: entry id -> words
        :return str: ``done``, ``again`` (said before), ``empty`` or ``over``
        """
        self.ensure_one()
        if self._get_situation() not in OPEN:
            return "over"
        entries = self._get_live_entries()
        whole = self._clean_words(whole)
        said = {
            entry: words
            for entry in entries
            if (words := self._clean_words(by_entry.get(entry.id)))
        }
        if not whole and not said:
            return "empty"
        new = {e: w for e, w in said.items() if e.client_question != w}
        if not new and (not whole or whole == self.question):
            return "again"
        for entry, words in new.items():
            entry.write({"client_state": "questioned", "client_question": words})
        if whole:
            entries.write({"client_state": "questioned"})
        self.write(
            {
                "state": "questioned",
                "question": whole or self.question,
                **self._prepare_evidence(evidence),
            }
        )
        self._tell_question(whole, new)
        return "done"

    @api.model
    def _clean_words(self, words):
        return (words or "").strip().replace("\r\n", "\n")[:LONGEST_WORDS]

    @api.model
    def _prepare_evidence(self, evidence):
        return {
            "signed_ip": evidence.get("ip"),
            "signed_agent": (evidence.get("agent") or "")[:LONGEST_AGENT],
            "signed_user_id": evidence.get("user_id"),
        }

    def _tell_question(self, whole, by_entry):
        """Put the words before the responsible: in the log, and as a task."""
        rows = [whole] if whole else []
        rows += [
            f"{format_date(self.env, entry.date)}, "
            f"{self._format_hours(entry.hours_billable)} – {words}"
            for entry, words in by_entry.items()
        ]
        body = Markup("<br/>").join(rows)
        self._tell_responsible(body)
        if not self.activity_ids:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.matter_id.responsible_id.id,
                summary=self.env._("Answer the client's question"),
            )

    def _tell_responsible(self, body):
        self.message_post(
            body=body,
            author_id=self.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.matter_id.responsible_id.partner_id.ids,
        )

    def _renew(self):
        """Send a new link to the address on file, when the old one is over."""
        self.ensure_one()
        if self._get_situation() != "expired" or not self._get_live_entries():
            return False
        terms = self.matter_id._get_client_time_approval() or {}
        self._send(tacit_days=terms.get("tacit_days", 0))
        return True
