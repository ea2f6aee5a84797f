from datetime import timedelta

from odoo import api, fields, models

MOST_REMINDERS = 2


class LegalFeeAgreement(models.Model):
    """Reminding a client who has not signed, twice at most."""

    _inherit = "legal.fee.agreement"

    reminder_count = fields.Integer("Reminders sent", readonly=True, copy=False)
    reminded_on = fields.Date("Last reminder", readonly=True, copy=False)
    is_expiry_told = fields.Boolean(readonly=True, copy=False)

    @api.model
    def _cron_remind_signature(self, today=None):
        """Remind who is due today, and tell the firm of links that are over."""
        today = today or fields.Date.context_today(self)
        # sudo: the clock speaks for the firm; nobody writes these marks by hand
        waiting = self.sudo().search([("state", "=", "sent")])
        for agreement in waiting:
            if agreement.link_expires_on < today:
                agreement._tell_expired()
            elif agreement._is_reminder_due(today):
                agreement._remind(today)

    def _is_reminder_due(self, today):
        """Tell whether the client is reminded on this day, never on a day off."""
        self.ensure_one()
        days = self.company_id.legal_signature_reminder_days
        if not days or self._is_day_off(today):
            return False
        if self.reminder_count >= MOST_REMINDERS or not self.sent_to_id.email:
            return False
        last = self.reminded_on or self.sent_on.date()
        return today - last >= timedelta(days=days)

    def _remind(self, today):
        self.ensure_one()
        # The mark comes first: a mail that is written twice would be worse.
        self.write({"reminder_count": self.reminder_count + 1, "reminded_on": today})
        self._mail_client("legal_billing.mail_template_agreement_reminder")

    def _tell_expired(self):
        self.ensure_one()
        if not self.is_expiry_told:
            self.is_expiry_told = True
            self._ask_responsible(
                self.env._("The client has not signed and his link is over: call him")
            )
