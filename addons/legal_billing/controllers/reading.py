from odoo.http import request, route

from .agreement import LegalAgreementPortal
from .client import LegalClientPortal

GOOD = 200


class LegalReadingPortal(LegalClientPortal):
    """Invoices and provisions know when their pages were opened, by whose link."""

    def _legal_note_reading(self, kind, documents, address=None):
        """Record a reading; who opens it sees nothing of it, whatever happens."""
        request.env["legal.reading.event"]._log(
            kind,
            documents,
            address=address,
            user=request.env.user,
            ip=request.httprequest.remote_addr,
        )

    def _legal_render_invoice(self, invoice_sudo, **kw):
        response = super()._legal_render_invoice(invoice_sudo, **kw)
        if invoice_sudo.state == "posted":
            self._legal_note_reading("opened", invoice_sudo, invoice_sudo.legal_sent_to)
        return response

    @route()
    def portal_my_invoice_detail(
        self, invoice_id, access_token=None, report_type=None, download=False, **kw
    ):
        response = super().portal_my_invoice_detail(
            invoice_id,
            access_token=access_token,
            report_type=report_type,
            download=download,
            **kw,
        )
        if report_type == "pdf" and getattr(response, "status_code", 0) == GOOD:
            # sudo: the page was given out just now, so the reader may have it.
            move_sudo = request.env["account.move"].sudo().browse(invoice_id)
            if move_sudo.is_legal and move_sudo.state == "posted":
                self._legal_note_reading("pdf", move_sudo, move_sudo.legal_sent_to)
        return response

    @route()
    def portal_my_provision(
        self, provision_id, access_token=None, report_type=None, download=False, **kw
    ):
        response = super().portal_my_provision(
            provision_id,
            access_token=access_token,
            report_type=report_type,
            download=download,
            **kw,
        )
        if getattr(response, "status_code", 0) == GOOD:
            # sudo: as above.
            provision_sudo = request.env["legal.provision"].sudo().browse(provision_id)
            if provision_sudo.state == "requested":
                self._legal_note_reading(
                    "pdf" if report_type == "pdf" else "opened",
                    provision_sudo,
                    provision_sudo.partner_id.email,
                )
        return response

    def _client_note_visit(self, link_sudo):
        """A visit of the account, by a link or signed in, is one of what is open."""
        super()._client_note_visit(link_sudo)
        if request.env.user._is_internal():
            return
        moves_sudo = link_sudo._get_open_moves()
        self._legal_note_reading("listed", moves_sudo, link_sudo.contact_id.email)


class LegalAgreementReading(LegalAgreementPortal):
    @route()
    def legal_agreement_page(self, agreement_id, access_token=None, said=None, **kw):
        response = super().legal_agreement_page(
            agreement_id, access_token=access_token, said=said, **kw
        )
        return self._legal_agreement_read(
            response, agreement_id, access_token, "opened"
        )

    @route()
    def legal_agreement_pdf(self, agreement_id, access_token=None, **kw):
        response = super().legal_agreement_pdf(
            agreement_id, access_token=access_token, **kw
        )
        is_pdf = getattr(response, "mimetype", "") == "application/pdf"
        kind = "pdf" if is_pdf else "opened"
        return self._legal_agreement_read(response, agreement_id, access_token, kind)

    def _legal_agreement_read(self, response, agreement_id, access_token, kind):
        """Record that the agreement was before the client's eyes."""
        if getattr(response, "status_code", 0) == GOOD:
            agreement_sudo, _key = self._legal_agreement_find(
                agreement_id, access_token
            )
            if agreement_sudo:
                request.env["legal.reading.event"]._log(
                    kind,
                    agreement_sudo,
                    address=agreement_sudo.sent_to_id.email,
                    user=request.env.user,
                    ip=request.httprequest.remote_addr,
                )
        return response
