import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from .review_common import ReviewCommon


@tagged("post_install", "-at_install")
class TestReviewLink(ReviewCommon, HttpCase):
    """The morning mail and the link that approves, once, for one person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.has_collaborators = False
        cls.prebill = cls._create_prebill(name="Divorce Bellerive")
        cls.step = cls.prebill.review_ids

    def _digest(self):
        """Send the digest; return {address: mail}."""
        Mail = self.env["mail.mail"].sudo()
        before = Mail.search([])
        self.env["legal.prebill.review"]._cron_digest()
        return {mail.email_to: mail for mail in Mail.search([]) - before}

    def _path(self, user=None):
        url = self.step._get_approve_url(user or self.owner)
        return re.sub(r"^https?://[^/]+", "", url)

    def _post(self, path, seen=None):
        seen = seen or self.step._get_seen()
        return self.url_open(path, data={"seen": seen})

    def test_one_mail_a_reviewer_neutral_about_the_matter(self):
        again = self._create_prebill(name="Divorce Bellerive")
        mails = self._digest()
        (mail,) = mails.values()
        self.assertIn(self.owner.email, mail.email_to)
        for prebill in self.prebill | again:
            self.assertIn(prebill.name, mail.body_html)
            self.assertIn(prebill.matter_id.matter_number, mail.body_html)
            self.assertNotIn(prebill.name, mail.subject)
            self.assertNotIn(prebill.matter_id.matter_number, mail.subject)
        for word in ("Bellerive", self.client.name, "prescription"):
            self.assertNotIn(word, mail.body_html + mail.subject)
        self.assertEqual(mail.body_html.count("/legal/review/"), 2)
        self.assertFalse(mail.res_id)
        self.prebill._hold("attente")
        self.assertNotIn(
            self.prebill.name, next(iter(self._digest().values())).body_html
        )

    def test_reading_approves_nothing_and_the_button_does(self):
        path = self._path()
        for _time in range(2):
            page = self.url_open(path)
            self.assertEqual(page.status_code, 200)
            self.assertEqual(page.headers["Cache-Control"], "no-store")
            self.assertIn(self.prebill.name, page.text)
        self.assertEqual((self.step.state, self.prebill.state), ("todo", "in_review"))
        answer = self._post(path)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual((self.prebill.state, self.step.state), ("approved", "done"))
        self.assertEqual(self.prebill.approved_by_id, self.owner)
        self.assertTrue(self.step.by_link)
        evidence = self.env["legal.evidence"].search(
            [("res_model", "=", "legal.prebill"), ("res_id", "=", self.prebill.id)]
        )
        self.assertEqual((evidence.channel, evidence.user_id), ("link", self.owner))
        self.assertTrue(evidence.is_intact)
        # used once
        self.assertEqual(self.url_open(path).status_code, 410)
        self.assertEqual(self._post(path).status_code, 410)

    def test_forged_expired_or_other_links_open_nothing(self):
        path = self._path()
        for wrong in (path[:-4], path + "A", "/legal/review/abc", "/legal/review/%00"):
            with self.subTest(wrong):
                self.assertEqual(self.url_open(wrong).status_code, 404)
                self.assertEqual(self._post(wrong).status_code, 404)
        with freeze_time(fields.Datetime.now() - timedelta(days=8)):
            old = self._path()
        self.assertEqual(self._post(old).status_code, 404)
        self.assertEqual(self.prebill.state, "in_review")

    def test_who_may_no_longer_approve_is_refused(self):
        path = self._path()
        self.step.action_hand_over(self.senior.id)
        self.assertEqual(self._post(path).status_code, 410)
        path = self._path(self.senior)
        self.prebill.matter_id.member_ids.filtered(
            lambda m: m.user_id == self.senior
        ).unlink()
        self.assertEqual(self._post(path).status_code, 403)
        self.senior.active = False
        self.assertEqual(self._post(path).status_code, 403)
        self.assertEqual(self.prebill.state, "in_review")

    def test_figures_that_changed_are_to_be_read_again(self):
        path, seen = self._path(), self.step._get_seen()
        self._line(self.prebill, "senior").hours = 3.5
        answer = self._post(path, seen)
        self.assertIn('role="alert"', answer.text)
        self.assertEqual(self.prebill.state, "in_review")

    def test_hold_and_what_prevents_approval_are_said(self):
        self.env.ref("legal_billing.check_vague").severity = "block"
        self._line(self.prebill, "partner").narrative = "Divers"
        self.Prebill._check_pending()
        path = self._path()
        answer = self._post(path)
        self.assertIn("Divers", answer.text)
        self.assertEqual((self.prebill.state, self.step.state), ("in_review", "todo"))
        self.prebill._hold("attente")
        self.assertNotIn("<form", self.url_open(path).text)

    def test_another_person_signed_in_approves_nothing(self):
        path = self._path()
        self.authenticate(self.senior.login, self.senior.login)
        self.assertEqual(self._post(path).status_code, 403)
        self.assertEqual(self.prebill.state, "in_review")
