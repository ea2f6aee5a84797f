from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .portal_common import LegalPortalCommon, Refused


@tagged("post_install", "-at_install")
class TestProvisionPortal(LegalPortalCommon):
    """A client pays a request by its link: the deposit invoice is made of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls.provision = cls.env["legal.provision"].create(
            {
                "matter_id": cls.matter.id,
                "amount_untaxed": 1500,
                "work": "Assignation et audience",
                "due_on": "2099-01-31",
            }
        )
        cls.provision._portal_ensure_token()

    def _page(self, provision=None, token=None, query=""):
        provision = provision or self.provision
        token = provision.access_token if token is None else token
        response = self.url_open(
            f"/my/provisions/{provision.id}?access_token={token}{query}"
        )
        return response, " ".join(response.text.split())

    def _start(self, provision=None, **kw):
        provision = provision or self.provision
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": 1800.0,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my",
            "is_validation": False,
            "access_token": provision.access_token,
            **kw,
        }
        answer = self._call(f"/provision/transaction/{provision.id}", values)
        return self.env["payment.transaction"].search(
            [("reference", "=", answer["reference"])]
        )

    def test_request_not_sent_yet_asks_for_nothing(self):
        response, text = self._page()
        self.assertEqual(response.status_code, 200)
        self.assertIn('data-situation="draft"', text)
        self.assertNotIn("Assignation", text)
        with self.assertRaises(Refused):
            self._start()

    def test_paying_makes_the_deposit_invoice_at_once(self):
        self.provision.action_mark_requested()
        response, text = self._page()
        self.assertIn('data-situation="due"', text)
        self.assertIn("Assignation", text)
        self.assertIn("1 800,00", text)
        self.assertNotIn("FAC/", text)
        self.assertFalse(self.provision.move_id)
        self.client.email = "vauban@vauban.example"
        transaction = self._start()
        self.assertEqual(transaction.amount, 1800.0)
        self._end_payment(transaction)
        self._poll()
        self.assertTrue(transaction.legal_receipt_at)
        mail = self.env["mail.mail"].search([("body_html", "like", "/receipt/")])
        self.assertEqual(mail.recipient_ids, self.client)
        deposit = self.provision.move_id
        share = transaction.legal_share_ids
        self.assertEqual((share.move_id, share.amount_settled), (deposit, 1800.0))
        self.assertEqual((deposit.state, deposit.payment_state), ("posted", "paid"))
        self.assertEqual(deposit.invoice_date, deposit._legal_get_paid_on())
        self.assertEqual(deposit.invoice_date_due, deposit.invoice_date)
        self.assertEqual(deposit._legal_get_document_type_code(), "386")
        self.assertEqual(deposit._legal_get_billing_framework(), "S2")
        self.assertEqual(
            (self.provision.state, self.provision.amount_available), ("paid", 1500.0)
        )
        vat = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", deposit.id)]
        )
        self.assertJournalItems(vat, {"445740": 300.0, "445710": -300.0, "419100": 0.0})
        response, text = self._page()
        self.assertIn(f"/my/invoices/{deposit.id}", response.url)
        self.assertIn('data-situation="paid"', text)

    def test_amount_of_the_browser_counts_for_nothing(self):
        self.provision.action_mark_requested()
        for amount in (1.0, 99999.0, None, "x"):
            with self.subTest(amount=amount):
                self.assertEqual(self._start(amount=amount).amount, 1800.0)

    def test_second_payment_is_not_taken(self):
        """Two tabs: both start, the first is paid, the second is refused."""
        self.provision.action_mark_requested()
        first, second = self._start(), self._start()
        self._end_payment(first)
        self._end_payment(second)
        first._post_process()
        self.assertEqual((first.state, second.state), ("done", "error"))
        moves = self.env["account.move"].search(
            [("legal_provision_id", "=", self.provision.id)]
        )
        self.assertEqual(len(moves), 1)
        self.assertEqual(self.provision.amount_received, 1500.0)
        with self.assertRaises(Refused):
            self._start()

    def test_request_being_paid_is_not_withdrawn(self):
        self.provision.action_mark_requested()
        transaction = self._start()
        self._end_payment(transaction, state="pending")
        self.assertEqual(self.provision._get_situation(), "pending")
        with self.assertRaises(UserError):
            self.provision.action_cancel()

    def test_bad_links_and_other_clients_see_nothing(self):
        self.provision.action_mark_requested()
        for token in ("", "forged"):
            with self.subTest(token=token):
                response, text = self._page(token=token)
                self.assertEqual(response.status_code, 404)
                self.assertNotIn("Assignation", text)
                with self.assertRaises(Refused):
                    self._start(access_token=token)
        stranger = new_test_user(
            self.env, login="etranger.portail", groups="base.group_portal"
        )
        self.authenticate(stranger.login, stranger.login)
        response, text = self._page(token="")
        self.assertEqual(response.status_code, 404)
        self.assertNotIn("Assignation", text)

    def test_payer_with_an_account_needs_no_token(self):
        self.provision.action_mark_requested()
        self.authenticate("vauban.portail", "vauban.portail")
        response, text = self._page(token="")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Assignation", text)

    def test_letter_is_downloaded_by_its_link(self):
        self.provision.action_mark_requested()
        response, _text = self._page(query="&report_type=pdf&download=1")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")

    def test_sending_by_e_mail_marks_the_request(self):
        action = self.provision.action_send()
        composer = (
            self.env["mail.compose.message"]
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(self.provision.state, "draft", "opening sends nothing")
        composer.action_send_mail()
        self.assertEqual(self.provision.state, "requested")
        message = self.provision.message_ids.filtered("attachment_ids")
        self.assertTrue(message)
        self.assertIn(f"/my/provisions/{self.provision.id}", str(message[0].body))
        self.assertNotIn("Assignation", str(message[0].body))
