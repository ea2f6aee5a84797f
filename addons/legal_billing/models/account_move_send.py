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
        chosen = super()._get_default_invoice_edi_format(move, **kwargs)
        # The client's own format wins; without one the e-invoice is kept all the same.
        return chosen or ("facturx" if move._legal_is_cured() else chosen)

    def _get_default_pdf_report_id(self, move):
        if move.is_legal and move.is_sale_document():
            # The id is kept in memory; a reference asks for the record each time.
            report_id = self.env["ir.model.data"]._xmlid_to_res_id(
                "legal_billing.action_report_invoice", raise_if_not_found=True
            )
            return self.env["ir.actions.report"].browse(report_id)
        return super()._get_default_pdf_report_id(move)

    def _get_default_mail_template_id(self, move):
        if move.is_legal and move.is_sale_document():
            template = self.env.ref(
                "legal_billing.mail_template_invoice", raise_if_not_found=False
            )
            return template or super()._get_default_mail_template_id(move)
        return super()._get_default_mail_template_id(move)

    def _prepare_invoice_pdf_report(self, invoices_data):
        xmls = {}
        for invoice, invoice_data in invoices_data.items():
            if self._legal_carries_facturx(invoice, invoice_data):
                values = invoice_data["ubl_cii_xml_attachment_values"]
                xmls[invoice.id] = values["raw"]
            elif invoice._legal_is_printed() and not invoice.is_legal:
                # As stock does: a Factur-X inside, whatever format goes beside.
                xml, errors = self.env["account.edi.xml.cii"]._export_invoice(invoice)
                xmls[invoice.id] = None if errors else xml
        return super(
            AccountMoveSend, self.with_context(legal_sending_xmls=xmls)
        )._prepare_invoice_pdf_report(invoices_data)

    def _legal_carries_facturx(self, invoice, invoice_data):
        options = invoice_data.get("ubl_cii_xml_options", {})
        return invoice._legal_is_printed() and (
            options.get("ubl_cii_format") == "facturx"
        )

    def _get_alerts(self, moves, moves_data):
        """Say what French platforms would refuse of ordinary invoices."""
        alerts = super()._get_alerts(moves, moves_data)
        ordinary = moves.filtered(
            lambda move: not move.is_legal and move._legal_is_cured()
        )
        if sentences := ordinary._legal_check_ordinary():
            alerts["legal_billing_ordinary"] = {
                "level": "warning",
                "message": "\n".join(sentences),
            }
        return alerts

    def _hook_invoice_document_after_pdf_report_render(self, invoice, invoice_data):
        """Keep the file as our renderer wrote it.

        The stock hook would embed the same XML a second time and rewrite the
        file in a way that is no PDF/A any more, so it is not called for it.
        """
        values = invoice_data.get("pdf_attachment_values")
        proforma = invoice_data.get("proforma_pdf_attachment_values")
        ours = renderer.is_available() and invoice._legal_is_printed()
        if ours and proforma and _is_pdf(proforma):
            return None
        ours = ours and values and _is_pdf(values)
        if ours and self._legal_carries_facturx(invoice, invoice_data):
            return None
        raw = values["raw"] if ours else None
        result = super()._hook_invoice_document_after_pdf_report_render(
            invoice, invoice_data
        )
        if ours and not invoice.is_legal:
            # Other formats carry our file inside; theirs is made for it beside.
            values["raw"] = raw
        return result


def _is_pdf(values):
    """Tell a file from the HTML that stock makes of reports in tests."""
    return (values["raw"] or b"").startswith(b"%PDF")


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_action_with_base_document_layout_configurator(self, report_action):
        """Ask for no letterhead that these documents would not use."""
        if self.is_legal:
            return report_action
        return super()._get_action_with_base_document_layout_configurator(report_action)
