from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import fees, payouts

#: a payment that waits longer is a question, not a part of today's payout
OLDEST = timedelta(days=60)


class LegalPayout(models.Model):
    """Finding the payments that a bank line is made of."""

    _inherit = "legal.payout"

    @api.model
    def _get_waiting(self, method_line, until, currency):
        """Return the online payments of a provider that are on no payout yet."""
        return self.env["account.payment"].search(
            [
                ("payment_transaction_id", "!=", False),
                ("payment_method_line_id", "=", method_line.id),
                ("move_id.state", "=", "posted"),
                ("is_matched", "=", False),
                ("legal_payout_id", "=", False),
                ("currency_id", "=", currency.id),
                ("date", "<=", until),
                ("date", ">=", until - OLDEST),
            ],
            order="date, id",
        )

    @api.model
    def _propose(self, statement, method_line):
        """Return the proposal for a bank line, as the engine words it, or None."""
        currency = statement.foreign_currency_id or statement.currency_id
        waiting = self._get_waiting(method_line, statement.date, currency)
        rule = self.env["legal.payout.rule"]._get_rule(method_line, statement.date)
        return payouts.propose(
            fees.to_decimal(statement._legal_get_amount()),
            [
                payouts.Payment(
                    key=payment.id,
                    day=payment.date,
                    amount=fees.to_decimal(
                        -payment.amount
                        if payment.payment_type == "outbound"
                        else payment.amount
                    ),
                )
                for payment in waiting
            ],
            rule._get_fee_range(),
            fees.to_decimal(currency.rounding),
        )

    @api.model
    def _make_from_bank(self, statement, method_lines):
        """Return the payout proposed for a bank line, empty when nothing fits."""
        for method_line in method_lines:
            if known := self._find_known(statement, method_line):
                known.statement_line_id = statement
                return known
            found = self._propose(statement, method_line)
            if found:
                return self.create(
                    {
                        "method_line_id": method_line.id,
                        "company_id": statement.company_id.id,
                        "currency_id": (
                            statement.foreign_currency_id or statement.currency_id
                        ).id,
                        "date": statement.date,
                        "statement_line_id": statement.id,
                        "amount_net": statement._legal_get_amount(),
                        "origin": "bank",
                        "hint": self._say_hint(found),
                        "line_ids": [(0, 0, {"payment_id": key}) for key in found.keys],
                    }
                )
        return self.browse()

    @api.model
    def _find_known(self, statement, method_line):
        """Return the payout that a file brought before the bank did."""
        waiting = self.search(
            [
                ("method_line_id", "=", method_line.id),
                ("is_waiting", "=", True),
                ("company_id", "=", statement.company_id.id),
            ],
            order="date, id",
        )
        amount = statement._legal_get_amount()
        alike = waiting.filtered(
            lambda payout: (
                not payout.currency_id.compare_amounts(payout.amount_net, amount)
            )
        )
        label = (statement.payment_ref or "").lower()
        named = alike.filtered(lambda p: p.reference and p.reference.lower() in label)
        return (named or alike)[:1]

    @api.model
    def _say_hint(self, found):
        _ = self.env._
        words = {
            payouts.EXACT: _("The payments make the sum to the cent."),
            payouts.DAYS: _("Whole days of payments, less a fee that fits the rule."),
            payouts.RUN: _("Payments in a row, less a fee that fits the rule."),
            payouts.ALL_BUT_ONE: _(
                "Whole days but one payment, which may be held back: look at it."
            ),
        }[found.how]
        if not found.is_alone:
            words = _("%(words)s Others would fit too: compare.", words=words)
        return words

    # -- day by day --------

    @api.model
    def _cron_look_for_payouts(self):
        """Each day, propose the payouts that came in; people book them."""
        for company in self.env["res.company"].search([]):
            self.with_company(company)._look_for_payouts(company)

    @api.model
    def _look_for_payouts(self, company, today=None):
        """Return the payouts proposed for the bank lines that name a provider."""
        today = today or fields.Date.context_today(self)
        rules = (
            self.env["legal.payout.rule"]
            .search([("company_id", "=", company.id), ("bank_words", "!=", False)])
            .filtered(lambda rule: not rule.date_to or rule.date_to >= today - OLDEST)
        )
        made = self.browse()
        if not rules:
            return made
        for statement in self._get_open_bank_lines(company, today):
            label = f"{statement.payment_ref or ''} {statement.partner_name or ''}"
            named = rules.filtered(lambda rule, text=label: rule._matches_words(text))
            if named:
                made |= self._make_from_bank(statement, named.method_line_id)
        return made

    @api.model
    def _get_open_bank_lines(self, company, today):
        """Return the bank lines of the last weeks that nothing is said of yet."""
        return self.env["account.bank.statement.line"].search(
            [
                ("company_id", "=", company.id),
                ("is_reconciled", "=", False),
                ("legal_payout_ids", "=", False),
                ("date", ">=", today - OLDEST),
            ],
            order="date, id",
        )

    @api.model
    def action_look_for_payouts(self):
        """Look now, and list what is to check."""
        self.check_access("create")
        self._look_for_payouts(self.env.company)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "legal_billing.legal_payout_action"
        )


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    legal_payout_ids = fields.One2many("legal.payout", "statement_line_id")

    def _legal_get_amount(self):
        """Return what came in, in the currency in which the other side counts."""
        self.ensure_one()
        return self.amount_currency if self.foreign_currency_id else self.amount

    @api.depends("payment_ref", "date", "amount")
    @api.depends_context("legal_payout")
    def _compute_display_name(self):
        if not self.env.context.get("legal_payout"):
            return super()._compute_display_name()
        for line in self:
            line.display_name = " – ".join(
                (
                    format_date(self.env, line.date),
                    line.payment_ref or "",
                    line.currency_id.format(line.amount),
                )
            )
        return None

    def action_legal_payout(self):
        """Open the payout of this bank line, proposed now if there is none."""
        self.ensure_one()
        Payout = self.env["legal.payout"]
        Payout.check_access("create")
        payout = self.legal_payout_ids
        if not payout:
            if self.is_reconciled:
                raise UserError(
                    self.env._(
                        "The bank line of %(day)s is already booked: nothing is left to"
                        " settle with it.",
                        day=format_date(self.env, self.date),
                    )
                )
            method_lines = self.env["account.payment.method.line"].search(
                [
                    ("payment_provider_id", "!=", False),
                    ("company_id", "=", self.company_id.id),
                ]
            )
            payout = Payout._make_from_bank(self, method_lines)
        if not payout:
            raise UserError(
                self.env._(
                    "No online payments make up the %(amount)s of this line: read in"
                    " the provider's file, or make the payout by hand.",
                    amount=self.currency_id.format(self.amount),
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.payout",
            "res_id": payout.id,
            "view_mode": "form",
        }


class AccountPayment(models.Model):
    _inherit = "account.payment"

    legal_payout_line_ids = fields.One2many("legal.payout.line", "payment_id")
    legal_payout_id = fields.Many2one(
        "legal.payout",
        string="Payout",
        compute="_compute_legal_payout_id",
        store=True,
        index="btree_not_null",
        copy=False,
    )
    legal_days_waiting = fields.Integer(
        string="Days waiting", compute="_compute_legal_days_waiting", aggregator=None
    )
    legal_amount_online = fields.Monetary(
        string="Online",
        compute="_compute_legal_amount_online",
        store=True,
        currency_field="company_currency_id",
        help="In the firm's currency; refunds are below zero.",
    )

    @api.depends("legal_payout_line_ids.payout_id")
    def _compute_legal_payout_id(self):
        for payment in self:
            payment.legal_payout_id = payment.legal_payout_line_ids.payout_id[:1]

    @api.depends("date", "is_matched")
    def _compute_legal_days_waiting(self):
        today = fields.Date.context_today(self)
        for payment in self:
            waits = not payment.is_matched and payment.date
            payment.legal_days_waiting = (today - payment.date).days if waits else 0

    @api.depends("amount_company_currency_signed", "payment_transaction_id")
    def _compute_legal_amount_online(self):
        for payment in self:
            payment.legal_amount_online = (
                payment.amount_company_currency_signed
                if payment.payment_transaction_id
                else 0.0
            )
