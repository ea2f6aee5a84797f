from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ..engine import fees, split


class LegalPrebill(models.Model):
    """Sharing a pre-bill between those who pay it, to the cent.

    The preview on the pre-bill and the invoices come from the same parts.
    """

    _inherit = "legal.prebill"

    payer_table = fields.Html(
        string="Who pays what", compute="_compute_payer_table", sanitize=False
    )

    @api.depends("line_ids.amount", "line_ids.decision", "matter_id.payer_ids")
    def _compute_payer_table(self):
        for prebill in self:
            parts = prebill._get_invoice_parts()
            prebill.payer_table = (
                prebill._render_payer_table(parts) if len(parts) > 1 else False
            )

    def _get_payers(self):
        """Return the payers of the matter on the last day of the period."""
        self.ensure_one()
        return self.matter_id._get_payers_on(self.date_to)

    def _get_invoice_parts(self):
        """Return ``[(payer, groups)]``: what each invoice holds, in payers' order.

        Without payers it is one part, whose payer is an empty recordset. A payer
        who owes nothing this time has no part.
        """
        self.ensure_one()
        groups = self._group_lines()
        payers = self._get_payers()
        if not payers:
            return [(payers, groups)] if groups else []
        shares = self._share_groups(payers, groups)
        parts = []
        for payer in payers:
            share = shares[payer.id]
            own = [
                self._take_part(payer, group, float(share.by_line.get(rank, 0)))
                for rank, group in enumerate(groups)
                if share.by_line.get(rank)
            ]
            if own:
                parts.append((payer, own))
        return parts

    def _share_groups(self, payers, groups):
        """Return {payer id: Share} of the groups, by rank."""
        billed = payers._get_amounts_billed()
        # What this pre-bill itself was invoiced is not "before".
        for move in self.move_ids.filtered(lambda move: move.state != "cancel"):
            payer = move.legal_payer_id
            if payer.id in billed:
                billed[payer.id] -= move.amount_untaxed_signed
        engine_payers = []
        for payer in payers:
            keys = None
            if payer.term_ids or payer.covers != "all":
                keys = [r for r, g in enumerate(groups) if payer._takes_group(g)]
            engine_payers.append(
                payer._prepare_engine_payer(keys, billed.get(payer.id, 0.0))
            )
        lines = [
            split.Line(rank, fees.to_decimal(group["amount"]))
            for rank, group in enumerate(groups)
        ]
        quantum = fees.to_decimal(self.currency_id.rounding)
        return split.split_lines(lines, engine_payers, quantum)

    def _take_part(self, payer, group, amount):
        """Return the group as one payer pays it; whole, it stays as it is."""
        if not self.currency_id.compare_amounts(amount, group["amount"]):
            return group
        prebill = self.with_context(lang=payer.partner_id.lang or self.env.lang)
        return {
            **group,
            "label": prebill.env._("%(label)s (share)", label=group["label"]),
            # EN 16931 wants prices above zero: see _prepare_group.
            "quantity": -1.0 if amount < 0 else 1.0,
            "price_unit": self.currency_id.round(abs(amount)),
            "is_hours": False,
            "amount": amount,
        }

    def _get_part_tax(self, payer, groups):
        """Return the VAT of one part, by Odoo's own tax engine."""
        partner = payer.partner_id or self.partner_id
        position = self._get_fiscal_position_of(partner)
        bases = {}
        for group in groups:
            taxes = group["lines"][:1]._get_taxes(position)
            bases[taxes] = bases.get(taxes, 0.0) + group["amount"]
        total = 0.0
        for taxes, base in bases.items():
            result = taxes.compute_all(base, self.currency_id, partner=partner)
            total += self.currency_id.round(
                result["total_included"] - result["total_excluded"]
            )
        return total

    def _get_part_sentence(self, payer, groups):
        """Tell a payer, in his language, that this is his share; no other's name."""
        prebill = self.with_context(lang=payer.partner_id.lang or self.env.lang)
        part = sum(group["amount"] for group in groups)
        whole = self.amount_untaxed
        if not self.currency_id.compare_amounts(part, whole):
            return ""
        _ = prebill.env._
        words = {
            "part": formatLang(prebill.env, part, currency_obj=self.currency_id),
            "whole": formatLang(prebill.env, whole, currency_obj=self.currency_id),
        }
        if payer.kind == "percent":
            percent = f"{payer.percent:g}".replace(".", ",")
            return _(
                "Your share: %(percent)s %%, that is %(part)s of %(whole)s excl. VAT;"
                " the rest is invoiced separately.",
                percent=percent,
                **words,
            )
        return _(
            "Your share: %(part)s of %(whole)s excl. VAT; the rest is invoiced"
            " separately.",
            **words,
        )

    # -- preview ---------------------------------------------------------------

    def _render_payer_table(self, parts):
        _ = self.env._
        heads = (_("Payer"), _("Share"), _("Excl. VAT"), _("VAT"), _("Incl. VAT"))
        rows = []
        for payer, groups in parts:
            amount = sum(group["amount"] for group in groups)
            tax = self._get_part_tax(payer, groups)
            cells = [payer.partner_id.name, payer._get_share_label()]
            cells += [
                formatLang(self.env, value, currency_obj=self.currency_id)
                for value in (amount, tax, amount + tax)
            ]
            rows.append(cells)
        head = Markup("").join(
            Markup('<th scope="col"%s>%s</th>')
            % (Markup(' class="text-end"') if rank > 1 else "", escape(label))
            for rank, label in enumerate(heads)
        )
        body = Markup("").join(
            Markup("<tr>%s</tr>")
            % Markup("").join(
                Markup("<td%s>%s</td>")
                % (Markup(' class="text-end"') if rank > 1 else "", escape(cell))
                for rank, cell in enumerate(cells)
            )
            for cells in rows
        )
        return Markup(
            '<table class="table table-sm"><thead><tr>%s</tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (head, body)
