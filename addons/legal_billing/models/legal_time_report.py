from odoo import api, fields, models
from odoo.tools import SQL


class LegalTimeReport(models.Model):
    """What became of the time: billed, and what that is of its standard value.

    The fees of an invoiced pre-bill, fixed fees and caps included, are spread
    over its time in proportion to the standard value: a fixed fee too says what
    an hour on it earned. Fees billed without any time get a row of their own, so
    that the sum is what was billed.
    """

    _inherit = "legal.time.report"
    _depends = {
        "legal.prebill": ["state", "company_id", "matter_id", "date_to", "currency_id"],
        "legal.prebill.line": [
            "prebill_id",
            "kind",
            "entry_id",
            "is_live",
            "hours",
            "amount_net",
            "amount_standard",
        ],
    }

    hours_billed = fields.Float("Hours Billed", readonly=True)
    amount_billed = fields.Monetary(
        "Value Billed", readonly=True, help="Fees on issued bills, excluding VAT."
    )
    amount_judged = fields.Monetary(
        "Standard Value of What was Billed",
        readonly=True,
        help="Time on issued bills at its standard rate, written off or not.",
    )
    realisation = fields.Float(
        "Realisation (%)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Billed out of a hundred of standard value, of the sums.",
    )

    @api.model
    def _ratios(self):
        return super()._ratios() | {
            "realisation": ("amount_billed", "amount_judged", 100)
        }

    @api.model
    def _measures(self):
        return super()._measures() | {
            "hours_billed": SQL("COALESCE(bill.hours, 0)::float8"),
            "amount_billed": self._to_company_currency(SQL("bill.amount")),
            "amount_judged": self._to_company_currency(SQL("bill.standard")),
        }

    @api.model
    def _from(self):
        return SQL(
            "%s LEFT JOIN (%s) bill ON bill.entry_id = a.id",
            super()._from(),
            self._shares(),
        )

    @api.model
    def _fee_lines(self):
        """Return the fee lines of the bills issued, with the sums of their bill."""
        return SQL(
            """SELECT line.*, bill.date_to,
                      SUM(line.amount_net) OVER whole AS fees,
                      SUM(CASE WHEN line.kind = 'time' THEN line.amount_standard END)
                          OVER whole AS worth,
                      COUNT(*) FILTER (WHERE line.kind = 'time') OVER whole AS times
                 FROM legal_prebill_line line
                 JOIN legal_prebill bill ON bill.id = line.prebill_id
                WHERE bill.state = 'invoiced' AND line.is_live AND line.kind != 'cost'
               WINDOW whole AS (PARTITION BY line.prebill_id)"""
        )

    @api.model
    def _shares(self):
        return SQL(
            """SELECT entry_id, hours, amount_standard AS standard,
                      CASE WHEN worth > 0 THEN fees * amount_standard / worth
                           ELSE fees / times END AS amount
                 FROM (%s) fee WHERE kind = 'time' AND entry_id IS NOT NULL""",
            self._fee_lines(),
        )

    @api.model
    def _rows(self):
        return SQL("%s UNION ALL %s", super()._rows(), self._rows_without_time())

    @api.model
    def _rows_without_time(self):
        """Return a row for each bill of fees that has no time on it."""
        columns = dict.fromkeys(self._dimensions(), SQL("NULL"))
        columns |= dict.fromkeys(self._measures(), SQL("0"))
        columns |= {
            # far below the nameless rows, which count down from -1
            "id": SQL("(-1000000000 - bill.prebill_id)"),
            "date": SQL("bill.date_to"),
            "company_id": SQL("a.company_id"),
            "currency_id": SQL("c.currency_id"),
            "matter_id": SQL("m.id"),
            "partner_id": SQL("m.partner_id"),
            "practice_area_id": SQL("m.practice_area_id"),
            "responsible_id": SQL("m.responsible_id"),
            "work_kind": SQL("'client'"),
            "amount_billed": self._to_company_currency(SQL("bill.fees")),
        }
        return SQL(
            """SELECT %(columns)s
                 FROM (SELECT DISTINCT prebill_id, matter_id, company_id, date_to,
                              currency_id, fees
                         FROM (%(fees)s) fee WHERE times = 0) bill
                 JOIN legal_matter m ON m.id = bill.matter_id
                 JOIN res_company c ON c.id = bill.company_id
                 JOIN res_currency money ON money.id = c.currency_id
           CROSS JOIN LATERAL (SELECT bill.company_id, bill.date_to AS date,
                                      bill.currency_id AS legal_currency_id) a
            LEFT JOIN LATERAL (SELECT %(theirs)s / %(ours)s AS rate) fx
                   ON a.legal_currency_id != c.currency_id""",
            columns=SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in columns.items()
            ),
            fees=self._fee_lines(),
            theirs=self._rate_on(SQL("c.currency_id")),
            ours=self._rate_on(SQL("a.legal_currency_id")),
        )
