from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL


class LegalOnlineFigures(models.AbstractModel):
    """What clients pay online, out of all that comes in; read from the ledger.

    What came in is what bank, cash and provider entries took off the receivable
    accounts, refunds deducted; what came online is the part of it whose payment has
    a transaction. Both in the company's currency.
    """

    _name = "legal.online.figures"
    _description = "Figures of Online Payments"

    @api.model
    def _may_read(self):
        return self.env["account.payment"].has_access("read")

    @api.model
    def _get_figures(self, company, day):
        """Return the figures of the month of a day and of the year up to it."""
        month = day.replace(day=1)
        year = day + relativedelta(years=-1, days=1)
        return {
            "month": self._get_period(company, month, day),
            "year": self._get_period(company, year, day),
            "providers": self._get_providers(company, year, day),
            "median_days": self._get_median_days(company, year, day),
        }

    @api.model
    def _get_period(self, company, first, last):
        received = self._sum_received(company, first, last)
        online = self._sum_received(company, first, last, is_online=True)
        count = self.env["account.payment"].search_count(
            self._domain(company, first, last)
        )
        return {
            "count": count,
            "amount": online,
            "received": received,
            "share": online / received if received > 0 else None,
        }

    @api.model
    def _sum_received(self, company, first, last, is_online=False):
        domain = [
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
            ("journal_id.type", "in", ("bank", "cash", "credit")),
            ("date", ">=", first),
            ("date", "<=", last),
        ]
        if is_online:
            domain.append(("payment_id.payment_transaction_id", "!=", False))
        [(balance,)] = self.env["account.move.line"]._read_group(
            domain, [], ["balance:sum"]
        )
        return company.currency_id.round(-(balance or 0.0))

    @api.model
    def _domain(self, company, first, last):
        """Return the domain of the online payments of some days."""
        return [
            ("company_id", "=", company.id),
            ("payment_transaction_id", "!=", False),
            ("move_id.state", "=", "posted"),
            ("date", ">=", first),
            ("date", "<=", last),
        ]

    @api.model
    def _get_providers(self, company, first, last):
        rows = self.env["account.payment"]._read_group(
            self._domain(company, first, last),
            ["payment_method_line_id"],
            ["__count", "legal_amount_online:sum"],
            order="legal_amount_online:sum desc",
        )
        return [
            {"key": line.id, "name": line.name or "", "count": count, "amount": amount}
            for line, count, amount in rows
        ]

    @api.model
    def _get_median_days(self, company, first, last):
        """Return the median of the days from sending to paying online, or None."""
        self.env["account.payment"].check_access("read")
        self.env["account.payment"].flush_model()
        self.env["account.move"].flush_model(["legal_sent_on"])
        self.env["account.partial.reconcile"].flush_model()
        [(days,)] = self.env.execute_query(
            SQL(
                """
                SELECT percentile_cont(0.5) WITHIN GROUP (
                           ORDER BY GREATEST(p.date - m.legal_sent_on::date, 0))
                  FROM account_partial_reconcile r
                  JOIN account_move_line c ON c.id = r.credit_move_id
                  JOIN account_payment p ON p.move_id = c.move_id
                  JOIN account_move_line d ON d.id = r.debit_move_id
                  JOIN account_move m ON m.id = d.move_id
                 WHERE p.payment_transaction_id IS NOT NULL
                   AND m.legal_sent_on IS NOT NULL
                   AND p.company_id = %s
                   AND p.date BETWEEN %s AND %s
                """,
                company.id,
                first,
                last,
            )
        )
        return None if days is None else float(days)

    @api.model
    def _get_action(self, company, day):
        """Return the list of the month's online payments."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_billing.legal_online_payment_action"
        )
        return {
            **action,
            "domain": self._domain(company, day.replace(day=1), day),
            "context": {},
        }
