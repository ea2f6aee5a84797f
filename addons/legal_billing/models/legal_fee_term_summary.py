from odoo import api, models
from odoo.tools.misc import formatLang

from .account_move_print import format_hours, place_symbol


class LegalFeeTermMixin(models.AbstractModel):
    """What a term says in one line: « 450 €/mois, 2 h 30 incluses, puis 190 €/h »."""

    _inherit = "legal.fee.term.mixin"

    @api.depends(lambda self: self._get_summary_fields())
    def _compute_summary(self):
        for term in self:
            parts = getattr(term, f"_summarize_{term.kind or 'hourly'}")()
            term.summary = ", ".join(part for part in parts if part)

    @api.model
    def _get_summary_fields(self):
        """Return the fields a summary is made of; models add their own lists."""
        return [
            "kind",
            "currency_id",
            "amount",
            "blended_rate",
            "discount_percent",
            "cap_amount",
            "cap_hours",
            "at_cap",
            "reduced_rate",
            "included_hours",
            "included_amount",
            "overage",
            "overrun_rate",
            "period_unit",
            "billed_when",
            "carry_over",
            "carry_limit",
            "index_id",
            "success_base",
            "floor_amount",
            "ceiling_amount",
            "minimum_scope",
            "expense_mode",
            "expense_percent",
            "provision_when",
            "provision_floor",
        ]

    # -- words -------------------------------------------------------------------

    def _say_money(self, amount):
        """Return an amount without idle cents: 450 €, 84,50 €."""
        self.ensure_one()
        digits = 0 if float(amount or 0).is_integer() else 2
        currency = self.currency_id or self.env.company.currency_id
        number = formatLang(self.env, amount or 0.0, digits=digits)
        return place_symbol(currency.symbol, number, currency.position)

    def _say_percent(self, percent):
        text = formatLang(self.env, percent, digits=0 if percent % 1 == 0 else 2)
        return f"{text}\N{NO-BREAK SPACE}%"

    def _say_rate(self, amount):
        return self.env._("%(amount)s/h", amount=self._say_money(amount))

    # -- each kind -----------------------------------------------------------------

    def _summarize_hourly(self):
        _ = self.env._
        yield (
            _("%(rate)s for everybody", rate=self._say_rate(self.blended_rate))
            if self.blended_rate
            else _("hours at each one's rate")
        )
        if self.discount_percent:
            yield _(
                "less %(percent)s", percent=self._say_percent(self.discount_percent)
            )
        yield from self._say_steps()
        caps = []
        if self.cap_amount:
            caps.append(self._say_money(self.cap_amount))
        if self.cap_hours:
            caps.append(format_hours(self.cap_hours))
        if not caps:
            return
        yield _("capped at %(cap)s", cap=_(" and ").join(caps))
        if self.at_cap == "stop":
            yield _("then stop and ask")
        elif self.at_cap == "reduced":
            yield _("then %(rate)s", rate=self._say_rate(self.reduced_rate))

    def _say_steps(self):
        """Return the words of the volume steps."""
        for tier in self.tier_ids:
            hours = format_hours(tier.above_hours)
            if tier.rate:
                yield self.env._(
                    "%(rate)s beyond %(hours)s",
                    rate=self._say_rate(tier.rate),
                    hours=hours,
                )
            else:
                yield self.env._(
                    "less %(percent)s beyond %(hours)s",
                    percent=self._say_percent(tier.percent),
                    hours=hours,
                )

    def _summarize_fixed(self):
        _ = self.env._
        yield _("%(amount)s fixed", amount=self._say_money(self.amount))
        yield from self._say_package()

    def _summarize_subscription(self):
        _ = self.env._
        amount = self._say_money(self.amount)
        yield {
            "month": _("%(amount)s/month", amount=amount),
            "quarter": _("%(amount)s/quarter", amount=amount),
            "year": _("%(amount)s/year", amount=amount),
        }.get(self.period_unit, amount)
        yield from self._say_package()
        if self.carry_over == "limited":
            limit = (
                self._say_money(self.carry_limit)
                if self.included_amount
                else format_hours(self.carry_limit)
            )
            yield _("unused kept up to %(limit)s", limit=limit)
        elif self.carry_over == "unlimited":
            yield _("unused kept")
        if self.index_id:
            yield _("indexed on %(index)s", index=self.index_id.name)

    def _say_package(self):
        _ = self.env._
        if self.included_amount:
            yield _("%(amount)s included", amount=self._say_money(self.included_amount))
        elif self.included_hours:
            yield _("%(hours)s included", hours=format_hours(self.included_hours))
        else:
            return
        if self.overage == "rate":
            yield _("then %(rate)s", rate=self._say_rate(self.overrun_rate))
        elif self.overage == "own":
            yield _("then each one's rate")
        elif self.overage == "ask":
            yield _("nothing beyond without an amendment")

    def _summarize_success(self):
        _ = self.env._
        yield from self._say_tiers()
        if self.floor_amount:
            yield _("at least %(amount)s", amount=self._say_money(self.floor_amount))
        if self.ceiling_amount:
            yield _("at most %(amount)s", amount=self._say_money(self.ceiling_amount))

    def _say_tiers(self):
        """Return the words of the slices of a result."""
        tiers = self.tier_ids.sorted("above_amount")
        for rank, tier in enumerate(tiers):
            percent = self._say_percent(tier.percent)
            if rank + 1 < len(tiers):
                yield self.env._(
                    "%(percent)s up to %(amount)s",
                    percent=percent,
                    amount=self._say_money(tiers[rank + 1].above_amount),
                )
            elif rank:
                yield self.env._("%(percent)s above", percent=percent)
            else:
                yield self.env._("%(percent)s of the result", percent=percent)

    def _summarize_opening(self):
        yield self.env._("%(amount)s, once", amount=self._say_money(self.amount))

    def _summarize_minimum(self):
        _ = self.env._
        amount = self._say_money(self.amount)
        if self.minimum_scope == "matter":
            yield _("at least %(amount)s for the matter", amount=amount)
            return
        yield {
            "month": _("at least %(amount)s a month", amount=amount),
            "quarter": _("at least %(amount)s a quarter", amount=amount),
            "year": _("at least %(amount)s a year", amount=amount),
        }.get(self.period_unit, amount)

    def _summarize_expense(self):
        _ = self.env._
        if self.expense_mode == "percent":
            percent = self._say_percent(self.expense_percent)
            yield _("%(percent)s of the fees", percent=percent)
        elif self.expense_mode == "flat":
            yield _("%(amount)s, flat", amount=self._say_money(self.amount))
        else:
            yield _("at cost, with proof")

    def _summarize_provision(self):
        _ = self.env._
        yield self._say_money(self.amount)
        if self.provision_when == "floor":
            yield _(
                "again under %(floor)s", floor=self._say_money(self.provision_floor)
            )
        elif self.provision_when == "signature":
            yield _("at signature")
