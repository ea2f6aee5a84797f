from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .portal_common import NARRATIVE, LegalPortalCommon

MUTED = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")


@tagged("post_install", "-at_install")
class TestPortalAccess(LegalPortalCommon):
    """The link opens its invoice, and nothing else does."""

    def assertBadLink(self, response, text, move):
        self.assertEqual(response.status_code, 404)
        self.assertIn("Ce lien n’ouvre aucune facture", text)
        self.assertIn("contact@lanterne-avocats.example", text)
        for secret in (move.name, "672,00", NARRATIVE, self.client.name):
            self.assertNotIn(secret, text)

    @mute_logger(*MUTED)
    def test_wrong_links_tell_nothing_and_show_a_way_on(self):
        self.env.ref("base.public_user").sudo().write(
            {
                "company_ids": [Command.link(self.company.id)],
                "company_id": self.company.id,
            }
        )
        move = self._create_invoice()
        other = self._create_invoice()
        for case, kw in (
            ("no token", {"token": ""}),
            ("cut token", {"token": move.access_token[:-4]}),
            ("token of another invoice", {"token": other.access_token}),
            ("altered id", {"invoice_id": other.id}),
            ("unknown id", {"invoice_id": 987654321}),
            ("impossible id", {"invoice_id": 98765432109876}),
        ):
            with self.subTest(case):
                self.assertBadLink(*self._open(move, **kw), move)
        with self.subTest("report"):
            query = "&report_type=pdf&download=true"
            self.assertBadLink(*self._open(move, token="x", query=query), move)

    @mute_logger(*MUTED)
    def test_wrong_links_start_no_payment(self):
        move = self._create_invoice()
        other = self._create_invoice()
        for case, kw in (
            ("no token", {"access_token": None}),
            ("cut token", {"access_token": move.access_token[:-4]}),
            ("other's token", {"access_token": other.access_token}),
            ("altered id", {"route": f"/invoice/transaction/{other.id}"}),
            ("unknown id", {"route": "/invoice/transaction/987654321"}),
        ):
            with self.subTest(case):
                self.assertRefused(move, "lien de paiement n’est pas valable", **kw)
                self.assertFalse(other.transaction_ids)

    @mute_logger(*MUTED)
    def test_signed_in_contact_lists_and_opens_only_own_invoices(self):
        own = self._create_invoice()
        foreign = self._create_invoice(
            matter_values={"partner_id": self.consumer.id, "name": "Divorce"}
        )
        self.assertEqual(foreign.partner_id, self.consumer)
        self.portal_user.password = "mot de passe long"
        self.authenticate(self.portal_user.login, "mot de passe long")
        listing = self.url_open("/my/invoices")
        self.assertEqual(listing.status_code, 200)
        self.assertIn(own.name, listing.text)
        self.assertNotIn(foreign.name, listing.text)
        self.assertNotIn(NARRATIVE, listing.text)
        response, text = self._open(own, token="")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Toutes mes factures", text)
        response, _text = self._open(foreign, token="")
        self.assertEqual(response.status_code, 404)

    @mute_logger(*MUTED)
    def test_signed_in_contact_pays_without_token(self):
        move = self._create_invoice()
        self.portal_user.password = "mot de passe long"
        self.authenticate(self.portal_user.login, "mot de passe long")
        transaction = self._pay(move, access_token=None)
        self.assertEqual(transaction.partner_id, self.portal_user.partner_id)
        self.assertEqual(move.payment_state, "paid")

    def test_portal_users_have_no_access_to_our_models(self):
        public = self.env.ref("base.public_user").sudo()
        ours = self.env["ir.model"].search([("model", "=like", "legal.%")])
        self.assertGreater(len(ours), 10)
        for user in (self.portal_user, public):
            for name in ours.mapped("model"):
                model = self.env[name].with_user(user)
                if model._abstract or model._transient:
                    continue
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(user=user.login, model=name, op=operation):
                        self.assertFalse(model.has_access(operation))

    def test_portal_user_reads_no_narrative_through_the_invoice(self):
        move = self._create_invoice().with_user(self.portal_user)
        self.assertEqual(move.amount_total, 672.00)
        self.assertFalse(move.fields_get(["prebill_ids"]))
        self.assertFalse(move.invoice_line_ids.fields_get(["prebill_line_ids"]))

    def test_contact_of_another_company_sees_nothing(self):
        move = self._create_invoice()
        stranger = new_test_user(
            self.env, login="stranger.portail", groups="base.group_portal"
        )
        self.assertFalse(
            self.env["account.move"]
            .with_user(stranger)
            .search_count([("id", "=", move.id)])
        )
