from odoo import api, fields, models


class LegalPrebill(models.Model):
    """Billing under an agreement nobody signed: allowed by the firm, never unsaid."""

    _inherit = "legal.prebill"

    is_agreement_unsigned = fields.Boolean(
        "Agreement not signed", compute="_compute_is_agreement_unsigned"
    )

    @api.depends("agreement_id.state")
    def _compute_is_agreement_unsigned(self):
        for prebill in self:
            agreement = prebill.agreement_id
            prebill.is_agreement_unsigned = agreement and not agreement._is_binding()

    @api.model
    def _get_left_out(self, matter, sources):
        """Add the sentence that says that the agreement is not signed."""
        warnings = super()._get_left_out(matter, sources)
        agreement = sources.agreement
        if agreement and not agreement._is_binding():
            warnings.append(
                self.env._(
                    "The agreement %(agreement)s of %(matter)s is not signed: send it"
                    " for signature, its fees may be contested.",
                    agreement=agreement.name,
                    matter=matter.matter_number,
                )
            )
        return warnings
