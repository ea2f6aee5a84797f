from itertools import compress

from odoo import api, models

#: kinds of line whose values below were compared equal with those Odoo works out
COMPLETED = ("product", "tax", "line_section")
#: where Odoo puts the lines that it adds (``_compute_sequence``)
SEQUENCES = {"tax": 10_000}
#: what Odoo works out after all, though it was given
GIVEN = ("price_subtotal", "price_total")


class AccountMoveLine(models.Model):
    """Journal items of invoices created complete: nothing is left to work out.

    For each value that is missing Odoo asks a virtual record, a line at a time; of
    lines made by :meth:`account.move._legal_create_complete` all follow from the
    invoice and from what is given.
    """

    _inherit = "account.move.line"

    @api.model
    def _create(self, data_list):
        lines = super()._create(data_list)
        if self.env.context.get("legal_at_once"):
            for name in GIVEN:
                given = [name in data["stored"] for data in data_list]
                known = self.browse(compress(lines._ids, given))
                self.env.remove_to_compute(self._fields[name], known)
        return lines

    @api.model
    def _add_known_values(self, vals_list):
        super()._add_known_values(vals_list)
        if self.env.context.get("legal_at_once"):
            for vals in vals_list:
                self._legal_add_plain_values(vals)

    @api.model
    def _legal_add_plain_values(self, vals):
        """Give a line without a product the values that its fields would find."""
        kind = vals.get("display_type") or "product"
        if kind not in COMPLETED or vals.get("product_id") or not vals.get("move_id"):
            return
        move = self.env["account.move"].browse(vals["move_id"])
        part = self.env["account.tax.repartition.line"].browse(
            vals.get("tax_repartition_line_id") or []
        )
        balance = vals.get("balance") or 0.0
        found = {
            "company_id": move.company_id.id,
            "company_currency_id": move.company_currency_id.id,
            "journal_id": move.journal_id.id,
            "currency_id": move.currency_id.id,
            "partner_id": move.commercial_partner_id.id,
            "display_type": kind,
            "is_storno": False,
            "balance": balance,
            "amount_currency": vals.get("amount_currency") or 0.0,
            "debit": max(balance, 0.0),
            "credit": max(-balance, 0.0),
            "quantity": 1.0 if kind == "product" else 0.0,
            "price_unit": 0.0,
            "price_subtotal": 0.0,
            "price_total": 0.0,
            "product_uom_id": False,
            "sequence": SEQUENCES.get(kind, 100),
            "name": False,
            "account_id": False,
            "tax_ids": [],
            "tax_line_id": part.tax_id.id,
            "tax_group_id": part.tax_id.tax_group_id.id,
        }
        missing = {name: found[name] for name in found if name not in vals}
        vals.update(missing)
        vals["__precomputed__"] = {self._fields[name] for name in missing}
