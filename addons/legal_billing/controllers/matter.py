from odoo.http import content_disposition, request, route

from odoo.addons.legal_timesheet.controllers.private_page import (
    MAX_ID,
    PRIVATE_HEADERS,
)
from odoo.addons.legal_timesheet.controllers.private_route import private_route
from odoo.addons.portal.controllers.portal import CustomerPortal

STATUS = {"bad_link": 404, "expired": 410}


class LegalMatterPortal(CustomerPortal):
    """The page of a matter for its client: by a link, or signed in."""

    # -- pages -----------------------------------------------------------------

    @route("/my/matters", type="http", auth="user", methods=["GET"], website=True)
    def legal_my_matters(self, **_kw):
        matters = self._matter_get_own()
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="legal_matters",
            matters=[
                {
                    "url": f"/my/matters/{matter.id}",
                    "number": matter.matter_number,
                    "name": matter.name,
                    "responsible": matter.responsible_id.name,
                    "is_closed": matter.state == "closed",
                    "meter": matter._get_portal_highest(),
                }
                for matter in matters
            ],
        )
        response = request.render("legal_billing.portal_my_matters", values)
        response.headers.update(PRIVATE_HEADERS)
        return response

    @private_route("/my/matters/<int:matter_id>")
    def legal_matter_page(self, matter_id, access_token="", done="", **_kw):
        matter_sudo, notice_sudo, situation = self._matter_find(matter_id, access_token)
        return self._matter_render(
            matter_sudo,
            notice_sudo,
            situation,
            access_token,
            outcome=done == "asked" and "asked",
        )

    @private_route("/my/matters/<int:matter_id>/documents/<int:document_id>")
    def legal_matter_document(self, matter_id, document_id, access_token="", **_kw):
        matter_sudo, notice_sudo, situation = self._matter_find(matter_id, access_token)
        document_sudo = matter_sudo.shared_document_ids.filtered(
            lambda document: document.id == document_id
        )
        if situation != "open" or not document_sudo:
            return self._matter_render(
                matter_sudo.browse(), notice_sudo.browse(), "bad_link", ""
            )
        # sudo: shared with this client on purpose
        response = (
            request.env["ir.binary"]
            .sudo()
            ._get_stream_from(document_sudo, "raw")
            .get_response(as_attachment=True)
        )
        response.headers.update(PRIVATE_HEADERS)
        return response

    @private_route("/my/matters/<int:matter_id>/accounts/<int:account_id>")
    def legal_matter_final_account(self, matter_id, account_id, access_token="", **_kw):
        """The client's final account in force, the file as it was issued."""
        matter_sudo, notice_sudo, situation = self._matter_find(matter_id, access_token)
        account_sudo = (
            matter_sudo._get_own_final_accounts()
            if situation == "open"
            else request.env["legal.final.account"].sudo()
        ).filtered(lambda account: account.id == account_id)
        if not account_sudo:
            return self._matter_render(
                matter_sudo.browse(), notice_sudo.browse(), "bad_link", ""
            )
        document_sudo = account_sudo.attachment_id
        return request.make_response(
            document_sudo.raw,
            headers={
                **PRIVATE_HEADERS,
                "Content-Type": "application/pdf",
                "Content-Disposition": content_disposition(document_sudo.name),
            }.items(),
        )

    @private_route(
        "/my/matters/<int:matter_id>/notice/<int:notice_id>/<string:verb>",
        methods=["POST"],
        # A link's key is what another site could not forge, from any mailbox and
        # without cookies; who is signed in shows the token of the session instead.
        csrf=False,
        legal_limit="answer",
    )
    def legal_notice_answer(self, matter_id, notice_id, verb, access_token="", **post):
        matter_sudo, notice_sudo, situation = self._matter_find(matter_id, access_token)
        is_same = (notice_sudo.id or 0) == notice_id
        if situation == "expired" and verb == "renew" and is_same:
            is_sent = (
                notice_sudo._renew_link()
                if notice_sudo
                else matter_sudo._renew_portal_link(access_token)
            )
            outcome = "renewed" if is_sent else "no_address"
            return self._matter_render(
                matter_sudo, notice_sudo, situation, access_token, outcome=outcome
            )
        if situation == "open" and not access_token:
            if not request.validate_csrf(post.get("csrf_token")):
                situation = "bad_link"
            notice_sudo = matter_sudo.cap_event_ids.filtered(
                lambda event: event.id == notice_id
            )
        if (
            situation != "open"
            or notice_sudo.id != notice_id
            or verb not in ("acknowledge", "accept", "discuss")
        ):
            return (
                self._matter_render(
                    matter_sudo.browse(), notice_sudo.browse(), "bad_link", ""
                )
                if situation != "expired"
                else self._matter_render(
                    matter_sudo, notice_sudo, situation, access_token
                )
            )
        if request.env.user._is_internal():
            # People of the firm look at the page; the client alone answers.
            return self._matter_render(
                matter_sudo, notice_sudo, situation, access_token
            )
        outcome = self._matter_answer(
            self._matter_in_language(notice_sudo, notice_sudo.contact_id), verb, post
        )
        if outcome in ("done", "again"):
            back = f"/my/matters/{matter_id}"
            query = [f"access_token={access_token}"] if access_token else []
            query += ["done=asked"] if verb == "discuss" else []
            return request.redirect(
                f"{back}?{'&'.join(query)}" if query else back, code=303
            )
        return self._matter_render(
            matter_sudo,
            notice_sudo,
            situation,
            access_token,
            outcome=outcome,
            typed=post,
        )

    @private_route("/my/matters/<int:matter_id>/notice/<int:notice_id>/letter")
    def legal_notice_letter(self, matter_id, notice_id, access_token="", **_kw):
        """The letter as PDF, as it was written."""
        matter_sudo, notice_sudo, situation = self._matter_find(matter_id, access_token)
        if not access_token:
            notice_sudo = matter_sudo.cap_event_ids.filtered(
                lambda event: event.id == notice_id and event.sent_on
            )
        if situation != "open" or notice_sudo.id != notice_id:
            return self._matter_render(
                matter_sudo.browse(), notice_sudo.browse(), "bad_link", ""
            )
        pdf, _type = (
            request.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf("legal_billing.action_report_cap_notice", notice_sudo.ids)
        )
        return request.make_response(
            pdf,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(pdf)),
                ("Content-Disposition", 'inline; filename="lettre.pdf"'),
                *PRIVATE_HEADERS.items(),
            ],
        )

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "legal_matter_count" in counters:
            values["legal_matter_count"] = len(self._matter_get_own())
        return values

    # -- who may open ----------------------------------------------------------

    def _matter_get_own(self):
        # sudo: portal users have no right on the model; the domain is theirs
        Matter = request.env["legal.matter"].sudo()
        return Matter.search(Matter._domain_of_contact(request.env.user.partner_id))

    def _matter_find(self, matter_id, token):
        """Return (matter, notice of the link, situation), in sudo once allowed.

        ``open``, ``expired`` (a link once good) or ``bad_link``, which tells nothing.
        """
        # sudo: the link, or the sign-in, is the right
        Matter = request.env["legal.matter"].sudo()
        Event = request.env["legal.cap.event"].sudo()
        matter = Matter.browse()
        if matter_id <= MAX_ID:
            matter = Matter.search(
                [("id", "=", matter_id), ("state", "in", ("open", "closed"))]
            )
        nothing = (Matter.browse(), Event.browse(), "bad_link")
        user = request.env.user
        if token:
            notice = Event._find_by_token(matter.id or 0, token)
            opens = matter._opens_with(token)
            if self._matter_is_opponent(matter, user):
                return nothing
            is_over = notice and not notice._is_link_open()
            is_over = is_over or matter._had_token(token) or matter._find_over(token)
            if is_over and not opens:
                return matter, notice, "expired"
            return (matter, notice, "open") if notice or opens else nothing
        if not matter or user._is_public():
            return nothing
        if user._is_internal():
            # Colleagues look at it too, inside the wall.
            allowed = matter.sudo(False).with_user(user).has_access("read")
        else:
            allowed = matter in self._matter_get_own()
        return (matter, Event.browse(), "open") if allowed else nothing

    def _matter_is_opponent(self, matter, user):
        partner = user.partner_id.commercial_partner_id
        return (
            user._is_portal()
            and partner in matter.opposing_party_ids.commercial_partner_id
        )

    # -- answers ---------------------------------------------------------------

    def _matter_answer(self, notice_sudo, verb, post):
        user = request.env.user
        evidence = {
            "ip": request.httprequest.remote_addr,
            "agent": request.httprequest.user_agent.string,
            "user_id": False if user._is_public() else user.id,
        }
        if verb == "discuss":
            return notice_sudo._client_discuss(post.get("question"), evidence)
        return notice_sudo._client_acknowledge(
            post.get("name"), post.get("seen"), evidence, accept=verb == "accept"
        )

    def _matter_in_language(self, records, partner):
        lang = partner.lang or request.env.lang
        request.update_context(lang=lang)
        return records.with_context(lang=lang)

    def _matter_render(
        self, matter_sudo, notice_sudo, situation, token, outcome=None, typed=None
    ):
        user = request.env.user
        if situation == "open":
            partner = notice_sudo.contact_id or matter_sudo.partner_id
            matter_sudo = self._matter_in_language(matter_sudo, partner)
            notice_sudo = notice_sudo.with_context(matter_sudo.env.context)
            page = matter_sudo._get_portal_page(
                notice_sudo, token, None if user._is_public() else user
            )
        else:
            if situation == "expired":
                matter_sudo = self._matter_in_language(
                    matter_sudo, notice_sudo.contact_id or matter_sudo.partner_id
                )
            # sudo: the letterhead of the firm, public as it is
            firm = (
                matter_sudo
                if situation == "expired"
                else request.env["legal.matter"].sudo()
            )
            page = {
                "situation": situation,
                "title": request.env._("Link not valid"),
                "firm": firm._get_portal_firm(),
                "matter_id": matter_sudo.id,
                "notice_id": notice_sudo.id or 0,
            }
        response = request.render(
            "legal_billing.portal_matter_page",
            {
                "page": page,
                "path": f"/my/matters/{matter_sudo.id or 0}",
                "token": token or "",
                "outcome": outcome or "",
                "typed": typed or {},
                "is_internal": user._is_internal(),
                "is_signed_in": not user._is_public(),
                "lang_code": (request.env.lang or "en_US").split("_")[0],
            },
            status=STATUS.get(situation, 200),
        )
        response.headers.update(PRIVATE_HEADERS)
        return response
