from odoo import api, fields, models

RHYTHMS = [
    ("monthly", "Each month"),
    ("quarterly", "Each quarter"),
    ("asked", "When asked only"),
]
QUARTER_ENDS = (3, 6, 9, 12)


class LegalFeeAgreement(models.Model):
    """How often the work done under an agreement is billed."""

    _inherit = "legal.fee.agreement"

    billing_rhythm = fields.Selection(
        RHYTHMS,
        string="Billed",
        default="monthly",
        help="When the billing runs that follow the agreements take up this matter.",
    )

    @api.model
    def _get_rhythms_due(self, day):
        """Return the rhythms that fall due at the end of a month."""
        due = ["monthly"]
        if day.month in QUARTER_ENDS:
            due.append("quarterly")
        return due
