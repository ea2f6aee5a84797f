import base64

from odoo import fields, models


class LegalFeeAgreementPaper(models.TransientModel):
    """Takes the scan of an agreement signed on paper."""

    _name = "legal.fee.agreement.paper"
    _description = "Fee Agreement signed on Paper"

    agreement_id = fields.Many2one(
        "legal.fee.agreement", required=True, readonly=True, ondelete="cascade"
    )
    signed_on = fields.Date(required=True, default=fields.Date.context_today)
    signer = fields.Char(
        "Signed by",
        required=True,
        default=lambda self: self._default_signer(),
    )
    scan = fields.Binary("Scan (PDF)", required=True)
    file_name = fields.Char()

    def _default_signer(self):
        agreement = self.env["legal.fee.agreement"].browse(
            self.env.context.get("default_agreement_id")
        )
        return agreement.partner_id.name

    def action_record(self):
        """Keep the scan and bring the agreement into force."""
        self.ensure_one()
        self.agreement_id._sign_on_paper(
            base64.b64decode(self.scan), self.file_name, self.signed_on, self.signer
        )
        return self.agreement_id._get_closing_action()
