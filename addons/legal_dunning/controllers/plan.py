from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.http import content_disposition, request, route
from odoo.tools import consteq

from odoo.addons.legal_billing.controllers.portal import MAX_ID
from odoo.addons.legal_timesheet.controllers.private_page import PRIVATE_HEADERS
from odoo.addons.legal_timesheet.controllers.private_route import private_route

from .contest import LegalContestPortal

SAID = {"done", "again", "changed", "countered"}


class LegalPlanPortal(LegalContestPortal):
    """Paying by instalments: proposed, accepted and paid behind a link."""

    # Asking for a plan --------------------------------------------------------------

    @private_route("/my/invoices/<int:invoice_id>/plan")
    def legal_plan_ask(
        self, invoice_id, access_token=None, count=None, first_on=None, **_kw
    ):
        """The form; with a number and a day, the schedule they make."""
        invoice_sudo = self._legal_find_invoice(invoice_id, access_token)
        if not invoice_sudo:
            return self._legal_render_bad_link()
        plan_sudo = invoice_sudo._get_live_plan()
        if plan_sudo:
            plan_sudo._portal_ensure_token()
            return request.redirect(plan_sudo.get_portal_url())
        return self._legal_render_wish(
            invoice_sudo, access_token, {"count": count, "first_on": first_on}
        )

    @private_route(
        "/my/invoices/<int:invoice_id>/plan",
        methods=["POST"],
        csrf=False,  # the key in the link; else the session's token, see below
        legal_limit="message",
    )
    def legal_plan_propose(self, invoice_id, access_token=None, **post):
        invoice_sudo = self._legal_find_invoice(invoice_id, access_token)
        if not invoice_sudo:
            return self._legal_render_bad_link()
        problem = self._legal_get_post_problem(invoice_sudo, access_token, post)
        if not problem:
            try:
                with request.env.cr.savepoint():
                    plan_sudo = invoice_sudo.env["legal.payment.plan"]._client_propose(
                        invoice_sudo,
                        post.get("count"),
                        post.get("first_on"),
                        self._legal_get_speaker(invoice_sudo),
                    )
                    plan_sudo._portal_ensure_token()
                    request.env.flush_all()
            except UserError as error:
                problem = error.args[0]
            else:
                return request.redirect(plan_sudo.get_portal_url(), code=303)
        return self._legal_render_wish(invoice_sudo, access_token, post, problem)

    def _legal_render_wish(self, invoice_sudo, access_token, typed, problem=""):
        Plan = invoice_sudo.env["legal.payment.plan"]
        shown = invoice_sudo._legal_get_portal_values()
        wish = Plan._get_default_wish(invoice_sudo.company_id)
        preview = []
        if typed.get("count") or typed.get("first_on"):
            wish.update(count=typed.get("count"), first_on=typed.get("first_on"))
            if not problem:
                try:
                    preview = Plan._get_wish_preview(
                        invoice_sudo, wish["count"], wish["first_on"]
                    )
                except UserError as error:
                    problem = error.args[0]
        page = {
            "title": shown["title"],
            "firm": shown["firm"],
            "contact": shown["contact"],
            "document": invoice_sudo._legal_get_portal_name(),
            "limits": Plan._get_page_limits(invoice_sudo),
            "wish": wish,
            "preview": preview,
        }
        url = f"/my/invoices/{invoice_sudo.id}/plan"
        return self._legal_render(
            "legal_dunning.portal_plan_wish_page",
            page,
            status=422 if problem else 200,
            problem=problem,
            url=url,
            action=f"{url}?access_token={access_token or ''}",
            token=access_token or "",
            back=invoice_sudo.get_portal_url(),
            is_signed_in=not request.env.user._is_public(),
        )

    # The plan -----------------------------------------------------------------------

    @private_route("/my/plans/<int:plan_id>")
    def legal_plan_page(self, plan_id, access_token=None, said="", part="", **_kw):
        plan_sudo = self._legal_find_plan(plan_id, access_token)
        if not plan_sudo:
            return self._legal_render_no_plan(plan_id, access_token)
        return self._legal_render_plan(plan_sudo, access_token, said=said, part=part)

    @private_route("/my/plans/<int:plan_id>/pdf")
    def legal_plan_pdf(self, plan_id, access_token=None, **_kw):
        plan_sudo = self._legal_find_plan(plan_id, access_token)
        if not plan_sudo:
            return self._legal_render_no_plan(plan_id, access_token)
        document_sudo = plan_sudo._get_client_document()
        if not document_sudo:
            return self._legal_render_bad_link()
        headers = {
            **PRIVATE_HEADERS,
            "Content-Type": "application/pdf",
            "Content-Disposition": content_disposition(document_sudo.name),
        }
        return request.make_response(document_sudo.raw, list(headers.items()))

    @private_route(
        ["/my/plans/<int:plan_id>/accept", "/my/plans/<int:plan_id>/counter"],
        methods=["POST"],
        csrf=False,  # as above
        legal_limit="answer",
    )
    def legal_plan_answer(self, plan_id, access_token=None, **post):
        plan_sudo = self._legal_find_plan(plan_id, access_token)
        if not plan_sudo:
            return self._legal_render_no_plan(plan_id, access_token)
        verb = request.httprequest.path.rsplit("/", 1)[-1]
        problem = self._legal_get_post_problem(plan_sudo, access_token, post)
        if not problem:
            try:
                with request.env.cr.savepoint():
                    outcome = self._legal_do_plan(plan_sudo, verb, access_token, post)
                    request.env.flush_all()
            except UserError as error:
                problem = error.args[0]
            else:
                if outcome in SAID:
                    back = f"/my/plans/{plan_id}?access_token={access_token or ''}"
                    return request.redirect(f"{back}&said={outcome}", code=303)
                problem = self._legal_get_plan_words().get(outcome) or (
                    plan_sudo._get_over_sentence()
                )
        return self._legal_render_plan(
            plan_sudo, access_token, typed=post, problem=problem
        )

    def _legal_do_plan(self, plan_sudo, verb, access_token, post):
        if verb == "counter":
            plan_sudo._client_counter(post.get("count"), post.get("first_on"))
            return "countered"
        user = request.env.user
        return plan_sudo._client_accept(
            post.get("name"),
            post.get("figures"),
            post.get("words"),
            bool(post.get("agree")),
            post.get("seen"),
            {
                "channel": "link" if access_token else "account",
                "ip": request.httprequest.remote_addr,
                "agent": request.httprequest.user_agent.string,
                "user_id": False if user._is_public() else user.id,
            },
        )

    def _legal_get_plan_words(self):
        _ = request.env._
        return {
            "name": _("Type your full name to accept."),
            "figures": _("Type the whole amount in figures, as it stands above."),
            "words": _("Type the whole amount in words, as it stands above."),
            "agree": _("Tick the box to accept the plan."),
            "expired": _("This offer is over: ask for another one from your invoice."),
        }

    # Who ------------------------------------------------------------------------------

    def _legal_find_plan(self, plan_id, access_token):
        """Return the plan for whoever holds its link, is its payer or may read it."""
        if plan_id > MAX_ID:
            return None
        # sudo: read to check who asks, before anything is shown
        plan_sudo = request.env["legal.payment.plan"].sudo().browse(plan_id).exists()
        if not plan_sudo:
            return None
        user = request.env.user
        own_key = plan_sudo.access_token
        link_sudo = request.env["legal.client.link"]._find_signed(
            plan_sudo, access_token
        )
        if link_sudo:
            if user._is_internal() and not (
                plan_sudo.sudo(False).with_user(user).has_access("read")
            ):
                return None
            plan_sudo = plan_sudo.with_context(legal_client_link=link_sudo.id)
        elif access_token:
            if not own_key or not consteq(own_key, access_token):
                return None
            if plan_sudo._is_own_key_over():
                return None
        elif user._is_public():
            return None
        elif user._is_internal():
            if not plan_sudo.sudo(False).with_user(user).has_access("read"):
                return None
        elif (
            user.partner_id.commercial_partner_id != plan_sudo.partner_id
            or plan_sudo.state == "draft"
        ):
            return None
        plan_sudo = plan_sudo._in_client_language()
        request.update_context(lang=plan_sudo.env.lang)
        return plan_sudo

    # A link that is over --------------------------------------------------------------

    @private_route(
        "/my/plans/<int:plan_id>/renew",
        methods=["POST"],
        csrf=False,  # the key that was good once is what another site has not
        legal_limit="message",
    )
    def legal_plan_renew(self, plan_id, access_token=None, **_kw):
        """Send a new link to the address on file, for a key that is over by itself."""
        plan_sudo = self._legal_find_plan(plan_id, access_token)
        if plan_sudo:
            return request.redirect(plan_sudo.get_portal_url(), code=303)
        return self._legal_render_no_plan(plan_id, access_token, is_asked=True)

    def _legal_render_no_plan(self, plan_id, access_token, is_asked=False):
        """Say that a link is over and offer a new one, or that it opens nothing."""
        # sudo: the key is compared before anything is shown
        plan_sudo = request.env["legal.payment.plan"].sudo()
        plan_sudo = plan_sudo.browse(plan_id if plan_id <= MAX_ID else 0).exists()
        is_past = plan_sudo and access_token and plan_sudo._is_past_key(access_token)
        if not is_past:
            return self._legal_render_bad_link()
        plan_sudo = plan_sudo._in_client_language()
        request.update_context(lang=plan_sudo.env.lang)
        outcome = ""
        if is_asked:
            outcome = "renewed" if plan_sudo._renew_link() else "no_address"
        page = {
            "title": request.env._("Link no longer valid"),
            "firm": plan_sudo.invoice_ids.move_id[:1]
            .with_env(plan_sudo.env)
            ._legal_get_portal_firm(),
        }
        return self._legal_render(
            "legal_billing.portal_client_expired",
            page,
            status=410,
            outcome=outcome,
            path=f"/my/plans/{plan_sudo.id}",
            query=f"?access_token={access_token}",
            is_signed_in=not request.env.user._is_public(),
        )

    # Paying ---------------------------------------------------------------------------

    @route(
        "/plan/transaction/<int:plan_id>",
        type="jsonrpc",
        auth="public",
        website=True,
        legal_limit="payment",
    )
    def legal_plan_transaction(self, plan_id, access_token=None, **kwargs):
        """Make the transaction of an instalment: that one, for what is left of it."""
        plan_sudo = self._legal_find_plan(plan_id, access_token)
        if not plan_sudo:
            raise ValidationError(
                request.env._(
                    "This payment link is not valid, and nothing was charged: open"
                    " the link of our latest message again."
                )
            )
        self._validate_transaction_kwargs(kwargs)
        plan_sudo._lock()
        part = request.httprequest.args.get("part", "")
        amount, promise = plan_sudo._check_part_payment(part, kwargs.get("amount"))
        moves_sudo = plan_sudo.invoice_ids.move_id.filtered("amount_residual")
        values = {
            **kwargs,
            "amount": amount,
            "landing_route": plan_sudo.get_portal_url(),
            "is_validation": False,
        }
        payer_sudo = self._legal_get_payer(moves_sudo[:1])
        self._legal_check_means(moves_sudo, payer_sudo, values)
        if request.env.user._is_public():
            values["tokenization_requested"] = False
        values.update(
            currency_id=plan_sudo.currency_id.id,
            partner_id=payer_sudo.id,
            reference_prefix=plan_sudo.name,
        )
        shares = plan_sudo._get_part_shares(amount, promise)
        tx_sudo = self._create_transaction(
            custom_create_values={
                "invoice_ids": [Command.set([row["move_id"] for row in shares])],
                "legal_share_ids": [Command.create(row) for row in shares],
                "legal_plan_id": plan_sudo.id,
                **promise,
            },
            **values,
        )
        link_id = plan_sudo.env.context.get("legal_client_link")
        if link_id:
            # came by the payer's link: goes on to its receipt, as its page does
            link_sudo = request.env["legal.client.link"].sudo().browse(link_id)
            tx_sudo.landing_route = f"{link_sudo._get_path()}/receipt/{tx_sudo.id}"
        return tx_sudo._get_processing_values()

    # Rendering ------------------------------------------------------------------------

    def _legal_render_plan(
        self, plan_sudo, access_token, typed=None, problem="", said="", part=""
    ):
        page = plan_sudo._get_page()
        payment_form = ""
        if page["situation"] in ("running", "late") and page["due_id"]:
            is_early = bool(part == "early" and page["early"])
            payment_form = self._legal_render_plan_form(plan_sudo, page, is_early)
        base = f"/my/plans/{plan_sudo.id}"
        query = f"?access_token={access_token or ''}"
        return self._legal_render(
            "legal_dunning.portal_plan_page",
            page,
            status=422 if problem else 200,
            problem=problem,
            typed=typed or {},
            said=said if said in SAID else "",
            payment_form=payment_form,
            may_answer=not request.env.user._is_internal(),
            urls={
                name: f"{base}/{name}{query}" for name in ("pdf", "accept", "counter")
            },
            is_payment_open=said in ("done", "again") or part == "early",
            early_url=f"{base}{query}&part=early#portal_pay",
            is_signed_in=not request.env.user._is_public(),
        )

    def _legal_render_plan_form(self, plan_sudo, page, is_early=False):
        """Return the stock payment form for the next instalment, or nothing."""
        _instalment, amount = plan_sudo._get_due()
        part = f"i{page['due_id']}"
        if is_early:
            amount, part = page["early"]["amount"], "early"
        move_sudo = plan_sudo.invoice_ids.move_id[:1]
        if not move_sudo._legal_is_online_payment_open() or amount <= 0:
            return ""
        money = plan_sudo._format_money(amount)
        page["choice"] = {
            "online_label": plan_sudo.env._("Pay %(amount)s online", amount=money),
            "label": plan_sudo.env._("Pay %(amount)s", amount=money),
        }
        values = self._get_common_page_view_values(
            invoices_data={
                "partner": move_sudo.partner_id,
                "company": plan_sudo.company_id,
                "total_amount": amount,
                "currency": plan_sudo.currency_id,
                "amount_residual": amount,
                "landing_route": plan_sudo.get_portal_url(),
                "transaction_route": f"/plan/transaction/{plan_sudo.id}?part={part}",
            },
            access_token=plan_sudo._portal_ensure_token(),
        )
        return self._legal_render_form_of(values, amount, page["choice"]["label"])
