from odoo import api, fields, models
from odoo.tools import html2plaintext


class AccountMove(models.Model):
    """What is known of the way of an invoice to its reader."""

    _inherit = "account.move"

    legal_reading_ids = fields.One2many(
        "legal.reading.event",
        "move_id",
        string="Proof of reading",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly,"
        "legal_timesheet.group_legal_user",
    )

    def _legal_mark_sent(self, channel, to):
        res = super()._legal_mark_sent(channel, to)
        if self.is_legal:
            self.env["legal.reading.event"]._log("sent", self, address=to)
        return res


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Record that the mail server took the e-mail of a document, or not."""
        Event = self.env["legal.reading.event"]
        told = [
            (documents, mail._legal_get_outside(success_pids, success_emails))
            for mail in self
            if (documents := Event._get_documents_of(mail.model, [mail.res_id]))
        ]
        reasons = dict(self._fields["failure_type"]._description_selection(self.env))
        for documents, (taken, others) in told:
            if taken:
                Event._log("accepted", documents, address=", ".join(taken))
            if failure_type and others:
                Event._log(
                    "refused",
                    documents,
                    address=", ".join(others),
                    detail=failure_reason or reasons.get(failure_type, failure_type),
                )
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )

    def _legal_get_outside(self, success_pids, success_emails):
        """Return (addresses outside the firm reached, those that were not)."""
        self.ensure_one()
        # sudo: the addresses of an e-mail that has just left.
        mail = self.sudo()
        reached = mail.env["res.partner"].browse(
            [
                partner.id if isinstance(partner, models.Model) else partner
                for partner in success_pids or ()
            ]
        )

        def outside(partners):
            return partners.filtered(
                lambda partner: (
                    not any(user._is_internal() for user in partner.user_ids)
                )
            )

        taken = [p.email for p in outside(reached) if p.email]
        taken += [email for email in success_emails or () if email]
        others = [p.email or p.name for p in outside(mail.recipient_ids - reached)]
        if mail.email_to and mail.email_to not in taken:
            others.append(mail.email_to)
        return list(dict.fromkeys(taken)), list(dict.fromkeys(others))


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        message = message_dict.get("bounced_message")
        Event = self.env["legal.reading.event"]
        if message:
            documents = Event._get_documents_of(message.model, [message.res_id])
            if documents:
                body = message_dict.get("body") or message_dict.get("subject") or ""
                Event._log(
                    "bounced",
                    documents,
                    address=message_dict.get("bounced_email"),
                    detail=html2plaintext(str(body)),
                )
        return result
