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
        mail = self.env["mail.mail"].search([]) - mails
        self.assertEqual(mail.recipient_ids, self.client)
        outgoing = mail._prepare_outgoing_list()[0]["body"]
        fresh = self.link.search([], limit=1)
        self.assertEqual(fresh.partner_id, self.client)
        self.assertNotEqual(fresh, self.link)
        # The key is put in as it leaves: nobody reads it in what the firm keeps.
        self.assertNotIn(fresh._get_key(), mail.body_html)
        self.assertIn(fresh._get_path(), outgoing)
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

    def test_revoking_ends_what_was_mailed_before(self):
        signed = self.link._sign(self.move)
        token = self.move.access_token
        self.assertEqual(self._situation(self.move, token=signed), "due")
        self.link.action_revoke()
        self.assertNotEqual(self.move.access_token, token)
        for old in (token, signed):
            self.assertEqual(self._situation(self.move, token=old), "bad_link")

    def test_all_links_are_closed_by_an_administrator_alone(self):
        clerk = new_test_user(
            self.env,
            "greffe3",
            groups="account.group_account_invoice",
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            self.link.with_user(clerk).action_revoke_all()
        self.link.with_user(self.env.user).action_revoke_all()
        self.assertEqual(self.link.state, "revoked")

    def test_documents_key_opens_one_document_of_the_payer(self):
        other = self._create_invoice(partner_id=self.client.copy().id)
        Link = self.env["legal.client.link"]
        for record, token, opens in (
            (self.move, self.link._sign(self.move), True),
            (other, self.link._sign(other), False),
            (self.move, self.link._sign(other), False),
            (self.move, self.link._sign(self.move)[:-1] + "x", False),
            (self.move, f"c{2**40}-{'0' * 64}", False),
        ):
            with self.subTest(token[:6]):
                self.assertEqual(bool(Link._find_signed(record, token)), opens)
        self.link.expires_on = fields.Date.today() - timedelta(days=1)
        self.assertFalse(Link._find_signed(self.move, self.link._sign(self.move)))

    def test_key_leaves_for_the_payers_own_addresses_alone(self):
        url = self.move._legal_get_client_mail_url()
        self.assertNotIn(self.link._get_key(), url)
        for to, wanted in (
            (self.client.email, self.link._get_key()),
            ("espion@ailleurs.example", "/legal/pay?firm="),
            (f"{self.client.email}, espion@ailleurs.example", "/legal/pay?firm="),
        ):
            with self.subTest(to):
                mail = self.env["mail.mail"].create(
                    {"body_html": f'<a href="{url}">x</a>', "email_to": to}
                )
                body = mail._prepare_outgoing_list()[0]["body"]
                self.assertIn(wanted, body)
                self.assertNotIn("/legal/client/sent/", body)

    def test_keys_of_many_emails_are_looked_up_together(self):
        """Each gets what it would get alone, in as many statements as for two."""
        url = self.move._legal_get_client_mail_url()
        other = self.env["res.partner"].create({"name": "X", "email": "x@x.example"})
        theirs = self.link._get_mail_url(self.company, other)
        cases = [
            (self.client.email, url, self.link._get_key()),
            ("espion@ailleurs.example", url, "/legal/pay?firm="),
            (f"{self.client.email}, espion@ailleurs.example", url, "/legal/pay?firm="),
            (other.email, theirs, self.link._get_for(other, self.company)._get_key()),
            # Another's invoice is not on one's own page.
            (other.email, f"{theirs}?row=i{self.move.id}", "/legal/pay?firm="),
        ]
        mails = self.env["mail.mail"].create(
            [
                {"body_html": f'<a href="{link}">x</a>', "email_to": to}
                for to, link, _wanted in cases
            ]
        )

        def look_up(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            batch = some._legal_make_batch()
            return batch, self.cr.sql_log_count - before

        _few, count = look_up(mails[:2])
        batch, more = look_up(mails)
        self.assertLessEqual(more, count + 1)
        self.assertFalse(mails.with_context(legal_mail_batch=1)._legal_get_batch())
        batched = mails.with_context(legal_mail_batch=batch)
        for mail, (to, _link, wanted) in zip(batched, cases, strict=True):
            with self.subTest(to):
                body = mail._prepare_outgoing_list()[0]["body"]
                self.assertIn(wanted, body)
                self.assertNotIn("/legal/client/sent/", body)

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
