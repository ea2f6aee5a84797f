from odoo import models
from odoo.tools import SQL


class MailThread(models.AbstractModel):
    """The same words in the logs of many records."""

    _inherit = "mail.thread"

    def _log_alike(self, bodies):
        """Log notes as :meth:`_message_log_batch` does, the same words written once.

        A reminder stands in the log of each of its invoices: its words are cleaned
        and stored for the first, and the database copies them to the others.

        :param bodies: {record id: body}
        """
        first, others = {}, {}
        for record_id, body in bodies.items():
            if body in first:
                others.setdefault(first[body], []).append(record_id)
            else:
                first[body] = record_id
        heads = self.browse(first.values())
        notes = heads._message_log_batch(bodies={i: bodies[i] for i in heads.ids})
        pairs = [
            (note.id, record_id)
            for note in notes
            for record_id in others.get(note.res_id, ())
        ]
        if pairs:
            notes._copy_onto(pairs)
            self.browse(record_id for _note, record_id in pairs).invalidate_recordset(
                ["message_ids"]
            )


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _copy_onto(self, pairs):
        """Copy notes without recipients or files onto other records of their model.

        :param pairs: [(note id, record id)]
        """
        self.flush_recordset()
        columns = SQL(", ").join(
            SQL.identifier(name)
            for name, field in self._fields.items()
            if field.store and field.column_type and name not in ("id", "res_id")
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO mail_message (res_id, %(columns)s)
                   SELECT pair.res_id, %(columns)s
                     FROM (SELECT unnest(%(notes)s) AS note, unnest(%(ids)s) AS res_id)
                          AS pair
                     JOIN (SELECT id AS note, %(columns)s FROM mail_message) AS own
                    USING (note)
                    ORDER BY pair.note, pair.res_id""",
                columns=columns,
                notes=[note for note, _record in pairs],
                ids=[record for _note, record in pairs],
            )
        )
