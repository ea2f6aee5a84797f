import io

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import file_open

from ..report import press, renderer

# The stock invoice reports hand legal invoices over to ours.
STOCK_INVOICE_REPORTS = (
    "account.report_invoice",
    "account.report_invoice_with_payments",
)
HELPERS_PARAMETER = "legal_billing.pdf_helpers"
INVOICE_REPORT = "legal_billing.report_invoice"
SCREEN_CSS = Markup(
    "body{background:#fff}.lb{max-width:190mm;margin:0 auto;padding:6mm}"
    ".lb-runhead,.lb-footer .pages{display:none}"
    ".lb-band{margin:-6mm -6mm 8mm -6mm}"
)


class IrActionsReport(models.Model):
    """Reports that choose it are laid out here, as PDF/A-3, without wkhtmltopdf."""

    _inherit = "ir.actions.report"

    pdf_engine = fields.Selection(
        [("stock", "Stock (wkhtmltopdf)"), ("weasyprint", "WeasyPrint (PDF/A-3)")],
        string="PDF Engine",
        default="stock",
        required=True,
        help="WeasyPrint makes files fit for archiving and needs no other program.",
    )

    @api.model
    def get_wkhtmltopdf_state(self):
        """Let the web client ask for PDFs when ours need no wkhtmltopdf."""
        state = super().get_wkhtmltopdf_state()
        if state in ("install", "broken") and renderer.is_available():
            return "ok"
        return state

    @api.model
    def _legal_get_screen_css(self, design=None):
        """Return the style of the documents for a browser."""
        css = Markup("")
        for name in renderer.get_stylesheet_names(design):
            with file_open(name) as sheet:
                css += Markup(sheet.read())
        return css + SCREEN_CSS

    # -- rendering -------------------------------------------------------------

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report = self._get_report(report_ref)
        ours = self._legal_get_own_ids(report, res_ids)
        if not renderer.is_available():
            streams = super()._render_qweb_pdf_prepare_streams(
                report_ref, data, res_ids=res_ids
            )
            self._legal_tell_fallback(report, ours)
            return streams
        streams = {}
        others = [res_id for res_id in res_ids or [] if res_id not in ours]
        if others or not res_ids:
            self._legal_check_stock_engine(report)
            streams = super()._render_qweb_pdf_prepare_streams(
                report_ref, data, res_ids=others or res_ids
            )
        if report.model == "account.move":
            self.env["account.move"].browse(ours)._legal_prepare_print()
        with press.Batch(self._legal_count_helpers(len(ours))) as batch:
            # Each is started before the first is waited for.
            files = {
                res_id: self._legal_render_one(report, data, res_id, batch)
                for res_id in ours
            }
            for res_id, get_file in files.items():
                stream = io.BytesIO(get_file())
                streams[res_id] = {"stream": stream, "attachment": None}
        if not others:
            return streams
        order = [res_id for res_id in res_ids if res_id in streams]
        return {key: streams[key] for key in [*order, *(set(streams) - set(order))]}

    def _legal_get_own_ids(self, report, res_ids):
        """Return the ids among these that our renderer prints, in order."""
        if not res_ids:
            return []
        if report.pdf_engine == "weasyprint":
            return list(dict.fromkeys(res_ids))
        if report.model != "account.move":
            return []
        moves = self.env["account.move"].browse(res_ids)
        return moves.filtered(
            lambda move: (
                move._legal_is_printed() and self._legal_is_invoice_report(report, move)
            )
        ).ids

    def _legal_is_invoice_report(self, report, move):
        """Tell whether a report prints this invoice itself.

        Ordinary invoices may have a report of the company's own; those of matters
        have ours.
        """
        if report.report_name in (INVOICE_REPORT, *STOCK_INVOICE_REPORTS):
            return True
        return not move.is_legal and self._is_invoice_report(report)

    # pylint: disable=missing-return,super-method-mismatch
    def _legal_check_stock_engine(self, report):
        """Say what is missing, since the state that the client sees is ours."""
        if super().get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._(
                    "The report %(report)s is printed by wkhtmltopdf, which is not"
                    " installed: install it, or choose WeasyPrint as the PDF engine"
                    " of the report.",
                    report=report.name,
                )
            )

    @api.model
    def _legal_count_helpers(self, documents):
        """Return how many processes lay out a batch besides this one.

        The parameter ``legal_billing.pdf_helpers`` says it for a server: 0 for none,
        nothing for one a core.
        """
        # sudo: how the server works, no data.
        wanted = self.env["ir.config_parameter"].sudo().get_param(HELPERS_PARAMETER)
        return press.count_helpers(
            documents, int(wanted) if str(wanted or "").isdecimal() else None
        )

    def _legal_render_one(self, report, data, res_id, batch):
        """Start the file of one record; return what gives its bytes when called."""
        if report.model == "account.move":
            return self._legal_render_move(report, data, res_id, batch)
        if report.model == "legal.post.batch":
            letters = self.env[report.model].browse(res_id)
            return letters._make_print_file
        kept = self._legal_get_kept_document(report, data, res_id)
        if kept:
            return lambda: kept
        return batch.lay_out(self._legal_render_html(report.report_name, data, res_id))

    @api.model
    def _legal_lay_out(self, html, cache=None):
        """Return a document as the bytes of its file.

        :raise UserError: the renderer's library is not usable here
        """
        if not renderer.is_available():
            raise UserError(
                self.env._(
                    "This document cannot be made: WeasyPrint is not usable here"
                    " (%(reason)s). Install the missing library, then try again.",
                    reason=renderer.MISSING,
                )
            )
        return renderer.lay_out(html, cache).write()

    def _legal_get_kept_document(self, report, data, res_id):
        """Return the bytes of a document as it left the firm, if it did."""
        if report.model == "legal.final.account":
            account = self.env[report.model].browse(res_id)
            account.check_access("read")
            # sudo: the file of an account its reader may read
            return account.sudo().attachment_id.raw or None
        if report.model != "legal.fee.agreement" or (data or {}).get("is_new"):
            return None
        agreement = self.env[report.model].browse(res_id)
        agreement.check_access("read")
        if agreement.state == "draft":
            return None
        # sudo: the file of an agreement its reader may read
        return agreement.sudo()._get_client_document().raw or None

    def _legal_print_html(self, report_name, res_id, data):
        """Return a page of ours as a PDF, of a record its caller may read."""
        return renderer.lay_out(
            self._legal_render_html(report_name, data, res_id)
        ).write()

    def _legal_render_html(self, report_name, data, res_id):
        values = {**(data or {}), "report_type": "pdf"}
        html, _type = self._render_qweb_html(report_name, [res_id], data=values)
        return html.decode() if isinstance(html, bytes) else html

    def _legal_render_move(self, report, data, res_id, batch):
        """Start the invoice as issued: the stored file, else a new one.

        A posted invoice carries its e-invoice. While invoices are being sent
        the XML comes from there, so that stored and embedded are the same bytes.
        """
        move = self.env["account.move"].browse(res_id)
        if not self._legal_is_invoice_report(report, move):
            return batch.lay_out(
                self._legal_render_html(report.report_name, data, res_id)
            )
        is_proforma = bool((data or {}).get("proforma"))
        if move.invoice_pdf_report_id and not is_proforma:
            kept = move.invoice_pdf_report_id.raw
            return lambda: kept
        xml = None if is_proforma else self._legal_get_xml(move)
        if move.is_legal:
            html = self._legal_render_html(INVOICE_REPORT, data, res_id)
            return batch.lay_out(html, xml)
        # Its images come with the rights of who prints: not handed over.
        layout = self._legal_render_ordinary(report, data, move, batch.cache)
        content = layout.write(xml=xml)
        return lambda: content

    def _legal_get_xml(self, move):
        """Return the e-invoice to embed, or None while there is none to issue."""
        sending = self.env.context.get("legal_sending_xmls")
        if sending is not None:
            return sending.get(move.id)
        if move.state != "posted" or not move._legal_is_cured():
            return None
        xml, errors = self.env["account.edi.xml.cii"]._export_invoice(move)
        return None if errors else xml

    def _legal_tell_fallback(self, report, res_ids):
        """Write in the chatter that a file is not the archive it should be."""
        records = self.env[report.model].browse(res_ids)
        if not res_ids or not hasattr(records, "_message_log_batch"):
            return
        body = self.env._(
            "Printed by the stock engine because WeasyPrint is not usable here"
            " (%(reason)s): this file is no PDF/A-3. Install the missing library and"
            " print it again.",
            reason=renderer.MISSING,
        )
        records._message_log_batch(bodies=dict.fromkeys(records.ids, body))
