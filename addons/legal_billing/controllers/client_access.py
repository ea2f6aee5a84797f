from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

from odoo.addons.legal_timesheet.controllers.private_route import private_route
from odoo.addons.portal.controllers.portal import CustomerPortal

from .matter import LegalMatterPortal
from .portal import MAX_ID, LegalInvoicePortal


def get_way_back():
    """Return the payer's page where this browser came from; else nothing.

    A document's own key tells nobody the way to the account: the session does.
    """
    if request.env.user._is_portal():
        return "/my/account-summary"
    known = request.session.get("legal_client_links") or []
    token = str(request.params.get("access_token") or "")
    number = token[1:].partition("-")[0]
    if not number.isdecimal() or len(number) > 9 or int(number) not in known:
        return ""
    # sudo: this browser opened the very link before
    link_sudo = request.env["legal.client.link"].sudo().browse(int(number)).exists()
    return link_sudo._get_path() if link_sudo.state == "open" else ""


class LegalClientAccess(CustomerPortal):
    """A payer's link opens his documents, each by a key that ends with the link."""

    def _document_check_access(self, model_name, document_id, access_token=None):
        link_sudo, document_sudo = self._client_open_document(
            model_name, document_id, access_token
        )
        if not link_sudo:
            return super()._document_check_access(
                model_name, document_id, access_token=access_token
            )
        if request.env.user._is_internal():
            # Colleagues look on inside their own rights, whatever link they found.
            document_sudo.sudo(False).with_user(request.env.user).check_access("read")
        return document_sudo.with_context(legal_client_link=link_sudo.id)

    def _client_open_document(self, model_name, document_id, access_token):
        """Return (open link, document) in sudo, for a key that a link made."""
        Link = request.env["legal.client.link"]
        if not str(access_token or "").startswith("c") or document_id > MAX_ID:
            return Link, None
        # sudo: the key is the right, and is compared before anything is shown
        document_sudo = request.env[model_name].sudo().browse(document_id).exists()
        if not document_sudo:
            return Link, None
        return Link._find_signed(document_sudo, access_token), document_sudo


class LegalClientInvoice(LegalInvoicePortal):
    """An invoice under a payer's link: the way back, and its private annex."""

    def _legal_render(self, template, page, status=200, **values):
        values.setdefault("account_url", get_way_back())
        return super()._legal_render(template, page, status=status, **values)

    @private_route("/my/invoices/<int:invoice_id>/annex")
    def legal_invoice_annex(self, invoice_id, access_token=None, **_kw):
        """The private annex, for the client's own people: behind his link."""
        link_sudo, invoice_sudo = self._client_open_document(
            "account.move", invoice_id, access_token
        )
        try:
            if not link_sudo:
                raise AccessError(request.env._("This document is not yours."))
            invoice_sudo = self._document_check_access(
                "account.move", invoice_id, access_token
            )
        except AccessError:
            return self._legal_render_bad_link()
        if not invoice_sudo._legal_offers_annex(link_sudo):
            return self._legal_render_bad_link()
        name, content = invoice_sudo._legal_render_annex()
        request.env["legal.reading.event"]._log(
            "annex",
            invoice_sudo,
            address=link_sudo.contact_id.email,
            user=request.env.user,
            ip=request.httprequest.remote_addr,
        )
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
                ("Referrer-Policy", "no-referrer"),
                ("X-Robots-Tag", "noindex, nofollow"),
            ],
        )


class LegalClientMatter(LegalMatterPortal):
    """The page of a matter under its client's link."""

    def _matter_find(self, matter_id, token):
        found = super()._matter_find(matter_id, token)
        matter_sudo, notice_sudo, situation = found
        Link = request.env["legal.client.link"]
        if situation != "open" or not str(token or "").startswith("c"):
            return found
        link_sudo = Link._find_signed(matter_sudo, token)
        if not link_sudo:
            return found
        user = request.env.user
        if user._is_internal() and not (
            matter_sudo.sudo(False).with_user(user).has_access("read")
        ):
            return matter_sudo.browse(), notice_sudo.browse(), "bad_link"
        notice_sudo = matter_sudo._get_told_notice(link_sudo)
        return (
            matter_sudo.with_context(legal_client_link=link_sudo.id),
            notice_sudo,
            situation,
        )

    def _matter_render(self, matter_sudo, notice_sudo, situation, token, **kw):
        response = super()._matter_render(
            matter_sudo, notice_sudo, situation, token, **kw
        )
        response.qcontext["account_url"] = get_way_back()
        return response
