from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError

from ..engine import fees, final_account

#: kind of money -> where the account shows it; provisions are no turnover
GROUPS = {
    "fee": "fees",
    "tariff": "tariff",
    "admin_fee": "expenses",
    "expense": "expenses",
    "disbursement": "disbursements",
    "pleading_duty": "disbursements",
    "provision": "deduction",
}
ORDER = ("expenses", "disbursements", "tariff", "fees", "provision", "payment", "other")
PAID_THROUGH = ("bank", "cash", "credit")


class LegalMatter(models.Model):
    """What the ledger says of a matter and one of its payers."""

    _inherit = "legal.matter"

    def _get_final_rows(self, partner):
        """Return (rows, currencies): the account of a payer, from posted documents.

        Each row is the values of a ``legal.final.account.line``. What was billed in
        several currencies makes an account of as many sections, the matter's own
        currency first: nothing is converted, nothing added together.

        :raise UserError: the ledger does not add up
        """
        self.ensure_one()
        # sudo: whoever may see the matter may see what was billed and paid on it;
        # what leaves are dates, numbers, the client's own words and amounts.
        matter = self.sudo().with_context(lang=partner.lang or self.env.lang)
        moves = matter._get_final_moves(partner)
        rows, unused = [], defaultdict(lambda: fees.ZERO)
        for move in moves:
            own_rows, deducted = matter._get_final_rows_of(move)
            rows += own_rows
            unused[move.currency_id.id] += deducted
        for row in matter._get_final_transfers(partner):
            rows.append(row)
            unused[row["currency_id"]] += fees.to_decimal(row["amount_total"])
        used = moves.currency_id.browse({row["currency_id"] for row in rows})
        used = (used or matter.currency_id).sorted(
            lambda currency: (currency != matter.currency_id, currency.name)
        )
        for currency in used:
            matter._check_final_rows(
                [row for row in rows if row["currency_id"] == currency.id],
                moves.filtered(lambda move, own=currency: move.currency_id == own),
                unused[currency.id],
                currency,
            )
        rank = {currency.id: place for place, currency in enumerate(used)}
        rows.sort(
            key=lambda row: (
                rank[row["currency_id"]],
                ORDER.index(row["group"]),
                str(row["date"]),
            )
        )
        return rows, used

    def _get_final_moves(self, partner):
        return self.env["account.move"].search(
            [
                ("invoice_line_ids.matter_id", "in", self.ids),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("commercial_partner_id", "=", partner.commercial_partner_id.id),
            ],
            order="invoice_date, id",
        )

    # -- what was billed -----------------------------------------------------------

    def _get_final_rows_of(self, move):
        """Return (rows, provisions incl. VAT) of one document for this matter."""
        move = move.with_context(lang=self.env.lang)
        sign = 1 if move.move_type == "out_invoice" else -1
        lines = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        totals = final_account.settle(
            [fees.to_decimal(line.price_total) for line in lines],
            fees.to_decimal(move.amount_total),
        )
        totals = dict(zip(lines, totals, strict=True))
        groups = defaultdict(lambda: self.env["account.move.line"])
        deducted = fees.ZERO
        for line in lines.filtered(lambda line: line.matter_id == self):
            group = GROUPS.get(line.legal_category_id.code, "fees")
            if group == "deduction":
                deducted += sign * totals[line]
            elif group in ("expenses", "disbursements"):
                groups[group, line.id] |= line
            else:
                groups[group, 0] |= line
        rows = [
            self._prepare_final_row(move, group, own, sign, totals)
            for (group, _line), own in groups.items()
        ]
        own = sum((totals[line] for line in lines if line.matter_id == self), fees.ZERO)
        whole = sum(totals.values(), fees.ZERO)
        rows += self._get_final_payments(move, sign, own, whole)
        return rows, deducted

    def _prepare_final_row(self, move, group, lines, sign, totals):
        untaxed = sum(
            (fees.to_decimal(line.price_subtotal) for line in lines), fees.ZERO
        )
        total = sum((totals[line] for line in lines), fees.ZERO)
        source = lines.prebill_line_ids.filtered(lambda line: line.kind == "cost")[:1]
        is_cost = group in ("expenses", "disbursements") and len(lines) == 1
        # What the client was told on the invoice, and no more.
        shows = move.invoice_text_policy != "neutral"
        label = (shows and source.narrative) or lines[:1].name if is_cost else ""
        return {
            "group": group,
            "date": (is_cost and source.date) or move.invoice_date,
            "number": move.name,
            "label": label or self._get_final_label(move),
            "currency_id": move.currency_id.id,
            "amount_untaxed": float(sign * untaxed),
            "amount_tax": float(sign * (total - untaxed)),
            "amount_total": float(sign * total),
        }

    def _get_final_label(self, move):
        _ = self.env._
        if move.move_type == "out_refund":
            origin = move._legal_get_preceding_invoices()[:1]
            return (
                _("Credit note on invoice %(number)s", number=origin.name)
                if origin
                else _("Credit note")
            )
        if move.legal_period_from and move.legal_period_to:
            return _(
                "Services from %(from)s to %(to)s",
                **{
                    "from": move._legal_format_short_date(move.legal_period_from),
                    "to": move._legal_format_short_date(move.legal_period_to),
                },
            )
        return _("Invoice")

    # -- what was received -----------------------------------------------------------

    def _get_final_payments(self, move, sign, own, whole):
        """Return what came off a document: payments, and other settlements."""
        quantum = fees.to_decimal(move.currency_id.rounding)
        rows, settled = [], fees.ZERO
        for partial in move._get_all_reconciled_invoice_partials() or []:
            if partial["is_exchange"]:
                continue
            amount = fees.to_decimal(move.currency_id.round(partial["amount"]))
            settled += amount
            counterpart = partial["aml"].move_id
            if self._is_netted(move, counterpart):
                continue
            share = final_account.own_share(amount, own, whole, quantum)
            rows.append(
                {
                    "group": self._get_final_payment_group(move, counterpart),
                    "date": partial["aml"].date,
                    "number": counterpart.name,
                    "label": self._get_final_payment_label(move, counterpart),
                    "currency_id": move.currency_id.id,
                    "amount_untaxed": 0.0,
                    "amount_tax": 0.0,
                    "amount_total": float(sign * share),
                }
            )
        expected = fees.to_decimal(
            move.currency_id.round(move.amount_total - abs(move.amount_residual))
        )
        if settled != expected:
            raise UserError(
                self.env._(
                    "The payments of %(invoice)s come to %(found)s, the ledger says"
                    " %(expected)s: look at its reconciliations before the final"
                    " account is made.",
                    invoice=move.name,
                    found=move.currency_id.format(float(settled)),
                    expected=move.currency_id.format(float(expected)),
                )
            )
        return rows

    def _is_netted(self, move, counterpart):
        """Tell whether two documents of this account settle each other."""
        return (
            counterpart.move_type in ("out_invoice", "out_refund")
            and self in counterpart.invoice_line_ids.matter_id
            and counterpart.commercial_partner_id == move.commercial_partner_id
        )

    def _get_final_payment_group(self, move, counterpart):
        is_money = (
            counterpart.origin_payment_id
            or counterpart.statement_line_id
            or counterpart.journal_id.type in PAID_THROUGH
        )
        if not is_money:
            return "other"
        return "provision" if move.is_legal_deposit else "payment"

    def _get_final_payment_label(self, move, counterpart):
        _ = self.env._
        if counterpart.move_type in ("out_invoice", "out_refund"):
            return _("Set off against %(number)s", number=counterpart.name)
        if self._get_final_payment_group(move, counterpart) == "other":
            return _("Waived on %(number)s", number=move.name)
        if move.move_type == "out_refund":
            return _("Given back, credit note %(number)s", number=move.name)
        if move.is_legal_deposit:
            return _("Provision, deposit invoice %(number)s", number=move.name)
        return _("Payment of invoice %(number)s", number=move.name)

    def _get_final_transfers(self, partner):
        """Return provisions moved to this matter, or away from it, with consent."""
        lines = self.env["account.move.line"].search(
            [
                ("legal_provision_id.matter_id", "in", self.ids),
                ("matter_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "=", "entry"),
                ("move_id.tax_cash_basis_origin_move_id", "=", False),
                ("move_id.legal_accrual_date", "=", False),
                ("partner_id", "=", partner.commercial_partner_id.id),
            ],
            order="date, id",
        )
        rows = []
        for line in lines:
            taxes = line.legal_provision_id._get_taxes()
            total = taxes.compute_all(
                -line.amount_currency, line.currency_id, partner=partner
            )["total_included"]
            rows.append(
                {
                    "group": "provision",
                    "date": line.date,
                    "number": line.move_id.name,
                    "label": line.name,
                    "currency_id": line.currency_id.id,
                    "amount_untaxed": 0.0,
                    "amount_tax": 0.0,
                    "amount_total": line.currency_id.round(total),
                }
            )
        return rows

    # -- the account ties to the ledger ------------------------------------------------

    def _check_final_rows(self, rows, moves, unused, currency):
        """Compare the balance with what the ledger says is open.

        What is left of the receivables, less the provisions not used yet, is what
        the client owes; known exactly where no invoice is shared with a matter.
        """
        if any(move.invoice_line_ids.matter_id - self for move in moves):
            return
        _sums, balance = final_account.sum_up(
            [
                final_account.Row(
                    row["group"],
                    fees.to_decimal(row["amount_untaxed"]),
                    fees.to_decimal(row["amount_total"]),
                )
                for row in rows
            ]
        )
        receivable = sum(
            move.amount_residual * (1 if move.move_type == "out_invoice" else -1)
            for move in moves
        )
        ledger = receivable - float(unused)
        if currency.compare_amounts(float(balance), ledger):
            raise UserError(
                self.env._(
                    "The final account of %(matter)s comes to %(balance)s, the ledger"
                    " to %(ledger)s: run the checks of the books on this matter.",
                    matter=self._neutral_label(),
                    balance=currency.format(float(balance)),
                    ledger=currency.format(ledger),
                )
            )
