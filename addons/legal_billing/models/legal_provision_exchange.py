from odoo import models


class LegalProvision(models.Model):
    """Provisions in another currency than the books'.

    Each document is booked at the rate of its own day, so that a provision used up to
    the last franc would leave euros on account 4191. Its items are reconciled with
    one another as documents use it: Odoo then books the gain or loss in the exchange
    journal, as it does for receivables.
    """

    _inherit = "legal.provision"

    def _settle_exchange(self):
        """Reconcile what received and what used these provisions."""
        for provision in self:
            if provision.currency_id == provision.company_id.currency_id:
                continue
            # sudo: whoever posts a document may be outside the wall of its matter.
            lines = provision.sudo().move_line_ids.filtered(
                lambda line: (
                    line.parent_state == "posted"
                    and not line.reconciled
                    and not line.move_id.tax_cash_basis_origin_move_id
                    and not line.currency_id.is_zero(line.amount_currency)
                )
            )
            for account, own in lines.grouped("account_id").items():
                provision.sudo()._settle_account(account, own)

    def _settle_account(self, account, lines):
        if len({line.amount_currency > 0 for line in lines}) < 2:
            return
        if not account.reconcile:
            account.reconcile = True
        lines.reconcile()


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        # sudo: as above; only provisions of what was posted just now.
        posted.sudo().invoice_line_ids.legal_provision_id._settle_exchange()
        return posted


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def reconcile(self):
        """Let the exchange difference of a provision stand, and tell whose it is.

        Odoo would undo it while posting it, for documents whose VAT is due on
        payment: it expects what their VAT entries would be on the match of any
        account, and notes it for receivables alone.
        """
        # sudo: whose item it is, for whoever may reconcile it.
        provision = self.sudo().legal_provision_id
        if not provision:
            return super().reconcile()
        noting = self.with_context(add_caba_vals=True)
        result = super(AccountMoveLine, noting).reconcile()
        if len(provision) == 1:
            # sudo: as above. The sub-ledger ties to the account: the difference is
            # the provision's too.
            lines = self.sudo()
            partials = lines.matched_debit_ids | lines.matched_credit_ids
            partials.exchange_move_id.line_ids.filtered(
                lambda line: (
                    line.account_id in lines.account_id and not line.legal_provision_id
                )
            ).legal_provision_id = provision
        return result
