from odoo import fields, models
from odoo.exceptions import ValidationError

CHOICE = {"client_approves_time", "client_time_tacit_days"}


class LegalFeeAgreement(models.Model):
    """Whether the client approves the time before it is billed, as agreed."""

    _inherit = "legal.fee.agreement"

    client_approves_time = fields.Boolean(
        "Client approves the Time",
        help="Approved time is billed once the client has approved it online, or"
        " accepted it by silence if so agreed.",
    )
    client_time_tacit_days = fields.Integer(
        "Accepted by Silence after",
        help="Days without an answer after which the time is accepted; 0: never.",
    )

    _client_time_tacit_days_positive = models.Constraint(
        "CHECK (client_time_tacit_days IS NULL OR client_time_tacit_days >= 0)",
        "A number of days is not negative.",
    )

    def write(self, vals):
        signed = self.filtered(lambda agreement: agreement.state == "signed")
        if CHOICE & vals.keys() and signed:
            raise ValidationError(
                self.env._(
                    "The agreement %(agreement)s is signed: whether the client approves"
                    " the time changes only by a new agreement.",
                    agreement=signed[0].display_name,
                )
            )
        result = super().write(vals)
        if {"state", "date_from", "date_to"} & vals.keys():
            self.matter_id._sync_client_time()
        return result


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    def _get_client_time_approval(self):
        """What was signed with the client decides before the matter's choice."""
        self.ensure_one()
        # sudo: read to decide, shown to nobody
        agreement_sudo = self.sudo().agreement_id
        if agreement_sudo.client_approves_time:
            return {"tacit_days": agreement_sudo.client_time_tacit_days}
        return super()._get_client_time_approval()
