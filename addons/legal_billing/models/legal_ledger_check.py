from odoo import api, fields, models
from odoo.tools import SQL


class LegalLedgerCheck(models.TransientModel):
    """Sub-ledgers against documents and accounts: one list, zero everywhere.

    Sums of the whole firm, for those who keep its books; what differs opens with the
    reader's own rights.
    """

    _name = "legal.ledger.check"
    _description = "Check of the Books"
    _order = "sequence, id"

    name = fields.Char(readonly=True)
    sequence = fields.Integer(readonly=True)
    family = fields.Selection(
        [
            ("status", "Work and costs: states against documents"),
            ("bills", "Pre-bills against invoices"),
            ("accounts", "Invoices against accounts"),
            ("provisions", "Provisions (4191)"),
            ("disbursements", "Disbursements (467)"),
            ("accrual", "Invoices to be made out (418)"),
            ("online", "Online payments on their way to the bank"),
        ],
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_ours = fields.Monetary(string="Matters", readonly=True)
    amount_ledger = fields.Monetary(string="Books", readonly=True)
    difference = fields.Monetary(readonly=True)
    off_count = fields.Integer(string="Records that differ", readonly=True)
    off_model = fields.Char(readonly=True, export_string_translation=False)
    off_ids = fields.Json(readonly=True, export_string_translation=False)
    is_off = fields.Boolean(readonly=True)
    hint = fields.Char(string="What it compares", readonly=True)

    @api.model
    def action_check_now(self):
        """Work every check out now and list them."""
        self.check_access("create")
        self._rebuild(self.env.company)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_billing.legal_ledger_check_action"
        )
        return action

    @api.model
    def _rebuild(self, company):
        self.search([("company_id", "=", company.id)]).unlink()
        return self.create(self._get_rows(company))

    @api.model
    def _get_rows(self, company, families=None):
        """Return the checks of a company, as plain values.

        :param families: only these, of the field ``family``
        """
        # sudo: totals of the whole firm, walled matters included; no name leaves.
        check = self.sudo().with_company(company)
        check.env.flush_all()
        makers = {
            "status": check._check_statuses,
            "bills": check._check_bills,
            "accounts": check._check_accounts,
            "provisions": check._check_provisions,
            "disbursements": check._check_disbursements,
            "accrual": check._check_accrual,
            "online": check._check_online,
        }
        rows = [
            row
            for family, make in makers.items()
            if not families or family in families
            for row in make(company)
        ]
        for rank, row in enumerate(rows):
            currency = self.env["res.currency"].browse(
                row.setdefault("currency_id", company.currency_id.id)
            )
            row["amount_ours"] = currency.round(row["amount_ours"] or 0.0)
            row["amount_ledger"] = currency.round(row["amount_ledger"] or 0.0)
            row["difference"] = currency.round(
                row["amount_ours"] - row["amount_ledger"]
            )
            off = row.get("off_ids") or []
            row.update(
                company_id=company.id,
                sequence=rank,
                off_ids=off,
                off_count=len(off),
                is_off=bool(row["difference"] or off),
            )
        return rows

    # -- states ------------------------------------------------------------

    @api.model
    def _check_statuses(self, company):
        Truth = self.env["legal.ledger.truth"]
        labels = dict(
            self.env["legal.prebill.line"]
            ._fields["source_status"]
            ._description_selection(self.env)
        )
        kinds = (
            (
                self.env._("Time"),
                "account.analytic.line",
                "entry_id",
                SQL("COALESCE(s.amount_billable, 0)"),
                SQL("s.billing_status"),
            ),
            (
                self.env._("Costs"),
                "legal.cost",
                "cost_id",
                SQL("COALESCE(s.amount, 0)"),
                SQL("s.billing_status"),
            ),
        )
        for name, model, column, amount, status in kinds:
            found = {
                row[0]: row[1:]
                for row in Truth._get_sources(
                    company, self.env[model]._table, column, amount, status
                )
            }
            for state, label in labels.items():
                stored, true, off = found.get(state, (0.0, 0.0, None))
                yield {
                    "family": "status",
                    "name": f"{name} – {label}",
                    "amount_ours": float(stored),
                    "amount_ledger": float(true),
                    "off_model": model,
                    "off_ids": off,
                    "hint": self.env._(
                        "State of each record against its pre-bill, invoices, payments"
                        " and credit notes."
                    ),
                }

    # -- bills ------------------------------------------------------------

    @api.model
    def _check_bills(self, company):
        titles = self.env["legal.money.category"]._get_section_titles()
        rows = self.env["legal.ledger.truth"]._get_bills(company)
        for section, currency, ours, theirs, off in sorted(rows, key=str):
            yield {
                "family": "bills",
                "name": titles[section],
                "currency_id": currency,
                "amount_ours": float(ours),
                "amount_ledger": float(theirs),
                "off_model": "legal.prebill",
                "off_ids": off,
                "hint": self.env._(
                    "Lines of issued pre-bills against invoice lines, both less credit"
                    " notes."
                ),
            }

    # -- accounts ------------------------------------------------------------

    @api.model
    def _check_accounts(self, company):
        """Compare income accounts with what matters' documents put there."""
        categories = self.env["legal.money.category"].search(
            [
                ("company_id", "=", company.id),
                ("section", "in", ("fees", "expenses")),
            ]
        )
        for account in categories.account_id.sorted("code"):
            domain = [
                ("company_id", "=", company.id),
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("move_id.tax_cash_basis_origin_move_id", "=", False),
                ("move_id.legal_accrual_date", "=", False),
                "!",
                ("move_id.reversed_entry_id.legal_accrual_date", "!=", False),
            ]
            without = [*domain, ("matter_id", "=", False)]
            yield {
                "family": "accounts",
                "name": self._say_account(account, company),
                "amount_ours": -self._sum([*domain, ("matter_id", "!=", False)]),
                "amount_ledger": -self._sum(domain),
                "off_model": "account.move.line",
                "off_ids": self.env["account.move.line"].search(without, limit=200).ids,
                "hint": self.env._(
                    "Documents of matters against the whole account: the rest was"
                    " entered without a matter."
                ),
            }

    @api.model
    def _say_account(self, account, company):
        account = account.with_company(company)
        return f"{account.code} {account.name}"

    @api.model
    def _sum(self, domain):
        ((total,),) = self.env["account.move.line"]._read_group(
            domain, [], ["balance:sum"]
        )
        return total or 0.0

    @api.model
    def _check_provisions(self, company):
        category = self.env["legal.money.category"].search(
            [("company_id", "=", company.id), ("code", "=", "provision")], limit=1
        )
        if not category.account_id:
            return
        domain = [
            ("company_id", "=", company.id),
            ("account_id", "=", category.account_id.id),
            ("parent_state", "=", "posted"),
            ("move_id.tax_cash_basis_origin_move_id", "=", False),
        ]
        provisions = self.env["legal.provision"].search(
            [("company_id", "=", company.id)]
        )
        booked = {
            provision: (-amount, -balance)
            for provision, amount, balance in self.env["account.move.line"]._read_group(
                [*domain, ("legal_provision_id", "!=", False)],
                ["legal_provision_id"],
                ["amount_currency:sum", "balance:sum"],
            )
        }
        off = [
            provision.id
            for provision in provisions
            if provision.currency_id.compare_amounts(
                provision.balance, booked.get(provision, (0.0, 0.0))[0]
            )
        ]
        ours = sum(
            balance
            if provision.currency_id != company.currency_id
            else provision.balance
            for provision in provisions
            for balance in (booked.get(provision, (0.0, 0.0))[1],)
        )
        without = self.env["account.move.line"].search(
            [*domain, ("legal_provision_id", "=", False)], limit=200
        )
        yield {
            "family": "provisions",
            "name": self._say_account(category.account_id, company),
            "amount_ours": ours,
            "amount_ledger": -self._sum(domain),
            "off_model": "legal.provision" if off else "account.move.line",
            "off_ids": off or without.ids,
            "hint": self.env._(
                "Balance of every provision against account 4191; items without a"
                " provision stand apart."
            ),
        }

    @api.model
    def _check_disbursements(self, company):
        category = self.env["legal.money.category"].search(
            [("company_id", "=", company.id), ("code", "=", "disbursement")], limit=1
        )
        if not category.account_id:
            return
        ((advanced,),) = self.env["legal.cost"]._read_group(
            [
                ("company_id", "=", company.id),
                ("category_id", "=", category.id),
                ("billing_status", "in", ("to_bill", "on_prebill")),
            ],
            [],
            ["amount:sum"],
        )
        domain = [
            ("company_id", "=", company.id),
            ("account_id", "=", category.account_id.id),
            ("parent_state", "=", "posted"),
        ]
        # Billed without a vendor bill behind it: paid from elsewhere, or not at all.
        unpaid = self.env["legal.cost"].search(
            [
                ("company_id", "=", company.id),
                ("category_id", "=", category.id),
                ("source_line_id", "=", False),
                ("billing_status", "!=", "cancelled"),
            ],
            limit=200,
        )
        ledger = self._sum(domain)
        differs = company.currency_id.compare_amounts(advanced or 0.0, ledger)
        yield {
            "family": "disbursements",
            "name": self._say_account(category.account_id, company),
            "amount_ours": advanced or 0.0,
            "amount_ledger": ledger,
            "off_model": "legal.cost",
            "off_ids": unpaid.ids if differs else [],
            "hint": self.env._(
                "Advanced and not billed yet, against what account 467 holds; costs"
                " without a vendor bill are listed."
            ),
        }

    @api.model
    def _check_accrual(self, company):
        account = self.env["account.account"].search(
            [("code", "=like", "4181%"), ("company_ids", "in", company.ids)], limit=1
        )
        if not account:
            return
        domain = [
            ("company_id", "=", company.id),
            ("account_id", "=", account.id),
            ("parent_state", "=", "posted"),
        ]
        own = [
            *domain,
            "|",
            ("move_id.legal_accrual_date", "!=", False),
            ("move_id.reversed_entry_id.legal_accrual_date", "!=", False),
        ]
        others = self.env["account.move.line"].search(domain) - self.env[
            "account.move.line"
        ].search(own)
        yield {
            "family": "accrual",
            "name": self._say_account(account, company),
            "amount_ours": self._sum(own),
            "amount_ledger": self._sum(domain),
            "off_model": "account.move.line",
            "off_ids": others.ids,
            "hint": self.env._(
                "Entries of the year's end and their reversal against account 418."
            ),
        }

    def action_open_off(self):
        """Open what differs, as far as this person may read it."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.off_model,
            "view_mode": "list,form",
            "domain": [("id", "in", self.off_ids or [])],
            "context": {"create": False},
        }
