import csv
import io
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import ereporting
from .account_move_status import TAXED_SERVICES, UNTAXED

SALES, RECEIPTS = ("10.1", "10.3"), ("10.2", "10.4")


class LegalEreporting(models.Model):
    """One period of e-reporting: data of sales and receipts outside e-invoicing.

    Flux 10.1 sales to businesses abroad, 10.2 their receipts, 10.3 sales to
    consumers by day, 10.4 their receipts by day (CGI ann. II, 242 nonies M). The
    figures come from all the firm's posted invoices, those of no matter too, and
    from the entries that make VAT due; the file is for the firm's certified
    platform, which transmits it.
    """

    _name = "legal.ereporting"
    _description = "E-reporting"
    _inherit = ["mail.thread"]
    _order = "date_to desc, flux, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    flux = fields.Selection(
        [
            ("10.1", "10.1 Sales to businesses abroad"),
            ("10.2", "10.2 Receipts of businesses abroad"),
            ("10.3", "10.3 Sales to consumers"),
            ("10.4", "10.4 Receipts of consumers"),
        ],
        required=True,
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True)
    state = fields.Selection(
        [("draft", "Draft"), ("closed", "Closed")],
        default="draft",
        required=True,
        readonly=True,
        tracking=True,
    )
    line_ids = fields.One2many("legal.ereporting.line", "report_id", readonly=True)
    amount_base = fields.Monetary("Excl. VAT", compute="_compute_totals", store=True)
    amount_tax = fields.Monetary("VAT", compute="_compute_totals", store=True)
    document_count = fields.Integer("Documents", readonly=True)
    late_count = fields.Integer(
        "Of Earlier Periods",
        readonly=True,
        help="Documents dated before this period that no closed report holds.",
    )

    is_told_by_odoo = fields.Boolean(compute="_compute_is_told_by_odoo")

    _dates_in_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A period must end after it starts."
    )
    _period_once = models.UniqueIndex(
        "(company_id, flux, date_from)", "This period has its report already."
    )

    @api.depends("flux", "date_from", "date_to")
    def _compute_display_name(self):
        for report in self:
            days = [
                format_date(report.env, day, date_format="d MMM y")
                for day in (report.date_from, report.date_to)
                if day
            ]
            report.display_name = f"{report.flux or ''} {' – '.join(days)}"

    @api.depends("line_ids.amount_base", "line_ids.amount_tax")
    def _compute_totals(self):
        for report in self:
            report.amount_base = sum(report.line_ids.mapped("amount_base"))
            report.amount_tax = sum(report.line_ids.mapped("amount_tax"))

    @api.depends("company_id")
    def _compute_is_told_by_odoo(self):
        for report in self:
            report.is_told_by_odoo = report.company_id._legal_is_told_by_odoo()

    # -- sources ---------------------------------------------------------------

    def _get_moves(self):
        """Return the invoices and credit notes this report is about.

        What is dated before the period and was never reported belongs to it too:
        nothing is forgotten because it was posted late.
        """
        self.ensure_one()
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
                ("state", "=", "posted"),
                ("invoice_date", "<=", self.date_to),
                ("legal_ereporting_id", "in", (False, self.id)),
                ("invoice_date", ">=", self._get_start()),
            ],
            order="invoice_date, name",
        )
        code = "B2BINT" if self.flux == "10.1" else "B2C"
        return moves.filtered(
            lambda move: (
                move._legal_is_sale()
                and move._legal_get_processing_code().startswith(code)
            )
        )

    def _get_receipts(self):
        self.ensure_one()
        return self.env["legal.invoice.status"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("reported_by", "=", self.flux),
                ("day", "<=", self.date_to),
                ("day", ">=", self._get_start()),
                ("report_id", "in", (False, self.id)),
            ],
            order="day, id",
        )

    def _get_start(self):
        """Return the first day of e-reporting here: that of the first report."""
        first = self.search(
            [("company_id", "=", self.company_id.id), ("flux", "=", self.flux)],
            order="date_from",
            limit=1,
        )
        return min(first.date_from or self.date_from, self.date_from)

    def _get_shares(self, records):
        """Return the engine's shares of these invoices or receipts."""
        if self.flux in RECEIPTS:
            return [
                ereporting.Share(
                    (status.move_id.id, status.partial_key),
                    status.day,
                    _decimal(amount.rate),
                    _decimal(amount.amount_base),
                    _decimal(amount.amount_tax),
                )
                for status in records
                for amount in status.amount_ids
            ]
        shares = []
        for move in records:
            amounts = move._legal_get_amounts_by_category()
            for (category, rate), (base, tax) in amounts.items():
                shares.append(
                    ereporting.Share(
                        move.id,
                        move.invoice_date,
                        _decimal(rate),
                        _decimal(base),
                        _decimal(tax),
                        category,
                    )
                )
        return shares

    # -- actions ---------------------------------------------------------------

    def action_compute(self):
        """Fill the report from the ledger; may be repeated until it is closed."""
        self.check_access("write")
        self._check_draft()
        for report in self:
            is_sales = report.flux in SALES
            records = report._get_moves() if is_sales else report._get_receipts()
            days = records.mapped("invoice_date" if is_sales else "day")
            report.write(
                {
                    "line_ids": [Command.clear(), *report._get_line_commands(records)],
                    "document_count": len(records),
                    "late_count": sum(day < report.date_from for day in days),
                }
            )

    def _get_line_commands(self, records):
        if self.flux == "10.1":
            return [
                Command.create(
                    {
                        "date": share.on,
                        "category": share.category,
                        "rate": float(share.rate),
                        "count": 1,
                        "amount_base": float(share.base),
                        "amount_tax": float(share.tax),
                        "move_id": share.document,
                    }
                )
                for share in self._get_shares(records)
            ]
        return [
            Command.create(
                {
                    "date": row.on,
                    "category": row.category,
                    "rate": float(row.rate),
                    "count": row.count,
                    "amount_base": float(row.base),
                    "amount_tax": float(row.tax),
                }
            )
            for row in ereporting.by_day(self._get_shares(records))
        ]

    def action_close(self):
        """Compute a last time and keep the figures: what is in is never told twice."""
        self.action_compute()
        for report in self:
            if report.date_to >= fields.Date.context_today(report):
                raise UserError(
                    self.env._(
                        "The period %(report)s is not over: close it after its last"
                        " day.",
                        report=report.display_name,
                    )
                )
            if report.flux in SALES:
                # sudo: a mark of ours on posted invoices; no figure is touched.
                report._get_moves().sudo().write({"legal_ereporting_id": report.id})
            else:
                report._get_receipts().sudo().write({"report_id": report.id})
            report.state = "closed"

    def action_export(self):
        """Return the file for the platform."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/legal/ereporting/{self.id}.csv",
            "target": "download",
        }

    def _get_csv(self):
        """Return ``(name, bytes)``: one row a line, decimal points, UTF-8."""
        self.ensure_one()
        output = io.StringIO()
        writer = csv.writer(output, delimiter=";", lineterminator="\r\n")
        siren = self.company_id.partner_id._legal_get_siren() or ""
        writer.writerow(
            ["flux", "siren", "from", "to", "date", "category", "vat_rate"]
            + ["currency", "count", "amount_excl_vat", "vat"]
            + ["invoice", "buyer_country", "buyer_vat"]
        )
        for line in self.line_ids:
            buyer = line.move_id.commercial_partner_id
            writer.writerow(
                [
                    self.flux,
                    siren,
                    self.date_from,
                    self.date_to,
                    line.date,
                    self._get_line_category(line),
                    f"{line.rate:g}",
                    self.currency_id.name,
                    line.count,
                    f"{line.amount_base:.2f}",
                    f"{line.amount_tax:.2f}",
                    line.move_id.name or "",
                    buyer.country_id.code or "",
                    buyer.vat or "",
                ]
            )
        name = f"{siren}_{self.flux}_{self.date_from}_{self.date_to}.csv"
        return name, output.getvalue().encode()

    def _get_line_category(self, line):
        if self.flux in RECEIPTS:
            return ""
        # Reports closed before categories were kept hold services alone.
        return line.category or (TAXED_SERVICES if line.rate else UNTAXED)

    def _check_draft(self):
        for report in self:
            if report.state != "draft":
                raise UserError(
                    self.env._(
                        "The report %(report)s is closed and stays as it was told:"
                        " what came later goes into the next one.",
                        report=report.display_name,
                    )
                )

    def write(self, vals):
        if set(vals) & {"flux", "date_from", "date_to", "line_ids", "company_id"}:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_draft()


def _decimal(amount):
    return Decimal(str(round(amount, 6)))
