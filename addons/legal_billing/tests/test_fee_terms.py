from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_terms import LegalTermsCommon


@tagged("post_install", "-at_install")
class TestHourlyTerms(LegalTermsCommon):
    """Hours: blended, discounted, by steps, capped; the bill, then the invoice."""

    def _work(self, matter):
        """6,5 h × 280 = 1 820; 9,2 × 220 = 2 024; 8,4 × 180 = 1 512."""
        self._create_entry(matter, "partner", 6.5, "2026-04-01")
        self._create_entry(matter, "senior", 9.2, "2026-04-02")
        self._create_entry(matter, "associate", 8.4, "2026-04-03")

    def test_blended_rate(self):
        """24,1 h × 230 = 5 543."""
        matter, _a = self._create_term_matter({"kind": "hourly", "blended_rate": 230})
        self._work(matter)
        prebill, move = self._bill(matter, "2026-04-30")
        self.assertEqual(move.amount_untaxed, 5543.00)
        self.assertEqual(set(prebill.line_ids.mapped("rate")), {230.0})
        self.assertEqual(prebill.amount_standard, 5356.00)

    def test_discount_is_a_line_and_no_write_off(self):
        """10 % of 5 356 = 535,60; 4 820,40 left."""
        matter, _a = self._create_term_matter(
            {"kind": "hourly", "discount_percent": 10}
        )
        self._work(matter)
        prebill, move = self._bill(matter, "2026-04-30")
        self.assertLines(prebill, {"time": 5356.00, "discount": -535.60})
        self.assertEqual(prebill.amount_writeoff, 0)
        self.assertEqual(prebill.amount_total, move.amount_total)
        line = move.invoice_line_ids.filtered(lambda li: li.quantity < 0)
        self.assertEqual((line.price_unit, line.quantity), (535.60, -1))

    def test_steps_then_discount_then_cap(self):
        """Beyond 20 h −50 %: 4,1 × 180 / 2 = 369; 10 % of 4 987 = 498,70;
        4 488,30 capped at 4 400: 88,30."""
        matter, _a = self._create_term_matter(
            {
                "kind": "hourly",
                "discount_percent": 10,
                "cap_amount": 4400,
                "tier_ids": [Command.create({"above_hours": 20, "percent": 50})],
            }
        )
        self._work(matter)
        prebill, move = self._bill(matter, "2026-04-30")
        self.assertLines(prebill, {"time": 5356, "discount": -867.70, "cap": -88.30})
        self.assertEqual(move.amount_untaxed, 4400.00)

    def test_allowances_follow_the_reviewer(self):
        """8,4 h written off: 10 % of 3 844 = 384,40."""
        matter, _a = self._create_term_matter(
            {"kind": "hourly", "discount_percent": 10}
        )
        self._work(matter)
        prebill, _w = self._generate(matter, "2026-04-30")
        prebill.line_ids.filtered(lambda li: li.hours == 8.4).write(
            {"decision": "write_off", "reason_id": self.reason.id}
        )
        discount = prebill.line_ids.filtered(lambda li: li.kind == "discount")
        self.assertEqual(discount.amount, -384.40)
        self.assertEqual(prebill.amount_fees, 3459.60)

    def test_cap_in_hours_over_two_bills(self):
        """Cap 10 h: 6,5 billed, then 3,5 of 9,2: 5,7 × 220 = 1 254 off."""
        matter, _a = self._create_term_matter({"kind": "hourly", "cap_hours": 10})
        self._create_entry(matter, "partner", 6.5, "2026-03-01")
        self._bill(matter, "2026-03-31")
        self._create_entry(matter, "senior", 9.2, "2026-04-02")
        prebill, move = self._bill(matter, "2026-04-30")
        self.assertLines(prebill, {"time": 2024.00, "cap": -1254.00})
        self.assertEqual(move.amount_untaxed, 770.00)

    def test_reduced_rate_beyond_the_cap(self):
        """Cap 20 h then 100: 4,1 × 80 = 328 off; 5 028."""
        matter, _a = self._create_term_matter(
            {
                "kind": "hourly",
                "cap_hours": 20,
                "at_cap": "reduced",
                "reduced_rate": 100,
            }
        )
        self._work(matter)
        _prebill, move = self._bill(matter, "2026-04-30")
        self.assertEqual(move.amount_untaxed, 5028.00)

    def test_stop_leaves_the_excess_in_work_in_progress(self):
        """Cap 4 000: 3 844 billed; the 1 512 that would cross wait."""
        matter, _a = self._create_term_matter(
            {"kind": "hourly", "cap_amount": 4000, "at_cap": "stop"}
        )
        self._work(matter)
        prebill, warnings = self._generate(matter, "2026-04-30")
        self.assertLines(prebill, {"time": 3844.00})
        self.assertIn(matter.matter_number, warnings[0])
        self.assertEqual(matter.amount_wip, 1512.00)

    def test_agreed_rates_are_the_matters_while_it_lasts(self):
        """Partner at 310 under the agreement, 280 by the firm's scale after."""
        matter, agreement = self._create_term_matter(
            {
                "kind": "hourly",
                "rate_ids": [
                    Command.create(
                        {
                            "grade_id": self.env.ref(
                                "legal_timesheet.grade_partner"
                            ).id,
                            "amount": 310,
                        }
                    )
                ],
            }
        )
        entry = self._create_entry(matter, "partner", 1.0, "2026-04-01")
        self.assertEqual(entry.rate, 310)
        agreement.date_to = "2026-04-30"
        self.assertEqual(str(agreement.term_ids.rate_ids.rate_id.date_to), "2026-04-30")
        later = self._create_entry(matter, "partner", 1.0, "2026-05-02")
        self.assertEqual(later.rate, 280)


@tagged("post_install", "-at_install")
class TestOtherTerms(LegalTermsCommon):
    def test_subscription_carries_over_within_its_limit(self):
        """2,5 h a month, 2 kept: February 0 h; March 4,1 h of 4,5: nothing over.
        April 3 h of 2,5 + 0,4: 0,1 × 190 = 19."""
        matter, _a = self._create_term_matter(
            {
                "kind": "subscription",
                "amount": 450,
                "included_hours": 2.5,
                "overrun_rate": 190,
                "carry_over": "limited",
                "carry_limit": 2,
            },
            date_from="2026-02-01",
        )
        _prebill, february = self._bill(matter, "2026-02-28")
        self._create_entry(matter, "senior", 4.1, "2026-03-10")
        march_prebill, march = self._bill(matter, "2026-03-31")
        self._create_entry(matter, "senior", 3.0, "2026-04-10")
        _prebill, april = self._bill(matter, "2026-04-30")
        self.assertEqual(
            (february + march + april).mapped("amount_untaxed"), [450, 450, 469]
        )
        period = march_prebill.line_ids.period_id
        self.assertEqual((period.included, period.carried_in), (2.5, 2.0))

    def test_subscription_in_advance_bills_overage_after(self):
        """1 April: April's 450. 1 May: May's 450 + April's 1,6 × 190 = 304."""
        matter, _a = self._create_term_matter(
            {
                "kind": "subscription",
                "amount": 450,
                "included_hours": 2.5,
                "overrun_rate": 190,
                "billed_when": "advance",
            },
            date_from="2026-04-01",
        )
        _prebill, first = self._bill(matter, "2026-04-01")
        self._create_entry(matter, "senior", 4.1, "2026-04-10")
        _prebill, second = self._bill(matter, "2026-05-01")
        self.assertEqual((first.amount_untaxed, second.amount_untaxed), (450, 754))

    def test_subscription_indexed_each_year(self):
        """450 × 120 / 117 = 461,538 → 461,54 from the first anniversary on."""
        index = self.env["legal.price.index"].create(
            {
                "name": "Coût horaire du travail",
                "value_ids": [
                    Command.create(
                        {
                            "date_from": "2025-01-01",
                            "date_to": "2025-12-31",
                            "value": 117,
                        }
                    ),
                    Command.create(
                        {
                            "date_from": "2026-01-01",
                            "date_to": "2026-12-31",
                            "value": 120,
                        }
                    ),
                ],
            }
        )
        matter, _a = self._create_term_matter(
            {"kind": "subscription", "amount": 450, "index_id": index.id},
            date_from="2025-03-01",
        )
        prebill, _w = self._generate(matter, "2026-03-31")
        amounts = prebill.line_ids.sorted("date").mapped("amount")
        self.assertEqual(amounts, [450.0] * 12 + [461.54])

    def test_index_without_a_value_is_a_sentence(self):
        index = self.env["legal.price.index"].create({"name": "Indice muet"})
        with self.assertRaisesRegex(UserError, "Indice muet.*2026-01-02"):
            self._create_term_matter(
                {"kind": "subscription", "amount": 450, "index_id": index.id}
            )

    def test_subscription_including_a_value_of_work(self):
        """500 a month included: 2 × 280 = 560, 60 over at his own rate."""
        matter, _a = self._create_term_matter(
            {
                "kind": "subscription",
                "amount": 400,
                "included_amount": 500,
                "overage": "own",
            },
            date_from="2026-04-01",
        )
        self._create_entry(matter, "partner", 2.0, "2026-04-10")
        prebill, move = self._bill(matter, "2026-04-30")
        self.assertLines(prebill, {"subscription": 400, "time": 60})
        self.assertEqual(move.amount_untaxed, 460)

    def test_opening_fee_once(self):
        matter, _a = self._create_term_matter(
            {"kind": "opening", "amount": 150}, {"kind": "hourly"}
        )
        self._create_entry(matter, "partner", 1.0, "2026-03-10")
        prebill, first = self._bill(matter, "2026-03-31")
        self.assertLines(prebill, {"opening": 150, "time": 280})
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        _prebill, second = self._bill(matter, "2026-04-30")
        self.assertEqual((first.amount_untaxed, second.amount_untaxed), (430, 280))

    def test_expenses_in_percent_follow_the_fees(self):
        """4 % of 560 = 22,40; the hour written down to 280: 11,20."""
        matter, _a = self._create_term_matter(
            {"kind": "hourly"}, {"kind": "expense", "expense_percent": 4}
        )
        self._create_entry(matter, "partner", 2.0, "2026-04-10")
        prebill, _w = self._generate(matter, "2026-04-30")
        self.assertLines(prebill, {"time": 560, "expense_percent": 22.40})
        prebill.line_ids.filtered("entry_id").write(
            {"decision": "write_down", "hours": 1, "reason_id": self.reason.id}
        )
        self.assertEqual(prebill.amount_expenses, 11.20)
        prebill.action_approve()
        move = prebill._create_invoices(prebill.date_to)
        move.action_post()
        self.assertJournalItems(
            move,
            {"411100": 349.44, "706000": -280, "708800": -11.20, "445740": -58.24},
        )

    def test_percentage_given_up_by_the_reviewer_stays_given_up(self):
        matter, _a = self._create_term_matter(
            {"kind": "hourly"}, {"kind": "expense", "expense_percent": 4}
        )
        self._create_entry(matter, "partner", 2.0, "2026-04-10")
        prebill, _w = self._generate(matter, "2026-04-30")
        line = prebill.line_ids.filtered(lambda li: li.kind == "expense_percent")
        line.write({"decision": "no_charge", "reason_id": self.reason.id})
        prebill._sync_allowances()
        self.assertEqual((line.amount, prebill.amount_untaxed), (0, 560))
        self.assertEqual(prebill.amount_writeoff, 22.40)

    def test_minimum_each_month(self):
        """At least 600 a month: 280 worked, 320 more; nothing when 840 worked."""
        matter, _a = self._create_term_matter(
            {"kind": "hourly"},
            {"kind": "minimum", "amount": 600, "minimum_scope": "period"},
            date_from="2026-03-01",
        )
        self._create_entry(matter, "partner", 1.0, "2026-03-10")
        prebill, march = self._bill(matter, "2026-03-31")
        self.assertLines(prebill, {"time": 280, "minimum": 320})
        self._create_entry(matter, "partner", 3.0, "2026-04-10")
        _prebill, april = self._bill(matter, "2026-04-30")
        self.assertEqual((march.amount_untaxed, april.amount_untaxed), (600, 840))

    def test_minimum_alone_makes_a_bill(self):
        """Nothing worked in March: the whole 600."""
        matter, _a = self._create_term_matter(
            {"kind": "hourly"},
            {"kind": "minimum", "amount": 600, "minimum_scope": "period"},
            date_from="2026-03-01",
        )
        _prebill, move = self._bill(matter, "2026-03-31")
        self.assertEqual(move.amount_untaxed, 600)

    def test_minimum_of_a_matter_when_it_is_closed(self):
        """At least 1 500: 840 billed, 660 more once the agreement has ended."""
        matter, agreement = self._create_term_matter(
            {"kind": "hourly"}, {"kind": "minimum", "amount": 1500}
        )
        self._create_entry(matter, "partner", 3.0, "2026-03-10")
        _prebill, first = self._bill(matter, "2026-03-31")
        agreement.date_to = "2026-04-20"
        prebill, second = self._bill(matter, "2026-04-30")
        self.assertEqual((first.amount_untaxed, second.amount_untaxed), (840, 660))
        self.assertLines(prebill, {"minimum": 660})

    def test_five_terms_on_one_agreement(self):
        """150 + 1 500 + 2 h × 280 less 5 % (28) + 4 % of 2 182 = 87,28."""
        hearing = self.env.ref("legal_timesheet.activity_hearing")
        matter, _a = self._create_term_matter(
            {"kind": "opening", "amount": 150},
            self._fixed(1500, activity_code_ids=[Command.set(hearing.ids)]),
            {"kind": "hourly", "discount_percent": 5},
            {"kind": "expense", "expense_percent": 4},
            self._success(),
        )
        self._create_entry(
            matter, "senior", 3.0, "2026-04-09", activity_code_id=hearing.id
        )
        self._create_entry(matter, "partner", 2.0, "2026-04-10")
        prebill, move = self._bill(matter, "2026-04-30")
        self.assertLines(
            prebill,
            {
                "opening": 150,
                "instalment": 1500,
                "time": 560,
                "discount": -28,
                "expense_percent": 87.28,
            },
        )
        self.assertEqual(move.amount_untaxed, 2269.28)

    def test_a_result_on_a_bill_does_not_change(self):
        matter, agreement = self._create_term_matter(
            {"kind": "hourly"}, self._success()
        )
        outcome = self.env["legal.fee.outcome"].create(
            {
                "term_id": agreement.term_ids[1].id,
                "name": "Transaction",
                "decided_on": "2026-04-15",
                "amount_obtained": 10000,
            }
        )
        self._generate(matter, "2026-04-30")
        with self.assertRaisesRegex(UserError, "Transaction"):
            outcome.amount_obtained = 20000

    def test_a_cancelled_bill_gives_its_period_back(self):
        matter, _a = self._create_term_matter(
            {"kind": "subscription", "amount": 450}, date_from="2026-04-01"
        )
        first, _w = self._generate(matter, "2026-04-30")
        period = first.line_ids.period_id
        first.action_cancel()
        again, _w = self._generate(matter, "2026-04-30")
        self.assertEqual(again.line_ids.period_id, period)


@tagged("post_install", "-at_install")
class TestVersions(LegalTermsCommon):
    """Each entry under the version in force on its day; packages run on."""

    def _next_version(self, agreement, last_day, first_day):
        new = self.env["legal.fee.agreement"].create(
            {
                "matter_id": agreement.matter_id.id,
                "date_from": first_day,
                "signed_on": first_day,
            }
        )
        agreement.term_ids._copy_to(new)
        agreement.date_to = last_day
        return new

    def test_work_before_stays_under_the_old_version(self):
        """2 h × 280 before; 2 h × 200 (blended) from 1 April on: 960."""
        matter, old = self._create_term_matter({"kind": "hourly"})
        new = self._next_version(old, "2026-03-31", "2026-04-01")
        new.term_ids.blended_rate = 200
        new.action_sign()
        self._create_entry(matter, "partner", 2.0, "2026-03-20")
        self._create_entry(matter, "partner", 2.0, "2026-04-20")
        prebill, move = self._bill(matter, "2026-04-30")
        self.assertEqual(prebill.agreement_id, new)
        self.assertEqual(prebill.line_ids.term_id, old.term_ids | new.term_ids)
        self.assertEqual(move.amount_untaxed, 960)

    def test_a_cap_runs_on_over_versions(self):
        """Cap 1 000: 840 under the first; raised to 1 200: 360 left of 560."""
        matter, old = self._create_term_matter({"kind": "hourly", "cap_amount": 1000})
        self._create_entry(matter, "partner", 3.0, "2026-03-10")
        self._bill(matter, "2026-03-31")
        new = self._next_version(old, "2026-03-31", "2026-04-01")
        new.term_ids.cap_amount = 1200
        new.action_sign()
        self._create_entry(matter, "partner", 2.0, "2026-04-10")
        _prebill, move = self._bill(matter, "2026-04-30")
        self.assertEqual(move.amount_untaxed, 360)

    def test_a_cap_runs_on_within_one_bill(self):
        """Same cap of 1 000, both on one bill: 840 + 160 of 560."""
        matter, old = self._create_term_matter({"kind": "hourly", "cap_amount": 1000})
        new = self._next_version(old, "2026-03-31", "2026-04-01")
        new.action_sign()
        self._create_entry(matter, "partner", 3.0, "2026-03-10")
        self._create_entry(matter, "partner", 2.0, "2026-04-10")
        _prebill, move = self._bill(matter, "2026-04-30")
        self.assertEqual(move.amount_untaxed, 1000)

    def test_a_package_and_its_instalments_run_on(self):
        """3 000 in halves for 5 h: the first billed before, 4 h used; then 1 h in,
        1 h × 200 over, and the second half."""
        matter, old = self._create_term_matter(
            self._fixed(
                3000,
                [("1", "signature", 1500), ("2", "2026-04-15", 1500)],
                included_hours=5,
                overrun_rate=200,
            )
        )
        self._create_entry(matter, "associate", 4.0, "2026-03-10")
        self._bill(matter, "2026-03-31")
        new = self._next_version(old, "2026-03-31", "2026-04-01")
        self.assertEqual(new.term_ids.instalment_ids.mapped("amount"), [1500])
        new.action_sign()
        self._create_entry(matter, "associate", 2.0, "2026-04-10")
        prebill, _move = self._bill(matter, "2026-04-30")
        self.assertLines(prebill, {"instalment": 1500, "time": 200})

    def test_a_period_billed_in_advance_is_not_billed_again(self):
        """April paid on the 1st; a new version from the 15th bills May, not April."""
        matter, old = self._create_term_matter(
            {"kind": "subscription", "amount": 450, "billed_when": "advance"},
            date_from="2026-04-01",
        )
        self._bill(matter, "2026-04-01")
        new = self._next_version(old, "2026-04-14", "2026-04-15")
        new.term_ids.amount = 500
        new.action_sign()
        prebill, _move = self._bill(matter, "2026-05-01")
        self.assertLines(prebill, {"subscription": 500})

    def test_a_period_cut_by_a_new_version_costs_both_parts(self):
        """April: 14 days at 450 (210), 16 at 600 (320)."""
        matter, old = self._create_term_matter(
            {"kind": "subscription", "amount": 450}, date_from="2026-04-01"
        )
        new = self._next_version(old, "2026-04-14", "2026-04-15")
        new.term_ids.amount = 600
        new.action_sign()
        prebill, _move = self._bill(matter, "2026-04-30")
        self.assertEqual(sorted(prebill.line_ids.mapped("amount")), [210.0, 320.0])

    def test_work_after_the_last_agreement_waits(self):
        matter, agreement = self._create_term_matter({"kind": "hourly"})
        self._create_entry(matter, "partner", 1.0, "2026-03-10")
        self._create_entry(matter, "partner", 2.0, "2026-04-10")
        agreement.date_to = "2026-03-31"
        prebill, warnings = self._generate(matter, "2026-04-30")
        self.assertEqual(prebill.amount_fees, 280)
        self.assertIn(matter.matter_number, warnings[0])

    def test_opening_fee_is_not_asked_again_by_a_version(self):
        matter, old = self._create_term_matter(
            {"kind": "opening", "amount": 150}, {"kind": "hourly"}
        )
        self._bill(matter, "2026-03-31")
        new = self._next_version(old, "2026-03-31", "2026-04-01")
        new.action_sign()
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        prebill, _move = self._bill(matter, "2026-04-30")
        self.assertLines(prebill, {"time": 280})


@tagged("post_install", "-at_install")
class TestTermsInTheDatabase(LegalTermsCommon):
    def test_constraints_and_indexes_exist(self):
        """A constraint that PostgreSQL refuses is only logged by the framework."""
        wanted = {
            "legal_prebill_line_period_once",
            "legal_prebill_line_outcome_once",
            "legal_prebill_line_opening_once",
            "legal_prebill_line_minimum_once",
            "legal_prebill_line_flat_expense_once",
            "legal_fee_period_once",
            "legal_fee_outcome_once",
        }
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname = ANY(%s)",
            [list(wanted)],
        )
        self.assertEqual({name for (name,) in self.env.cr.fetchall()}, wanted)
        wanted = {
            "legal_price_index_value_no_overlap",
            "legal_price_index_value_positive",
            "legal_fee_period_dates_in_order",
            "legal_fee_outcome_not_negative",
            "legal_fee_rate_positive",
            "legal_fee_tier_not_negative",
            "legal_fee_term_dates_in_order",
            "legal_fee_term_not_negative",
            "legal_fee_instalment_milestone_when_named",
        }
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname = ANY(%s)",
            [list(wanted)],
        )
        self.assertEqual({name for (name,) in self.env.cr.fetchall()}, wanted)

    def test_generation_costs_the_same_for_ten_times_the_entries(self):
        """Five terms; 2 000 entries instead of 200 add the batched writes alone.

        Odoo inserts and updates by the hundred: one statement each, for the lines and
        for the state of the entries. All else is read once, whatever their number.
        """
        counts = []
        for number in (20, 200, 2000):
            matter, _agreement = self._create_term_matter(
                {"kind": "opening", "amount": 150},
                {
                    "kind": "subscription",
                    "amount": 450,
                    "included_hours": 2,
                    "overage": "own",
                    "activity_code_ids": [
                        Command.set(
                            self.env.ref("legal_timesheet.activity_meeting").ids
                        )
                    ],
                },
                {
                    "kind": "hourly",
                    "discount_percent": 5,
                    "cap_amount": 90000,
                    "tier_ids": [Command.create({"above_hours": 20, "percent": 5})],
                },
                {"kind": "minimum", "amount": 600, "minimum_scope": "period"},
                {"kind": "expense", "expense_percent": 4},
            )
            self._create_many_entries(matter, number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            prebill, _w = self._generate(matter, "2026-04-30")
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(len(prebill.line_ids.entry_id), number)
        hundreds = (2000 - 200) / 100
        more = counts[2] - counts[1]
        self.assertLessEqual(more, 2 * hundreds + 8, f"queries: {counts}")

    def _create_many_entries(self, matter, number):
        lawyer = self.lawyers["partner"]
        entries = self.env["account.analytic.line"].create(
            [
                {
                    "project_id": matter.project_id.id,
                    "employee_id": lawyer.id,
                    "date": f"2026-{1 + rank % 4:02d}-{2 + rank % 26:02d}",
                    "unit_amount": 0.1,
                    "name": "interne",
                    "narrative": f"Diligence {rank}",
                }
                for rank in range(number)
            ]
        )
        with mute_logger("odoo.models.unlink"):
            entries._legal_approve()
