from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import fees, hourly
from .legal_fee_term_mixin import TERM_FIELDS, TIME_KINDS


class LegalFeeTerm(models.Model):
    """One way of charging within a fee agreement."""

    _name = "legal.fee.term"
    _description = "Fee Term"
    _inherit = ["legal.fee.sent.mixin", "legal.fee.term.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    agreement_id = fields.Many2one(
        "legal.fee.agreement", required=True, index=True, ondelete="cascade"
    )
    matter_id = fields.Many2one(
        related="agreement_id.matter_id", store=True, index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    continues_id = fields.Many2one(
        "legal.fee.term",
        string="Continues",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
        help="The same term in the version before: what it used of a package or a cap"
        " counts here.",
    )
    root_id = fields.Many2one(
        "legal.fee.term",
        compute="_compute_root_id",
        store=True,
        index=True,
        recursive=True,
        help="The term as it was first agreed.",
    )
    starts_on = fields.Date(help="Empty: from the agreement's first day.")
    ends_on = fields.Date(help="Empty: until the agreement ends.")
    index_base_on = fields.Date(
        string="Base index of", help="Empty: the day the term starts."
    )
    provision_on = fields.Date(string="Requested on")
    tier_ids = fields.One2many("legal.fee.tier", "term_id", copy=True)
    rate_ids = fields.One2many(
        "legal.fee.rate", "term_id", string="Agreed rates", copy=True
    )
    instalment_ids = fields.One2many("legal.fee.instalment", "term_id", copy=True)
    period_ids = fields.One2many("legal.fee.period", "term_id")
    outcome_ids = fields.One2many("legal.fee.outcome", "term_id")

    _not_negative = models.Constraint(
        "CHECK (COALESCE(amount, 0) >= 0 AND COALESCE(cap_amount, 0) >= 0 AND"
        " COALESCE(included_hours, 0) >= 0 AND COALESCE(overrun_rate, 0) >= 0)",
        "The amounts and hours of a fee term cannot be negative.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on)",
        "A fee term must end after it starts.",
    )

    @api.depends("continues_id.root_id")
    def _compute_root_id(self):
        for term in self:
            term.root_id = term.continues_id.root_id or term

    @api.depends("name", "agreement_id.display_name")
    def _compute_display_name(self):
        for term in self:
            term.display_name = term.name

    def _get_term_place(self):
        self.ensure_one()
        return self.agreement_id.display_name

    @api.model
    def _get_summary_fields(self):
        return [
            *super()._get_summary_fields(),
            "tier_ids.above_amount",
            "tier_ids.above_hours",
            "tier_ids.percent",
            "tier_ids.rate",
        ]

    def write(self, vals):
        guarded = {name for names in TERM_FIELDS.values() for name in names}
        guarded |= {
            "kind",
            "starts_on",
            "ends_on",
            "index_base_on",
            "activity_code_ids",
        }
        if guarded & vals.keys():
            for term in self:
                if term.agreement_id._is_binding():
                    raise ValidationError(
                        self.env._(
                            "The agreement %(agreement)s is signed: its terms change"
                            " only by a new agreement from a later date.",
                            agreement=term.agreement_id.display_name,
                        )
                    )
        return super().write(vals)

    # -- what billing asks -----------------------------------------------------

    def _takes(self, entry):
        """Tell whether this term charges the kind of work of a time entry."""
        self.ensure_one()
        return self._takes_work(entry.activity_code_id, entry.date)

    def _takes_work(self, activity, day):
        self.ensure_one()
        if self.kind not in TIME_KINDS:
            return False
        if self.kind == "subscription" and not self._runs_on(day):
            return False
        codes = self.activity_code_ids
        return not codes or activity in codes

    def _runs_on(self, day):
        """Tell whether a term with dates of its own holds on a day."""
        self.ensure_one()
        return not (
            (self.starts_on and day < self.starts_on)
            or (self.ends_on and day > self.ends_on)
        )

    def _get_dates(self):
        """Return (first day, last day or ``None``) of the term."""
        self.ensure_one()
        agreement = self.agreement_id
        ends = [day for day in (self.ends_on, agreement.date_to) if day]
        start = max(filter(None, (self.starts_on, agreement.date_from)))
        return start, min(ends) if ends else None

    def _get_quantum(self):
        self.ensure_one()
        return fees.to_decimal(self.currency_id.rounding)

    def _get_cap(self):
        """Return the cap as a Decimal, or ``None`` when the term has none."""
        self.ensure_one()
        if self.kind != "hourly" or self.currency_id.is_zero(self.cap_amount):
            return None
        return Decimal(str(self.cap_amount))

    def _get_included_hours(self):
        """Return the size of the package, ``None`` when it has no limit."""
        self.ensure_one()
        return Decimal(str(self.included_hours)) if self.included_hours else None

    def _get_overrun_rate(self):
        """Return the agreed price of an hour beyond, ``None`` when none was."""
        self.ensure_one()
        if self.overage != "rate" or self.currency_id.is_zero(self.overrun_rate):
            return None
        return Decimal(str(self.overrun_rate))

    def _has_allowances(self):
        """Tell whether anything is taken off the hours of this term."""
        self.ensure_one()
        return self.kind == "hourly" and bool(
            self.discount_percent or self.tier_ids or self.cap_amount or self.cap_hours
        )

    def _prepare_hourly_term(self, at_cap=None, with_blended=True):
        """Return the term as the engine reads it.

        :param at_cap: instead of what the term says; on a pre-bill that exists
            nothing waits any more, so what is beyond is taken off
        """
        self.ensure_one()

        def optional(value):
            return fees.to_decimal(value) if value else None

        return hourly.HourlyTerm(
            blended_rate=optional(self.blended_rate) if with_blended else None,
            discount_percent=fees.to_decimal(self.discount_percent),
            steps=self.tier_ids._prepare_volume_steps(),
            cap_amount=self._get_cap(),
            cap_hours=optional(self.cap_hours),
            at_cap=at_cap or self.at_cap,
            reduced_rate=optional(self.reduced_rate),
        )

    # -- amendments ---------------------------------------------------------------

    def _get_chain(self):
        """Return this term and the ones it continues, the latest first."""
        self.ensure_one()
        chain, term = self, self.continues_id
        while term:
            chain |= term
            term = term.continues_id
        return chain
