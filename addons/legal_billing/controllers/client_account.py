from odoo.exceptions import AccessError
from odoo.http import request, route

from odoo.addons.legal_timesheet.controllers.private_route import private_route
from odoo.addons.portal.controllers.portal import CustomerPortal

from .client import LegalClientPortal
from .portal import MAX_ID


class LegalClientAccount(LegalClientPortal):
    """The payer's page for who is signed in: the payer himself, or the firm."""

    @route(
        ["/my/account-summary", "/my/account-summary/<int:company_id>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def legal_my_account(self, company_id=0, row="", **kw):
        user = request.env.user
        if not user.share:
            return request.redirect("/my")
        companies = self._client_get_firms(user.partner_id)
        chosen = companies.filtered(lambda company: company.id == company_id)
        company = chosen or companies[:1] or request.env.company.sudo()
        # sudo: the page of the very person signed in
        link_sudo = request.env["legal.client.link"].sudo()
        link_sudo = link_sudo._as_of(user.partner_id.sudo(), company)
        link_sudo = link_sudo._in_client_language()
        request.update_context(lang=link_sudo.env.lang)
        return self._client_render_page(
            link_sudo,
            row,
            bool(kw.get("all")),
            path=f"/my/account-summary/{company.id}",
            firms=[
                {"name": other.name, "url": f"/my/account-summary/{other.id}"}
                for other in companies - company
            ],
        )

    @route(
        "/my/account-summary/<int:company_id>/<string:step>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def legal_my_account_step(self, company_id, step, **_kw):
        """Go on behind a link of one's own, made for this visit."""
        user = request.env.user
        company = self._client_get_firms(user.partner_id).filtered(
            lambda company: company.id == company_id
        )
        if not user.share or not company or step not in ("pay", "preferences"):
            return self._legal_render_bad_link()
        # sudo: the link of the very person signed in
        link_sudo = request.env["legal.client.link"].sudo()
        link_sudo = link_sudo._get_for(
            user.partner_id, company, user.partner_id, kind="account"
        )
        query = request.httprequest.query_string.decode("ascii", "replace")
        path = f"{link_sudo._get_path()}/{step}"
        return request.redirect(f"{path}?{query}" if query else path, code=303)

    def _client_get_firms(self, partner):
        """Return the firms that invoiced this payer or work for him, in sudo."""
        payer = partner.commercial_partner_id
        # sudo: names of the firms that this person's own documents come from
        moves = request.env["account.move"].sudo()
        matters = request.env["legal.matter"].sudo()
        groups = moves._read_group(
            [
                ("commercial_partner_id", "=", payer.id),
                ("is_legal", "=", True),
                ("state", "=", "posted"),
            ],
            ["company_id"],
        )
        found = matters.search(matters._domain_of_contact(partner)).company_id
        return found.union(*(company for (company,) in groups))

    @private_route("/legal/client/sent/<int:company_id>/<int:contact_id>")
    def legal_client_sent(self, company_id, contact_id, **_kw):
        """What colleagues read of an e-mail, whose key was left out: the preview."""
        if request.env.user._is_internal():
            return request.redirect(f"/legal/client/preview/{contact_id}")
        return self._legal_render_bad_link()

    @private_route(
        "/legal/client/preview/<int:partner_id>",
        auth="user",
    )
    def legal_client_preview(self, partner_id, row="", **kw):
        """The page as the payer reads it, for people of the firm, in their rights."""
        user = request.env.user
        partner = request.env["res.partner"].browse(min(partner_id, MAX_ID)).exists()
        try:
            if not user._is_internal() or not partner:
                raise AccessError(request.env._("This document is not yours."))
            partner.check_access("read")
            request.env["account.move"].check_access("read")
        except AccessError:
            return self._legal_render_bad_link()
        # sudo: read inside the rights of the reader, see _keep_readable
        Link = request.env["legal.client.link"].sudo()
        link_sudo = Link._as_of(partner.sudo(), user.company_id.sudo(), user)
        if request.env.company in user.company_ids:
            link_sudo.company_id = request.env.company.sudo()
        link_sudo = link_sudo._in_client_language()
        request.update_context(lang=link_sudo.env.lang)
        if not link_sudo._get_moves(limit=1) and not link_sudo._get_own_matters():
            # the same words whether there is nothing, or nothing for this reader
            page = {
                "title": request.env._("Nothing to show yet"),
                "firm": link_sudo._get_page_firm(),
            }
            return self._client_render(
                "legal_billing.portal_client_empty", link_sudo, page
            )
        return self._client_render_page(
            link_sudo, row, bool(kw.get("all")), is_preview=True
        )


class LegalClientHome(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "legal_account_count" in counters:
            partner = request.env.user.partner_id.commercial_partner_id
            # sudo: how many invoices of the payer himself there are
            values["legal_account_count"] = (
                request.env["account.move"]
                .sudo()
                .search_count(
                    [
                        ("commercial_partner_id", "=", partner.id),
                        ("is_legal", "=", True),
                        ("state", "=", "posted"),
                    ],
                    limit=100,
                )
            )
        return values
