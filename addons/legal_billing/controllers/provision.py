from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route

from .payment import LegalPaymentPortal
from .portal import MAX_ID, LegalInvoicePortal


class LegalProvisionPortal(LegalInvoicePortal, LegalPaymentPortal):
    """The page behind the link of a request for a provision, and its payment."""

    def _legal_find_provision(self, provision_id, access_token=None):
        """Return the request for whoever holds its link, or is its payer.

        :raise AccessError: everybody else; the wall lets no portal user in
        """
        # sudo: read to check who asks, before anything is shown.
        provision_sudo = request.env["legal.provision"].sudo().browse(provision_id)
        if provision_id > MAX_ID or not provision_sudo.exists():
            raise MissingError(request.env._("This document does not exist."))
        user = request.env.user
        if access_token:
            provision_sudo = self._document_check_access(
                "legal.provision", provision_id, access_token
            ).sudo()
        elif user._is_public() or not user.share:
            provision_sudo.sudo(False).with_user(user).check_access("read")
        elif (
            user.partner_id.commercial_partner_id
            != provision_sudo.partner_id.commercial_partner_id
        ):
            raise AccessError(request.env._("This document is not yours."))
        return provision_sudo._in_client_language()

    @route(
        "/my/provisions/<int:provision_id>", type="http", auth="public", website=True
    )
    def portal_my_provision(
        self, provision_id, access_token=None, report_type=None, download=False, **kw
    ):
        try:
            provision_sudo = self._legal_find_provision(provision_id, access_token)
        except (AccessError, MissingError):
            return self._legal_render_bad_link()
        request.update_context(lang=provision_sudo.env.lang)
        deposit_sudo = provision_sudo._get_deposit_move()
        if deposit_sudo.state == "posted" and not provision_sudo.source_id:
            deposit_sudo._portal_ensure_token()
            return request.redirect(deposit_sudo.get_portal_url())
        if report_type == "pdf" and provision_sudo.state == "requested":
            return self._show_report(
                model=provision_sudo,
                report_type="pdf",
                report_ref="legal_billing.action_report_provision",
                download=bool(download),
            )
        page = provision_sudo._get_portal_values()
        payment_form = ""
        if page["situation"] == "due":
            payment_form = self._legal_render_provision_form(provision_sudo, page)
        return self._legal_render(
            "legal_billing.portal_provision_page",
            page,
            payment_form=payment_form,
            is_payment_open=bool(kw.get("payment")),
            is_signed_in=not request.env.user._is_public(),
        )

    def _legal_render_provision_form(self, provision_sudo, page):
        """Return the stock payment form for the whole request, or nothing."""
        values = self._get_common_page_view_values(
            invoices_data={
                "partner": provision_sudo.partner_id,
                "company": provision_sudo.company_id,
                "total_amount": provision_sudo.amount_total,
                "currency": provision_sudo.currency_id,
                "amount_residual": provision_sudo.amount_total,
                "landing_route": provision_sudo.get_portal_url(),
                "transaction_route": f"/provision/transaction/{provision_sudo.id}",
            },
            access_token=provision_sudo._portal_ensure_token(),
        )
        return self._legal_render_form_of(
            values, provision_sudo.amount_total, page["choice"]["label"]
        )

    @route(
        "/provision/transaction/<int:provision_id>",
        type="jsonrpc",
        auth="public",
        website=True,
        legal_limit="payment",
    )
    def provision_transaction(self, provision_id, access_token=None, **kwargs):
        try:
            provision_sudo = self._legal_find_provision(provision_id, access_token)
        except (AccessError, MissingError) as error:
            raise ValidationError(
                request.env._(
                    "This payment link is not valid, and nothing was charged: open"
                    " the link of our latest message again."
                )
            ) from error
        self._validate_transaction_kwargs(kwargs)
        request.update_context(lang=provision_sudo.env.lang)
        provision_sudo._lock()
        values = {
            **kwargs,
            # What the browser says of the amount is not even read.
            "amount": provision_sudo._check_payment(),
            "landing_route": provision_sudo.get_portal_url(),
            "is_validation": False,
        }
        payer_sudo = self._legal_get_payer(provision_sudo)
        self._legal_check_means(provision_sudo, payer_sudo, values)
        if request.env.user._is_public():
            values["tokenization_requested"] = False
        values.update(
            currency_id=provision_sudo.currency_id.id,
            partner_id=payer_sudo.id,
            reference_prefix=provision_sudo.name,
        )
        tx_sudo = self._create_transaction(
            custom_create_values={"legal_provision_id": provision_sudo.id}, **values
        )
        return tx_sudo._get_processing_values()
