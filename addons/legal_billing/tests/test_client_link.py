import logging
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .portal_common import NARRATIVE, LegalPortalCommon


@tagged("post_install", "-at_install")
class TestClientLink(LegalPortalCommon):
    """One link opens what one payer has with one firm, for a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._create_invoice()
        cls.client.email = "vauban@vauban.example"
        cls.link = cls.env["legal.client.link"]._get_for(cls.client, cls.company)
        cls.stranger = cls.env["res.partner"].create({"name": "Étranger"})

    def _open_page(self, path=None):
        response = self.url_open(path or self.link._get_path())
        node = html.fromstring(response.content)
        return response, node.xpath("string(//*[@data-situation]/@data-situation)")

    def test_payer_reads_what_he_owes_and_no_narrative(self):
        response, situation = self._open_page()
        self.assertEqual((response.status_code, situation), (200, "due"))
        self.assertIn(self.move.name, response.text)
        self.assertIn("672,00", response.text)
        self.assertNotIn(NARRATIVE, response.text)
        self.assertTrue(self.link.last_opened_at)

    def test_other_payers_link_shows_none_of_it(self):
        link = self.link._get_for(self.stranger, self.company)
        response, situation = self._open_page(link._get_path())
        self.assertEqual((response.status_code, situation), (200, "nothing"))
        self.assertNotIn(self.move.name, response.text)

    def test_key_of_one_link_opens_no_other(self):
        other = self.link._get_for(self.stranger, self.company)
        key = other._get_key()
        for path in (
            f"/legal/client/{self.link.id}/{key}",
            f"/legal/client/{self.link.id}/{self.link._get_key()[:-1]}",
            f"/legal/client/{self.link.id}/x",
            f"/legal/client/{2**40}/{key}",
        ):
            with self.subTest(path):
                response, situation = self._open_page(path)
                self.assertEqual((response.status_code, situation), (404, "bad_link"))

    def test_expired_link_sends_a_new_one_to_the_address_on_file(self):
        self.link.expires_on = fields.Date.today() - timedelta(days=1)
        response, situation = self._open_page()
        self.assertEqual((response.status_code, situation), (410, "expired"))
        self.assertNotIn(self.move.name, response.text)
        mails = self.env["mail.mail"].search([])
        response = self.url_open(f"{self.link._get_path()}/renew", data={"x": "1"})
        self.env.invalidate_all()
        fresh = self.link.search([], limit=1)
        self.assertEqual(fresh.partner_id, self.client)
        self.assertNotEqual(fresh, self.link)
        mail = self.env["mail.mail"].search([]) - mails
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertIn(fresh._get_key(), mail.body_html)
        self.assertNotIn(fresh._get_key(), response.text)

    def test_revoked_link_is_a_bad_link(self):
        clerk = new_test_user(
            self.env,
            "greffe",
            groups="account.group_account_invoice",
            company_id=self.company.id,
        )
        self.link.with_user(clerk).action_revoke()
        self.assertEqual(self.link.revoked_by_id, clerk)
        _response, situation = self._open_page()
        self.assertEqual(situation, "bad_link")
        self.assertNotEqual(self.link._get_for(self.client, self.company), self.link)

    def test_link_is_given_again_while_it_is_fresh(self):
        Link = self.env["legal.client.link"]
        self.assertEqual(Link._get_for(self.client, self.company), self.link)
        self.link.expires_on = fields.Date.today() + timedelta(days=1)
        self.assertNotEqual(Link._get_for(self.client, self.company), self.link)

    def test_key_is_read_by_nobody(self):
        clerk = new_test_user(
            self.env,
            "greffe2",
            groups="account.group_account_manager",
            company_id=self.company.id,
        )
        link = self.link.with_user(clerk)
        self.assertEqual(link.read(["partner_id"])[0]["partner_id"][0], self.client.id)
        with self.assertRaises(AccessError):
            link.read(["nonce"])
        with self.assertRaises(AccessError):
            link.with_user(self.portal_user).read(["partner_id"])

    def test_key_stays_out_of_the_log(self):
        record = logging.LogRecord(
            "werkzeug", 20, "", 0, f"GET {self.link._get_path()} HTTP", (), None
        )
        for item in logging.getLogger("werkzeug").filters:
            item.filter(record)
        self.assertNotIn(self.link._get_key(), record.getMessage())

    def test_link_that_does_not_exist_is_compared_all_the_same(self):
        where = "odoo.addons.legal_billing.models.legal_client_link.consteq"
        with patch(where, return_value=False) as compare:
            self.env["legal.client.link"]._find(0, "x")
        compare.assert_called_once()
