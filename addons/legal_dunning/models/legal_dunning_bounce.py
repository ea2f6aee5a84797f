from odoo import api, models
from odoo.tools import html2plaintext


class LegalDunningAction(models.Model):
    """An e-mail that came back was not heard: the same level leaves as a letter."""

    _inherit = "legal.dunning.action"

    def _mark_bounced(self, reason):
        """Remember that the address is dead, and send the message another way."""
        for action in self:
            text = self.env._(
                "The e-mail to %(address)s came back: %(reason)s. It leaves as a"
                " letter, unless another address is entered.",
                address=action.email_to,
                reason=" ".join((reason or "").split())[:200],
            )
            action.recipient_id.dunning_bounced_email = action.email_to
            moves = action.line_ids.move_id
            moves._message_log_batch(bodies=dict.fromkeys(moves.ids, text))
            action._mark_failed(text)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        references = message_dict.get("bounced_msg_ids")
        if references:
            # sudo: the mail gateway speaks for nobody.
            bounced = (
                self.env["legal.dunning.action"]
                .sudo()
                .search([("message_ref", "in", references), ("state", "=", "sent")])
            )
            body = message_dict.get("body") or message_dict.get("subject") or ""
            bounced._mark_bounced(html2plaintext(str(body)))
        return result
