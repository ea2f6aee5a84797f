from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils, format_date

from ..engine import accrual, fees

#: the chart's accounts: clients, invoices to be made out; VAT on these
RECEIVABLE, VAT = "4181", "44587"


class LegalWipAccrual(models.TransientModel):
    """The year's end: invoices to be made out (418), reversed the next day."""

    _name = "legal.wip.accrual"
    _description = "Invoices to Be Made Out"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_cash = fields.Boolean(compute="_compute_is_cash")
    date = fields.Date(
        string="Year's end", required=True, default=lambda self: self._default_date()
    )
    valuation = fields.Selection(
        [
            ("expected", "What the agreements let bill"),
            ("realised", "Standard value at the past realisation"),
            ("standard", "Standard value"),
        ],
        default="expected",
        required=True,
    )
    realisation_percent = fields.Float(
        string="Realisation (%)",
        digits=(16, 1),
        compute="_compute_realisation",
        store=True,
        precompute=True,
        readonly=False,
    )
    realisation_text = fields.Char(
        string="How it is worked out",
        compute="_compute_realisation",
        store=True,
        precompute=True,
    )
    grouping = fields.Selection(
        [("matter", "One line a matter"), ("practice", "One line a practice area")],
        default="matter",
        required=True,
    )
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
        compute="_compute_journal_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    receivable_id = fields.Many2one(
        "account.account", string="Account 4181", compute="_compute_accounts"
    )
    vat_id = fields.Many2one(
        "account.account", string="Account 44587", compute="_compute_accounts"
    )
    lacks_account = fields.Boolean(compute="_compute_accounts")
    create_accounts = fields.Boolean(
        string="Create the missing accounts 418100 and 445870"
    )
    amount_untaxed = fields.Monetary(
        string="To enter, excl. VAT", compute="_compute_amount"
    )
    amount_tax = fields.Monetary(string="VAT", compute="_compute_amount")
    amount_total = fields.Monetary(
        string="To enter, incl. VAT", compute="_compute_amount"
    )

    # -- proposals -----------------------------------------------------------------

    @api.model
    def _default_date(self):
        """Propose the last year's end that is past."""
        company = self.env.company
        today = fields.Date.context_today(self)
        start, _end = date_utils.get_fiscal_year(
            today,
            day=company.fiscalyear_last_day,
            month=int(company.fiscalyear_last_month),
        )
        return fields.Date.subtract(start, days=1)

    @api.depends("company_id")
    def _compute_is_cash(self):
        for wizard in self:
            wizard.is_cash = wizard.company_id.legal_bookkeeping == "cash"

    @api.depends("company_id")
    def _compute_journal_id(self):
        for wizard in self:
            wizard.journal_id = self.env["account.journal"].search(
                [
                    ("type", "=", "general"),
                    ("company_id", "=", wizard.company_id.id),
                    ("id", "!=", wizard.company_id.tax_cash_basis_journal_id.id),
                ],
                limit=1,
            )

    @api.depends("company_id")
    def _compute_accounts(self):
        for wizard in self:
            wizard.receivable_id = wizard._find_account(RECEIVABLE)
            wizard.vat_id = wizard._find_account(VAT)
            wizard.lacks_account = not (wizard.receivable_id and wizard.vat_id)

    def _find_account(self, prefix):
        return (
            self.env["account.account"]
            .with_company(self.company_id)
            .search(
                [
                    ("code", "=like", f"{prefix}%"),
                    ("company_ids", "in", self.company_id.ids),
                ],
                limit=1,
                order="code",
            )
        )

    @api.depends("company_id", "date")
    def _compute_realisation(self):
        for wizard in self:
            billed, standard, since = wizard._get_past()
            percent = accrual.realisation(
                fees.to_decimal(billed), fees.to_decimal(standard)
            )
            wizard.realisation_percent = 100.0 if percent is None else float(percent)
            money = wizard.company_id.currency_id.format
            if percent is None:
                wizard.realisation_text = self.env._("No fees billed to go by.")
                continue
            wizard.realisation_text = self.env._(
                "From %(since)s to %(until)s, %(billed)s of fees were billed for work"
                " worth %(standard)s at standard rates: %(percent)s %%.",
                since=format_date(self.env, since),
                until=format_date(self.env, wizard.date),
                billed=money(billed),
                standard=money(standard),
                percent=f"{percent}".replace(".", ","),
            )

    def _get_past(self):
        """Return (fees billed, standard value, first day) of the year before."""
        since = fields.Date.add(
            fields.Date.subtract(self.date or fields.Date.today(), years=1), days=1
        )
        domain = [
            ("company_id", "=", self.company_id.id),
            ("prebill_id.state", "=", "invoiced"),
            ("prebill_id.date_to", ">=", since),
            ("prebill_id.date_to", "<=", self.date),
            ("section", "=", "fees"),
            ("is_live", "=", True),
            ("currency_id", "=", self.company_id.currency_id.id),
        ]
        # sudo: two sums of the whole firm, walled matters included.
        ((billed, standard),) = (
            self.env["legal.prebill.line"]
            .sudo()
            ._read_group(domain, [], ["amount_net:sum", "amount_standard:sum"])
        )
        return billed or 0.0, standard or 0.0, since

    # -- figures ---------------------------------------------------------------------

    def _get_parts(self):
        """Return {(label, income account): (amount, VAT)} of the entry.

        VAT is each matter's own, as its invoice will bear it; disbursements stay out:
        they are no income.
        """
        self.ensure_one()
        # sudo: the books are whole, walled matters included; labels are neutral.
        wizard = self.sudo().with_company(self.company_id)
        category = wizard._get_categories()
        sums = defaultdict(float)
        for row in wizard.env["legal.wip"]._get_rows(self.company_id, self.date):
            if row["kind"] == "disbursement":
                continue
            amount = wizard._value(row)
            key = "expense" if row["kind"] == "expense" else "fee"
            sums[row["matter_id"], key] += amount
        parts = defaultdict(lambda: [0.0, 0.0])
        matters = wizard.env["legal.matter"].browse({matter for matter, _key in sums})
        positions = wizard._get_fiscal_positions(matters)
        money = self.company_id.currency_id
        for (matter_id, key), amount in sorted(sums.items()):
            amount = money.round(amount)
            if money.is_zero(amount):
                continue
            matter = matters.browse(matter_id)
            position = positions[matter.partner_id]
            taxes = position.map_tax(category[key].tax_id)
            result = taxes.compute_all(amount, money, partner=matter.partner_id)
            account = position.map_account(category[key].account_id)
            part = parts[wizard._get_label(matter), account]
            part[0] += amount
            part[1] += money.round(result["total_included"] - result["total_excluded"])
        return parts

    def _get_categories(self):
        Category = self.env["legal.money.category"]
        found = {
            key: Category._get_by_code(key, self.company_id)
            for key in ("fee", "expense")
        }
        for category in found.values():
            category._check_usable()
        return found

    def _get_fiscal_positions(self, matters):
        """Return {client: fiscal position}, once a client."""
        Position = self.env["account.fiscal.position"]
        return {
            partner: Position._get_fiscal_position(partner) if partner else Position
            for partner in matters.partner_id | self.env["res.partner"]
        } | {self.env["res.partner"]: Position}

    def _value(self, row):
        if self.valuation == "expected":
            return row["amount_expected"]
        if self.valuation == "standard" or row["kind"] != "time":
            return row["amount_standard"]
        quantum = fees.to_decimal(self.company_id.currency_id.rounding)
        return float(
            accrual.realised(
                fees.to_decimal(row["amount_standard"]),
                fees.to_decimal(self.realisation_percent),
                quantum,
            )
        )

    def _get_label(self, matter):
        if self.grouping == "matter":
            return self.env._(
                "Invoices to be made out – matter %(matter)s",
                matter=matter._neutral_label(),
            )
        return self.env._(
            "Invoices to be made out – %(practice)s",
            practice=matter.practice_area_id.name or self.env._("other matters"),
        )

    @api.depends("company_id", "date", "valuation", "realisation_percent", "grouping")
    def _compute_amount(self):
        for wizard in self:
            parts = {}
            if wizard.date and not wizard.is_cash:
                parts = wizard._get_parts()
            wizard.amount_untaxed = sum(part[0] for part in parts.values())
            wizard.amount_tax = sum(part[1] for part in parts.values())
            wizard.amount_total = wizard.amount_untaxed + wizard.amount_tax

    # -- the entry ---------------------------------------------------------------------

    def action_create(self):
        """Make the draft entry and open it; posting it makes the reversal."""
        self.ensure_one()
        move = self._create_entry()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "name": self.env._("Invoices to be made out"),
            "view_mode": "form",
            "res_id": move.id,
        }

    def _create_entry(self):
        self._check_may_enter()
        parts = self._get_parts()
        if not parts:
            raise UserError(
                self.env._(
                    "Nothing is left to bill on %(date)s: there is no entry to make.",
                    date=format_date(self.env, self.date),
                )
            )
        receivable, vat = self._get_accounts()
        commands = []
        for (label, account), (amount, tax) in parts.items():
            for target, balance in (
                (receivable, amount + tax),
                (account, -amount),
                (vat, -tax),
            ):
                if not self.currency_id.is_zero(balance):
                    commands.append(
                        Command.create(
                            {
                                "name": label,
                                "account_id": target.id,
                                "balance": self.currency_id.round(balance),
                                # income of no invoice: nothing for the VAT return
                                "tax_ids": [Command.clear()],
                            }
                        )
                    )
        return (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "date": self.date,
                    "journal_id": self.journal_id.id,
                    "ref": self.env._(
                        "Invoices to be made out on %(date)s",
                        date=format_date(self.env, self.date),
                    ),
                    "legal_accrual_date": self.date,
                    "line_ids": commands,
                }
            )
        )

    def _check_may_enter(self):
        if self.is_cash:
            raise UserError(
                self.env._(
                    "%(company)s keeps its books on receipts and payments: invoices to"
                    " be made out are not entered.",
                    company=self.company_id.name,
                )
            )
        known = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("legal_accrual_date", "=", self.date),
                ("state", "!=", "cancel"),
            ],
            limit=1,
        )
        if known:
            raise UserError(
                self.env._(
                    "The invoices to be made out on %(date)s are entered already"
                    " (%(entry)s): cancel that entry to make it again.",
                    date=format_date(self.env, self.date),
                    entry=known.name or self.env._("draft"),
                )
            )

    def _get_accounts(self):
        """Return the accounts 4181 and 44587, made if that was confirmed."""
        if self.lacks_account and not self.create_accounts:
            raise UserError(
                self.env._(
                    "%(company)s has no account %(accounts)s: tick “Create the missing"
                    " accounts”, or create it in the chart of accounts.",
                    company=self.company_id.name,
                    accounts=" / ".join(
                        prefix
                        for prefix in (RECEIVABLE, VAT)
                        if not self._find_account(prefix)
                    ),
                )
            )
        names = {
            RECEIVABLE: self.env._("Clients – invoices to be made out"),
            VAT: self.env._("VAT on invoices to be made out"),
        }
        types = {RECEIVABLE: "asset_current", VAT: "liability_current"}
        found = []
        for prefix in (RECEIVABLE, VAT):
            account = self._find_account(prefix)
            if not account:
                # sudo: the person confirmed it; the chart is the administrator's.
                account = (
                    self.env["account.account"]
                    .sudo()
                    .with_company(self.company_id)
                    .create(
                        {
                            "code": prefix.ljust(6, "0"),
                            "name": names[prefix],
                            "account_type": types[prefix],
                            "reconcile": True,
                            "company_ids": [Command.set(self.company_id.ids)],
                        }
                    )
                )
            found.append(account)
        return found
