from odoo import api, models
from odoo.fields import Domain

from ..engine.pieces import MINUTES
from .legal_time_suggestion_source import MOST_ROWS, Found


class LegalTimeSuggestion(models.Model):
    """What the discussion of a record tells: messages, done activities, moved
    tasks, and the documents that were added beside them.

    A done activity and a moved task leave a message whose author is who did it.
    The activity and the task themselves only know who they are assigned to.
    """

    _inherit = "legal.time.suggestion"

    @api.model
    def _collect_messages(self, begin, end, events, wanted):
        messages = self._search_messages(begin, end)
        documents = self.env["ir.attachment"]
        if "document" in wanted:
            documents = self._search_documents(begin, end, messages)
        records = [(message.model, message.res_id) for message in messages]
        records += [(document.res_model, document.res_id) for document in documents]
        matter_of = self._get_matters_of(records)
        label_of = self._get_labels_of(records)
        moves = self._get_moves(messages)
        activities = self._get_activities(messages, begin, end)
        found = []
        for message in messages:
            trace = self._find_in_message(message, moves, activities, events)
            if trace:
                trace.hints = self._get_message_hints(
                    message, trace.name, matter_of, label_of
                )
                found.append(trace)
        found += [
            self._make_document_trace(document, matter_of, label_of)
            for document in documents
        ]
        return found

    # ---------------------------------------------------------------- what is read

    @api.model
    def _search_messages(self, begin, end):
        return self.env["mail.message"].search(
            Domain("author_id", "=", self.env.user.partner_id.id)
            & Domain("date", ">=", begin)
            & Domain("date", "<", end)
            & Domain("model", "in", [*self._get_record_models(), "res.partner"])
            & Domain("message_type", "!=", "user_notification"),
            order="id",
            limit=MOST_ROWS,
        )

    @api.model
    def _search_documents(self, begin, end, messages):
        """Return the documents added, without those sent with a message."""
        return self.env["ir.attachment"].search(
            Domain("create_uid", "=", self.env.uid)
            & Domain("create_date", ">=", begin)
            & Domain("create_date", "<", end)
            & Domain("res_model", "in", self._get_record_models())
            & Domain("res_id", "!=", False)
            & Domain("res_field", "=", False)
            & Domain("id", "not in", messages.attachment_ids.ids),
            order="id",
            limit=MOST_ROWS,
        )

    @api.model
    def _get_labels_of(self, records):
        """Return ``{("project.task", id): its name}``: what a message hangs on."""
        ids = {res_id for model, res_id in records if model == "project.task"}
        # sudo: the user wrote there; routing asks whether he may still read it
        tasks_sudo = self.env["project.task"].sudo().browse(ids).exists()
        return {("project.task", task.id): task.name for task in tasks_sudo}

    @api.model
    def _get_moves(self, messages):
        """Return ``{message id: where the task went}``."""
        ids = messages.filtered(lambda m: m.model == "project.task").ids
        # sudo: tracked values are for administrators; these are the user's own acts
        values_sudo = (
            self.env["mail.tracking.value"]
            .sudo()
            .search_fetch(
                Domain("mail_message_id", "in", ids)
                & Domain("field_id.name", "in", ("stage_id", "state")),
                ["mail_message_id", "new_value_char"],
            )
        )
        return {value.mail_message_id.id: value.new_value_char for value in values_sudo}

    @api.model
    def _get_activities(self, messages, begin, end):
        """Return ``{message id: the activity it says is done}``.

        A message does not name the activity: the oldest done one of that type on
        that record is taken, then the next.
        """
        told = messages.filtered("mail_activity_type_id")
        if not told:
            return {}
        done = self.env["mail.activity"].search(
            Domain("active", "=", False)
            & Domain("res_model", "in", list(set(told.mapped("model"))))
            & Domain("res_id", "in", told.mapped("res_id"))
            & Domain("date_done", ">=", begin.date())
            & Domain("date_done", "<=", end.date()),
            order="id",
        )
        waiting = {}
        for activity in done:
            key = (activity.res_model, activity.res_id, activity.activity_type_id)
            waiting.setdefault(key, []).append(activity)
        found = {}
        for message in told:
            key = (message.model, message.res_id, message.mail_activity_type_id)
            if waiting.get(key):
                found[message.id] = waiting[key].pop(0)
        return found

    # ------------------------------------------------------------- what it amounts to

    @api.model
    def _find_in_message(self, message, moves, activities, events):
        """Return what a message tells that the user did, or None."""
        if message.mail_activity_type_id:
            return self._make_activity_trace(message, activities, events)
        if message.id in moves:
            return self._make_move_trace(message, moves[message.id])
        is_sent = (
            message.message_type in ("comment", "email", "email_outgoing")
            and not message.is_internal
            and not message.subtype_id.internal
        )
        return self._make_message_trace(message) if is_sent else None

    @api.model
    def _make_trace(self, message, kind, name, narrative):
        return Found(
            source=("mail.message", message.id),
            kind=kind,
            day=self._get_day_of(message.date),
            name=self._shorten(name),
            narrative=self._shorten(narrative),
            minutes=MINUTES[kind],
            started_at=message.date,
            record=(message.model, message.res_id),
        )

    @api.model
    def _make_activity_trace(self, message, activities, events):
        activity = activities.get(message.id)
        if activity and activity.calendar_event_id in events:
            return None  # the meeting is suggested itself
        kind = self._get_activity_kind(message.mail_activity_type_id)
        name = (activity and activity.summary) or message.mail_activity_type_id.name
        if kind == "call":
            words = self.env._("Telephone call: %(subject)s", subject=name)
            return self._make_trace(message, kind, name, words)
        return self._make_trace(message, kind, name, name)

    @api.model
    def _make_move_trace(self, message, stage):
        task = message.record_name or ""
        name = f"{task} → {stage}" if stage else task
        return self._make_trace(message, "task", name, task)

    @api.model
    def _make_message_trace(self, message):
        names = ", ".join(self._get_outside(message.partner_ids).mapped("name"))
        subject = message.subject or ""
        name = subject or self._read_text(message.body)
        if names and subject:
            words = self.env._(
                "E-mail to %(people)s: %(subject)s", people=names, subject=subject
            )
        elif names:
            words = self.env._("E-mail to %(people)s", people=names)
        else:
            words = self.env._("E-mail: %(subject)s", subject=name)
        return self._make_trace(message, "message", name or words, words)

    @api.model
    def _get_message_hints(self, message, name, matter_of, label_of):
        record = (message.model, message.res_id)
        partners = message.partner_ids
        if message.model == "res.partner":
            partners |= self.env["res.partner"].browse(message.res_id).exists()
        addresses = self._read_addresses(message.outgoing_email_to)
        return self._get_record_hints(
            record,
            matter_of,
            label_of.get(record, ""),
            subject=message.subject or name,
            people=self._get_people(partners, addresses),
            own_domains=self._get_own_domains(),
        )

    @api.model
    def _make_document_trace(self, document, matter_of, label_of):
        record = (document.res_model, document.res_id)
        return Found(
            source=("ir.attachment", document.id),
            kind="document",
            day=self._get_day_of(document.create_date),
            name=self._shorten(document.name),
            narrative=self.env._("Document: %(name)s", name=document.name),
            minutes=MINUTES["document"],
            started_at=document.create_date,
            record=record,
            hints=self._get_record_hints(
                record, matter_of, label_of.get(record, ""), subject=document.name
            ),
        )
