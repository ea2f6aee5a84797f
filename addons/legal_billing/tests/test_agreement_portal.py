import json

from freezegun import freeze_time
from lxml import html

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .signature_common import SENTENCE, LegalSignatureCommon, drawing


class AgreementPortalCommon(LegalSignatureCommon, HttpCase):
    """What comes back from the client's link, and from around it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._send()
        cls.token = cls.agreement.sudo().client_token
        cls.url = f"/my/agreements/{cls.agreement.id}"
        portal = {
            "groups": "base.group_portal",
            "company_id": cls.company.id,
            "company_ids": [Command.set(cls.company.ids)],
        }
        cls.portal_user = new_test_user(
            cls.env, "vauban.paul", partner_id=cls.signatory.id, **portal
        )
        cls.stranger = new_test_user(
            cls.env, "morel.jeanne", partner_id=cls.consumer.id, **portal
        )

    def _open(self, token="", path="", query=""):
        """Return (response, situation, text)."""
        response = self.url_open(f"{self.url}{path}?access_token={token}{query}")
        page = html.fromstring(response.content)
        situation = page.xpath("string(//*[@data-situation]/@data-situation)")
        for node in page.xpath("//script | //style"):
            node.drop_tree()
        return response, situation, " ".join(page.text_content().split())

    def _call_sign(self, token=None, seen=None, name="Paul Vauban"):
        seen = self.agreement.sent_digest if seen is None else seen
        token = self.token if token is None else token
        answer = self.url_open(
            f"{self.url}/sign?access_token={token}&seen={seen}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {"name": name, "signature": drawing()},
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        self.env.invalidate_all()
        return answer["result"]

    def _post(self, verb, token=None, **values):
        token = self.token if token is None else token
        response = self.url_open(
            f"{self.url}/{verb}?access_token={token}", data=values or {"x": "1"}
        )
        self.env.invalidate_all()
        return response


@tagged("post_install", "-at_install")
class TestAgreementPortal(AgreementPortalCommon):
    def test_the_page_reads_and_tells_nobody_else(self):
        response, situation, text = self._open(self.token)
        self.assertEqual((response.status_code, situation), (200, "sent"))
        for words in (SENTENCE, "Paul Vauban", "Lanterne Avocats"):
            self.assertIn(words, text)
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_a_link_cut_or_guessed_opens_nothing(self):
        other = self._send(self._create_draft())
        for token in ("", self.token[:-3], "x" * 43, other.sudo().client_token):
            response, situation, text = self._open(token)
            self.assertEqual((response.status_code, situation), (404, "bad_link"))
            self.assertNotIn("Bellerive", text)
            response, situation, _text = self._open(token, "/pdf")
            self.assertEqual(situation, "bad_link")
            self._call_sign(token=token)
            self._post("refuse", token=token)
            self._post("question", token=token, question="Et alors ?")
        self.assertEqual(self.agreement.state, "sent")
        self.assertFalse(self.agreement.activity_ids)
        self.url = f"/my/agreements/{2**31}"
        self.assertEqual(self._open(self.token)[1], "bad_link")

    def test_the_pdf_is_the_frozen_file(self):
        response = self.url_open(f"{self.url}/pdf?access_token={self.token}")
        self.assertEqual(response.content, self.agreement.sent_attachment_id.raw)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self._call_sign()
        response = self.url_open(f"{self.url}/pdf?access_token={self.token}")
        self.assertEqual(response.content, self.agreement.signed_attachment_id.raw)

    def test_signing_once_by_two_tabs_then_the_page_says_so(self):
        answer = self._call_sign()
        self.assertTrue(answer["redirect_url"].endswith("said=signed"))
        evidence = self.agreement.evidence_ids
        self.assertEqual((evidence.channel, evidence.ip), ("link", "127.0.0.1"))
        self.assertTrue(evidence.agent)
        self.assertFalse(evidence.user_id)
        self.assertIn("redirect_url", self._call_sign(), "the second tab is sent on")
        self.assertEqual(len(self.agreement.evidence_ids), 1)
        _response, situation, _text = self._open(self.token, query="&said=signed")
        self.assertEqual(situation, "signed")
        self._post("refuse", word="Finalement non")
        self.assertEqual(self.agreement.state, "signed")

    def test_what_changed_meanwhile_is_not_signed(self):
        answer = self._call_sign(seen="0" * 64)
        self.assertTrue(answer["redirect_url"].endswith("said=changed"))
        self.assertEqual(self.agreement.state, "sent")
        self.assertIn("error", self._call_sign(name=" "))
        self.agreement.action_take_back()
        response, situation, text = self._open(self.token)
        self.assertEqual((response.status_code, situation), (410, "revoked"))
        self.assertNotIn(SENTENCE, text)
        self._call_sign()
        self.assertEqual(self.agreement.state, "draft")

    def test_a_question_is_confirmed_and_an_empty_one_keeps_the_page(self):
        response = self._post("question", question="Et la TVA ?")
        self.assertIn("said=question", response.url)
        self.assertIn("Et la TVA ?", response.text)
        self.assertEqual(self.agreement.client_question, "Et la TVA ?")
        response = self._post("question", question="   ")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.agreement.client_question, "Et la TVA ?")

    def test_refusing_with_a_word_shows_on_the_page(self):
        response = self._post("refuse", word="Trop cher, parlons-en.")
        self.assertIn("Trop cher", response.text)
        self.assertEqual(self.agreement.state, "refused")
        self.assertEqual(self._open(self.token)[1], "refused")
        self._call_sign()
        self.assertEqual(self.agreement.state, "refused")

    def test_an_expired_link_offers_a_new_one_to_the_address_on_file(self):
        self.agreement.sudo().link_expires_on = "2020-01-01"
        response, situation, text = self._open(self.token)
        self.assertEqual((response.status_code, situation), (410, "expired"))
        self.assertNotIn(SENTENCE, text)
        self._call_sign()
        self.assertEqual(self.agreement.state, "sent")
        before = len(self._mails(self.agreement))
        self._post("renew")
        self.assertEqual(len(self._mails(self.agreement)), before + 1)
        new = self.agreement.sudo().client_token
        self.assertNotEqual(new, self.token)
        self.assertEqual(self._open(self.token)[1], "revoked")
        self.assertEqual(self._open(new)[1], "sent")

    def test_a_signed_link_closes_after_its_days(self):
        self._call_sign()
        with freeze_time("2099-01-01"):
            page = self.agreement.sudo()._get_page()
        self.assertEqual((page["situation"], page["document"]), ("closed", {}))

    def test_signed_in_the_client_finds_his_own_and_another_nothing(self):
        self.authenticate("vauban.paul", "vauban.paul")
        self.assertIn(self.url, self.url_open("/my/agreements").text)
        self.assertEqual(self._open()[1], "sent")
        self._post("question", token="", question="Sans jeton de session")
        self.assertFalse(self.agreement.client_question)
        self._call_sign(token="")
        self.assertEqual(self.agreement.evidence_ids.channel, "account")
        self.assertEqual(self.agreement.evidence_ids.user_id, self.portal_user)
        self.authenticate("morel.jeanne", "morel.jeanne")
        self.assertNotIn(self.url, self.url_open("/my/agreements").text)
        self.assertEqual(self._open()[1], "bad_link")

    def test_a_person_of_the_firm_reads_and_cannot_sign(self):
        lawyer = self.lawyers["partner"].user_id
        lawyer.password = "claire.test"
        self.authenticate(lawyer.login, "claire.test")
        for token in ("", self.token):
            _response, situation, text = self._open(token)
            self.assertEqual(situation, "sent")
            self._call_sign(token=token)
            self._post("refuse", token=token)
        self.assertEqual(self.agreement.state, "sent")
