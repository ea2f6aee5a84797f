from odoo.http import content_disposition, request, route

from odoo.addons.legal_timesheet.controllers.private_page import (
    MAX_ID,
    PRIVATE_HEADERS,
)
from odoo.addons.legal_timesheet.controllers.private_route import private_route
from odoo.addons.portal.controllers.portal import CustomerPortal

STATUS = {"bad_link": 404, "revoked": 410, "expired": 410, "closed": 410}


class LegalAgreementPortal(CustomerPortal):
    """The fee agreement a client reads, signs or refuses: by his link or signed in."""

    # -- pages -----------------------------------------------------------------

    @route("/my/agreements", type="http", auth="user", methods=["GET"], website=True)
    def legal_my_agreements(self, **_kw):
        values = self._prepare_portal_layout_values()
        values["page_name"] = "legal_agreement"
        values["agreements"] = [
            {
                "url": f"/my/agreements/{agreement.id}",
                "label": agreement._get_document_title(),
                "matter": agreement.matter_id.name,
                "sent_on": agreement.sent_on,
                "situation": agreement._get_situation(),
            }
            for agreement in self._legal_agreement_get_own()
        ]
        return self._legal_agreement_private(
            request.render("legal_billing.portal_my_agreements", values)
        )

    @private_route("/my/agreements/<int:agreement_id>")
    def legal_agreement_page(self, agreement_id, access_token=None, said=None, **_kw):
        agreement_sudo, key = self._legal_agreement_find(agreement_id, access_token)
        return self._legal_agreement_render(
            agreement_sudo, key, access_token, outcome=said
        )

    @private_route("/my/agreements/<int:agreement_id>/pdf")
    def legal_agreement_pdf(self, agreement_id, access_token=None, **_kw):
        agreement_sudo, key = self._legal_agreement_find(agreement_id, access_token)
        if key != "revoked" and agreement_sudo:
            page = agreement_sudo._get_page(by_link=key == "open")
            if page["document"]:
                document_sudo = agreement_sudo._get_client_document()
                headers = {
                    **PRIVATE_HEADERS,
                    "Content-Type": "application/pdf",
                    "Content-Disposition": content_disposition(document_sudo.name),
                }
                return request.make_response(document_sudo.raw, list(headers.items()))
        return self._legal_agreement_render(agreement_sudo, key, access_token)

    # -- answers ---------------------------------------------------------------

    @route(
        "/my/agreements/<int:agreement_id>/sign",
        type="jsonrpc",
        auth="public",
        website=True,
        legal_limit="answer",
    )
    def legal_agreement_sign(self, agreement_id, name=None, signature=None, **_kw):
        """Sign, as the stock signature form asks; keys come in its address."""
        args = request.httprequest.args
        token = args.get("access_token")
        agreement_sudo, key = self._legal_agreement_find(agreement_id, token)
        back = self._legal_agreement_back(agreement_id, token)
        outcome = "over"
        if agreement_sudo and self._legal_agreement_may_answer(key):
            agreement_sudo = self._legal_agreement_speak(agreement_sudo)
            outcome = agreement_sudo._client_sign(
                name, signature, args.get("seen"), self._legal_agreement_get_proof(key)
            )
        return self._legal_agreement_sign_answer(outcome, back)

    def _legal_agreement_sign_answer(self, outcome, back):
        _ = request.env._
        words = {
            "name": _("Type your full name to sign."),
            "signature": _("Draw your signature in the frame to sign."),
            "failed": _(
                "Your signature could not be recorded, and nothing was signed: we were"
                " told, and will come back to you."
            ),
        }
        if outcome in words:
            return {"error": words[outcome]}
        # Whatever else happened, the page says it: signed, changed, over.
        said = {"done": "signed", "changed": "changed"}.get(outcome)
        return {
            "force_refresh": True,
            "redirect_url": f"{back}&said={said}" if said else back,
        }

    @private_route(
        [
            "/my/agreements/<int:agreement_id>/question",
            "/my/agreements/<int:agreement_id>/refuse",
            "/my/agreements/<int:agreement_id>/renew",
        ],
        methods=["POST"],
        # The key in the link is what another site could not forge; without it,
        # _legal_may_post asks for the session's own token.
        csrf=False,
        legal_limit="message",
    )
    def legal_agreement_answer(self, agreement_id, access_token=None, **post):
        verb = request.httprequest.path.rsplit("/", 1)[-1]
        agreement_sudo, key = self._legal_agreement_find(agreement_id, access_token)
        if not agreement_sudo or not self._legal_agreement_may_answer(key):
            return self._legal_agreement_render(agreement_sudo, key, access_token)
        if key != "open" and not request.validate_csrf(post.get("csrf_token")):
            return self._legal_agreement_render(
                agreement_sudo, key, access_token, outcome="stale", typed=post
            )
        outcome = self._legal_agreement_do(
            self._legal_agreement_speak(agreement_sudo), verb, key, post
        )
        if outcome == "empty":
            return self._legal_agreement_render(
                agreement_sudo, key, access_token, outcome="empty", typed=post
            )
        if outcome == "renewed":
            # The old link is over: what follows it would be a page on its end.
            return self._legal_agreement_render(
                agreement_sudo.browse(), "", None, outcome="renewed"
            )
        said = verb if outcome in ("done", "again") else ""
        back = self._legal_agreement_back(agreement_id, access_token)
        return request.redirect(f"{back}&said={said}" if said else back, code=303)

    def _legal_agreement_do(self, agreement_sudo, verb, key, post):
        if verb == "question":
            return agreement_sudo._client_ask(post.get("question"))
        if verb == "refuse":
            return agreement_sudo._client_refuse(
                post.get("word"), self._legal_agreement_get_proof(key)
            )
        return agreement_sudo._client_renew()

    # -- who -------------------------------------------------------------------

    def _legal_agreement_find(self, agreement_id, token):
        """Return ``(agreement in sudo, key)``.

        The key is ``open`` or ``revoked`` by the link, ``account`` for the client
        signed in, ``firm`` for a person of the firm inside the wall, else empty.
        """
        Agreement = request.env["legal.fee.agreement"]
        if agreement_id > MAX_ID:
            return Agreement.sudo().browse(), ""
        agreement_sudo, key = Agreement._find_by_link(agreement_id, token)
        user = request.env.user
        if user._is_internal():
            agreement = Agreement.browse(agreement_id).exists()
            if agreement and agreement.has_access("read"):
                return agreement.sudo(), "firm"
        if key == "open" or user._is_public():
            return agreement_sudo, key
        own_sudo = self._legal_agreement_get_own().filtered(
            lambda a: a.id == agreement_id
        )
        return (own_sudo, "account") if own_sudo else (agreement_sudo, key)

    def _legal_agreement_get_own(self):
        # sudo: portal users have no right on the model; the domain is theirs
        Agreement = request.env["legal.fee.agreement"].sudo()
        return Agreement.search(
            Agreement._domain_of_contact(request.env.user.partner_id),
            order="sent_on desc",
        )

    def _legal_agreement_may_answer(self, key):
        """People of the firm look at the page; the client alone answers."""
        return key in ("open", "account") and not request.env.user._is_internal()

    def _legal_agreement_get_proof(self, key):
        user = request.env.user
        proof = {
            "channel": "link" if key == "open" else "account",
            "ip": request.httprequest.remote_addr,
            "agent": request.httprequest.user_agent.string,
            "user_id": False if user._is_public() else user.id,
        }
        if key == "account":
            proof["partner_id"] = user.partner_id.id
        return proof

    # -- rendering -------------------------------------------------------------

    def _legal_agreement_back(self, agreement_id, token):
        return f"/my/agreements/{agreement_id}?access_token={token or ''}"

    def _legal_agreement_speak(self, agreement_sudo):
        lang = agreement_sudo.sent_to_id.lang or request.env.lang
        request.update_context(lang=lang)
        return agreement_sudo.with_context(lang=lang)

    def _legal_agreement_render(
        self, agreement_sudo, key, token, outcome=None, typed=None
    ):
        """Show the agreement; a link that opens none says so, whatever the reason."""
        if agreement_sudo:
            agreement_sudo = self._legal_agreement_speak(agreement_sudo)
            page = agreement_sudo._get_page(by_link=key == "open")
            if key == "revoked":
                page.update(situation="revoked", document={})
        else:
            # sudo: the letterhead of the firm, public as it is
            firm = request.env.company.sudo()
            move = request.env["account.move"].sudo().new({"company_id": firm.id})
            page = {
                "situation": "renewed" if outcome == "renewed" else "bad_link",
                "title": firm.name,
                "firm": move._legal_get_portal_firm(),
                "document": {},
            }
        is_internal = request.env.user._is_internal()
        base = f"/my/agreements/{agreement_sudo.id}" if agreement_sudo else ""
        query = f"?access_token={token or ''}"
        response = request.render(
            "legal_billing.portal_agreement_page",
            {
                "page": page,
                "outcome": outcome,
                "typed": typed or {},
                "is_internal": is_internal,
                "is_signed_in": not request.env.user._is_public(),
                "may_answer": self._legal_agreement_may_answer(key)
                and page["situation"] == "sent",
                "urls": {
                    name: f"{base}/{name}{query}"
                    for name in ("pdf", "sign", "question", "refuse", "renew")
                },
                "lang_code": (request.env.lang or "en_US").split("_")[0],
            },
            status=STATUS.get(page["situation"], 200),
        )
        return self._legal_agreement_private(response)

    def _legal_agreement_private(self, response):
        response.headers.update(PRIVATE_HEADERS)
        return response

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "legal_agreement_count" in counters:
            values["legal_agreement_count"] = len(self._legal_agreement_get_own())
        return values
