from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

KINDS = [
    ("call", "Call"),
    ("promise", "Promise to pay"),
    ("answer", "Answer of the client"),
    ("note", "Note"),
    ("meeting", "Meeting"),
    ("letter", "Letter received"),
    ("hold", "Pause of reminders"),
    ("statement", "Statement of account"),
    ("bounce", "Address refused"),
    ("automatic", "Automatic answer"),
    ("opened", "Page of an invoice opened"),
]
OUTCOMES = [
    ("promise", "Promises to pay"),
    ("hold", "Asks for time"),
    ("call_back", "To call again"),
    ("dispute", "Contests what is due"),
    ("paid", "Says it is paid"),
    ("refuses", "Refuses to pay"),
    ("message", "Message left"),
    ("no_answer", "No answer"),
    ("wrong_number", "Wrong number"),
]
#: who wrote them: not a person of the firm, so nobody edits them
AS_RECEIVED = ("answer", "bounce", "opened", "automatic")


class LegalCollectionEvent(models.Model):
    """One thing that was said or done on a case: who, when, what."""

    _name = "legal.collection.event"
    _description = "Log of a Collection Case"
    _order = "date desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one(
        "legal.collection.case", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="case_id.currency_id")
    partner_id = fields.Many2one(
        related="case_id.partner_id", store=True, index=True, string="Payer"
    )
    kind = fields.Selection(KINDS, required=True, default="note", index=True)
    date = fields.Datetime("On", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", "By", default=lambda self: self.env.user, index=True
    )
    outcome = fields.Selection(OUTCOMES)
    contact_name = fields.Char("Spoken to")
    body = fields.Text("What was said")
    script = fields.Html(
        "Script Shown", readonly=True, help="What the caller had before the eyes."
    )
    due_on = fields.Date("Until")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "legal_collection_event_attachment_rel",
        "event_id",
        "attachment_id",
        "Documents",
        bypass_search_access=True,
    )
    message_id = fields.Many2one("mail.message", "E-mail", readonly=True)
    action_id = fields.Many2one(
        "legal.dunning.action", "Answers the Reminder", readonly=True
    )

    @api.depends("kind", "partner_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            # sudo: the name of the payer, said to whoever may open the case.
            event.display_name = f"{kinds[event.kind]} – {event.partner_id.sudo().name}"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._own_attachments()
        return events

    def write(self, vals):
        kept = self.filtered(lambda event: event.kind in AS_RECEIVED)
        if kept and not self.env.su:
            raise UserError(
                self.env._(
                    "What %(payer)s wrote is kept as it came: add a note beside it.",
                    payer=kept[0].partner_id.name,
                )
            )
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._own_attachments()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_log(self):
        for event in self:
            raise UserError(
                self.env._(
                    "“%(event)s” of %(day)s stays in the log: write a note to correct"
                    " it.",
                    event=event.display_name,
                    day=format_date(self.env, event.date),
                )
            )

    def _own_attachments(self):
        """Documents are read by whoever may read the log, and by nobody else."""
        for event in self:
            # sudo: taken from the person who dropped them here a moment ago.
            loose = event.attachment_ids.sudo().filtered(
                lambda file: file.res_model != self._name or not file.res_id
            )
            loose.write({"res_model": self._name, "res_id": event.id, "public": False})

    def _get_dated_title(self):
        self.ensure_one()
        return f"{format_date(self.env, self.date)} – {self._get_title()}"

    def _get_title(self):
        """Return the line of the log that says what this is."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        title = kinds[self.kind]
        if self.outcome:
            outcomes = dict(self._fields["outcome"]._description_selection(self.env))
            title = f"{title} – {outcomes[self.outcome]}"
        if self.contact_name:
            title = f"{title} ({self.contact_name})"
        if self.kind == "promise":
            return self.env._(
                "Promise to pay %(amount)s by %(day)s",
                amount=format_amount(self.env, self.amount, self.currency_id),
                day=format_date(self.env, self.due_on),
            )
        if self.kind == "hold" and self.due_on:
            return self.env._(
                "Reminders paused until %(day)s",
                day=format_date(self.env, self.due_on),
            )
        return title
