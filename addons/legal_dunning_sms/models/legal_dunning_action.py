import phonenumbers
from markupsafe import Markup

from odoo import api, fields, models

MOBILE = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)


class LegalDunningAction(models.Model):
    """Text messages: sent at once, through whichever service the database has."""

    _inherit = "legal.dunning.action"

    sms_uuid = fields.Char(readonly=True, copy=False, export_string_translation=False)

    @api.model
    def _get_sms_number(self, recipient):
        """Return a mobile number in international form, or False."""
        number = recipient.phone
        if not number:
            return False
        country = recipient.country_id.code or recipient.company_id.country_id.code
        try:
            parsed = phonenumbers.parse(number, country or "FR")
        except phonenumbers.NumberParseException:
            return False
        if phonenumbers.number_type(parsed) not in MOBILE:
            return False
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

    def _deliver_sms(self, day):
        """Hand the messages over and keep the answer; nothing stays in the queue, for
        nobody but this message may send it again."""
        messages = self.env["sms.sms"].create(
            [
                {"number": action.sms_to, "body": action._get_sms_body()}
                for action in self
            ]
        )
        for action, message in zip(self, messages, strict=True):
            action.sms_uuid = message.uuid
        messages.send(unlink_failed=False, unlink_sent=False)
        for action, message in zip(self, messages, strict=True):
            action._take_sms_answer(message, day)

    def _get_sms_body(self):
        self.ensure_one()
        return Markup(self.body or "").striptags()

    def _take_sms_answer(self, message, day):
        self.ensure_one()
        if message.state in ("process", "pending", "sent"):
            message.to_delete = True
            self._mark_sent(day)
            return
        labels = dict(message._fields["failure_type"]._description_selection(self.env))
        reason = labels.get(message.failure_type) or self.env._(
            "the service gave no answer"
        )
        message.action_set_canceled()
        self._mark_failed(
            self.env._(
                "The text message to %(number)s did not leave: %(reason)s",
                number=self.sms_to,
                reason=reason,
            )
        )
