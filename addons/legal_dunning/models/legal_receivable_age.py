from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

#: (field, label, first day late, last day late); what was due today is not late yet
BUCKETS = (
    ("amount_not_due", "Not due", None, 0),
    ("amount_30", "1–30 days", 1, 30),
    ("amount_60", "31–60 days", 31, 60),
    ("amount_90", "61–90 days", 61, 90),
    ("amount_older", "Over 90 days", 91, None),
)
AMOUNTS = (*(name for name, *_rest in BUCKETS), "amount_credit")
AGES = [
    *((name.removeprefix("amount_"), label) for name, label, *_days in BUCKETS),
    ("credit", "Not matched"),
]
#: context key of the day a balance is looked at; today when missing
AGED_ON = "aged_on"


@dataclass
class Ages:
    """What one payer owes, by age, in the currency of the company."""

    amount_not_due: Decimal = Decimal(0)
    amount_30: Decimal = Decimal(0)
    amount_60: Decimal = Decimal(0)
    amount_90: Decimal = Decimal(0)
    amount_older: Decimal = Decimal(0)
    amount_credit: Decimal = Decimal(0)
    oldest_due_on: date | None = None

    @property
    def amount_overdue(self):
        return self.amount_30 + self.amount_60 + self.amount_90 + self.amount_older

    @property
    def amount_due(self):
        return self.amount_overdue + self.amount_not_due + self.amount_credit


class LegalReceivableAge(models.Model):
    """The aged balance: what stood open on the receivable accounts on a day.

    A row is one receivable line of the ledger, or the part of it that belongs to
    one matter. Every line of every receivable account is there, matched credits
    aside, so the sum is that of the accounts on that day, to the cent. Read only.
    """

    _name = "legal.receivable.age"
    _description = "Aged Balance"
    _auto = False
    _order = "due_on, id"
    _rec_name = "move_id"
    _depends = {
        "account.move.line": [
            "account_id",
            "amount_residual",
            "amount_residual_currency",
            "company_id",
            "currency_id",
            "date",
            "date_maturity",
            "matter_id",
            "move_id",
            "parent_state",
            "partner_id",
            "price_total",
            "reconciled",
        ],
        "account.move": ["matter_ids", "move_type"],
        "account.partial.reconcile": [
            "amount",
            "credit_amount_currency",
            "credit_move_id",
            "debit_amount_currency",
            "debit_move_id",
            "max_date",
        ],
        "legal.matter": ["matter_number", "responsible_id"],
        "res.company": ["currency_id"],
        "res.partner": ["commercial_partner_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", "Payer", readonly=True)
    move_id = fields.Many2one("account.move", "Document", readonly=True)
    move_type = fields.Selection(
        [
            ("out_invoice", "Invoice"),
            ("out_refund", "Credit Note"),
            ("entry", "Payment or Entry"),
        ],
        "Kind",
        readonly=True,
    )
    matter_number = fields.Char("Matter", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    due_on = fields.Date("Due Date", readonly=True)
    days_late = fields.Integer(
        "Days Late", readonly=True, aggregator="max", help="Negative: still to come."
    )
    age = fields.Selection(AGES, readonly=True)
    document_currency_id = fields.Many2one(
        "res.currency", "Currency of the Document", readonly=True
    )
    amount_currency = fields.Monetary(
        "In its Currency",
        currency_field="document_currency_id",
        readonly=True,
        aggregator=None,
    )
    amount_not_due = fields.Monetary("Not Due", readonly=True)
    amount_30 = fields.Monetary("1–30 days", readonly=True)
    amount_60 = fields.Monetary("31–60 days", readonly=True)
    amount_90 = fields.Monetary("61–90 days", readonly=True)
    amount_older = fields.Monetary("Over 90 days", readonly=True)
    amount_credit = fields.Monetary(
        "Not Matched",
        readonly=True,
        help="Payments and credit notes that no invoice has used up on that day.",
    )
    amount_overdue = fields.Monetary("Overdue", readonly=True)
    amount = fields.Monetary("Balance", readonly=True)

    @api.depends("move_id")
    def _compute_display_name(self):
        for row in self:
            # sudo: a number, of a row already open to the reader.
            row.display_name = row.move_id.sudo().name

    # ------------------------------------------------------------------------ SQL

    @property
    def _table_query(self):
        """Return the rows on the day of the context, for the user's companies."""
        day = fields.Date.to_date(self.env.context.get(AGED_ON))
        day = day or fields.Date.context_today(self)
        companies = self.env.companies
        return SQL(
            """
            WITH due AS (%(lines)s),
            -- few invoices are of several matters: theirs alone are split
            several AS (
                SELECT r.account_move_id AS move_id
                  FROM account_move_legal_matter_rel r
              GROUP BY r.account_move_id HAVING COUNT(*) > 1
            ),
            weights AS (
                SELECT d.id, w.matter_id, SUM(w.price_total) AS weight
                  FROM due d
                  JOIN several s ON s.move_id = d.move_id
                  JOIN account_move_line w ON w.move_id = d.move_id
                       AND w.matter_id IS NOT NULL
              GROUP BY d.id, w.matter_id
            ),
            shares AS (
                SELECT w.id, w.matter_id,
                       ROW_NUMBER() OVER (
                           PARTITION BY w.id ORDER BY w.weight DESC, w.matter_id
                       ) AS rank,
                       COALESCE(w.weight / NULLIF(
                           SUM(w.weight) OVER (PARTITION BY w.id), 0), 0) AS part
                  FROM weights w
            ),
            parts AS (
                SELECT d.*, m.matter_id, 1::bigint AS rank
                  FROM due d
             LEFT JOIN (
                       SELECT r.account_move_id AS move_id,
                              MIN(r.legal_matter_id) AS matter_id
                         FROM account_move_legal_matter_rel r
                     GROUP BY r.account_move_id
                       ) m ON m.move_id = d.move_id
                 WHERE d.id NOT IN (SELECT id FROM shares)
             UNION ALL
                SELECT d.id, d.move_id, d.company_id, d.partner_id, d.currency_id,
                       d.due_on,
                       CASE WHEN s.rank > 1 THEN ROUND(d.amount * s.part, 2)
                            ELSE d.amount - COALESCE((
                           SELECT SUM(ROUND(d.amount * o.part, 2)) FROM shares o
                            WHERE o.id = d.id AND o.rank > 1), 0) END,
                       CASE WHEN s.rank > 1 THEN ROUND(d.amount_currency * s.part, 2)
                            ELSE d.amount_currency - COALESCE((
                           SELECT SUM(ROUND(d.amount_currency * o.part, 2))
                             FROM shares o WHERE o.id = d.id AND o.rank > 1), 0) END,
                       s.matter_id, s.rank
                  FROM due d
                  JOIN shares s ON s.id = d.id
            )
            SELECT p.id * 100 + p.rank AS id,
                   p.company_id,
                   c.currency_id,
                   COALESCE(rp.commercial_partner_id, p.partner_id) AS partner_id,
                   p.move_id,
                   CASE WHEN mv.move_type IN ('out_invoice', 'out_refund')
                        THEN mv.move_type ELSE 'entry' END AS move_type,
                   mt.matter_number,
                   mt.responsible_id AS user_id,
                   p.due_on,
                   %(day)s - p.due_on AS days_late,
                   p.currency_id AS document_currency_id,
                   p.amount_currency,
                   %(columns)s,
                   p.amount
              FROM parts p
         LEFT JOIN account_move mv ON mv.id = p.move_id
         LEFT JOIN res_company c ON c.id = p.company_id
         LEFT JOIN res_partner rp ON rp.id = p.partner_id
         LEFT JOIN legal_matter mt ON mt.id = p.matter_id
            """,
            lines=self._lines_sql(companies, day),
            columns=self._columns_sql(SQL("p.amount"), SQL("p.due_on"), day),
            day=day,
        )

    @api.model
    def _lines_sql(self, companies, day):
        """Return the SQL of the receivable lines that were open on a day.

        Today's residual, less what was matched after that day: matching is dated
        by the later of the two lines.
        """
        # sudo: which accounts are receivable, asked once so that the planner knows.
        accounts = (
            self.env["account.account"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("account_type", "=", "asset_receivable"),
                    ("company_ids", "parent_of", companies.ids),
                ],
                ["account_type"],
            )
        )
        common = SQL(
            """l.account_id IN %(accounts)s AND l.company_id IN %(companies)s
               AND l.parent_state = 'posted' AND l.date <= %(day)s""",
            accounts=tuple(accounts.ids) or (0,),
            companies=tuple(companies.ids) or (0,),
            day=day,
        )
        return SQL(
            """
            WITH future AS (
                SELECT x.line_id, SUM(x.amount) AS amount,
                       SUM(x.amount_currency) AS amount_currency
                  FROM (
                    SELECT debit_move_id AS line_id, amount,
                           debit_amount_currency AS amount_currency
                      FROM account_partial_reconcile WHERE max_date > %(day)s
                 UNION ALL
                    SELECT credit_move_id, -amount, -credit_amount_currency
                      FROM account_partial_reconcile WHERE max_date > %(day)s
                  ) x
              GROUP BY x.line_id
            )
            SELECT l.id, l.move_id, l.company_id, l.partner_id, l.currency_id,
                   COALESCE(l.date_maturity, l.date) AS due_on,
                   l.amount_residual + COALESCE(f.amount, 0) AS amount,
                   l.amount_residual_currency + COALESCE(f.amount_currency, 0)
                       AS amount_currency
              FROM account_move_line l
         LEFT JOIN future f ON f.line_id = l.id
             WHERE l.reconciled IS NOT TRUE AND %(common)s
               AND l.amount_residual + COALESCE(f.amount, 0) != 0
         UNION ALL
            SELECT l.id, l.move_id, l.company_id, l.partner_id, l.currency_id,
                   COALESCE(l.date_maturity, l.date) AS due_on,
                   l.amount_residual + f.amount,
                   l.amount_residual_currency + f.amount_currency
              FROM future f
              JOIN account_move_line l ON l.id = f.line_id
             WHERE l.reconciled AND %(common)s AND l.amount_residual + f.amount != 0
            """,
            common=common,
            day=day,
        )

    @api.model
    def _conditions_sql(self, amount, due_on, day):
        """Return {column: the SQL of the lines that count in it}."""
        conditions = {"amount_credit": SQL("%s < 0", amount)}
        for name, _label, first, last in BUCKETS:
            late = [SQL("%s >= 0", amount)]
            if first is not None:
                late.append(SQL("%s <= %s", due_on, day - timedelta(days=first)))
            if last is not None:
                late.append(SQL("%s >= %s", due_on, day - timedelta(days=last)))
            conditions[name] = SQL(" AND ").join(late)
        return conditions

    @api.model
    def _columns_sql(self, amount, due_on, day):
        """Return the SQL of the columns of each age, of the overdue and the age."""
        conditions = self._conditions_sql(amount, due_on, day)
        parts = [
            SQL(
                "CASE WHEN %s THEN %s ELSE 0 END AS %s",
                condition,
                amount,
                SQL.identifier(name),
            )
            for name, condition in conditions.items()
        ]
        parts.append(
            SQL(
                "CASE WHEN %s >= 0 AND %s < %s THEN %s ELSE 0 END AS amount_overdue",
                amount,
                due_on,
                day,
                amount,
            )
        )
        cases = [
            SQL("WHEN %s THEN %s", condition, name.removeprefix("amount_"))
            for name, condition in conditions.items()
        ]
        parts.append(SQL("CASE %s END AS age", SQL(" ").join(cases)))
        return SQL(", ").join(parts)

    # -------------------------------------------------------------------- figures

    @api.model
    def _get_payer_ages(self, company, day, partners=None):
        """Return {payer id: Ages} on a day, in one query.

        A ledger figure: what the reader may see of it is the caller's business.

        :param partners: only these payers (commercial entities), or None for all
        """
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        only = SQL("TRUE")
        if partners is not None:
            only = SQL(
                "COALESCE(rp.commercial_partner_id, d.partner_id) IN %s",
                tuple(partners.ids) or (0,),
            )
        conditions = self._conditions_sql(SQL("d.amount"), SQL("d.due_on"), day)
        sums = [
            SQL("SUM(d.amount) FILTER (WHERE %s)", conditions[name]) for name in AMOUNTS
        ]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(rp.commercial_partner_id, d.partner_id), %(sums)s,
                       MIN(d.due_on) FILTER (WHERE d.amount > 0 AND d.due_on < %(day)s)
                  FROM (%(lines)s) d
             LEFT JOIN res_partner rp ON rp.id = d.partner_id
                 WHERE %(only)s
              GROUP BY 1
                """,
                sums=SQL(", ").join(sums),
                lines=self._lines_sql(company, day),
                only=only,
                day=day,
            )
        )
        ages = defaultdict(Ages)  # who owes nothing owes nothing
        for partner_id, *amounts, oldest_due_on in rows:
            ages[partner_id] = age = Ages(oldest_due_on=oldest_due_on)
            for name, amount in zip(AMOUNTS, amounts, strict=True):
                if amount:
                    setattr(age, name, Decimal(str(amount)))
        return ages

    # -------------------------------------------------------------------- buttons

    @api.model
    def _open_on(self, day, group_by="partner_id", domain=()):
        """Return the action of the balance as it stood on a day."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_receivable_age_action"
        )
        title = self.env._("Aged balance on %(day)s", day=format_date(self.env, day))
        context = {AGED_ON: fields.Date.to_string(day)}
        if group_by:
            context["search_default_by_" + group_by] = 1
        return {
            **action,
            "name": title,
            "display_name": title,
            "domain": list(domain),
            "context": context,
        }

    def action_open_document(self):
        """Open the entry of a row."""
        self.ensure_one()
        if not self.move_id.has_access("read"):
            raise UserError(
                self.env._(
                    "%(number)s is kept by the accounts: ask for the role of invoicing"
                    " to open it.",
                    number=self.move_id.sudo().name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
