from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import fees, schedule


class LegalFeeTerm(models.Model):
    """What a term lacks to be billed, each thing as one sentence.

    Asked when the client signs, and again when a signed agreement would change: an
    agreement that could not be billed is never signed.
    """

    _inherit = "legal.fee.term"

    @api.constrains("kind", "amount", "instalment_ids")
    def _check_signed_schedule(self):
        for term in self:
            if term.agreement_id.state == "signed":
                term._check_schedule()

    def _check_can_be_signed(self):
        """Refuse terms that could not be billed.

        :raise UserError: one sentence, which names the term and says how to mend it
        """
        for term in self:
            problem = term._get_problem()
            if problem:
                raise UserError(
                    self.env._(
                        "“%(term)s” of %(agreement)s %(problem)s.",
                        term=term.name,
                        agreement=term.agreement_id.display_name,
                        problem=problem,
                    )
                )
            term._check_schedule()

    def _get_problem(self):
        """Return the end of the sentence that says what is wrong, or ``None``."""
        self.ensure_one()
        return getattr(self, f"_get_{self.kind}_problem")()

    def _is_nothing(self, amount):
        return self.currency_id.is_zero(amount or 0)

    def _get_hourly_problem(self):
        _ = self.env._
        has_cap = self.cap_hours or not self._is_nothing(self.cap_amount)
        if has_cap and self.at_cap == "reduced" and self._is_nothing(self.reduced_rate):
            return _(
                "goes on at a reduced rate beyond its cap but gives none: enter that"
                " rate"
            )
        for tier in self.tier_ids:
            if not tier.percent and not tier.rate:
                return _(
                    "has a volume step that changes nothing: enter its discount or its"
                    " rate"
                )
        return None

    def _get_fixed_problem(self):
        if self._is_nothing(self.amount):
            return self.env._(
                "is a fixed fee without an amount: enter it before the agreement is"
                " signed"
            )
        return self._get_package_problem()

    def _get_package_problem(self):
        _ = self.env._
        has_package = self.included_hours or not self._is_nothing(self.included_amount)
        if not has_package:
            return None
        if not self.overage:
            return _(
                "includes work but does not say what is charged beyond it: choose a"
                " rule under “Work beyond”"
            )
        if self.overage == "rate" and self._is_nothing(self.overrun_rate):
            return _("charges work beyond at an agreed rate but gives none: enter it")
        if self.included_hours and not self._is_nothing(self.included_amount):
            return _("includes both hours and a value: keep one of them")
        return None

    def _get_subscription_problem(self):
        _ = self.env._
        if self._is_nothing(self.amount):
            return _("is a subscription without an amount: enter its price")
        if self.carry_over == "limited" and not self.carry_limit:
            return _("keeps what is not used up to a limit but gives none: enter it")
        if self.index_id:
            self.index_id._get_value(self._get_index_base_day())
        return self._get_package_problem()

    def _get_success_problem(self):
        _ = self.env._
        if not self.success_trigger:
            return _("is a success fee without a trigger: say when it falls due")
        if not self.success_base:
            return _("is a success fee without a base: say what it is a share of")
        tiers = self.tier_ids
        if not tiers or min(tiers.mapped("above_amount")):
            return _(
                "is a success fee without a share from the first euro: add a tier that"
                " starts at zero"
            )
        amounts = tiers.mapped("above_amount")
        if len(set(amounts)) < len(amounts):
            return _("has two shares that start at the same amount: keep one")
        if not any(tiers.mapped("percent")):
            return _("is a success fee of 0 %: enter its share")
        low, high = self.floor_amount, self.ceiling_amount
        if high and low > high:
            return _("is at least more than it is at most: change one of the two")
        return None

    def _get_opening_problem(self):
        return self._get_amount_problem()

    def _get_minimum_problem(self):
        return self._get_amount_problem()

    def _get_expense_problem(self):
        if self.expense_mode == "percent" and not self.expense_percent:
            return self.env._("is a percentage of the fees but gives none: enter it")
        return self._get_amount_problem() if self.expense_mode == "flat" else None

    def _get_provision_problem(self):
        if self.provision_when == "date" and not self.provision_on:
            return self.env._("is requested on a date but gives none: enter it")
        return self._get_amount_problem()

    def _get_amount_problem(self):
        if self._is_nothing(self.amount):
            return self.env._("has no amount: enter it")
        return None

    # -- schedule ------------------------------------------------------------------

    def _check_schedule(self):
        """Refuse a fixed fee whose instalments are not its amount.

        Those that earlier versions billed, or that fell due under them, count, since
        they are part of the fee.

        :raise UserError: with the fee, the sum and the difference
        """
        self.ensure_one()
        if self.kind != "fixed":
            return
        for instalment in self.instalment_ids:
            if instalment.trigger == "milestone" and not instalment.milestone_id:
                raise UserError(
                    self.env._(
                        "The instalment “%(instalment)s” of “%(term)s” in"
                        " %(agreement)s waits for a milestone but names none: choose"
                        " it.",
                        instalment=instalment.name,
                        term=self.name,
                        agreement=self.agreement_id.display_name,
                    )
                )
        start = self.agreement_id.date_from
        before = (self._get_chain() - self).instalment_ids.filtered(
            lambda i: i.agreement_id.date_from < start and i._stays_before(start)
        )
        amounts = (self.instalment_ids | before).mapped("amount")
        gap = schedule.gap(
            fees.to_decimal(self.amount), [fees.to_decimal(a) for a in amounts]
        )
        if not self.currency_id.is_zero(float(gap)):
            raise UserError(
                self.env._(
                    "The instalments of “%(term)s” in %(agreement)s add up to %(sum)s"
                    " but its fee is %(fee)s: change an instalment by %(gap)s.",
                    term=self.name,
                    agreement=self.agreement_id.display_name,
                    sum=self.currency_id.format(sum(amounts)),
                    fee=self.currency_id.format(self.amount),
                    gap=self.currency_id.format(float(gap)),
                )
            )

    # -- index ---------------------------------------------------------------------

    def _get_index_base_day(self):
        self.ensure_one()
        return self.index_base_on or self.root_id._get_dates()[0]

    def _check_currency_rate(self):
        """Refuse a foreign currency nobody can convert.

        :raise UserError: no rate of the agreement's currency on its first day
        """
        for agreement in self.agreement_id:
            currency, company = agreement.currency_id, agreement.company_id
            if currency == company.currency_id:
                continue
            # sudo: rates of exchange are public; lawyers may not list them.
            known = (
                self.env["res.currency.rate"]
                .sudo()
                .search_count(
                    [
                        ("currency_id", "=", currency.id),
                        ("company_id", "in", [False, company.root_id.id]),
                        ("name", "<=", agreement.date_from),
                    ],
                    limit=1,
                )
            )
            if not known:
                raise UserError(
                    self.env._(
                        "%(agreement)s is in %(currency)s, which has no rate of"
                        " exchange on %(date)s: enter one under Accounting ›"
                        " Currencies.",
                        agreement=agreement.display_name,
                        currency=currency.name,
                        date=fields.Date.to_string(agreement.date_from),
                    )
                )
