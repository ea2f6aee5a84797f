from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError


class LegalInvoiceCredit(models.TransientModel):
    """Crediting an issued invoice act by act: to bill again, or given up."""

    _name = "legal.invoice.credit"
    _description = "Credit an Invoice"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices credited",
        compute="_compute_move_ids",
        help="With several payers, each gets a credit note for his share.",
    )
    has_others = fields.Boolean(compute="_compute_move_ids")
    with_others = fields.Boolean(
        string="Credit the other invoices of these pre-bills too",
        default=True,
        help="Work that several payers share goes back only when all of their invoices"
        " are credited.",
    )
    company_id = fields.Many2one(related="move_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    date = fields.Date(required=True, default=fields.Date.context_today)
    reason = fields.Char(
        required=True, help="Printed on the credit note, where the client reads it."
    )
    scope = fields.Selection(
        [("all", "The whole invoice"), ("lines", "Chosen lines")],
        default="all",
        required=True,
    )
    outcome = fields.Selection(
        [
            ("give_back", "goes back to be billed again"),
            ("write_off", "is given up"),
        ],
        default="give_back",
        required=True,
    )
    reason_id = fields.Many2one("legal.writeoff.reason", string="Why it is given up")
    line_ids = fields.One2many("legal.invoice.credit.line", "wizard_id")
    has_loss = fields.Boolean(compute="_compute_totals")
    amount_untaxed = fields.Monetary(
        string="Credited excl. VAT", compute="_compute_totals"
    )
    amount_deposit = fields.Monetary(
        string="Of which returned to provisions",
        compute="_compute_totals",
        help="Deposits deducted from the invoice that are available again.",
    )
    preview_error = fields.Text(compute="_compute_totals")
    is_paid = fields.Boolean(compute="_compute_is_paid")

    # -- what can be credited --------------------------------------------------------

    @api.depends("move_id", "with_others")
    def _compute_move_ids(self):
        for wizard in self:
            move = wizard.move_id
            others = (
                move.prebill_ids.move_ids.filtered(
                    lambda m: m.state == "posted" and m.move_type == "out_invoice"
                )
                - move
            )
            wizard.has_others = bool(others)
            wizard.move_ids = move | others if wizard.with_others else move

    @api.depends("move_ids.payment_state")
    def _compute_is_paid(self):
        for wizard in self:
            wizard.is_paid = any(
                move.payment_state in ("paid", "in_payment", "partial")
                for move in wizard.move_ids
            )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        move = self.env["account.move"].browse(values.get("move_id"))
        if move and "line_ids" in fields_list:
            values["line_ids"] = [
                Command.create(vals) for vals in self._prepare_lines(move)
            ]
        return values

    @api.model
    def _prepare_lines(self, move):
        """Return the acts of an invoice that no credit note took back yet.

        :raise UserError: the wall hides one of them from this person
        """
        # sudo: to know that something is hidden, which is then refused below.
        lines_sudo = move.sudo().invoice_line_ids.filtered("prebill_line_ids")
        left = {}
        for shares in lines_sudo._legal_get_left().values():
            for line, amount in shares.items():
                left[line.id] = left.get(line.id, 0.0) + amount
        lines = self.env["legal.prebill.line"].browse(left)
        try:
            lines.check_access("read")
        except AccessError:
            raise UserError(
                self.env._(
                    "%(invoice)s bills work on a matter that you may not open: ask its"
                    " responsible or a billing manager of its team to credit it.",
                    invoice=move.name,
                )
            ) from None
        return [
            {"prebill_line_id": line.id, "amount_left": left[line.id]}
            for line in lines.sorted()
            if line.kind != "provision" and not move._legal_follows(line)
        ]

    # -- preview -----------------------------------------------------------------------

    def _get_choices(self):
        """Return what is asked, as :meth:`account.move._legal_plan_credit` reads it."""
        self.ensure_one()
        if self.scope == "all":
            return {
                line.prebill_line_id: (self.outcome, None) for line in self.line_ids
            }
        return {
            line.prebill_line_id: (
                line.outcome,
                line.amount if line.outcome == "reduce" else None,
            )
            for line in self.line_ids
            if line.is_chosen
        }

    @api.depends(
        "scope",
        "outcome",
        "move_ids",
        "line_ids.is_chosen",
        "line_ids.outcome",
        "line_ids.amount",
    )
    def _compute_totals(self):
        for wizard in self:
            choices = wizard._get_choices()
            wizard.has_loss = any(
                outcome != "give_back" for outcome, _amount in choices.values()
            )
            wizard.amount_untaxed = wizard.amount_deposit = 0.0
            wizard.preview_error = False
            if not choices:
                continue
            try:
                plan = wizard.move_ids._origin._legal_plan_credit(choices)
            except UserError as error:
                wizard.preview_error = str(error)
                continue
            for rows in plan.values():
                for credits in rows.values():
                    for prebill_line, amount, _outcome in credits:
                        wizard.amount_untaxed += amount
                        if prebill_line.kind == "provision":
                            wizard.amount_deposit -= amount

    # -- action ------------------------------------------------------------------------

    def _check_may_credit(self):
        manager = "legal_billing.group_legal_billing_manager"
        if not self.env.user.has_group(manager):
            raise UserError(
                self.env._("Only a billing manager can credit an invoice: ask one.")
            )

    def _credit(self):
        self.ensure_one()
        self._check_may_credit()
        choices = self._get_choices()
        if not choices:
            raise UserError(
                self.env._(
                    "Nothing is ticked on %(invoice)s: choose the lines to credit.",
                    invoice=self.move_id.name,
                )
            )
        if self.has_loss and not self.reason_id:
            raise UserError(
                self.env._(
                    "Work billed on %(invoice)s would be given up: choose the reason"
                    " why, for the firm's own figures.",
                    invoice=self.move_id.name,
                )
            )
        return self.move_ids._legal_credit(
            choices, self.date, self.reason, self.reason_id
        )

    def action_credit(self):
        """Issue the credit notes and open them."""
        return self._credit()._legal_action_open()

    def action_credit_and_rebill(self):
        """Issue the credit notes and open the pre-bill of what they gave back."""
        return self._credit().action_legal_rebill()


class LegalInvoiceCreditLine(models.TransientModel):
    """One act that a credit note may take back."""

    _name = "legal.invoice.credit.line"
    _description = "Line to Credit"

    wizard_id = fields.Many2one(
        "legal.invoice.credit", required=True, ondelete="cascade"
    )
    prebill_line_id = fields.Many2one(
        "legal.prebill.line", required=True, readonly=True
    )
    # related_sudo=False: what the wall hides stays hidden in the wizard.
    matter_id = fields.Many2one(related="prebill_line_id.matter_id", related_sudo=False)
    date = fields.Date(related="prebill_line_id.date", related_sudo=False)
    kind = fields.Selection(related="prebill_line_id.kind", related_sudo=False)
    employee_id = fields.Many2one(
        related="prebill_line_id.employee_id", related_sudo=False
    )
    narrative = fields.Text(related="prebill_line_id.narrative", related_sudo=False)
    hours = fields.Float(related="prebill_line_id.hours", related_sudo=False)
    currency_id = fields.Many2one(
        related="prebill_line_id.currency_id", related_sudo=False
    )
    amount_left = fields.Monetary(string="Billed", readonly=True)
    is_chosen = fields.Boolean(string="Credit")
    outcome = fields.Selection(
        [
            ("give_back", "To bill again"),
            ("write_off", "Given up"),
            ("reduce", "Lower the amount"),
        ],
        default="give_back",
        required=True,
    )
    amount = fields.Monetary(
        string="Amount credited",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Excluding VAT. A lowered amount leaves the hours billed.",
    )

    @api.depends("is_chosen", "outcome", "amount_left")
    def _compute_amount(self):
        for line in self:
            if not line.is_chosen:
                line.amount = 0.0
            elif line.outcome != "reduce" or not line.amount:
                line.amount = line.amount_left
