import base64
import binascii
import io
import logging

import psycopg2
from PIL import Image

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date, format_datetime, mute_logger

_logger = logging.getLogger(__name__)

LONGEST_NAME = 120
LONGEST_WORDS = 4000
LARGEST_IMAGE = 2_000_000
WIDEST_IMAGE = 4000
TODO = "mail.mail_activity_data_todo"


class LegalFeeAgreement(models.Model):
    """The client's side: the page he reads, and what he answers.

    Every method here is called by the controller on a record in sudo, after the
    link or the sign-in was checked; nothing is callable from outside.
    """

    _inherit = "legal.fee.agreement"

    @api.model
    def _domain_of_contact(self, partner):
        """Return the domain of what a signed-in contact may read: his own."""
        return [
            ("sent_content", "!=", False),
            ("state", "!=", "draft"),
            "|",
            ("sent_to_id", "=", partner.id),
            ("matter_id.partner_id", "=", partner.id),
        ]

    def _get_situation(self):
        """Return what the client's page is about."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        if self.state == "draft" or not self.sent_content:
            return "revoked"
        if self.state == "sent" and self.link_expires_on < today:
            return "expired"
        if self.state in ("signed", "ended"):
            return "signed"
        return self.state

    # -- the page --------------------------------------------------------------

    def _get_page(self, by_link=True):
        """Return plain values: the page holds no record."""
        self.ensure_one()
        situation = self._get_situation()
        today = fields.Date.context_today(self)
        is_over = by_link and self.link_expires_on and self.link_expires_on < today
        if is_over and situation in ("signed", "refused"):
            situation = "closed"
        is_readable = situation in ("sent", "signed", "refused")
        firm = self.env["account.move"].new({"company_id": self.company_id.id})
        evidence = self.evidence_ids.filtered(lambda e: e.act == "accepted")[:1]
        lead = self.matter_id.responsible_id
        return {
            "situation": situation,
            "title": self.env._(
                "%(document)s – %(firm)s",
                document=self._get_document_title(),
                firm=self.company_id.name,
            ),
            "firm": firm._legal_get_portal_firm(),
            "document": self._get_marked_up(self.sent_content) if is_readable else {},
            "headline": self._get_document_title(),
            "client": self.partner_id.name if is_readable else "",
            "digest": self.sent_digest or "",
            "expires_on": self.link_expires_on
            and format_date(self.env, self.link_expires_on, date_format="d MMMM y"),
            # a company has no hand: whoever signs for it types his own name
            "sent_to": "" if self.sent_to_id.is_company else self.sent_to_id.name,
            "signed_on": evidence
            and evidence.channel != "paper"
            and self._format_moment(evidence.accepted_at)
            or self.signed_on
            and format_date(self.env, self.signed_on, date_format="d MMMM y"),
            "signed_name": evidence.typed_name or "",
            "signed_digest": evidence.sha256 or "",
            "signature": evidence.signature and evidence.signature.decode() or "",
            "refused_on": self.refused_on and self._format_moment(self.refused_on),
            "refused_word": self.refused_word,
            "question": self.client_question,
            "contact": {
                "name": lead.name or self.company_id.name,
                "role": self.env._("Your lawyer") if lead else "",
                "email": lead.email or self.company_id.email or "",
                "phone": lead.partner_id.phone or self.company_id.phone or "",
                "face": "",
            },
        }

    def _format_moment(self, moment):
        return format_datetime(
            self.env,
            moment,
            tz=self.company_id._get_legal_tz().zone,
            dt_format="d MMMM y HH:mm",
        )

    def _get_client_document(self):
        """Return the file the client may download now: signed, else as sent."""
        self.ensure_one()
        return self.signed_attachment_id or self.sent_attachment_id

    # -- answers ---------------------------------------------------------------

    def _lock_answer(self):
        """Let one answer at a time decide, so that two tabs sign once.

        Updating the row makes the slower transaction fail on serialisation; the
        server then runs it again on what the other one left.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE legal_fee_agreement SET write_date = write_date WHERE id = %s",
                self.id,
            ),
            log_exceptions=False,  # losing the race is no incident
        )
        self.invalidate_recordset()

    def _client_sign(self, name, signature, seen, proof):
        """Sign exactly what was read.

        :param str signature: the drawing, an image in base64
        :param str seen: the hash of the document the page showed
        :param dict proof: ``ip``, ``agent``, ``user_id``, ``channel``
        :return str: ``done``, ``again`` (signed before), ``changed``, ``name`` or
            ``signature`` (missing), ``failed`` or ``over``
        """
        self.ensure_one()
        self._lock_answer()
        situation = self._get_situation()
        if situation == "signed":
            return "again"
        if situation != "sent":
            return "over"
        name = " ".join((name or "").split())[:LONGEST_NAME]
        if not name:
            return "name"
        image = self._read_drawing(signature)
        if not image:
            return "signature"
        if (seen or "") != self.sent_digest:
            return "changed"
        problem = self._get_freeze_problem()
        if problem:
            self._tell_not_signed(problem)
            return "failed"
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self._sign_online(name, image, proof)
                self.env.flush_all()
        except (UserError, AccessError, psycopg2.IntegrityError) as error:
            self.env.invalidate_all()
            self._tell_not_signed(
                self._sql_error_to_message(error)
                if isinstance(error, psycopg2.Error)
                else str(error)
            )
            return "failed"
        return "done"

    @api.model
    def _read_drawing(self, signature):
        """Return the drawing as a plain PNG, nothing if it is none or blank."""
        try:
            raw = base64.b64decode(signature or "", validate=True)
            if not raw or len(raw) > LARGEST_IMAGE:
                return None
            image = Image.open(io.BytesIO(raw))
            if max(image.size) > WIDEST_IMAGE:
                return None
            image = image.convert("RGBA")
        except (binascii.Error, ValueError, OSError, Image.DecompressionBombError):
            return None
        paper = Image.new("RGBA", image.size, "white")
        drawn = Image.alpha_composite(paper, image).convert("L")
        darkest, lightest = drawn.getextrema()
        if lightest - darkest < 32:
            return None
        output = io.BytesIO()
        drawn.save(output, "PNG", optimize=True)
        return output.getvalue()

    def _get_freeze_problem(self):
        """Return why what is signed would not be what was sent, in a sentence."""
        raw = self.sent_attachment_id.raw
        if self.env["legal.evidence"]._hash(raw) != self.sent_digest:
            return self.env._("the document sent was altered since")
        if self.sent_content.get("facts_digest") != self._get_facts_digest():
            return self.env._("its terms were changed since it was sent")
        return ""

    def _sign_online(self, name, image, proof):
        today = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id._get_legal_tz().zone),
            fields.Datetime.now(),
        ).date()
        self._sign_with(
            today,
            {
                "statement": self.env._(
                    "I accept %(document)s of %(firm)s, reference %(name)s.",
                    document=self.sent_content["title"],
                    firm=self.company_id.name,
                    name=self.name,
                ),
                "typed_name": name,
                "signature": base64.b64encode(image),
                "partner_id": self.sent_to_id.id,
                "email": self.sent_email,
                "attachment_id": self.sent_attachment_id.id,
                **proof,
            },
        )
        # The link goes on opening the signed agreement for as long again.
        days = self.company_id.legal_link_days or 30
        self.link_expires_on = fields.Date.add(today, days=days)
        self._mail_client(
            "legal_billing.mail_template_agreement_signed",
            attachments=self.signed_attachment_id,
        )
        self._tell_responsible(
            self.env._("%(name)s signed the fee agreement online.", name=name),
            self.signed_attachment_id,
        )

    def _client_refuse(self, word, proof):
        """Refuse, with a word; return ``done``, ``again`` or ``over``."""
        self.ensure_one()
        self._lock_answer()
        situation = self._get_situation()
        if situation == "refused":
            return "again"
        if situation != "sent":
            return "over"
        word = self._clean_words(word)
        self.write(
            {
                "state": "refused",
                "refused_on": fields.Datetime.now(),
                "refused_word": word,
            }
        )
        self.env["legal.evidence"]._record(
            self,
            statement=word or self.env._("Refused without a word."),
            act="refused",
            partner_id=self.sent_to_id.id,
            email=self.sent_email,
            attachment_id=self.sent_attachment_id.id,
            **proof,
        )
        self._tell_responsible(
            self.env._(
                "The client refused the fee agreement: %(word)s",
                word=word or self.env._("no word of explanation"),
            )
        )
        self._ask_responsible(
            self.env._("The client refused the fee agreement: answer him")
        )
        return "done"

    def _client_ask(self, words):
        """Take a question; return ``done``, ``again``, ``empty`` or ``over``."""
        self.ensure_one()
        self._lock_answer()
        if self._get_situation() not in ("sent", "refused"):
            return "over"
        words = self._clean_words(words)
        if not words:
            return "empty"
        if words == self.client_question:
            return "again"
        self.client_question = words
        self._tell_responsible(words)
        self._ask_responsible(self.env._("Answer the client's question"))
        return "done"

    def _client_renew(self):
        """Send a new link to the address on file, when the old one is over."""
        self.ensure_one()
        self._lock_answer()
        if self._get_situation() != "expired" or not self.sent_to_id.email:
            return "over"
        self._open_link()
        self._mail_client("legal_billing.mail_template_agreement_sign")
        return "renewed"

    @api.model
    def _clean_words(self, words):
        return (words or "").strip().replace("\r\n", "\n")[:LONGEST_WORDS]

    # -- telling the firm ------------------------------------------------------

    def _tell_responsible(self, body, attachments=None):
        self.message_post(
            body=body,
            author_id=self.sent_to_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.matter_id.responsible_id.partner_id.ids,
            attachment_ids=attachments.ids if attachments else None,
        )

    def _ask_responsible(self, summary):
        user = self.matter_id.responsible_id
        same = self.activity_ids.filtered(
            lambda a: a.summary == summary and a.user_id == user
        )
        if not same:
            self.activity_schedule(TODO, user_id=user.id, summary=summary)

    def _tell_not_signed(self, reason):
        """Say to the firm alone why a client could not sign."""
        _logger.warning("Agreement %s was not signed: %s", self.name, reason)
        self._message_log(
            body=self.env._(
                "The client tried to sign, and could not: %(reason)s. Take the"
                " agreement back, mend it and send it again.",
                reason=reason,
            )
        )
        self._ask_responsible(
            self.env._("The client could not sign the fee agreement: mend it")
        )
