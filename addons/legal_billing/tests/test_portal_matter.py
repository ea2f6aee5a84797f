import re
from datetime import timedelta

from lxml import html

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common_cap import LegalCapCommon

MUTED = ("odoo.addons.base.models.ir_rule", "odoo.http")
SECRET = "Diligence confidentielle"


@tagged("post_install", "-at_install")
class TestPortalMatter(LegalCapCommon, HttpCase):
    """The client's page of his matter: by a link, or signed in; nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls._portal_user("vauban.contact", cls.client)

    def setUp(self):
        super().setUp()
        self.matter, self.agreement = self._limited(
            {"kind": "hourly", "cap_amount": 5000, "at_cap": "unbilled"}
        )
        self._work(self.matter, "partner", 15.0, 20)
        self.event = self._events(self.matter).filtered(lambda e: e.state == "new")
        self._notify(self.event, revised_limit=8000.0)
        self.token = self.event.sudo().access_token
        self.path = f"/my/matters/{self.matter.id}"

    @classmethod
    def _portal_user(cls, login, parent):
        user = new_test_user(
            cls.env,
            login=login,
            password=login,
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        user.partner_id.write({"parent_id": parent and parent.id, "lang": "fr_FR"})
        return user

    def _get(self, token=None, path=None):
        token = self.token if token is None else token
        return self.url_open(f"{path or self.path}?access_token={token}")

    def _post(self, verb, token=None, **data):
        values = {"access_token": self.token if token is None else token, **data}
        return self.url_open(f"{self.path}/notice/{self.event.id}/{verb}", data=values)

    def _situation(self, response):
        page = html.fromstring(response.content)
        return page.xpath("string(//*[@data-situation]/@data-situation)")

    def _notice(self, response):
        page = html.fromstring(response.content)
        return page.xpath("string(//*[@data-notice]/@data-notice)")

    # -- reading ---------------------------------------------------------------

    def test_the_link_shows_the_meter_and_no_work(self):
        """15 × 280 = 4 200 of 5 000: 84 %."""
        page = self._get()
        self.assertEqual((page.status_code, self._situation(page)), (200, "open"))
        text = page.text.replace("\N{NO-BREAK SPACE}", " ")
        for words in (self.matter.name, self.matter.matter_number, "4 200", "84 %"):
            self.assertIn(words, text)
        bar = html.fromstring(page.content).xpath("//*[@role='meter']")[0]
        self.assertEqual(bar.get("aria-valuenow"), "84")
        self.assertIn("84", bar.get("aria-valuetext"))
        for secret in (SECRET, "Hugo Lemaire"):
            self.assertNotIn(secret, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", page.headers["X-Robots-Tag"])
        self.assertIn("no-store", page.headers["Cache-Control"])
        self.assertEqual(self.event.state, "sent", "reading answers nothing")

    @mute_logger(*MUTED)
    def test_links_that_open_nothing_look_the_same(self):
        other, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        pages = [
            self._get(token=""),
            self._get(token="x"),
            self._get(token=self.token[:-1]),
            self._get(path=f"/my/matters/{other.id}"),
            self._get(path="/my/matters/987654321"),
            self._get(path=f"/my/matters/{2**40}"),
            self._get(token="x", path=f"{self.path}/notice/{self.event.id}/letter"),
            self._get(token="x", path=f"{self.path}/documents/1"),
        ]
        for page in pages:
            self.assertEqual(page.status_code, 404)
            self.assertEqual(self._situation(page), "bad_link")
            for secret in (self.matter.name, other.name, self.client.name):
                self.assertNotIn(secret, page.text)

    def test_link_to_the_matter_is_its_clients_and_ends_with_it(self):
        self.client.email = "vauban@vauban.example"
        url = self.matter.get_portal_url()
        self.assertFalse(self.matter.access_token)
        self.assertEqual(self._situation(self.url_open(url)), "open")
        token = url.rpartition("=")[2]
        link = self.env["legal.client.link"].sudo().search([], limit=1)
        old = "0f5d7c1e-2f0b-4d6c-9a55-0123456789ab"
        self.matter.access_token = old
        link.expires_on = fields.Date.today() - timedelta(days=1)
        for case, key in (("link over", token), ("key of former days", old)):
            with self.subTest(case):
                page = self._get(token=key)
                self.assertEqual(
                    (page.status_code, self._situation(page)), (410, "expired")
                )
                self.assertNotIn(self.matter.name, page.text)
                mails = self.env["mail.mail"].search([])
                answer = self.url_open(
                    f"{self.path}/notice/0/renew", data={"access_token": key}
                )
                self.assertEqual(answer.status_code, 410)
                sent = self.env["mail.mail"].search([]) - mails
                self.assertEqual(sent.recipient_ids, self.client)
        link.action_revoke()
        self.assertEqual(self._situation(self._get(token=token)), "bad_link")

    def test_invoices_with_state_and_link(self):
        _prebill, move = self._bill(self.matter, self._day(0))
        page = self._get()
        self.assertIn(move.name, page.text)
        self.assertIn(move.get_portal_url().replace("&", "&amp;"), page.text)
        self.assertNotIn(SECRET, page.text)

    def test_provisions_of_the_client_with_state_and_link(self):
        common = {"matter_id": self.matter.id, "work": "Référé"}
        asked, _draft, others = self.env["legal.provision"].create(
            [
                {**common, "amount_untaxed": 1000, "due_on": "2099-05-04"},
                {**common, "amount_untaxed": 2000},
                {**common, "amount_untaxed": 3000, "partner_id": self.consumer.id},
            ]
        )
        (asked | others).action_mark_requested()
        page = html.fromstring(self._get().content)
        section = page.xpath("//section[@aria-labelledby='legal_provisions']")[0]
        self.assertEqual(len(section.xpath(".//li")), 1)
        text = " ".join(section.text_content().split())
        for words in (asked.name, "1 200", "2099"):
            self.assertIn(words, text)
        self.assertIn(f"/my/provisions/{asked.id}", section.xpath(".//a/@href")[0])

    def test_only_files_shared_on_purpose(self):
        attach = self.env["ir.attachment"].create
        hidden = attach(
            {
                "name": "note interne.txt",
                "raw": b"secret",
                "res_model": "legal.matter",
                "res_id": self.matter.id,
            }
        )
        shared = attach({"name": "assignation.txt", "raw": b"lisible"})
        self.matter.shared_document_ids = [Command.link(shared.id)]
        self.assertEqual(shared.res_id, self.matter.id)
        page = self._get()
        self.assertIn("assignation.txt", page.text)
        self.assertNotIn("note interne", page.text)
        got = self._get(path=f"{self.path}/documents/{shared.id}")
        self.assertEqual((got.status_code, got.content), (200, b"lisible"))
        got = self._get(path=f"{self.path}/documents/{hidden.id}")
        self.assertEqual(got.status_code, 404)

    # -- signed in -------------------------------------------------------------

    def test_final_account_in_force_and_no_other(self):
        self._bill(self.matter, "2026-12-31")
        account = self.matter._prepare_final_accounts()
        path = f"{self.path}/accounts/{account.id}"
        self.assertEqual(self._get(path=path).status_code, 404)
        account.action_issue()
        self.assertIn(account.name, self._get().text)
        got = self._get(path=path)
        self.assertEqual(got.content, account.attachment_id.raw)
        self.assertEqual(got.headers["Content-Type"], "application/pdf")
        self.assertEqual(self._get(token="x", path=path).status_code, 404)
        stranger = self._portal_user("stranger.account", self.consumer)
        self.authenticate(stranger.login, stranger.login)
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_the_clients_contact_signed_in(self):
        self.authenticate("vauban.contact", "vauban.contact")
        self.assertIn(self.path, self.url_open("/my/matters").text)
        page = self._get(token="")
        self.assertEqual(self._situation(page), "open")
        self.assertIn(self.matter.name, page.text)
        home = self.url_open("/my/home")
        self.assertIn("/my/matters", home.text)

    @mute_logger(*MUTED)
    def test_walls(self):
        opposing = self.env["res.partner"].create(
            {"name": "Adverse SA", "is_company": True}
        )
        self.matter.opposing_party_ids = [Command.link(opposing.id)]
        self._portal_user("adverse", opposing)
        self._portal_user("autre.client", self.consumer)
        for login in ("adverse", "autre.client"):
            with self.subTest(login):
                self.authenticate(login, login)
                self.assertNotIn(self.path, self.url_open("/my/matters").text)
                page = self._get(token="")
                self.assertEqual(page.status_code, 404)
                self.assertNotIn(self.matter.name, page.text)
        with self.subTest("the opposing party with the client's link"):
            self.authenticate("adverse", "adverse")
            self.assertEqual(self._get().status_code, 404)
            self._post("accept", name="Adverse", seen=self.event.notice_digest)
            self.assertEqual(self.event.state, "sent")
        with self.subTest("a colleague outside the wall"):
            outsider = new_test_user(
                self.env,
                "cap.outsider",
                "legal_timesheet.group_legal_user",
                password="cap.outsider",
                company_id=self.company.id,
            )
            self.authenticate(outsider.login, outsider.login)
            self.assertEqual(self._get(token="").status_code, 404)

    @mute_logger(*MUTED)
    def test_a_director_is_not_read_by_his_company(self):
        director = self.env["res.partner"].create(
            {"name": "Directeur", "parent_id": self.client.id}
        )
        own, _agreement = self._limited(
            {"kind": "hourly"}, matter_values={"partner_id": director.id}
        )
        self.authenticate("vauban.contact", "vauban.contact")
        path = f"/my/matters/{own.id}"
        self.assertNotIn(path + '"', self.url_open("/my/matters").text)
        self.assertEqual(self._get(token="", path=path).status_code, 404)

    # -- answering -------------------------------------------------------------

    def test_acknowledge_then_again(self):
        page = self._post("acknowledge", name="Paul Vauban", seen=self._seen())
        self.assertEqual(page.history[0].status_code, 303)
        self.assertEqual(self._notice(page), "acknowledged")
        self.assertIn("Paul Vauban", page.text)
        self.assertEqual(self.event.signed_ip, "127.0.0.1")
        self.assertFalse(self.event.is_accepted)
        self._post("acknowledge", name="Eve", seen=self._seen())
        self.assertEqual(self.event.signed_name, "Paul Vauban")

    def _seen(self):
        return re.search(r'name="seen" value="(\w+)"', self._get().text)[1]

    def test_accept_after_taking_note(self):
        seen = self._seen()
        self._post("acknowledge", name="Paul Vauban", seen=seen)
        page = self._post("accept", name="Paul Vauban", seen=seen)
        self.assertEqual(self._notice(page), "accepted")
        self.assertTrue(self.event.is_accepted)

    def test_talk_about_it(self):
        page = self._post("discuss", question="")
        self.assertEqual(self._notice(page), "sent")
        page = self._post("discuss", question="Peut-on <b>lisser</b> ?")
        self.assertEqual(self._notice(page), "discussed")
        self.assertNotIn("<b>lisser", page.text)
        self.assertEqual(self.event.question, "Peut-on <b>lisser</b> ?")

    @mute_logger(*MUTED)
    def test_answers_by_a_bad_link_do_nothing(self):
        seen = self.event.notice_digest
        for token in ("", "x", self.token[:-1]):
            page = self._post("accept", token=token, name="Eve", seen=seen)
            self.assertEqual(page.status_code, 404)
        self.assertEqual(self._post("delete", name="Eve").status_code, 404)
        self.assertEqual(self.event.state, "sent")

    @mute_logger(*MUTED)
    def test_signed_in_needs_the_token_of_the_session(self):
        self.authenticate("vauban.contact", "vauban.contact")
        values = {"name": "Paul", "seen": self.event.notice_digest}
        page = self._post("accept", token="", **values)
        self.assertEqual(page.status_code, 404)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', self._get(token="").text)
        page = self._post("accept", token="", csrf_token=csrf[1], **values)
        self.assertEqual(self._notice(page), "accepted")
        self.assertEqual(self.event.signed_user_id, self.contact)

    def test_the_firm_looks_but_does_not_answer(self):
        user = self.matter.responsible_id
        user.password = "mot de passe long"
        self.authenticate(user.login, "mot de passe long")
        self.assertNotIn('name="seen"', self._get().text)
        self._post("accept", name="Claire", seen=self.event.notice_digest)
        self.assertEqual(self.event.state, "sent")

    def test_an_expired_link_offers_a_new_one(self):
        self.event.sudo().expires_on = self._day(1)
        page = self._get()
        self.assertEqual((page.status_code, self._situation(page)), (410, "expired"))
        self.assertNotIn(self.matter.name, page.text)
        seen = self.event.notice_digest
        self._post("accept", name="Paul", seen=seen)
        self.assertEqual(self.event.state, "sent")
        mails = self.env["mail.mail"].search_count([])
        page = self._post("renew")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails + 1)
        self.env.invalidate_all()
        self.assertNotEqual(self.event.sudo().access_token, self.token)
        self.assertNotIn(self.event.sudo().access_token, page.text)
        self.assertEqual(self._situation(self._get()), "bad_link")

    def test_a_link_the_firm_closed_opens_nothing(self):
        self.event.with_user(self.matter.responsible_id).action_withdraw_link()
        self.assertEqual(self._situation(self._get()), "bad_link")
        page = self._post("renew")
        self.assertEqual(page.status_code, 404, "closed by the firm, it stays so")
        self.assertFalse(self.event.sudo().access_token)

    # -- browser ---------------------------------------------------------------

    def test_on_a_phone_from_the_link_to_the_acknowledgement(self):
        """Read the meter and take note at 390 px, with no account."""
        self.browser_size = "390x844"
        self.touch_enabled = True
        for asset in set(re.findall(r'"(/web/assets/[^"]+)"', self._get().text)):
            self.url_open(asset)  # made once, outside the browser's patience
        page = f"{self.path}?access_token={self.token}"
        self.browser_js(
            page,
            """
            const wide = document.documentElement.scrollWidth > 390;
            const button = document.querySelector('button[name=acknowledge]');
            const meter = document.querySelector('[role=meter]');
            const low = button.getBoundingClientRect().height < 44;
            if (wide || low || !meter || meter.getBoundingClientRect().width < 200) {
                console.error(`does not fit: ${document.documentElement.scrollWidth}`);
            } else {
                // Sent as the browser would; a page left behind could tell nothing.
                const form = button.form;
                form.elements.name.value = 'Paul Vauban';
                if (button.type !== 'submit' || !form.checkValidity()) {
                    console.error('the form does not leave');
                }
                fetch(form.action, {
                    method: form.method,
                    body: new URLSearchParams(new FormData(form, button)),
                }).then((answer) => answer.text()).then((text) => {
                    if (text.includes('data-notice="acknowledged"')) {
                        console.log('test successful');
                    } else {
                        console.error('not acknowledged');
                    }
                });
            }
            """,
            ready="Boolean(document.querySelector('button[name=acknowledge]'))",
            login=None,
            timeout=120,
        )
        self.env.invalidate_all()
        self.assertEqual(self.event.state, "acknowledged")
        self.assertEqual(self.event.signed_name, "Paul Vauban")
        self.assertIn("Chrome", self.event.signed_agent)
