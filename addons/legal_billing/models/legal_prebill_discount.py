from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import adjust, fees
from ..engine.adjust import REVIEW
from .legal_prebill_allowance import Derived
from .monetary import BatchMonetary


class LegalPrebill(models.Model):
    """A discount that the reviewer gives on the fees.

    Shown, it is a line of its own on the invoice, worked out from the others: a
    percentage follows them. Silent, it is in the amounts of the lines, once, as any
    write-down is. It reopens no cap and is made up for by no minimum fee: what is
    given is given.
    """

    _inherit = "legal.prebill"

    discount_percent = fields.Float(
        "Discount Shown (%)", readonly=True, copy=False, digits=(5, 2)
    )
    discount_amount = BatchMonetary("Discount Shown", readonly=True, copy=False)
    discount_reason_id = fields.Many2one(
        "legal.writeoff.reason", readonly=True, copy=False
    )

    _discount_in_range = models.Constraint(
        "CHECK (discount_percent BETWEEN 0 AND 100 AND discount_amount >= 0)",
        "A discount is between nothing and all of the fees.",
    )

    @api.constrains("discount_percent", "discount_amount", "discount_reason_id")
    def _check_discount_has_reason(self):
        for prebill in self:
            if prebill.discount_percent or prebill.discount_amount:
                prebill._check_has_reason(prebill.discount_reason_id)

    def write(self, vals):
        if not vals.keys() & {"discount_percent", "discount_amount"}:
            return super().write(vals)
        self._check_state("draft", "in_review")
        with self._as_act("discount") as prebills:
            result = super(LegalPrebill, prebills).write(vals)
            prebills._sync_allowances()
        return result

    def set_discount(
        self,
        percent=0,
        amount=0,
        shown=True,
        reason_id=None,
        rule="proportional",
        line_ids=None,
        note=None,
    ):
        """Give a discount on the fees; nothing takes a shown one back.

        :param percent: of the fees as they stand, agreed discounts and caps off
        :param amount: instead of a percentage
        :param shown: on a line of its own, which the client reads; else in the lines
        :return bool: True
        """
        self.ensure_one()
        Line = self.env["legal.prebill.line"]
        reason = Line._get_reason(reason_id)
        self.check_access("write")
        self._check_may_review(Line)
        self._check_has_reason(reason or not (percent or amount))
        self._check_discount(percent, amount)
        with self._as_act("discount", reason, note) as prebill:
            if shown:
                prebill._give_discount(percent, amount, reason)
                return True
            quantum = fees.to_decimal(self.currency_id.rounding)
            total = prebill._get_fees_total()
            off = fees.to_decimal(amount)
            if percent:
                off = adjust.percent_of(total, fees.to_decimal(percent), quantum)
            lines = prebill._get_adjustable(Line._browse_lines(line_ids))
            prebill._move_lines_to(total - off, rule, lines, reason, quantum)
        return True

    def _check_discount(self, percent, amount):
        before = self._get_fees_total() + fees.to_decimal(self._get_discount_given())
        if not 0 <= percent <= 100 or not 0 <= fees.to_decimal(amount) <= before:
            raise UserError(
                self.env._(
                    "A discount on %(prebill)s is between nothing and its fees of"
                    " %(fees)s: enter less.",
                    prebill=self.display_name,
                    fees=self.currency_id.format(float(before)),
                )
            )

    def _give_discount(self, percent, amount, reason):
        self.write(
            {
                "discount_percent": percent or 0,
                "discount_amount": 0 if percent else amount or 0,
                "discount_reason_id": reason.id if percent or amount else False,
            }
        )

    def _discount_down_to(self, target, reason):
        """Take what is above a total off on a line of its own."""
        before = self._get_fees_total() + self._get_discount_now()
        if target > before:
            raise self._make_unreachable_error(target, before)
        self._give_discount(0, float(before - target), reason)

    def _get_discount_now(self):
        """Return what the discount shown takes off, worked out anew."""
        return -sum(
            (one.amount for one in self._get_derived() if one.key == REVIEW), fees.ZERO
        )

    def _get_discount_given(self):
        """Return what the line of the discount shown takes off."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.allowance_key == REVIEW)
        return -sum(lines.mapped("amount"))

    # -- the line --------------------------------------------------------------------

    def _get_review_discount(self, billed, derived):
        """Return the reviewer's discount, after caps and minimum fees."""
        if not self.discount_percent and not self.discount_amount:
            return []
        base = sum(
            (fees.to_decimal(li.amount) for li in billed if li.section == "fees"),
            fees.ZERO,
        ) + sum((one.amount for one in derived), fees.ZERO)
        quantum = fees.to_decimal(self.currency_id.rounding)
        off = fees.to_decimal(self.discount_amount)
        if self.discount_percent:
            percent = fees.to_decimal(self.discount_percent)
            off = adjust.percent_of(base, percent, quantum)
        off = min(off, max(base, fees.ZERO))
        if not off:
            return []
        return [
            Derived(
                "discount",
                self.env["legal.fee.term"],
                REVIEW,
                self._get_fee_category(),
                -off,
                self._explain_review_discount(base),
            )
        ]

    def _explain_review_discount(self, base):
        money = self.currency_id.format(float(base))
        if not self.discount_percent:
            return self.env._("On fees of %(base)s.", base=money)
        return self.env._(
            "%(percent)s %% of %(base)s.",
            percent=f"{self.discount_percent:g}".replace(".", ","),
            base=money,
        )

    def _prepare_derived_line(self, one):
        values = super()._prepare_derived_line(one)
        if one.key == REVIEW:
            values["amount_proposed"] = 0.0
            values["reason_id"] = self.discount_reason_id.id
        return values

    def _get_allowance_label(self, kind, key):
        if key == REVIEW:
            return self.env._("Commercial discount")
        return super()._get_allowance_label(kind, key)

    def _get_line_label(self, line):
        if line.allowance_key == REVIEW:
            return self.env._(
                "Commercial discount – matter %(matter)s",
                matter=self.matter_id._neutral_label(),
            )
        return super()._get_line_label(line)


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    @api.depends("allowance_key")
    def _compute_amount_lost(self):
        """A discount that nobody agreed beforehand is value given up."""
        res = super()._compute_amount_lost()
        for line in self:
            if line.allowance_key == REVIEW:
                line.amount_lost = -line.amount
        return res

    @api.model
    def _add_plain_values(self, vals, known):
        res = super()._add_plain_values(vals, known)
        if vals.get("allowance_key") == REVIEW:
            vals["amount_lost"] = -vals["amount"]
        return res

    def _set_derived(self, amount, explanation):
        if self.allowance_key != REVIEW:
            return super()._set_derived(amount, explanation)
        return self._set_figures(
            {
                "amount": float(amount),
                "explanation": explanation,
                "reason_id": self.prebill_id.discount_reason_id.id,
            }
        )
