from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route

from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.legal_timesheet.controllers.private_page import (
    MAX_ID,
    SAME_SITE_HEADERS,
)
from odoo.addons.payment import utils as payment_utils


class LegalInvoicePortal(PortalAccount):
    """The page behind the link of a law firm's invoice; other invoices stay stock."""

    @route()
    def portal_my_invoice_detail(
        self, invoice_id, access_token=None, report_type=None, download=False, **kw
    ):
        try:
            if invoice_id > MAX_ID:
                raise MissingError(request.env._("This document does not exist."))
            invoice_sudo = self._document_check_access(
                "account.move", invoice_id, access_token
            )
        except (AccessError, MissingError):
            return self._legal_render_bad_link()
        if not invoice_sudo.is_legal or not invoice_sudo.is_sale_document():
            return super().portal_my_invoice_detail(
                invoice_id,
                access_token=access_token,
                report_type=report_type,
                download=download,
                **kw,
            )
        if report_type and invoice_sudo.state == "posted":
            return super().portal_my_invoice_detail(
                invoice_id,
                access_token=access_token,
                report_type=report_type,
                download=download,
            )
        invoice_sudo = invoice_sudo._legal_in_client_language()
        request.update_context(lang=invoice_sudo.env.lang)
        return self._legal_render_invoice(invoice_sudo, **kw)

    def _legal_render_invoice(self, invoice_sudo, **kw):
        user = request.env.user
        reader = None if user._is_public() else user
        page = invoice_sudo._legal_get_portal_values(reader)
        payment_form = ""
        if page["situation"] == "due":
            page["choice"] = self._legal_get_amount_choice(invoice_sudo, **kw)
            payment_form = self._legal_render_payment_form(invoice_sudo, page["choice"])
        return self._legal_render(
            "legal_billing.portal_invoice_page",
            page,
            payment_form=payment_form,
            is_payment_open=bool(kw.get("payment")),
            is_signed_in=bool(reader),
        )

    def _legal_render_bad_link(self):
        """Say that the link opens nothing, the same whatever the reason."""
        # sudo: the letterhead of the firm, public as it is.
        firm = request.env.company.sudo()
        page = {
            "title": request.env._("Link not valid – %(firm)s", firm=firm.name),
            "firm": request.env["account.move"]
            .sudo()
            .new({"company_id": firm.id})
            ._legal_get_portal_firm(),
        }
        return self._legal_render(
            "legal_billing.portal_bad_link",
            page,
            status=404,
            is_signed_in=not request.env.user._is_public(),
        )

    def _legal_render(self, template, page, status=200, **values):
        values.update(page=page, lang_code=(request.env.lang or "en_US").split("_")[0])
        response = request.render(template, values, status=status)
        response.headers.update(SAME_SITE_HEADERS)
        return response

    # -- payment form ----------------------------------------------------------

    def _legal_get_amount_choice(
        self, invoice_sudo, amount=None, payment_token=None, **kw
    ):
        """Return the amount the form is for, and the other one that may be chosen.

        A link from the firm may ask for part of the sum: its amount is signed.
        What is signed but no longer due is ignored, and so is a forged amount.
        """
        currency = invoice_sudo.currency_id
        asked = invoice_sudo._legal_get_asked()["amount"]
        left = invoice_sudo.amount_residual
        if amount and payment_utils.check_access_token(
            payment_token, invoice_sudo.id, amount
        ):
            signed = currency.round(self._cast_as_float(amount) or 0.0)
            if 0 < signed and currency.compare_amounts(signed, left) <= 0:
                asked = signed
        _ = invoice_sudo.env._
        money = invoice_sudo._legal_format_money
        choice = {
            "amount": asked,
            "label": _("Pay %(amount)s", amount=money(asked)),
            "online_label": _("Pay %(amount)s online", amount=money(asked)),
            "other": {},
        }
        if currency.compare_amounts(asked, left):
            token = payment_utils.generate_access_token(invoice_sudo.id, str(left))
            choice["other"] = {
                "label": _("Pay %(amount)s", amount=money(left)),
                "url": invoice_sudo.get_portal_url(
                    query_string=f"&payment=True&amount={left}&payment_token={token}",
                    anchor="portal_pay",
                ),
            }
        return choice

    def _legal_render_payment_form(self, invoice_sudo, choice):
        """Return the stock payment form as HTML, or nothing if none is offered."""
        values = self._get_common_page_view_values(
            invoices_data={
                "partner": invoice_sudo.partner_id,
                "company": invoice_sudo.company_id,
                "total_amount": choice["amount"],
                "currency": invoice_sudo.currency_id,
                "amount_residual": invoice_sudo.amount_residual,
                "landing_route": invoice_sudo.get_portal_url(),
                "transaction_route": self._legal_get_transaction_route(
                    invoice_sudo, choice
                ),
            },
            # A signed-in client needs no token to come here, but the form does.
            access_token=invoice_sudo._portal_ensure_token(),
        )
        return self._legal_render_form_of(values, choice["amount"], choice["label"])

    def _legal_render_form_of(self, values, amount, label):
        """Return stock's form to pay an amount, empty when nothing can take it."""
        if request.env.user._is_public():
            # Whoever holds the link may pay, not use the client's saved cards.
            values["tokens_sudo"] = request.env["payment.token"]
            values["show_tokenize_input_mapping"] = dict.fromkeys(
                values["show_tokenize_input_mapping"], False
            )
        if values["company_mismatch"] or not (
            values["payment_methods_sudo"] or values["tokens_sudo"]
        ):
            return ""
        values.update(amount=amount, submit_button_label=label)
        # sudo: the template of payment, with the whitelisted values above
        return request.env["ir.ui.view"].sudo()._render_template("payment.form", values)

    def _legal_get_transaction_route(self, invoice_sudo, choice):
        """Return where the form asks for a transaction of this choice; a hook."""
        return f"/invoice/transaction/{invoice_sudo.id}"

    # -- several invoices at once ----------------------------------------------

    @route()
    def portal_my_overdue_invoices(self, access_token=None, **kw):
        try:
            return super().portal_my_overdue_invoices(access_token=access_token, **kw)
        except ValidationError:
            # Several firms, payers or currencies: paid one by one.
            return request.redirect("/my/invoices?filterby=overdue_invoices")

    def _overdue_invoices_get_page_view_values(self, overdue_invoices, **kwargs):
        values = super()._overdue_invoices_get_page_view_values(
            overdue_invoices, **kwargs
        )
        # sudo: portal users may read their invoices, not each field of ours.
        if any(overdue_invoices.sudo().mapped("is_legal")):
            # What is left, where stock asks again for what was already paid.
            amount = sum(overdue_invoices.mapped("amount_residual"))
            values["amount"] = amount
            values["payment"]["amount"] = amount
        return values
