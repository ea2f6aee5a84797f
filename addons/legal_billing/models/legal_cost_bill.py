from odoo import api, fields, models


class LegalCost(models.Model):
    """A cost that comes from a vendor bill, and follows it until it is billed.

    The bill's line is the source, the cost its share of one matter: at most one
    cost a line and matter, so that nothing is charged to a client twice.
    """

    _inherit = "legal.cost"

    source_line_id = fields.Many2one(
        "account.move.line",
        string="Vendor bill line",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        # Whoever sees the cost needs no access to the ledger.
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    source_move_id = fields.Many2one(
        related="source_line_id.move_id",
        store=True,
        string="Vendor bill",
        index="btree_not_null",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    source_document = fields.Char(
        string="From", readonly=True, copy=False, help="Number of the vendor's bill."
    )
    refunded_amount = fields.Monetary(
        readonly=True, copy=False, help="What the vendor gave back of this cost."
    )
    refund_line_ids = fields.Many2many(
        "account.move.line",
        "legal_cost_refund_line_rel",
        copy=False,
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    needs_review = fields.Boolean(
        readonly=True,
        copy=False,
        help="The vendor's bill changed after the cost was billed to the client.",
    )

    # Two postings, two people, a double click: one cost a line and matter.
    _source_once = models.UniqueIndex(
        "(source_line_id, matter_id) WHERE source_line_id IS NOT NULL",
        "This line of a vendor bill already is a cost of the matter.",
    )

    @api.depends("is_cancelled")
    def _compute_billing_status(self):
        res = super()._compute_billing_status()
        for cost in self:
            if cost.is_cancelled and cost.billing_status == "to_bill":
                cost.billing_status = "cancelled"
        return res

    def action_reviewed(self):
        """Say that a person dealt with the vendor's change."""
        self.check_access("write")
        self.write({"needs_review": False})

    def _follow_source(self, amount, document):
        """Take over what the vendor's bill says now, or ask a person to.

        :param float amount: this matter's share of the line, refunds deducted
        """
        self.ensure_one()
        currency = self.currency_id
        is_due = currency.compare_amounts(amount, 0.0) > 0
        changes = is_due and currency.compare_amounts(amount, self.amount) != 0
        if not changes and self.is_cancelled == (not is_due):
            return
        if self.billing_status not in ("to_bill", "cancelled"):
            self._ask_review(amount, document)
            return
        vals = {"is_cancelled": not is_due}
        if changes:
            vals.update(quantity=1.0, unit_amount=amount, explanation=False)
        self.write(vals)
        self.message_post(
            body=self.env._(
                "The vendor's document %(document)s leaves %(amount)s to bill.",
                document=document,
                amount=currency.format(max(amount, 0.0)),
            )
        )

    def _ask_review(self, amount, document):
        """Flag a cost that was billed before the vendor's bill changed."""
        self.needs_review = True
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Vendor's bill changed after billing"),
            note=self.env._(
                "The document %(document)s leaves %(amount)s of the cost “%(cost)s”,"
                " which was billed %(billed)s: give the difference back with a credit"
                " note, or note why not.",
                document=document,
                amount=self.currency_id.format(max(amount, 0.0)),
                cost=self.name,
                billed=self.currency_id.format(self.amount),
            ),
            user_id=self.matter_id.responsible_id.id or self.env.uid,
        )
