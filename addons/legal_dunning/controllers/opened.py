from odoo.http import request

from odoo.addons.legal_billing.controllers.portal import LegalInvoicePortal


class LegalOpenedPortal(LegalInvoicePortal):
    """The account of a payer knows when the page of an invoice was opened."""

    def _legal_render_invoice(self, invoice_sudo, **kw):
        response = super()._legal_render_invoice(invoice_sudo, **kw)
        if not request.env.user._is_internal():
            invoice_sudo._log_page_opened()
        return response
