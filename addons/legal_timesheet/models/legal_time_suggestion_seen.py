from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac


class LegalTimeSuggestionSeen(models.Model):
    """What was looked at once, so that it is not suggested twice.

    A row is written when a source is *first seen*, not when it is discarded:
    accepted, discarded, expired and waiting ones look alike, and the table tells
    nobody how many were discarded. It holds a keyed fingerprint of person and
    source, no person, no source and no author. Nobody has access to it.
    """

    _name = "legal.time.suggestion.seen"
    _description = "Source Seen"
    _log_access = False
    _rec_name = "fingerprint"

    fingerprint = fields.Char(required=True, export_string_translation=False)
    forget_on = fields.Date(required=True, export_string_translation=False)

    _fingerprint_unique = models.UniqueIndex(
        "(fingerprint)", "This source was seen already."
    )

    @api.model
    def _make_fingerprint(self, source):
        """Return the fingerprint of a ``(model, id)`` for the current user."""
        env_sudo = self.sudo().env  # sudo: the secret of the database is the key
        message = repr((self.env.uid, *source))
        return hmac(env_sudo, "legal.time.suggestion", message)

    @api.model
    def _mark_new(self, sources, forget_on):
        """Mark the sources never seen before, and return them.

        Two tabs that gather at once cannot both take a source for a new one.
        """
        by_print = {self._make_fingerprint(source): source for source in sources}
        if not by_print:
            return set()
        rows = SQL(", ").join(
            SQL("(%s, %s)", fingerprint, forget_on) for fingerprint in by_print
        )
        taken = self.env.execute_query(
            SQL(
                "INSERT INTO %s (fingerprint, forget_on) VALUES %s"
                " ON CONFLICT (fingerprint) DO NOTHING RETURNING fingerprint",
                SQL.identifier(self._table),
                rows,
            )
        )
        return {by_print[fingerprint] for (fingerprint,) in taken}

    @api.model
    def _forget(self, sources):
        """Let these sources be suggested again."""
        prints = [self._make_fingerprint(source) for source in sources]
        if prints:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE fingerprint IN %s",
                    SQL.identifier(self._table),
                    tuple(prints),
                )
            )

    @api.model
    def _forget_old(self, today):
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE forget_on < %s",
                SQL.identifier(self._table),
                today,
            )
        )
