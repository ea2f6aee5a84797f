from odoo import Command, models


class AccountBankStatementLine(models.Model):
    """A bank line is settled as Odoo's own reconciliation does: its entry is completed,
    what waited on the suspense account goes where it belongs."""

    _inherit = "account.bank.statement.line"

    def _legal_prepare_item(self, currency, account, amount, name, partner, **more):
        """Return the values of an item, its balance at the rate of this bank line.

        :param amount: in ``currency``, below zero for what settles a receivable
        """
        self.ensure_one()
        balance = amount
        if currency != self.company_id.currency_id:
            found = self._prepare_counterpart_amounts_using_st_line_rate(
                currency, amount, amount
            )
            balance = found["balance"]
        return {
            "name": name,
            "account_id": account.id,
            "partner_id": partner.id if partner else False,
            "currency_id": currency.id,
            "amount_currency": amount,
            "balance": balance,
            **more,
        }

    def _legal_settle(self, rows):
        """Put these items in place of what waits; return the items of the entry."""
        self.ensure_one()
        liquidity = self._prepare_move_line_default_vals()[0]
        currency = self.company_id.currency_id
        total = liquidity["debit"] - liquidity["credit"]
        total += sum(row["balance"] for row in rows)
        if not currency.is_zero(total):
            # a cent of conversion goes to the last item, so that the entry balances
            last = rows[-1]
            rows = [*rows[:-1], {**last, "balance": last["balance"] - total}]
            rows[-1]["balance"] = currency.round(rows[-1]["balance"])
        self.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "checked": True,
                "line_ids": [
                    Command.clear(),
                    Command.create(liquidity),
                    *(Command.create(row) for row in rows),
                ],
            }
        )
        return self.move_id.line_ids.sorted("id")
