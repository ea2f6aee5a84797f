import hashlib

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, format_datetime, plaintext2html

from .legal_cap_event import ACTIVITY

LONGEST_NAME = 120
LONGEST_WORDS = 4000
LONGEST_AGENT = 500
TOLD = ("sent", "acknowledged", "discussed")


class LegalCapEvent(models.Model):
    """The client's side of a notice, and the amendment it becomes.

    What the client does comes from the controller on a record in sudo, once the
    link or the sign-in was checked; nothing here is callable from outside.
    """

    _inherit = "legal.cap.event"

    # -- the link --------------------------------------------------------------

    @api.model
    def _find_by_token(self, matter_id, token):
        """Return the notice of a matter a link belongs to, expired or not.

        Every token of the matter is compared, and one where there is none, so that
        the time it takes tells nothing.
        """
        # sudo: the link is the right
        events = self.sudo().search(
            [("matter_id", "=", matter_id), ("state", "in", TOLD)]
        )
        found = events.browse()
        for event in events:
            if consteq(event.access_token or "-" * 43, token or ""):
                found = event
        if not events:
            consteq("-" * 43, token or "")
        return found if found.access_token else events.browse()

    def _is_link_open(self):
        self.ensure_one()
        today = fields.Date.context_today(self)
        return bool(self.expires_on and self.expires_on >= today)

    def _get_notice_url(self):
        """Return the client's own link to the page of his matter."""
        self.ensure_one()
        # sudo: the token is read by nobody
        token = self.sudo().access_token
        return (
            f"{self.get_base_url()}/my/matters/{self.matter_id.id}?access_token={token}"
        )

    # -- the page --------------------------------------------------------------

    def _get_portal_notice(self):
        """Return what the page of the matter says of this notice, as plain values."""
        self.ensure_one()
        answered = ""
        if self.answered_on:
            answered = format_datetime(
                self.env,
                self.answered_on,
                tz=self.company_id._get_legal_tz().zone,
                dt_format="d MMMM y HH:mm",
            )
        return {
            "id": self.id,
            "state": self.state,
            "title": self._get_notice_object(),
            "paragraphs": self._get_notice_paragraphs(),
            "digest": self.notice_digest,
            "revised": self._say_limit(self.revised_limit)
            if self.revised_limit
            else "",
            "is_accepted": self.is_accepted,
            "answered_on": answered,
            "signed_name": self.signed_name or "",
            "question": self.question or "",
        }

    def _get_notice_paragraphs(self):
        text = self.notice_text or ""
        return [part.strip() for part in text.split("\n\n") if part.strip()]

    # -- answers ---------------------------------------------------------------

    def _client_acknowledge(self, name, seen, evidence, accept=False):
        """Take note that the client read the notice, or accepts what it proposes.

        :param str seen: the hash of the letter the page showed
        :param dict evidence: ``ip``, ``agent``, ``user_id`` of who answered
        :return str: ``done``, ``again``, ``name`` (missing), ``changed`` or ``over``
        """
        self.ensure_one()
        if self.state not in TOLD:
            return "over"
        if self.is_accepted or (self.state == "acknowledged" and not accept):
            return "again"
        if accept and not self.revised_limit:
            return "over"
        name = " ".join((name or "").split())[:LONGEST_NAME]
        if not name:
            return "name"
        if not consteq(self.notice_digest or "", seen or ""):
            return "changed"
        self.write(
            {
                "state": "acknowledged",
                "is_accepted": accept,
                "answered_on": fields.Datetime.now(),
                "signed_name": name,
                **self._prepare_signature(evidence),
            }
        )
        self.activity_unlink([ACTIVITY])
        words = self._say_answer()
        author = self.contact_id.id
        self._message_log(body=words, author_id=author)
        self.matter_id._message_log(body=words, author_id=author)
        self._keep_evidence(self, words)
        self._make_amendment(sign=accept)
        return "done"

    def _client_discuss(self, words, evidence):
        """Take the client's question to the responsible.

        :return str: ``done``, ``again``, ``empty`` or ``over``
        """
        self.ensure_one()
        if self.state not in TOLD or self.is_accepted:
            return "over"
        words = (words or "").strip()[:LONGEST_WORDS]
        if not words:
            return "empty"
        if words == self.question:
            return "again"
        self.write(
            {
                "state": "discussed",
                "question": words,
                **self._prepare_signature(evidence),
            }
        )
        self._message_log(
            body=self.env._("The client would like to talk about it:")
            + Markup("<br/>")
            + words,
            author_id=self.contact_id.id,
        )
        user = self.matter_id.responsible_id
        self.activity_unlink([ACTIVITY])
        event = self.with_context(lang=user.lang or self.env.lang)
        event.activity_schedule(
            ACTIVITY,
            date_deadline=fields.Date.context_today(self),
            summary=event.env._("The client would like to talk about the fees"),
            note=plaintext2html(words),
            user_id=user.id,
        )
        return "done"

    def _say_answer(self):
        self.ensure_one()
        if self.is_accepted:
            return self.env._(
                "%(name)s accepted the proposal: %(limit)s.",
                name=self.signed_name,
                limit=self._say_limit(self.revised_limit),
            )
        return self.env._("%s read the notice and took note of it.", self.signed_name)

    def _keep_evidence(self, record, statement, channel=""):
        """Keep who said what about which text."""
        self.env["legal.evidence"]._record(
            record,
            statement,
            channel or ("account" if self.signed_user_id else "link"),
            typed_name=self.signed_name,
            partner_id=self.contact_id.id,
            email=self.contact_id.email,
            user_id=self.signed_user_id.id,
            ip=self.signed_ip,
            agent=self.signed_agent,
            text=self.notice_text or "",
        )

    @api.model
    def _prepare_signature(self, evidence):
        return {
            "signed_ip": evidence.get("ip") or False,
            "signed_agent": (evidence.get("agent") or "")[:LONGEST_AGENT],
            "signed_user_id": evidence.get("user_id") or False,
        }

    @api.model
    def _digest(self, text):
        return hashlib.sha256((text or "").encode()).hexdigest()

    # -- the amendment ---------------------------------------------------------

    def _make_amendment(self, sign):
        """Draw up the next version of the agreement with the limit proposed.

        Signed only on the client's explicit word; otherwise, or when something in it
        is missing, a draft that the responsible is told of.
        """
        self.ensure_one()
        if not self.revised_limit or self.amendment_id:
            return
        error = ""
        agreement = self.env["legal.fee.agreement"]
        # A draft begun before may change more than the client was told.
        is_alone = not self.agreement_id._has_draft_amendment()
        try:
            with self.env.cr.savepoint():
                agreement = self._draw_amendment()
        except UserError as refusal:
            error = str(refusal)
        if agreement:
            self.amendment_id = agreement
            self._attach_proof(agreement)
        if agreement and sign and is_alone:
            try:
                with self.env.cr.savepoint():
                    agreement._sign_amendment(self)
            except UserError as refusal:
                self.env.invalidate_all()
                error = str(refusal)
        if not agreement or agreement.state != "signed":
            self._tell_amendment(agreement, error)

    def _draw_amendment(self):
        """Return the draft of the next version, empty where none can be made here."""
        agreement = self.agreement_id.with_company(self.company_id)
        if not hasattr(type(agreement), "action_amend"):
            return agreement.browse()
        amendment = agreement.browse(agreement.action_amend()["res_id"])
        if self.term_id:
            term = amendment.term_ids.filtered(
                lambda term: term.continues_id == self.term_id
            )
            term.write({self._get_limit_field(): self.revised_limit})
        else:
            amendment.estimate_amount = self.revised_limit
        return amendment

    def _get_limit_field(self):
        """Return the field of the term that holds the limit."""
        if self.kind == "cap":
            return "cap_amount" if self.unit == "amount" else "cap_hours"
        return "included_amount" if self.unit == "amount" else "included_hours"

    def _attach_proof(self, agreement):
        """Keep with the amendment what was shown, who answered, when and from where."""
        agreement.message_post(
            body=self.env._(
                "Drawn up from the client's answer to the notice of %(date)s.",
                date=fields.Date.to_string(self.sent_on),
            ),
            attachments=[(self.env._("answer.txt"), self._get_proof_text())],
            message_type="notification",
        )

    def _get_proof_text(self):
        _ = self.env._
        rows = [
            (_("Matter"), self.matter_id._neutral_label()),
            (_("Name typed"), self.signed_name or "–"),
            (
                _("Answered on (UTC)"),
                fields.Datetime.to_string(self.answered_on) or "–",
            ),
            (_("Proposal accepted"), _("yes") if self.is_accepted else _("no")),
            (_("IP address"), self.signed_ip or "–"),
            (_("Browser"), self.signed_agent or "–"),
            (_("SHA-256 of the letter"), self.notice_digest or "–"),
        ]
        head = "\n".join(f"{label} : {value}" for label, value in rows)
        return f"{head}\n\n{self.notice_text or ''}".encode()

    def _tell_amendment(self, agreement, error):
        user = self.matter_id.responsible_id
        event = self.with_context(lang=user.lang or self.env.lang)
        event.activity_schedule(
            ACTIVITY,
            date_deadline=fields.Date.context_today(self),
            summary=event.env._("Have the amendment signed")
            if agreement
            else event.env._("Draw up the amendment"),
            note=error or event._say_limit(event.revised_limit),
            user_id=user.id,
        )


class LegalFeeAgreement(models.Model):
    _inherit = "legal.fee.agreement"

    def _has_draft_amendment(self):
        self.ensure_one()
        return "next_ids" in self._fields and "draft" in self["next_ids"].mapped(
            "state"
        )

    def _sign_amendment(self, event):
        """Record the client's acceptance of a notice as his signature."""
        self.ensure_one()
        self.signed_on = fields.Date.context_today(self)
        self.action_sign()
        event._keep_evidence(self, event._say_answer())
