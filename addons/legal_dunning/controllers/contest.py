from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.legal_billing.controllers.portal import MAX_ID
from odoo.addons.legal_billing.controllers.provision import LegalProvisionPortal
from odoo.addons.legal_timesheet.controllers.private_route import private_route

KINDS = ("dispute", "question")


class LegalContestPortal(LegalProvisionPortal):
    """Asking about an invoice, contesting it, and paying the rest of it."""

    # Pages ------------------------------------------------------------------------

    @private_route("/my/invoices/<int:invoice_id>/contest")
    def legal_contest_page(
        self, invoice_id, access_token=None, kind="dispute", part="", **_kw
    ):
        invoice_sudo = self._legal_find_invoice(invoice_id, access_token)
        if not invoice_sudo:
            return self._legal_render_bad_link()
        return self._legal_render_contest(
            invoice_sudo, access_token, {"kind": kind, "keys": [part] if part else []}
        )

    @private_route(
        "/my/invoices/<int:invoice_id>/contest",
        methods=["POST"],
        # The key in the link is what another site could not forge; without it, the
        # session's own token is asked for below.
        csrf=False,
        legal_limit="message",
    )
    def legal_contest_send(self, invoice_id, access_token=None, **post):
        invoice_sudo = self._legal_find_invoice(invoice_id, access_token)
        if not invoice_sudo:
            return self._legal_render_bad_link()
        form = request.httprequest.form
        typed = {
            "kind": post.get("kind"),
            "keys": form.getlist("part"),
            "amount": post.get("amount"),
            "words": post.get("words"),
        }
        problem = self._legal_get_post_problem(invoice_sudo, access_token, post)
        if not problem:
            kind = typed["kind"] if typed["kind"] in KINDS else "dispute"
            try:
                with request.env.cr.savepoint():
                    outcome, dispute = invoice_sudo._client_contest(
                        kind,
                        typed["keys"],
                        typed["amount"],
                        typed["words"],
                        self._legal_get_speaker(invoice_sudo),
                        self._legal_get_files(),
                    )
            except UserError as error:
                problem = error.args[0]
            else:
                if outcome != "empty":
                    return self._legal_back_to(invoice_sudo, f"dispute_{dispute.id}")
                problem = request.env._("Write a word on what you ask or contest.")
        return self._legal_render_contest(
            invoice_sudo, access_token, typed, problem=problem
        )

    @private_route(
        "/my/invoices/<int:invoice_id>/disputes/<int:dispute_id>/<string:verb>",
        methods=["POST"],
        csrf=False,  # as above
        legal_limit="message",
    )
    def legal_dispute_reply(
        self, invoice_id, dispute_id, verb, access_token=None, **post
    ):
        invoice_sudo = self._legal_find_invoice(invoice_id, access_token)
        dispute_sudo = (
            invoice_sudo.dispute_ids.filtered(lambda d: d.id == dispute_id)
            if invoice_sudo
            else None
        )
        if not dispute_sudo or verb not in ("reply", "settle"):
            return self._legal_render_bad_link()
        problem = self._legal_get_post_problem(invoice_sudo, access_token, post)
        if not problem:
            try:
                with request.env.cr.savepoint():
                    dispute_sudo._client_reply(
                        verb,
                        post.get("words"),
                        self._legal_get_speaker(invoice_sudo),
                        self._legal_get_files(),
                    )
            except UserError as error:
                problem = error.args[0]
        if problem:
            return self._legal_render_contest(
                invoice_sudo, access_token, {"kind": "question"}, problem=problem
            )
        return self._legal_back_to(invoice_sudo, f"dispute_{dispute_id}")

    # Who ----------------------------------------------------------------------------

    def _legal_find_invoice(self, invoice_id, access_token):
        """Return the invoice in sudo, in its client's language, or nothing."""
        try:
            if invoice_id > MAX_ID:
                return None
            invoice_sudo = self._document_check_access(
                "account.move", invoice_id, access_token
            )
        except (AccessError, MissingError):
            return None
        if not invoice_sudo.is_legal or invoice_sudo.move_type != "out_invoice":
            return None
        invoice_sudo = invoice_sudo._legal_in_client_language()
        request.update_context(lang=invoice_sudo.env.lang)
        return invoice_sudo

    def _legal_get_post_problem(self, invoice_sudo, access_token, post):
        """Return why what was sent is not taken, or nothing."""
        if request.env.user._is_internal():
            return request.env._(
                "You look at the client's page: he alone asks and contests here."
            )
        key = access_token and invoice_sudo._portal_ensure_token()
        holds_link = access_token and key and consteq(access_token, key)
        if not holds_link and not request.validate_csrf(post.get("csrf_token")):
            return request.env._(
                "This page had been open for long, and nothing was sent: send it again."
            )
        return ""

    def _legal_get_speaker(self, record_sudo):
        """Return who speaks: the signed-in client, else whom the firm writes to."""
        user = request.env.user
        return record_sudo.partner_id if user._is_public() else user.partner_id.sudo()

    def _legal_get_files(self):
        return [
            (upload.filename, upload.read())
            for upload in request.httprequest.files.getlist("documents")
            if upload.filename
        ]

    # Rendering ------------------------------------------------------------------------

    def _legal_back_to(self, invoice_sudo, anchor):
        return request.redirect(invoice_sudo.get_portal_url(anchor=anchor), code=303)

    def _legal_render_contest(self, invoice_sudo, access_token, typed, problem=""):
        kind = typed.get("kind") if typed.get("kind") in KINDS else "dispute"
        page = invoice_sudo._get_contest_page(kind, typed.get("keys") or ())
        return self._legal_render(
            "legal_dunning.portal_contest_page",
            page,
            status=422 if problem else 200,
            problem=problem,
            typed=typed,
            action=f"/my/invoices/{invoice_sudo.id}/contest"
            f"?access_token={access_token or ''}",
            back=invoice_sudo.get_portal_url(),
            is_signed_in=not request.env.user._is_public(),
        )

    # Paying the rest --------------------------------------------------------------

    def _legal_get_transaction_route(self, invoice_sudo, choice):
        """Let the server know which part the client was shown."""
        url = super()._legal_get_transaction_route(invoice_sudo, choice)
        if not invoice_sudo.disputed_amount:
            return url
        part = "all" if choice.get("is_whole") else "undisputed"
        return f"{url}?part={part}"

    def _legal_get_amount_choice(self, invoice_sudo, **kw):
        choice = super()._legal_get_amount_choice(invoice_sudo, **kw)
        currency = invoice_sudo.currency_id
        choice["is_whole"] = not currency.compare_amounts(
            choice["amount"], invoice_sudo.amount_residual
        )
        return choice

    def _legal_render_payment_form(self, invoice_sudo, choice):
        """Offer no form for nothing, when all of it is in dispute."""
        if invoice_sudo.currency_id.is_zero(choice["amount"]):
            return ""
        return super()._legal_render_payment_form(invoice_sudo, choice)

    def _legal_check_transaction(
        self, invoices_sudo, payer_sudo, landing_route, values
    ):
        """Work out the undisputed part now, whatever the page said before."""
        if any(invoices_sudo.mapped("disputed_amount")):
            invoices_sudo._legal_lock_payment()
            part = request.httprequest.args.get("part")
            invoices_sudo._legal_check_part(part, values.get("amount"))
        return super()._legal_check_transaction(
            invoices_sudo, payer_sudo, landing_route, values
        )
