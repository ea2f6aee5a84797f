from collections import namedtuple
from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import interest
from ..engine.exceptions import RateGapError
from .legal_dunning_planning import to_decimal
from .legal_dunning_policy import PROTECTED_KINDS

#: who owes the fixed indemnity (C. com., art. D. 441-5; CCP, art. L. 2192-13)
INDEMNIFYING_KINDS = ("professional", "public")
Term = namedtuple("Term", "line start result")
#: ``refusal`` says in a sentence why nothing bears interest; None when it does.
Statement = namedtuple("Statement", "rate_kind terms interest indemnity refusal")


class AccountMove(models.Model):
    """What an invoice bears in interest on a day, period by period."""

    _inherit = "account.move"

    interest_claim_id = fields.Many2one(
        "legal.interest.claim",
        "Decision on Interest",
        compute="_compute_interest_claim_id",
        compute_sudo=True,
        groups="legal_timesheet.group_legal_user",
    )

    def _compute_interest_claim_id(self):
        claims = (
            self.env["legal.interest.claim"]
            .sudo()
            .search([("move_id", "in", self.ids), ("state", "!=", "cancelled")])
        )
        by_move = claims.grouped("move_id")
        for move in self:
            move.interest_claim_id = by_move.get(move._origin, claims.browse())[:1]

    def _is_dunning_claim_waived(self):
        """Return whether nothing is claimed any more beside the balance."""
        self.ensure_one()
        # sudo: whether a letter speaks of penalties is no secret of the matter.
        return bool(self.sudo().interest_claim_id)

    def _is_indemnity_barred(self, day):
        """Return whether the law forbids the fixed indemnity, whoever the payer is.

        Other parts of the product add their reasons (collective proceedings).
        """
        return False

    def _get_interest_statement(self, until):
        """Return what this invoice bears up to a day, that day included.

        :raise UserError: a rate of one of the days is not recorded
        """
        self.ensure_one()
        move = self.sudo()
        kind = move._legal_get_client_kind()
        rate_kind, after, refusal = move._get_interest_ground(kind, until)
        if refusal:
            return Statement(None, [], Decimal(0), Decimal(0), refusal)
        lines = move._get_interest_lines(until)
        starts = {
            line: max(line.date_maturity, after or line.date_maturity) for line in lines
        }
        rates = self.env["legal.interest.rate"]._get_rates(
            rate_kind, min(starts.values(), default=until), until
        )
        rates = move._raise_after_decision(rate_kind, rates)
        terms = [
            Term(
                line,
                starts[line],
                move._get_term_interest(
                    line,
                    starts[line],
                    until,
                    move._hold_rate(rate_kind, rates, starts[line]),
                ),
            )
            for line in lines
        ]
        total = sum((term.result.amount for term in terms), Decimal(0))
        return Statement(
            rate_kind, terms, total, move._get_interest_indemnity(kind, terms), None
        )

    def _get_interest_ground(self, kind, until):
        """Return (kind of rate, day interest starts after, why there is none)."""
        if kind == "professional":
            return "late_payment", None, None
        if kind in PROTECTED_KINDS:
            notice = self.formal_notice_on
            if notice and notice < until:
                return "legal", notice, None
            return (
                None,
                None,
                self.env._(
                    "Nothing accrues before a formal notice has reached the client"
                    " (C. civ., art. 1231-6 and 1344-1): none is recorded as received"
                    " or presented for %(number)s.",
                    number=self.name,
                ),
            )
        return "public_procurement", None, None

    def _hold_rate(self, rate_kind, rates, start):
        """Return the rates of a term: one for all its days in public procurement."""
        if rate_kind != "public_procurement":
            return rates
        return interest.held(rates, start + timedelta(days=1))

    def _raise_after_decision(self, rate_kind, rates):
        """Return the rates with what an enforceable decision left unpaid adds.

        Legal interest is increased once the time that the law gives has run out since
        the decision became enforceable (CMF, art. L. 313-3).
        """
        # sudo: a day of the file, whoever computes the interest
        days = (
            self.env["legal.taxation.file"]
            .sudo()
            .search([("move_ids", "in", self.ids), ("enforceable_on", "!=", False)])
            .mapped("enforceable_on")
        )
        if rate_kind != "legal" or not days:
            return rates
        values = self.env["legal.parameter"]
        day = min(days)
        months = int(values._get_decimal("enforced_interest_months", day))
        points = values._get_decimal("enforced_interest_points", day)
        first_day = day + relativedelta(months=months, days=1)
        return interest.raised(rates, first_day, points)

    def _get_interest_lines(self, until):
        """Return the terms that were due before ``until``, paid since or not."""
        return self.line_ids.filtered(
            lambda line: (
                line.display_type == "payment_term"
                and line.account_type == "asset_receivable"
                and line.date_maturity
                and line.date_maturity < until
            )
        ).sorted("date_maturity")

    def _get_term_interest(self, line, start, until, rates):
        currency = self.currency_id
        principal = to_decimal(currency, line.amount_currency)
        payments = line._get_dunning_payments()
        try:
            return interest.simple_interest(
                principal,
                payments,
                rates,
                start,
                until,
                Decimal(str(currency.rounding)),
                **self.company_id._get_interest_rules(),
            )
        except RateGapError as error:
            raise UserError(self._explain_rate_gap(error.day)) from None

    def _get_interest_indemnity(self, kind, terms):
        """Return the fixed indemnity: once an invoice, never from a consumer."""
        late = [term for term in terms if term.result.steps]
        if kind not in INDEMNIFYING_KINDS or not late:
            return Decimal(0)
        day = late[0].line.date_maturity
        if self._is_indemnity_barred(day):
            return Decimal(0)
        amount = self.env["legal.parameter"]._get_decimal("recovery_indemnity", day)
        euro = self.env.ref("base.EUR")
        return to_decimal(
            self.currency_id,
            euro._convert(float(amount), self.currency_id, self.company_id, day),
        )

    def action_open_interest(self):
        """Open the statement of interest of an invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Interest on %(number)s", number=self.name),
            "res_model": "legal.interest.statement",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def _explain_rate_gap(self, day):
        kind = self._legal_get_client_kind()
        if kind == "professional":
            return super()._explain_rate_gap(day)
        if kind == "public":
            return self.env._(
                "No rate of public procurement is recorded for %(day)s, which the"
                " statement of %(number)s needs: enter it with its source under"
                " Configuration › Interest rates.",
                day=format_date(self.env, day),
                number=self.name,
            )
        return self.env._(
            "No rate of legal interest is recorded for %(day)s, which the statement of"
            " %(number)s needs: enter it with its source under Configuration › Interest"
            " rates.",
            day=format_date(self.env, day),
            number=self.name,
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    interest_imputation = fields.Selection(
        [("principal", "The principal first"), ("interest", "The interest first")],
        "Payments Pay",
        required=True,
        default="principal",
        help="C. civ., art. 1343-1: a partial payment is imputed on the interest first,"
        " unless the creditor accepts the principal.",
    )
    interest_day_count = fields.Selection(
        [("365", "365 days"), ("actual", "366 days in a leap year")],
        "A Year Has",
        required=True,
        default="365",
    )
    interest_account_id = fields.Many2one(
        "account.account",
        "Penalties Received",
        check_company=True,
        help="Empty: the account of the legal value “interest_income_account”.",
    )
    indemnity_account_id = fields.Many2one(
        "account.account",
        "Indemnities Received",
        check_company=True,
        help="Empty: the account of the legal value “indemnity_income_account”.",
    )
    interest_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Interest",
        domain="[('type', '=', 'general')]",
        check_company=True,
    )

    def _get_interest_rules(self):
        """Return the engine's options of this firm."""
        self.ensure_one()
        company = self.sudo()
        return {
            "imputation": company.interest_imputation or "principal",
            "day_count": company.interest_day_count or "365",
        }

    def _get_interest_account(self, key, day):
        """Return the account of one kind of claim on a day: the firm's own choice,
        else the chart's account that the law's table of that day names."""
        self.ensure_one()
        own = self[f"{key}_account_id"]
        if own:
            return own
        code = self.env["legal.parameter"]._get(f"{key}_income_account", day)
        account = (
            self.env["account.account"]
            .with_company(self)
            .search(
                [("company_ids", "in", self.id), ("code", "=like", f"{code}%")],
                order="code",
                limit=1,
            )
        )
        if not account:
            raise UserError(
                self.env._(
                    "%(company)s has no account %(code)s: create it, or choose another"
                    " under Settings › Reminders.",
                    company=self.name,
                    code=code,
                )
            )
        return account
