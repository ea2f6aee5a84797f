import json

from lxml import html

from odoo import Command
from odoo.tests import HttpCase, new_test_user

from .common import LegalBillingCommon

NARRATIVE = "Étude de la clause secrète"


def offer_demo_provider(env, journal):
    """Let clients of a journal's company pay online; return (provider, method)."""
    # sudo: providers belong to administrators.
    provider = (
        env.ref("payment.payment_provider_demo")
        .sudo()
        .copy({"company_id": journal.company_id.id})
    )
    method = env.ref("payment_demo.payment_method_demo").sudo()
    method.active = True
    provider.write(
        {
            "state": "test",
            "is_published": True,
            "payment_method_ids": [Command.set(method.ids)],
            "journal_id": journal.id,
        }
    )
    provider._ensure_payment_method_line()
    env["ir.config_parameter"].sudo().set_param(
        "account_payment.enable_portal_payment", "True"
    )
    return provider, method


class Refused(Exception):
    """What a JSON route answered instead of a result, as the client reads it."""


class LegalPortalCommon(LegalBillingCommon, HttpCase):
    """Clients who open links and pay with the demonstration provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        journal = cls.company_data["default_journal_bank"]
        cls.provider, cls.method = offer_demo_provider(cls.env, journal)
        cls.portal_user = new_test_user(
            cls.env,
            login="vauban.portail",
            groups="base.group_portal",
            partner_id=cls.env["res.partner"]
            .create(
                {
                    "name": "Paul Vauban",
                    "email": "paul@ateliers-vauban.example",
                    "parent_id": cls.client.id,
                    "lang": "fr_FR",
                }
            )
            .id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_invoice(cls, post=True, **kw):
        """Return an invoice of 2 h at 280 €: 560,00 + VAT = 672,00 €.

        :param kw: values of the invoice; ``matter_values`` of its matter
        """
        matter = cls._create_matter(**kw.pop("matter_values", {}))
        cls._create_agreement(matter, [{"kind": "hourly"}])
        cls._create_entry(matter, "partner", 2.0, "2026-04-01", narrative=NARRATIVE)
        _prebill, move = cls._bill(matter, "2026-04-30", post=False)
        move.write(
            {
                "invoice_payment_term_id": False,
                "invoice_date_due": "2099-05-30",
                **kw,
            }
        )
        if post:
            move.action_post()
        move._portal_ensure_token()
        return move

    # -- the client's browser --------------------------------------------------

    def _open(self, move, token=None, query="", invoice_id=None):
        """Return (response, text of the page) for who opens the link."""
        token = move.access_token if token is None else token
        url = f"/my/invoices/{invoice_id or move.id}?access_token={token}{query}"
        response = self.url_open(url)
        page = html.fromstring(response.content)
        for node in page.xpath("//script | //style"):
            node.drop_tree()
        text = " ".join(page.text_content().split())
        return response, text

    def _situation(self, move, **kw):
        response, _text = self._open(move, **kw)
        page = html.fromstring(response.content)
        return page.xpath("string(//*[@data-situation]/@data-situation)")

    def _call(self, route, values):
        """Call a JSON route as the browser does, NaN and all."""
        answer = self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": values}),
            headers={"Content-Type": "application/json"},
        ).json()
        if "error" in answer:
            raise Refused(answer["error"]["data"]["message"])
        return answer.get("result")

    def _start_payment(self, move, **kw):
        """Ask for a transaction as the page does; ``kw`` is what is tampered."""
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": move.amount_residual,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": move.get_portal_url(),
            "is_validation": False,
            "access_token": move.access_token,
            **kw,
        }
        route = values.pop("route", f"/invoice/transaction/{move.id}")
        answer = self._call(route, values)
        return self.env["payment.transaction"].search(
            [("reference", "=", answer["reference"])]
        )

    def _end_payment(self, transaction, state="done"):
        self._call(
            "/payment/demo/simulate_payment",
            {
                "reference": transaction.reference,
                "payment_details": "4242",
                "simulated_state": state,
            },
        )
        self.env.invalidate_all()

    def _poll(self):
        answer = self._call("/payment/status/poll", {})
        self.env.invalidate_all()
        return answer

    def _pay(self, move, **kw):
        transaction = self._start_payment(move, **kw)
        self._end_payment(transaction)
        self._poll()
        return transaction

    def assertRefused(self, move, sentence, **kw):
        """Assert that no transaction is made, and that the client reads why."""
        before = move.transaction_ids
        with self.assertRaises(Refused) as caught:
            self._start_payment(move, **kw)
        self.env.invalidate_all()
        self.assertIn(sentence, str(caught.exception))
        self.assertEqual(move.transaction_ids, before)
