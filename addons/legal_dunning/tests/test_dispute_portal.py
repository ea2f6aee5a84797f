from lxml import html

from odoo.tests import tagged

from odoo.addons.legal_billing.tests.portal_common import LegalPortalCommon, Refused


@tagged("post_install", "-at_install")
class TestDisputePortal(LegalPortalCommon):
    """A client with a link asks, contests, and pays what is not contested."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._create_two_acts()
        cls.lines = cls.move.invoice_line_ids.prebill_line_ids.sorted("id")

    @classmethod
    def _create_two_acts(cls):
        """Return an invoice of two acts of 280,00 €: 672,00 € with VAT."""
        matter = cls._create_matter()
        cls._create_agreement(matter, [{"kind": "hourly"}])
        for day in ("2026-04-01", "2026-04-02"):
            cls._create_entry(matter, "partner", 1.0, day, narrative=f"Acte {day}")
        _prebill, move = cls._bill(matter, "2026-04-30", post=False)
        move.write(
            {
                "invoice_payment_term_id": False,
                "invoice_date_due": "2099-05-30",
                "invoice_text_policy": "detailed",
            }
        )
        move.action_post()
        move._portal_ensure_token()
        return move

    def _url(self, suffix="/contest", token=None, move=None):
        move = move or self.move
        token = move.access_token if token is None else token
        return f"/my/invoices/{move.id}{suffix}?access_token={token}"

    def _post(self, url, **data):
        response = self.url_open(url, data={"sent": "1", **data}, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def _page(self):
        return html.fromstring(self.url_open(self.move.get_portal_url()).content)

    def test_client_contests_an_act_and_pays_the_rest(self):
        first, second = self.lines
        page = self._page()
        links = page.xpath("//a[@data-act='contest']/@href")
        self.assertEqual(len(links), 3)  # each act, and the whole
        form = html.fromstring(self.url_open(links[-1]).content)
        self.assertEqual(form.xpath("//input[@name='part']/@value"), [f"a{second.id}"])
        response = self._post(
            self._url(), kind="dispute", part=f"a{second.id}", words="Pas demandé"
        )
        self.assertEqual(response.status_code, 303)
        dispute = self.move.dispute_ids
        self.assertEqual((dispute.amount, dispute.raised_by), (336.0, "client"))
        self.assertEqual(dispute.sudo().line_ids.act_id, second)
        lead = self.lawyers["partner"].user_id
        self.assertEqual(dispute.user_id, lead)
        told = (
            self.env["mail.message"]
            .sudo()
            .search([("model", "=", "legal.dispute"), ("res_id", "=", dispute.id)])
        )
        self.assertIn(lead.partner_id, told.notified_partner_ids)
        self.assertNotIn("Pas demandé", str(self.move.message_ids.mapped("body")))
        # twice the same changes nothing; another word on the same act is refused
        self._post(
            self._url(), kind="dispute", part=f"a{second.id}", words="Pas demandé"
        )
        response = self._post(
            self._url(), kind="dispute", part=f"a{second.id}", words="Encore"
        )
        self.assertEqual(response.status_code, 422)
        self.assertEqual(len(self.move.dispute_ids), 1)
        page = self._page()
        self.assertEqual(len(page.xpath("//section[@data-kind='dispute']")), 1)
        self.assertIn("336", page.xpath("string(//*[@class='o_legal_amount'])"))
        route = f"/invoice/transaction/{self.move.id}?part=undisputed"
        self.assertIn(route, self.url_open(self.move.get_portal_url()).text)
        for amount, url in ((672.0, route), (672.0, None), (336.01, route)):
            kw = {"route": url} if url else {}
            with self.subTest(amount=amount, url=url), self.assertRaises(Refused):
                self._start_payment(self.move, amount=amount, **kw)
        self._pay(self.move, amount=336.0, route=route)
        self.assertEqual(
            (self.move.amount_residual, self.move.disputed_amount), (336.0, 336.0)
        )
        self.assertFalse(self._page().xpath("//*[@id='portal_pay']"))
        # the firm gives in: a credit note of that act, and nothing is left
        manager = self.env.user
        manager.group_ids |= self.env.ref("legal_billing.group_legal_billing_manager")
        action = dispute.action_rebate()
        wizard = (
            self.env["legal.invoice.credit"]
            .with_context(**action["context"])
            .create({})
        )
        chosen = wizard.line_ids.filtered("is_chosen")
        self.assertEqual(chosen.prebill_line_id, second)
        wizard.reason_id = self.env["legal.writeoff.reason"].search([], limit=1)
        wizard._credit()
        self.assertEqual((dispute.outcome, self.move.amount_residual), ("rebate", 0.0))
        self.assertEqual(len(dispute.credit_note_ids), 1)
        self.assertNotIn(
            first, dispute.credit_note_ids.invoice_line_ids.prebill_line_ids
        )

    def test_question_answer_and_reply_hold_nothing_back(self):
        self._post(self._url(), kind="question", words="Qui est intervenu ?")
        question = self.move.dispute_ids
        self.assertEqual((question.kind, self.move.disputed_amount), ("question", 0.0))
        question._answer("Me Aubry elle-même.", "answer")
        self._check_mail_link()
        page = self._page()
        self.assertIn("Me Aubry elle-même.", page.text_content())
        base = f"/disputes/{question.id}"
        self._post(self._url(f"{base}/reply"), words="Et quand ?")
        self.assertEqual(question.state, "open")
        question._answer("Le 1er avril.", "answer")
        self._post(self._url(f"{base}/settle"))
        self.assertEqual((question.state, question.outcome), ("closed", "explained"))
        self._post(self._url(f"{base}/reply"), words="Trop tard")
        self.assertEqual(len(question.exchange_ids), 4)

    def _check_mail_link(self):
        """The answer leads to its page by a link that ends and can be closed."""
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        (url,) = [
            href
            for href in html.fromstring(str(mail.body_html)).xpath("//a/@href")
            if f"/my/invoices/{self.move.id}" in href
        ]
        self.assertNotIn(self.move.access_token, url)
        path = url.removeprefix(self.move.get_base_url())
        self.assertIn("Me Aubry elle-même.", self.url_open(path).text)
        link = self.env["legal.client.link"].sudo().search([], order="id desc", limit=1)
        link._revoke()
        self.env.flush_all()
        self.assertNotIn("Me Aubry elle-même.", self.url_open(path).text)

    def test_what_the_browser_tampers_with_is_refused(self):
        other = self._create_invoice(matter_values={"name": "Autre"})
        line = other.invoice_line_ids.prebill_line_ids[:1]
        cases = [
            ({"kind": "dispute", "part": f"a{line.id}", "words": "x"}, 422),
            ({"kind": "dispute", "part": "l999999999", "words": "x"}, 422),
            ({"kind": "dispute", "amount": "672,01", "words": "x"}, 422),
            ({"kind": "dispute", "amount": "nan", "words": "x"}, 422),
            ({"kind": "dispute", "amount": "-5", "words": "x"}, 422),
            ({"kind": "dispute", "words": "   "}, 422),
        ]
        for data, status in cases:
            with self.subTest(data=data):
                self.assertEqual(self._post(self._url(), **data).status_code, status)
        self.assertFalse(self.move.dispute_ids)
        wrong = self._post(
            self._url(token=other.access_token), kind="dispute", words="x"
        )
        self.assertEqual(wrong.status_code, 404)
        self._post(self._url(move=other), kind="dispute", words="À moi")
        theirs = other.dispute_ids
        self.assertEqual(theirs.amount, 672.0)
        response = self._post(
            self._url(f"/disputes/{theirs.id}/reply"), words="Pas à moi"
        )
        self.assertEqual(response.status_code, 404)
        self.assertEqual(len(theirs.exchange_ids), 1)
        bad = self.url_open(
            self._url(),
            data={"kind": "dispute", "words": "x"},
            files={"documents": ("virus.exe", b"MZ\x90\x00", "application/pdf")},
        )
        self.assertEqual(bad.status_code, 422)
        self.assertFalse(self.move.dispute_ids)
        # signed in without the link: the session's own token is asked for
        self.authenticate("vauban.portail", "vauban.portail")
        url = f"/my/invoices/{self.move.id}/contest"
        self.assertEqual(self._post(url, kind="dispute", words="x").status_code, 422)

    def test_too_many_messages_are_refused(self):
        for number in range(12):
            self._post(self._url(), kind="question", words=f"Question {number}")
        response = self._post(self._url(), kind="question", words="Encore une")
        self.assertEqual(response.status_code, 429)
        self.assertIn("Encore une", response.text)  # what was typed is not lost
        self.assertIn(self.move.access_token, response.text)  # the way back
        self.assertEqual(len(self.move.dispute_ids), 12)
