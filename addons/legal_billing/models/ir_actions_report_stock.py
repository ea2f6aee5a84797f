import base64
from urllib.parse import parse_qs

from odoo import models
from odoo.exceptions import AccessError, MissingError

from ..report import stock_page

DEFAULT_PAPER = stock_page.Paper(210, 297, 52, 0, 32, 0)
DEFAULT_COLOR = "#212529"
BUNDLE = "web.report_assets_common"


class IrActionsReport(models.Model):
    """Ordinary invoices in the framework's own layouts, laid out by our renderer."""

    _inherit = "ir.actions.report"

    def _legal_render_ordinary(self, report, data, move, cache):
        """Return the layout of an invoice that bills no matter."""
        company = move.company_id
        # sudo: the colours of the letterhead.
        color = company.sudo().primary_color or DEFAULT_COLOR
        return stock_page.lay_out(
            self._legal_render_html(report.report_name, data, move.id),
            css=self._legal_get_stock_css(move),
            paper=self._legal_get_paper(report.with_company(company)),
            fetcher=stock_page.renderer.LocalFetcher(self._legal_serve_image),
            title=move._legal_get_document_title(),
            author=company.name,
            color=color,
            lang=(move.partner_id.lang or self.env.lang or "fr_FR").replace("_", "-"),
            cache=cache,
        )

    def _legal_get_stock_css(self, move):
        """Return the style sheet that the framework's reports link to."""
        lang = move.partner_id.lang or self.env.lang
        direction = self.env["res.lang"]._get_data(code=lang).direction
        if not self.env.cr.readonly:
            return self._legal_read_bundle(direction == "rtl")
        # Reports are printed on a replica, where a new sheet cannot be kept.
        with self.env.registry.cursor(readonly=False) as cr:
            report = self.with_env(self.env(cr=cr))
            return report._legal_read_bundle(direction == "rtl")

    def _legal_read_bundle(self, rtl):
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            BUNDLE, css=True, js=False, rtl=rtl, autoprefix=True
        )
        return (bundle.css().raw or b"").decode()

    def _legal_get_paper(self, report):
        """Return the sheet that the company prints on."""
        # sudo: a paper format is read by whoever prints.
        paper = report.sudo().get_paperformat()
        if not paper:
            return DEFAULT_PAPER
        return stock_page.Paper(
            paper.print_page_width or DEFAULT_PAPER.width,
            paper.print_page_height or DEFAULT_PAPER.height,
            paper.margin_top,
            paper.margin_right,
            paper.margin_bottom,
            paper.margin_left,
        )

    def _legal_serve_image(self, path, query):
        """Return an image of this database as its reader may see it, else None.

        :param list path: e.g. ["web", "image", "12-abc"]
        """
        options = {key: values[0] for key, values in parse_qs(query).items()}
        if path[:2] == ["report", "barcode"]:
            kind = options.pop("barcode_type", None) or path[2]
            value = options.pop("value", None) or "/".join(path[3:])
            return self.barcode(kind, value, **options)
        if path[:2] != ["web", "image"] or len(path) < 3:
            return None
        if path[2] in self.env and len(path) > 3:
            model, res_id = path[2], path[3]
            field = path[4] if len(path) > 4 else "raw"
        else:
            model, res_id, field = "ir.attachment", path[2], "raw"
        res_id = res_id.partition("-")[0]
        if not res_id.isdigit():
            return None
        try:
            record = self.env["ir.binary"]._find_record(
                res_model=model,
                res_id=int(res_id),
                access_token=options.get("access_token"),
                field=field,
            )
            content = record[field]
        except (AccessError, MissingError, KeyError):
            return None
        return content if field == "raw" else base64.b64decode(content or b"")
