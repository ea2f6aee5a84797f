from odoo import api, fields, models

from ..engine import accrual

AGES = [
    ("0_30", "Up to 30 days"),
    ("31_60", "31 to 60 days"),
    ("61_90", "61 to 90 days"),
    ("91_180", "91 to 180 days"),
    ("over_180", "Over 180 days"),
]


class LegalWipLine(models.TransientModel):
    """Work in progress on a day: what was done by then and not billed by then.

    A person's own picture of one day, added up by matter, person, term and age. What
    the wall keeps from the reader is in it without a name, so that the total is the
    firm's.
    """

    _name = "legal.wip.line"
    _description = "Work in Progress"
    _order = "matter_label, kind, age desc, id"
    _rec_name = "matter_label"

    wip_date = fields.Date(string="On", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    matter_id = fields.Many2one("legal.matter", readonly=True)
    matter_label = fields.Char(string="Matter no.", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    responsible_id = fields.Many2one("res.users", readonly=True)
    practice_area_id = fields.Many2one("legal.practice.area", readonly=True)
    employee_id = fields.Many2one("hr.employee", string="Person", readonly=True)
    term_id = fields.Many2one("legal.fee.term", string="Charged under", readonly=True)
    kind = fields.Selection(
        [
            ("time", "Time"),
            ("expense", "Expenses"),
            ("disbursement", "Disbursements"),
            ("instalment", "Instalments due"),
            ("subscription", "Subscriptions due"),
        ],
        readonly=True,
    )
    stage = fields.Selection(
        [
            ("unapproved", "To approve"),
            ("approved", "To bill"),
            ("on_prebill", "On a pre-bill"),
            ("since", "Billed since"),
        ],
        string="Now",
        readonly=True,
        help="What became of it since that day.",
    )
    age = fields.Selection(AGES, readonly=True, help="Since the work was done.")
    oldest_on = fields.Date(string="Oldest of", readonly=True)
    count = fields.Integer(readonly=True)
    hours = fields.Float(readonly=True)
    amount_standard = fields.Monetary(
        string="Standard value",
        readonly=True,
        help="Hours at their own rate, costs and instalments at their amount; in the"
        " currency of the firm, excluding VAT.",
    )
    amount_expected = fields.Monetary(
        string="Expected value",
        readonly=True,
        help="What the agreement lets bill of it: after discounts, caps and packages.",
    )
    explanation = fields.Char(
        readonly=True, help="Why the expected value is not the standard one."
    )
    source_ids = fields.Json(readonly=True, export_string_translation=False)

    @api.model
    def _rebuild(self, company, date):
        """Replace this person's picture by that of a day.

        :return: the domain that shows it
        """
        self.search([("company_id", "=", company.id)]).unlink()
        rows = self.env["legal.wip"]._get_rows(company, date)
        rows = self._hide_walled(rows)
        self.create(
            [
                {
                    **row,
                    "wip_date": date,
                    "company_id": company.id,
                    "currency_id": company.currency_id.id,
                }
                for row in rows
            ]
        )
        return [("company_id", "=", company.id)]

    # -- the wall --------------------------------------------------------------------

    @api.model
    def _hide_walled(self, rows):
        """Return the rows as this person may read them.

        Lawyers read what they may read of the work itself. Those who keep the books
        or run the billing get the rest as well, added up: by the neutral number of the
        matter for the books, in one sum for the billing.
        """
        if self.env.su:
            return rows
        visible = self._get_visible(rows)
        shown = [row for row in rows if visible(row)]
        hidden = [row for row in rows if not visible(row)]
        user = self.env.user
        is_accountant = any(
            user.has_group(f"account.group_account_{role}")
            for role in ("user", "manager", "readonly")
        )
        if is_accountant or user.has_group("legal_billing.group_legal_billing_manager"):
            shown += self._add_up_hidden(hidden, is_accountant)
        return shown

    @api.model
    def _get_visible(self, rows):
        """Return a function that tells whether a row may be read, few queries."""
        readable = {}
        for model, kinds in (
            ("account.analytic.line", ("time",)),
            ("legal.cost", ("expense", "disbursement")),
            ("legal.matter", ("instalment", "subscription")),
        ):
            ids = set()
            for row in rows:
                if row["kind"] in kinds:
                    ids.update(row["source_ids"])
            Model = self.env[model]
            found = set()
            if ids and Model.has_access("read"):
                found = set(Model.search([("id", "in", list(ids))]).ids)
            readable.update({kind: found for kind in kinds})
        return lambda row: readable[row["kind"]].issuperset(row["source_ids"])

    @api.model
    def _add_up_hidden(self, rows, by_matter):
        sums = {}
        for row in rows:
            label = self.env._("Confidential matters")
            key = (row["matter_label"] if by_matter else label, row["kind"], row["age"])
            known = sums.setdefault(
                key,
                {
                    "matter_label": key[0],
                    "kind": row["kind"],
                    "age": row["age"],
                    "count": 0,
                    "hours": 0.0,
                    "amount_standard": 0.0,
                    "amount_expected": 0.0,
                },
            )
            for name in ("count", "hours", "amount_standard", "amount_expected"):
                known[name] += row[name]
        return list(sums.values())

    # -- actions -----------------------------------------------------------------------

    def action_open_sources(self):
        """Open the work behind a row, with this person's own rights."""
        self.ensure_one()
        self.check_access("read")
        models_by_kind = {
            "time": "account.analytic.line",
            "expense": "legal.cost",
            "disbursement": "legal.cost",
            "instalment": "legal.matter",
            "subscription": "legal.matter",
        }
        if not self.source_ids:
            return False
        return {
            "type": "ir.actions.act_window",
            "name": self.matter_label,
            "res_model": models_by_kind[self.kind],
            "view_mode": "list,form",
            "domain": [("id", "in", self.source_ids)],
            "context": {"create": False},
        }

    @api.model
    def _get_age(self, day, date):
        return accrual.age_bucket((date - day).days)
