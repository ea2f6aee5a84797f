from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, request

from odoo.addons.legal_timesheet.controllers.private_page import PRIVATE_HEADERS
from odoo.addons.legal_timesheet.controllers.private_route import private_route

STATUS = {"bad_link": 404, "over": 410, "not_yours": 403, "other_person": 403}
LONGEST = 600


class LegalReview(Controller):
    """The link of a reviewer's morning mail: a page to read, a button to approve.

    Opening it approves nothing: mail programs open links by themselves.
    """

    @private_route("/legal/review/<string:payload>")
    def legal_review_page(self, payload, **_kw):
        return self._legal_review_render(payload)

    @private_route(
        "/legal/review/<string:payload>",
        methods=["POST"],
        # The signed link is what another site could not forge.
        csrf=False,
        legal_limit="answer",
    )
    def legal_review_approve(self, payload, seen=None, **_kw):
        step, user, situation = self._legal_review_find(payload)
        if situation != "open":
            return self._legal_review_render(payload)
        self._legal_review_speak(user)
        step = step.with_context(lang=request.env.lang)
        if seen != step._get_seen():
            return self._legal_review_render(payload, outcome="changed")
        proof = {
            "ip": request.httprequest.remote_addr,
            "agent": request.httprequest.user_agent.string,
            "user_id": user.id,
            "typed_name": user.name,
        }
        number = step.prebill_id.name
        try:
            with request.env.cr.savepoint():
                step._approve_by_link(user, proof)
        except (UserError, AccessError) as error:
            return self._legal_review_render(
                payload, outcome="refused", words=str(error)
            )
        return self._legal_review_render(
            payload, outcome="approved", words=number, step=step
        )

    def _legal_review_find(self, payload):
        Review = request.env["legal.prebill.review"]
        if len(payload) > LONGEST:
            return Review.sudo().browse(), request.env["res.users"], "bad_link"
        step, user, situation = Review._find_by_link(payload)
        signed_in = request.env.user
        if situation == "open" and signed_in._is_internal() and signed_in != user:
            # Two persons at one machine: the link is the other one's.
            situation = "other_person"
        return step, user, situation

    def _legal_review_speak(self, user):
        request.update_context(lang=user.lang or request.env.lang)

    def _legal_review_render(self, payload, outcome=None, words=None, step=None):
        step, user, situation = self._legal_review_find(payload)
        if user:
            self._legal_review_speak(user)
        step = step.with_context(lang=request.env.lang)
        # sudo: the letterhead of the firm, public as it is
        firm = (step.company_id or request.env.company).sudo()
        move = request.env["account.move"].sudo().new({"company_id": firm.id})
        page = {
            "title": firm.name,
            "firm": move._legal_get_portal_firm(),
            "situation": "approved" if outcome == "approved" else situation,
        }
        if page["situation"] in ("open", "held"):
            page |= step._get_link_page(user)
            page["seen"] = step._get_seen()
        elif outcome == "approved":
            prebill = step.prebill_id.with_user(user).sudo(False)
            page["number"] = words
            page["is_whole"] = prebill.state == "approved"
            page["awaited"] = prebill.awaited_text or ""
        response = request.render(
            "legal_billing.review_link_page",
            {
                "page": page,
                "outcome": outcome,
                "words": words,
                "person": user.name if user and situation != "bad_link" else "",
                "is_signed_in": False,
                "lang_code": (request.env.lang or "en_US").split("_")[0],
            },
            status=200 if outcome else STATUS.get(situation, 200),
        )
        response.headers.update(PRIVATE_HEADERS)
        return response
