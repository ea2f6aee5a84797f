from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.durations import format_duration, hours_from_minutes
from ..engine.quick_entry import parse_line

# not in sudo: nobody is told that a matter he may not see exists
_PART = {
    "compute": "_compute_parts",
    "store": True,
    "readonly": False,
    "compute_sudo": False,
}


class LegalTimeQuickEntry(models.TransientModel):
    """One line of text, and what was understood of it before it is saved."""

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
    understood = fields.Char(compute="_compute_understood")
    missing = fields.Char(compute="_compute_understood")

    @api.depends("line")
    def _compute_parts(self):
        today = fields.Date.context_today(self)
        for entry in self:
            parsed = parse_line(entry.line, today)
            entry.matter_id = entry._find_matter(parsed.matter)
            entry.hours = float(hours_from_minutes(parsed.minutes or 0))
            entry.activity_code_id = entry._find_activity(parsed.activity)
            entry.date = parsed.day or today
            entry.narrative = parsed.narrative

    @api.depends("matter_id", "hours", "activity_code_id", "date", "narrative")
    def _compute_understood(self):
        for entry in self:
            entry.missing = entry._get_missing()
            entry.understood = entry._get_understood()

    def _find_matter(self, number):
        """Return the matter of that number, among those the user may read."""
        Matter = self.env["legal.matter"]
        if not number:
            return Matter
        return Matter.search([("matter_number", "=ilike", number)], limit=1)

    def _find_activity(self, word):
        """Return the activity whose code, else whose name, begins with a word."""
        Activity = self.env["legal.activity.code"]
        if not word:
            return Activity
        return (
            Activity.search([("code", "=ilike", word)], limit=1)
            or Activity.search([("code", "=ilike", f"{word}%")], limit=1)
            or Activity.search([("name", "=ilike", f"{word}%")], limit=1)
        )

    def _get_missing(self):
        """Return what is still to be said, one sentence or nothing."""
        if not (self.line or self.matter_id or self.hours):
            return False
        if not self.matter_id:
            return self.env._("Which matter? Begin with its number, e.g. D2026-014.")
        if not self.hours:
            return self.env._("How long? Write for instance 1h30, 1,5h or 90m.")
        if not (self.narrative or "").strip():
            return self.env._("What was done? The client will read these words.")
        return False

    def _get_understood(self):
        if not (self.matter_id and self.hours):
            return False
        billable = self._prepare_entry().hours_billable
        return self.env._(
            "%(worked)s on %(matter)s, billed %(billed)s",
            worked=format_duration(round(self.hours * 60)),
            matter=self.matter_id.display_name,
            billed=format_duration(round(billable * 60)),
        )

    def _prepare_entry(self):
        """Return the entry as it would be saved, in memory."""
        return self.env["account.analytic.line"].new(self._prepare_values())

    def _prepare_values(self):
        return {
            "matter_id": self.matter_id.id,
            "project_id": self.matter_id.sudo().project_id.id,
            "date": self.date,
            "unit_amount": self.hours,
            "activity_code_id": self.activity_code_id.id,
            "narrative": (self.narrative or "").strip(),
        }

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
        if missing := self._get_missing() or (not self.line and not self.matter_id):
            raise UserError(
                missing
                if isinstance(missing, str)
                else self.env._(
                    "Write one line, e.g. D2026-014 1h30 conclusions #acte."
                )
            )
        return self.env["account.analytic.line"].create(self._prepare_values())
