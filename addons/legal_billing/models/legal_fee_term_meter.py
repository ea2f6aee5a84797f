from odoo import api, fields, models
from odoo.tools import format_date

from ..engine import fees, pace, subscription
from .account_move_print import format_hours


class LegalFeeTerm(models.Model):
    """How far a package or a cap is used up, and when it will be at this pace."""

    _inherit = "legal.fee.term"

    consumed_hours = fields.Float(
        compute="_compute_meter", help="Approved, on a pre-bill or billed."
    )
    consumed_amount = fields.Monetary(
        string="Used", compute="_compute_meter", help="Excluding VAT."
    )
    draft_hours = fields.Float(
        compute="_compute_meter", help="Recorded, waiting for approval."
    )
    draft_amount = fields.Monetary(compute="_compute_meter")
    meter_unit = fields.Selection(
        [("hours", "Hours"), ("amount", "Amount")], compute="_compute_meter"
    )
    meter_size = fields.Float(compute="_compute_meter")
    meter_consumed = fields.Float(compute="_compute_meter")
    meter_left = fields.Float(compute="_compute_meter")
    meter_percent = fields.Float(string="Used (%)", compute="_compute_meter")
    meter_used_up_on = fields.Date(
        string="Used up on", compute="_compute_meter", help="At this pace."
    )
    meter_text = fields.Text(string="Draw-down", compute="_compute_meter")

    @api.depends("kind", "cap_amount", "cap_hours", "included_hours", "included_amount")
    def _compute_meter(self):
        saved = self.filtered("root_id")
        usages = saved._get_usages() if saved else {}
        today = fields.Date.context_today(self)
        for term in self:
            usage = usages.get(term.root_id.id)
            term.consumed_hours = float(usage.hours) if usage else 0
            term.consumed_amount = float(usage.amount) if usage else 0
            term.draft_hours = float(usage.hours_draft) if usage else 0
            term.draft_amount = float(usage.amount_draft) if usage else 0
            unit, state = term._get_meter(usage, today)
            term.meter_unit = unit
            term.meter_size = float(state.size) if state else 0
            term.meter_consumed = float(state.consumed) if state else 0
            term.meter_left = float(state.left) if state else 0
            term.meter_percent = float(state.percent) if state else 0
            term.meter_used_up_on = state.used_up_on if state else False
            term.meter_text = term._say_meter(unit, state, usage)

    def _get_meter(self, usage, today):
        """Return (unit, Pace) of the package or cap, (False, None) without one.

        An amount wins over hours where a term is capped in both; a subscription is
        measured in its current period, with what was carried into it.

        :param Usage usage: as given by :meth:`_get_usages`, ``None`` for nothing used
        """
        self.ensure_one()
        hours = usage.hours if usage else fees.ZERO
        amount = usage.amount if usage else fees.ZERO
        if self.kind == "hourly" and self.cap_amount:
            size, used, unit = self.cap_amount, amount, "amount"
        elif self.kind == "hourly" and self.cap_hours:
            size, used, unit = self.cap_hours, hours, "hours"
        elif self.kind == "fixed" and self.included_hours:
            size, used, unit = self.included_hours, hours, "hours"
        elif self.kind == "subscription":
            return self._get_period_meter(usage, today)
        else:
            return False, None
        since = self.root_id._get_dates()[0] if self.root_id else today
        if usage and usage.by_day:
            since = max(since, min(usage.by_day))
        size = fees.to_decimal(size)
        return unit, pace.measure(size, used, min(since, today), today)

    def _get_period_meter(self, usage, today):
        periods = self._get_periods(today) if self.agreement_id.date_from else []
        sizes = [self._get_period_size(period) for period in periods]
        if not sizes or None in sizes:
            return False, None
        by_day = usage.by_day if usage else {}
        rank = 1 if self.included_amount else 0
        used = [
            sum((row[rank] for day, row in by_day.items() if day in period), fees.ZERO)
            for period in periods
        ]
        roll = subscription.roll_forward(sizes, used, self._get_carry_limit())[-1]
        state = pace.measure(
            roll.available,
            roll.used,
            periods[-1].date_from,
            max(today, periods[-1].date_from),
        )
        return "amount" if self.included_amount else "hours", state

    def _say_meter(self, unit, state, usage):
        """Return the meter in one line: « 10 h 30 sur 15 h ; épuisé vers le … »."""
        if not state:
            return ""

        def say(value):
            if unit == "amount":
                return self._say_money(float(value))
            return format_hours(float(value)) or "0\N{NO-BREAK SPACE}h"

        _ = self.env._
        words = _(
            "%(used)s of %(size)s", used=say(state.consumed), size=say(state.size)
        )
        if state.over:
            words = _("%(words)s, %(over)s beyond", words=words, over=say(state.over))
        elif state.used_up_on:
            words = _(
                "%(words)s, used up on %(date)s at this pace",
                words=words,
                date=format_date(self.env, state.used_up_on),
            )
        drafts = fees.ZERO
        if usage:
            drafts = usage.amount_draft if unit == "amount" else usage.hours_draft
        if drafts:
            words = _(
                "%(words)s (+ %(drafts)s drafted)", words=words, drafts=say(drafts)
            )
        return words
