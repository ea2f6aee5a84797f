from odoo import api, models


class LegalTimeStart(models.AbstractModel):
    """A record from which time is recorded: one line to fill in, or a timer.

    It says what is known already: the matter, how long, what about. The browser
    hands that back to the quick entry or to the timer, which read it with the rights
    of the person.
    """

    _name = "legal.time.start"
    _description = "Time is Recorded from Here"

    def action_record_time(self):
        """Open the quick entry with what this record knows."""
        self.ensure_one()
        self.check_access("read")
        return self._make_time_action("legal_timesheet.quick_entry")

    def action_start_timer(self):
        """Start the timer on what this record is about, or switch to it."""
        self.ensure_one()
        self.check_access("read")
        return self._make_time_action("legal_timesheet.timer_start")

    @api.model
    def _make_time_action(self, tag):
        defaults = {k: v for k, v in self._get_time_defaults().items() if v}
        return {"type": "ir.actions.client", "tag": tag, "params": defaults}

    def _get_time_defaults(self):
        """Hook: return ``matter_id``, ``task_id``, ``minutes``, ``date``,
        ``narrative``, as far as this record knows."""
        return {}
