from odoo import models

from .memo import Memo


class LegalLogMixin(models.AbstractModel):
    """Writes what changed on many records in few statements.

    The framework writes a message a record, each with its own values of what changed;
    the messages here are the same, made together.
    """

    _name = "legal.log.mixin"
    _description = "Notes Written Together"

    def _message_track(self, fields_iter, initial_values_dict):
        if len(self) < 2 or "legal_notes" in self.env.context:
            return super()._message_track(fields_iter, initial_values_dict)
        notes = Memo(waiting=[])
        model = self.with_context(legal_notes=notes)
        tracking = super(LegalLogMixin, model)._message_track(
            fields_iter, initial_values_dict
        )
        self._write_notes(notes["waiting"])
        return tracking

    def _message_log(self, **note):
        notes = self.env.context.get("legal_notes")
        if notes is None:
            return super()._message_log(**note)
        notes["waiting"].append((self.id, note))
        return self.env["mail.message"]

    def _write_notes(self, waiting):
        """Write notes, those of one author together.

        :param waiting: [(record id, keywords of ``_message_log``)]
        """
        alike, values = {}, []
        for record_id, note in waiting:
            tracked = note.pop("tracking_value_ids", None) or []
            body = note.pop("body", "")
            key = tuple(sorted((k, v) for k, v in note.items() if v))
            alike.setdefault(key, []).append((record_id, body, tracked))
        for key, notes in alike.items():
            records = self.browse(record_id for record_id, *_rest in notes)
            bodies = {record_id: body for record_id, body, _tracked in notes}
            messages = records._message_log_batch(bodies, **dict(key))
            by_record = dict(zip(records.ids, messages.ids, strict=True))
            values += [
                {**vals, "mail_message_id": by_record[record_id]}
                for record_id, _body, tracked in notes
                for _command, _id, vals in tracked
            ]
        # sudo: as the framework writes them, together with the messages
        self.env["mail.tracking.value"].sudo().create(values)
