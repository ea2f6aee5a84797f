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
        """Return the matter of this meeting, as far as the user may see it."""
        matter = self.matter_id or self.matter_guess_id
        return matter if matter and matter.has_access("read") else matter.browse()
