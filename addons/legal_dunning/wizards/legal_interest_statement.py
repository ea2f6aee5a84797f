from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..models.legal_interest_claim import BASES


class LegalInterestStatement(models.TransientModel):
    """The interest of an invoice on a day: read, printed, waived or booked."""

    _name = "legal.interest.statement"
    _description = "Statement of Interest"

    move_id = fields.Many2one("account.move", "Invoice", required=True)
    company_id = fields.Many2one(related="move_id.company_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    until = fields.Date(
        "Computed until", required=True, default=fields.Date.context_today
    )
    amount_interest = fields.Monetary(
        "Penalties or Interest", compute="_compute_statement"
    )
    amount_indemnity = fields.Monetary("Indemnity", compute="_compute_statement")
    amount_balance = fields.Monetary("Balance", related="move_id.amount_residual")
    amount_total = fields.Monetary("Total", compute="_compute_statement")
    explanation = fields.Text(compute="_compute_statement")
    claim_id = fields.Many2one(related="move_id.interest_claim_id")
    reason = fields.Text("Waived because")
    basis = fields.Selection(BASES, "What Allows the Entry", default="received")
    booked_on = fields.Date("Booked on", default=fields.Date.context_today)

    @api.depends("move_id", "until")
    def _compute_statement(self):
        for wizard in self:
            interest = indemnity = 0.0
            try:
                statement = wizard.move_id._get_interest_statement(wizard.until)
                interest = float(statement.interest)
                indemnity = float(statement.indemnity)
                text = statement.refusal or "\n".join(
                    wizard.move_id._get_interest_words(statement)
                )
            except UserError as error:
                text = error.args[0]
            wizard.amount_interest = interest
            wizard.amount_indemnity = indemnity
            wizard.amount_total = interest + indemnity + wizard.amount_balance
            wizard.explanation = text or self.env._("Nothing is late on that day.")

    def action_print(self):
        """Print the statement, which must be complete."""
        self.ensure_one()
        self.move_id.check_access("read")
        statement = self.move_id._get_interest_statement(self.until)
        if statement.refusal:
            raise UserError(statement.refusal)
        return self.env.ref("legal_dunning.action_report_interest").report_action(self)

    def action_waive(self):
        self.ensure_one()
        self.env["legal.interest.claim"]._waive(self.move_id, self.until, self.reason)

    def action_book(self):
        self.ensure_one()
        claim = self.env["legal.interest.claim"]._book(
            self.move_id, self.until, self.basis, self.booked_on
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": claim.entry_id.id,
            "view_mode": "form",
        }

    # Print --------------------------------------------------------------------

    def _get_print_lang(self):
        self.ensure_one()
        move = self.move_id
        return move._get_dunning_partner()._get_dunning_lang(move.company_id)

    def _get_print_values(self):
        """Return what the statement shows."""
        self.ensure_one()
        wizard = self.with_context(lang=self._get_print_lang())
        move = wizard.move_id.sudo()
        statement = move._get_interest_statement(self.until)
        env = wizard.env

        def money(amount):
            return format_amount(env, float(amount), move.currency_id)

        balance = move.amount_residual
        payments = [
            env._(
                "%(day)s: %(amount)s",
                day=format_date(env, day),
                amount=money(amount),
            )
            for term in statement.terms
            for day, amount in sorted(term.line._get_dunning_payments())
        ]
        return {
            "object": env._(
                "Statement of interest – invoice %(number)s", number=move.name
            ),
            "intro": env._(
                "Invoice %(number)s of %(date)s, for %(amount)s incl. VAT. Interest up"
                " to %(until)s included.",
                number=move.name,
                date=format_date(env, move.invoice_date),
                amount=money(move.amount_total),
                until=format_date(env, self.until),
            ),
            "partner": move._get_dunning_partner(),
            "rows": move._get_interest_rows(statement),
            "payments": payments,
            "rate_words": wizard._get_rate_words(statement.rate_kind),
            "rules": wizard._get_rule_words(),
            "balance": money(balance),
            "interest": money(statement.interest),
            "indemnity": statement.indemnity and money(statement.indemnity),
            "total": money(float(statement.interest + statement.indemnity) + balance),
        }

    def _get_rate_words(self, kind):
        if kind == "late_payment":
            return self.env._(
                "Late-payment penalties, article L. 441-10, II, of the French"
                " Commercial"
                " Code: the rate of the European Central Bank in force on the first day"
                " of the half-year, increased by ten points, from the day after the due"
                " date."
            )
        if kind == "public_procurement":
            return self.env._(
                "Late-payment interest, articles L. 2192-10 and following of the French"
                " Public Procurement Code: the rate of the European Central Bank in"
                " force on the first day of the half-year, increased by eight points,"
                " from the day after the due date."
            )
        return self.env._(
            "Legal interest, articles 1231-6 and 1344-1 of the French Civil Code, from"
            " the day after the formal notice was received."
        )

    def _get_rule_words(self):
        company = self.move_id.company_id.sudo()
        paid = (
            self.env._("A partial payment is imputed on the interest first.")
            if company.interest_imputation == "interest"
            else self.env._("A partial payment is imputed on the principal first.")
        )
        year = (
            self.env._("A leap year has 366 days.")
            if company.interest_day_count == "actual"
            else self.env._("A year has 365 days.")
        )
        return self.env._(
            "%(paid)s %(year)s Interest is rounded once, at the end, and bears none"
            " itself.",
            paid=paid,
            year=year,
        )
