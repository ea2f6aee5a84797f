from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LegalBillingCommon
from .common_document import real_send

MONTH_END = date(2026, 4, 30)


class RunCommon(LegalBillingCommon):
    @classmethod
    def _create_run(cls, **kw):
        return cls.env["legal.billing.run"].create(
            {
                "company_id": cls.company.id,
                "date_to": MONTH_END,
                "invoice_date": MONTH_END,
                **kw,
            }
        )

    @classmethod
    def _create_good_matter(cls, hours=1.0, day="2026-04-10", **kw):
        matter = cls._create_matter(**kw)
        cls._create_agreement(matter, [{"kind": "hourly"}])
        cls._create_entry(matter, "partner", hours, day)
        return matter

    @classmethod
    def _create_many(cls, number):
        """Return open matters with an hourly agreement and an entry, made together."""
        matters = cls.env["legal.matter"].create(
            [
                {
                    "name": "Recouvrement",
                    "partner_id": cls.client.id,
                    "responsible_id": cls.lawyers["partner"].user_id.id,
                    "company_id": cls.company.id,
                    "opened_on": "2026-01-02",
                    "member_ids": [
                        Command.create(
                            {
                                "user_id": cls.env.user.id,
                                "role": "assistant",
                                "date_from": "2026-01-02",
                            }
                        )
                    ],
                }
                for _rank in range(number)
            ]
        )
        matters.action_open()
        cls.env["legal.fee.agreement"].create(
            [
                {
                    "matter_id": matter.id,
                    "date_from": "2026-01-02",
                    "signed_on": "2026-01-02",
                    "term_ids": [Command.create({"kind": "hourly"})],
                }
                for matter in matters
            ]
        ).action_sign()
        entries = cls.env["account.analytic.line"].create(
            [
                {
                    "project_id": matter.project_id.id,
                    "employee_id": cls.lawyers["partner"].id,
                    "date": date(2026, 4, 1 + rank % 28),
                    "unit_amount": 0.5,
                    "name": "interne",
                    "narrative": "Mise en demeure",
                }
                for rank, matter in enumerate(matters)
            ]
        )
        entries._legal_approve()
        return matters

    def _line(self, run, matter):
        return run.line_ids.filtered(lambda line: line.matter_id == matter)

    def _run_all(self, run):
        run._run_prebills()
        run._run_approve()
        run._run_invoice()


@tagged("post_install", "-at_install")
class TestRunSteps(RunCommon):
    """Choose, preview, run, outcome: what each step shows, writes and leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matters = [cls._create_good_matter(hours) for hours in (1.0, 2.0, 4.0)]

    # -- choose ----------------------------------------------------------------

    def test_filters_count_live_and_choose(self):
        first, second, third = self.matters
        old = self._create_good_matter(3.0, day="2026-01-15")
        quarterly = self._create_good_matter(1.5)
        quarterly.agreement_ids.billing_rhythm = "quarterly"
        subscribed = self._create_matter(partner_id=self.consumer.id)
        self._create_agreement(subscribed, [{"kind": "subscription", "amount": 300}])
        everybody = first | second | third | old | quarterly | subscribed
        area = self.env["legal.practice.area"].create({"name": "Bail"})
        second.practice_area_id = area
        senior = self.lawyers["senior"].user_id
        third.responsible_id = senior
        for choice, wanted in (
            ({}, everybody),
            ({"practice_area_ids": [Command.set(area.ids)]}, second),
            ({"responsible_ids": [Command.set(senior.ids)]}, third),
            ({"partner_ids": [Command.set(self.consumer.ids)]}, subscribed),
            ({"term_kind": "subscription"}, subscribed),
            ({"billing_rhythm": "quarterly"}, quarterly),
            ({"minimum_amount": 500}, second | third | old),
            ({"minimum_age": 60}, old),
            ({"follows_agreements": True}, everybody - quarterly),
        ):
            with self.subTest(choice=choice):
                run = self._create_run(**choice)
                self.assertEqual(run._find_chosen() & everybody, wanted)
        run = self.env["legal.billing.run"].new(
            {"company_id": self.company.id, "date_to": MONTH_END, "minimum_amount": 500}
        )
        self.assertEqual(
            (run.candidate_count, run.candidate_amount), (3, 280 * (2 + 4 + 3))
        )

    def test_saved_filters_start_the_same_run_again(self):
        run = self._create_run(minimum_amount=500, term_kind="hourly")
        run.action_save_filters()
        schedule = run.schedule_id
        self.assertEqual((schedule.minimum_amount, schedule.term_kind), (500, "hourly"))
        action = schedule.action_start()
        again = self.env["legal.billing.run"].browse(action["res_id"])
        self.assertEqual((again.minimum_amount, again.step), (500, "choose"))
        self.assertFalse(again.line_ids)

    # -- preview ---------------------------------------------------------------

    def test_preview_shows_what_the_run_makes_and_writes_nothing(self):
        lone = self._create_matter()
        self._create_entry(lone, "partner", 1.0, "2026-04-10")
        subscribed = self._create_matter()
        self._create_agreement(subscribed, [{"kind": "subscription", "amount": 300}])
        run = self._create_run()
        tables = {
            name: self.env[name].search_count([])
            for name in ("legal.prebill", "legal.prebill.line", "legal.fee.period")
        }
        sequence = self.env["ir.sequence"].search([("code", "=", "legal.prebill")])
        numbers = sequence.date_range_ids.mapped("number_next_actual")
        run.action_preview()
        self.env.flush_all()
        for name, count in tables.items():
            self.assertEqual(self.env[name].search_count([]), count, name)
        sequence.date_range_ids.invalidate_recordset()
        self.assertEqual(sequence.date_range_ids.mapped("number_next_actual"), numbers)
        entries = self.matters[0].project_id.timesheet_ids
        self.assertEqual(entries.mapped("billing_status"), ["approved"])
        self.assertEqual((run.step, run.stage), ("preview", False))
        failed = self._line(run, lone)
        self.assertEqual(failed.outcome, "failed")
        self.assertIn(lone.matter_number, failed.message)
        shown = {
            line.matter_id: (line.preview_untaxed, line.preview_tax, line.preview_total)
            for line in run.line_ids
        }
        self.assertEqual(shown[self.matters[2]], (1120.0, 224.0, 1344.0))
        self.assertGreater(shown[subscribed][0], 0)
        out = self._line(run, self.matters[0])
        out.is_excluded = True
        run._run_prebills()
        self.assertFalse(out.prebill_id)
        for line in run.line_ids - out - failed:
            bill = line.prebill_id
            self.assertEqual(
                (bill.amount_untaxed, bill.amount_tax, bill.amount_total),
                shown[line.matter_id],
            )

    # -- run -------------------------------------------------------------------

    def _break_off(self, run, stage, after):
        """Let a stage end after so many chunks, as a killed process would."""
        chunks = []
        original = type(run)._do_chunk

        def do_chunk(self):
            if len(chunks) == after:
                raise KeyboardInterrupt
            chunks.append(1)
            return original(self)

        module = "odoo.addons.legal_billing.models.legal_billing_run_work"
        with (
            patch.dict(f"{module}.AT_ONCE", {stage: 1}),
            patch.object(type(run), "_do_chunk", do_chunk),
        ):
            try:
                run._run_stage(stage)
            except KeyboardInterrupt:
                return
        self.fail("the stage was over before it could be broken off")

    def test_stages_go_on_where_they_were_broken_off(self):
        run = self._create_run()
        for stage, done in (
            ("prebills", lambda: len(run.line_ids.prebill_id)),
            ("approve", lambda: run.approved_count),
            ("invoice", lambda: run.invoiced_count),
        ):
            with self.subTest(stage=stage):
                self._break_off(run, stage, after=1)
                self.assertEqual((run.stage, done()), (stage, 1))
                self.assertEqual((run.progress_done, run.progress_total), (1, 3))
                with self.assertRaisesRegex(UserError, "under way"):
                    run.action_run_approve()
                run.heartbeat_on -= timedelta(minutes=5)
                self.assertTrue(run.is_silent)
                run.action_resume()
                self.assertEqual((run.stage, done()), (False, 3))
        self.assertEqual(run.step, "outcome")
        numbers = sorted(run.line_ids.move_id.mapped("sequence_number"))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))

    def test_stop_keeps_what_is_done_and_the_rest_waits(self):
        run = self._create_run()
        self._break_off(run, "prebills", after=2)
        run.action_stop()
        run._work(None)
        self.assertEqual((run.stage, run.is_stopping), (False, False))
        self.assertEqual(len(run.line_ids.prebill_id), 2)
        run._run_prebills()
        self.assertEqual(len(run.line_ids.prebill_id), 3)

    def test_retry_takes_up_what_failed_where_it_failed(self):
        run = self._create_run()
        run._run_prebills()
        run._run_approve()
        self.company.fiscalyear_lock_date = date(2026, 6, 30)
        run._run_invoice()
        self.assertEqual(run.line_ids.mapped("failed_stage"), ["invoice"] * 3)
        self.company.fiscalyear_lock_date = False
        run.action_retry()
        self.assertEqual((run.failed_count, run.invoiced_count), (0, 3))
        self.assertEqual(run.line_ids.mapped("message"), [False] * 3)

    def test_what_another_holds_is_skipped_and_said(self):
        held = self.matters[1]
        original = type(self.env["legal.matter"]).try_lock_for_update

        def try_lock(matters, **kw):
            return original(matters - held.sudo(), **kw)

        run = self._create_run()
        with patch.object(
            type(self.env["legal.matter"]), "try_lock_for_update", try_lock
        ):
            run._run_prebills()
        line = self._line(run, held)
        self.assertEqual((line.outcome, bool(line.prebill_id)), ("busy", False))
        self.assertIn(held.matter_number, line.message)
        run._run_prebills()
        self.assertEqual(line.outcome, "done")

    def test_documents_are_written_before_anything_is_sent(self):
        run = self._create_run(
            responsible_ids=[Command.set(self.matters[0].responsible_id.ids)],
            minimum_amount=1000,
        )
        self._run_all(run)
        run._run_documents()
        self.assertEqual((run.document_count, run.sent_count), (1, 0))
        self.assertTrue(run.line_ids.move_id.invoice_pdf_report_id)
        pdf = run.line_ids.move_id.invoice_pdf_report_id
        with real_send(self.env) as env:
            run.with_env(env)._run_send()
            run.with_env(env)._run_send()
        self.assertEqual(run.sent_count, 1)
        self.assertEqual(run.line_ids.move_id.invoice_pdf_report_id, pdf)
        told = run.line_ids.move_id.message_ids.attachment_ids
        self.assertEqual(told.mapped("name").count(pdf.name), 1)

    def test_documents_of_a_chunk_are_laid_out_together_and_a_failure_is_named(self):
        run = self._create_run()
        self._run_all(run)
        billed = run.line_ids.filtered("move_id")
        self.assertGreater(len(billed), 2)
        bad = billed[1]
        Report = type(self.env["ir.actions.report"])
        render = Report._legal_render_html

        def render_all_but_one(report, name, data, res_id):
            if res_id == bad.move_id.id:
                raise UserError("This page cannot be made.")
            return render(report, name, data, res_id)

        def count_files():
            return len(billed.move_id.invoice_pdf_report_id)

        with (
            real_send(self.env) as env,
            patch.object(Report, "_legal_render_html", render_all_but_one),
        ):
            run.with_env(env)._run_documents()
        self.assertEqual(bad.outcome, "failed")
        self.assertIn("This page cannot be made.", bad.message)
        self.assertEqual(count_files(), len(billed) - 1)
        with (
            real_send(self.env) as env,
            patch.object(
                type(billed), "_do_documents", side_effect=AssertionError("one by one")
            ),
        ):
            # Together again once it is mended: nothing is left for one by one.
            billed.move_id.invoice_pdf_report_id.unlink()
            billed.is_printed = False
            self.env.flush_all()
            self.env.invalidate_all()
            run.with_env(env)._run_documents()
        self.assertEqual(count_files(), len(billed))
        self.assertEqual(set(billed.mapped("outcome")), {"done"})

    # -- walls -----------------------------------------------------------------

    def test_a_persons_run_covers_what_he_may_read_the_jobs_covers_all(self):
        group = self.env.ref("legal_billing.group_legal_billing_manager")
        walled = self._create_good_matter()
        walled.member_ids.filtered(
            lambda member: member.user_id == self.env.user
        ).unlink()
        walled.is_walled = True
        self.assertNotIn(self.env.user, walled.sudo().wall_user_ids)
        run = self._create_run()
        run._run_prebills()
        self.assertNotIn(walled, run.sudo().line_ids.matter_id)
        self.assertEqual(run.hidden_count, 0)
        schedule = self.env["legal.billing.schedule"].create(
            {
                "name": "Fin de mois",
                "company_id": self.company.id,
                "rhythm": "monthly",
                "next_on": "2026-05-01",
            }
        )
        with freeze_time("2026-05-02"):
            self.env["legal.billing.schedule"].sudo().with_user(1)._cron_start()
            runs = self.env["legal.billing.run"].with_user(1)
            runs._cron_work()
        made = schedule.last_run_id
        self.assertEqual(made.date_to, MONTH_END)
        self.assertEqual(schedule.next_on, date(2026, 6, 1))
        self.assertIn(walled, made.sudo().line_ids.matter_id)
        mine = made.with_env(self.env)
        self.env.invalidate_all()
        self.assertNotIn(walled.id, mine.line_ids.matter_id.ids)
        self.assertEqual(mine.hidden_count, 1)
        self.env.invalidate_all()
        self.assertTrue(self._line(made.sudo(), walled).prebill_id)
        lawyer = self.lawyers["partner"].user_id
        with self.assertRaises(AccessError):
            made.with_user(lawyer).read(["name"])
        lawyer.group_ids |= group
        self.assertIn(walled, made.with_user(lawyer).line_ids.matter_id)

    def test_schedules_follow_their_rhythm_and_make_up_for_days_off(self):
        Schedule = self.env["legal.billing.schedule"].sudo()
        values = {"company_id": self.company.id, "next_on": "2026-04-01"}
        monthly, quarterly, manual = Schedule.create(
            [
                {**values, "name": "Mensuel", "rhythm": "agreement"},
                {**values, "name": "Trimestriel", "rhythm": "quarterly"},
                {**values, "name": "À la main", "next_on": False},
            ]
        )
        with freeze_time("2026-06-15"):
            Schedule._cron_start()
            Schedule._cron_start()
        self.assertEqual(len(monthly.run_ids), 1)
        self.assertTrue(monthly.run_ids.follows_agreements)
        self.assertEqual(monthly.next_on, date(2026, 7, 1))
        self.assertEqual(quarterly.next_on, date(2026, 7, 1))
        self.assertEqual(quarterly.run_ids.date_to, date(2026, 3, 31))
        self.assertFalse(manual.run_ids)

    def test_constraints_are_in_the_database(self):
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname IN %s",
            [
                (
                    "legal_billing_schedule_next_day_known",
                    "legal_billing_schedule_amount_not_negative",
                    "legal_billing_run_amount_not_negative",
                )
            ],
        )
        self.assertEqual(len(self.env.cr.fetchall()), 3)


@tagged("post_install", "-at_install")
class TestTenWays(RunCommon):
    """One matter in ten is broken, each in a way of its own."""

    def _break_no_agreement(self):
        matter = self._create_matter()
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        return matter, "prebills"

    def _break_kind_of_work(self):
        matter = self._create_matter()
        meeting = self.env.ref("legal_timesheet.activity_meeting")
        self._create_agreement(
            matter,
            [{"kind": "hourly", "activity_code_ids": [Command.set(meeting.ids)]}],
        )
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        return matter, "prebills"

    def _break_currency(self):
        matter = self._create_good_matter()
        entry = matter.project_id.timesheet_ids
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET legal_currency_id = %s WHERE id = %s",
            [dollar.id, entry.id],
        )
        self.env.invalidate_all()
        return matter, "prebills"

    def _break_internal(self):
        matter = self._create_good_matter()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE legal_matter SET is_internal = TRUE WHERE id = %s", [matter.id]
        )
        self.env.invalidate_all()
        return matter, "prebills"

    def _break_bug(self):
        matter = self._create_good_matter()
        self.buggy = matter
        return matter, "prebills"

    def _break_cost(self):
        matter = self._create_good_matter()
        self._create_disbursement(matter, 50, "2026-04-10")
        self.late.append(
            lambda prebill: prebill.line_ids.cost_id.write(
                {"proof_attachment_ids": [Command.clear()]}
            )
        )
        return matter, "approve"

    def _break_empty(self):
        matter = self._create_good_matter()

        def give_away(prebill):
            prebill.line_ids.write(
                {"decision": "no_charge", "reason_id": self.reason.id}
            )

        self.late.append(give_away)
        return matter, "approve"

    def _break_address(self):
        matter = self._create_good_matter()
        matter.partner_id = self.env["res.partner"].create(
            {"name": "Sans Adresse SARL", "is_company": True}
        )
        self.late.append(None)
        return matter, "invoice"

    def _break_tax(self):
        matter = self._create_good_matter()
        self.late.append(None)
        self.twisted = matter
        return matter, "invoice"

    def _break_constraint(self):
        matter = self._create_good_matter()
        self.forbidden = matter
        return matter, "prebills"

    def test_nine_tenths_are_billed_and_each_failure_is_named(self):
        self.late = []
        ways = [getattr(self, name) for name in dir(self) if name.startswith("_break_")]
        self.assertEqual(len(ways), 10)
        bad, stages, late = [], {}, {}
        for way in ways:
            known = len(self.late)
            matter, stage = way()
            bad.append(matter)
            stages[matter] = stage
            if len(self.late) > known and self.late[-1]:
                late[matter] = self.late[-1]
        good = self._create_many(90)
        run = self._create_run()
        Prebill = type(self.env["legal.prebill"])
        prepare, check = Prebill._prepare_fee_lines, Prebill._check_posted_total

        def prepare_fee_lines(prebill, matter, sources):
            lines = prepare(prebill, matter, sources)
            if matter == self.buggy:
                raise ZeroDivisionError("boom")
            if matter == self.forbidden:
                lines[0]["hours"] = -1.0  # refused by the database alone
            return lines

        def check_posted_total(prebill, moves):
            if prebill.matter_id == self.twisted:
                raise UserError(f"{prebill.display_name}: the total is not the same")
            return check(prebill, moves)

        with (
            patch.object(Prebill, "_prepare_fee_lines", prepare_fee_lines),
            patch.object(Prebill, "_check_posted_total", check_posted_total),
            mute_logger("odoo.addons.legal_billing.models.legal_billing_run_line"),
        ):
            run._run_prebills()
            for matter, act in late.items():
                act(self._line(run, matter).prebill_id)
            run._run_approve()
            run._run_invoice()
        lines = {line.matter_id: line for line in run.line_ids}
        for matter in good:
            self.assertEqual(lines[matter].move_id.state, "posted")
        for matter in bad:
            line = lines[matter]
            with self.subTest(stage=stages[matter], message=line.message):
                self.assertEqual(line.outcome, "failed")
                self.assertEqual(line.failed_stage, stages[matter])
                self.assertTrue(line.message)
                self.assertFalse(line.move_id)
        self.assertEqual((run.failed_count, run.invoiced_count), (10, 90))
        self.assertEqual(len({lines[matter].message for matter in bad}), 10)
        numbers = sorted(run.line_ids.move_id.mapped("sequence_number"))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 90)))
