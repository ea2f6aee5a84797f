from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalMatter(models.Model):
    """Legal aid (aide juridictionnelle) granted to the client of a matter."""

    _inherit = "legal.matter"

    legal_aid = fields.Selection(
        [("none", "No legal aid"), ("full", "Full"), ("partial", "Partial")],
        string="Legal Aid",
        default="none",
        required=True,
        tracking=True,
    )
    legal_aid_rate = fields.Float(
        string="Legal Aid Rate", help="Per cent borne by the State, when partial."
    )
    legal_aid_share = fields.Monetary(
        string="Paid by the State",
        help="What the State pays the lawyer under partial legal aid, excluding VAT.",
    )

    @api.constrains("legal_aid", "legal_aid_rate", "legal_aid_share")
    def _check_legal_aid(self):
        for matter in self:
            if matter.legal_aid == "partial" and not 0 < matter.legal_aid_rate < 100:
                raise ValidationError(
                    self.env._(
                        "%(matter)s has partial legal aid at %(rate)s %%: enter a rate"
                        " above 0 and below 100.",
                        matter=matter._neutral_label(),
                        rate=f"{matter.legal_aid_rate:g}",
                    )
                )
            if matter.legal_aid_share < 0:
                raise ValidationError(
                    self.env._(
                        "%(matter)s has a State share below zero: enter zero or more.",
                        matter=matter._neutral_label(),
                    )
                )
