from odoo import models
from odoo.exceptions import UserError

from ..engine import adjust, fees

#: bisection over any bill ends well before
TRIES = 80
#: a total that does not move with lines a million times higher never will
STRIDES = 2**20


class LegalPrebill(models.Model):
    """Bringing the fees of a pre-bill to a total, the cents exact."""

    _inherit = "legal.prebill"

    def adjust_to(
        self,
        target,
        rule="proportional",
        line_ids=None,
        reason_id=None,
        shown=False,
        employee_ids=None,
        note=None,
    ):
        """Bring the total of the fees, excluding VAT, to an amount.

        Caps, agreed discounts and minimum fees follow the lines: the lines are moved
        until the total with all of them is the target, to the cent.

        :param str rule: ``proportional``, or ``person``: the same sum from each
        :param line_ids: only these lines move; all lines of fees without
        :param employee_ids: only the lines of these people move
        :param reason_id: why; needed above what was proposed too (a write-up)
        :param shown: leave the lines, take the difference off on a line of its own
        :return bool: True
        :raise UserError: the total cannot be reached; the sentence says why
        """
        self.ensure_one()
        Line = self.env["legal.prebill.line"]
        lines = self._get_adjustable(Line._browse_lines(line_ids), employee_ids)
        reason = Line._get_reason(reason_id)
        quantum = fees.to_decimal(self.currency_id.rounding)
        target = fees.round_money(fees.to_decimal(target), quantum)
        self.check_access("write")
        self._check_may_review(lines)
        self._check_target(target)
        self._check_has_reason(reason or target == self._get_fees_total())
        with self._as_act("adjust", reason, note) as prebill:
            if shown:
                prebill._discount_down_to(target, reason)
            else:
                prebill._move_lines_to(target, rule, lines, reason, quantum)
        return True

    def _check_target(self, target):
        if target < 0:
            raise UserError(
                self.env._(
                    "The fees of %(prebill)s cannot be brought to %(target)s: enter"
                    " zero or more.",
                    prebill=self.display_name,
                    target=self.currency_id.format(float(target)),
                )
            )

    def _check_has_reason(self, reason):
        if not reason:
            raise UserError(
                self.env._(
                    "The fees of %(prebill)s, now %(now)s, are to change: choose the"
                    " reason why.",
                    prebill=self.display_name,
                    now=self.currency_id.format(float(self._get_fees_total())),
                )
            )

    def _get_adjustable(self, lines, employee_ids=None):
        """Return the lines of fees that may move, of the chosen ones if any."""
        own = self._get_billed_lines().filtered(
            lambda line: (
                line.section == "fees" and line.decision in ("bill", "write_down")
            )
        )
        if lines:
            own &= lines
        if employee_ids:
            own = own.filtered(lambda line: line.employee_id.id in employee_ids)
        return own.sorted(lambda line: (line.date, line.id))

    def _get_fees_total(self):
        """Return the fees with all that follows from them, as they stand now."""
        self.ensure_one()
        amounts = [
            line.amount for line in self._get_billed_lines() if line.section == "fees"
        ] + [
            amount
            for category, amount in self._get_derived_amounts()
            if category.section == "fees"
        ]
        return sum(map(fees.to_decimal, amounts), fees.ZERO)

    def _move_lines_to(self, target, rule, lines, reason, quantum):
        """Move lines until the total of the fees is the target.

        The total never falls when the lines rise, but it may stand still: under a
        cap, or above a minimum. So the sum of the lines is looked for from both
        sides, and mostly found at once, or at the second try.
        """
        lines = lines.with_env(self.env)
        bill = [
            adjust.Line(line.id, fees.to_decimal(line.amount), line.employee_id.id)
            for line in lines
        ]
        want = sum((line.amount for line in bill), fees.ZERO)
        low = high = None
        found, stride = self._get_fees_total(), 1
        for _try in range(TRIES):
            gap = target - found
            if not gap:
                return
            if gap > 0:
                low = want if low is None else max(low, want)
            else:
                high = want if high is None else min(high, want)
            want, before = max(want + gap * stride, fees.ZERO), want
            if low is not None and high is not None:
                if high - low <= quantum:
                    break
                if not low < want < high:
                    want = fees.round_money((low + high) / 2, quantum)
            if want == before or stride > STRIDES:
                break
            self._spread(lines, bill, want, rule, reason, quantum)
            total = self._get_fees_total()
            stride = stride * 2 if total == found else 1
            found = total
        raise self._make_unreachable_error(target, found)

    def _spread(self, lines, bill, want, rule, reason, quantum):
        try:
            amounts = adjust.spread(bill, want, rule, quantum)
        except adjust.NothingToAdjust:
            raise UserError(
                self.env._(
                    "The lines chosen on %(prebill)s are billed nothing: choose lines"
                    " with an amount.",
                    prebill=self.display_name,
                )
            ) from None
        lines._write_amounts({line: amounts[line.id] for line in lines}, reason)

    def _make_unreachable_error(self, target, found):
        return UserError(
            self.env._(
                "The fees of %(prebill)s cannot be brought to %(target)s: with these"
                " lines, the caps and the minimum of the agreement they come to"
                " %(found)s.",
                prebill=self.display_name,
                target=self.currency_id.format(float(target)),
                found=self.currency_id.format(float(found)),
            )
        )
