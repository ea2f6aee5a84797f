from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

KINDS = [
    ("meeting", "Meeting"),
    ("call", "Call"),
    ("activity", "Done Activity"),
    ("task", "Task"),
    ("message", "Sent Message"),
    ("document", "Document"),
]


class LegalTimeSuggestion(models.Model):
    """What may have been work, shown to who did it and to nobody else.

    A row belongs to one person. The record rule says so; this model says it
    again below the rules, so that neither a rule changed in the settings, nor a
    field read with elevated rights, opens it: ``_search`` only finds the rows of
    the current user, whatever the rights, and reading goes through it. There is
    no chatter, no attachment, and no link to it from any other model.
    """

    _name = "legal.time.suggestion"
    _description = "Time Suggestion"
    _order = "day desc, started_at, id"
    _check_company_auto = True

    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, required=True)
    state = fields.Selection(
        [("proposed", "Proposed"), ("accepted", "Accepted")],
        required=True,
        default="proposed",
    )
    day = fields.Date(required=True)
    started_at = fields.Datetime("From")
    stopped_at = fields.Datetime("To")
    minutes = fields.Integer(aggregator=None)
    name = fields.Char("What", required=True)
    narrative = fields.Text(help="What the client may read on the bill.")
    matter_id = fields.Many2one(
        "legal.matter",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    explanation = fields.Char("Why this Matter")
    # a column, not a relation: rows of a relation are read without a search
    candidate_ids = fields.Json(export_string_translation=False)
    activity_code_id = fields.Many2one(
        "legal.activity.code", "Activity", ondelete="set null"
    )
    source_model = fields.Char(required=True, export_string_translation=False)
    source_id = fields.Many2oneReference(
        model_field="source_model", required=True, export_string_translation=False
    )
    record_model = fields.Char(export_string_translation=False)
    record_id = fields.Many2oneReference(
        model_field="record_model", export_string_translation=False
    )
    entry_id = fields.Many2one(
        "account.analytic.line",
        "Time Entry",
        index="btree_not_null",
        ondelete="set null",
    )
    expires_on = fields.Date(required=True, index=True)

    _source_unique = models.UniqueIndex(
        "(user_id, source_model, source_id)",
        "This was suggested to this person already.",
    )
    _minutes_in_a_day = models.Constraint(
        "CHECK (minutes BETWEEN 0 AND 1440)",
        "A suggestion is between 0 minutes and a day long.",
    )

    @api.depends("name", "user_id")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """The framework reads labels with elevated rights: say nothing there."""
        own = self._filter_own()
        (self - own).display_name = ""
        for suggestion in own:
            suggestion.display_name = suggestion.name or ""

    # ----------------------------------------------------------- whose they are

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Find only what belongs to the current user, even with elevated rights."""
        own = Domain("user_id", "=", self.env.uid)
        return super()._search(Domain(domain) & own, *args, **kwargs)

    def _check_access(self, operation):
        """Forbid the rows of others, whatever the rules in the database say."""
        own = self._filter_own()
        others = self - own
        result = super(LegalTimeSuggestion, own)._check_access(operation)
        if not others:
            return result
        if result:
            return result[0] | others, result[1]
        return others, lambda: AccessError(
            self.env._("A suggestion is read by the person it is made to, alone.")
        )

    def _filter_own(self):
        """Return those of the current user, and those not saved yet."""
        saved = self.filtered("id")
        own = self.browse(saved.sudo()._search([("id", "in", saved.ids)]))
        return (self - saved) | own

    def export_data(self, fields_to_export):
        self.check_access("read")
        return super().export_data(fields_to_export)
