from odoo import api, fields, models
from odoo.tools import SQL

from .legal_activity_code import WORK_KINDS

#: a person's hours on hidden matters are told of that person from so many matters on
HIDDEN_MATTERS_TO_NAME = 2


class LegalTimeReport(models.Model):
    """The numbers: one row an entry, and one nameless row for what is walled off.

    Record rules say which entries a person reads. What the wall keeps from the
    reader still belongs to the totals: :meth:`_nameless_rows` adds it up.
    """

    _name = "legal.time.report"
    _description = "Numbers of the Time"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "date"
    _depends = {
        "account.analytic.line": [
            "date",
            "company_id",
            "employee_id",
            "user_id",
            "project_id",
            "matter_id",
            "grade_id",
            "activity_code_id",
            "work_kind",
            "billing_status",
            "approval_state",
            "unit_amount",
            "hours_billable",
            "amount_billable",
            "amount_standard",
            "legal_currency_id",
        ],
        "legal.matter": ["partner_id", "practice_area_id", "responsible_id"],
        "res.company": ["currency_id"],
        "res.currency.rate": ["rate", "name", "currency_id", "company_id"],
    }

    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    employee_id = fields.Many2one("hr.employee", "Person", readonly=True)
    user_id = fields.Many2one("res.users", "User", readonly=True)
    grade_id = fields.Many2one("legal.grade", readonly=True)
    matter_id = fields.Many2one("legal.matter", readonly=True)
    partner_id = fields.Many2one("res.partner", "Client", readonly=True)
    practice_area_id = fields.Many2one("legal.practice.area", readonly=True)
    responsible_id = fields.Many2one("res.users", readonly=True)
    activity_code_id = fields.Many2one("legal.activity.code", "Activity", readonly=True)
    work_kind = fields.Selection(
        [*WORK_KINDS, ("confidential", "Confidential Matters")],
        "Kind of Work",
        readonly=True,
    )
    billing_status = fields.Selection(
        selection="_selection_billing_status", string="Status", readonly=True
    )
    hours = fields.Float("Hours Worked", readonly=True)
    hours_billable = fields.Float("Billable Hours", readonly=True)
    amount = fields.Monetary(
        "Value",
        readonly=True,
        help="Billable hours at their rate, in the currency of the firm.",
    )
    amount_approved = fields.Monetary("Value Approved", readonly=True)
    amount_pro_bono = fields.Monetary(
        "Value Given", readonly=True, help="Pro bono work at its rate; never billed."
    )
    utilisation = fields.Float(
        "Utilisation (%)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Billable hours out of a hundred hours worked, of the sums.",
    )
    rate_average = fields.Monetary(
        "Average Rate",
        readonly=True,
        aggregator="avg",
        help="Value of a billable hour, of the sums.",
    )

    @api.model
    def _selection_billing_status(self):
        field = self.env["account.analytic.line"]._fields["billing_status"]
        return field._description_selection(self.env)

    # --------------------------------------------------------------------- ratios

    @api.model
    def _ratios(self):
        """Return ``{ratio: (numerator, denominator, factor)}``, made of sums."""
        return {
            "utilisation": ("hours_billable", "hours", 100),
            "rate_average": ("amount", "hours_billable", 1),
        }

    def _read_group_select(self, aggregate_spec, query):
        """A ratio of a group is made of its sums, never a mean of ratios."""
        name, _colon, function = aggregate_spec.partition(":")
        if function != "avg" or name not in self._ratios():
            return super()._read_group_select(aggregate_spec, query)
        numerator, denominator, factor = self._ratios()[name]
        return SQL(
            "SUM(%s)::float8 * %s / NULLIF(SUM(%s), 0)::float8",
            self._field_to_sql(self._table, numerator, query),
            factor,
            self._field_to_sql(self._table, denominator, query),
        )

    # ------------------------------------------------------------------------ rows

    @property
    def _table_query(self):
        rows = self._rows()
        if self.env.su:
            return self._with_ratios(rows)
        return self._with_ratios(
            SQL("%s UNION ALL %s", rows, self._nameless_rows(rows))
        )

    @api.model
    def _dimensions(self):
        """Return ``{column: SQL}`` of what a row is about."""
        return {
            "id": SQL("a.id"),
            "date": SQL("a.date"),
            "company_id": SQL("a.company_id"),
            "currency_id": SQL("c.currency_id"),
            "employee_id": SQL("a.employee_id"),
            "user_id": SQL("a.user_id"),
            "grade_id": SQL("a.grade_id"),
            "matter_id": SQL("a.matter_id"),
            "partner_id": SQL("m.partner_id"),
            "practice_area_id": SQL("m.practice_area_id"),
            "responsible_id": SQL("m.responsible_id"),
            "activity_code_id": SQL("a.activity_code_id"),
            "work_kind": SQL("a.work_kind"),
            "billing_status": SQL("a.billing_status"),
        }

    @api.model
    def _measures(self):
        """Return ``{column: SQL}`` of what is added up; extended downstream."""
        value = self._to_company_currency(SQL("a.amount_billable"))
        return {
            "hours": SQL("a.unit_amount::float8"),
            "hours_billable": SQL("COALESCE(a.hours_billable, 0)::float8"),
            "amount": value,
            "amount_approved": SQL(
                "CASE WHEN a.approval_state = 'approved' THEN %s ELSE 0 END", value
            ),
            "amount_pro_bono": SQL(
                "CASE WHEN a.work_kind = 'pro_bono' THEN %s ELSE 0 END",
                self._to_company_currency(SQL("a.amount_standard")),
            ),
        }

    @api.model
    def _from(self):
        """Return what the columns are read from; extended downstream."""
        return SQL(
            """FROM account_analytic_line a
               JOIN legal_matter m ON m.id = a.matter_id
               JOIN res_company c ON c.id = a.company_id
               JOIN res_currency money ON money.id = c.currency_id
               LEFT JOIN LATERAL (
                   SELECT %(theirs)s / %(ours)s AS rate
               ) fx ON a.legal_currency_id != c.currency_id""",
            ours=self._rate_on(SQL("a.legal_currency_id")),
            theirs=self._rate_on(SQL("c.currency_id")),
        )

    @api.model
    def _rate_on(self, currency):
        """Return the rate of a currency on the day of the entry, as Odoo does."""
        return SQL(
            """COALESCE((
                   SELECT r.rate FROM res_currency_rate r
                    WHERE r.currency_id = %s
                      AND (r.company_id IS NULL
                           OR r.company_id = split_part(c.parent_path, '/', 1)::int)
                    ORDER BY r.company_id,
                             CASE WHEN r.name <= a.date THEN r.name END DESC NULLS LAST,
                             r.name ASC
                    LIMIT 1), 1.0)""",
            currency,
        )

    @api.model
    def _to_company_currency(self, amount):
        """Return an amount in the currency of the firm, rounded entry by entry."""
        return SQL(
            """COALESCE(CASE WHEN fx.rate IS NULL THEN %(amount)s
                ELSE ROUND((%(amount)s * fx.rate / money.rounding)::numeric)
                     * money.rounding END, 0)::float8""",
            amount=amount,
        )

    @api.model
    def _rows(self):
        """Return one row for each time entry."""
        columns = {**self._dimensions(), **self._measures()}
        return SQL(
            "SELECT %s %s WHERE a.project_id IS NOT NULL",
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in columns.items()
            ),
            self._from(),
        )

    @api.model
    def _nameless_rows(self, rows):
        """Return what the wall hides from the reader, added up by month.

        This is the one place where time on matters behind a wall leaves it. It
        reads past the record rules and gives hours and values of a month, and
        no matter, client, practice area, grade, activity or words. Whose time it
        was is told to its author, and to management only where it was spent on
        several hidden matters; else it goes to a row of the firm without a
        name, lest the hours of one person be the hours of one matter. Record
        rules give these rows to management, and to each author his own.
        """
        blocked = self.env["legal.matter"].sudo()._search_blocked(self.env.user)
        nothing = dict.fromkeys(self._dimensions(), SQL("NULL"))
        columns = {
            **nothing,
            "id": SQL("(-row_number() OVER (ORDER BY month, company_id, who))::int"),
            "date": SQL("month"),
            "company_id": SQL("company_id"),
            "currency_id": SQL("currency_id"),
            "employee_id": SQL("who"),
            "user_id": SQL("CASE WHEN is_own THEN %s END", self.env.uid),
            "work_kind": SQL("'confidential'"),
            **{name: SQL("SUM(%s)", SQL.identifier(name)) for name in self._measures()},
        }
        sums = SQL(", ").join(
            SQL("SUM(%s) AS %s", SQL.identifier(name), SQL.identifier(name))
            for name in self._measures()
        )
        return SQL(
            """SELECT %(columns)s
                 FROM (
                   SELECT company_id, currency_id,
                          date_trunc('month', date)::date AS month,
                          user_id = %(uid)s AS is_own,
                          CASE WHEN user_id = %(uid)s
                                 OR COUNT(DISTINCT matter_id) >= %(enough)s
                               THEN employee_id END AS who,
                          %(sums)s
                     FROM (%(rows)s) AS row_of_entry
                    WHERE matter_id IN %(blocked)s
                    GROUP BY company_id, currency_id, date_trunc('month', date),
                             employee_id, user_id
                 ) AS hidden
                GROUP BY company_id, currency_id, month, is_own, who""",
            columns=SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in columns.items()
            ),
            uid=self.env.uid,
            enough=HIDDEN_MATTERS_TO_NAME,
            sums=sums,
            rows=rows,
            blocked=blocked.subselect(),
        )

    @api.model
    def _with_ratios(self, rows):
        ratios = SQL(", ").join(
            SQL(
                "%s * %s / NULLIF(%s, 0) AS %s",
                SQL.identifier(numerator),
                factor,
                SQL.identifier(denominator),
                SQL.identifier(name),
            )
            for name, (numerator, denominator, factor) in self._ratios().items()
        )
        return SQL("SELECT *, %s FROM (%s) AS numbers", ratios, rows)

    # --------------------------------------------------------------------- actions

    def action_open_entry(self):
        """Open the entry of a row; a nameless row has none to open."""
        self.ensure_one()
        self.check_access("read")
        if self.id < 0:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.analytic.line",
            "res_id": self.id,
            "views": [
                (self.env.ref("legal_timesheet.legal_time_entry_view_form").id, "form")
            ],
            "target": "current",
        }
