import re

from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .private_page import MAX_ID, PRIVATE_HEADERS
from .private_route import private_route

ENTRY_FIELD = re.compile(r"^question_(\d{1,9})$")


class ClientTime(CustomerPortal):
    """The time a client is asked to approve: by his link, or signed in."""

    # -- by the link ------------------------------------------------------------

    # The key in the link is what another site could not forge: no session token,
    # so that it works from any mailbox, without cookies.
    @private_route(
        [
            "/legal/time/<int:approval_id>",
            "/legal/time/<int:approval_id>/<string:token>",
        ],
    )
    def legal_time_page(self, approval_id, token="", **_kw):
        approval_sudo = self._legal_find(approval_id, token)
        return self._legal_time_render(approval_sudo)

    @private_route(
        "/legal/time/<int:approval_id>/<string:token>/<string:verb>",
        methods=["POST"],
        csrf=False,
        legal_limit="answer",
    )
    def legal_time_answer(self, approval_id, token, verb, **post):
        approval_sudo = self._legal_find(approval_id, token)
        back = f"/legal/time/{approval_id}/{token}"
        return self._legal_time_answer(approval_sudo, verb, post, back)

    # -- signed in --------------------------------------------------------------

    @route("/my/time", type="http", auth="user", methods=["GET"], website=True)
    def legal_my_time(self, **_kw):
        values = self._prepare_portal_layout_values()
        values["page_name"] = "legal_time"
        values["requests"] = [
            {
                "url": f"/my/time/{approval.id}",
                "label": approval.display_name,
                "asked_on": approval.asked_on,
                "situation": approval._get_situation(),
            }
            for approval in self._legal_get_own()
        ]
        return self._legal_private(
            request.render("legal_timesheet.portal_my_time", values)
        )

    @private_route(
        "/my/time/<int:approval_id>",
        auth="user",
    )
    def legal_my_time_page(self, approval_id, **_kw):
        approval_sudo = self._legal_get_own().filtered(lambda a: a.id == approval_id)
        return self._legal_time_render(approval_sudo)

    @private_route(
        "/my/time/<int:approval_id>/<string:verb>",
        auth="user",
        methods=["POST"],
        legal_limit="answer",
    )
    def legal_my_time_answer(self, approval_id, verb, **post):
        approval_sudo = self._legal_get_own().filtered(lambda a: a.id == approval_id)
        return self._legal_time_answer(
            approval_sudo, verb, post, f"/my/time/{approval_id}", by_link=False
        )

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "legal_time_count" in counters:
            values["legal_time_count"] = len(self._legal_get_own())
        return values

    def _legal_get_own(self):
        """Return the requests the signed-in contact may answer."""
        # sudo: portal users have no right on the model; the domain is theirs
        Approval = request.env["legal.time.client.approval"].sudo()
        partner = request.env.user.partner_id
        return Approval.search(
            [*Approval._domain_of_contact(partner), ("state", "!=", "withdrawn")]
        )

    # -- both ---------------------------------------------------------------------

    def _legal_find(self, approval_id, token):
        Approval = request.env["legal.time.client.approval"]
        if approval_id > MAX_ID:
            return Approval.sudo().browse()
        return Approval._find_by_link(approval_id, token)

    def _legal_time_answer(self, approval_sudo, verb, post, back, by_link=True):
        if not approval_sudo or verb not in ("approve", "question", "renew"):
            return self._legal_time_render(approval_sudo.browse())
        if request.env.user._is_internal():
            # People of the firm look at the page; the client alone answers.
            return self._legal_time_render(approval_sudo)
        approval_sudo = self._legal_in_language(approval_sudo)
        outcome = self._legal_do(approval_sudo, verb, post, by_link)
        if outcome in ("done", "again"):
            return request.redirect(back, code=303)
        return self._legal_time_render(approval_sudo, outcome=outcome, typed=post)

    def _legal_do(self, approval_sudo, verb, post, by_link=True):
        if verb == "renew":
            return "renewed" if approval_sudo._renew() else "over"
        evidence = self._legal_get_evidence(by_link)
        if verb == "approve":
            return approval_sudo._client_approve(
                post.get("name"), post.get("seen"), evidence
            )
        by_entry = {
            int(found[1]): words
            for name, words in post.items()
            if (found := ENTRY_FIELD.match(name))
        }
        return approval_sudo._client_ask(post.get("question"), by_entry, evidence)

    def _legal_get_evidence(self, by_link=True):
        user = request.env.user
        return {
            # signed in, the contact himself answers; a link speaks for its addressee
            "partner_id": False if by_link else user.partner_id.id,
            "ip": request.httprequest.remote_addr,
            "agent": request.httprequest.user_agent.string,
            "user_id": False if user._is_public() else user.id,
        }

    def _legal_in_language(self, approval_sudo):
        lang = approval_sudo.partner_id.lang or request.env.lang
        request.update_context(lang=lang)
        return approval_sudo.with_context(lang=lang)

    def _legal_time_render(self, approval_sudo, outcome=None, typed=None):
        """Show the request; a link that opens none says so, whatever the reason."""
        Approval = request.env["legal.time.client.approval"].sudo()
        if approval_sudo:
            approval_sudo = self._legal_in_language(approval_sudo)
            page = approval_sudo._get_page()
            if outcome == "renewed":
                # The old link opens nothing more, the new one is in the mailbox.
                page |= {"situation": "renewed", "days": [], "matter": ""}
        else:
            # sudo: the letterhead of the firm, public as it is
            firm = request.env.company.sudo()
            page = {
                "situation": "bad_link",
                "title": firm.name,
                "firm": Approval._get_firm(firm),
            }
        response = request.render(
            "legal_timesheet.portal_client_time",
            {
                "page": page,
                "outcome": outcome,
                "typed": typed or {},
                "action": request.httprequest.path
                if request.httprequest.method == "GET"
                else request.httprequest.path.rsplit("/", 1)[0],
                "is_internal": request.env.user._is_internal(),
                "is_signed_in": not request.env.user._is_public(),
                "lang_code": (request.env.lang or "en_US").split("_")[0],
            },
            status={"bad_link": 404, "withdrawn": 410, "expired": 410}.get(
                page["situation"], 200
            ),
        )
        return self._legal_private(response)

    def _legal_private(self, response):
        response.headers.update(PRIVATE_HEADERS)
        return response
