from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged

from odoo.addons.legal_billing.tests.portal_common import LegalPortalCommon, Refused


class PlanPortalCommon(LegalPortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.plan_auto_amount = 1000.0
        cls.client.email = "vauban@vauban.example"
        cls.first_on = fields.Date.today() + timedelta(7)

    def _post(self, url, **data):
        response = self.url_open(url, data={"sent": "1", **data}, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def _propose(self, move, count=3, first_on=None, token=None):
        token = move.access_token if token is None else token
        return self._post(
            f"/my/invoices/{move.id}/plan?access_token={token}",
            count=count,
            first_on=first_on or str(self.first_on),
        )

    def _plan_url(self, plan, suffix="", token=None):
        token = plan.access_token if token is None else token
        return f"/my/plans/{plan.id}{suffix}?access_token={token}"

    def _accept(self, plan, **kw):
        return self._post(
            self._plan_url(plan, "/accept"),
            **{
                "name": "Paul Vauban",
                "agree": "1",
                "seen": plan.sent_digest,
                **kw,
            },
        )

    def _agree(self, move):
        self._propose(move)
        plan = move._get_live_plan()
        self._accept(plan)
        return plan

    def _start(self, plan, **kw):
        row = plan.instalment_ids.filtered("amount_left")[:1]
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": row.amount_left,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": plan.get_portal_url(),
            "is_validation": False,
            "access_token": plan.access_token,
            **kw,
        }
        part = values.pop("part", f"i{row.id}")
        answer = self._call(f"/plan/transaction/{plan.id}?part={part}", values)
        return self.env["payment.transaction"].search(
            [("reference", "=", answer["reference"])]
        )

    def _get_receipts(self, *transactions):
        """Return what was e-mailed to who paid, by transaction."""
        mails = self.env["mail.mail"].search([("body_html", "like", "/receipt/")])
        self.assertLessEqual(mails.recipient_ids, self.client)
        return [
            len(mails.filtered(lambda m, tx=tx: tx.reference in m.body_html))
            for tx in transactions
        ]

    def _situation_of(self, plan):
        page = html.fromstring(self.url_open(self._plan_url(plan)).content)
        return page.xpath("string(//*[@data-situation]/@data-situation)")


@tagged("post_install", "-at_install")
class TestPlanPortal(PlanPortalCommon):
    """A client with a link proposes, accepts and pays instalment by instalment."""

    def test_proposed_accepted_and_the_first_one_paid(self):
        move = self._create_invoice()  # 672,00
        self.assertEqual(self._propose(move).status_code, 303)
        plan = move._get_live_plan()
        self.assertEqual((plan.state, plan.proposed_by), ("offered", "client"))
        self.assertEqual(self._propose(move).status_code, 303)  # a second tab
        self.assertEqual(len(move.plan_line_ids), 1)
        pdf = self.url_open(self._plan_url(plan, "/pdf"))
        self.assertTrue(pdf.content.startswith(b"%PDF-"))
        self.assertEqual(self._accept(plan, agree="").status_code, 422)
        self.assertEqual(self._accept(plan).status_code, 303)
        self.assertEqual(plan.state, "running")
        self.assertTrue(plan.evidence_id.sudo().ip)
        self.assertEqual(self._accept(plan).status_code, 303)  # double submit
        self.assertEqual(
            len(
                self.env["legal.evidence"]
                .sudo()
                .search([("res_id", "=", plan.id), ("res_model", "=", plan._name)])
            ),
            1,
        )
        self.assertRefused(move, "", amount=672.0)  # paid on the plan's page
        for kw in (
            {"amount": 223.99},
            {"amount": 672.0},
            {"amount": None},
            {"part": "i999999"},
            {"part": "x"},
            {"part": f"i{plan.instalment_ids[1].id}"},
            {"access_token": "forged"},
        ):
            with self.subTest(kw), self.assertRaises(Refused):
                self._start(plan, **kw)
        first = self._start(plan)
        second = self._start(plan)  # two tabs, one payment
        self._end_payment(first)
        self._end_payment(second)
        first.sudo()._post_process()  # the page follows the latest one alone
        self.assertEqual((first.state, second.state), ("done", "error"))
        self.assertEqual(first.legal_share_ids.sudo().instalment_id.amount, 224.0)
        self.assertEqual(self._get_receipts(first, second), [1, 0])
        self.assertEqual((plan.amount_paid, move.amount_residual), (224.0, 448.0))
        self.assertEqual(plan.instalment_ids.mapped("amount_left"), [0, 224.0, 224.0])
        for _n in range(2):
            self._end_payment(self._start(plan))
            self._poll()
        self.assertEqual((plan.state, move.payment_state), ("done", "paid"))
        self.assertEqual(self._situation_of(plan), "done")
        with self.assertRaises(Refused):
            self._start(plan, amount=224.0, part=f"i{plan.instalment_ids[0].id}")

    def test_paying_all_at_once_earns_the_rebate_as_a_credit_note(self):
        move = self._create_invoice()
        self._propose(move)
        plan = move._get_live_plan()
        plan.sudo().early_rebate_percent = 3.0
        self._accept(plan)
        url = self._plan_url(plan) + "&part=early"
        self.assertIn(
            f"/plan/transaction/{plan.id}?part=early", self.url_open(url).text
        )
        early = plan._get_early()
        self.assertEqual((early["rebate"], early["amount"]), (20.16, 651.84))
        with self.assertRaises(Refused):
            self._start(plan, part="early", amount=650.0)
        transaction = self._start(plan, part="early", amount=651.84)
        self._end_payment(transaction)
        transaction.sudo()._post_process()
        self.env.invalidate_all()
        refund = move.reversal_move_ids
        self.assertEqual((refund.state, refund.amount_total), ("posted", 20.16))
        self.assertEqual(transaction.legal_share_ids.amount_settled, 651.84)
        self.assertEqual(self._get_receipts(transaction), [1])
        self.assertEqual((move.amount_residual, plan.state), (0.0, "done"))

    def test_above_the_limit_the_owner_answers(self):
        self.company.plan_auto_amount = 0
        move = self._create_invoice()
        self._propose(move)
        plan = move._get_live_plan()
        self.assertEqual(plan.state, "asked")
        self.assertEqual(plan.activity_ids.user_id, self.lawyers["partner"].user_id)
        hold = move._get_dunning_hold(move.dunning_policy_id)
        self.assertIn(hold, ("plan_proposed", "no_policy"))
        plan.action_offer()
        self._post(
            self._plan_url(plan, "/counter"), count=4, first_on=str(self.first_on)
        )
        self.assertEqual((plan.state, len(plan.instalment_ids)), ("asked", 4))
        plan.action_decline()
        self.assertEqual(self._situation_of(plan), "declined")

    def test_wishes_beyond_the_limits_are_refused(self):
        move = self._create_invoice()
        far = self.first_on + timedelta(days=90)
        for count, day in (
            (1, None),
            (7, None),
            ("x", None),
            (3, "2020-01-01"),
            (3, str(far)),
            (3, "demain"),
        ):
            with self.subTest(count=count, day=day):
                self.assertEqual(self._propose(move, count, day).status_code, 422)
        small = self._create_invoice(matter_values={"name": "Petit"})
        self._pay_part(small, 500.0)
        self.assertEqual(self._propose(small).status_code, 422)
        self.assertFalse(small.plan_line_ids | move.plan_line_ids)

    def _pay_part(self, move, amount):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"amount": amount})
        )
        wizard._create_payments()

    def test_other_peoples_plans_stay_closed(self):
        move = self._create_invoice()
        other = self._create_invoice(
            matter_values={"name": "Autre", "partner_id": self.consumer.id}
        )
        plan, theirs = self._agree(move), self._agree(other)
        self.assertEqual(plan.state, "running")
        self.assertFalse(theirs.evidence_id)  # a consumer writes the amount
        for url in (
            self._plan_url(theirs, token=plan.access_token),
            self._plan_url(theirs, token=""),
            self._plan_url(theirs, "/pdf", token=plan.access_token),
            f"/my/plans/{2**40}?access_token={plan.access_token}",
        ):
            self.assertEqual(self.url_open(url).status_code, 404, url)
        for suffix in ("/accept", "/counter"):
            url = self._plan_url(theirs, suffix, token=plan.access_token)
            self.assertEqual(self._post(url, name="x").status_code, 404)
        with self.assertRaises(Refused):
            self._start(theirs, access_token=plan.access_token)
        wrong = self._propose(other, token=move.access_token)
        self.assertEqual(wrong.status_code, 404)
        self.authenticate("vauban.portail", "vauban.portail")
        self.assertEqual(self.url_open(f"/my/plans/{plan.id}").status_code, 200)
        self.assertEqual(self.url_open(f"/my/plans/{theirs.id}").status_code, 404)


    def test_links_end_by_themselves_and_a_new_one_is_asked_for(self):
        self.client.email = "vauban@vauban.example"
        plan = self._agree(self._create_invoice())
        self.assertGreater(plan.link_expires_on, fields.Date.today())
        # What left by e-mail ends with the payer's own link.
        link = self.env["legal.client.link"]._get_for(self.client, self.company)
        mailed = plan._get_mail_url().removeprefix(plan.get_base_url())
        self.assertIn(f"access_token=c{link.id}-", mailed)
        self.assertEqual(self.url_open(mailed).status_code, 200)
        yesterday = fields.Date.today() - timedelta(1)
        link.expires_on = plan.link_expires_on = yesterday
        for url in (mailed, self._plan_url(plan)):
            with self.subTest(url):
                self._assert_over(plan, url)
        self.assertNotEqual(plan._portal_ensure_token(), url.partition("=")[2])
        for url in (mailed.replace("c", "d"), self._plan_url(plan, token="x")):
            self.assertEqual(self.url_open(url).status_code, 404)
        link.expires_on = fields.Date.today()
        link._revoke()
        self.assertEqual(self.url_open(mailed).status_code, 404)
        # A signatory of another house gets the plan's own key.
        plan.sudo().contact_id = self.consumer
        plan.sudo().link_expires_on = fields.Date.today() + timedelta(3)
        own = plan.access_token
        self.assertIn(f"access_token={own}", plan._get_mail_url())
        self.assertEqual(plan.link_expires_on, plan._get_end())

    def _assert_over(self, plan, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 410)
        self.assertIn("plus valable", response.text)
        self.assertNotIn(plan.name, response.text)
        path = html.fromstring(response.content).xpath("string(//form/@action)")
        before = self.env["mail.mail"].search([], limit=1, order="id desc")
        again = self.url_open(path, data={"sent": "1"})
        self.assertEqual(again.status_code, 410)
        self.env.invalidate_all()
        mail = self.env["mail.mail"].search([("id", ">", before.id)])
        self.assertIn(self.client.email, mail.email_to)
        page = html.fromstring(mail.body_html)
        (href,) = page.xpath("//a[contains(@href, '/my/plans/')]/@href")
        fresh = href.removeprefix(plan.get_base_url())
        self.assertNotEqual(fresh, url)
        self.assertEqual(self.url_open(fresh).status_code, 200)


@tagged("post_install", "-at_install")
class TestPlanTour(PlanPortalCommon):
    """On a phone, without an account."""

    browser_size = "390x844"
    touch_enabled = True

    def test_client_contests_pays_the_rest_and_pays_by_instalments(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        for day in ("2026-04-01", "2026-04-02"):
            self._create_entry(matter, "partner", 1.0, day, narrative=f"Acte {day}")
        _prebill, move = self._bill(matter, "2026-04-30", post=False)
        move.write(
            {"invoice_payment_term_id": False, "invoice_text_policy": "detailed"}
        )
        move.action_post()
        move._portal_ensure_token()
        self.start_tour(
            move.get_portal_url(), "legal_portal_contest", login=None, timeout=120
        )
        self.env.invalidate_all()
        self.assertEqual((move.amount_residual, move.disputed_amount), (336.0, 336.0))
        other = self._create_invoice(matter_values={"name": "Autre"})
        self.start_tour(
            other.get_portal_url(), "legal_portal_plan", login=None, timeout=120
        )
        self.env.invalidate_all()
        plan = other._get_live_plan()
        self.assertEqual((plan.state, plan.amount_paid), ("running", 224.0))
