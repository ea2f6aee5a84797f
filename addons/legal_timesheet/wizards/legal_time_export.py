import base64
import csv
import io

import openpyxl

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.date_utils import end_of, start_of

from ..engine.time_table import clock, defuse

MINUTES_IN_A_DAY = 24 * 60


class LegalTimeExport(models.TransientModel):
    """The time that one may read, as a file that can be imported again."""

    _name = "legal.time.export"
    _description = "Export Time"

    date_from = fields.Date(
        "From", default=lambda self: start_of(fields.Date.context_today(self), "month")
    )
    date_to = fields.Date(
        "To", default=lambda self: end_of(fields.Date.context_today(self), "month")
    )
    whose = fields.Selection(
        [("mine", "My Time"), ("all", "All the time I may read")],
        "Which Time",
        required=True,
        default="mine",
    )
    file_format = fields.Selection(
        [("xlsx", "Excel workbook (XLSX)"), ("csv", "Text (CSV)")],
        "Format",
        required=True,
        default="xlsx",
    )
    entry_ids = fields.Many2many("account.analytic.line", string="Entries chosen")
    file = fields.Binary(attachment=False, readonly=True)
    filename = fields.Char(readonly=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if context.get("active_model") == "account.analytic.line":
            values["entry_ids"] = [fields.Command.set(context.get("active_ids", []))]
        return values

    def action_export(self):
        self.ensure_one()
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._(
                    "Your account exports no data: ask an administrator for the right"
                    " to export."
                )
            )
        entries = self.entry_ids or self._search_entries()
        entries.check_access("read")
        if not entries:
            raise UserError(
                self.env._("No time to export in these days: choose other days.")
            )
        make = {"csv": self._make_csv, "xlsx": self._make_xlsx}[self.file_format]
        self.write(
            {
                "file": base64.b64encode(
                    make(self._get_headings(), self._get_rows(entries))
                ),
                "filename": self._get_filename(),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file"
            f"?filename_field=filename&download=true",
            "target": "download",
        }

    def _search_entries(self):
        domain = Domain("matter_id", "!=", False) & Domain("project_id", "!=", False)
        if self.date_from:
            domain &= Domain("date", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("date", "<=", self.date_to)
        if self.whose == "mine":
            domain &= Domain("user_id", "=", self.env.uid)
        return self.env["account.analytic.line"].search(domain, order="date, id")

    def _get_filename(self):
        days = [self.date_from, self.date_to]
        if self.entry_ids:
            dates = self.entry_ids.mapped("date")
            days = [min(dates), max(dates)]
        words = " ".join(fields.Date.to_string(day) for day in days if day)
        name = self.env._("Time")
        return f"{name} {words}.{self.file_format}"

    @api.model
    def _get_headings(self):
        """Return the headings, those that the import knows as its own."""
        _ = self.env._
        return [
            _("Date"),
            _("Matter"),
            _("Client"),
            _("Person"),
            _("E-mail"),
            _("Activity"),
            _("Description"),
            _("Duration"),
            _("Billable Duration"),
            _("Billable"),
            _("Rate"),
            _("Amount"),
            _("Currency"),
            _("Status"),
            _("Identifier"),
        ]

    @api.model
    def _get_rows(self, entries):
        """Return the rows as plain values: days, texts, minutes and numbers."""
        status = dict(
            entries._fields["billing_status"]._description_selection(self.env)
        )
        yes, no = self.env._("Yes"), self.env._("No")
        rows = []
        for entry in entries:
            worked, billable = entry._get_export_minutes()
            person_sudo = entry._get_employee_sudo()
            rows.append(
                [
                    entry.date,
                    entry.matter_id.matter_number,
                    entry.matter_id.partner_id.name or "",
                    person_sudo.name or "",
                    person_sudo.work_email or person_sudo.user_id.login or "",
                    entry.activity_code_id.name or "",
                    entry.narrative or "",
                    Duration(worked),
                    Duration(billable),
                    yes if entry.is_billable else no,
                    entry.rate,
                    entry.amount_billable,
                    entry.legal_currency_id.name or "",
                    status.get(entry.billing_status, ""),
                    entry._get_export_id(),
                ]
            )
        return rows

    # --------------------------------------------------------------------- formats

    @api.model
    def _make_csv(self, headings, rows):
        """Return CSV as a French spreadsheet opens it: semicolons, decimal commas.

        Text that a spreadsheet would run as a formula is made harmless; a number
        is written as a number, its minus sign included.
        """
        output = io.StringIO(newline="")
        writer = csv.writer(output, delimiter=";")
        writer.writerow([defuse(heading) for heading in headings])
        writer.writerows([self._to_csv(cell) for cell in row] for row in rows)
        return output.getvalue().encode("utf-8-sig")

    @api.model
    def _to_csv(self, cell):
        if isinstance(cell, Duration):
            return clock(cell)
        if isinstance(cell, str):
            return defuse(cell)
        if isinstance(cell, float):
            return f"{cell:.2f}".replace(".", ",")
        return "" if cell is None else str(cell)

    @api.model
    def _make_xlsx(self, headings, rows):
        book = openpyxl.Workbook(write_only=False)
        sheet = book.active
        sheet.title = self.env._("Time")[:31]
        sheet.append(headings)
        for cell in sheet[1]:
            cell.font = openpyxl.styles.Font(bold=True)
        sheet.freeze_panes = "A2"
        for number, row in enumerate(rows, start=2):
            for column, value in enumerate(row, start=1):
                self._fill_cell(sheet.cell(number, column), value)
        widths = (11, 12, 24, 20, 28, 20, 60, 9, 9, 9)
        for letter, width in zip("ABCDEFGHIJ", widths, strict=True):
            sheet.column_dimensions[letter].width = width
        output = io.BytesIO()
        book.save(output)
        return output.getvalue()

    @api.model
    def _fill_cell(self, cell, value):
        if isinstance(value, Duration):
            cell.value = int(value) / MINUTES_IN_A_DAY
            cell.number_format = "[h]:mm"
        elif isinstance(value, str):
            cell.value = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value)
            # a text is a text, even one that begins like a formula
            cell.data_type = "s"
            cell.quotePrefix = True
        else:
            cell.value = value


class Duration(int):
    """Minutes, told apart from other numbers."""
