import functools
import re

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.legal_timesheet.controllers.private_route import private_route

from .portal import MAX_ID
from .provision import LegalProvisionPortal

CLIENT = "/legal/client/<int:link_id>/<string:key>"
ROW_KEYS = re.compile(r"[a-z]\d{1,9}(?:,[a-z]\d{1,9}){0,99}")


def client_route(step="", methods=("GET",), **routing):
    """Declare a step behind a payer's link; the method gets the open link alone.

    Where a link that is over, or opens nothing, leads is said here for each of them.
    What is posted needs no token: the key in the link is what another site could not
    forge.
    """
    if "POST" in methods:
        routing["csrf"] = False

    def decorate(method):
        @functools.wraps(method)
        def behind_the_link(self, link_id, key, **kw):
            link_sudo, situation = self._client_find(link_id, key)
            if situation != "open":
                return self._client_render_closed(link_sudo, situation)
            # Whatever else a browser may send under that name.
            kw["link_sudo"] = link_sudo
            return method(self, **kw)

        # Odoo reads from it which parameters of a request it may pass on.
        del behind_the_link.__wrapped__
        return private_route(f"{CLIENT}{step}", methods=methods, **routing)(
            behind_the_link
        )

    return decorate


class LegalClientPortal(LegalProvisionPortal):
    """The page of one payer behind his signed link."""

    def _client_find(self, link_id, key):
        """Return (link in sudo and in the payer's language, situation).

        ``open``, ``expired`` (a link once good) or ``bad_link``, which tells nothing.
        """
        Link = request.env["legal.client.link"]
        link_sudo = Link._find(link_id if link_id <= MAX_ID else 0, key)
        if not link_sudo:
            return link_sudo, "bad_link"
        link_sudo = link_sudo._in_client_language()
        request.update_context(lang=link_sudo.env.lang)
        return link_sudo, link_sudo.state

    @client_route()
    def legal_client_page(self, link_sudo, row="", choice="", **kw):
        return self._client_render_page(
            link_sudo, row, bool(kw.get("all")), choice=choice
        )

    def _client_note_visit(self, link_sudo):
        """Count the visit of who is no colleague."""
        if link_sudo.id and not request.env.user._is_internal():
            link_sudo.last_opened_at = fields.Datetime.now()
            self._client_remember(link_sudo)

    def _client_render_page(self, link_sudo, row="", is_all=False, choice="", **values):
        """Show the page of an open link.

        :param choice: rows and amount that were chosen for the payer
        """
        self._client_note_visit(link_sudo)
        rows = tuple(row.split(",")) if ROW_KEYS.fullmatch(row or "") else ()
        page = link_sudo.with_context(legal_rows=rows, legal_all=is_all)._get_page()
        return self._client_render(
            "legal_billing.portal_client_page", link_sudo, page, **values
        )

    def _client_remember(self, link_sudo):
        """Let the documents of this browser lead back to the page; a document's own
        key tells nobody the way to the account."""
        known = request.session.get("legal_client_links") or []
        if link_sudo.id not in known:
            request.session["legal_client_links"] = [*known, link_sudo.id][-20:]

    @private_route(
        f"{CLIENT}/renew",
        methods=["POST"],
        csrf=False,  # the key in the link is what another site could not forge
        legal_limit="message",
    )
    def legal_client_renew(self, link_id, key, **_kw):
        link_sudo, situation = self._client_find(link_id, key)
        if situation == "open":
            return request.redirect(link_sudo._get_path(), code=303)
        if situation == "bad_link":
            return self._legal_render_bad_link()
        outcome = "no_address"
        try:
            if link_sudo._renew():
                outcome = "renewed"
        except UserError:
            outcome = "failed"
        return self._client_render_closed(link_sudo, situation, outcome)

    # -- rendering ---------------------------------------------------------------

    def _client_render(self, template, link_sudo, page, status=200, **values):
        values.setdefault("account_url", "")
        values.setdefault("path", link_sudo._get_path() if link_sudo.id else "")
        return self._legal_render(
            template,
            page,
            status=status,
            is_signed_in=not request.env.user._is_public(),
            **values,
        )

    def _client_render_closed(self, link_sudo, situation, outcome=""):
        """Say that a link is over and offer a new one, or that it opens nothing."""
        if situation != "expired":
            return self._legal_render_bad_link()
        page = {
            "title": request.env._("Link no longer valid"),
            "firm": link_sudo._get_page_firm(),
        }
        return self._client_render(
            "legal_billing.portal_client_expired",
            link_sudo,
            page,
            status=410,
            outcome=outcome,
        )
