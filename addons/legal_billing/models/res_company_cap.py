from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """At which points of a cap, a package or an estimate the firm is told."""

    _inherit = "res.company"

    legal_cap_thresholds = fields.Char(
        string="Thresholds of caps and estimates (%)",
        default="50, 80, 100",
        help="In per cent, apart by commas.",
    )

    @api.constrains("legal_cap_thresholds")
    def _check_cap_thresholds(self):
        for company in self:
            try:
                levels = company._get_cap_thresholds()
            except ValueError:
                levels = [0]
            if any(not 1 <= level <= 500 for level in levels):
                raise ValidationError(
                    self.env._(
                        "The thresholds of %(company)s read “%(text)s”: write whole"
                        " percentages between 1 and 500 apart by commas, such as"
                        " 50, 80, 100.",
                        company=company.name,
                        text=company.legal_cap_thresholds,
                    )
                )

    def _get_cap_thresholds(self):
        """Return the thresholds in per cent, rising; none tells nobody."""
        self.ensure_one()
        text = (self.legal_cap_thresholds or "").replace("%", " ").replace(";", ",")
        return sorted({int(part) for part in text.split(",") if part.strip()})
