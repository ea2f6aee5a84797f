from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_redline import RedlineCommon


@tagged("post_install", "-at_install")
class TestReviewPage(RedlineCommon):
    """What the page of the review reads, and what each gesture does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.lawyers["partner"].user_id
        cls.Prebill = cls.env["legal.prebill"].with_user(cls.partner)

    def _page(self, prebill=None):
        return self.Prebill.get_review_page((prebill or self.prebill).id)

    def _act(self, act, preview=False, prebill=None, **values):
        return self.Prebill.act_on_review_page(
            (prebill or self.prebill).id, act, values, preview
        )["page"]

    def _line(self, page, line):
        rows = [row for section in page["sections"] for row in section["rows"]]
        return next(row for row in rows if row.get("id") == line.id)

    # -- reading -------------------------------------------------------------------

    def test_queue_holds_what_waits_for_the_partner(self):
        queue = self.Prebill.get_review_queue()
        self.assertEqual(queue["scope"], "mine")
        self.assertEqual([row["id"] for row in queue["rows"]], self.prebill.ids)
        row = queue["rows"][0]
        self.assertEqual((row["amount"], row["state"]), (1220, "draft"))
        self.assertEqual(row["number"], self.matter.matter_number)
        counts = {one["key"]: one["count"] for one in queue["scopes"]}
        self.assertEqual(counts, {"mine": 1, "approve": 1, "all": 1})
        chosen = self.Prebill.get_review_queue([("id", "in", self.prebill.ids)])
        self.assertEqual((chosen["scope"], len(chosen["rows"])), ("all", 1))
        self.prebill._hold("Asked by the client")
        queue = self.Prebill.get_review_queue(scope="approve")
        self.assertFalse(queue["rows"])
        senior = self.Prebill.with_user(self.lawyers["senior"].user_id)
        self.assertEqual(senior.get_review_queue()["scope"], "all")

    def test_page_reads_as_the_invoice_with_its_figures(self):
        page = self._page()
        self.assertEqual([s["code"] for s in page["sections"]], ["fees"])
        rows = page["sections"][0]["rows"]
        self.assertEqual([row["amount"] for row in rows], [560, 660])
        self.assertEqual([row["who"] for row in rows], ["Claire Aubry", "Hugo Lemaire"])
        figures = page["figures"]
        self.assertEqual((figures["fees"], figures["standard"]), (1220, 1220))
        self.assertEqual((figures["lost"], figures["invoices"]), ([], []))
        self.assertTrue(page["may_edit"] and page["may_approve"])
        self.assertFalse(page["undo"])

    def test_queries_do_not_grow_with_lines_nor_with_the_queue(self):
        def count(function, *args):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            function(*args)
            return self.env.cr.sql_log_count - before

        large = self._create_matter()
        self._create_agreement(large, [{"kind": "hourly"}])
        for day in range(1, 16):
            self._create_entry(large, "partner", 1.0, date(2026, 4, day))
        large = self._propose(large)
        large.line_ids[0].with_user(self.partner).narrative = "Other words"
        self.second.narrative = "Other words"
        self._page(large)
        small = count(self._page, self.prebill)
        self.assertLessEqual(count(self._page, large), small)
        self.assertLessEqual(small, 70)
        one = count(self.Prebill.get_review_queue, [("id", "=", large.id)])
        both = count(self.Prebill.get_review_queue, [("id", ">", 0)])
        self.assertLessEqual(both, one)

    def test_nobody_outside_reads_or_acts(self):
        outsider = new_test_user(
            self.env, "review.outsider", "legal_timesheet.group_legal_user"
        )
        Prebill = self.Prebill.with_user(outsider)
        self.assertFalse(Prebill.get_review_queue(scope="all")["rows"])
        for method, args in (
            ("get_review_page", ()),
            ("act_on_review_page", ("look",)),
            ("act_on_review_page", ("approve",)),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(Prebill, method)(self.prebill.id, *args)
        self.assertEqual(self.prebill.state, "draft")
        with self.assertRaises(UserError):
            self.Prebill.get_review_page(2**31 - 1)
        with self.assertRaises(UserError):
            self._act("unlink")

    # -- acting --------------------------------------------------------------------

    def test_figures_typed_on_a_line(self):
        """Below the proposal it is a write-down with its reason; else it is billed."""
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._act("edit", line_id=self.first.id, hours=1.5)
        page = self._act(
            "edit", line_id=self.first.id, hours=1.5, reason_id=self.reason.id
        )
        line = self._line(page, self.first)
        self.assertEqual((line["amount"], line["old_amount"]), (420, 560))
        self.assertEqual((line["hours"], line["old_hours"]), (1.5, 2))
        self.assertEqual(line["decision"], "write_down")
        self.assertEqual(line["reason"], self.reason.name)
        self.assertEqual(page["figures"]["lost"][0]["amount"], 140)
        self.assertTrue(page["undo"])
        page = self._act("edit", line_id=self.first.id, hours=2)
        self.assertEqual(self._line(page, self.first)["decision"], "bill")
        self._act("edit", line_id=self.first.id, narrative="Écritures")
        page = self._act("edit", line_id=self.second.id, amount=700)
        self.assertEqual(page["figures"]["fees"], 1260)
        line = self._line(page, self.first)
        self.assertEqual(line["narrative"], "Écritures")
        self.assertIn("Diligence", line["old_narrative"])
        for _times in range(4):
            page = self._act("undo")
        self.assertEqual(page["figures"]["fees"], 1220)
        self.assertFalse(page["undo"])
        with self.assertRaises(UserError):
            self._act("undo")

    def test_acts_on_lines_and_on_the_whole(self):
        both = [self.first.id, self.second.id]
        page = self._act("decide", line_ids=both, decision="postpone")
        self.assertEqual(page["figures"]["fees"], 0)
        self._act("decide", line_ids=both, decision="bill")
        page = self._act("group", line_ids=both, label="Rédaction")
        rows = page["sections"][0]["rows"]
        self.assertEqual(
            [row["type"] for row in rows],
            ["group", "line", "line"],
        )
        self.assertEqual((rows[0]["label"], rows[0]["amount"]), ("Rédaction", 1220))
        self._act("split", line_id=self.second.id, parts=[{"hours": 1}, {"hours": 2}])
        page = self._act("discount", percent=10, reason_id=self.reason.id)
        self.assertEqual(page["figures"]["fees"], 1098)
        page = self._act("message", message=" Merci ")
        self.assertEqual(page["message"], "Merci")
        page = self._act("approve")
        self.assertEqual((page["state"], page["may_edit"]), ("approved", False))
        self.assertEqual(self._act("undo")["state"], "draft")

    def test_preview_shows_the_result_and_keeps_nothing(self):
        values = {"target": 1000, "reason_id": self.reason.id}
        page = self._act("target", preview=True, **values)
        self.assertEqual(page["figures"]["fees"], 1000)
        amounts = [row["amount"] for row in page["sections"][0]["rows"]]
        self.assertEqual(self.prebill.amount_fees, 1220)
        self.assertFalse(self.prebill.revision_ids)
        page = self._act("target", **values)
        self.assertEqual(
            [row["amount"] for row in page["sections"][0]["rows"]], amounts
        )

    def test_lines_of_another_prebill_are_left_alone(self):
        other = self._propose_capped(2000)
        with self.assertRaises(UserError):
            self._act("decide", line_ids=other.line_ids.ids, decision="postpone")
        self._act(
            "decide",
            line_ids=[self.first.id, *other.line_ids.ids],
            decision="postpone",
        )
        self.assertEqual(set(other.line_ids.mapped("decision")), {"bill"})

    def test_anomaly_is_on_its_line_and_dismissed_with_a_word(self):
        page = self._act("edit", line_id=self.first.id, narrative="Divers")
        (anomaly,) = self._line(page, self.first)["anomalies"]
        self.assertTrue(anomaly["sentence"] and anomaly["mend"])
        page = self._act("dismiss", anomaly_id=anomaly["id"], word="The client knows")
        self.assertFalse(self._line(page, self.first)["anomalies"])

    def test_form_and_day_open_the_page(self):
        action = self.prebill.with_user(self.partner).action_open_review_page()
        self.assertEqual(action["tag"], "legal_prebill_review")
        self.assertEqual(action["params"]["prebill_id"], self.prebill.id)
        items = self.env["legal.day"].with_user(self.partner).get_waiting()
        item = next(item for item in items if item["key"] == "prebills")
        self.assertEqual(item["action"]["tag"], "legal_prebill_review")
        queue = self.Prebill.get_review_queue(item["action"]["params"]["domain"])
        self.assertEqual(len(queue["rows"]), item["count"])
