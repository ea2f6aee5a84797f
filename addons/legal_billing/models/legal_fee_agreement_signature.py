import hashlib
import json
import secrets
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq

REPORT = "legal_billing.action_report_fee_agreement"
#: read by nobody through the interface, whatever the group
NOBODY = "."
#: written by the methods below, never by hand
OWN_FIELDS = {
    "client_token",
    "old_tokens",
    "link_expires_on",
    "sent_on",
    "sent_to_id",
    "sent_email",
    "sent_by_id",
    "sent_content",
    "sent_attachment_id",
    "sent_digest",
    "signed_attachment_id",
    "signed_digest",
    "refused_on",
    "refused_word",
    "client_question",
    "reminder_count",
    "reminded_on",
    "is_expiry_told",
}
#: what may be written while the client reads, beside chatter and activities
ALLOWED_WHILE_SENT = {"state", "signed_on", "date_to"} | OWN_FIELDS


class LegalFeeAgreement(models.Model):
    """From a draft to a signature: what was sent is frozen, and that is signed.

    What the client reads, on the page and in the PDF, is made once, when it is
    sent; the hash of that PDF goes with every answer. The key in the link is not
    ``portal.mixin``'s: that one opens the chatter too and stands in notifications,
    while a signature must not be within the reach of people of the firm.
    """

    _inherit = "legal.fee.agreement"

    client_token = fields.Char(groups=NOBODY, copy=False)
    old_tokens = fields.Text(groups=NOBODY, copy=False)
    link_expires_on = fields.Date("Link valid until", readonly=True, copy=False)
    sent_on = fields.Datetime(readonly=True, copy=False)
    sent_to_id = fields.Many2one("res.partner", "Sent to", readonly=True, copy=False)
    sent_email = fields.Char("Sent to the address", readonly=True, copy=False)
    sent_by_id = fields.Many2one("res.users", "Sent by", readonly=True, copy=False)
    sent_content = fields.Json(groups=NOBODY, copy=False)
    sent_attachment_id = fields.Many2one(
        "ir.attachment", "Document sent", readonly=True, copy=False, ondelete="restrict"
    )
    sent_digest = fields.Char("SHA-256 sent", readonly=True, copy=False)
    signed_attachment_id = fields.Many2one(
        "ir.attachment",
        "Signed document",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    signed_digest = fields.Char("SHA-256 signed", readonly=True, copy=False)
    refused_on = fields.Datetime(readonly=True, copy=False)
    refused_word = fields.Text("Why refused", readonly=True, copy=False)
    client_question = fields.Text("Client's question", readonly=True, copy=False)
    evidence_ids = fields.One2many(
        "legal.evidence",
        "res_id",
        domain=[("res_model", "=", "legal.fee.agreement")],
        string="Evidence",
        readonly=True,
    )

    _client_token_unique = models.UniqueIndex(
        "(client_token) WHERE client_token IS NOT NULL", "A link opens one agreement."
    )

    # -- what nobody changes by hand -------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_by_hand(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_by_hand(vals)
        if self._get_content_keys(vals):
            self._check_not_sent()
        return super().write(vals)

    @api.model
    def _check_not_by_hand(self, vals):
        if OWN_FIELDS & vals.keys() and not self.env.su:
            raise UserError(
                self.env._(
                    "What the client was sent and answered is recorded by sending and"
                    " signing: it is not written by hand."
                )
            )

    @api.model
    def _get_content_keys(self, vals):
        """Return the names among these that are part of what the client reads."""
        return {
            name
            for name in vals
            if name not in ALLOWED_WHILE_SENT
            and not name.startswith(("message_", "activity_", "website_message"))
        }

    def _check_not_sent(self):
        """Refuse to change what the client has before the eyes."""
        for agreement in self:
            if agreement.state == "sent":
                raise UserError(
                    self.env._(
                        "The agreement %(name)s is before the client: take it back"
                        " first, which closes his link, then change it and send it"
                        " again.",
                        name=agreement.display_name,
                    )
                )

    # -- sending ---------------------------------------------------------------

    def action_send_for_signature(self):
        """Open the dialog: to whom, which words, which document."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready_to_send()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the agreement for signature"),
            "res_model": "legal.fee.agreement.send",
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }

    def _check_ready_to_send(self):
        """Refuse what could not be signed, before the client reads it.

        :raise UserError: a sentence that says what to mend
        """
        self.ensure_one()
        if self.state not in ("draft", "refused"):
            raise UserError(
                self.env._(
                    "The agreement %(name)s is sent or signed already: only a draft is"
                    " sent for signature.",
                    name=self.display_name,
                )
            )
        self._check_can_be_sent()

    def _get_signatories(self):
        """Return the people of the client's side the link may go to."""
        self.ensure_one()
        client = self.matter_id.partner_id
        family = self.env["res.partner"].search(
            [("commercial_partner_id", "=", client.commercial_partner_id.id)]
        )
        return self.matter_id._filter_wall_partners(family | client)

    def _get_default_signatory(self):
        """Return who signed or was asked before; for a company, one of its people."""
        self.ensure_one()
        client = self.matter_id.partner_id
        known = self.sent_to_id or self.previous_id.sent_to_id
        if known or not client.is_company:
            return known or client
        people = self._get_signatories().filtered(
            lambda contact: contact.email and not contact.is_company
        )
        return people[:1] or client

    def _send_to_client(self, partner, subject=None, word=None):
        """Freeze the document and send the client the link to sign it.

        :param str word: a few words of the lawyer, above the standard text
        """
        self.ensure_one()
        self.check_access("write")
        self._check_ready_to_send()
        if partner not in self._get_signatories():
            raise UserError(
                self.env._(
                    "%(contact)s is not of the client's side of %(matter)s: choose the"
                    " client or one of his contacts.",
                    contact=partner.display_name,
                    matter=self.matter_id._neutral_label(),
                )
            )
        if not partner.email:
            raise UserError(
                self.env._(
                    "%(contact)s has no e-mail address: write it on the contact, the"
                    " link leaves by e-mail.",
                    contact=partner.display_name,
                )
            )
        # sudo: nobody writes these fields by hand, see the checks above
        agreement_sudo = self.sudo()
        agreement_sudo.write(
            {
                "state": "sent",
                "sent_on": fields.Datetime.now(),
                "sent_to_id": partner.id,
                "sent_email": partner.email,
                "sent_by_id": self.env.uid,
                "refused_on": False,
                "refused_word": False,
                "client_question": False,
                "reminder_count": 0,
                "reminded_on": False,
            }
        )
        agreement_sudo._freeze()
        agreement_sudo._open_link()
        agreement_sudo._mail_client(
            "legal_billing.mail_template_agreement_sign", subject=subject, word=word
        )
        return True

    def _freeze(self):
        """Make what the client will read, once: the words and the PDF of them."""
        self.ensure_one()
        lang = self.sent_to_id.lang or self.env.lang
        content = self.with_context(lang=lang)._get_document_content()
        self.sent_content = content
        pdf = self._render_document(lang)
        name = self.with_context(lang=lang)._get_document_file_name()
        attachment = self._attach_document(name, pdf)
        self.write(
            {
                "sent_attachment_id": attachment.id,
                "sent_digest": self.env["legal.evidence"]._hash(pdf),
            }
        )

    def _render_document(self, lang):
        """Return the PDF of the content as it is frozen, signature included."""
        self.flush_recordset()
        report = self.env["ir.actions.report"].with_context(
            lang=lang,
            # tests would get HTML: what is signed is the file itself
            force_report_rendering=True,
        )
        return report._render_qweb_pdf(REPORT, self.ids, data={"is_new": True})[0]

    def _attach_document(self, name, raw):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": raw,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _get_facts_digest(self):
        """Return a hash of what billing will read of this agreement.

        Whatever way it was changed since it was sent, it shows here.
        """
        self.ensure_one()
        facts = [str(self.date_from), self.currency_id.name, self.estimate_amount]
        for term in self.term_ids.sorted("id"):
            facts.append([term.id, term.kind, term.name, *term._get_sent_facts()])
        text = json.dumps(facts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _render_preview(self, template, name, partner, word, expires_on):
        """Return a part of the e-mail as this contact would read it, link apart."""
        self.ensure_one()
        self.check_access("read")
        return template.with_context(
            client=partner, word=word, expires_on=expires_on, agreement_url="#"
        )._render_field(name, self.ids)[self.id]

    # -- the link --------------------------------------------------------------

    def _open_link(self):
        """Give the client a new key; the old one says that it was replaced."""
        self._close_link()
        today = fields.Date.context_today(self)
        self.write(
            {
                "client_token": secrets.token_urlsafe(32),
                "link_expires_on": today
                + timedelta(days=self.company_id.legal_link_days or 30),
                "is_expiry_told": False,
            }
        )

    def _close_link(self):
        """Revoke the key; only its hash is kept, to recognise it."""
        if self.client_token:
            old = (self.old_tokens or "").split()
            old.append(hashlib.sha256(self.client_token.encode()).hexdigest())
            self.write({"client_token": False, "old_tokens": "\n".join(old)})

    @api.model
    def _find_by_link(self, agreement_id, token):
        """Return ``(agreement in sudo, "open" | "revoked")``, or none and ``""``.

        Compared in constant time, also for an agreement that does not exist.
        """
        # sudo: the link is the right
        agreement_sudo = self.sudo().search([("id", "=", agreement_id)])
        token = str(token or "").encode(errors="replace").decode("ascii", "replace")
        known = agreement_sudo.client_token or ""
        if consteq((known or "-" * 43).encode(), token.encode()) and known:
            return agreement_sudo, "open"
        hashed = hashlib.sha256(token.encode()).hexdigest()
        for old in (agreement_sudo.old_tokens or "").split():
            if consteq(old, hashed):
                return agreement_sudo, "revoked"
        return self.sudo().browse(), ""

    def _get_client_url(self):
        self.ensure_one()
        # sudo: the key is read by nobody
        token = self.sudo().client_token
        return f"{self.get_base_url()}/my/agreements/{self.id}?access_token={token}"

    def _mail_client(self, template, subject=None, word=None, attachments=None):
        """Send the client an e-mail, and keep in the log what left, link apart.

        The e-mail hangs on no record, so that nobody of the firm reads the
        client's key; and it has no layout, which would print the matter's name.
        """
        template = self.env.ref(template)
        if self.client_token:
            words = {"agreement_url": self._get_client_url(), "word": word}
        else:
            words = {"agreement_url": "", "word": word}
        values = {"model": False, "res_id": False}
        if subject:
            values["subject"] = subject
        if attachments:
            values["attachment_ids"] = attachments.ids
        template.with_context(**words).send_mail(self.id, email_values=values)
        shown = template.with_context(agreement_url="#", word=word)
        body = shown._render_field("body_html", self.ids, compute_lang=True)[self.id]
        subject = (
            subject
            or shown._render_field("subject", self.ids, compute_lang=True)[self.id]
        )
        head = self.env._(
            "Sent to %(contact)s (%(email)s): %(subject)s",
            contact=self.sent_to_id.name,
            email=self.sent_to_id.email,
            subject=subject,
        )
        log = Markup("<p>%s</p>%s") % (head, Markup(body or ""))
        documents = attachments or self.sent_attachment_id
        self._message_log(body=log, attachment_ids=documents.ids)

    def action_take_back(self):
        """Make a draft of it again; the client's link says that it was taken back."""
        for agreement in self:
            agreement.check_access("write")
            if agreement.state not in ("sent", "refused"):
                raise UserError(
                    self.env._(
                        "The agreement %(name)s is not before the client: there is"
                        " nothing to take back.",
                        name=agreement.display_name,
                    )
                )
            # sudo: nobody writes these fields by hand, see the checks above
            agreement_sudo = agreement.sudo()
            agreement_sudo._close_link()
            agreement_sudo.state = "draft"
            agreement_sudo._message_log(
                body=self.env._("Taken back: the client's link is closed.")
            )
        return True

    # -- signing ---------------------------------------------------------------

    def _sign_with(self, signed_on, evidence_values):
        """Sign, whatever the way: evidence, terms in force, signed document.

        Called in sudo, after who signs was checked; what fails undoes it all.
        """
        self.ensure_one()
        self.signed_on = signed_on
        # Questions are over; what the signature makes due is left afterwards.
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self.action_sign()
        self.env["legal.evidence"]._record(self, **evidence_values)
        if not self.signed_attachment_id:
            lang = self.sent_to_id.lang or self.env.lang
            in_lang = self.with_context(lang=lang)
            pdf = in_lang._render_document(lang)
            name = in_lang._get_document_file_name(signed=True)
            self._keep_signed(self._attach_document(name, pdf))

    def _keep_signed(self, attachment):
        # sudo: nobody writes these fields by hand
        self.sudo().write(
            {
                "signed_attachment_id": attachment.id,
                "signed_digest": self.env["legal.evidence"]._hash(attachment.raw),
            }
        )

    def action_open_paper(self):
        """Open the dialog that takes the scan of an agreement signed on paper."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Signed on paper"),
            "res_model": "legal.fee.agreement.paper",
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }

    def _sign_on_paper(self, raw, file_name, signed_on, signer):
        """Record a signature on paper: its scan is kept with its hash.

        :param bytes raw: the scan, a PDF
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("draft", "sent", "refused"):
            raise UserError(
                self.env._(
                    "The agreement %(name)s is signed already.", name=self.display_name
                )
            )
        if not raw.startswith(b"%PDF-"):
            raise UserError(
                self.env._(
                    "%(file)s is not a PDF: scan the signed agreement %(name)s as a"
                    " PDF and attach that.",
                    file=file_name or self.env._("The file"),
                    name=self.display_name,
                )
            )
        if signed_on > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The agreement %(name)s cannot have been signed in the future:"
                    " enter the day it was signed.",
                    name=self.display_name,
                )
            )
        # sudo: nobody writes these fields by hand, see the checks above
        agreement_sudo = self.sudo()
        scan = agreement_sudo._attach_document(file_name or f"{self.name}.pdf", raw)
        agreement_sudo._keep_signed(scan)
        agreement_sudo._close_link()
        agreement_sudo._sign_with(
            signed_on,
            {
                "statement": self.env._(
                    "Fee agreement %(name)s, signed on paper on %(date)s.",
                    name=self.name,
                    date=signed_on,
                ),
                "channel": "paper",
                "typed_name": signer,
                "partner_id": self.partner_id.id,
                "user_id": self.env.uid,
                "attachment_id": scan.id,
            },
        )
        agreement_sudo._message_log(
            body=self.env._("Signed on paper by %(name)s.", name=signer),
            attachment_ids=scan.ids,
        )
        return True
