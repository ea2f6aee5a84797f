from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalFeeEstimateLine(models.Model):
    """One row of the estimate given when a matter opens: hours of a grade, or a sum."""

    _name = "legal.fee.estimate.line"
    _description = "Estimate Line"
    _inherit = ["legal.fee.sent.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    # Either an agreement's row or a template's.
    agreement_id = fields.Many2one(
        "legal.fee.agreement", index=True, ondelete="cascade"
    )
    template_id = fields.Many2one(
        "legal.fee.template", index="btree_not_null", ondelete="cascade"
    )
    matter_id = fields.Many2one(
        related="agreement_id.matter_id", store=True, index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Work", required=True)
    grade_id = fields.Many2one("legal.grade", check_company=True)
    hours_low = fields.Float(string="Hours, at least")
    hours_high = fields.Float(string="Hours, at most")
    rate = fields.Monetary(
        compute="_compute_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="Price of an hour of the grade: as agreed here, else the rate of the day.",
    )
    fixed_low = fields.Monetary(string="Or a sum, at least")
    fixed_high = fields.Monetary(string="Or a sum, at most")
    amount_low = fields.Monetary(
        string="At least", compute="_compute_amounts", store=True
    )
    amount_high = fields.Monetary(
        string="At most", compute="_compute_amounts", store=True
    )

    _owned = models.Constraint(
        "CHECK ((agreement_id IS NULL) != (template_id IS NULL))",
        "An estimate line belongs to one agreement or to one template.",
    )
    _in_order = models.Constraint(
        "CHECK (COALESCE(hours_low, 0) >= 0 AND COALESCE(fixed_low, 0) >= 0"
        " AND COALESCE(hours_high, 0) >= COALESCE(hours_low, 0)"
        " AND COALESCE(fixed_high, 0) >= COALESCE(fixed_low, 0)"
        " AND COALESCE(rate, 0) >= 0)",
        "An estimate goes from a low figure to a high one, neither below zero.",
    )

    def _get_sent_agreements(self):
        return self.agreement_id

    @api.depends("grade_id", "agreement_id.date_from", "agreement_id.matter_id")
    def _compute_rate(self):
        """Take the rate agreed for the grade, else what an hour costs that day."""
        for line in self:
            if not line.agreement_id or not line.grade_id:
                line.rate = line.rate or 0.0
                continue
            line.rate = line.agreement_id._get_grade_rate(line.grade_id) or 0.0

    @api.depends("hours_low", "hours_high", "rate", "fixed_low", "fixed_high")
    def _compute_amounts(self):
        for line in self:
            currency = line.currency_id or self.env.company.currency_id
            for side in ("low", "high"):
                line[f"amount_{side}"] = line[f"fixed_{side}"] + currency.round(
                    line[f"hours_{side}"] * line.rate
                )

    @api.constrains("hours_low", "hours_high", "fixed_low", "fixed_high", "rate")
    def _check_figures(self):
        for line in self:
            names = ("hours_low", "hours_high", "fixed_low", "fixed_high", "rate")
            place = (line.agreement_id or line.template_id).display_name
            if any((line[name] or 0) < 0 for name in names):
                raise ValidationError(
                    self.env._(
                        "The estimate “%(line)s” of %(place)s is below zero: enter"
                        " zero or more.",
                        line=line.name,
                        place=place,
                    )
                )
            if line.hours_high < line.hours_low or line.fixed_high < line.fixed_low:
                raise ValidationError(
                    self.env._(
                        "The estimate “%(line)s” of %(place)s is at least more than it"
                        " is at most: change one of the two.",
                        line=line.name,
                        place=place,
                    )
                )

    def _prepare_copy(self):
        """Return the values of the same row elsewhere."""
        self.ensure_one()
        return {
            "sequence": self.sequence,
            "name": self.name,
            "grade_id": self.grade_id.id,
            "hours_low": self.hours_low,
            "hours_high": self.hours_high,
            "fixed_low": self.fixed_low,
            "fixed_high": self.fixed_high,
        }
