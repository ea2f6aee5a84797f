from odoo import fields, models

from ..engine.durations import minutes_from_hours


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["calendar.event", "legal.time.start"]

    def _get_time_defaults(self):
        """A meeting says how long, when and about what."""
        start = fields.Datetime.context_timestamp(self, self.start)
        return {
            "matter_id": self._get_time_matter().id,
            "minutes": 0 if self.allday else minutes_from_hours(self.duration),
            "date": fields.Date.to_string(
                self.start_date if self.allday else start.date()
            ),
            "narrative": self.name,
        }

    def _get_time_matter(self):
        """Return the matter of the record this meeting was planned from."""
        Matter = self.env["legal.matter"]
        record = (
            self.env[self.res_model].browse(self.res_id).exists()
            if self.res_id and self.res_model in ("legal.matter", "project.task")
            else Matter
        )
        if record._name == "project.task":
            record = record.matter_id
        return record if record and record.has_access("read") else Matter
