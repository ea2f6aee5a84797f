from collections import defaultdict

from odoo import fields, models

from ..engine import fees, split


class AccountMoveLine(models.Model):
    """Which pre-bill lines an invoice line is made of, to the cent."""

    _inherit = "account.move.line"

    legal_origin_line_id = fields.Many2one(
        "account.move.line",
        string="Line credited",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )

    def _copy_data_extend_business_fields(self, values):
        res = super()._copy_data_extend_business_fields(values)
        values["legal_origin_line_id"] = self.id
        return res

    def _legal_get_shares(self):
        """Return {pre-bill line: its part of this invoice line}, excluding VAT.

        Where payers or invoices share a group, its lines are shared in proportion;
        the parts add up to the invoice line. Work without an amount has a part of
        zero.
        """
        self.ensure_one()
        lines = self.with_context(active_test=False).prebill_line_ids
        lines = lines.sorted("id")
        whole = sum(lines.mapped("amount"))
        amount = self.price_subtotal
        if not self.currency_id.compare_amounts(whole, amount):
            return {line: line.amount for line in lines}
        weights = [fees.to_decimal(line.amount) for line in lines]
        if not sum(weights):
            weights = [fees.to_decimal(1) for _line in lines]
        parts = split.by_weights(
            fees.to_decimal(amount),
            weights,
            fees.to_decimal(self.currency_id.rounding),
        )
        return {line: float(part) for line, part in zip(lines, parts, strict=True)}

    def _legal_get_left(self):
        """Return {invoice line: {pre-bill line: what no credit note took back}}."""
        taken = defaultdict(float)
        released = set()
        credits = (
            self.env["legal.prebill.credit"]
            .sudo()
            .search([("origin_line_id", "in", self.ids), ("is_in_force", "=", True)])
        )
        for credit in credits:
            key = (credit.origin_line_id.id, credit.prebill_line_id.id)
            taken[key] += credit.amount
            if credit.outcome != "reduce":
                released.add(key)
        return {
            line: {
                prebill_line: line.currency_id.round(
                    share - taken[line.id, prebill_line.id]
                )
                for prebill_line, share in line._legal_get_shares().items()
                if (line.id, prebill_line.id) not in released
            }
            for line in self
        }
