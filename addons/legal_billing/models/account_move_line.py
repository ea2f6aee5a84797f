from odoo import fields, models


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "legal.alike.mixin"]

    matter_id = fields.Many2one(
        "legal.matter",
        index="btree_not_null",
        readonly=True,
        # The accountant has the number in the line's label, and can export the
        # ledger without any right on matters.
        groups="legal_timesheet.group_legal_user",
    )
    legal_category_id = fields.Many2one(
        "legal.money.category", string="Money Category", readonly=True
    )
    prebill_line_ids = fields.Many2many(
        "legal.prebill.line",
        "legal_prebill_line_move_line_rel",
        "account_move_line_id",
        "legal_prebill_line_id",
        string="Pre-bill Lines",
        copy=False,
        # The lines carry narratives: only those who may bill see them here, and
        # the wall's own rules still apply.
        groups="legal_timesheet.group_legal_user",
    )

    def _create_analytic_lines(self):
        """Make the analytic lines of matters' documents whoever posts them.

        sudo: they stand behind the matter's wall, which an accountant who posts or
        resets the document may be outside of. The label of an invoice is neutral.
        """
        legal = self.filtered(
            lambda line: (
                line.move_id.is_legal
                or line.move_id.is_purchase_document(include_receipts=True)
            )
        )
        super(AccountMoveLine, legal.sudo())._create_analytic_lines()
        return super(AccountMoveLine, self - legal)._create_analytic_lines()

    def _legal_describe(self, show_narrative):
        """Return one invoice line as plain values for print and portal."""
        self.ensure_one()
        # Kept in memory, unlike a reference, which asks whether it still exists.
        hour_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_hour")
        source = self.prebill_line_ids.filtered(lambda line: line.kind != "time")[:1]
        narrative = source.narrative if show_narrative else False
        explanation = source.explanation if show_narrative else False
        supplier = source.cost_id.supplier_id
        if show_narrative and supplier and not explanation:
            # To whom it was paid, beside what it was for: what justifies a cost.
            explanation = self.env._("Paid to %(supplier)s", supplier=supplier.name)
        return {
            "id": self.id,
            "label": self.name,
            "narrative": narrative or self.name,
            "explanation": explanation,
            "kind": source.kind or "time",
            "date": source.date if source.kind == "cost" else False,
            "quantity": self.quantity,
            "price_unit": self.price_unit,
            "amount": self.price_subtotal,
            "is_hours": self.product_uom_id.id == hour_id,
        }
