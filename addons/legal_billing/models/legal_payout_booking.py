from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class LegalPayout(models.Model):
    """Booking a payout: the bank line settles each payment, and the fee.

    The line's own entry is completed, as Odoo's reconciliation does: what waited on
    the suspense account goes to the account on which online payments wait for the
    bank, payment by payment, and to the fee. Undoing gives the line back.
    """

    _inherit = "legal.payout"

    @api.onchange("statement_line_id")
    def _onchange_statement_line_id(self):
        for payout in self:
            line = payout.statement_line_id
            if line:
                payout.date = line.date
                if payout.origin != "file":
                    payout.amount_net = line._legal_get_amount()

    # -- what keeps it from being booked --------

    def _get_refusals(self):
        """Return a sentence for each thing to mend before booking."""
        self.ensure_one()
        _ = self.env._
        compare = self.currency_id.compare_amounts
        found = []
        if not self.line_ids:
            found.append(
                _("The payout %(payout)s has no payment: add them.", payout=self.name)
            )
        line = self.statement_line_id
        if not line:
            found.append(
                _(
                    "%(amount)s is not on the bank yet, or its line is not chosen:"
                    " choose it once it is there.",
                    amount=self._say(self.amount_net),
                )
            )
        elif line.is_reconciled and self.state != "booked":
            found.append(
                _(
                    "The bank line of %(day)s is already booked: choose another one, or"
                    " undo what was booked.",
                    day=format_date(self.env, line.date),
                )
            )
        elif compare(line._legal_get_amount(), self.amount_net):
            found.append(
                _(
                    "The bank line is of %(theirs)s, and this payout of %(ours)s:"
                    " add or take out payments until both are alike, or choose"
                    " another line.",
                    theirs=self._say(line._legal_get_amount()),
                    ours=self._say(self.amount_net),
                )
            )
        found += self._get_payment_refusals()
        if compare(self.amount_fee, 0.0) < 0:
            found.append(
                _(
                    "The bank got %(more)s more than these payments bring: one is"
                    " missing.",
                    more=self._say(-self.amount_fee),
                )
            )
        if compare(self.amount_fee, 0.0) > 0 and not self._get_rule():
            found.append(
                _(
                    "No rule says what %(provider)s keeps on %(day)s, nor where its fee"
                    " of %(fee)s is booked: enter it under Configuration › Payouts of"
                    " providers.",
                    provider=self.method_line_id.name,
                    day=format_date(self.env, self.date),
                    fee=self._say(self.amount_fee),
                )
            )
        return found

    def _get_payment_refusals(self):
        _ = self.env._
        found = []
        for line in self.line_ids:
            if line.kind == "other" and not line.account_id:
                found.append(
                    _(
                        "“%(label)s” of %(amount)s is no payment known here: choose the"
                        " payment it is, or the account to book it on.",
                        label=line.label or "",
                        amount=self._say(line.amount),
                    )
                )
            elif line.payment_id and not line._get_waiting_items():
                found.append(
                    _(
                        "The payment %(payment)s no longer waits for the bank: it was"
                        " settled another way. Take it out of this payout.",
                        payment=line.payment_id.name,
                    )
                )
        return found

    # -- booking --------

    def action_book(self):
        """Complete the bank entries of these payouts and settle their payments."""
        self.check_access("write")
        self.env["account.move"].check_access("write")
        for payout in self:
            payout._book()

    def _book(self):
        self.ensure_one()
        # Two people, or two tabs: one books, the other reads what became of it.
        self.lock_for_update()
        self.invalidate_recordset()
        if self.state == "booked":
            raise UserError(
                self.env._("The payout %(payout)s is already booked.", payout=self.name)
            )
        if refusals := self._get_refusals():
            raise UserError("\n".join(refusals))
        statement = self.statement_line_id
        items = [line._get_waiting_items() for line in self.line_ids]
        values = [
            *self._prepare_settled(statement, items),
            *self._prepare_fee(statement),
        ]
        made = statement._legal_settle(values)
        self._reconcile(made, items)
        self.write(
            {
                "state": "booked",
                "booked_by_id": self.env.uid,
                "booked_on": fields.Datetime.now(),
            }
        )
        self.message_post(
            body=self.env._(
                "Booked on the bank line of %(day)s: %(count)s payments of %(gross)s,"
                " %(fee)s kept by the provider.",
                day=format_date(self.env, statement.date),
                count=self.payment_count,
                gross=self._say(self.amount_gross),
                fee=self._say(self.amount_fee),
            )
        )

    def _prepare_settled(self, statement, items):
        """Return the items that meet each payment, refund or other sum."""
        rows = []
        for line, waiting in zip(self.line_ids, items, strict=True):
            if not waiting:
                rows.append(
                    self._prepare_item(
                        statement,
                        line.account_id,
                        -line.amount,
                        line.label or self.name,
                        line.partner_id,
                    )
                )
            for item in waiting:
                rows.append(
                    self._prepare_item(
                        statement,
                        item.account_id,
                        -item.amount_residual_currency,
                        line.payment_id.name,
                        item.partner_id,
                    )
                )
        return rows

    def _prepare_item(self, statement, account, amount, name, partner=None, **more):
        """Return the values of an item, its balance at the rate of the bank line."""
        return statement._legal_prepare_item(
            self.currency_id, account, amount, name, partner, **more
        )

    def _prepare_fee(self, statement):
        """Return the items of the fee and of its tax, as the provider's rule says."""
        fee = self.amount_fee
        if self.currency_id.is_zero(fee):
            return []
        rule = self._get_rule()
        name = self.env._(
            "Fee of %(provider)s, %(payout)s",
            provider=self.method_line_id.name,
            payout=self.reference or self.name,
        )
        if rule.books_fee == "supplier":
            supplier = rule.supplier_id.with_company(self.company_id)
            return [
                self._prepare_item(
                    statement,
                    supplier.property_account_payable_id,
                    fee,
                    name,
                    supplier.commercial_partner_id,
                )
            ]
        tax = rule.fee_tax_id
        if not tax:
            return [self._prepare_item(statement, rule.fee_account_id, fee, name)]
        # What the provider kept includes its tax.
        found = tax.with_context(force_price_include=True).compute_all(
            fee, self.currency_id, handle_price_include=True
        )
        rows = [
            self._prepare_item(
                statement,
                rule.fee_account_id,
                found["total_excluded"],
                name,
                tax_ids=[Command.set(tax.ids)],
                tax_tag_ids=[Command.set(found["base_tags"])],
            )
        ]
        rows += [
            self._prepare_item(
                statement,
                self.env["account.account"].browse(part["account_id"])
                or rule.fee_account_id,
                part["amount"],
                part["name"],
                tax_repartition_line_id=part["tax_repartition_line_id"],
                tax_tag_ids=[Command.set(part["tag_ids"])],
                tax_base_amount=part["base"],
                group_tax_id=False,
            )
            for part in found["taxes"]
        ]
        return rows

    def _reconcile(self, made, items):
        """Match each payment's item with the one of the bank line made for it."""
        for waiting in items:
            for item in waiting:
                own = made.filtered(
                    lambda line, item=item: (
                        line.account_id == item.account_id
                        and not line.reconciled
                        and line.name == item.payment_id.name
                        and not self.currency_id.compare_amounts(
                            line.amount_currency, -item.amount_residual_currency
                        )
                    )
                )[:1]
                (item | own).reconcile()
                made -= own

    # -- undoing --------

    def action_undo(self):
        """Give the bank line back as it came; the payments wait again."""
        self.check_access("write")
        self.env["account.move"].check_access("write")
        for payout in self:
            payout.lock_for_update()
            if payout.state != "booked":
                raise UserError(
                    self.env._(
                        "The payout %(payout)s is not booked: nothing is to be undone.",
                        payout=payout.name,
                    )
                )
            if payout.bank_move_id.inalterable_hash:
                raise UserError(
                    self.env._(
                        "The bank entry %(entry)s of the payout %(payout)s is sealed"
                        " and stays as it is: correct it by an entry of its own.",
                        entry=payout.bank_move_id.name,
                        payout=payout.name,
                    )
                )
            payout.state = "draft"
            payout.statement_line_id.action_undo_reconciliation()
            payout.write({"booked_by_id": False, "booked_on": False})
            payout.message_post(
                body=self.env._("Undone: the bank line and the payments wait again.")
            )


class LegalPayoutLine(models.Model):
    _inherit = "legal.payout.line"

    def _get_waiting_items(self):
        """Return the items by which this payment still waits for the bank."""
        self.ensure_one()
        payment = self.payment_id
        if not payment.move_id or payment.move_id.state != "posted":
            return self.env["account.move.line"]
        waiting, _counterpart, _writeoff = payment._seek_for_lines()
        return waiting.filtered(
            lambda item: (
                item.account_id.reconcile
                and not item.reconciled
                and not item.currency_id.is_zero(item.amount_residual_currency)
            )
        )
