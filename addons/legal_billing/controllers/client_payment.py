import re
from contextlib import contextmanager
from urllib.parse import urlencode

import psycopg2.errors

from odoo import Command
from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.service.model import MAX_TRIES_ON_CONCURRENCY_FAILURE

from .client import CLIENT, ROW_KEYS, LegalClientPortal, client_route
from .portal import MAX_ID

RACES = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)
#: a provider's form frames its own pages and is posted to its site; what our page
#: says of itself leaves that open and closes the rest
PAY_POLICY = (
    "frame-ancestors 'self'; base-uri 'self'; object-src 'none';"
    " form-action 'self' https:"
)
#: rows chosen for the payer, and how much of them, if not all
CHOICE = re.compile(rf"(?P<rows>{ROW_KEYS.pattern})(?::(?P<amount>\d{{1,10}}[.]\d\d))?")


@contextmanager
def say_when_busy():
    """Say so in words when payments of the same documents keep crossing.

    The server runs a request again after such a race, a number of times.
    """
    tries = getattr(request, "legal_tries", 0) + 1
    request.legal_tries = tries
    try:
        yield
    except RACES as error:
        if tries < MAX_TRIES_ON_CONCURRENCY_FAILURE:
            raise
        raise UserError(
            request.env._(
                "Several payments of the same documents began at the same moment, and"
                " nothing was charged for this one: reload the page, then pay again."
            )
        ) from error


class LegalClientPaymentPortal(LegalClientPortal):
    """Paying from the payer's page: what is chosen, the payment, the receipt."""

    # -- the step before paying -----------------------------------------------------

    def _client_render_page(self, link_sudo, row="", is_all=False, choice="", **kw):
        """A link may name what is to be paid: it opens one step further."""
        found = CHOICE.fullmatch(choice or "")
        if not found:
            return super()._client_render_page(link_sudo, row, is_all, **kw)
        self._client_note_visit(link_sudo)
        chosen = link_sudo._choose(found["rows"].split(","), found["amount"] or "")
        return self._client_render_pay(link_sudo, chosen)

    @client_route("/pay")
    def legal_client_pay(self, link_sudo, amount="", **_kw):
        choice = link_sudo._choose(self._client_get_rows(link_sudo), amount)
        return self._client_render_pay(link_sudo, choice)

    def _client_get_rows(self, link_sudo):
        """Return the chosen rows; none chosen: all that is due."""
        rows = request.httprequest.values.getlist("row")
        if rows:
            return rows
        due = link_sudo._get_page_due()
        return [row["key"] for row in due if row.get("is_payable", True)]

    def _client_render_pay(self, link_sudo, choice):
        page = link_sudo._get_pay_page(choice)
        query = [("row", row) for row in choice.keys]
        if choice.is_part:
            query.append(("amount", choice.typed))
        form = ""
        if choice.parts and self._client_takes_payments():
            form = self._client_render_form(link_sudo, choice, page, query)
        response = self._client_render(
            "legal_billing.portal_client_pay",
            link_sudo,
            page,
            payment_form=form,
        )
        response.headers["Content-Security-Policy"] = PAY_POLICY
        return response

    def _client_takes_payments(self):
        # sudo: the switch of the settings, nothing else
        return request.env["account.move"].sudo()._legal_is_online_payment_open()

    def _client_render_form(self, link_sudo, choice, page, query):
        path = link_sudo._get_path()
        values = self._get_common_page_view_values(
            invoices_data={
                "partner": link_sudo._get_payer(),
                "company": link_sudo.company_id,
                "total_amount": choice.total,
                "currency": choice.currency,
                "amount_residual": choice.total,
                "landing_route": path,
                "transaction_route": f"{path}/transaction?{urlencode(query)}",
            },
        )
        return self._legal_render_form_of(values, choice.total, page["label"])

    # -- paying ---------------------------------------------------------------------

    @route(
        f"{CLIENT}/transaction",
        type="jsonrpc",
        auth="public",
        website=True,
        legal_limit="payment",
    )
    def legal_client_transaction(self, link_id, key, access_token=None, **kwargs):
        """Make the transaction of the rows chosen, for what they owe now."""
        link_sudo, situation = self._client_find(link_id, key)
        if situation != "open":
            raise UserError(
                request.env._(
                    "This payment link is not valid, and nothing was charged: open"
                    " the link of our latest message again."
                )
            )
        if not self._client_takes_payments():
            raise UserError(
                request.env._(
                    "Online payment is closed for now, and nothing was charged: pay by"
                    " bank transfer, or ask us."
                )
            )
        self._validate_transaction_kwargs(kwargs)
        args = request.httprequest.args
        with say_when_busy():
            choice = link_sudo._check_choice(
                args.getlist("row"), args.get("amount"), kwargs.get("amount")
            )
        record = choice.parts[0].record
        payer_sudo = link_sudo._get_payer()
        user = request.env.user
        if user.partner_id.commercial_partner_id == link_sudo.partner_id:
            payer_sudo = user.partner_id.sudo()
        path = link_sudo._get_path()
        values = {
            **kwargs,
            "amount": choice.total,
            "landing_route": path,
            "is_validation": False,
        }
        self._legal_check_means(record, payer_sudo, values)
        if user._is_public() or payer_sudo != user.partner_id:
            values["tokenization_requested"] = False
        others = len(choice.parts) - 1
        values.update(
            currency_id=choice.currency.id,
            partner_id=payer_sudo.id,
            reference_prefix=f"{record.name}+{others}" if others else record.name,
        )
        shares = choice.get_share_values()
        moves = [row["move_id"] for row in shares if row.get("move_id")]
        tx_sudo = self._create_transaction(
            custom_create_values={
                "invoice_ids": [Command.set(moves)],
                "legal_share_ids": [Command.create(row) for row in shares],
            },
            **values,
        )
        tx_sudo.landing_route = f"{path}/receipt/{tx_sudo.id}"
        return tx_sudo._get_processing_values()

    # -- once it is paid -----------------------------------------------------------

    @client_route("/receipt/<int:tx_id>")
    def legal_client_receipt(self, link_sudo, tx_id, **_kw):
        tx_sudo = link_sudo._find_payment(tx_id if tx_id <= MAX_ID else 0)
        if not tx_sudo:
            return self._legal_render_bad_link()
        return self._client_render(
            "legal_billing.portal_client_receipt",
            link_sudo,
            link_sudo._get_receipt_page(tx_sudo),
        )

    # -- by transfer ---------------------------------------------------------------

    @client_route("/transfer", methods=["POST"], legal_limit="payment")
    def legal_client_transfer(self, link_sudo, amount="", **_kw):
        """Give one reference for all that was chosen, and the code to scan."""
        choice = link_sudo._choose(self._client_get_rows(link_sudo), amount)
        if choice.problems or not choice.parts:
            return self._client_render_pay(link_sudo, choice)
        transfer_sudo = link_sudo._announce_transfer(choice)
        return request.redirect(
            f"{link_sudo._get_path()}/transfer/{transfer_sudo.id}", code=303
        )

    @client_route("/transfer/<int:transfer_id>")
    def legal_client_transfer_page(self, link_sudo, transfer_id, **_kw):
        transfer_sudo = link_sudo._find_transfer(
            transfer_id if transfer_id <= MAX_ID else 0
        )
        if not transfer_sudo:
            return self._legal_render_bad_link()
        return self._client_render(
            "legal_billing.portal_client_transfer",
            link_sudo,
            link_sudo._get_transfer_page(transfer_sudo),
        )
