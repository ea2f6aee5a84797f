from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.durations import hours_from_minutes, minutes_from_hours


class AccountAnalyticLine(models.Model):
    """The time entry as the screens of the day and of the week show and save it."""

    _inherit = "account.analytic.line"

    @api.model
    def legal_save_entry(self, values):
        """Create or change one entry with the rights of the user.

        :param dict values: ``id`` of an entry to change, or ``matter_id`` and
            ``date`` of a new one; ``minutes``, ``narrative``,
            ``activity_code_id``, and ``employee_id`` when it is another's
        :return dict: the entry as the screens show it
        :raise UserError: one sentence, said where the value was typed
        """
        vals = self._prepare_screen_values(values)
        if not (vals.get("narrative", "x") or "").strip():
            raise UserError(
                self.env._("What was done? The client will read these words.")
            )
        if values.get("id"):
            entry = self._browse_screen_entry(values["id"])
            entry.write(vals)
        else:
            entry = self._create_screen_entry(vals)
        return entry._get_screen_data()[0]

    @api.model
    def legal_delete_entry(self, entry_id):
        self._browse_screen_entry(entry_id).unlink()
        return True

    @api.model
    def _prepare_screen_values(self, values):
        vals = {
            name: values[name]
            for name in ("matter_id", "date", "narrative", "activity_code_id")
            if name in values
        }
        if values.get("employee_id"):
            vals["employee_id"] = values["employee_id"]
        if "minutes" in values:
            vals["unit_amount"] = float(hours_from_minutes(values["minutes"] or 0))
        if "narrative" in vals:
            vals["narrative"] = (vals["narrative"] or "").strip()
        return vals

    @api.model
    def _create_screen_entry(self, vals):
        matter = self.env["legal.matter"].browse(vals.get("matter_id")).exists()
        if not matter or not matter.has_access("read"):
            raise UserError(
                self.env._(
                    "This matter is not open to you: ask its responsible to add you"
                    " to the team, or choose another matter."
                )
            )
        vals.setdefault("narrative", False)
        if not vals["narrative"]:
            raise UserError(
                self.env._("What was done? The client will read these words.")
            )
        return self.create(vals)

    @api.model
    def _browse_screen_entry(self, entry_id):
        entry = self.browse(entry_id).exists()
        if not entry or not entry.has_access("read") or not entry._is_time_entry():
            raise UserError(
                self.env._(
                    "This entry is no longer there: it was deleted or moved"
                    " meanwhile, reload the page."
                )
            )
        return entry

    def _get_screen_data(self):
        """Return the entries as plain values, in batch."""
        labels = dict(self._fields["billing_status"]._description_selection(self.env))
        return [
            {
                "id": entry.id,
                "matter_id": entry.matter_id.id,
                "matter": entry.matter_id.matter_number,
                "matter_name": entry.matter_id.name,
                "client": entry.matter_id.partner_id.name or "",
                "date": fields.Date.to_string(entry.date),
                "minutes": minutes_from_hours(entry.unit_amount),
                "minutes_billable": minutes_from_hours(entry.hours_billable),
                "narrative": entry.narrative or "",
                "activity_code_id": entry.activity_code_id.id,
                "activity": entry.activity_code_id.name or "",
                "is_billable": entry.is_billable,
                "amount": entry.amount_billable,
                "currency_id": entry.legal_currency_id.id,
                "rate_source": entry.rate_source or "",
                "state": entry.approval_state,
                "status": entry.billing_status,
                "status_label": labels.get(entry.billing_status, ""),
                "lock": entry._get_lock_word(),
                "return_word": entry.return_word or "",
            }
            for entry in self
        ]

    def _get_lock_word(self):
        """Return why typing over the entry is refused at once, or nothing."""
        self.ensure_one()
        if self.approval_state == "approved":
            return self.env._(
                "Approved: locked. Have this entry returned to change it."
            )
        if self._is_in_locked_period():
            return self._get_locked_sentence()
        return ""
