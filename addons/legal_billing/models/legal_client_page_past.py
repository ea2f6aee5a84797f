from odoo import models

#: settled documents the page lists before it says there are more
MOST_SETTLED = 24
#: and on the page of all of them
MOST_EVER = 500


class LegalClientLink(models.Model):
    """What a payer has paid, what was credited to him, and what he has in hand."""

    _inherit = "legal.client.link"

    def _get_page_settled(self):
        """Return what was paid or credited, newest first, and whether there is more."""
        most = MOST_EVER if self.env.context.get("legal_all") else MOST_SETTLED
        moves = self._get_moves(
            ["|", ("move_type", "=", "out_refund"), ("amount_residual", "=", 0)],
            order="invoice_date desc, id desc",
            limit=most + 1,
        )
        days = self._get_last_payments(moves[:most])
        return {
            "rows": [self._get_settled_row(m, days.get(m.id)) for m in moves[:most]],
            "has_more": len(moves) > most,
        }

    def _get_settled_row(self, move, paid_on):
        _ = self.env._
        situation = move._legal_get_situation()
        words = {
            "credited": _("credited in full"),
            "credit_note": _("credit note"),
            "paid": _("paid on %(date)s", date=self._format_day(paid_on))
            if paid_on
            else _("settled"),
        }
        return {
            "label": move._legal_get_portal_name(),
            "date": move._legal_format_date(move.invoice_date),
            "detail": words.get(situation, ""),
            "amount": self._format_money(move.amount_total, move.currency_id),
            "url": move.get_portal_url(),
            "pdf_url": move.get_portal_url(report_type="pdf", download=True),
        }

    def _get_last_payments(self, moves):
        """Return {invoice id: day of what settled it}, in one query."""
        partials = self.env["account.partial.reconcile"]._read_group(
            [("debit_move_id.move_id", "in", moves.ids)],
            ["debit_move_id"],
            ["max_date:max"],
        )
        days = {}
        for line, day in partials:
            days[line.move_id.id] = max(day, days.get(line.move_id.id, day))
        return days

    def _get_page_receipts(self):
        """Return what the firm received of this payer, newest first."""
        _ = self.env._
        moves = self._get_moves([("move_type", "=", "out_invoice")])
        groups = self.env["account.partial.reconcile"]._read_group(
            [
                ("debit_move_id.move_id", "in", moves.ids),
                ("credit_move_id.move_id.move_type", "=", "entry"),
                ("exchange_move_id", "=", False),
            ],
            ["credit_move_id", "debit_currency_id"],
            ["debit_amount_currency:sum", "max_date:max", "debit_move_id:recordset"],
            order="max_date:max desc",
            limit=MOST_SETTLED,
        )
        return [
            {
                "label": _("Online payment")
                if credit.payment_id.payment_transaction_id
                else _("Payment received"),
                "date": self._format_day(credit.date),
                "amount": self._format_money(amount, currency),
                "documents": ", ".join(dict.fromkeys(lines.move_id.mapped("name"))),
            }
            for credit, currency, amount, _day, lines in groups
        ]

    def _get_page_credits(self):
        """Return the sums in the payer's favour that nothing has used yet."""
        _ = self.env._
        if self.env.context.get("legal_reader") or self._get_private_clients():
            # The ledger does not say whose they are: colleagues read them there.
            own = [("move_id", "in", self._get_moves().ids)]
        else:
            own = [("move_id.move_type", "in", ("entry", "out_refund"))]
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "<", 0),
                *own,
            ]
        )
        return [
            {
                "label": line.move_id._legal_get_portal_name()
                if line.move_id.move_type == "out_refund"
                else _("Payment received"),
                "date": self._format_day(line.date),
                "amount": self._format_money(
                    -line.amount_residual_currency, line.currency_id
                ),
            }
            for line in lines
        ]
