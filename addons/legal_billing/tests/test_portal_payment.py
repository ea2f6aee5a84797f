from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .portal_common import LegalPortalCommon, Refused

TX_LOGGER = "odoo.addons.payment.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestPortalPayment(LegalPortalCommon):
    """A payment through the real routes: once, for what is due, to the ledger."""

    def test_payment_posts_reconciles_and_marks_the_minutes_paid(self):
        move = self._create_invoice()
        entry = move.invoice_line_ids.prebill_line_ids.entry_id
        self.assertEqual(entry.billing_status, "billed")
        transaction = self._pay(move)
        payment = transaction.payment_id
        self.assertEqual((transaction.state, payment.amount), ("done", 672.00))
        self.assertEqual(payment.move_id.state, "posted")
        receivable = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertTrue(receivable.reconciled)
        self.assertEqual((move.payment_state, move.amount_residual), ("paid", 0.0))
        self.assertEqual(entry.billing_status, "paid")
        tax_move = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", move.id)]
        )
        self.assertEqual(tax_move.state, "posted")
        self.assertJournalItems(
            tax_move, {"445740": 112.00, "445710": -112.00, "706000": 0.0}
        )

    def test_page_after_payment_is_a_receipt(self):
        move = self._create_invoice()
        transaction = self._pay(move)
        response, text = self._open(move)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self._situation(move), "paid")
        self.assertIn("672,00 € réglés, merci", text)
        self.assertIn("Nous avons reçu 672,00 €", text)
        self.assertIn(transaction.reference, text)
        self.assertIn("Il ne reste rien à régler", text)
        self.assertNotIn("Payer", text)

    def test_second_payment_of_a_paid_invoice_is_refused(self):
        move = self._create_invoice()
        self._pay(move)
        self.assertRefused(move, "est déjà réglée", amount=672.00)

    def test_part_payment_by_signed_link_leaves_the_rest(self):
        move = self._create_invoice()
        wizard = self.env["payment.link.wizard"].with_context(
            active_model="account.move", active_id=move.id
        )
        link = wizard.create({"amount": 200.0}).link
        query = "&" + link.partition("?")[2].partition("#")[0]
        response, text = self._open(move, query=query)
        self.assertIn("Payer 200,00 €", text)
        self.assertIn('open="', response.text)
        self._pay(move, amount=200.0)
        self.assertEqual((move.payment_state, move.amount_residual), ("partial", 472.0))
        _response, text = self._open(move)
        self.assertIn("472,00 € à régler", text)
        self.assertIn("200,00 € sur 672,00 € sont déjà réglés", text)
        self._pay(move)
        self.assertEqual(move.payment_state, "paid")

    def test_forged_amount_of_a_link_is_ignored(self):
        move = self._create_invoice()
        response, text = self._open(move, query="&amount=1.0&payment_token=forged")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Payer 672,00 € en ligne", text)

    def test_tampered_amounts_are_refused(self):
        move = self._create_invoice()
        for amount in (672.01, 100000.0):
            with self.subTest(amount=amount):
                self.assertRefused(move, "Il ne reste que 672,00", amount=amount)
        for amount in (0, -5.0, 0.001, None, True, "672.00", [672.0], float("nan")):
            with self.subTest(amount=amount):
                self.assertRefused(move, "n’a pas pu être lu", amount=amount)

    def test_tampered_landing_prefix_and_validation_are_ignored(self):
        move = self._create_invoice()
        transaction = self._start_payment(
            move,
            landing_route="https://voleur.example/",
            is_validation=True,
            tokenization_requested=True,
            name_next_installment="VOL",
        )
        self.assertEqual(transaction.landing_route, move.get_portal_url())
        self.assertEqual(
            (transaction.operation, transaction.amount), ("online_direct", 672.0)
        )
        self.assertFalse(transaction.tokenize)
        self.assertTrue(transaction.reference.startswith(move.name))

    def test_unknown_argument_is_refused(self):
        move = self._create_invoice()
        self.assertRefused(move, "custom_create_values", custom_create_values={})

    def test_means_of_payment_not_offered_is_refused(self):
        move = self._create_invoice()
        hidden = self.provider.copy({"company_id": self.company.id})
        hidden.write({"state": "test", "is_published": False})
        token = (
            self.env["payment.token"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "partner_id": self.client.id,
                    "provider_ref": "carte",
                    "demo_simulated_state": "done",
                }
            )
        )
        other = self.env.ref("payment.payment_method_unknown")
        for case, kw in (
            ("unpublished provider", {"provider_id": hidden.id}),
            ("unknown provider", {"provider_id": 987654}),
            ("method of another provider", {"payment_method_id": other.id}),
            ("saved card of the client", {"flow": "token", "token_id": token.id}),
        ):
            with self.subTest(case):
                self.assertRefused(move, "moyen de paiement n’est plus proposé", **kw)
        response, _text = self._open(move)
        self.assertNotIn("o_payment_token_", response.text)

    @mute_logger(TX_LOGGER)
    def test_two_tabs_pay_once(self):
        """Both transactions exist before either is paid: the second is not taken."""
        move = self._create_invoice()
        first, second = self._start_payment(move), self._start_payment(move)
        self._end_payment(first)
        self._end_payment(second)
        self.assertEqual((first.state, second.state), ("done", "error"))
        self.assertIn("Un autre paiement est arrivé avant", second.state_message)
        (first | second)._post_process()
        self.assertEqual(move.payment_state, "paid")
        self.assertFalse(second.payment_id)
        self.assertEqual(self.client.credit, 0.0)

    @mute_logger(TX_LOGGER)
    def test_payment_crossing_a_bank_receipt_is_not_taken(self):
        move = self._create_invoice()
        transaction = self._start_payment(move)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 300.0}).action_create_payments()
        self.assertEqual(move.amount_residual, 372.0)
        self._end_payment(transaction)
        self.assertEqual(transaction.state, "error")
        answer = self._poll()
        self.assertEqual(answer["landing_route"], move.get_portal_url())
        _response, text = self._open(move)
        self.assertIn("il ne reste que 372,00 € à régler", text)
        self.assertIn("Payer 372,00 € en ligne", text)

    def test_double_poll_makes_one_payment(self):
        move = self._create_invoice()
        transaction = self._start_payment(move)
        self._end_payment(transaction)
        self._poll()
        self._poll()
        transaction._post_process()
        payments = self.env["account.payment"].search(
            [("payment_transaction_id", "=", transaction.id)]
        )
        self.assertEqual(len(payments), 1)

    def test_done_payment_is_posted_even_without_the_browser(self):
        move = self._create_invoice()
        transaction = self._start_payment(move)
        cron = self.env.ref("payment.cron_post_process_payment_tx")
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self._end_payment(transaction)
        self.assertGreater(triggers.search_count([("cron_id", "=", cron.id)]), before)
        self.assertEqual(self._situation(move), "pending")
        self.assertRefused(move, "est déjà en cours")
        transaction._post_process()
        self.assertEqual(move.payment_state, "paid")

    def test_pending_payment_hides_the_button_and_refuses_another(self):
        move = self._create_invoice()
        self._end_payment(self._start_payment(move), "pending")
        _response, text = self._open(move)
        self.assertEqual(self._situation(move), "pending")
        self.assertIn("paiement en cours", text)
        self.assertNotIn("Payer", text)
        self.assertRefused(move, "est déjà en cours")

    def test_cancelled_and_failed_attempts_are_told_and_may_be_tried_again(self):
        move = self._create_invoice()
        for state, sentence in (
            ("cancel", "a été interrompu et rien n’a été débité"),
            ("error", "n’a pas abouti et rien n’a été débité"),
        ):
            with self.subTest(state):
                self._end_payment(self._start_payment(move), state)
                _response, text = self._open(move)
                self.assertIn(sentence, text)
                self.assertIn("Payer 672,00 € en ligne", text)
        self._pay(move)
        self.assertEqual(move.payment_state, "paid")

    def test_chosen_transfer_stays_pending_and_shows_the_bank_details(self):
        method = self.env.ref("payment.payment_method_unknown").sudo()
        wire = self.provider.copy(
            {"name": "Virement", "code": "none", "company_id": self.company.id}
        )
        wire.write(
            {
                "state": "test",
                "is_published": True,
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        method.active = True
        move = self._create_invoice()
        transaction = self._start_payment(
            move,
            provider_id=wire.id,
            payment_method_id=method.id,
        )
        transaction._set_pending()
        response, text = self._open(move)
        self.assertEqual(self._situation(move), "due")
        self.assertIn("Vous avez choisi le virement", text)
        self.assertIn("FR76 3000 6000 0112 3456 7890 189", text)
        self.assertIn("Payer 672,00 € en ligne", text)
        self.assertEqual(response.status_code, 200)

    def test_money_beyond_the_due_is_reported_to_the_lead(self):
        """A provider that captured before telling: recorded, and someone is asked."""
        self.provider.code = "none"
        move = self._create_invoice()
        transaction = self._start_payment(move)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 600.0}).action_create_payments()
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(move.payment_state, "paid")
        activity = move.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn("600,00", activity.note)
        transaction._post_process()
        self.assertEqual(move.activity_ids, activity)

    def test_authorised_payment_is_not_captured_once_overtaken(self):
        self.provider.capture_manually = True
        move = self._create_invoice()
        transaction = self._start_payment(move)
        self._end_payment(transaction)
        self.assertEqual(transaction.state, "authorized")
        self.assertEqual(self._situation(move), "pending")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 600.0}).action_create_payments()
        with self.assertRaisesRegex(UserError, "Another payment came first|Un autre"):
            transaction._capture()
        self.assertFalse(transaction.child_transaction_ids)

    # -- several invoices at once ----------------------------------------------

    def _overdue(self):
        moves = self._create_invoice(invoice_date_due="2026-05-01")
        moves |= self._create_invoice(invoice_date_due="2026-05-02")
        moves.partner_id.ensure_one()
        user = self.portal_user
        user.partner_id = self.client
        user.password = "mot de passe long"
        self.authenticate(user.login, "mot de passe long")
        return moves

    def test_overdue_invoices_are_paid_together_for_what_is_left(self):
        moves = self._overdue()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves[:1].ids
        ).create({"amount": 72.0}).action_create_payments()
        self.assertIn(
            'data-amount="1272.0"', self.url_open("/my/invoices/overdue").text
        )
        tampered = {
            "route": "/invoice/transaction/overdue",
            "payment_reference": "LOT",
            "landing_route": "https://voleur.example/",
        }
        transaction = self._pay_overdue(moves[:1], amount=1272.0, **tampered)
        self.assertEqual(transaction.landing_route, "/my/invoices/")
        self.assertEqual(set(moves.mapped("payment_state")), {"paid"})

    def test_overdue_amount_above_what_is_left_is_refused(self):
        moves = self._overdue()
        with self.assertRaisesRegex(Refused, "Il ne reste que 1.344,00"):
            self._pay_overdue(
                moves[:1],
                amount=2000.0,
                route="/invoice/transaction/overdue",
                payment_reference="LOT",
            )
        self.assertFalse(moves.transaction_ids)

    def _pay_overdue(self, move, **kw):
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my/invoices/",
            "is_validation": False,
            **kw,
        }
        answer = self._call(values.pop("route"), values)
        transaction = self.env["payment.transaction"].search(
            [("reference", "=", answer["reference"])]
        )
        self._end_payment(transaction)
        self._poll()
        return transaction
