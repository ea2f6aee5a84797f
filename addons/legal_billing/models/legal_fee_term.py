from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class LegalFeeTerm(models.Model):
    """One way of charging within a fee agreement."""

    _name = "legal.fee.term"
    _description = "Fee Term"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    sequence = fields.Integer(default=10)
    agreement_id = fields.Many2one(
        "legal.fee.agreement", required=True, index=True, ondelete="cascade"
    )
    matter_id = fields.Many2one(
        related="agreement_id.matter_id", store=True, index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    kind = fields.Selection(
        [("hourly", "Hourly"), ("fixed", "Fixed fee")],
        required=True,
        default="hourly",
    )
    activity_code_ids = fields.Many2many(
        "legal.activity.code",
        string="Only for",
        help="Kinds of work this term charges. Empty: all that no earlier term takes.",
    )
    amount = fields.Monetary(string="Fee", help="Fixed fee, excluding VAT.")
    cap_amount = fields.Monetary(
        string="Cap", help="Most that will be billed under this term, excluding VAT."
    )
    included_hours = fields.Float(
        help="Hours the fixed fee covers. Zero: the fee covers the matter however"
        " long it takes."
    )
    overrun_rate = fields.Monetary(
        help="Price of an hour beyond the included ones, excluding VAT."
    )
    instalment_ids = fields.One2many("legal.fee.instalment", "term_id", copy=True)

    _not_negative = models.Constraint(
        "CHECK (COALESCE(amount, 0) >= 0 AND COALESCE(cap_amount, 0) >= 0 AND"
        " COALESCE(included_hours, 0) >= 0 AND COALESCE(overrun_rate, 0) >= 0)",
        "The amounts and hours of a fee term cannot be negative.",
    )

    @api.depends("kind")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for term in self:
            term.name = term.name or labels.get(term.kind)

    @api.constrains("kind", "amount", "instalment_ids")
    def _check_signed_schedule(self):
        for term in self:
            if term.agreement_id.state == "signed":
                term._check_schedule()

    def _check_schedule(self):
        """Refuse a fixed fee whose instalments are not its amount.

        :raise UserError: with the fee, the sum and the difference
        """
        self.ensure_one()
        if self.kind != "fixed":
            return
        if self.currency_id.is_zero(self.amount):
            raise UserError(
                self.env._(
                    "The fixed fee “%(term)s” of %(agreement)s has no amount: enter it"
                    " before the agreement is signed.",
                    term=self.name,
                    agreement=self.agreement_id.display_name,
                )
            )
        total = sum(self.instalment_ids.mapped("amount"))
        if self.currency_id.compare_amounts(total, self.amount):
            raise UserError(
                self.env._(
                    "The instalments of “%(term)s” in %(agreement)s add up to %(sum)s"
                    " but its fee is %(fee)s: change an instalment by %(gap)s.",
                    term=self.name,
                    agreement=self.agreement_id.display_name,
                    sum=self.currency_id.format(total),
                    fee=self.currency_id.format(self.amount),
                    gap=self.currency_id.format(self.amount - total),
                )
            )

    def write(self, vals):
        guarded = {"kind", "cap_amount", "included_hours", "overrun_rate", "amount"}
        if guarded & vals.keys():
            for term in self:
                if term.agreement_id.state == "signed":
                    raise ValidationError(
                        self.env._(
                            "The agreement %(agreement)s is signed: its terms change"
                            " only by a new agreement from a later date.",
                            agreement=term.agreement_id.display_name,
                        )
                    )
        return super().write(vals)

    def _takes(self, entry):
        """Tell whether this term charges the kind of work of a time entry."""
        self.ensure_one()
        codes = self.activity_code_ids
        return not codes or entry.activity_code_id in codes

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
        if self.currency_id.is_zero(self.overrun_rate):
            return None
        return Decimal(str(self.overrun_rate))
