from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from odoo.addons.legal_dunning.engine import sms
from odoo.addons.legal_dunning.tests.common import FIRST, SECOND, DunningCommon
from odoo.addons.sms.tests.common import MockSMS


@tagged("post_install", "-at_install")
class TestSms(DunningCommon, MockSMS, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.write(
            {"phone": "06 12 34 56 78", "country_id": cls.env.ref("base.fr").id}
        )
        cls.policy.level_ids.filtered(lambda level: level.sequence < 3).channel = "sms"
        cls.matter.responsible_id.phone = "+33 1 40 50 60 70"

    def _text(self, day, **kw):
        with self.mockSMSGateway(**kw):
            action = self._run(day)
        return action

    def test_text_message_of_one_part(self):
        move = self._create_invoice()
        action = self._text(FIRST)
        self.assertEqual((action.channel, action.state), ("sms", "sent"))
        self.assertEqual(action.sms_to, "+33612345678")
        body = self._new_sms.body
        self.assertEqual(body, sms.to_gsm(body))
        self.assertLessEqual(sms.length(body), 160)
        for words in (move.name, "1 200,00 EUR", "15/05/26", "/f/"):
            self.assertIn(words, body)
        self.assertEqual(self.emails, [])
        self.assertEqual(self._text(SECOND).level_id.sequence, 2)
        self.assertIn("1 200,00 EUR", self._new_sms.body)

    def test_short_link_leads_to_the_payers_page(self):
        move = self._create_invoice()
        code = move._get_dunning_sms_link().rsplit("/", 1)[1]
        self.assertEqual(move._get_dunning_sms_link()[-10:], code)
        answer = self.url_open(f"/f/{code}", allow_redirects=False)
        link = self.env["legal.client.link"].search([], limit=1)
        self.assertEqual((link.kind, link.partner_id), ("paper", move.partner_id))
        page = answer.headers["Location"]
        self.assertTrue(page.endswith(f"{link._get_path()}?row=i{move.id}"))
        self.assertIn(move.name, self.url_open(page).text)
        link.action_revoke()
        self.assertEqual(self.url_open(f"/f/{code}").status_code, 404)
        self.assertEqual(self.url_open("/f/abcdefghij").status_code, 404)

    def test_landline_gets_an_email(self):
        self.client.phone = "01 40 50 60 70"
        self._create_invoice()
        self.assertEqual(self._run(FIRST).channel, "email")

    def test_service_that_refuses_is_a_failure_and_tried_again(self):
        self._create_invoice()
        action = self._text(FIRST, sim_error="credit")
        self.assertEqual(action.state, "failed")
        self.assertIn(action.sms_to, action.failure_reason)
        self.assertFalse(
            self.env["sms.sms"].search([("state", "=", "outgoing")]) & self._new_sms
        )
        self.assertEqual(self._text(FIRST).state, "sent")

    def test_text_too_long_is_refused_in_the_preview(self):
        level = self.policy.level_ids[1]
        level.with_context(lang="fr_FR").sms_text = "{num} " + "x" * 160
        level.with_context(lang="en_US").sms_text = "{num} " + "x" * 160
        level.preview_move_id = self._create_invoice()
        with freeze_time(FIRST):
            self.assertIn("160", level.preview_html)
