from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.durations import hours_from_minutes

# not in sudo: nobody is told that a matter he may not see exists
_PART = {
    "compute": "_compute_parts",
    "store": True,
    "readonly": False,
    "compute_sudo": False,
}


class LegalTimeQuickEntry(models.TransientModel):
    """One line of text and its parts, each of which may be mended by hand.

    The line is read by ``account.analytic.line``, as everywhere else.
    """

    _name = "legal.time.quick.entry"
    _description = "Quick Time Entry"

    line = fields.Char(
        help="Matter, time, work and #activity, in any order:"
        " D2026-014 1h30 conclusions #acte"
    )
    matter_id = fields.Many2one("legal.matter", **_PART)
    hours = fields.Float(**_PART)
    activity_code_id = fields.Many2one("legal.activity.code", **_PART)
    date = fields.Date(**_PART)
    narrative = fields.Text(**_PART)
    task_id = fields.Many2one("project.task")
    understood = fields.Char(compute="_compute_understood")
    missing = fields.Char(compute="_compute_understood")

    @api.depends("line")
    def _compute_parts(self):
        Line = self.env["account.analytic.line"]
        for entry in self:
            parts = Line._legal_quick_parse(entry.line, entry._get_defaults())
            entry.matter_id = parts["matter"]
            entry.hours = float(hours_from_minutes(parts["minutes"]))
            entry.activity_code_id = parts["activity"]
            entry.date = parts["day"]
            entry.narrative = parts["narrative"]

    @api.depends("matter_id", "hours", "activity_code_id", "date", "narrative")
    def _compute_understood(self):
        Line = self.env["account.analytic.line"]
        for entry in self:
            shown = Line._legal_quick_describe(entry._get_parts())
            is_begun = entry.line or entry.matter_id or entry.hours
            entry.missing = is_begun and (shown["missing"] or shown["refused"])
            entry.understood = shown["understood"]

    def _get_defaults(self):
        """Return what the screen that opened this form already knew."""
        names = ("matter_id", "activity_code_id", "date", "narrative", "minutes")
        defaults = {name: self.env.context.get(f"default_{name}") for name in names}
        return {**defaults, "task_id": self.task_id.id}

    def _get_parts(self):
        Line = self.env["account.analytic.line"]
        parts = {
            "matter": self.matter_id._origin,
            "minutes": round(self.hours * 60),
            "activity": self.activity_code_id._origin,
            "day": self.date or fields.Date.context_today(self),
            "narrative": (self.narrative or "").strip(),
            "task": self.task_id._origin,
            "is_empty": not self.line,
        }
        if parts["task"].matter_id != parts["matter"]:
            parts["task"] = parts["task"].browse()
        return {**parts, "missing": Line._legal_quick_missing(parts)}

    def action_save(self):
        self.ensure_one()
        self._save()
        return {"type": "ir.actions.act_window_close"}

    def action_save_and_new(self):
        self.ensure_one()
        self._save()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_time_quick_entry_action"
        )
        action["context"] = {"default_date": fields.Date.to_string(self.date)}
        return action

    def _save(self):
        parts = self._get_parts()
        if parts["missing"]:
            raise UserError(parts["missing"])
        Line = self.env["account.analytic.line"]
        return Line.create(Line._legal_quick_values(parts))
