import ipaddress
import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import hmac

#: use -> (times an hour with one key, times an hour from one address); zero: no limit.
#: Each is a setting, see ``_get_most``.
USES = {
    "message": (12, 40),
    "answer": (20, 60),
    "payment": (20, 60),
    "lookup": (0, 60),
}
MINUTES = 60


class LegalPortalLimit(models.Model):
    """How often something was tried from a page, kept where all workers see it.

    A row is one try that was let through: neither its key nor its address can be
    read from it.
    """

    _name = "legal.portal.limit"
    _description = "Limit of a Client's Page"
    _order = "id desc"

    scope = fields.Char(required=True, index=True)
    key = fields.Char(required=True)

    _scope_key = models.Index("(scope, key, create_date)")

    # -- counting --------------------------------------------------------------

    @api.model
    def _check(self, scope, key, most, minutes=MINUTES, use="message"):
        """Count this try; refuse it once there were too many.

        :param scope: what is done
        :param key: by whom, or about what
        :param use: how the refusal is said, a key of ``USES``
        :raise UserError: more than ``most`` within the last ``minutes``
        """
        wait = self._count([(scope, key, most)], minutes)
        if wait:
            raise UserError(self._say_wait(use, wait))

    @api.model
    def _check_use(self, use, key, address):
        """Count a try of one use by one key and from one address.

        :param use: a key of ``USES``
        :param key: the link it is made by, or who is signed in; empty: neither
        :raise UserError: too many within the hour
        """
        by_key, by_address = self._get_most(use)
        wait = self._count(
            [
                (use, key, by_key if key else 0),
                (f"{use} address", self._get_network(address), by_address),
            ]
        )
        if wait:
            raise UserError(self._say_wait(use, wait))

    @api.model
    def _count(self, tries, minutes=MINUTES):
        """Count tries ``(scope, key, most)``; return the minutes to wait, or nothing.

        Each try is written and committed before it is counted. Whichever worker
        commits the n-th one sees at least n of them: never are more let through than
        there may be, and nobody waits for a lock.
        """
        tries = [
            (scope, self._digest(scope, key), most)
            for scope, key, most in tries
            if most > 0
        ]
        if not tries:
            return 0
        # A cursor of its own: whatever becomes of the request, which a refusal rolls
        # back, the count stays, and the other workers see it at once.
        with self.env.registry.cursor() as cr:
            rows = SQL(", ").join(
                SQL(
                    "(%s, %s, %s, %s, clock_timestamp() AT TIME ZONE 'UTC',"
                    " clock_timestamp() AT TIME ZONE 'UTC')",
                    scope,
                    digest,
                    self.env.uid or None,
                    self.env.uid or None,
                )
                for scope, digest, _most in tries
            )
            cr.execute(
                SQL(
                    "INSERT INTO legal_portal_limit"
                    " (scope, key, create_uid, write_uid, create_date, write_date)"
                    " VALUES %s RETURNING id",
                    rows,
                )
            )
            ids = [row[0] for row in cr.fetchall()]
            cr.commit()
            wait = max(
                self._get_wait(cr, scope, digest, most, minutes)
                for scope, digest, most in tries
            )
            if wait:
                # What was refused does not prolong the wait.
                cr.execute(
                    SQL("DELETE FROM legal_portal_limit WHERE id IN %s", tuple(ids))
                )
        return wait

    @api.model
    def _get_wait(self, cr, scope, digest, most, minutes):
        """Return the minutes until another try is let through, zero at once."""
        cr.execute(
            SQL(
                """
                SELECT create_date + %(window)s
                       - (clock_timestamp() AT TIME ZONE 'UTC')
                  FROM legal_portal_limit
                 WHERE scope = %(scope)s AND key = %(digest)s
                   AND create_date
                       > (clock_timestamp() AT TIME ZONE 'UTC') - %(window)s
              ORDER BY create_date DESC, id DESC
                OFFSET %(most)s LIMIT 1
                """,
                window=timedelta(minutes=minutes),
                scope=scope,
                digest=digest,
                most=most,
            )
        )
        row = cr.fetchone()
        return max(1, math.ceil(row[0].total_seconds() / 60)) if row else 0

    # -- what counts -----------------------------------------------------------

    @api.model
    def _get_most(self, use):
        """Return the settings of a use: (with one key, from one address)."""
        # sudo: two numbers of the settings
        get_param = self.env["ir.config_parameter"].sudo().get_param
        found = []
        for suffix, default in zip(("", "_address"), USES[use], strict=True):
            value = get_param(f"legal_timesheet.limit_{use}{suffix}")
            found.append(int(value) if str(value or "").isdecimal() else default)
        return tuple(found)

    @api.model
    def _get_network(self, address):
        """Return what one subscriber holds: an IPv4 address, or 64 bits of IPv6."""
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return address or ""
        if found.version == 4:
            return str(found)
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))

    @api.model
    def _digest(self, scope, key):
        # sudo: the secret of the database is read by nobody
        return hmac(self.env(su=True), "legal.portal.limit", (scope, str(key)))

    @api.model
    def _say_wait(self, use, minutes):
        _ = self.env._
        words = {
            "message": _(
                "You wrote many times within the hour, and this was not sent: try again"
                " in %(minutes)s minutes, or call us.",
                minutes=minutes,
            ),
            "answer": _(
                "Many answers came within the hour, and this one was not recorded: try"
                " again in %(minutes)s minutes, or call us.",
                minutes=minutes,
            ),
            "payment": _(
                "Many payments were begun within the hour, and nothing was charged: try"
                " again in %(minutes)s minutes, pay by bank transfer, or call us.",
                minutes=minutes,
            ),
            "lookup": _(
                "Many searches came from here within the hour: try again in %(minutes)s"
                " minutes, or call us.",
                minutes=minutes,
            ),
        }
        return words[use]

    @api.autovacuum
    def _gc_rows(self):
        day_ago = fields.Datetime.now() - timedelta(days=1)
        # sudo: housekeeping
        self.sudo().search([("create_date", "<", day_ago)], limit=10000).unlink()
