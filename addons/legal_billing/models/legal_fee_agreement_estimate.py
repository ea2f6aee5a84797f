from odoo import api, fields, models

from odoo.addons.legal_timesheet.engine import rates

from .account_move_print import format_hours


class LegalFeeAgreement(models.Model):
    """What the client was told the matter should cost, from a low to a high figure."""

    _inherit = "legal.fee.agreement"

    estimate_line_ids = fields.One2many(
        "legal.fee.estimate.line", "agreement_id", string="Estimate"
    )
    estimate_low = fields.Monetary(
        string="Estimate, at least", compute="_compute_estimate", store=True
    )
    estimate_high = fields.Monetary(
        string="Estimate, at most", compute="_compute_estimate", store=True
    )
    estimate_amount = fields.Monetary(
        compute="_compute_estimate_amount",
        store=True,
        readonly=False,
        help="What the client was told the matter should cost at most, excluding VAT.",
    )
    estimate_low_taxed = fields.Monetary(
        string="Estimate incl. VAT, at least", compute="_compute_estimate_taxed"
    )
    estimate_high_taxed = fields.Monetary(
        string="Estimate incl. VAT, at most", compute="_compute_estimate_taxed"
    )

    @api.depends("estimate_line_ids.amount_low", "estimate_line_ids.amount_high")
    def _compute_estimate(self):
        for agreement in self:
            lines = agreement.estimate_line_ids
            agreement.estimate_low = sum(lines.mapped("amount_low"))
            agreement.estimate_high = sum(lines.mapped("amount_high"))

    @api.depends("estimate_high", "estimate_line_ids")
    def _compute_estimate_amount(self):
        """Follow the rows where there are some; else it is typed."""
        for agreement in self:
            if agreement.estimate_line_ids:
                agreement.estimate_amount = agreement.estimate_high
            else:
                agreement.estimate_amount = agreement.estimate_amount or 0.0

    @api.depends("estimate_low", "estimate_high", "estimate_amount", "matter_id")
    def _compute_estimate_taxed(self):
        for agreement in self:
            low = agreement.estimate_low
            high = agreement.estimate_high or agreement.estimate_amount
            agreement.estimate_low_taxed = agreement._add_vat(low)
            agreement.estimate_high_taxed = agreement._add_vat(high)

    def _add_vat(self, amount):
        """Return an amount of fees with the VAT of fees; the same when none is set."""
        self.ensure_one()
        # sudo: a rate of VAT is public; lawyers may not list the taxes.
        category = (
            self.env["legal.money.category"]
            .sudo()
            .search(
                [("code", "=", "fee"), ("company_id", "=", self.company_id.id)], limit=1
            )
        )
        if not category.tax_id or not amount:
            return amount
        return category._get_tax().compute_all(amount, currency=self.currency_id)[
            "total_included"
        ]

    def _get_grade_rate(self, grade):
        """Return the price of an hour of a grade: as agreed here, else of the day."""
        self.ensure_one()
        hourly = self.term_ids.filtered(lambda term: term.kind == "hourly")
        agreed = hourly.rate_ids.filtered(
            lambda r: (
                r.grade_id == grade and not r.employee_id and not r.activity_code_id
            )
        )
        if agreed:
            return agreed[0].amount
        blended = hourly.filtered("blended_rate")
        if blended:
            return blended[0].blended_rate
        if not self.matter_id or not self.date_from:
            return 0.0
        Rate = self.env["legal.rate"]
        # sudo: what an hour costs depends on the matter, not on who asks
        request = rates.RateRequest(
            key=0,
            on=self.date_from,
            employee=None,
            grade=grade._origin.id,
            activity=None,
            **Rate._prepare_matter_request(self.matter_id.sudo()),
        )
        company = self.matter_id.company_id.id
        result = Rate._resolve_requests([request], {0: company})[0]
        return Rate.sudo().browse(result.rate_id).amount if result.found else 0.0

    def _say_estimate(self):
        """Return {work: words} of each row, and of the whole."""
        self.ensure_one()
        parts = {}
        for line in self.estimate_line_ids:
            parts[line.name] = self._say_range(line.amount_low, line.amount_high)
            if line.hours_high:
                hours = sorted({line.hours_low, line.hours_high})
                words = " – ".join(format_hours(one) or "0" for one in hours)
                parts[line.name] += f" ({words})"
        if self.estimate_amount:
            low = self.estimate_low if self.estimate_line_ids else self.estimate_amount
            parts[self.env._("Total excl. VAT")] = self._say_range(
                low, self.estimate_amount
            )
            if self.client_kind == "consumer":
                low = self.estimate_low_taxed or self.estimate_high_taxed
                parts[self.env._("Total incl. VAT")] = self._say_range(
                    low, self.estimate_high_taxed
                )
        return parts

    def _say_range(self, low, high):
        low, high = (self.currency_id.format(amount or 0) for amount in (low, high))
        return low if low == high else f"{low} – {high}"
