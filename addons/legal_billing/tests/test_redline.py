from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common_redline import RedlineCommon


@tagged("post_install", "-at_install")
class TestRedline(RedlineCommon):
    """Each change by a person is kept: who, when, why, what it cost; and undone."""

    # -- the history -----------------------------------------------------------

    def test_what_is_proposed_and_what_follows_is_no_revision(self):
        prebill = self._propose_capped(1000)
        self.assertEqual(prebill.amount_fees, 1000)
        self.assertFalse(prebill.revision_ids)
        prebill.line_ids.filtered("entry_id")[0].narrative = "Autre libellé"
        (revision,) = prebill.revision_ids
        self.assertEqual(revision.field_name, "narrative")
        self.assertEqual(revision.amount_change, 0)
        prebill.line_ids.filtered("entry_id")[0].write(
            {"hours": 1, "decision": "write_down", "reason_id": self.reason.id}
        )
        # 940 is under the cap, whose line goes: that is nobody's change
        self.assertEqual(prebill.amount_fees, 940)
        self.assertEqual(len(prebill.revision_ids.line_id), 1)
        self.assertEqual(self._sum_of_changes(prebill), -280)

    def test_a_write_is_one_batch_with_who_why_and_what_it_cost(self):
        user = self.lawyers["partner"].user_id
        self.first.with_user(user).write(
            {"decision": "write_down", "hours": 1.5, "reason_id": self.reason.id}
        )
        revisions = self.prebill.revision_ids
        self.assertEqual(
            set(revisions.mapped("field_name")),
            {"hours", "decision", "reason_id", "amount"},
        )
        self.assertEqual(len(set(revisions.mapped("batch"))), 1)
        self.assertEqual(revisions.user_id, user)
        self.assertEqual(revisions.reason_id, self.reason)
        self.assertEqual(revisions.line_id, self.first)
        self.assertEqual(sum(revisions.mapped("amount_change")), -140)
        hours = revisions.filtered(lambda one: one.field_name == "hours")
        self.assertEqual((hours.old_value, hours.new_value), ("2\xa0h", "1\xa0h\xa030"))
        self.assertIn("partner", hours.label)

    def test_a_saved_form_is_one_act(self):
        self.prebill.write(
            {
                "client_message": "Merci",
                "line_ids": [
                    (1, self.first.id, {"narrative": "Un"}),
                    (1, self.second.id, {"narrative": "Deux"}),
                ],
            }
        )
        self.assertEqual(len(self.prebill.revision_ids), 3)
        self.assertEqual(len(set(self.prebill.revision_ids.mapped("batch"))), 1)
        self.prebill.undo_last()
        self.assertFalse(self.prebill.client_message)
        self.assertIn("confidentielle partner", self.first.narrative)

    def test_nothing_changed_is_no_revision(self):
        self.first.write({"narrative": self.first.narrative, "hours": 2.0})
        self.assertFalse(self.prebill.revision_ids)

    def test_history_is_append_only(self):
        self.first.narrative = "Autre"
        revision = self.prebill.revision_ids
        with self.assertRaisesRegex(UserError, self.prebill.name):
            revision.sudo().write({"note": "x"})
        with self.assertRaisesRegex(UserError, self.prebill.name):
            revision.sudo().unlink()
        with self.assertRaisesRegex(UserError, self.prebill.name):
            self.prebill.unlink()
        with self.assertRaises(AccessError):
            revision.with_user(self.lawyers["partner"].user_id).create({})

    def test_acts_of_many_lines_cost_no_query_each(self):
        def measure(count):
            matter = self._create_matter()
            self._create_agreement(matter, [{"kind": "hourly"}])
            for day in range(count):
                self._create_entry(matter, "partner", 1, f"2026-04-{day + 1:02d}")
            lines = self._propose(matter).line_ids
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            lines.act("write_down", self.reason.id, percent=10)
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        few, many = measure(2), measure(12)
        self.assertLessEqual(many, few + 2)

    # -- deciding --------------------------------------------------------------

    def test_decisions_in_batch(self):
        lines = self.first | self.second
        cases = [
            ({"decision": "write_down", "percent": 15}, [476, 561], 1037),
            ({"decision": "write_down", "amount": 0.01}, [560, 659.99], 1219.99),
            ({"decision": "write_down", "amount": 100}, [514.1, 605.9], 1120),
            ({"decision": "no_charge"}, [0, 0], 0),
            ({"decision": "write_off"}, [0, 0], 0),
            ({"decision": "postpone"}, [0, 0], 0),
            ({"decision": "bill"}, [560, 660], 1220),
        ]
        for values, amounts, total in cases:
            with self.subTest(values):
                count = len(set(self.prebill.revision_ids.mapped("batch")))
                lines.act(reason_id=self.reason.id, **values)
                self.assertEqual(lines.mapped("amount"), amounts)
                self.assertEqual(self.prebill.amount_fees, total)
                batches = set(self.prebill.revision_ids.mapped("batch"))
                self.assertEqual(len(batches), count + 1)
                change = self._sum_of_changes(self.prebill)
                self.assertEqual(change, round(total - 1220, 2))

    def test_value_given_up_needs_a_reason(self):
        for decision in ("no_charge", "write_off"):
            with (
                self.subTest(decision),
                self.assertRaisesRegex(ValidationError, "reason"),
                self.env.cr.savepoint(),
            ):
                self.first.act(decision)
        with (
            self.assertRaisesRegex(ValidationError, "reason"),
            self.env.cr.savepoint(),
        ):
            self.first.act("write_down", percent=10)
        with self.assertRaisesRegex(UserError, "cannot be taken off"):
            self.first.act("write_down", self.reason.id, amount=560.01)

    def test_approved_prebills_and_allowances_do_not_change(self):
        prebill = self._propose_capped(1000)
        cap = prebill.line_ids.filtered(lambda line: line.kind == "cap")
        with self.assertRaisesRegex(UserError, prebill.name):
            cap.act("write_off", self.reason.id)
        self.first.narrative = "Autre"
        self.prebill.action_approve()
        acts = [
            lambda: self.first.act("postpone"),
            lambda: self.first.restore(),
            lambda: self.first.group("Étude"),
            lambda: self.first.merge_with(self.second.ids),
            lambda: self.first.split_entry([1, 1]),
            lambda: self.first.move_to_matter(prebill.matter_id.id),
            lambda: self.prebill.adjust_to(1000, reason_id=self.reason.id),
            lambda: self.prebill.set_discount(10, reason_id=self.reason.id),
            lambda: self.prebill.undo_last(),
            lambda: self.prebill.write({"discount_amount": 10}),
            lambda: self.first.write({"active": False}),
        ]
        for rank, act in enumerate(acts):
            with (
                self.subTest(rank),
                self.assertRaisesRegex(UserError, self.prebill.name),
            ):
                act()

    def test_outsiders_can_do_nothing(self):
        outsider = new_test_user(
            self.env,
            "redline_outsider",
            groups="legal_timesheet.group_legal_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.first.narrative = "Autre"
        first = self.first.with_user(outsider)
        prebill = self.prebill.with_user(outsider)
        self.env.invalidate_all()
        acts = [
            lambda: first.act("postpone"),
            lambda: first.restore(),
            lambda: first.group("x"),
            lambda: first.merge_with(self.second.ids),
            lambda: first.unmerge(),
            lambda: first.split_entry([1, 1]),
            lambda: first.move_to_matter(self.matter.id),
            lambda: prebill.adjust_to(1000, reason_id=self.reason.id),
            lambda: prebill.set_discount(10, reason_id=self.reason.id),
            lambda: prebill.undo_last(),
            lambda: prebill.undo("x"),
        ]
        for rank, act in enumerate(acts):
            with self.subTest(rank), self.assertRaises(AccessError):
                act()

    # -- adjusting -------------------------------------------------------------

    def test_adjust_reaches_the_posted_invoice(self):
        cases = [
            ("proportional", 1000, [459.02, 540.98]),
            ("person", 1000, [450, 550]),
            ("person", 50, [0, 50]),
            ("proportional", 0.01, [0, 0.01]),
            ("proportional", 1300, [596.72, 703.28]),
        ]
        for rule, target, amounts in cases:
            with self.subTest(rule=rule, target=target):
                self.prebill.adjust_to(target, rule, reason_id=self.reason.id)
                lines = self.first | self.second
                self.assertEqual(lines.mapped("amount"), amounts)
                self.assertEqual(self.prebill.amount_fees, target)
                self.assertEqual(len(set(self.prebill.revision_ids.mapped("act"))), 1)
                (lines).act("bill")
                self.prebill.revision_ids.invalidate_recordset()
                self.assertEqual(self._sum_of_changes(self.prebill), 0)
                self.env["legal.prebill.revision"].flush_model()
                self.env.cr.execute(
                    "DELETE FROM legal_prebill_revision WHERE prebill_id = %s",
                    [self.prebill.id],
                )
                self.env.invalidate_all()
        self.prebill.adjust_to(1000, reason_id=self.reason.id)
        move = self._invoice(self.prebill)
        self.assertEqual(move.amount_untaxed, 1000)
        self.assertEqual(self.prebill.amount_writeoff, 220)

    def test_adjust_chosen_lines_or_people(self):
        self.prebill.adjust_to(1000, line_ids=self.second.ids, reason_id=self.reason.id)
        self.assertEqual((self.first.amount, self.second.amount), (560, 440))
        self.prebill.adjust_to(
            900,
            employee_ids=self.lawyers["partner"].ids,
            reason_id=self.reason.id,
        )
        self.assertEqual((self.first.amount, self.second.amount), (460, 440))

    def test_adjust_is_refused_where_it_cannot_be_reached(self):
        for target, words in [(-1, "zero or more"), (1000, "reason")]:
            with self.subTest(target), self.assertRaisesRegex(UserError, words):
                self.prebill.adjust_to(target)
        with (
            self.assertRaisesRegex(UserError, "660,00"),
            self.env.cr.savepoint(),
        ):
            self.prebill.adjust_to(500, line_ids=self.first.ids, reason_id=1)

    def test_adjust_with_a_cap_a_discount_and_a_minimum(self):
        """1 220 of hours: the lines go where the total with the rest is the target."""
        cases = [
            # cap of 1 000: below it the cap goes; 1 100 is out of reach
            ({"cap_amount": 1000}, 900, 900),
            ({"cap_amount": 1000}, 999.99, 999.99),
            ({"cap_amount": 1000}, 1100, None),
            # 10 % agreed: 1 098; for 900, lines of 1 000
            ({"discount_percent": 10}, 900, 1000),
            ({"discount_percent": 10}, 1200, 1333.33),
            ({"discount_percent": 10}, 33.33, 37.03),
        ]
        for terms, target, hours in cases:
            with self.subTest(terms=terms, target=target):
                prebill = self._propose_capped(terms.pop("cap_amount", 0), **terms)
                if hours is None:
                    with (
                        self.assertRaisesRegex(UserError, r"1\s000,00"),
                        self.env.cr.savepoint(),
                    ):
                        prebill.adjust_to(target, reason_id=self.reason.id)
                    continue
                prebill.adjust_to(target, reason_id=self.reason.id)
                self.assertEqual(prebill.amount_fees, target)
                lines = prebill.line_ids.filtered("entry_id")
                self.assertEqual(round(sum(lines.mapped("amount")), 2), hours)
                self.assertEqual(self._invoice(prebill).amount_untaxed, target)

    def test_a_minimum_fee_is_not_adjusted_away(self):
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {"kind": "hourly"},
                {
                    "kind": "minimum",
                    "amount": 1500,
                    "minimum_scope": "period",
                },
            ],
            date_from="2026-04-01",
        )
        self._create_entry(matter, "partner", 2.0, "2026-04-01")
        prebill = self._propose(matter)
        total = prebill.amount_fees
        self.assertGreater(total, 560)
        with self.assertRaisesRegex(UserError, "minimum"):
            prebill.adjust_to(total - 1, reason_id=self.reason.id)

    # -- discounts -------------------------------------------------------------

    def test_discount_shown_is_a_line_of_its_own_on_the_invoice(self):
        """10 % of 1 220 = 122; then of what the lines become: 1 080 − 108."""
        self.prebill.set_discount(10, reason_id=self.reason.id)
        self.assertEqual(self.prebill.amount_fees, 1098)
        self.assertEqual(self.prebill.amount_writeoff, 122)
        self.first.write(
            {"hours": 1.5, "decision": "write_down", "reason_id": self.reason.id}
        )
        self.assertEqual(self.prebill.amount_fees, 972)
        self.assertEqual(self.prebill.amount_writeoff, 248)
        move = self._invoice(self.prebill)
        self.assertEqual(move.amount_untaxed, 972)
        (line,) = move.invoice_line_ids.filtered(lambda li: li.price_subtotal < 0)
        self.assertEqual((line.quantity, line.price_unit), (-1, 108))
        self.assertEqual(line.tax_ids, self.prebill._get_fee_category().tax_id)
        self.assertIn(self.matter.matter_number, line.name)
        self.assertNotIn(self.reason.name, line.name)

    def test_discount_of_an_amount_and_none_again(self):
        before = self._state(self.prebill)
        self.prebill.set_discount(amount=220, reason_id=self.reason.id)
        self.assertEqual(self.prebill.amount_fees, 1000)
        self.assertEqual(self._sum_of_changes(self.prebill), -220)
        self.prebill.set_discount()
        self.assertEqual(self._state(self.prebill), before)
        self.prebill.adjust_to(1000, shown=True, reason_id=self.reason.id)
        self.assertEqual(self.prebill.discount_amount, 220)
        self.assertEqual(self.first.amount, 560)
        self.prebill.adjust_to(900, shown=True, reason_id=self.reason.id)
        self.assertEqual(self.prebill.discount_amount, 320)
        with self.assertRaisesRegex(UserError, r"1\s220"):
            self.prebill.adjust_to(1230, shown=True, reason_id=self.reason.id)
        with self.assertRaisesRegex(UserError, r"1\s220"):
            self.prebill.set_discount(amount=1220.01, reason_id=self.reason.id)
        with self.assertRaisesRegex(UserError, "reason"):
            self.prebill.set_discount(10)

    def test_silent_discount_is_in_the_lines(self):
        """15 % of 1 220 = 183: 1 037 in two lines, and no third."""
        self.prebill.set_discount(15, shown=False, reason_id=self.reason.id)
        self.assertEqual(self.prebill.line_ids.mapped("amount"), [476, 561])
        move = self._invoice(self.prebill)
        self.assertEqual(move.amount_untaxed, 1037)
        products = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        self.assertEqual(len(products), 2)

    def test_discount_reopens_no_cap_and_no_minimum(self):
        """Cap of 1 000, 10 % given: 900; the agreed expenses follow what is billed."""
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {"kind": "hourly", "cap_amount": 1000},
                {"kind": "expense", "expense_mode": "percent", "expense_percent": 5},
            ],
        )
        self._create_entry(matter, "partner", 5.0, "2026-04-01")
        prebill = self._propose(matter)
        self.assertEqual((prebill.amount_fees, prebill.amount_expenses), (1000, 50))
        prebill.set_discount(10, reason_id=self.reason.id)
        self.assertEqual((prebill.amount_fees, prebill.amount_expenses), (900, 45))
        self.assertEqual(self._invoice(prebill).amount_untaxed, 945)
        self._create_entry(matter, "partner", 1.0, "2026-04-01")
        again = self._propose(matter)
        self.assertFalse(again.amount_fees)

    def test_payers_share_the_discount(self):
        """60 % and the rest of 1 220 less 10 %: 658,80 and 439,20."""
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        self.env["legal.payer"].create(
            [
                {
                    "matter_id": matter.id,
                    "partner_id": partner.id,
                    "kind": kind,
                    "percent": percent,
                }
                for partner, kind, percent in [
                    (self.consumer, "percent", 60),
                    (self.client, "remainder", 0),
                ]
            ]
        )
        self._create_entry(matter, "partner", 2.0, "2026-04-01")
        self._create_entry(matter, "senior", 3.0, "2026-04-02")
        prebill = self._propose(matter)
        prebill.set_discount(10, reason_id=self.reason.id)
        moves = self._invoice(prebill)
        self.assertEqual(sorted(moves.mapped("amount_untaxed")), [439.2, 658.8])
