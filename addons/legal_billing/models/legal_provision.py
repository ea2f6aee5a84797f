from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import fees, provisions


class LegalProvision(models.Model):
    """An advance asked of a client for named work on a matter.

    The request is a letter without an invoice number. Its invoice (type 386) is
    made at the latest when it is paid, and credits account 4191; final invoices
    take it off again. Every balance is read from that account's items.
    """

    _name = "legal.provision"
    _description = "Provision"
    _inherit = [
        "legal.numbered.mixin",
        "legal.wall.mixin",
        "portal.mixin",
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
    currency_id = fields.Many2one(related="matter_id.currency_id", store=True)
    responsible_id = fields.Many2one(related="matter_id.responsible_id", store=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Requested from",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    kind = fields.Selection(
        [
            ("fees", "On fees and expenses (with VAT)"),
            ("disbursements", "On disbursements (outside VAT)"),
        ],
        required=True,
        default="fees",
    )
    work = fields.Text(
        required=True,
        help="What it is for: a provision for no named work is no invoice.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today, copy=False)
    due_on = fields.Date(string="To pay by")
    amount_untaxed = fields.Monetary(string="Amount excl. VAT", required=True)
    amount_tax = fields.Monetary(string="VAT", compute="_compute_totals", store=True)
    amount_total = fields.Monetary(
        string="Amount incl. VAT", compute="_compute_totals", store=True
    )
    stage = fields.Selection(
        [("draft", "Draft"), ("requested", "Requested"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    requested_on = fields.Date(readonly=True, copy=False)
    move_id = fields.Many2one(
        "account.move",
        string="Deposit invoice",
        readonly=True,
        copy=False,
        index="btree_not_null",
        # Its number is shown to whoever sees the provision, see deposit_number.
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    deposit_number = fields.Char(
        compute="_compute_deposit", string="Deposit invoice no.", compute_sudo=True
    )
    deposit_date = fields.Date(compute="_compute_deposit", compute_sudo=True)
    move_line_ids = fields.One2many(
        "account.move.line",
        "legal_provision_id",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    source_id = fields.Many2one(
        "legal.provision",
        string="Moved from",
        readonly=True,
        copy=False,
        help="The provision of another matter that the client let move here.",
    )
    consent_on = fields.Date(string="Client's consent", readonly=True, copy=False)
    consent_note = fields.Char(string="How it was given", readonly=True, copy=False)
    trigger = fields.Selection(
        [
            ("manual", "Asked by hand"),
            ("agreement", "Fee agreement"),
            ("floor", "Balance under its floor"),
        ],
        default="manual",
        required=True,
        readonly=True,
        copy=False,
    )
    amount_received = fields.Monetary(
        compute="_compute_balance",
        store=True,
        help="What the client paid of it, excluding VAT.",
    )
    amount_deducted = fields.Monetary(
        string="Deducted", compute="_compute_balance", store=True
    )
    amount_refunded = fields.Monetary(
        string="Refunded", compute="_compute_balance", store=True
    )
    balance = fields.Monetary(
        compute="_compute_balance",
        store=True,
        help="What account 4191 still holds of it, excluding VAT.",
    )
    amount_available = fields.Monetary(
        string="Available",
        compute="_compute_balance",
        store=True,
        help="Received and not used yet: what the next bill may deduct.",
    )
    state = fields.Selection(
        [
            ("draft", "To send"),
            ("requested", "Requested"),
            ("invoiced", "Invoiced"),
            ("paid", "Paid"),
            ("partly", "Partly used"),
            ("allocated", "Used up"),
            ("refunded", "Refunded"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
    )

    _positive = models.Constraint(
        "CHECK (amount_untaxed > 0)", "A provision needs an amount above zero."
    )
    # One request at a time by itself: a cron that runs twice proposes once.
    _one_proposal = models.UniqueIndex(
        "(matter_id, partner_id) WHERE trigger = 'floor' AND state IN ('draft',"
        " 'requested', 'invoiced')",
        "A provision is already being asked of this client on this matter.",
    )

    # -- computes --------------------------------------------------------------

    @api.depends("matter_id")
    def _compute_partner_id(self):
        for provision in self:
            provision.partner_id = (
                provision.partner_id or provision.matter_id.partner_id
            )

    @api.depends("amount_untaxed", "kind", "matter_id", "partner_id")
    def _compute_totals(self):
        for provision in self:
            taxes = provision._get_taxes()
            result = taxes.compute_all(
                provision.amount_untaxed,
                provision.currency_id or None,
                partner=provision.partner_id,
            )
            provision.amount_total = result["total_included"]
            provision.amount_tax = result["total_included"] - result["total_excluded"]

    @api.depends("move_id.name", "move_id.invoice_date", "source_id")
    def _compute_deposit(self):
        for provision in self:
            move = provision._get_deposit_move()
            is_issued = move.state == "posted"
            provision.deposit_number = move.name if is_issued else False
            provision.deposit_date = move.invoice_date if is_issued else False

    @api.depends(
        "move_line_ids.parent_state",
        "move_line_ids.amount_currency",
        "move_id.state",
        "move_id.amount_residual",
        "move_id.amount_total",
        "source_id.move_id.amount_residual",
    )
    def _compute_balance(self):
        for provision in self:
            balance = deducted = refunded = 0.0
            for line in provision.move_line_ids:
                if line.parent_state != "posted":
                    continue
                balance -= line.amount_currency
                if line.move_id == provision.move_id:
                    continue
                if line.move_id.reversed_entry_id == provision.move_id:
                    refunded += line.amount_currency
                elif line.move_id.is_sale_document():
                    deducted += line.amount_currency
            received = provision._get_received()
            currency = provision.currency_id
            provision.balance = currency.round(balance)
            provision.amount_deducted = currency.round(deducted)
            provision.amount_refunded = currency.round(refunded)
            provision.amount_received = received
            provision.amount_available = max(
                currency.round(min(balance, received - deducted)), 0.0
            )

    def _get_received(self):
        """Return what was paid of it, excluding VAT."""
        self.ensure_one()
        if self.source_id:
            return self.amount_untaxed
        move = self.move_id
        if move.state != "posted":
            return 0.0
        return float(
            provisions.received_untaxed(
                fees.to_decimal(move.amount_untaxed),
                fees.to_decimal(move.amount_total),
                fees.to_decimal(
                    move.currency_id.round(move.amount_total - move.amount_residual)
                ),
                fees.to_decimal(move.currency_id.rounding),
            )
        )

    @api.depends("stage", "balance", "amount_received", "amount_refunded", "move_id")
    def _compute_state(self):
        for provision in self:
            provision.state = provision._get_state()

    def _get_state(self):
        self.ensure_one()
        is_zero, move = self.currency_id.is_zero, self._get_deposit_move()
        if not move or move.state != "posted":
            return self.stage
        if is_zero(self.balance):
            return "refunded" if not is_zero(self.amount_refunded) else "allocated"
        if not self.source_id and not is_zero(move.amount_residual):
            return "invoiced"
        is_whole = not self.currency_id.compare_amounts(
            self.balance, self.amount_untaxed
        )
        return "paid" if is_whole else "partly"

    @api.depends("name", "matter_id.matter_number")
    def _compute_display_name(self):
        for provision in self:
            number = provision.matter_id.matter_number or ""
            provision.display_name = f"{provision.name} – {number}"

    # -- what it is made of ------------------------------------------------------

    def _get_deposit_move(self):
        """Return the deposit invoice (386), that of the first matter if moved."""
        self.ensure_one()
        # sudo: a lawyer without accounting rights sees his matter's provisions.
        provision = self.sudo()
        return provision.move_id or (
            provision.source_id._get_deposit_move()
            if provision.source_id
            else provision.move_id
        )

    def _get_category(self):
        return self.env["legal.money.category"]._get_by_code(
            "provision", self.company_id
        )

    def _get_taxes(self):
        """Return the taxes of the work it is for: none on disbursements."""
        self.ensure_one()
        company = self.company_id or self.env.company
        if self.source_id:
            return self.source_id._get_taxes()
        if self.kind == "disbursements":
            tax = company.legal_tax_disbursement_id
        else:
            tax = (
                self.env["legal.money.category"]
                .search(
                    [("code", "=", "fee"), ("company_id", "=", company.id)], limit=1
                )
                .tax_id
            )
        tax = company._legal_map_regime(tax, self.env.context.get("legal_invoice_date"))
        return self._get_fiscal_position().map_tax(tax)

    def _get_fiscal_position(self):
        self.ensure_one()
        return (
            self.env["account.fiscal.position"]
            .with_company(self.company_id)
            ._get_fiscal_position(self.partner_id)
        )

    # -- life ------------------------------------------------------------------

    def write(self, vals):
        guarded = {"matter_id", "partner_id", "kind", "amount_untaxed"}
        if guarded & vals.keys():
            for provision in self.filtered(lambda p: p._get_deposit_move()):
                raise UserError(
                    self.env._(
                        "The provision %(name)s is invoiced: what it is for, of whom"
                        " and how much changes only by a credit note.",
                        name=provision.display_name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for provision in self:
            if provision.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "The provision %(name)s was sent and cannot be deleted:"
                        " cancel it instead.",
                        name=provision.display_name,
                    )
                )

    @api.constrains("due_on", "date")
    def _check_due_on(self):
        for provision in self:
            if provision.due_on and provision.due_on < provision.date:
                raise ValidationError(
                    self.env._(
                        "The provision %(name)s would be due before its own date:"
                        " give it a later due date.",
                        name=provision.display_name,
                    )
                )

    def action_mark_requested(self):
        """Say that the letter left by post, or was handed over."""
        self.check_access("write")
        self._check_state("draft", "requested")
        for provision in self:
            provision.write(
                {
                    "stage": "requested",
                    "requested_on": provision.requested_on
                    or fields.Date.context_today(provision),
                }
            )
            provision.activity_ids.filtered("automated").action_feedback()

    def action_cancel(self):
        self.check_access("write")
        self._check_state("draft", "requested")
        self._check_no_payment()
        self.write({"stage": "cancelled"})
        self.activity_ids.filtered("automated").unlink()

    def action_reset(self):
        self.check_access("write")
        self._check_state("cancelled", "requested")
        self.write({"stage": "draft"})

    def _check_state(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for provision in self:
            if provision.state not in states:
                raise UserError(
                    self.env._(
                        "The provision %(name)s is “%(state)s”: this can be done only"
                        " while it is “%(wanted)s”.",
                        name=provision.display_name,
                        state=labels[provision.state],
                        wanted=labels[states[-1]],
                    )
                )
