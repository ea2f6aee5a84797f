from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.legal_timesheet.controllers.private_page import PRIVATE_HEADERS
from odoo.addons.legal_timesheet.controllers.private_route import private_route

from .client import LegalClientPortal
from .portal import MAX_ID

#: times an hour that one number may be asked for: the mailbox of its payer is his
MOST_BY_NUMBER = 5


class LegalClientLookup(LegalClientPortal):
    """Where a client asks for his link, on the firm's own site too.

    Whatever is typed, the answer is the same: if it is right, a link has left for
    the address on file. Nothing of an invoice is shown.
    """

    @private_route("/legal/pay")
    def legal_lookup_page(self, firm="", embed="", **_kw):
        return self._lookup_render(self._lookup_get_firm(firm), bool(embed))

    @private_route(
        "/legal/pay",
        methods=["POST"],
        # Inside the firm's own site the browser sends no cookie, hence no token; what
        # a forged request could do is send a client his own link.
        csrf=False,
        legal_limit="lookup",
    )
    def legal_lookup_ask(self, firm="", embed="", number="", proof="", **_kw):
        company_sudo = self._lookup_get_firm(firm)
        if not (number or "").strip() or not (proof or "").strip():
            return self._lookup_render(
                company_sudo,
                bool(embed),
                problem=request.env._(
                    "Type the number of the invoice, and its amount or your e-mail."
                ),
                typed={"number": number, "proof": proof},
                status=422,
            )
        # sudo: the answer is the same whether something was found or not
        Link = request.env["legal.client.link"].sudo()
        try:
            request.env["legal.portal.limit"]._check(
                f"lookup {company_sudo.id}",
                number.strip().upper(),
                MOST_BY_NUMBER,
                use="lookup",
            )
            with request.env.cr.savepoint():
                Link._look_up(company_sudo, number, proof)
        except UserError:
            # Asked for too often, or no mail can leave: the answer stays the same.
            pass
        return self._lookup_render(company_sudo, bool(embed), is_asked=True)

    def _lookup_get_firm(self, firm):
        """Return the firm that is asked, in sudo: its letterhead is public."""
        Company = request.env["res.company"].sudo()
        number = int(firm) if str(firm).isdecimal() and len(str(firm)) < 10 else 0
        chosen = Company.browse(number if number <= MAX_ID else 0).exists()
        return chosen or request.env.company.sudo()

    def _lookup_render(self, company_sudo, is_embedded, status=200, **values):
        # sudo: the letterhead of the firm, public as it is
        link_sudo = (
            request.env["legal.client.link"]
            .sudo()
            .new({"company_id": company_sudo.id, "kind": "paper"})
        )
        page = {
            "title": request.env._("Pay an invoice – %(firm)s", firm=company_sudo.name),
            "firm": link_sudo._get_page_firm(),
        }
        values = {"problem": "", "typed": {}, "is_asked": False, **values}
        response = self._legal_render(
            "legal_billing.portal_client_lookup",
            page,
            status=status,
            is_signed_in=False,
            is_embedded=is_embedded,
            firm_id=company_sudo.id,
            account_url="",
            **values,
        )
        response.headers.update(PRIVATE_HEADERS)
        sites = company_sudo._legal_get_sites()
        if is_embedded and sites:
            # Browsers compare the sites; the older header knows none or all.
            response.headers.remove("X-Frame-Options")  # see protect()
            response.headers["Content-Security-Policy"] = (
                f"frame-ancestors 'self' {' '.join(sites)}"
            )
        return response
