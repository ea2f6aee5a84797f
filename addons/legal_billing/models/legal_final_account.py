from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import final_account

#: what an account that was issued still lets happen to it
AFTER_ISSUE = {"state", "replaced_by_id", "message_main_attachment_id"}


class LegalFinalAccount(models.Model):
    """The detailed final account of a matter (compte détaillé définitif).

    Before the last settlement, and on request of the client, the bâtonnier or a
    court, it shows apart the costs and disbursements, the tariff fees, the fees and
    the sums received. Its rows are read from the ledger when it is issued and never
    change again: a later account is a new version beside it.
    """

    _name = "legal.final.account"
    _description = "Final Account"
    _inherit = [
        "legal.numbered.mixin",
        "legal.wall.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, copy=False, readonly=True, default="/"
    )
    matter_id = fields.Many2one(
        "legal.matter", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="matter_id.company_id", store=True, index=True)
    responsible_id = fields.Many2one(related="matter_id.responsible_id", store=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Made for",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
        help="The client, or another payer: each reads of his own invoices alone.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        help="The first currency billed: sums in others stand apart, never added.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today, copy=False)
    reason = fields.Selection(
        [
            ("closing", "The matter ends"),
            ("client", "Asked by the client"),
            ("bar", "Asked by the bâtonnier"),
            ("court", "Asked by a court"),
        ],
        default="closing",
        required=True,
    )
    note = fields.Text(
        string="Note to the client", help="Printed above the account; may stay empty."
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    replaced_by_id = fields.Many2one(
        "legal.final.account", string="Replaced by", readonly=True, copy=False
    )
    state = fields.Selection(
        [("draft", "Draft"), ("issued", "Issued"), ("replaced", "Replaced")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many("legal.final.account.line", "account_id", readonly=True)
    amount_expenses = fields.Monetary(
        string="Expenses incl. VAT", compute="_compute_sums", store=True
    )
    amount_disbursements = fields.Monetary(
        string="Disbursements", compute="_compute_sums", store=True
    )
    amount_tariff = fields.Monetary(
        string="Tariff fees incl. VAT", compute="_compute_sums", store=True
    )
    amount_fees = fields.Monetary(
        string="Fees incl. VAT", compute="_compute_sums", store=True
    )
    amount_due = fields.Monetary(
        string="Total due incl. VAT", compute="_compute_sums", store=True
    )
    amount_received = fields.Monetary(
        string="Received", compute="_compute_sums", store=True
    )
    balance = fields.Monetary(
        compute="_compute_sums",
        store=True,
        help="Above zero: left to pay. Below: to give back to the client.",
    )
    has_currencies = fields.Boolean(compute="_compute_sums", store=True)
    is_to_pay = fields.Boolean(compute="_compute_sums", store=True)
    is_to_refund = fields.Boolean(compute="_compute_sums", store=True)
    balance_text = fields.Char(
        string="Balance by currency", compute="_compute_balance_text"
    )
    warning = fields.Text(
        compute="_compute_warning", help="What should be settled before it is issued."
    )
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", readonly=True, copy=False, ondelete="restrict"
    )
    sha256 = fields.Char("SHA-256", readonly=True, copy=False)
    issued_on = fields.Datetime(readonly=True, copy=False)

    _version_once = models.UniqueIndex(
        "(matter_id, partner_id, version) WHERE state != 'draft'",
        "Each version of a final account is issued once.",
    )
    _one_in_force = models.UniqueIndex(
        "(matter_id, partner_id) WHERE state = 'issued'",
        "A matter has one final account in force for each payer.",
    )
    _issued_with_file = models.Constraint(
        "CHECK (state = 'draft' OR (attachment_id IS NOT NULL AND sha256 IS NOT NULL))",
        "An account that was issued has its file.",
    )

    # -- computes --------------------------------------------------------------

    @api.depends("name", "version")
    def _compute_display_name(self):
        for account in self:
            account.display_name = (
                f"{account.name} v{account.version}"
                if account.version > 1
                else account.name
            )

    @api.depends("matter_id")
    def _compute_partner_id(self):
        for account in self:
            account.partner_id = account.partner_id or account.matter_id.partner_id

    @api.depends(
        "currency_id", "line_ids.group", "line_ids.amount_total", "line_ids.currency_id"
    )
    def _compute_sums(self):
        for account in self:
            by_currency = account._get_sums()
            sums = by_currency[account.currency_id]
            account.amount_expenses = sums["expenses"]
            account.amount_disbursements = sums["disbursements"]
            account.amount_tariff = sums["tariff"]
            account.amount_fees = sums["fees"]
            account.amount_due = sums["due"]
            account.amount_received = sums["off"]
            account.balance = sums["balance"]
            signs = {
                currency.compare_amounts(own["balance"], 0.0)
                for currency, own in by_currency.items()
            }
            account.has_currencies = len(by_currency) > 1
            account.is_to_pay = 1 in signs
            account.is_to_refund = -1 in signs

    def _get_sums(self):
        """Return {currency: sums of each group, ``due``, ``off`` and ``balance``}.

        Its own currency comes first, also when the account has no rows.
        """
        self.ensure_one()
        groups = dict(self.line_ids._fields["group"].selection)
        found = {self.currency_id: dict.fromkeys(groups, 0.0)}
        for line in self.line_ids:
            sums = found.setdefault(line.currency_id, dict.fromkeys(groups, 0.0))
            sums[line.group] += line.amount_total
        for currency, sums in found.items():
            due = sum(sums[group] for group in final_account.DUE)
            off = sum(sums[group] for group in final_account.OFF)
            sums.update(due=due, off=off, balance=due - off)
            for name, amount in sums.items():
                sums[name] = currency.round(amount)
        return found

    @api.depends("balance", "has_currencies")
    def _compute_balance_text(self):
        for account in self:
            account.balance_text = " · ".join(
                currency.format(sums["balance"])
                for currency, sums in account._get_sums().items()
            )

    @api.depends("state", "matter_id", "line_ids")
    def _compute_warning(self):
        for account in self:
            account.warning = (
                "\n".join(account._get_warnings()) if account.state == "draft" else ""
            )

    def _get_warnings(self):
        """Return a sentence for all that is not on the account yet."""
        self.ensure_one()
        matter = self.matter_id
        sentences = []
        if not self.currency_id.is_zero(matter.amount_wip):
            sentences.append(
                self.env._(
                    "%(amount)s excl. VAT of work and costs is not billed yet: bill it,"
                    " or write it off, before this account is issued.",
                    amount=matter.currency_id.format(matter.amount_wip),
                )
            )
        drafts = matter._count_open_bills()
        if drafts:
            sentences.append(
                self.env._(
                    "%(count)s pre-bills or invoices are still drafts: issue or cancel"
                    " them before this account is issued.",
                    count=drafts,
                )
            )
        if matter.state == "open":
            sentences.append(
                self.env._("The matter is still open: work to come is not in it.")
            )
        return sentences

    # -- rows ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            matter = self.env["legal.matter"].browse(vals["matter_id"])
            vals.setdefault("currency_id", matter.currency_id.id)
        accounts = super().create(vals_list)
        accounts._read_ledger()
        return accounts

    def action_refresh(self):
        """Read the ledger again."""
        self.check_access("write")
        self._check_draft()
        self._read_ledger()
        return True

    def _read_ledger(self):
        """Write what the ledger says now as the rows of these drafts."""
        for account in self:
            rows, currencies = account.matter_id._get_final_rows(account.partner_id)
            # sudo: rows are written by this method alone
            account_sudo = account.sudo()
            account_sudo.line_ids.unlink()
            account_sudo.currency_id = currencies[:1]
            self.env["legal.final.account.line"].sudo().create(
                [
                    {**row, "account_id": account.id, "sequence": rank}
                    for rank, row in enumerate(rows)
                ]
            )

    # -- guards ----------------------------------------------------------------

    def write(self, vals):
        if vals.keys() - AFTER_ISSUE:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        self._check_draft()

    def _check_draft(self):
        for account in self:
            if account.state != "draft":
                raise UserError(
                    self.env._(
                        "The final account %(account)s was issued and is kept as it"
                        " left: make a new version from its matter.",
                        account=account.display_name,
                    )
                )

    def _check_may_issue(self):
        self.check_access("write")
        user = self.env.user
        manager = "legal_billing.group_legal_billing_manager"
        for account in self:
            if not (
                self.env.su or user == account.responsible_id or user.has_group(manager)
            ):
                raise UserError(
                    self.env._(
                        "The final account of %(matter)s is issued by its responsible"
                        " or a billing manager: ask one of them.",
                        matter=account.matter_id._neutral_label(),
                    )
                )


class LegalFinalAccountLine(models.Model):
    """One row of a final account, as it was when the account was issued."""

    _name = "legal.final.account.line"
    _description = "Row of a Final Account"
    _inherit = ["legal.wall.mixin"]
    _order = "account_id, sequence, id"

    account_id = fields.Many2one(
        "legal.final.account", required=True, index=True, ondelete="cascade"
    )
    matter_id = fields.Many2one(related="account_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Of the invoice behind the row.",
    )
    sequence = fields.Integer()
    group = fields.Selection(
        [
            ("expenses", "Expenses"),
            ("disbursements", "Disbursements"),
            ("tariff", "Tariff fees"),
            ("fees", "Fees"),
            ("provision", "Provisions received"),
            ("payment", "Payments received"),
            ("other", "Waived or set off"),
        ],
        required=True,
    )
    date = fields.Date()
    number = fields.Char()
    label = fields.Char()
    amount_untaxed = fields.Monetary(string="Excl. VAT")
    amount_tax = fields.Monetary(string="VAT")
    amount_total = fields.Monetary(string="Incl. VAT")

    @api.depends("account_id")
    def _compute_currency_id(self):
        for line in self:
            line.currency_id = line.currency_id or line.account_id.currency_id

    def write(self, vals):
        self.account_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        self.account_id._check_draft()
