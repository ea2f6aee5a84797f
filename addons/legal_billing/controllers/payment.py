from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request, route

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.legal_timesheet.controllers.private_page import MAX_ID


class LegalPaymentPortal(PaymentPortal):
    """Transactions on legal invoices: what the browser says is checked again here."""

    @route(legal_limit="payment")
    def invoice_transaction(self, invoice_id, access_token=None, **kwargs):
        try:
            if invoice_id > MAX_ID:
                raise MissingError(request.env._("This document does not exist."))
            invoice_sudo = self._document_check_access(
                "account.move", invoice_id, access_token
            )
        except (AccessError, MissingError) as error:
            raise ValidationError(
                request.env._(
                    "This payment link is not valid, and nothing was charged: open"
                    " the link of our latest message again."
                )
            ) from error
        if not invoice_sudo.is_legal:
            return super().invoice_transaction(invoice_id, access_token, **kwargs)
        self._validate_transaction_kwargs(
            kwargs, additional_allowed_keys={"name_next_installment"}
        )
        invoice_sudo = invoice_sudo._legal_in_client_language()
        request.update_context(lang=invoice_sudo.env.lang)
        payer_sudo = self._legal_get_payer(invoice_sudo)
        values = self._legal_check_transaction(
            invoice_sudo, payer_sudo, invoice_sudo.get_portal_url(), kwargs
        )
        return self._process_transaction(
            payer_sudo.id,
            invoice_sudo.currency_id.id,
            invoice_sudo.ids,
            False,
            **values,
        )

    @route(legal_limit="payment")
    def overdue_invoices_transaction(self, payment_reference, **kwargs):
        user = request.env.user
        if not user._is_public():
            invoices_sudo = (
                request.env["account.move"]
                .search(self._get_overdue_invoices_domain())
                .sudo()
            )
            if not invoices_sudo:
                raise ValidationError(
                    request.env._(
                        "None of your invoices is overdue, and nothing was charged:"
                        " reload the page."
                    )
                )
            if any(invoices_sudo.mapped("is_legal")):
                self._legal_check_same_account(invoices_sudo)
                self._validate_transaction_kwargs(kwargs)
                kwargs = self._legal_check_transaction(
                    invoices_sudo, user.partner_id, "/my/invoices/", kwargs
                )
        return super().overdue_invoices_transaction(payment_reference, **kwargs)

    def _legal_check_transaction(
        self, invoices_sudo, payer_sudo, landing_route, values
    ):
        """Return the values of a transaction on these invoices, made trustworthy.

        Holds the lock of the invoices until the transaction is written.

        :raise UserError: a sentence for the client; nothing was charged
        """
        invoices_sudo._legal_lock_payment()
        amount = invoices_sudo._legal_check_payment(values.get("amount"))
        values = {
            **values,
            "amount": amount,
            "landing_route": landing_route,
            "is_validation": False,
        }
        values.pop("name_next_installment", None)
        self._legal_check_means(invoices_sudo, payer_sudo, values)
        if request.env.user._is_public():
            values["tokenization_requested"] = False
        return values

    def _legal_check_means(self, invoices_sudo, payer_sudo, values):
        """Refuse a provider, a method or a saved card that the page did not offer."""
        currency = invoices_sudo.currency_id
        # sudo: as the page does, to read what is offered to this payer.
        providers_sudo = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                invoices_sudo.company_id.id,
                payer_sudo.id,
                values["amount"],
                currency_id=currency.id,
            )
        )
        is_offered = values.get("provider_id") in providers_sudo.ids
        if values.get("flow") == "token":
            tokens_sudo = (
                request.env["payment.token"]
                .sudo()
                ._get_available_tokens(providers_sudo.ids, payer_sudo.id)
            )
            is_offered &= not request.env.user._is_public()
            is_offered &= values.get("token_id") in tokens_sudo.ids
        else:
            methods_sudo = (
                request.env["payment.method"]
                .sudo()
                ._get_compatible_payment_methods(
                    providers_sudo.ids, payer_sudo.id, currency_id=currency.id
                )
            )
            is_offered &= values.get("payment_method_id") in methods_sudo.ids
        if not is_offered:
            raise UserError(
                request.env._(
                    "This means of payment is no longer offered, and nothing was"
                    " charged: reload the page and choose another one."
                )
            )

    def _legal_check_same_account(self, invoices_sudo):
        """Refuse together what one payment could not settle."""
        receivables = invoices_sudo.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).account_id
        alike = (receivables, invoices_sudo.company_id, invoices_sudo.currency_id)
        if any(len(records) != 1 for records in alike):
            raise UserError(
                request.env._(
                    "These invoices cannot be paid together, and nothing was charged:"
                    " open each of them and pay it on its own."
                )
            )

    def _legal_get_payer(self, invoice_sudo):
        """Return who pays: the signed-in client, else the one invoiced."""
        user = request.env.user
        if user._is_public() or user._is_internal():
            return invoice_sudo.partner_id
        return user.partner_id
