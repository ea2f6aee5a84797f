from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .numbers_common import NumbersCommon


@tagged("post_install", "-at_install")
class TestTimeBoard(NumbersCommon):
    """Each figure of the board is the sum of the list it opens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bob.employee_id.sudo().write(
            {
                "legal_target_hours_day": 7,
                "legal_target_billable_hours_year": 1200,
            }
        )
        cls.env.flush_all()

    def _board(self, user, **kw):
        self.env.invalidate_all()
        board = self.env["legal.time.board"].with_user(user)
        with freeze_time("2026-03-31"):
            return board.get_board(**{"day": "2026-03-03", **kw})

    def _listed(self, user, scope, groupby=None, key=None, figure=None):
        board = self.env["legal.time.board"].with_user(user)
        action = board.get_action("month", "2026-03-03", scope, groupby, key, figure)
        self.assertEqual(action["views"][0], (False, "list"))
        return self.env[action["res_model"]].with_user(user).search(action["domain"])

    def test_every_figure_opens_a_list_of_the_same_sum(self):
        for user, scope in [
            (self.boss, "firm"),
            (self.anne, "answer"),
            (self.bob, "me"),
            (self.anne, "me"),
        ]:
            for groupby in ("employee_id", "matter_id", "grade_id", "work_kind"):
                board = self._board(user, scope=scope, groupby=groupby)
                for figure in board["measures"]:
                    with self.subTest(user.name, groupby=groupby, figure=figure):
                        rows = self._listed(user, scope, figure=figure)
                        self.assertAlmostEqual(
                            board["total"][figure], sum(rows.mapped(figure))
                        )
                        for line in board["lines"]:
                            rows = self._listed(
                                user, scope, groupby, line["key"], figure
                            )
                            self.assertAlmostEqual(
                                line[figure], sum(rows.mapped(figure))
                            )

    def test_the_lines_add_up_to_the_total(self):
        for groupby in ("employee_id", "matter_id", "practice_area_id", "work_kind"):
            board = self._board(self.boss, scope="firm", groupby=groupby)
            for figure in board["measures"]:
                with self.subTest(groupby, figure=figure):
                    self.assertAlmostEqual(
                        sum(line[figure] for line in board["lines"]),
                        board["total"][figure],
                    )

    def test_the_firm_counts_every_hour(self):
        total = self._board(self.boss)["total"]
        self.assertEqual(total["hours"], 11.5)
        self.assertEqual(total["hours_billable"], 10.5)
        self.assertAlmostEqual(total["utilisation"], 10.5 / 11.5 * 100)

    def test_the_widest_scope_opens_first_and_a_wider_one_is_refused(self):
        self.assertEqual(self._board(self.boss)["scope"], "firm")
        self.assertEqual(self._board(self.bob)["scope"], "me")
        self.assertEqual(self._board(self.bob)["scopes"], ["me"])
        self.assertEqual(self._board(self.anne)["scopes"], ["me", "answer"])
        for user in (self.bob, self.office, self.anne):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self._board(user, scope="firm")
            with self.assertRaises(AccessError):
                self.env["legal.time.board"].with_user(user).get_action(
                    "month", "2026-03-03", "firm"
                )

    def test_targets_of_a_month_and_hours_expected(self):
        [line] = [
            line
            for line in self._board(self.boss)["lines"]
            if line["key"] == self.bob.employee_id.id
        ]
        self.assertAlmostEqual(line["target"], 100)
        # 22 working days in March 2026
        self.assertAlmostEqual(line["expected"], 22 * 7)
        self.assertAlmostEqual(line["missing"], 22 * 7 - line["hours"])
        self.assertAlmostEqual(
            line["chargeability"], line["hours_billable"] / (22 * 7) * 100
        )

    def test_a_public_holiday_lowers_what_is_expected(self):
        calendar = self.bob.employee_id.sudo().resource_calendar_id
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": "2026-03-10 00:00:00",
                "date_to": "2026-03-10 23:00:00",
            }
        )
        total = self._board(self.bob)["total"]
        self.assertAlmostEqual(total["expected"], 21 * 7)

    def test_expected_hours_stop_at_today_and_the_target_does_not(self):
        self.env.invalidate_all()
        board = self.env["legal.time.board"].with_user(self.bob)
        with freeze_time("2026-03-06"):
            total = board.get_board(day="2026-03-03")["total"]
        self.assertAlmostEqual(total["expected"], 5 * 7)
        self.assertAlmostEqual(total["target"], 100)

    def test_nobody_reads_the_target_of_a_colleague(self):
        board = self._board(self.anne, scope="answer")
        self.assertEqual(board["total"]["target"], 0)
        self.assertFalse([line for line in board["lines"] if line["target"]])

    def test_hours_behind_a_wall_do_not_show_by_difference(self):
        """Zoe works behind a wall alone: no figure of her line tells it."""
        self.zoe.employee_id.sudo().legal_target_hours_day = 7
        [line] = [
            line
            for line in self._board(self.boss)["lines"]
            if line["key"] == self.zoe.employee_id.id
        ]
        self.assertEqual(line["hours"], 0)
        self.assertAlmostEqual(line["missing"], line["expected"])
        self.assertEqual(self._board(self.boss)["nameless"], 0.5)

    def test_a_period_has_its_neighbours(self):
        board = self._board(self.boss, period="quarter")
        self.assertEqual(board["period"]["first"], "2026-01-01")
        self.assertEqual(board["period"]["last"], "2026-03-31")
        self.assertEqual(board["period"]["previous"], "2025-10-01")
        self.assertEqual(board["period"]["next"], "2026-04-01")
        self.assertTrue(board["period"]["is_current"])

    def test_unknown_words_are_refused_with_a_sentence(self):
        for kw in ({"period": "week"}, {"groupby": "narrative"}):
            with self.subTest(kw), self.assertRaisesRegex(UserError, "month"):
                self._board(self.boss, **kw)

    def test_queries_do_not_grow_with_people(self):
        counts = []
        for number in range(2):
            self._board(self.boss)  # caches of rules and groups
            self.env.invalidate_all()
            board = self.env["legal.time.board"].with_user(self.boss)
            before = self.env.cr.sql_log_count
            board.get_board(day="2026-03-03", scope="firm")
            counts.append(self.env.cr.sql_log_count - before)
            for index in range(5):
                user = self._create_lawyer(
                    name=f"Extra {number} {index}", company=self.company
                )
                self.open_matter.member_ids = [(0, 0, {"user_id": user.id})]
                self._make_entry(
                    self.open_matter, user, 1.0, date=date(2026, 3, 4 + index)
                )
            self.env.flush_all()
        self.assertEqual(counts[1], counts[0])
