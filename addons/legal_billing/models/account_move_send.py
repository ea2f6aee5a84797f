from odoo import models

from ..report import renderer


class AccountMoveSend(models.AbstractModel):
    """Send legal invoices as one PDF/A-3 file that carries its e-invoice.

    The XML is made first and embedded while the PDF is written: nothing touches
    the file afterwards, since any later edit would end its conformance.
    """

    _inherit = "account.move.send"

    def _get_default_invoice_edi_format(self, move, **kwargs):
        if move._legal_is_checked():
            return "facturx"
        return super()._get_default_invoice_edi_format(move, **kwargs)

    def _get_default_pdf_report_id(self, move):
        if move.is_legal and move.is_sale_document():
            return self.env.ref("legal_billing.action_report_invoice")
        return super()._get_default_pdf_report_id(move)

    def _get_default_mail_template_id(self, move):
        if move.is_legal and move.is_sale_document():
            template = self.env.ref(
                "legal_billing.mail_template_invoice", raise_if_not_found=False
            )
            return template or super()._get_default_mail_template_id(move)
        return super()._get_default_mail_template_id(move)

    def _prepare_invoice_pdf_report(self, invoices_data):
        xmls = {
            invoice.id: invoice_data["ubl_cii_xml_attachment_values"]["raw"]
            for invoice, invoice_data in invoices_data.items()
            if self._legal_carries_facturx(invoice, invoice_data)
        }
        return super(
            AccountMoveSend, self.with_context(legal_sending_xmls=xmls)
        )._prepare_invoice_pdf_report(invoices_data)

    def _legal_carries_facturx(self, invoice, invoice_data):
        options = invoice_data.get("ubl_cii_xml_options", {})
        return invoice.is_legal and options.get("ubl_cii_format") == "facturx"

    def _hook_invoice_document_after_pdf_report_render(self, invoice, invoice_data):
        """Keep the file as our renderer wrote it.

        The stock hook would embed the same XML a second time and rewrite the
        file in a way that is no PDF/A any more, so it is not called for it.
        """
        values = invoice_data.get("pdf_attachment_values")
        proforma = invoice_data.get("proforma_pdf_attachment_values")
        if renderer.is_available() and invoice.is_legal and invoice.is_sale_document():
            if proforma and _is_pdf(proforma):
                return None
            if (
                values
                and _is_pdf(values)
                and self._legal_carries_facturx(invoice, invoice_data)
            ):
                return None
        return super()._hook_invoice_document_after_pdf_report_render(
            invoice, invoice_data
        )


def _is_pdf(values):
    """Tell a file from the HTML that stock makes of reports in tests."""
    return (values["raw"] or b"").startswith(b"%PDF")
