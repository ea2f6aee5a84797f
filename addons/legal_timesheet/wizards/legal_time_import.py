import base64
import io

import openpyxl

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import time_table
from ..engine.exceptions import TableError

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5000
PROGRAMS = [
    ("legal", "Our own export"),
    ("jarvis", "Jarvis Legal"),
    ("clio", "Clio"),
    ("toggl", "Toggl Track"),
]


class LegalTimeImport(models.TransientModel):
    """Time from a file: read it, name its columns, see each line, then import.

    Nothing is written before the last button, and then all of it or just the
    lines that are right, as the person chooses.
    """

    _name = "legal.time.import"
    _description = "Import Time"
    _inherit = ["legal.time.import.check"]

    # not an attachment: the file goes when the wizard goes
    file = fields.Binary("File", attachment=False)
    filename = fields.Char()
    state = fields.Selection(
        [
            ("file", "File"),
            ("columns", "Columns"),
            ("preview", "Preview"),
            ("done", "Done"),
        ],
        default="file",
        readonly=True,
    )
    program = fields.Selection(
        PROGRAMS, "Comes from", help="Recognised by its headings; choose another here."
    )
    profile_id = fields.Many2one(
        "legal.time.import.profile",
        "Saved Columns",
        check_company=True,
        help="The columns of a file imported before.",
    )
    profile_name = fields.Char("Save these Columns as")
    day_order = fields.Selection(
        [("dmy", "Day/Month/Year"), ("mdy", "Month/Day/Year")], "Days are written"
    )
    employee_id = fields.Many2one(
        "hr.employee",
        "Time of",
        help="Whose time it is, where the file does not say.",
        default=lambda self: self.env.user.employee_id,
    )
    found = fields.Char("Read as", readonly=True)
    column_ids = fields.One2many("legal.time.import.column", "import_id", "Columns")
    line_ids = fields.One2many("legal.time.import.line", "import_id", "Lines")
    count_ready = fields.Integer(compute="_compute_counts")
    count_known = fields.Integer(compute="_compute_counts")
    count_error = fields.Integer(compute="_compute_counts")
    hours_ready = fields.Float("Hours to Import", compute="_compute_counts")
    count_imported = fields.Integer(readonly=True)
    rest_file = fields.Binary("Lines to Correct", attachment=False, readonly=True)
    rest_filename = fields.Char(readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    @api.depends("line_ids.state", "line_ids.hours")
    def _compute_counts(self):
        for wizard in self:
            by_state = wizard.line_ids.grouped("state")
            none = wizard.line_ids.browse()
            wizard.count_ready = len(by_state.get("ready", none))
            wizard.count_known = len(by_state.get("known", none))
            wizard.count_error = len(by_state.get("error", none))
            wizard.hours_ready = sum(by_state.get("ready", none).mapped("hours"))

    # ------------------------------------------------------------------- actions

    def action_read(self):
        """Read the file; go on to the preview when each needed column is found."""
        self.ensure_one()
        table = self._read_table()
        program = time_table.guess_preset(table.headings)
        mapping = self._get_saved_mapping(table) or time_table.guess_mapping(
            table.headings, program
        )
        self.write(
            {
                "program": program,
                "day_order": self._find_day_order(table, mapping),
                "column_ids": self._prepare_columns(table, mapping),
            }
        )
        if set(time_table.REQUIRED) <= set(mapping.values()):
            return self.action_check()
        self.state = "columns"
        return self._reopen()

    def action_columns(self):
        self.ensure_one()
        self.state = "columns"
        return self._reopen()

    def action_restart(self):
        self.ensure_one()
        self.write({"state": "file", "file": False, "filename": False})
        return self._reopen()

    def action_check(self):
        """Fill the preview with what importing would do, having really tried."""
        self.ensure_one()
        self._check_columns()
        rows = self._check_rows(self._get_rows(), write=False)
        # one delete and one create, however many lines
        self.line_ids.unlink()
        self.env["legal.time.import.line"].create(
            [{"import_id": self.id, **row.prepare_line()} for row in rows]
        )
        self.state = "preview"
        return self._reopen()

    def action_import_all(self):
        """Import every line, or none when one of them is wrong."""
        self.ensure_one()
        return self._import(take_right_ones=False)

    def action_import_right(self):
        """Import the lines that are right and give the others back as a file."""
        self.ensure_one()
        return self._import(take_right_ones=True)

    def action_download_rest(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/rest_file"
            f"?filename_field=rest_filename&download=true",
            "target": "download",
        }

    def action_open_imported(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_time_entry_action_all"
        )
        action["domain"] = [("id", "in", self.line_ids.entry_id.ids)]
        action["context"] = {}
        return action

    # ------------------------------------------------------------------- the file

    def _read_table(self):
        """Return the table of the file; refuse it with a sentence otherwise."""
        raw = base64.b64decode(self.with_context(bin_size=False).file or b"")
        if not raw.strip():
            raise UserError(
                self.env._("The file is empty: choose a file with lines of time.")
            )
        if len(raw) > MAX_BYTES:
            raise UserError(
                self.env._(
                    "The file weighs %(size)s MB, more than the %(limit)s MB that are"
                    " read at once: cut it by month.",
                    size=round(len(raw) / 1024**2, 1),
                    limit=MAX_BYTES // 1024**2,
                )
            )
        try:
            rows, how = self._read_rows(raw)
            table = time_table.find_table(rows)
        except TableError as error:
            raise UserError(self._explain_table_error(error.reason)) from error
        if not table.rows:
            raise UserError(
                self.env._("The file has headings and no line below them: add some.")
            )
        if len(table.rows) > MAX_ROWS:
            raise UserError(
                self.env._(
                    "The file has %(count)s lines, more than the %(limit)s that are"
                    " imported at once: cut it by month.",
                    count=len(table.rows),
                    limit=MAX_ROWS,
                )
            )
        self.found = how
        return table

    def _read_rows(self, raw):
        if raw.startswith(b"PK"):
            return self._read_xlsx(raw), self.env._("Excel workbook")
        rows, encoding, separator = time_table.read_text(raw)
        words = {"\t": self.env._("tab")}
        return rows, self.env._(
            "text, encoding %(encoding)s, separator %(separator)s",
            encoding=encoding,
            separator=words.get(separator, separator),
        )

    @api.model
    def _read_xlsx(self, raw):
        try:
            book = openpyxl.load_workbook(
                io.BytesIO(raw), read_only=True, data_only=True
            )
            sheet = book.worksheets[0]
            rows = []
            for row in sheet.iter_rows(values_only=True):
                rows.append(list(row))
                # a small file may unfold into a very large sheet
                if len(rows) > MAX_ROWS + time_table.HEADING_ROWS:
                    break
            return rows
        except Exception as error:
            # openpyxl raises whatever its parsers raise on a broken workbook
            raise TableError("workbook") from error

    def _explain_table_error(self, reason):
        sentences = {
            "binary": self.env._(
                "This is neither a CSV nor an Excel file: export the time as CSV or"
                " XLSX and choose that file."
            ),
            "encoding": self.env._(
                "The letters of this file cannot be read: save it again as CSV UTF-8."
            ),
            "csv": self.env._(
                "The lines of this file cannot be told apart: save it again as CSV."
            ),
            "workbook": self.env._(
                "This Excel workbook cannot be opened: save it again as XLSX, or as"
                " CSV."
            ),
            "headings": self.env._(
                "No row of headings was found in the first lines: the columns need"
                " names such as Date, Dossier, Description, Durée."
            ),
        }
        return sentences[reason]

    # ---------------------------------------------------------------- the columns

    def _prepare_columns(self, table, mapping):
        samples = [
            next((str(row[i]) for row in table.rows if i < len(row) and row[i]), "")
            for i in range(len(table.headings))
        ]
        return [
            fields.Command.clear(),
            *(
                fields.Command.create(
                    {
                        "position": index,
                        "heading": heading or self.env._("Column %s", index + 1),
                        "sample": samples[index][:80],
                        "target": mapping.get(index),
                    }
                )
                for index, heading in enumerate(table.headings)
            ),
        ]

    def _get_saved_mapping(self, table):
        """Return the mapping saved under the name chosen, by headings."""
        saved = self.profile_id.mapping or {}
        return {
            index: saved[time_table.normal(heading)]
            for index, heading in enumerate(table.headings)
            if time_table.normal(heading) in saved
        }

    def _find_day_order(self, table, mapping):
        index = next((i for i, t in mapping.items() if t == "date"), None)
        if index is None:
            return "dmy"
        return time_table.find_day_order(
            [row[index] for row in table.rows if index < len(row)]
        )

    @api.onchange("program")
    def _onchange_program(self):
        if self.program and self.state == "columns":
            headings = self.column_ids.sorted("position").mapped("heading")
            mapping = time_table.guess_mapping(headings, self.program)
            for column in self.column_ids:
                column.target = mapping.get(column.position)

    def _check_columns(self):
        targets = self.column_ids.filtered("target").mapped("target")
        labels = dict(
            self.env["legal.time.import.column"]
            ._fields["target"]
            ._description_selection(self.env)
        )
        missing = [t for t in time_table.REQUIRED if t not in targets]
        if missing:
            raise UserError(
                self.env._(
                    "No column says %(missing)s: choose it among the columns of the"
                    " file.",
                    missing=", ".join(labels[target] for target in missing),
                )
            )
        twice = {target for target in targets if targets.count(target) > 1}
        if twice:
            raise UserError(
                self.env._(
                    "Two columns say %(twice)s: keep one of them.",
                    twice=", ".join(labels[target] for target in sorted(twice)),
                )
            )
        if self.profile_name:
            self._save_profile()

    def _save_profile(self):
        mapping = {
            time_table.normal(column.heading): column.target
            for column in self.column_ids
            if column.target
        }
        Profile = self.env["legal.time.import.profile"]
        known = Profile.search(
            [("name", "=", self.profile_name), ("company_id", "=", self.company_id.id)]
        )
        values = {
            "name": self.profile_name,
            "mapping": mapping,
            "company_id": self.company_id.id,
        }
        if known:
            known.write(values)
        else:
            known = Profile.create(values)
        self.write({"profile_id": known.id, "profile_name": False})

    def _get_rows(self):
        """Return the lines of the file as ``{what: cell}``, empty ones left out."""
        table = self._read_table()
        by_position = {c.position: c.target for c in self.column_ids if c.target}
        rows = []
        for offset, cells in enumerate(table.rows):
            if any(cell not in (None, "") for cell in cells):
                values = {
                    target: cells[index] if index < len(cells) else None
                    for index, target in by_position.items()
                }
                rows.append((table.first_row + offset, values, cells))
        return rows

    # -------------------------------------------------------------------- import

    def _import(self, take_right_ones):
        if self.state != "preview":
            raise UserError(self.env._("This file was imported already: begin again."))
        rows = self._check_rows(self._get_rows(), write=True, partly=take_right_ones)
        wrong = [row for row in rows if row.errors]
        if wrong and not take_right_ones:
            raise UserError(
                self.env._(
                    "%(count)s lines are wrong and nothing was imported. Line"
                    " %(number)s: %(error)s",
                    count=len(wrong),
                    number=wrong[0].number,
                    error=wrong[0].errors[0],
                )
            )
        self.line_ids.unlink()
        self.env["legal.time.import.line"].create(
            [{"import_id": self.id, **row.prepare_line()} for row in rows]
        )
        self.write(
            {
                "state": "done",
                "count_imported": sum(bool(row.entry_id) for row in rows),
                "file": False,
                **self._prepare_rest(wrong),
            }
        )
        return self._reopen()

    def _prepare_rest(self, wrong):
        """Return the wrong lines as a file, with what is wrong in a last column."""
        if not wrong:
            return {}
        headings = self.column_ids.sorted("position").mapped("heading")
        content = self.env["legal.time.export"]._make_csv(
            [*headings, self.env._("Error")],
            [
                [
                    *(self._as_text(cell) for cell in row.cells[: len(headings)]),
                    *[""] * (len(headings) - len(row.cells)),
                    " ".join(row.errors),
                ]
                for row in wrong
            ],
        )
        name = (self.filename or "time").rsplit(".", 1)[0]
        return {
            "rest_file": base64.b64encode(content),
            "rest_filename": self.env._("%(name)s - to correct.csv", name=name),
        }

    @api.model
    def _as_text(self, cell):
        if cell is None:
            return ""
        if hasattr(cell, "date") and callable(cell.date):
            return fields.Date.to_string(cell.date())
        return cell if isinstance(cell, str | int | float) else str(cell)

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Time"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
