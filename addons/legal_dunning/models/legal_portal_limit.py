from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalPortalLimit(models.Model):
    """How often something was sent from a page, kept where all workers see it."""

    _name = "legal.portal.limit"
    _description = "Limit of a Client's Page"
    _order = "id desc"

    scope = fields.Char(required=True, index=True)
    key = fields.Char(required=True)

    _scope_key = models.Index("(scope, key, create_date)")

    @api.model
    def _check(self, scope, key, most, minutes=60):
        """Count this attempt; refuse it once there were too many.

        :param scope: what is done
        :param key: by whom, or about what
        :raise UserError: more than ``most`` within the last ``minutes``
        """
        # sudo: nobody but this method reads or writes the rows
        rows = self.sudo()
        since = fields.Datetime.now() - timedelta(minutes=minutes)
        count = rows.search_count(
            [
                ("scope", "=", scope),
                ("key", "=", str(key)),
                ("create_date", ">=", since),
            ]
        )
        if count >= most:
            raise UserError(
                self.env._(
                    "That is a lot of messages in a short time: wait an hour, or call"
                    " us."
                )
            )
        rows.create({"scope": scope, "key": str(key)})

    @api.autovacuum
    def _gc_rows(self):
        day_ago = fields.Datetime.now() - timedelta(days=1)
        # sudo: housekeeping
        self.sudo().search([("create_date", "<", day_ago)], limit=10000).unlink()
