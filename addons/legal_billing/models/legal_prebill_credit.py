from odoo import api, fields, models

from .monetary import BatchMonetary


class LegalPrebillCredit(models.Model):
    """What a credit note takes back of one pre-bill line, and what becomes of it.

    The ledger of what happens after issue: a source is free again, or given up,
    because a row says so, never because a sum happens to be zero. Rows are written
    with the credit note and count while it is posted.
    """

    _name = "legal.prebill.credit"
    _description = "Credited Pre-bill Line"
    _order = "id"
    _check_company_auto = True

    prebill_line_id = fields.Many2one(
        "legal.prebill.line",
        string="Pre-bill Line",
        required=True,
        index=True,
        ondelete="restrict",
    )
    matter_id = fields.Many2one(
        related="prebill_line_id.matter_id", store=True, index=True
    )
    company_id = fields.Many2one(related="prebill_line_id.company_id", store=True)
    currency_id = fields.Many2one(related="prebill_line_id.currency_id")
    origin_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        required=True,
        index=True,
        ondelete="cascade",
        # Whoever reads the row needs no access to the ledger.
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Credit Note Line",
        required=True,
        index=True,
        ondelete="cascade",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    move_id = fields.Many2one(
        related="line_id.move_id",
        store=True,
        index=True,
        string="Credit Note",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    amount = fields.Monetary(
        help="Excluding VAT, with the sign of the line: a cap taken back is negative."
    )
    outcome = fields.Selection(
        [
            ("give_back", "To bill again"),
            ("write_off", "Given up"),
            ("reduce", "Amount lowered"),
        ],
        required=True,
    )
    reason_id = fields.Many2one("legal.writeoff.reason")
    is_in_force = fields.Boolean(
        compute="_compute_is_in_force", store=True, precompute=True
    )

    _once = models.UniqueIndex(
        "(prebill_line_id, origin_line_id, line_id)",
        "A credit note takes a pre-bill line back once.",
    )

    @api.depends("line_id.move_id.state")
    def _compute_is_in_force(self):
        for credit in self:
            credit.is_in_force = credit.line_id.move_id.state == "posted"


class LegalPrebillLine(models.Model):
    """What credit notes left of a pre-bill line."""

    _inherit = "legal.prebill.line"

    credit_ids = fields.One2many("legal.prebill.credit", "prebill_line_id")
    amount_credited = BatchMonetary(
        compute="_compute_amount_net",
        store=True,
        precompute=True,
        help="What credit notes took back of the amount, excluding VAT.",
    )
    amount_net = BatchMonetary(
        string="Amount after credit notes",
        compute="_compute_amount_net",
        store=True,
        precompute=True,
    )

    @api.depends("amount", "credit_ids.amount", "credit_ids.is_in_force")
    def _compute_amount_net(self):
        for line in self:
            credits = line.credit_ids.filtered("is_in_force")
            line.amount_credited = sum(credits.mapped("amount"))
            line.amount_net = line.amount - line.amount_credited

    @api.model
    def _add_plain_values(self, vals, known):
        res = super()._add_plain_values(vals, known)
        vals.update(amount_net=vals["amount"], amount_credited=0.0)
        return res

    @api.model
    def _get_amounts_from_given(self):
        return [*super()._get_amounts_from_given(), "amount_net", "amount_credited"]

    def _is_given_back(self):
        """Tell whether every invoice of this line gave it back to be billed again."""
        self.ensure_one()
        given_back = self.credit_ids.filtered(
            lambda credit: credit.is_in_force and credit.outcome == "give_back"
        )
        if not given_back:
            return False
        lines = self.invoice_line_ids.filtered(lambda li: li.parent_state != "cancel")
        return bool(lines) and lines <= given_back.origin_line_id

    def _is_given_up(self):
        """Tell whether credit notes left nothing of it, without giving it back."""
        self.ensure_one()
        credits = self.credit_ids.filtered("is_in_force")
        if self.currency_id.is_zero(self.amount):
            lines = self.invoice_line_ids
            given_up = credits.filtered(lambda credit: credit.outcome != "reduce")
            return bool(lines) and lines <= given_up.origin_line_id
        return bool(credits) and self.currency_id.is_zero(self.amount_net)

    @api.depends("credit_ids.is_in_force", "credit_ids.outcome")
    def _compute_is_live(self):
        return super()._compute_is_live()

    @api.depends(
        "amount_net",
        "credit_ids.is_in_force",
        "credit_ids.outcome",
        "invoice_line_ids.move_id.payment_state",
    )
    def _compute_source_status(self):
        """Say “written off” of what a credit note gave up.

        An invoice of which nothing is left to pay is paid, by money or by credits.
        """
        res = super()._compute_source_status()
        settled = ("paid", "in_payment", "reversed")
        for line in self:
            if line.source_status not in ("billed", "paid"):
                continue
            moves = line.invoice_line_ids.move_id
            if line.credit_ids and line._is_given_up():
                line.source_status = "written_off"
            elif all(move.payment_state in settled for move in moves):
                line.source_status = "paid"
        return res

    def _get_same_source_domain(self):
        """Return the domain of live lines that bill what these lines billed."""
        self.ensure_one()
        for name in ("entry_id", "cost_id", "instalment_id", "period_id", "outcome_id"):
            if source := self[name]:
                return [
                    (name, "=", source.id),
                    ("is_live", "=", True),
                    ("id", "!=", self.id),
                ]
        return []
