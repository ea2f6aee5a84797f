from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_redline import RedlineCommon


@tagged("post_install", "-at_install")
class TestRedlineLines(RedlineCommon):
    """Lines shown together, divided, moved; and everything taken back."""

    # -- merge, group ----------------------------------------------------------

    def _add_partner_hours(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        for day, hours in ((1, 2.0), (3, 0.5), (5, 1.0)):
            self._create_entry(matter, "partner", hours, f"2026-04-{day:02d}")
        self._create_entry(matter, "senior", 3.0, "2026-04-02")
        prebill = self._propose(matter)
        return prebill, prebill.line_ids.sorted(lambda line: (line.date, line.id))

    def test_merged_lines_are_one_act_for_the_client(self):
        prebill, (one, senior, two, three) = self._add_partner_hours()
        one.merge_with((two | three).ids, "Étude du dossier et conclusions")
        self.assertEqual(prebill.amount_fees, 1640)
        self.assertEqual((two | three).merged_into_id, one)
        with self.assertRaisesRegex(UserError, "same person"):
            one.merge_with(senior.ids)
        move = self._invoice(prebill)
        (section,) = move._legal_get_detail()
        acts = [
            (act["narrative"], act["hours"], act["rate"], act["amount"])
            for act in section["acts"]
        ]
        self.assertEqual(
            acts,
            [
                ("Étude du dossier et conclusions", 3.5, 280, 980),
                (senior.narrative, 3, 220, 660),
            ],
        )
        self.assertEqual(
            set(prebill.line_ids.entry_id.mapped("billing_status")), {"billed"}
        )

    def test_merging_joins_the_words_and_comes_apart(self):
        prebill, (one, _senior, two, three) = self._add_partner_hours()
        before = self._state(prebill)
        two.narrative = one.narrative
        one.merge_with((two | three).ids)
        self.assertEqual(
            one.narrative.splitlines(),
            [two.narrative, "Diligence confidentielle partner 1.0"],
        )
        three.unmerge()
        self.assertFalse(three.merged_into_id)
        self.assertTrue(two.merged_into_id)
        prebill.line_ids.restore()
        self.assertEqual(self._state(prebill), before)

    def test_group_is_one_line_under_a_label(self):
        prebill, lines = self._add_partner_hours()
        lines[:2].group("Préparation de l'audience")
        lines[2].act("no_charge", self.reason.id)
        move = self._invoice(prebill)
        acts = move._legal_get_detail()[0]["acts"]
        self.assertEqual(len(acts), 3)
        self.assertEqual(acts[0]["narrative"], "Préparation de l'audience")
        self.assertEqual(acts[0]["who"], "Claire Aubry, Hugo Lemaire")
        self.assertEqual((acts[0]["hours"], acts[0]["amount"]), (5, 1220))
        self.assertFalse(acts[0]["rate"])
        self.assertEqual(
            round(sum(act["amount"] for act in acts), 2), move.amount_untaxed
        )

    # -- split -----------------------------------------------------------------

    def test_split_keeps_hours_and_cents(self):
        """1 h 40 at 333,33 = 555,55: 50 min and 50 min, 277,78 and 277,77."""
        matter = self._create_matter(time_increment_minutes=5)
        self._create_agreement(matter, [{"kind": "hourly"}])
        self.env["legal.rate"].create(
            {
                "matter_id": matter.id,
                "amount": 333.33,
                "date_from": "2026-01-02",
                "company_id": self.company.id,
            }
        )
        entry = self._create_entry(matter, "partner", 5 / 3, "2026-04-01")
        prebill = self._propose(matter)
        line = prebill.line_ids
        before = self._state(prebill)
        kept = entry._keep()
        self.assertEqual(line.amount, 555.55)
        found = line.split_entry(
            [{"hours": 5 / 6, "narrative": "Un"}, {"hours": 5 / 6, "narrative": "Deux"}]
        )
        lines = line.browse(found)
        self.assertEqual(lines.mapped("amount"), [277.78, 277.77])
        self.assertEqual(lines.mapped("narrative"), ["Un", "Deux"])
        entries = lines.entry_id
        self.assertEqual(len(entries), 2)
        for name in ("unit_amount", "hours_billable"):
            self.assertAlmostEqual(sum(entries.mapped(name)), 5 / 3, places=9)
        self.assertEqual(entries.mapped("amount_billable"), [277.78, 277.77])
        self.assertEqual(set(entries.mapped("billing_status")), {"on_prebill"})
        self.assertEqual(set(entries.mapped("approved_by_id")), {entry.approved_by_id})
        self.assertEqual(prebill.amount_fees, 555.55)
        self.assertEqual(self._sum_of_changes(prebill), 0)
        prebill.undo_last()
        self.assertEqual(self._state(prebill), before)
        self.assertEqual(entry._keep(), kept)
        self.assertEqual(len(matter.project_id.timesheet_ids), 1)

    def test_parts_go_their_own_way_to_the_invoice(self):
        """2 h at 280: 0 h 30 is postponed, 1 h 30 billed with the senior's 660."""
        lines = self.first.browse(self.first.split_entry([1.5, 0.5]))
        self.assertEqual(lines.mapped("amount"), [420, 140])
        lines[1].act("postpone")
        with self.assertRaisesRegex(UserError, "undo that first|any more"):
            batch = self.prebill.revision_ids.filtered(lambda r: r.act == "split")
            self.prebill.undo(batch[0].batch)
        move = self._invoice(self.prebill)
        self.assertEqual(move.amount_untaxed, 1080)
        again = self._propose(self.matter)
        self.assertEqual(again.line_ids.entry_id.mapped("hours_billable"), [0.5])
        self.assertEqual(again.amount_fees, 140)

    def test_split_is_refused_for_wrong_parts_and_changed_lines(self):
        for parts in ([2], [1, 0.5], [3, -1], [2, 0]):
            with self.subTest(parts), self.assertRaisesRegex(UserError, "make the"):
                self.first.split_entry(parts)
        self.first.write(
            {"hours": 1, "decision": "write_down", "reason_id": self.reason.id}
        )
        with self.assertRaisesRegex(UserError, "restore"):
            self.first.split_entry([0.5, 0.5])

    def test_locked_time_is_divided_but_not_moved(self):
        self.company.legal_time_lock_date = date(2026, 4, 30)
        self.first.split_entry([1, 1])
        with self.assertRaisesRegex(UserError, "locked period"):
            self.second.move_to_matter(self._create_matter().id)

    # -- move ------------------------------------------------------------------

    def test_moved_time_is_billed_on_the_other_matter(self):
        other = self._create_matter(name="Bail")
        self._create_agreement(other, [{"kind": "hourly"}])
        self.env["legal.rate"].create(
            {
                "matter_id": other.id,
                "amount": 300,
                "date_from": "2026-01-02",
                "company_id": self.company.id,
            }
        )
        entry, before = self.first.entry_id, self._state(self.prebill)
        kept = entry._keep()
        self.first.move_to_matter(other.id, note="Mauvais dossier")
        self.assertEqual(self.prebill.line_ids, self.second)
        self.assertEqual(self.prebill.amount_fees, 660)
        self.assertEqual(self._sum_of_changes(self.prebill), -560)
        self.assertEqual(entry.matter_id, other)
        self.assertEqual((entry.billing_status, entry.rate), ("approved", 300))
        self.assertFalse(entry.prebill_line_ids)
        prebill = self._propose(other)
        self.assertEqual(prebill.amount_fees, 600)
        with self.assertRaisesRegex(UserError, "no longer waiting"):
            self.prebill.undo_last()
        prebill.action_cancel()
        self.prebill.undo_last()
        self.assertEqual(self._state(self.prebill), before)
        self.assertEqual(entry._keep(), kept)
        self.first.move_to_matter(other.id)
        self.assertEqual(self._invoice(self.prebill).amount_untaxed, 660)
        self.assertEqual(self._invoice(self._propose(other)).amount_untaxed, 600)

    def test_moved_cost_follows(self):
        other = self._create_matter()
        cost = self._create_cost(self.matter, "expense", 100, "2026-04-03")
        self.prebill.action_cancel()
        prebill = self._propose(self.matter)
        line = prebill.line_ids.filtered("cost_id")
        line.move_to_matter(other.id)
        self.assertEqual(prebill.amount_expenses, 0)
        self.assertEqual((cost.matter_id, cost.billing_status), (other, "to_bill"))
        prebill.undo_last()
        self.assertEqual((cost.matter_id, line.cost_id), (self.matter, cost))
        self.assertEqual(prebill.amount_expenses, 100)

    def test_move_is_refused_without_rights_or_place_there(self):
        walled = self._create_matter(is_walled=True, member_ids=[])
        user = self.lawyers["senior"].user_id
        with self.assertRaises(AccessError):
            self.second.with_user(user).move_to_matter(walled.id)
        closed = self._create_matter()
        closed.write({"state": "closed", "closed_on": "2026-04-30"})
        for matter in (self.matter, closed):
            with self.assertRaisesRegex(UserError, "cannot be moved"):
                self.second.move_to_matter(matter.id)
        off_team = self._create_matter(member_ids=[])
        off_team.member_ids = [
            (
                0,
                0,
                {
                    "user_id": self.env.uid,
                    "role": "assistant",
                    "date_from": "2026-01-02",
                },
            )
        ]
        with (
            self.assertRaisesRegex(ValidationError, "not on the team"),
            self.env.cr.savepoint(),
        ):
            self.second.move_to_matter(off_team.id)
        self.env.invalidate_all()
        self.assertEqual(self.second.entry_id.matter_id, self.matter)

    def test_who_does_not_approve_there_submits_it(self):
        other = self._create_matter()
        user = self.lawyers["senior"].user_id
        entry = self.first.entry_id
        self.first.with_user(user).move_to_matter(other.id)
        self.assertEqual(entry.billing_status, "submitted")
        self.prebill.with_user(user).undo_last()
        self.assertEqual(entry.billing_status, "on_prebill")

    # -- undo ------------------------------------------------------------------

    def test_every_act_is_taken_back_exactly(self):
        other = self._create_matter()
        self.first.write(
            {"hours": 1.7, "decision": "write_down", "reason_id": self.reason.id}
        )
        lines = self.first | self.second
        acts = [
            lambda: self.second.write({"rate": 230}),
            lambda: lines.act("write_down", self.reason.id, percent=33),
            lambda: self.second.act("no_charge", self.reason.id),
            lambda: self.second.act("write_off", self.reason.id),
            lambda: self.second.act("postpone"),
            lambda: lines.restore(),
            lambda: lines.group("Étude"),
            lambda: self.prebill.adjust_to(777.77, reason_id=self.reason.id),
            lambda: self.prebill.set_discount(7, reason_id=self.reason.id),
            lambda: self.prebill.set_discount(7, shown=False, reason_id=self.reason.id),
            lambda: self.second.split_entry([1, 1, 1]),
            lambda: self.second.move_to_matter(other.id),
            lambda: self.prebill.write({"client_message": "Merci"}),
        ]
        before = self._state(self.prebill)
        total = self._sum_of_changes(self.prebill)
        for rank, act in enumerate(acts):
            with self.subTest(rank):
                act()
                self.assertNotEqual(self._state(self.prebill), before)
                self.prebill.undo_last()
                self.assertEqual(self._state(self.prebill), before)
                self.prebill.revision_ids.invalidate_recordset()
                self.assertEqual(self._sum_of_changes(self.prebill), total)
        for act in acts:
            act() if act is not acts[10] and act is not acts[11] else None
        for _act in range(len(acts) - 2):
            self.prebill.undo_last()
        self.assertEqual(self._state(self.prebill), before)
        self.prebill.undo_last()
        self.assertEqual(self.first.hours, 2)
        self.assertFalse(self.prebill.undo_last())

    def test_undo_is_refused_when_something_later_depends_on_it(self):
        self.first.write(
            {"hours": 1.5, "decision": "write_down", "reason_id": self.reason.id}
        )
        early = self.prebill.revision_ids[0].batch
        user = self.lawyers["partner"].user_id
        self.first.with_user(user).write({"hours": 1})
        with self.assertRaisesRegex(UserError, "Claire Aubry"):
            self.prebill.undo(early)
        self.prebill.undo_last()
        self.prebill.undo(early)
        self.assertEqual((self.first.hours, self.first.decision), (2, "bill"))
        with self.assertRaisesRegex(UserError, "already"):
            self.prebill.undo(early)
        with self.assertRaisesRegex(UserError, "no such act"):
            self.prebill.undo("0" * 32)

    def test_an_act_elsewhere_is_undone_before_later_ones(self):
        """Line by line, the order does not matter."""
        self.first.narrative = "Un"
        early = self.prebill.revision_ids[0].batch
        self.second.narrative = "Deux"
        self.prebill.undo(early)
        self.assertIn("confidentielle", self.first.narrative)
        self.assertEqual(self.second.narrative, "Deux")
