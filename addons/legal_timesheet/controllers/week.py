from odoo import http
from odoo.http import request


class LegalWeek(http.Controller):
    @http.route("/legal/week/<string:monday>", type="http", auth="user", readonly=True)
    def legal_week(self, monday, **_kw):
        """Open the week a reminder is about, whatever screen shows weeks."""
        action = request.env["legal.time.sheet"]._get_week_action()
        return request.redirect(f"/odoo/{action}?monday={monday[:10]}")
