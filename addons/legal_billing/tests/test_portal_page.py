from datetime import timedelta

from odoo import Command, fields
from odoo.tests import new_test_user, tagged

from .portal_common import NARRATIVE, LegalPortalCommon


@tagged("post_install", "-at_install")
class TestPortalPage(LegalPortalCommon):
    """What the client reads behind the link, without an account."""

    def test_page_says_amount_date_purpose_and_contact(self):
        today = fields.Date.today()
        due = today.replace(month=12, day=31)
        lead = self.lawyers["partner"].user_id.partner_id
        lead.write({"phone": "+33 1 44 00 00 12", "email": "aubry@lanterne.example"})
        move = self._create_invoice(
            invoice_date_due=due, legal_client_message="Je vous appelle jeudi."
        )
        response, text = self._open(move)
        self.assertEqual(response.status_code, 200)
        if due > today + timedelta(days=1):
            self.assertIn("672,00 € à régler avant le 31 déc.", text)
        for words in (
            "Payer 672,00 € en ligne",
            move.name,
            "Litige commercial",
            "Je vous appelle jeudi.",
            "Comprendre cette facture",
            NARRATIVE,
            "280,00 €",
            "Télécharger le PDF",
            "Claire Aubry",
            "+33 1 44 00 00 12",
            "aubry@lanterne.example",
        ):
            self.assertIn(words, text)

    def test_page_shows_sections_that_add_up_to_the_total(self):
        move = self._create_invoice()
        values = move._legal_in_client_language()._legal_get_portal_values()
        acts = [act for section in values["sections"] for act in section["acts"]]
        self.assertEqual(
            [(act["hours"], act["rate"], act["amount"]) for act in acts],
            [("2\xa0h", "280,00\xa0€", "560,00\xa0€")],
        )
        self.assertEqual(values["totals"][-1]["amount"], "672,00\xa0€")

    def test_page_is_private_to_the_browser(self):
        response, _text = self._open(self._create_invoice())
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "same-origin")
        self.assertIn("noindex", response.headers["X-Robots-Tag"])

    def test_neutral_policy_shows_no_narrative_and_no_object(self):
        move = self._create_invoice(invoice_text_policy="neutral")
        response, text = self._open(move)
        self.assertIn(move.matter_ids._neutral_label(), text)
        self.assertNotIn(NARRATIVE, response.text)
        self.assertNotIn("Litige commercial", response.text)

    def test_page_values_hold_no_record(self):
        def walk(value):
            if isinstance(value, dict):
                value = list(value.values())
            if isinstance(value, list | tuple):
                for item in value:
                    walk(item)
            else:
                self.assertIsInstance(value, str | int | float | bool | type(None))

        walk(self._create_invoice()._legal_get_portal_values())

    def test_colleague_outside_the_wall_reads_no_narrative(self):
        move = self._create_invoice(matter_values={"is_walled": True})
        accountant = new_test_user(
            self.env,
            login="compta.test",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        member = self.lawyers["senior"].user_id
        member.group_ids |= self.env.ref("account.group_account_invoice")
        for user, may_read in ((accountant, False), (member, True)):
            with self.subTest(user=user.login):
                user.password = "mot de passe long"
                self.authenticate(user.login, "mot de passe long")
                response, _text = self._open(move)
                self.assertEqual(NARRATIVE in response.text, may_read)
                self.assertEqual("Litige commercial" in response.text, may_read)

    def test_each_state_is_a_sentence_and_never_an_error(self):
        # A firm that does not seal its entries, or one from before it did.
        self.company.legal_seals_entries = False
        draft = self._create_invoice(post=False)
        cancelled = self._create_invoice()
        cancelled.button_draft()
        cancelled.button_cancel()
        credited = self._create_invoice()
        credit_note = credited._reverse_moves(cancel=True)
        credit_note._portal_ensure_token()
        for move, situation, sentence in (
            (draft, "draft", "Cette facture n’est pas encore prête"),
            (cancelled, "cancelled", "Cette facture a été annulée"),
            (credited, "credited", "vous ne devez rien"),
            (credit_note, "credit_note", "vous n’avez rien à régler"),
        ):
            with self.subTest(situation):
                response, text = self._open(move)
                self.assertEqual(response.status_code, 200)
                self.assertEqual(self._situation(move), situation)
                self.assertIn(sentence, text)
                self.assertNotIn("en ligne", text)
                self.assertIn("Claire Aubry", text)
                self.assertRefused(move, "rien à régler", amount=10.0)

    def test_draft_and_cancelled_show_no_content_nor_report(self):
        draft = self._create_invoice(post=False)
        for query in ("", "&report_type=html", "&report_type=pdf&download=true"):
            response, text = self._open(draft, query=query)
            self.assertIn("pas encore prête", text)
            self.assertNotIn(NARRATIVE, response.text)
            self.assertNotIn("672", text)

    def test_invoice_is_payable_by_transfer_when_online_payment_is_off(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "account_payment.enable_portal_payment", "False"
        )
        move = self._create_invoice()
        self.assertEqual(self._situation(move), "closed")
        _response, text = self._open(move)
        self.assertIn("FR76 3000 6000 0112 3456 7890 189", text)
        self.assertRefused(move, "ne peut pas être réglée en ligne")

    def test_page_without_provider_still_offers_the_transfer(self):
        self.provider.state = "disabled"
        _response, text = self._open(self._create_invoice())
        self.assertNotIn("Payer 672,00 € en ligne", text)
        self.assertIn("Régler par virement", text)

    def test_instalment_is_asked_first_and_the_whole_is_offered(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Deux fois",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (20000, 20030)
                ],
            }
        )
        move = self._create_invoice(invoice_payment_term_id=term.id)
        response, text = self._open(move)
        self.assertIn("336,00 € à régler avant", text)
        self.assertIn("il reste 672,00 € en tout", text)
        choice = move._legal_get_asked()
        self.assertEqual(choice["amount"], 336.00)
        self.assertIn('data-amount="336.0"', response.text)

    def test_other_invoices_keep_the_stock_page(self):
        move = self.init_invoice("out_invoice", partner=self.client, amounts=[100])
        move.action_post()
        move._portal_ensure_token()
        response, _text = self._open(move)
        self.assertIn("o_portal_invoice_sidebar", response.text)
        self.assertNotIn("o_legal_portal", response.text)
