from odoo.exceptions import UserError
from odoo.tests import tagged

from .review_common import ReviewCommon


@tagged("post_install", "-at_install")
class TestReviewPageChain(ReviewCommon):
    """The page while several people review: whose turn, whose lines, what is said."""

    def _page(self, prebill, user):
        return self.Prebill.with_user(user).get_review_page(prebill.id)

    def _act(self, prebill, user, act, **values):
        return self.Prebill.with_user(user).act_on_review_page(prebill.id, act, values)

    def _rows(self, page):
        return page["sections"][0]["rows"]

    def test_each_step_is_done_on_the_page(self):
        self.rule.has_collaborators = True
        prebill = self._create_prebill(submit=False)
        page = self._page(prebill, self.owner)
        self.assertTrue(page["may_submit"])
        self.assertFalse(page["chain"])
        page = self._act(prebill, self.owner, "submit")["page"]
        self.assertEqual(
            [(step["role"], step["state"]) for step in page["chain"]],
            [("collaborator", "todo"), ("owner", "waiting")],
        )
        self.assertFalse(page["may_approve"] or page["may_submit"])
        self.assertIn(self.senior.name, page["approval_problem"])
        queue = self.Prebill.with_user(self.senior).get_review_queue()
        self.assertEqual(
            [(row["id"], row["waits"]) for row in queue["rows"]], [(prebill.id, True)]
        )

        page = self._page(prebill, self.senior)
        self.assertTrue(page["may_edit"] and page["may_approve"])
        self.assertTrue(page["is_own_lines"])
        self.assertFalse(page["may_edit_whole"])
        self.assertEqual([row["is_fixed"] for row in self._rows(page)], [True, False])
        with self.assertRaises(UserError):
            self._act(
                prebill,
                self.senior,
                "edit",
                line_id=self._line(prebill, "partner").id,
                narrative="Mine now",
            )
        answer = self._act(prebill, self.senior, "approve")
        self.assertEqual(answer["page"]["state"], "in_review")
        self.assertFalse(answer["row"]["waits"])
        self.assertEqual(answer["row"]["awaited"], self.owner.name)
        answer = self._act(prebill, self.owner, "approve")
        self.assertEqual(answer["page"]["state"], "approved")

    def test_comments_stand_on_their_line_and_are_settled_with_an_answer(self):
        prebill = self._create_prebill()
        line = self._line(prebill, "senior")
        with self.assertRaises(UserError):
            self._act(prebill, self.owner, "comment", body=" ", line_id=line.id)
        self._act(prebill, self.owner, "comment", body="All of it?", line_id=line.id)
        answer = self._act(prebill, self.owner, "comment", body="Late this month")
        comments = answer["page"]["comments"]
        self.assertEqual(set(comments), {line.id, 0})
        (comment,) = comments[line.id]
        self.assertEqual(comment["to"], self.senior.name)
        self.assertEqual(answer["row"]["comments"], 2)
        page = self._act(
            prebill, self.senior, "settle", comment_id=comment["id"], answer="Yes"
        )["page"]
        (comment,) = page["comments"][line.id]
        self.assertEqual((comment["answer"], comment["is_resolved"]), ("Yes", True))
