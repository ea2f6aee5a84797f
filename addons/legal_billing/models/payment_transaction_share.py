from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import allocation
from ..engine.fees import to_decimal


class PaymentTransaction(models.Model):
    """An online payment settles what it was chosen for, document by document."""

    _inherit = "payment.transaction"

    legal_share_ids = fields.One2many(
        "legal.payment.share", "transaction_id", "What It Pays", readonly=True
    )

    # -- written with the transaction --------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        for transaction in transactions:
            transaction._legal_add_shares()
        return transactions

    def _legal_add_shares(self):
        """Say what a payment of legal invoices is for where its page did not."""
        self.ensure_one()
        if self.legal_share_ids:
            return
        if self.legal_provision_id and not self.source_transaction_id:
            values = {"provision_id": self.legal_provision_id.id, "amount": self.amount}
            self.legal_share_ids = [Command.create(values)]
            return
        if not self._legal_wants_shares():
            return
        moves = self.invoice_ids.sorted(_get_age)
        parts = [
            allocation.Part(
                move.id,
                to_decimal(move._legal_get_payable_amount()),
                to_decimal(move._legal_get_open_amount()),
            )
            for move in moves
        ]
        try:
            shares = allocation.allocate(parts, to_decimal(self.amount))
        except allocation.AllocationError:
            return  # more than is due, which what follows refuses or gives back
        self.legal_share_ids = [
            Command.create({"sequence": order, "move_id": key, "amount": float(amount)})
            for order, (key, amount) in enumerate(shares.items())
        ]

    def _legal_wants_shares(self):
        """Tell whether the invoices say by themselves what is paid; a hook."""
        moves = self.invoice_ids
        return (
            self.operation not in ("validation", "refund")
            and not self.source_transaction_id
            and bool(moves)
            and all(move.is_legal and move.state == "posted" for move in moves)
            and moves.currency_id == self.currency_id
        )

    @api.constrains("amount", "legal_share_ids")
    def _check_legal_shares(self):
        self._legal_check_shares()

    def _legal_check_shares(self):
        for transaction in self:
            total = sum(transaction.legal_share_ids.mapped("amount"))
            if transaction.legal_share_ids and (
                transaction.currency_id.compare_amounts(total, transaction.amount)
            ):
                raise ValidationError(
                    self.env._(
                        "The parts of the payment %(reference)s do not add up to it.",
                        reference=transaction.reference,
                    )
                )

    def _legal_get_shares(self):
        """Return what this payment is for; a captured part has its source's."""
        if self.operation in ("validation", "refund"):
            return self.legal_share_ids.browse()
        return self.legal_share_ids or self.source_transaction_id.legal_share_ids

    def _legal_get_running_amount(self, moves):
        """Return what these payments under way bring to some invoices."""
        total = 0.0
        for transaction in self:
            shares = transaction._legal_get_shares()
            if shares:
                own = shares.filtered(lambda share: share.move_id in moves)
                total += sum(own.mapped("amount"))
            else:
                total += transaction.amount
        return total

    # -- before the money moves ----------------------------------------------------

    def _legal_get_crossing(self, amount=None):
        """Refuse a payment of which one part no longer fits."""
        sentence = super()._legal_get_crossing(amount)
        source = self.source_transaction_id or self
        shares = source.legal_share_ids
        if sentence or not shares or self.operation in ("validation", "refund"):
            return sentence
        shares.provision_id._lock()
        family = source | source.child_transaction_ids
        captured = self._legal_take(shares, amount or self.amount)
        for share in shares.with_context(lang=self.partner_lang or self.env.lang):
            wanted = captured.get(share.id, 0.0)
            left = share._get_open(family)
            if self.currency_id.compare_amounts(wanted, left) > 0:
                return share.env._(
                    "Another payment of %(document)s came first, so this one was not"
                    " taken: choose again what you wish to pay.",
                    document=share._get_label(),
                )
        return ""

    def _legal_take(self, shares, amount):
        """Return {id of a share: what a captured amount brings it}."""
        wanted = {
            share.id: to_decimal(share.amount) - to_decimal(share.amount_settled)
            for share in shares
        }
        taken = allocation.take(wanted, to_decimal(amount))
        return {key: float(part) for key, part in taken.items()}

    # -- once it has moved -----------------------------------------------------------

    def _post_process(self):
        """Make the deposit invoices of the provisions that were just paid."""
        for transaction in self:
            if transaction.state == "done" and not transaction.payment_id:
                transaction._legal_invoice_provisions()
        return super()._post_process()

    def _legal_invoice_provisions(self):
        """Issue what each provision of this payment becomes, dated the day of it."""
        self.ensure_one()
        shares = self.legal_share_ids.filtered(
            lambda share: share.provision_id and not share.move_id
        )
        if not shares or self.operation in ("validation", "refund"):
            return
        moment = self.last_state_change or fields.Datetime.now()
        # sudo: the payer's own request, and its deposit invoice
        for share in shares.sudo():
            provision = share.provision_id
            provision._lock()
            date = fields.Date.context_today(provision, moment)
            try:
                with self.env.cr.savepoint():
                    move = provision._get_deposit_move() or provision._issue_deposit(
                        date, is_paid=True
                    )
            except UserError:
                # Withdrawn meanwhile: its money is a credit, which is reported.
                continue
            share.move_id = move
            self.invoice_ids |= move

    def _create_payment(self, **extra_create_values):
        """Post one payment with a receivable line a document, and match each.

        The native flow would match all lines together, oldest first, whatever the
        payer chose.
        """
        self.ensure_one()
        shares = self._legal_get_shares().sorted(lambda share: share.sequence)
        if self.amount <= 0 or not self._legal_is_split(shares):
            payment = super()._create_payment(**extra_create_values)
            self._legal_note_settled(shares, payment)
            return payment
        pieces = self._legal_get_pieces(shares)
        payment = super(
            PaymentTransaction,
            self.with_context(
                legal_split=self.id,
                legal_split_name=self._legal_get_line_name(pieces[0][0]),
            ),
        )._create_payment(
            write_off_line_vals=self._legal_get_lines(pieces), **extra_create_values
        )
        payment = payment.with_context(legal_split=False, legal_split_name=False)
        self._legal_match(payment, pieces)
        return payment

    def _legal_is_split(self, shares):
        """One document paid alone needs nothing of this."""
        return len(shares) > 1 or bool(shares and not shares.move_id)

    def _legal_get_pieces(self, shares):
        """Return [(share or nothing, amount)]: one receivable line of each.

        The amounts add up to the payment; what settles nothing comes last.
        """
        wanted = {
            key: to_decimal(amount)
            for key, amount in self._legal_take(shares, self.amount).items()
        }
        opens = {
            share.id: to_decimal(share.move_id.amount_residual)
            for share in shares
            if share.move_id.state == "posted"
        }
        settled, _rest = allocation.settle(wanted, opens)
        by_id = {share.id: share for share in shares}
        pieces = [(by_id[key], float(amount)) for key, amount in settled.items()]
        # as it was paid, to the cent, whatever a provider captured
        rest = to_decimal(self.amount) - sum(settled.values())
        if rest > 0 or not pieces:
            pieces.append((shares.browse(), float(rest)))
        return pieces

    def _legal_get_lines(self, pieces):
        """Return the receivable lines but the first, which the payment makes."""
        partner = self.partner_id.commercial_partner_id
        date = fields.Date.context_today(self)
        lines = []
        for share, amount in pieces[1:]:
            balance = self.currency_id._convert(
                amount, self.company_id.currency_id, self.company_id, date
            )
            lines.append(
                {
                    "name": self._legal_get_line_name(share),
                    "account_id": self._legal_get_receivable(share).id,
                    "partner_id": partner.id,
                    "currency_id": self.currency_id.id,
                    "amount_currency": -amount,
                    "balance": -balance,
                    "date_maturity": date,
                }
            )
        return lines

    def _legal_get_line_name(self, share):
        if share:
            return f"{self.reference} – {share.move_id.name}"
        return self.env._("%(reference)s – not due", reference=self.reference)

    def _legal_get_receivable(self, share):
        moves = share.move_id or self._legal_get_shares().move_id
        lines = moves.line_ids.filtered(lambda li: li.display_type == "payment_term")
        account = lines.account_id[:1]
        partner = self.partner_id.with_company(self.company_id)
        return account or partner.property_account_receivable_id

    def _legal_match(self, payment, pieces):
        """Match each line with the document it is for, and with no other."""
        _liquidity, receivable, _others = payment._seek_for_lines()
        for share, amount in pieces:
            if not share:
                continue
            name = self._legal_get_line_name(share)
            line = receivable.filtered(lambda li, name=name: li.name == name)
            due = share.move_id.line_ids.filtered(
                lambda li: li.display_type == "payment_term" and not li.reconciled
            )
            (line + due).with_context(legal_split=False).reconcile()
            # sudo: a figure for the receipt, written with the payment
            share.sudo().amount_settled += amount

    def _legal_note_settled(self, shares, payment):
        """Note what a payment of one document took off it."""
        if len(shares) != 1 or not payment:
            return
        left = self._legal_get_surplus(payment)
        settled = max(min(shares.amount, payment.amount) - left, 0.0)
        # sudo: as above
        shares.sudo().amount_settled += self.currency_id.round(settled)

    def _legal_get_surplus(self, payment):
        """Return what a payment brought that settles nothing."""
        _liquidity, receivable, _others = payment._seek_for_lines()
        return max(-sum(receivable.mapped("amount_residual_currency")), 0.0)


class LegalPaymentShare(models.Model):
    _inherit = "legal.payment.share"

    def _get_open(self, family):
        """Return what may still be paid of the document, some payments aside."""
        self.ensure_one()
        if self.provision_id and not self.move_id:
            return self.provision_id._get_open_amount(ignored=family)
        return self.move_id._legal_get_open_amount(ignored=family)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _legal_get_payable_amount(self):
        """Return what may be paid of this invoice now, if the payer wishes; a hook."""
        self.ensure_one()
        return self._legal_get_open_amount()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def reconcile(self):
        """Leave a payment of several documents to be matched line by line."""
        split = self.env.context.get("legal_split")
        if split and split in self.move_id.origin_payment_id.payment_transaction_id.ids:
            return None
        return super().reconcile()


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _prepare_move_line_default_vals(self, *args, **kwargs):
        """Name on the first receivable line the document that it is for."""
        lines = super()._prepare_move_line_default_vals(*args, **kwargs)
        name = self.env.context.get("legal_split_name")
        if name and self.payment_transaction_id:
            lines[1]["name"] = name
        return lines


def _get_age(move):
    return (move.invoice_date_due or move.date, move.invoice_date or move.date, move.id)
