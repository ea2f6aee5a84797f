import logging
import re

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .test_client_time import ClientTimeBuilders


@tagged("post_install", "-at_install")
class TestClientTimePage(ClientTimeBuilders, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the words asserted below are those of a client who reads English
        cls.env["res.lang"]._activate_lang("en_US")
        cls.contact.lang = "en_US"
        cls.approval = cls._ask()
        cls.path = f"/legal/time/{cls.approval.id}/{cls.approval.access_token}"

    def setUp(self):
        super().setUp()
        self.opener.cookies["frontend_lang"] = "en_US"

    def _situation(self, response):
        found = re.search(r'data-situation="(\w+)"', response.text)
        return found and found[1]

    def _get(self, path=None):
        return self.url_open(path or self.path)

    def _post(self, verb, path=None, **data):
        return self.url_open(f"{path or self.path}/{verb}", data=data or {"x": "1"})

    def _seen(self):
        return re.search(r'name="seen" value="(\w+)"', self._get().text)[1]

    def test_the_link_shows_the_work_and_nothing_else(self):
        other = self._create_time_entry(
            matter=self._create_matter(), narrative="Another matter's work"
        )
        other.action_approve()
        page = self._get()
        self.assertEqual(page.status_code, 200)
        self.assertEqual(self._situation(page), "asked")
        for words in ("Drafting of the claim", "Bob Associate", "1 h 30", "2 h 30"):
            self.assertIn(words, page.text)
        for secret in ("Another matter", self.approval.access_token + '"/'):
            self.assertNotIn(secret, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", page.headers["X-Robots-Tag"])
        self.assertIn("no-store", page.headers["Cache-Control"])

    def test_the_client_reads_his_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["legal_timesheet"], ["fr_FR"])
        self.contact.lang = "fr_FR"
        page = self._get()
        self.assertIn('lang="fr"', page.text)
        self.assertNotIn("I approve this work", page.text)

    def test_reading_changes_nothing(self):
        for _time in range(3):
            self._get()
        self.assertEqual(self.approval.state, "asked")

    def test_links_that_open_nothing_look_all_the_same(self):
        other = self._ask(entries=self.entries[1])
        paths = (
            f"/legal/time/{self.approval.id}",
            f"/legal/time/{self.approval.id}/",
            f"/legal/time/{self.approval.id}/wrong",
            self.path[:-1],
            f"/legal/time/{other.id}/{self.approval.access_token}",
            f"/legal/time/{self.approval.id + 9999}/{self.approval.access_token}",
            f"/legal/time/{2**40}/{self.approval.access_token}",
        )
        pages = [self._get(path) for path in paths]
        for path, page in zip(paths, pages, strict=True):
            with self.subTest(path):
                self.assertEqual(page.status_code, 404)
                self.assertEqual(self._situation(page), "bad_link")
                self.assertNotIn("Drafting", page.text)
                self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")

    def test_answers_by_a_bad_link_do_nothing(self):
        page = self._post("approve", path=self.path[:-1], name="Eve", seen=self._seen())
        self.assertEqual(page.status_code, 404)
        self.assertEqual(self._post("delete").status_code, 404)
        self.assertEqual(self.approval.state, "asked")

    def test_approve_then_again(self):
        seen = self._seen()
        page = self._post("approve", name="Camille Contact", seen=seen)
        self.assertEqual(self._situation(page), "approved")
        self.assertIn("Camille Contact", page.text)
        self.assertEqual(page.history[0].status_code, 303)
        self.assertEqual(set(self.entries.mapped("client_state")), {"approved"})
        self.assertEqual(self.approval.signed_ip, "127.0.0.1")
        self.assertTrue(self.approval.signed_agent)
        self.assertEqual(self.approval.shown_digest, seen)
        again = self._post("approve", name="Eve", seen=seen)
        self.assertEqual(self._situation(again), "approved")
        self.assertEqual(self.approval.signed_name, "Camille Contact")

    def test_approving_without_a_name_says_so(self):
        page = self._post("approve", name=" ", seen=self._seen())
        self.assertIn("Type your name", page.text)
        self.assertEqual(self.approval.state, "asked")

    def test_a_question_on_one_act(self):
        entry = self.entries[0]
        page = self._post("question", **{f"question_{entry.id}": "Why?"})
        self.assertEqual(self._situation(page), "questioned")
        self.assertIn("Why?", page.text)
        self.assertEqual(entry.client_state, "questioned")
        page = self._post("question", question="")
        self.assertIn("is empty", page.text)

    def test_updated_meanwhile_is_read_again(self):
        seen = self._seen()
        self.entries[0]._legal_return("Shorter")
        self.entries[0].unit_amount = 0.5
        self.entries[0].action_approve()
        self.assertIn("updated since we wrote", self._get().text)
        page = self._post("approve", name="Camille", seen=seen)
        self.assertIn("updated while you were reading", page.text)
        self.assertEqual(self.approval.state, "asked")
        page = self._post("approve", name="Camille", seen=self._seen())
        self.assertEqual(self._situation(page), "approved")

    def test_an_expired_link_offers_a_new_one(self):
        self.approval.expires_on = fields.Date.subtract(fields.Date.today(), days=1)
        page = self._get()
        self.assertEqual(page.status_code, 410)
        self.assertEqual(self._situation(page), "expired")
        self.assertNotIn("Drafting", page.text)
        mails = self.env["mail.mail"].search_count([])
        page = self._post("renew")
        self.assertEqual(self._situation(page), "renewed")
        self.assertIn("on its way", page.text)
        self.assertNotIn("Drafting", page.text)  # the old link shows nothing more
        self.assertNotIn(self.matter.matter_number, page.text)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails + 1)
        self.assertNotIn(self.approval.access_token, page.text)
        self.assertEqual(self._situation(self._get()), "bad_link")

    def test_a_withdrawn_link_says_so(self):
        self.approval.with_user(self.partner_user).action_withdraw()
        page = self._get()
        self.assertEqual(page.status_code, 410)
        self.assertEqual(self._situation(page), "withdrawn")
        self.assertNotIn("Drafting", page.text)
        page = self._post("approve", name="Camille", seen="x")
        self.assertEqual(self.approval.state, "withdrawn")

    def test_the_firm_looks_but_does_not_answer(self):
        self.partner_user.password = "partner-password"
        self.authenticate(self.partner_user.login, "partner-password")
        page = self._get()
        self.assertIn("signed in as a person of the firm", page.text)
        self.assertNotIn('name="seen"', page.text)
        seen = self.approval.shown_digest
        self._post("approve", name="Anne", seen=seen)
        self.assertEqual(self.approval.state, "asked")

    def test_no_log_holds_the_key(self):
        logger = logging.getLogger("werkzeug")
        rows = []

        class Keep(logging.Handler):
            def emit(self, record):
                rows.append(record.getMessage())

        handler = Keep()
        logger.addHandler(handler)
        level = logger.level
        logger.setLevel(logging.INFO)
        try:
            self._get()
            logger.info("GET %s HTTP/1.1 200", self.path)
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
        self.assertIn(f"/legal/time/{self.approval.id}/***", "".join(rows))
        self.assertNotIn(self.approval.access_token, "".join(rows))

    # ----------------------------------------------------------------- signed in

    def _portal_user(self, login, parent):
        user = new_test_user(
            self.env, login=login, groups="base.group_portal", lang="en_US"
        )
        user.partner_id.parent_id = parent
        return user

    def _csrf(self, text):
        return re.search(r'name="csrf_token" value="([^"]+)"', text)[1]

    def test_the_contact_signed_in_approves(self):
        user = self._portal_user("camille", self.client)
        self.approval.partner_id = user.partner_id
        self.authenticate("camille", "camille")
        self.assertIn(f"/my/time/{self.approval.id}", self._get("/my/time").text)
        path = f"/my/time/{self.approval.id}"
        page = self._get(path)
        self.assertIn("Drafting of the claim", page.text)
        page = self._post(
            "approve",
            path=path,
            name="Camille",
            seen=re.search(r'name="seen" value="(\w+)"', page.text)[1],
            csrf_token=self._csrf(page.text),
        )
        self.assertEqual(self._situation(page), "approved")
        self.assertEqual(self.approval.signed_user_id, user)

    @mute_logger("odoo.http")
    def test_a_colleague_needs_to_be_allowed(self):
        user = self._portal_user("colleague", self.client)
        self.authenticate("colleague", "colleague")
        path = f"/my/time/{self.approval.id}"
        self.assertNotIn(path, self._get("/my/time").text)
        self.assertEqual(self._get(path).status_code, 404)
        self.assertEqual(self._post("approve", path=path).status_code, 400)
        self.matter.client_time_contact_ids = user.partner_id
        self.assertIn(path, self._get("/my/time").text)
        self.assertEqual(self._get(path).status_code, 200)

    def test_another_client_sees_nothing(self):
        stranger = self._create_client(name="Stranger SA")
        self._portal_user("stranger", stranger)
        self.authenticate("stranger", "stranger")
        page = self._get("/my/time")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("/my/time/", page.text)
        self.assertEqual(self._get(f"/my/time/{self.approval.id}").status_code, 404)

    # ------------------------------------------------------------------- browser

    def test_on_a_phone_from_the_link_to_the_entries(self):
        """Read and approve at 390 px, with no account and no script of ours."""
        self.browser_size = "390x844"
        self.touch_enabled = True
        for asset in set(re.findall(r'"(/web/assets/[^"]+)"', self._get().text)):
            self.url_open(asset)  # made once, outside the browser's patience
        self.browser_js(
            self.path,
            """
            const wide = document.documentElement.scrollWidth > 390;
            const button = document.querySelector('#approve button');
            if (wide || button.getBoundingClientRect().height < 44) {
                console.error(`does not fit: ${document.documentElement.scrollWidth}`);
            } else {
                // Sent as the browser would; a page left behind could tell nothing.
                const form = button.form;
                form.elements.name.value = 'Camille Contact';
                if (button.type !== 'submit' || !form.checkValidity()) {
                    console.error('the form does not leave');
                }
                fetch(form.action, {
                    method: form.method,
                    body: new URLSearchParams(new FormData(form, button)),
                }).then((answer) => answer.text()).then((page) => {
                    if (page.includes('data-situation="approved"')) {
                        console.log('test successful');
                    } else {
                        console.error('not approved');
                    }
                });
            }
            """,
            ready="Boolean(document.querySelector('#approve button'))",
            login=None,
        )
        self.browser_js(
            self.path,
            "console.log('test successful')",
            ready="Boolean(document.querySelector('[data-situation=approved]'))",
            login=None,
        )
        self.env.invalidate_all()
        self.assertEqual(self.approval.state, "approved")
        self.assertEqual(set(self.entries.mapped("client_state")), {"approved"})
        self.assertIn("Chrome", self.approval.signed_agent)
