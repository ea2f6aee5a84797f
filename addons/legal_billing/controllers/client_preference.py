from odoo.exceptions import UserError
from odoo.http import request

from .client import LegalClientPortal, client_route


class LegalClientPreference(LegalClientPortal):
    """How a client wishes to get and to pay his invoices, said by himself."""

    @client_route("/preferences")
    def legal_client_preferences(self, link_sudo, said="", **_kw):
        if link_sudo.kind == "paper":
            return self._legal_render_bad_link()
        return self._preference_render(link_sudo, said=said == "done" and "done")

    @client_route("/preferences", methods=["POST"], legal_limit="message")
    def legal_client_prefer(self, link_sudo, **post):
        if link_sudo.kind == "paper":
            return self._legal_render_bad_link()
        if request.env.user._is_internal():
            return self._preference_render(
                link_sudo,
                problem=request.env._(
                    "You look at the client's page: he alone chooses here."
                ),
            )
        try:
            with request.env.cr.savepoint():
                link_sudo._save_preferences(post)
                request.env.flush_all()
        except UserError as error:
            return self._preference_render(
                link_sudo, problem=error.args[0], typed=post, status=422
            )
        return request.redirect(
            f"{link_sudo._get_path()}/preferences?said=done", code=303
        )

    @client_route("/personal", methods=["POST"], legal_limit="message")
    def legal_client_personal(self, link_sudo, **_kw):
        """From the printed code: send the personal link, which shows the matters."""
        sent = False
        try:
            sent = link_sudo._renew()
        except UserError:
            pass
        return self._client_render(
            "legal_billing.portal_client_personal",
            link_sudo,
            {
                "title": link_sudo.company_id.name,
                "firm": link_sudo._get_page_firm(),
            },
            is_sent=sent,
            account_url=link_sudo._get_path(),
        )

    def _preference_render(
        self, link_sudo, problem="", typed=None, said="", status=200
    ):
        page = link_sudo._get_preference_page(typed or {})
        return self._client_render(
            "legal_billing.portal_client_preferences",
            link_sudo,
            page,
            status=status,
            problem=problem,
            said=said,
            account_url=link_sudo._get_path(),
        )
