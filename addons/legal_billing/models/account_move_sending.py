from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .legal_fee_agreement_preference import CHANNELS

#: what Odoo's own sending calls these channels
METHODS = {"portal": "legal_portal", "post": "legal_post"}
#: columns from which nothing in an entry follows
PLAIN = frozenset(
    (
        "access_token",
        "legal_sent_by",
        "legal_sent_on",
        "legal_sent_to",
        "legal_send_error",
        "legal_post_batch_id",
    )
)
#: what sending writes by stock's own means, tracked, of which no line depends
SENDING = frozenset(("message_main_attachment_id", "is_move_sent"))


class AccountMove(models.Model):
    """How an invoice is sent, to whom, and what became of it."""

    _inherit = "account.move"

    legal_sent_by = fields.Selection(
        CHANNELS, string="How it was sent", readonly=True, copy=False
    )
    legal_sent_on = fields.Datetime(
        string="Sent on", readonly=True, copy=False, index="btree_not_null"
    )
    legal_sent_to = fields.Char(string="Sent to", readonly=True, copy=False)
    legal_send_error = fields.Text(
        string="Why it was not sent", readonly=True, copy=False
    )
    legal_post_batch_id = fields.Many2one(
        "legal.post.batch",
        string="Letters to post",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
    )

    def write(self, vals):
        """Spare what says nothing of the entry the search for what it might change,
        which costs as much as a page of a PDF."""
        if PLAIN.issuperset(vals):
            return models.BaseModel.write(self, vals)
        if vals == {"sending_data": False} and not any(self.mapped("sending_data")):
            return True
        if SENDING.issuperset(vals):
            self = self.with_context(skip_invoice_sync=True)
        return super().write(vals)

    # -- how -------------------------------------------------------------------

    def _legal_get_send_channel(self):
        """Return how this payer gets his invoices: email, portal or post.

        The agreement in force says so for the client; what was agreed with him is no
        rule for those who pay in his place.
        """
        self.ensure_one()
        if self._legal_is_for_client():
            day = self.invoice_date or fields.Date.context_today(self)
            agreements = self._legal_get_agreements().filtered(
                lambda agreement: agreement._holds_on(day)
            )
            channels = set(agreements.mapped("send_channel"))
            if len(channels) == 1:
                return channels.pop() or "email"
        payer = self.commercial_partner_id.with_company(self.company_id)
        return payer.legal_send_channel or "email"

    def _legal_get_sending_methods(self):
        """Return the channel as Odoo's own sending knows it."""
        self.ensure_one()
        return self.env["account.move.send"]._get_default_sending_methods(self) or {
            "email"
        }

    def _legal_is_for_client(self):
        """Tell whether the client himself pays this invoice, not another in his
        place: he alone may read what was done for him."""
        self.ensure_one()
        # sudo: whose client it is, whatever the wall of the matter.
        move = self.sudo()
        clients = move.matter_ids.partner_id.commercial_partner_id
        return move.is_legal and clients == move.commercial_partner_id

    def _legal_has_annex(self):
        """Tell whether the acts go to the client beside the invoice."""
        is_told = self.invoice_text_policy in (False, "detailed")
        return not is_told and self._legal_is_for_client()

    # -- to whom ---------------------------------------------------------------

    def _legal_get_recipients(self):
        """Return (those it is sent to, those who get a copy).

        Nobody who stands against the client on one of its matters, or pays in his
        place, whatever was recorded before he did.
        """
        self.ensure_one()
        # sudo: to whom an invoice goes is read for those who may send it.
        move = self.sudo()
        payer = move.partner_id | move.commercial_partner_id
        levels = [payer.legal_recipient_ids]
        if move._legal_is_for_client():
            day = move.invoice_date or fields.Date.context_today(move)
            of_matter = move.matter_ids.legal_recipient_ids
            held = of_matter.filtered(
                lambda row: (
                    row.agreement_id
                    and row.agreement_id._is_binding()
                    and row.agreement_id._holds_on(day)
                )
            )
            general = of_matter.filtered(lambda row: not row.agreement_id)
            levels = [held, general, *levels]
        to = copies = self.env["res.partner"]
        for rows in levels:
            billing = rows.filtered(lambda row: row.role == "billing").partner_id
            to = to or billing
            copies |= (rows.filtered(lambda row: row.role != "billing")).partner_id
        forbidden = self.env["res.partner"].union(
            *(matter._legal_get_other_parties() for matter in move.matter_ids)
        )
        forbidden -= move.commercial_partner_id

        def keep(partners):
            return partners.filtered(
                lambda partner: partner.commercial_partner_id not in forbidden
            ).with_env(self.env)

        to = keep(to) or move.partner_id.with_env(self.env)
        return to, keep(copies) - to

    def _legal_may_get_annex(self, partner):
        """Tell whether somebody is of the client's own house."""
        return partner.commercial_partner_id == self.commercial_partner_id

    # -- what keeps it from being sent -------------------------------------------

    def _legal_get_send_refusals(self, channel):
        """Return a sentence for all that keeps this invoice from being sent."""
        self.ensure_one()
        if channel == "post":
            return self._legal_get_post_refusals()
        to, copies = self._legal_get_recipients()
        return [
            self.env._(
                "The invoice %(invoice)s cannot be sent to %(who)s, who has no valid"
                " e-mail address (%(email)s): complete the contact, or choose another"
                " way to send the client's invoices.",
                invoice=self.name,
                who=partner.display_name,
                email=partner.email or self.env._("none"),
            )
            for partner in to | copies
            if not email_normalize(partner.email)
        ]

    def _legal_get_post_refusals(self):
        payer = self.partner_id
        address = payer if payer.street else payer.commercial_partner_id
        if address.street and address.zip and address.city:
            return []
        return [
            self.env._(
                "The invoice %(invoice)s cannot be posted to %(who)s, whose address is"
                " not complete: fill in street, postcode and city.",
                invoice=self.name,
                who=payer.display_name,
            )
        ]

    # -- what became of it -------------------------------------------------------

    def _legal_is_waiting(self):
        """Tell whether this invoice still has to be handed over."""
        self.ensure_one()
        return (
            self.state == "posted"
            and not self.legal_post_batch_id
            and (not self.legal_sent_on or bool(self.legal_send_error))
        )

    def _legal_was_sent(self):
        """Tell whether this invoice left, or waits among the letters to post."""
        self.ensure_one()
        return self.is_legal and not self._legal_is_waiting()

    def _legal_mark_sent(self, channel, to):
        """Keep by which means, when and to whom this invoice left."""
        self.ensure_one()
        self.write(
            {
                "legal_sent_by": channel,
                "legal_sent_on": fields.Datetime.now(),
                "legal_sent_to": to,
                "legal_send_error": False,
            }
        )
        if not self.is_move_sent:
            self.is_move_sent = True

    def _legal_mark_to_post(self, batch):
        self.ensure_one()
        self.write({"legal_post_batch_id": batch.id, "legal_send_error": False})

    def _legal_mark_posted(self, day):
        """Keep that the letter left; a letter is posted once."""
        self.ensure_one()
        lines = self.company_id._legal_get_addressee(self.partner_id)
        self._legal_mark_sent("post", ", ".join(lines))
        self._message_log(
            body=self.env._(
                "Posted on %(day)s to %(address)s.",
                day=self._legal_format_date(day),
                address=", ".join(lines),
            )
        )

    def _legal_mark_send_error(self, sentences):
        self.ensure_one()
        error = "\n".join(sentences) or False
        if (self.legal_send_error or False) != error:
            self.legal_send_error = error

    def button_draft(self):
        """What is changed has to be sent again."""
        for batch in self.legal_post_batch_id:
            if batch.state == "posted":
                raise UserError(
                    self.env._(
                        "The invoice %(invoice)s was posted to the client: make a"
                        " credit note instead of changing it.",
                        invoice=batch.move_ids.filtered(lambda m: m in self)[:1].name,
                    )
                )
        result = super().button_draft()
        sent = self.filtered(
            lambda m: m.legal_sent_on or m.legal_post_batch_id or m.legal_send_error
        )
        sent.write(
            {
                "legal_sent_by": False,
                "legal_sent_on": False,
                "legal_sent_to": False,
                "legal_send_error": False,
                "legal_post_batch_id": False,
            }
        )
        return result

    # -- the private annex ---------------------------------------------------------

    def _legal_render_annex(self):
        """Return (file name, PDF) of the acts, made anew each time: it is kept
        nowhere beside the invoice."""
        self.ensure_one()
        report = self.env["ir.actions.report"].with_context(
            lang=self.partner_id.lang or self.env.lang
        )
        content, _kind = report._render_qweb_pdf(
            "legal_billing.action_report_invoice_annex", self.ids
        )
        return f"{self._legal_get_file_name(annex=True)}.pdf", content

    def _notify_by_email_get_base_mail_values(
        self, message, recipients_data, additional_values=None
    ):
        values = super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values
        )
        if self.env.context.get("legal_with_annex"):
            values["legal_annex_move_id"] = self.id
        return values

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Send an invoice to those chosen alone: who follows it from outside the firm,
        another payer perhaps, is not among them by that."""
        found = super()._notify_get_recipients(message, msg_vals, **kwargs)
        chosen = self.env.context.get("legal_only_to")
        if chosen is None:
            return found
        return [one for one in found if not one["share"] or one["id"] in chosen]


class MailMail(models.Model):
    _inherit = "mail.mail"

    legal_annex_move_id = fields.Many2one("account.move", ondelete="cascade")

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Add the private annex as the e-mail leaves: a copy kept with the message
        would be read by all who read the ledger."""
        emails = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        move = self.legal_annex_move_id
        entitled = [
            email
            for email in emails
            if move
            and email["partner_id"]
            and move._legal_may_get_annex(email["partner_id"])
        ]
        if entitled:
            name, content = move._legal_render_annex()
            for email in entitled:
                email["attachments"] = [
                    *email["attachments"],
                    (name, content, "application/pdf"),
                ]
        return emails
