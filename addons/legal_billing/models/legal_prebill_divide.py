from decimal import Decimal

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..engine import fees, split

#: by what a pre-bill may be divided
DIVISIONS = [
    ("person", "By person"),
    ("month", "By month"),
    ("subject", "By subject (lines shown together)"),
    ("section", "Fees, expenses and disbursements apart"),
]


class LegalPrebill(models.Model):
    """One pre-bill, several invoices to its client: totals exact to the cent."""

    _inherit = "legal.prebill"

    part_ids = fields.One2many(
        "legal.prebill.part", "prebill_id", string="Divided Into", copy=False
    )

    def action_open_divide(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Divide into several invoices"),
            "res_model": "legal.prebill.divide",
            "view_mode": "form",
            "target": "new",
            "context": {"default_prebill_id": self.id},
        }

    def _divide(self, by):
        """Divide this pre-bill; an empty ``by`` makes one invoice of it again.

        :return: the parts
        :raise UserError: it is invoiced, shared between payers, or is all one part
        """
        self.ensure_one()
        self.check_access("write")
        self._check_state("draft", "in_review", "approved")
        self.part_ids.unlink()
        if not by:
            return self.part_ids
        if self._get_payers():
            raise UserError(
                self.env._(
                    "%(prebill)s is shared between several payers, who each get an"
                    " invoice: it cannot be divided as well.",
                    prebill=self.display_name,
                )
            )
        prebill = self.with_context(lang=self.partner_id.lang or self.env.lang)
        by_label = {}
        for line in prebill._get_divisible_lines():
            key = prebill._get_division_key(line, by)
            by_label.setdefault(key, self.env["legal.prebill.line"])
            by_label[key] |= line
        if len(by_label) < 2:
            raise UserError(
                self.env._(
                    "All of %(prebill)s would be on one invoice: there is nothing to"
                    " divide this way.",
                    prebill=self.display_name,
                )
            )
        for rank, key in enumerate(sorted(by_label, key=lambda k: (k[0], k[1]))):
            part = self.env["legal.prebill.part"].create(
                {"prebill_id": self.id, "sequence": 10 * (rank + 1), "name": key[1]}
            )
            by_label[key]._set_figures({"part_id": part.id})
        return self.part_ids

    def _get_divisible_lines(self):
        """Return the lines that are put on one invoice or another; the rest follow."""
        return self.line_ids.filtered(
            lambda line: (
                line.kind != "provision"
                and (not line.is_derived or line.kind == "minimum")
                and line.decision in ("bill", "write_down", "no_charge")
            )
        )

    def _get_division_key(self, line, by):
        """Return (rank, label) of the part that a line goes to."""
        _ = self.env._
        titles = self.env["legal.money.category"]._get_section_titles()
        if by == "month":
            day = line.date.replace(day=1)
            return day.toordinal(), format_date(self.env, day, date_format="MMMM y")
        if by == "section" or line.kind != "time":
            return 10**7 + line.section_rank, titles[line.section]
        if by == "person":
            return 0, line.employee_id.name or _("Lawyer")
        return (
            (0, line.presentation_group)
            if line.presentation_group
            else (1, _("Other services"))
        )

    # -- parts ------------------------------------------------------------

    def _get_invoice_parts(self):
        parts = super()._get_invoice_parts()
        if not self.part_ids or not parts or parts[0][0]:
            return parts
        payer, groups = parts[0]
        wanted = self.part_ids.sorted(lambda part: (part.sequence, part.id))
        divided = {part: [] for part in wanted}
        for group in groups:
            if self._is_placed(group):
                for part, piece in self._divide_group(group, wanted):
                    divided[part].append({**piece, "part": part})
        for group in groups:
            line = group["lines"][:1]
            if not self._is_placed(group) and line.kind != "provision":
                self._spread_group(group, divided)
        for group in groups:
            if group["lines"][:1].kind == "provision":
                self._place_provision(group, divided)
        order = {id(group): rank for rank, group in enumerate(groups)}
        for rows in divided.values():
            rows.sort(key=lambda row: order.get(row.get("of"), 0))
        return [(payer, rows) for rows in divided.values() if rows]

    def _is_placed(self, group):
        return bool(group["lines"] & self._get_divisible_lines())

    def _divide_group(self, group, parts):
        """Yield (part, its piece of a group); lines without a part go to the first."""
        by_part = {}
        for line in group["lines"]:
            part = line.part_id if line.part_id in parts else parts[:1]
            by_part.setdefault(part, self.env["legal.prebill.line"])
            by_part[part] |= line
        if len(by_part) == 1:
            yield next(iter(by_part)), {**group, "of": id(group)}
            return
        amounts = split.by_weights(
            fees.to_decimal(group["amount"]),
            [fees.to_decimal(sum(li.mapped("amount"))) for li in by_part.values()],
            fees.to_decimal(self.currency_id.rounding),
        )
        for (part, lines), amount in zip(by_part.items(), amounts, strict=True):
            if amount or not group["amount"]:
                yield part, self._take_piece(group, lines, amount)

    def _take_piece(self, group, lines, amount):
        """Return the part of a group that is about some of its lines."""
        hours = sum(
            (Decimal(str(li.hours)) - Decimal(str(li.hours_package)) for li in lines),
            Decimal(0),
        )
        piece = {**group, "lines": lines, "amount": float(amount), "of": id(group)}
        product = float(hours) * group["price_unit"]
        exact = hours == round(hours, 2) and not self.currency_id.compare_amounts(
            product, float(amount)
        )
        if group["is_hours"] and exact:
            return {**piece, "quantity": float(hours)}
        return {
            **piece,
            # EN 16931 wants prices above zero: see _prepare_group.
            "quantity": -1.0 if amount < 0 else 1.0,
            "price_unit": self.currency_id.round(abs(float(amount))),
            "is_hours": False,
        }

    def _spread_group(self, group, divided):
        """Lay an allowance over the parts, in proportion to what it is about."""
        line = group["lines"][:1]
        weights = [self._get_base(rows, line.term_id) for rows in divided.values()]
        if not sum(weights):
            weights = [self._get_base(rows, None) for rows in divided.values()]
        if not sum(weights):
            weights = [Decimal(1)] + [Decimal(0)] * (len(divided) - 1)
        amounts = split.by_weights(
            fees.to_decimal(group["amount"]),
            weights,
            fees.to_decimal(self.currency_id.rounding),
        )
        for (part, rows), amount in zip(divided.items(), amounts, strict=True):
            if amount:
                rows.append(
                    {**self._take_piece(group, group["lines"], amount), "part": part}
                )

    def _get_base(self, rows, term):
        """Return the fees on an invoice under a term, of any when it is ``None``."""
        return sum(
            (
                fees.to_decimal(row["amount"])
                for row in rows
                if row["section"] == "fees"
                and row["amount"] > 0
                and (term is None or row["lines"].term_id & term)
            ),
            Decimal(0),
        )

    def _place_provision(self, group, divided):
        """Deduct a deposit from the first invoices that bill under its tax."""
        line = group["lines"][:1]
        position = self._get_fiscal_position()
        taxes = line._get_taxes(position)
        left = fees.to_decimal(group["amount"])  # below zero
        for part, rows in divided.items():
            room = sum(
                fees.to_decimal(row["amount"])
                for row in rows
                if row["lines"][:1]._get_taxes(position) == taxes
            )
            taken = max(left, -max(room, Decimal(0)))
            if taken:
                piece = self._take_piece(group, group["lines"], taken)
                if len(divided) > 1:
                    prebill = self.with_context(
                        lang=self.partner_id.lang or self.env.lang
                    )
                    piece["label"] = line.provision_id.with_env(
                        prebill.env
                    )._get_deduction_name(float(-taken))
                rows.append({**piece, "part": part})
                left -= taken

    # -- amounts and preview -----------------------------------------------------------

    @api.depends("part_ids", "line_ids.part_id")
    def _compute_amounts(self):
        return super()._compute_amounts()

    def _compute_tax_amount(self, derived, positions):
        self.ensure_one()
        if self.part_ids and self.line_ids and self.currency_id:
            # The VAT of each invoice is rounded by itself.
            return sum(
                self._get_part_tax(payer, groups)
                for payer, groups in self._get_invoice_parts()
            )
        return super()._compute_tax_amount(derived, positions)

    @api.depends("part_ids", "line_ids.part_id")
    def _compute_payer_table(self):
        return super()._compute_payer_table()

    def _render_payer_table(self, parts):
        if not self.part_ids:
            return super()._render_payer_table(parts)
        _ = self.env._
        heads = (_("Invoice"), _("Excl. VAT"), _("VAT"), _("Incl. VAT"))
        rows = []
        for payer, groups in parts:
            amount = sum(group["amount"] for group in groups)
            tax = self._get_part_tax(payer, groups)
            rows.append(
                [groups[0]["part"].name]
                + [
                    formatLang(self.env, value, currency_obj=self.currency_id)
                    for value in (amount, tax, amount + tax)
                ]
            )
        cell = Markup('<%s class="text-end">%s</%s>')
        body = Markup("").join(
            Markup("<tr><td>%s</td>%s</tr>")
            % (row[0], Markup("").join(cell % ("td", v, "td") for v in row[1:]))
            for row in rows
        )
        head = Markup('<th scope="col">%s</th>') % escape(heads[0]) + Markup("").join(
            Markup('<th scope="col" class="text-end">%s</th>') % label
            for label in heads[1:]
        )
        return Markup(
            '<table class="table table-sm"><thead><tr>%s</tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (head, body)

    # -- invoices ------------------------------------------------------------

    def _prepare_invoice_vals(self, groups, grouped, invoice_date, payer):
        vals = super()._prepare_invoice_vals(groups, grouped, invoice_date, payer)
        part = groups[0].get("part") if groups else None
        if not part:
            return vals
        if part.partner_id:
            vals["partner_id"] = part.partner_id.id
        if part.date_due:
            vals["invoice_payment_term_id"] = False
            vals["invoice_date_due"] = part.date_due
        prebill = self.with_context(lang=self.partner_id.lang or self.env.lang)
        sentence = prebill.env._("This invoice bills: %(part)s.", part=part.name)
        message = vals.get("legal_client_message")
        vals["legal_client_message"] = "\n".join(filter(None, [message, sentence]))
        return vals

    def _get_lines_without_group(self, groups, grouped):
        """Let work inside a package go with the invoice of its own part."""
        followers = super()._get_lines_without_group(groups, grouped)
        part = groups[0].get("part") if groups else None
        if not part:
            return followers
        first = self.part_ids.sorted(lambda p: (p.sequence, p.id))[:1]
        for key, lines in followers.items():
            followers[key] = lines.filtered(
                lambda line: (line.part_id or first) == part
            )
        return followers


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    part_id = fields.Many2one(
        "legal.prebill.part",
        string="On the Invoice",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        domain="[('prebill_id', '=', prebill_id)]",
    )
