import hashlib

from odoo import api, fields, models

from ..engine.time_table import clock, whole_minutes


class AccountAnalyticLine(models.Model):
    """An entry that came from a file knows its line, and goes into one."""

    _inherit = "account.analytic.line"

    import_key = fields.Char(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Line of the file this entry came from: importing it again does nothing.",
    )

    _import_key_unique = models.UniqueIndex(
        "(company_id, import_key) WHERE import_key IS NOT NULL",
        "This line was imported already.",
    )

    @api.model
    def _legal_frozen_fields(self):
        return super()._legal_frozen_fields() | {"import_key"}

    @api.model
    def _make_import_key(self, day, employee_id, matter_id, minutes, words):
        """Return what makes two lines the same work."""
        parts = (day, employee_id, matter_id, minutes, " ".join((words or "").split()))
        text = "\x1f".join(str(part) for part in parts)
        return f"h:{hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()}"

    def _get_content_key(self):
        self.ensure_one()
        return self._make_import_key(
            self.date,
            self.employee_id.id,
            self.matter_id.id,
            whole_minutes(self.unit_amount),
            self.narrative,
        )

    @api.model
    def _get_export_mark(self):
        """Return what begins the identifiers that this database gives out."""
        # sudo: a technical parameter that tells nothing
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid", "")
        return f"{uuid[:8]}-"

    def _get_export_id(self):
        """Return the identifier in a file: that of its own file, else ours."""
        self.ensure_one()
        key = self.import_key or ""
        own = f"{self._get_export_mark()}{self.id}"
        return key[2:] if key.startswith("x:") else own

    def _get_export_minutes(self):
        self.ensure_one()
        return whole_minutes(self.unit_amount), whole_minutes(self.hours_billable)

    def _get_export_clocks(self):
        return tuple(clock(minutes) for minutes in self._get_export_minutes())
