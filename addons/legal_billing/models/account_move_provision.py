from odoo import fields, models
from odoo.exceptions import UserError

DEPOSIT, DEPOSIT_CREDIT = "386", "503"
FINAL_AFTER_DEPOSIT = "S4"


class AccountMove(models.Model):
    """Deposit invoices (386), their credit notes (503), and invoices after them."""

    _inherit = "account.move"

    legal_provision_id = fields.Many2one(
        "legal.provision",
        string="Provision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="legal_timesheet.group_legal_user",
    )
    is_legal_deposit = fields.Boolean(compute="_compute_is_legal_deposit")

    def _compute_is_legal_deposit(self):
        # sudo: the kind of a document is no secret of its matter.
        for move in self:
            move.is_legal_deposit = bool(move.sudo().legal_provision_id)

    def _legal_get_deductions(self):
        """Return the lines of a final invoice that use provisions up."""
        self.ensure_one()
        if self.is_legal_deposit or self.move_type != "out_invoice":
            return self.env["account.move.line"]
        return self.invoice_line_ids.filtered(
            lambda line: line.sudo().legal_provision_id and line.price_subtotal < 0
        )

    # -- what it is --------------------------------------------------------------

    def _legal_get_document_kind(self):
        kind = super()._legal_get_document_kind()
        return "deposit" if kind == "invoice" and self.is_legal_deposit else kind

    def _legal_get_document_type_code(self):
        if not self.is_legal_deposit:
            return super()._legal_get_document_type_code()
        return DEPOSIT_CREDIT if self.move_type == "out_refund" else DEPOSIT

    def _legal_get_billing_framework(self):
        if self._legal_get_deductions():
            return FINAL_AFTER_DEPOSIT
        return super()._legal_get_billing_framework()

    def _legal_get_preceding_invoices(self):
        """Add the deposit invoices that a final one deducts (BT-25)."""
        origins = super()._legal_get_preceding_invoices()
        # sudo: numbers and dates that the invoice names anyway.
        for provision in self._legal_get_deductions().sudo().legal_provision_id:
            origins |= provision._get_deposit_move().with_env(self.env)
        return origins

    # -- issuing -----------------------------------------------------------------

    def _post(self, soft=True):
        """Refuse an invoice that would use more than was received, or is billed."""
        # sudo: an accountant posts invoices of matters he does not see.
        used = self.sudo().invoice_line_ids.legal_provision_id
        used._lock()
        for move in self.sudo():
            move._legal_check_deductions()
        posted = super()._post(soft=soft)
        for provision in used:
            provision._check_not_overdrawn()
        self._legal_ask_next(used)
        return posted

    def _legal_ask_next(self, used):
        """Prepare the next request where this bill brought a balance too low."""
        billed = self.sudo().filtered(lambda m: m._legal_get_deductions())
        matters = billed.invoice_line_ids.matter_id & used.matter_id
        if matters:
            self.env["legal.provision"].sudo()._propose_low(matters)

    def _legal_check_deductions(self):
        """Refuse to deduct more than is billed under the same tax."""
        lines = self._legal_get_deductions()
        for taxes in {line.tax_ids for line in lines}:
            left = sum(
                line.price_subtotal
                for line in self.invoice_line_ids
                if line.display_type == "product" and line.tax_ids == taxes
            )
            if self.currency_id.compare_amounts(left, 0.0) < 0:
                raise UserError(
                    self.env._(
                        "The invoice %(invoice)s deducts %(over)s of provisions more"
                        " than it bills under the same VAT: lower the provision on"
                        " its pre-bill.",
                        invoice=self._legal_get_label(),
                        over=self.currency_id.format(-left),
                    )
                )

    def button_draft(self):
        """Keep a deposit invoice in force while another document relies on it."""
        for move in self.sudo().filtered("legal_provision_id"):
            if move == move.legal_provision_id.move_id:
                move.legal_provision_id._check_nothing_used()
        return super().button_draft()

    # -- print and portal ----------------------------------------------------------

    def _legal_get_portal_name(self):
        if self.is_legal_deposit and self.name and self.name != "/":
            if self.move_type == "out_invoice":
                return self.env._("Deposit invoice %(number)s", number=self.name)
        return super()._legal_get_portal_name()

    def _legal_get_totals(self):
        """Show the gross bill and what the provisions take off it, then the rest."""
        totals = super()._legal_get_totals()
        deducted = sum(self._legal_get_deductions().mapped("price_total"))
        if self.currency_id.is_zero(deducted):
            return totals
        gross = self.amount_total - deducted
        head = [
            (self.env._("Total before provisions, incl. VAT"), gross),
            (self.env._("Provisions deducted, incl. VAT"), deducted),
        ]
        return [
            {
                "label": label,
                "amount": self._legal_format_money(amount),
                "is_total": False,
            }
            for label, amount in head
        ] + totals


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    legal_provision_id = fields.Many2one(
        "legal.provision",
        string="Provision",
        readonly=True,
        index="btree_not_null",
        groups="legal_timesheet.group_legal_user",
    )

    def _legal_describe(self, show_narrative):
        """Name the deposit invoice in full, whatever the policy on acts."""
        described = super()._legal_describe(show_narrative)
        if self.sudo().legal_provision_id:
            described.update(narrative=self.name, kind="provision", date=False)
        return described
