from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import hourly, success


class LegalFeeTier(models.Model):
    """One step of a term: a slice of a result, or hours beyond a volume."""

    _name = "legal.fee.tier"
    _description = "Fee Tier"
    _inherit = ["legal.fee.sent.mixin"]
    _order = "above_amount, above_hours, id"
    _check_company_auto = True

    # Not required: a template of an agreement has tiers that no term owns.
    term_id = fields.Many2one("legal.fee.term", index=True, ondelete="cascade")
    kind = fields.Selection(related="term_id.kind")
    matter_id = fields.Many2one(related="term_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="term_id.company_id", store=True)
    currency_id = fields.Many2one(related="term_id.currency_id")
    above_amount = fields.Monetary(
        string="Above", help="The slice starts above this result."
    )
    above_hours = fields.Float(
        string="Beyond", help="Hours of the term beyond which the step holds."
    )
    percent = fields.Float(help="Share of the slice; for hours, what is taken off.")
    rate = fields.Monetary(help="Price of those hours, instead of a percentage.")

    _not_negative = models.Constraint(
        "CHECK (COALESCE(above_amount, 0) >= 0 AND COALESCE(above_hours, 0) >= 0"
        " AND COALESCE(rate, 0) >= 0)",
        "The thresholds and rates of a fee tier cannot be negative.",
    )

    @api.constrains("percent")
    def _check_percent(self):
        for tier in self:
            if not 0 <= tier.percent <= 100:
                raise ValidationError(
                    self.env._(
                        "A tier of “%(term)s” in %(place)s is %(value)s %%: enter a"
                        " percentage between 0 and 100.",
                        term=tier.term_id.name or "",
                        place=tier.term_id and tier.term_id._get_term_place() or "",
                        value=f"{tier.percent:g}",
                    )
                )

    def _prepare_success_tiers(self):
        return [
            success.Tier(Decimal(str(t.above_amount)), Decimal(str(t.percent)))
            for t in self
        ]

    def _prepare_volume_steps(self):
        return tuple(
            hourly.Step(
                Decimal(str(tier.above_hours)),
                Decimal(str(tier.percent)),
                Decimal(str(tier.rate)) if tier.rate else None,
            )
            for tier in self
        )
