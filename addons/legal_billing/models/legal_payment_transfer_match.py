from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, html2plaintext

from ..engine.transfer import quotes


class LegalPaymentTransfer(models.Model):
    """An announced transfer that came in: matched with what it is for, to the cent."""

    _inherit = "legal.payment.transfer"

    # -- which one a bank line brings ------------------------------------------------

    def _get_quotable(self):
        """Return [(transfer, the references a bank may print of it)]."""
        return [
            (transfer, {transfer.reference or "", transfer._get_communication() or ""})
            for transfer in self
        ]

    @api.model
    def _find_quoted(self, quotable, text, amount):
        """Return the transfer whose reference a text quotes.

        Of several, as with parts of one invoice, the one of this very amount.

        :param quotable: of :meth:`_get_quotable`
        """
        found = [
            transfer
            for transfer, references in quotable
            if any(quotes(text, reference) for reference in references)
        ]
        alike = [
            transfer
            for transfer in found
            if not transfer.currency_id.compare_amounts(transfer.amount, amount)
        ]
        return next(iter(alike or found), self.browse())

    def _say_documents(self):
        """Return the numbers of what this transfer is for."""
        self.ensure_one()
        return ", ".join(
            line.move_id.name or line.provision_id.name for line in self.line_ids
        )

    def action_match(self):
        """Match these transfers with the bank lines that quote them."""
        Line = self.env["account.bank.statement.line"]
        Line.check_access("write")
        waiting = Line.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("is_reconciled", "=", False),
                ("amount", ">", 0),
            ]
        )
        lines = waiting.filtered(lambda line: line.legal_transfer_id in self)
        if not lines:
            raise UserError(
                self.env._(
                    "No bank line quotes %(references)s yet: match it once the"
                    " statement brings it.",
                    references=", ".join(self.mapped("reference")),
                )
            )
        return lines.action_legal_match_transfer()

    # -- what keeps it from being matched ----------------------------------------------

    def _get_match_refusal(self, line):
        """Return why this transfer is not what a bank line brings; else nothing."""
        self.ensure_one()
        _ = self.env._
        words = {
            "reference": self.reference,
            "day": format_date(self.env, line.date),
            "payer": self.partner_id.display_name,
        }
        if self.statement_line_id:
            return _(
                "The transfer %(reference)s came in already, on %(day)s: match this"
                " bank line with something else.",
                **{**words, "day": format_date(self.env, self.statement_line_id.date)},
            )
        other = line._legal_get_other_payer(self.partner_id)
        if other:
            return _(
                "The bank line of %(day)s comes from %(other)s, and the transfer"
                " %(reference)s was announced by %(payer)s: set the payer on the bank"
                " line if it is theirs, or match it by hand.",
                other=other.display_name,
                **words,
            )
        if line.move_id.inalterable_hash:
            return _(
                "The bank line of %(day)s is sealed and stays as it is: match its"
                " entry by one of its own.",
                **words,
            )
        return self._get_amount_refusal(line, words) or self._get_document_refusal()

    def _get_amount_refusal(self, line, words):
        _ = self.env._
        currency = line.foreign_currency_id or line.currency_id
        brought = line._legal_get_amount()
        if currency != self.currency_id or self.currency_id.compare_amounts(
            brought, self.amount
        ):
            return _(
                "The bank line of %(day)s brings %(brought)s, and the transfer"
                " %(reference)s was announced for %(amount)s: match it by hand with"
                " its invoices.",
                brought=format_amount(self.env, brought, currency),
                amount=format_amount(self.env, self.amount, self.currency_id),
                **words,
            )
        return ""

    def _get_document_refusal(self):
        """Return which document no longer owes what this transfer brings it."""
        _ = self.env._
        for line in self.line_ids:
            provision, move = line.provision_id, line._get_move()
            if provision and not move and provision.state != "requested":
                return _(
                    "The provision %(number)s of the transfer %(reference)s is no"
                    " longer asked for: match the bank line by hand.",
                    number=provision.name,
                    reference=self.reference,
                )
            left = move.amount_residual if move.state == "posted" else 0.0
            if move and self.currency_id.compare_amounts(left, line.amount) < 0:
                return _(
                    "Of %(number)s, %(left)s is left to pay, and the transfer"
                    " %(reference)s brings it %(amount)s: match the bank line by hand.",
                    number=move.name,
                    left=format_amount(self.env, left, self.currency_id),
                    reference=self.reference,
                    amount=format_amount(self.env, line.amount, self.currency_id),
                )
        return ""

    # -- matching ----------------------------------------------------------------------

    def _match(self, statement):
        """Settle by a bank line what this transfer is for, document by document.

        :raise UserError: why not; nothing is written then
        """
        self.ensure_one()
        lines = self.line_ids
        lines.provision_id.sorted("id")._lock()
        lines.move_id.sorted("id")._legal_lock_payment()
        self.lock_for_update()
        if refusal := self._get_match_refusal(statement):
            raise UserError(refusal)
        partner = self.partner_id
        rows, dues = [], []
        for line in lines:
            move = line._get_move() or line.provision_id._issue_deposit(
                statement.date, is_paid=True
            )
            due = move.line_ids.filtered(
                lambda item: item.display_type == "payment_term" and not item.reconciled
            )
            rows.append(
                statement._legal_prepare_item(
                    self.currency_id,
                    due.account_id[:1],
                    -line.amount,
                    f"{statement.payment_ref or self.reference} – {move.name}",
                    partner,
                )
            )
            dues.append(due)
        if not statement.partner_id:
            statement.partner_id = partner
        made = statement._legal_settle(rows)
        own = made.filtered(lambda item: item.account_id in dues[0].account_id)
        for item, due in zip(own, dues, strict=True):
            (item | due).reconcile()
        self.statement_line_id = statement
        self.transaction_ids._legal_note_transfer()

    def _unmatch(self):
        """Let these transfers wait again: their bank lines were given back."""
        for transfer in self:
            twin = self.search(
                [
                    ("company_id", "=", transfer.company_id.id),
                    ("partner_id", "=", transfer.partner_id.id),
                    ("digest", "=", transfer.digest),
                    ("statement_line_id", "=", False),
                ],
                limit=1,
            )
            if twin:
                # announced anew meanwhile: both references are known to the payer
                transfer.digest = f"{transfer.digest} {transfer.id}"
            transfer.statement_line_id = False
            transfer.transaction_ids.legal_share_ids.amount_settled = 0.0


class LegalPaymentTransferLine(models.Model):
    _inherit = "legal.payment.transfer.line"

    def _get_move(self):
        """Return the invoice, or the one that a provision became meanwhile."""
        self.ensure_one()
        return self.move_id or self.provision_id._get_deposit_move()


class AccountBankStatementLine(models.Model):
    """A bank line that quotes an announced transfer proposes it."""

    _inherit = "account.bank.statement.line"

    legal_transfer_id = fields.Many2one(
        "legal.payment.transfer",
        "Announced by the Payer",
        compute="_compute_legal_transfer_id",
        groups="account.group_account_invoice",
        help="Its reference is in the words of the bank.",
    )
    legal_transfer_hint = fields.Char(
        "How It Fits",
        compute="_compute_legal_transfer_id",
        groups="account.group_account_invoice",
    )

    def _compute_legal_transfer_id(self):
        # sudo: found by what the bank says; shown inside the ledger's own rights
        Transfer = self.env["legal.payment.transfer"].sudo()
        waiting = self.filtered(lambda line: not line.is_reconciled and line.amount > 0)
        open_ones = Transfer.search(
            [
                ("company_id", "in", waiting.company_id.ids),
                ("statement_line_id", "=", False),
            ]
        )
        transfers = {
            company: own._get_quotable()
            for company, own in open_ones.grouped("company_id").items()
        }
        for line in self:
            found = Transfer
            if line in waiting and line.company_id in transfers:
                found = Transfer._find_quoted(
                    transfers[line.company_id],
                    line._legal_get_words(),
                    line._legal_get_amount(),
                )
            line.legal_transfer_id = found.sudo(False)
            line.legal_transfer_hint = found and (
                found._get_match_refusal(line)
                or self.env._("To the cent: %(what)s", what=found._say_documents())
            )

    def _legal_get_words(self):
        """Return all that the bank says of a line."""
        self.ensure_one()
        parts = (
            self.payment_ref,
            self.ref,
            html2plaintext(self.narration or ""),
            str(self.transaction_details or ""),
        )
        return " | ".join(part for part in parts if part)

    def _legal_get_other_payer(self, payer):
        """Return who this line comes from when it is somebody else; else nobody."""
        self.ensure_one()
        known = self.partner_id
        if not known and self.account_number:
            # sudo: whose account it is, compared with the payer
            banks = self.env["res.partner.bank"].sudo()
            known = banks.search(
                [("sanitized_acc_number", "=", _sanitize(self.account_number))]
            ).partner_id
        # some banks give the firm's own account there
        known -= self.company_id.partner_id
        others = known.commercial_partner_id - payer.commercial_partner_id
        is_own = payer.commercial_partner_id in known.commercial_partner_id
        return others.browse() if is_own else others[:1]

    def action_legal_match_transfer(self):
        """Match these lines with the transfers they quote; say what is left."""
        self.check_access("write")
        self.env["account.move"].check_access("write")
        matched, refused = self.browse(), []
        for line in self:
            try:
                with self.env.cr.savepoint():
                    line._legal_match_transfer()
            except UserError as error:
                refused.append(error.args[0])
            else:
                matched |= line
        if refused and len(self) == 1:
            raise UserError(refused[0])
        message = self.env._("%(count)s bank lines matched.", count=len(matched))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "title": message if refused else False,
                "message": " ".join(refused) or message,
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _legal_match_transfer(self):
        self.ensure_one()
        transfer = self.legal_transfer_id
        if not transfer:
            raise UserError(
                self.env._(
                    "No announced transfer is quoted by the bank line of %(day)s,"
                    " “%(words)s”, or it is booked already: match it by hand.",
                    day=format_date(self.env, self.date),
                    words=self.payment_ref or "",
                )
            )
        # sudo: whoever keeps the ledger books what the payer said it is for, a
        # provision behind a wall too
        transfer.sudo()._match(self.sudo())

    def action_undo_reconciliation(self):
        """What is undone waits again."""
        transfers = self.env["legal.payment.transfer"].sudo()
        transfers.search([("statement_line_id", "in", self.ids)])._unmatch()
        return super().action_undo_reconciliation()


def _sanitize(number):
    return "".join(c for c in number if c.isalnum()).upper()
