from odoo import fields, models
from odoo.tools import SQL

_SWITCHES = [
    "legal_suggestions",
    "legal_suggest_meetings",
    "legal_suggest_activities",
    "legal_suggest_tasks",
    "legal_suggest_messages",
    "legal_suggest_documents",
]


class ResUsers(models.Model):
    """Which suggestions of time a person wants; each decides for oneself."""

    _inherit = "res.users"

    legal_suggestions = fields.Boolean(
        "Suggest my time",
        default=True,
        help="Suggests time entries from your meetings, activities, tasks, messages and"
        " documents. Nobody but you sees them.",
    )
    legal_suggest_meetings = fields.Boolean("From meetings", default=True)
    legal_suggest_activities = fields.Boolean("From activities and calls", default=True)
    legal_suggest_tasks = fields.Boolean("From moved tasks", default=True)
    legal_suggest_messages = fields.Boolean("From sent messages", default=True)
    legal_suggest_documents = fields.Boolean("From added documents", default=True)

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + _SWITCHES

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + _SWITCHES

    def write(self, vals):
        result = super().write(vals)
        if vals.get("legal_suggestions", True) is False:
            self._drop_legal_suggestions()
        return result

    def _drop_legal_suggestions(self):
        """Off is off: nothing that was suggested stays.

        In SQL, because an administrator who switches them off for somebody may
        not read them. What was not discarded may be suggested again later.
        """
        Seen = self.env["legal.time.suggestion.seen"]
        self.env.flush_all()
        for user in self:
            rows = self.env.execute_query(
                SQL(
                    "DELETE FROM legal_time_suggestion"
                    " WHERE user_id = %s AND state = 'proposed'"
                    " RETURNING source_model, source_id",
                    user.id,
                )
            )
            Seen.with_user(user)._forget(rows)
        self.env.invalidate_all()
