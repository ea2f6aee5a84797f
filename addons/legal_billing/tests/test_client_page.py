from datetime import timedelta

from lxml import html

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .portal_common import NARRATIVE, LegalPortalCommon

TODAY = fields.Date.today()


@tagged("post_install", "-at_install")
class TestClientPage(LegalPortalCommon):
    """What one payer reads on his page, and what he never does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._create_invoice()
        cls.matter = cls.move.matter_ids
        cls.Link = cls.env["legal.client.link"]
        cls.link = cls.Link._get_for(cls.client, cls.company)
        cls.other_payer = cls.client.copy(
            {"name": "Assurances Colbert", "email": "sinistres@colbert.example"}
        )

    def _page(self, link=None, **context):
        link = (link or self.link).with_context(**context)
        return link._in_client_language()._get_page()

    def _read(self, path=None, **kw):
        response = self.url_open(path or self.link._get_path(), **kw)
        node = html.fromstring(response.content)
        text = " ".join(node.text_content().split())
        return response, node, text

    # -- what is due --------------------------------------------------------------

    def test_rows_are_ticked_by_their_day_and_by_name(self):
        late = self._create_invoice(invoice_date_due=TODAY - timedelta(days=5))
        self.env.invalidate_all()
        key, late_key = f"i{self.move.id}", f"i{late.id}"
        for rows, ticked in (
            ((), {late_key}),
            ((key,), {key, late_key}),
            (("i0", "p1"), {late_key}),
        ):
            with self.subTest(rows):
                page = self._page(legal_rows=rows)
                found = {row["key"] for row in page["due"] if row["is_ticked"]}
                self.assertEqual(found, ticked)
        self.assertEqual([row["key"] for row in page["due"]], [late_key, key])
        self.assertEqual(page["hero"]["tone"], "late")
        self.assertIn("672,00", page["hero"]["amount"])

    def test_what_falls_due_first_is_ticked_when_nothing_is_due(self):
        page = self._page()
        self.assertEqual([row["is_ticked"] for row in page["due"]], [True])
        self.assertEqual(page["hero"]["tone"], "calm")

    def test_one_currency_is_ticked_at_a_time(self):
        rows = [
            {"key": key, "currency": currency, "on": TODAY, "when": "late"}
            | {"is_payable": True}
            for key, currency in (("i1", "EUR"), ("i2", "USD"), ("i3", "EUR"))
        ]
        self.link._tick_rows(rows)
        self.assertEqual([row["is_ticked"] for row in rows], [True, False, True])
        self.link.with_context(legal_rows=("i2",))._tick_rows(rows)
        self.assertEqual([row["is_ticked"] for row in rows], [False, True, False])

    def test_cancelled_credited_and_paid_invoices_ask_for_nothing(self):
        paid = self._create_invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({})._create_payments()
        cancelled = self._create_invoice(post=False)
        cancelled.button_cancel()
        self.move._reverse_moves(cancel=True)
        page = self._page()
        self.assertEqual((page["situation"], page["due"]), ("nothing", []))
        self.assertEqual(self._situation(cancelled), "cancelled")
        labels = [row["label"] for row in page["settled"]["rows"]]
        self.assertTrue(any(paid.name in label for label in labels))
        self.assertTrue(any(self.move.name in label for label in labels))
        self.assertEqual(len(labels), 3)
        self.assertIn("672,00", page["receipts"][0]["amount"])
        self.assertEqual(page["receipts"][0]["documents"], paid.name)

    def test_credit_not_used_yet_is_said(self):
        self.env["account.payment"].create(
            {
                "partner_id": self.client.id,
                "amount": 50.0,
                "payment_type": "inbound",
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        ).action_post()
        credits = self._page()["credits"]
        self.assertEqual(len(credits), 1)
        self.assertIn("50,00", credits[0]["amount"])

    def test_provision_asked_for_is_a_row(self):
        provision = self.env["legal.provision"].create(
            {
                "matter_id": self.matter.id,
                "amount_untaxed": 100.0,
                "work": "Audience",
                "due_on": TODAY,
            }
        )
        provision.action_mark_requested()
        row = next(
            row for row in self._page()["due"] if row["key"] == f"p{provision.id}"
        )
        self.assertTrue(row["is_ticked"])
        self.assertEqual(row["value"], 120.0)
        response, node, _text = self._read(row["url"])
        self.assertEqual(response.status_code, 200)
        self.assertEqual(
            node.xpath("string(//*[@data-situation]/@data-situation)"), "due"
        )

    # -- whose it is --------------------------------------------------------------

    def test_payers_of_one_matter_see_their_share_and_the_client_his_matter(self):
        share = self._create_invoice(partner_id=self.other_payer.id)
        theirs = self._page(self.Link._get_for(self.other_payer, self.company))
        self.assertEqual([row["key"] for row in theirs["due"]], [f"i{share.id}"])
        self.assertEqual((theirs["matters"], theirs["tasks"]), ([], []))
        self.assertNotIn("Litige", str(theirs["due"]))
        own = self._page()
        self.assertEqual([row["key"] for row in own["due"]], [f"i{self.move.id}"])
        self.assertIn(self.matter.matter_number, str(own["matters"]))

    def test_printed_code_shows_nothing_of_the_matters(self):
        link = self.Link._get_for(self.client, self.company, kind="paper")
        self.assertIn(link._get_path(), self.move._legal_get_code_url())
        page = self._page(link)
        self.assertEqual((page["matters"], page["tasks"]), ([], []))
        self.assertNotIn(self.matter.name, str(page["due"]))
        _response, _node, text = self._read(link._get_path())
        self.assertNotIn(self.matter.name, text)
        self.assertEqual(
            self.url_open(f"{link._get_path()}/preferences").status_code, 404
        )
        self.assertFalse(self.Link._find_signed(self.matter, link._sign(self.matter)))

    def test_matter_of_a_director_is_not_read_by_his_company(self):
        director = self.env["res.partner"].create(
            {
                "name": "Paule Vauban",
                "parent_id": self.client.id,
                "email": "paule@vauban.example",
            }
        )
        move = self._create_invoice(
            matter_values={"partner_id": director.id, "name": "Divorce"},
        )
        self.assertEqual(move.commercial_partner_id, self.client)
        company_page = self._page()
        self.assertNotIn(f"i{move.id}", [row["key"] for row in company_page["due"]])
        self.assertNotIn("Divorce", str(company_page))
        self.assertFalse(self.Link._find_signed(move, self.link._sign(move)))
        provision = self.env["legal.provision"].create(
            {
                "matter_id": move.matter_ids.id,
                "partner_id": director.id,
                "amount_untaxed": 500.0,
                "work": "Assignation",
            }
        )
        provision.action_mark_requested()
        choice = self.link._choose([f"p{provision.id}"])
        self.assertFalse(choice.parts)
        self.assertNotIn(provision.name, " ".join(choice.problems))
        own = self._page(self.Link._get_for(director, self.company))
        self.assertIn(f"i{move.id}", [row["key"] for row in own["due"]])
        self.assertIn("Divorce", str(own["matters"]))

    def test_other_company_shows_nothing(self):
        company = self.env["res.company"].create({"name": "Autre cabinet"})
        page = self._page(self.Link._get_for(self.client, company))
        self.assertEqual((page["due"], page["matters"]), ([], []))

    def test_walled_matter_is_its_clients_and_no_outsiders(self):
        outsider = new_test_user(
            self.env,
            "dehors",
            groups="legal_timesheet.group_legal_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.matter.is_walled = True
        self.assertIn(self.matter.matter_number, str(self._page()["matters"]))
        self.authenticate("dehors", "dehors")
        response, _node, text = self._read(f"/legal/client/preview/{self.client.id}")
        self.assertEqual(response.status_code, 200)
        self.assertNotIn(self.matter.name, text)
        self.assertNotIn("/legal/client/", response.text.replace("preview", ""))
        token = self.link._sign(self.matter)
        response = self.url_open(f"/my/matters/{self.matter.id}?access_token={token}")
        self.assertEqual(response.status_code, 404)
        self.assertFalse(outsider.partner_id.legal_client_link_count)

    def test_colleague_looks_on_without_being_counted(self):
        self.link.last_opened_at = False
        self.env.user.sudo().password = "coup d'œil 42"
        self.authenticate(self.env.user.login, "coup d'œil 42")
        _response, _node, text = self._read(f"/legal/client/preview/{self.client.id}")
        self.assertIn(self.move.name, text)
        newcomer = self.client.copy({"name": "Nouveau client"})
        response, node, _text = self._read(f"/legal/client/preview/{newcomer.id}")
        situation = node.xpath("string(//@data-situation)")
        self.assertEqual((response.status_code, situation), (200, "empty"))
        self.url_open(self.link._get_path())
        self.assertFalse(self.link.last_opened_at)
        found = self.url_open(
            f"/legal/client/sent/{self.company.id}/{self.client.id}",
            allow_redirects=False,
        )
        self.assertIn("/legal/client/preview/", found.headers["Location"])

    def test_signed_in_client_reads_his_page_and_no_other(self):
        self.authenticate("vauban.portail", "vauban.portail")
        _response, node, text = self._read("/my/account-summary")
        self.assertIn(self.move.name, text)
        (event,) = self.move.legal_reading_ids.filtered(lambda e: e.kind == "listed")
        self.assertEqual(event.user_id, self.portal_user)
        self.assertFalse(self.Link.search([("kind", "=", "account")]))
        form = node.xpath("//form[@data-legal-choose]")[0]
        response = self.url_open(
            f"{form.get('action')}?row=i{self.move.id}", allow_redirects=False
        )
        link = self.Link.search([("kind", "=", "account")])
        self.assertEqual(link.contact_id, self.portal_user.partner_id)
        self.assertIn(
            f"{link._get_path()}/pay?row=i{self.move.id}", response.headers["Location"]
        )
        href = node.xpath(f"//li[@id='i{self.move.id}']//a/@href")[0]
        self.assertIn(self.move.name, self.url_open(href).text)
        self.assertEqual(
            self.url_open(f"/legal/client/preview/{self.client.id}").status_code, 404
        )

    # -- documents ----------------------------------------------------------------

    def test_invoice_opens_from_the_page_and_leads_back(self):
        _response, node, _text = self._read()
        href = node.xpath(f"//li[@id='i{self.move.id}']//a/@href")[0]
        self.assertNotIn(self.move.access_token, href)
        _response, node, text = self._read(href)
        self.assertIn(NARRATIVE, text)
        self.assertIn("2 h", text)
        self.assertTrue(node.xpath(f"//a[@href='{self.link._get_path()}']"))
        pdf = node.xpath("//a[contains(@href, 'report_type=pdf')]/@href")[0]
        self.assertNotIn(self.move.access_token, pdf)
        # Without the page in this browser, a document's key leads to no account.
        self.opener.cookies.clear()
        _response, node, _text = self._read(href)
        self.assertFalse(node.xpath(f"//a[@href='{self.link._get_path()}']"))

    def test_matter_opens_from_the_page(self):
        _response, node, _text = self._read()
        href = node.xpath("//a[contains(@href, '/my/matters/')]/@href")[0]
        response, _node, text = self._read(href)
        self.assertEqual(response.status_code, 200)
        self.assertIn(self.matter.matter_number, text)

    def test_summary_says_who_how_long_and_how_much(self):
        words = " ".join(self.move.with_context(lang="en_US")._legal_get_summary())
        self.assertIn("Claire Aubry", words)
        self.assertIn("560", words)
        self.move.invoice_text_policy = "neutral"
        words = " ".join(self.move._legal_get_summary())
        self.assertNotIn("Claire", words)

    # -- language, queries ----------------------------------------------------------

    def test_page_speaks_the_readers_language(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.company.with_context(lang="en_US").legal_client_welcome = "Welcome"
        self.client.lang = "en_US"
        response, node, text = self._read()
        self.assertEqual(node.get("lang"), "en")
        self.assertIn("Pay what is ticked", text)
        self.assertIn("Welcome", text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_queries_do_not_grow_with_the_invoices(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page = self._page()
            return len(page["due"]), self.env.cr.sql_log_count - before

        def add(number):
            for _i in range(number):
                copy = self.move.copy({"invoice_date": self.move.invoice_date})
                copy.action_post()

        # The first page after an invoice was posted also fills what all share.
        add(2)
        count()
        few, queries = count()
        add(17)
        count()
        many, more = count()
        self.assertEqual((few, many), (3, 20))
        self.assertEqual(more, queries)


@tagged("post_install", "-at_install")
class TestClientLookup(LegalPortalCommon):
    """The form on the firm's own site, and the client's choices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._create_invoice()
        cls.link = cls.env["legal.client.link"]._get_for(cls.client, cls.company)

    def _ask(self, number, proof):
        before = self.env["mail.mail"].search([])
        response = self.url_open(
            "/legal/pay",
            data={"firm": self.company.id, "number": number, "proof": proof},
        )
        return response, self.env["mail.mail"].search([]) - before

    def test_answer_is_the_same_and_the_link_goes_to_the_address_on_file(self):
        answers = set()
        for number, proof, is_sent in (
            (self.move.name.lower(), "672,00 €", True),
            (self.move.name, self.client.email.upper(), True),
            (self.move.name, "671,99", False),
            (self.move.name, "espion@ailleurs.example", False),
            (self.move.name, "0", False),
            ("%", "672", False),
            ("F1999-1", "672", False),
        ):
            with self.subTest((number, proof)):
                response, mails = self._ask(number, proof)
                answers.add(response.text.partition("data-situation")[2])
                self.assertEqual(bool(mails), is_sent)
                if is_sent:
                    self.assertEqual(mails.recipient_ids, self.client)
                    self.assertNotIn(self.link._get_key(), mails.body_html)
        self.assertEqual(len(answers), 1)

    def test_form_may_stand_on_the_firms_own_sites_alone(self):
        url = f"/legal/pay?firm={self.company.id}"
        self.assertEqual(self.url_open(url).headers["X-Frame-Options"], "DENY")
        self.assertEqual(self.url_open(f"{url}&embed=1").status_code, 200)
        self.company.legal_client_sites = "https://www.lanterne.fr\n"
        for query, policy in (
            ("", "frame-ancestors 'none'"),
            ("&embed=1", "frame-ancestors 'self' https://www.lanterne.fr"),
        ):
            response = self.url_open(url + query)
            self.assertIn(policy, response.headers["Content-Security-Policy"])
        self.assertNotIn("X-Frame-Options", response.headers)
        for site in ("lanterne.fr", "https://a.fr/page", "javascript:alert(1)", "*"):
            with self.subTest(site), self.assertRaises(ValidationError):
                self.company.legal_client_sites = site

    def test_client_chooses_and_the_firm_is_told(self):
        before = self.env["mail.mail"].search([])
        path = f"{self.link._get_path()}/preferences"
        self.assertEqual(self.url_open(path).status_code, 200)
        response = self.url_open(
            path,
            data={
                "channel": "post",
                "means": "card",
                "lang": "fr_FR",
                "accountant": "expert@comptable.example",
                "email": "escroc@ailleurs.example",
                "name": "Autre nom",
                "vat": "FR1",
            },
        )
        self.assertIn("said=done", response.url)
        self.env.invalidate_all()
        payer = self.client.with_company(self.company)
        self.assertEqual(payer.legal_send_channel, "post")
        self.assertEqual(payer.legal_pay_means, "card")
        self.assertEqual(payer.name, "Ateliers Vauban SAS")
        self.assertEqual(payer.email, "compta@ateliers-vauban.example")
        recipients = payer.legal_recipient_ids
        self.assertEqual(recipients.role, "accountant")
        self.assertEqual(self.move._legal_get_send_channel(), "post")
        activity = self.client.activity_ids
        self.assertIn("escroc@ailleurs.example", activity.note)
        mail = (self.env["mail.mail"].search([]) - before).filtered(
            lambda mail: "expert@comptable.example" in mail.body_html
        )
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertIn("expert@comptable.example", str(self.client.message_ids[:1].body))
        payer.legal_send_channel = "email"
        self.assertFalse(payer.legal_channel_asked_on)

    def test_wrong_address_keeps_nothing(self):
        response = self.url_open(
            f"{self.link._get_path()}/preferences",
            data={"channel": "post", "accountant": "pas une adresse"},
        )
        self.assertEqual(response.status_code, 422)
        self.env.invalidate_all()
        self.assertFalse(self.client.with_company(self.company).legal_send_channel)

    def test_bounds_of_the_setting_are_in_the_database(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname ="
            " 'res_company_legal_client_link_days_bounded'"
        )
        self.assertTrue(self.env.cr.fetchall())


@tagged("post_install", "-at_install")
class TestClientPageTour(LegalPortalCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_total_follows_the_ticks_on_a_phone(self):
        self._create_invoice(invoice_date_due=TODAY - timedelta(days=5))
        self._create_invoice()
        link = self.env["legal.client.link"]._get_for(self.client, self.company)
        self.browser_js(
            link._get_path(),
            """
            (async () => {
                const total = document.querySelector("[data-legal-total]");
                const until = async (words) => {
                    for (let i = 0; i < 200; i++) {
                        const text = total.textContent.replace(/\\s/g, " ");
                        if (text.includes(words)) return;
                        await new Promise((done) => setTimeout(done, 50));
                    }
                    throw new Error(`${words} expected: ${total.textContent}`);
                };
                const [first, second] = document.querySelectorAll("input[name=row]");
                await until("672,00");
                second.click();
                await until("1 344,00");
                first.click(); second.click();
                if (!document.querySelector("form button").disabled) {
                    throw new Error("nothing ticked, yet the button is open");
                }
                if (document.documentElement.scrollWidth > 390) {
                    throw new Error("the page is wider than the phone");
                }
                console.log("test successful");
            })();
            """,
            login=None,
        )
