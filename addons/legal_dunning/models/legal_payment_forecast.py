from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import prediction

#: past behaviour counts for so many days
REMEMBERED_DAYS = 1095


class LegalPaymentForecast(models.Model):
    """When an open invoice will probably be paid, and why one thinks so.

    Rewritten every night from the firm's own ledger.
    """

    _name = "legal.payment.forecast"
    _description = "Expected Payment"
    _order = "expected_on, id"
    _rec_name = "move_id"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Payer", readonly=True, index=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    amount = fields.Monetary(
        "Expected", readonly=True, help="What is still to pay of the invoice."
    )
    due_on = fields.Date("Due Date", readonly=True)
    expected_on = fields.Date("Expected on", readonly=True, index=True)
    days_late = fields.Integer("Days after Due Date", readonly=True, aggregator="avg")
    payer_count = fields.Integer(
        "Invoices of this Payer", readonly=True, aggregator=None
    )
    explanation = fields.Char("Why this Day", readonly=True)
    is_promised = fields.Boolean("Promised", readonly=True)

    _move_unique = models.UniqueIndex(
        "(move_id)", "This invoice already has an expected day of payment."
    )

    @api.depends("move_id")
    def _compute_display_name(self):
        for row in self:
            # sudo: a number, of a row already open to the reader.
            row.display_name = row.move_id.sudo().name

    @api.model
    def _get_history(self, company, day):
        """Return the engine's history of what was paid in full, in one query."""
        self.env["account.move"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.commercial_partner_id, m.amount_total_signed,
                       (SELECT MIN(mt.practice_area_id)
                          FROM account_move_legal_matter_rel r
                          JOIN legal_matter mt ON mt.id = r.legal_matter_id
                         WHERE r.account_move_id = m.id),
                       MAX(pr.max_date) - MIN(l.date_maturity)
                  FROM account_move m
                  JOIN account_move_line l ON l.move_id = m.id
                       AND l.display_type = 'payment_term'
                  JOIN account_partial_reconcile pr ON pr.debit_move_id = l.id
                  JOIN account_move_line cl ON cl.id = pr.credit_move_id
                  JOIN account_move cm ON cm.id = cl.move_id
                       AND cm.move_type != 'out_refund'
                 WHERE m.company_id = %(company)s AND m.move_type = 'out_invoice'
                   AND m.state = 'posted' AND m.amount_residual = 0
                   AND m.invoice_date >= %(since)s AND pr.max_date <= %(day)s
              GROUP BY m.id
                """,
                company=company.id,
                since=day - timedelta(days=REMEMBERED_DAYS),
                day=day,
            )
        )
        return prediction.History(
            [
                prediction.Paid(payer, prediction.size_of(amount), practice, delay)
                for payer, amount, practice, delay in rows
            ]
        )

    @api.model
    def _refresh(self, company, today=None):
        """Foresee the payments of a company's open invoices; return the rows."""
        day = today or company._get_dunning_today()
        # sudo: the forecast is the firm's; who reads which row is the rules' business.
        self_sudo = self.sudo().with_company(company)
        history = self_sudo._get_history(company, day)
        count, error = history.measure_error()
        company.sudo().write(
            {
                "collection_forecast_count": count,
                "collection_forecast_error": error or 0,
            }
        )
        self_sudo.search([("company_id", "=", company.id)]).unlink()
        moves = self_sudo._get_open_moves(company)
        promised = self_sudo._get_promised(moves)
        vals_list = [
            self_sudo._prepare_forecast(move, history, day, promised.get(move.id))
            for move in moves
        ]
        return self.browse(self_sudo.create(vals_list).ids)

    @api.model
    def _get_open_moves(self, company):
        return self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
            ]
        )

    @api.model
    def _get_promised(self, moves):
        """Return {invoice id: the day promised} of the promises still awaited."""
        events = self.env["legal.collection.event"].search(
            [("promise_state", "=", "open"), ("move_ids", "in", moves.ids)]
        )
        return {
            move.id: event.due_on
            for event in events.sorted("due_on", reverse=True)
            for move in event.move_ids
        }

    @api.model
    def _prepare_forecast(self, move, history, day, promised_on):
        due_on = move.invoice_date_due or move.invoice_date
        found = self._foresee(move, history)
        days = found.days if found else 0
        expected_on = due_on + timedelta(days=days)
        explanation = self._explain(found)
        if promised_on and promised_on >= day:
            expected_on = promised_on
            explanation = self.env._("The client has promised to pay that day.")
        elif expected_on < day:
            expected_on = day + timedelta(days=7)
            explanation = self.env._(
                "%(why)s That day is past: counted a week from today.", why=explanation
            )
        return {
            "move_id": move.id,
            "company_id": move.company_id.id,
            "partner_id": move.commercial_partner_id.id,
            "user_id": move._get_dunning_user().id,
            "amount": move.amount_residual_signed,
            "due_on": due_on,
            "expected_on": expected_on,
            "days_late": (expected_on - due_on).days,
            "payer_count": found.get_step("payer").count
            if found and found.get_step("payer")
            else 0,
            "explanation": explanation,
            "is_promised": bool(promised_on and promised_on >= day),
        }

    @api.model
    def _foresee(self, move, history):
        return history.predict(
            move.commercial_partner_id.id,
            prediction.size_of(move.amount_total_signed),
            move.matter_ids[:1].practice_area_id.id or None,
        )

    @api.model
    def _explain(self, found):
        """Return the sentence that says why one expects that day."""
        if not found:
            return self.env._("Nothing was ever paid in full: the due date is taken.")
        payer, firm = found.get_step("payer"), found.get_step("firm")
        if not payer:
            return self.env._(
                "New payer: such invoices are paid %(days)s days after the due date"
                " (firm: %(firm)s days over %(count)s invoices).",
                days=found.days,
                firm=f"{firm.median:g}",
                count=firm.count,
            )
        return self.env._(
            "%(days)s days after the due date: this payer's median is %(own)s days"
            " (%(count)s invoices), the firm's %(firm)s (%(all)s invoices).",
            days=found.days,
            own=f"{payer.median:g}",
            count=payer.count,
            firm=f"{firm.median:g}",
            all=firm.count,
        )

    @api.model
    def action_open_forecast(self):
        """Open the expected payments, with the error of the forecast in the title."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_payment_forecast_action"
        )
        title = self.env.company._get_forecast_title()
        return {**action, "name": title, "display_name": title}
