from datetime import timedelta

from odoo import fields, models
from odoo.tools import html2plaintext

EXCERPT = 2000


class LegalCollectionCase(models.Model):
    """What clients write back, and what comes back undelivered."""

    _inherit = "legal.collection.case"

    def message_update(self, msg_dict, update_vals=None):
        """Let the owner follow the case before the answer is posted."""
        for case in self:
            owner = case._get_owner()
            if owner:
                case._message_subscribe(owner.partner_id.ids)
        return super().message_update(msg_dict, update_vals)

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        author = message.author_id.sudo()
        is_ours = any(not user.share for user in author.user_ids)
        if message.message_type == "email" and not is_ours:
            self._take_answer(message)
        return result

    def _take_answer(self, message):
        """Keep an answer in the log, pause what comes next, tell the owner.

        What a machine answers in a person's absence is kept, and changes nothing.
        """
        self.ensure_one()
        # sudo: the mail gateway speaks for nobody.
        case = self.sudo()
        company = case.company_id
        is_automatic = self.env.context.get("legal_is_automatic")
        if not is_automatic:
            today = company._get_dunning_today()
            case.answer_until = today + timedelta(days=company.collection_answer_days)
        action = self.env["legal.dunning.action"].sudo()
        parent = message.parent_id.message_id
        if parent:
            action = action.search([("message_ref", "=", parent)], limit=1)
        event = case._log(
            "automatic" if is_automatic else "answer",
            body=html2plaintext(message.body or "")[:EXCERPT],
            contact_name=message.author_id.name or message.email_from,
            message_id=message.id,
            action_id=action.id,
        )
        event.user_id = False
        if is_automatic:
            return
        case._tell_owner(
            self.env._("Answer to a reminder"),
            self.env._(
                "The next reminder waits until %(day)s, or until you decide.",
                day=fields.Date.to_string(case.answer_until),
            ),
        )

    def _message_receive_bounce(self, email, partner):
        """Mark an address that refuses our mail: the next step is by post."""
        result = super()._message_receive_bounce(email, partner)
        for case in self.sudo():
            refused = (
                self.env["res.partner"]
                .sudo()
                .search(
                    [
                        ("id", "child_of", case.partner_id.ids),
                        ("email_normalized", "=", email),
                    ]
                )
            )
            refused.dunning_bounced_email = email
            event = case._log(
                "bounce",
                body=self.env._(
                    "The reminder to %(address)s came back: letters are made until"
                    " another address is entered.",
                    address=email,
                ),
            )
            event.user_id = False
            case._tell_owner(
                self.env._("Call for another e-mail address"),
                self.env._("%(address)s refuses our mail.", address=email),
            )
        return result
