from datetime import date
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LegalBillingCommon
from .common_document import real_send

MONTH_END = date(2026, 4, 30)


@tagged("post_install", "-at_install")
class TestBillingRun(LegalBillingCommon):
    def _create_run(self):
        return self.env["legal.billing.run"].create(
            {
                "company_id": self.company.id,
                "date_to": MONTH_END,
                "invoice_date": MONTH_END,
            }
        )

    def _create_good_matter(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        return matter

    def _run_all(self, run):
        run._run_prebills()
        run._run_approve()
        run._run_invoice()

    def _line(self, run, matter):
        return run.line_ids.filtered(lambda line: line.matter_id == matter)

    def test_run_bills_the_good_and_names_the_bad(self):
        good = [self._create_good_matter() for _ in range(3)]
        bad = self._create_matter()
        self._create_entry(bad, "partner", 1.0, "2026-04-10")
        idle = self._create_matter()
        run = self._create_run()
        self._run_all(run)
        for matter in good:
            line = self._line(run, matter)
            self.assertEqual((line.outcome, line.move_id.state), ("done", "posted"))
        failed = self._line(run, bad)
        self.assertEqual(failed.outcome, "failed")
        self.assertIn(bad.matter_number, failed.message)
        self.assertFalse(failed.prebill_id)
        self.assertEqual(self._line(run, idle).outcome, "nothing")
        self.assertEqual((run.failed_count, run.invoiced_count), (1, 3))

    def test_second_run_bills_nothing_twice_and_takes_up_the_mended(self):
        self._create_good_matter()
        bad = self._create_matter()
        self._create_entry(bad, "partner", 1.0, "2026-04-10")
        run = self._create_run()
        self._run_all(run)
        moves = run.line_ids.move_id
        self._run_all(run)
        self.assertEqual(run.line_ids.move_id, moves)
        self._create_agreement(bad, [{"kind": "hourly"}])
        self._run_all(run)
        self.assertEqual(len(run.line_ids.move_id), 2)
        other = self._create_run()
        self._run_all(other)
        self.assertFalse(other.line_ids.move_id)

    def test_an_unexpected_error_stops_one_matter_only(self):
        good, odd = self._create_good_matter(), self._create_good_matter()
        original = type(self.env["legal.prebill"])._prepare_fee_lines

        def explode(prebill, matter, sources):
            if matter == odd:
                raise ZeroDivisionError("boom")
            return original(prebill, matter, sources)

        run = self._create_run()
        with (
            patch.object(
                type(self.env["legal.prebill"]), "_prepare_fee_lines", explode
            ),
            self.assertLogs(
                "odoo.addons.legal_billing.models.legal_billing_run_line", "ERROR"
            ),
        ):
            self._run_all(run)
        self.assertEqual(self._line(run, good).outcome, "done")
        self.assertEqual(self._line(run, odd).outcome, "failed")
        self.assertFalse(self.env["legal.prebill"].search([("matter_id", "=", odd.id)]))

    def test_closed_period_is_a_sentence_and_leaves_no_number(self):
        matter = self._create_good_matter()
        run = self._create_run()
        run._run_prebills()
        run._run_approve()
        self.company.fiscalyear_lock_date = date(2026, 6, 30)
        run._run_invoice()
        line = self._line(run, matter)
        self.assertEqual(line.outcome, "failed")
        self.assertIn("2026", line.message)
        self.assertEqual(line.prebill_id.state, "approved")
        self.assertFalse(line.prebill_id.move_ids)

    def test_one_refused_invoice_takes_no_other_with_it(self):
        """Invoices are posted together; the refused one fails alone, by name, and
        the numbers of the others follow each other without a hole."""
        good = [self._create_good_matter() for _ in range(3)]
        bad = self._create_good_matter()
        bad.partner_id = self.env["res.partner"].create(
            {"name": "Sans Adresse SARL", "is_company": True}
        )
        run = self._create_run()
        run._run_prebills()
        run._run_approve()
        run._run_invoice()
        line = self._line(run, bad)
        self.assertEqual(line.outcome, "failed")
        self.assertIn("Sans Adresse SARL", line.message)
        self.assertEqual(line.prebill_id.state, "approved")
        moves = self.env["account.move"].union(
            *[self._line(run, matter).move_id for matter in good]
        )
        self.assertEqual(moves.mapped("state"), ["posted"] * 3)
        numbers = sorted(moves.mapped("sequence_number"))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))

    def test_posting_costs_few_queries_an_invoice(self):
        """At most 15 SQL statements for each further invoice, create and post."""
        counts = []
        for number in (2, 7):
            matters = [self._create_good_matter() for _ in range(number)]
            run = self._create_run()
            run._run_prebills()
            run._run_approve()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            run._run_invoice()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            moves = run.line_ids.filtered(
                lambda li, m=matters: li.matter_id in m
            ).move_id
            self.assertEqual(len(moves), number)
        self.assertLessEqual((counts[1] - counts[0]) / 5, 15)

    def test_held_prebill_waits_then_is_taken_up_at_its_date(self):
        matter = self._create_good_matter()
        run = self._create_run()
        run._run_prebills()
        prebill = self._line(run, matter).prebill_id
        prebill._hold("attend l'accord du client", date(2026, 5, 31))
        run._run_approve()
        self.assertEqual(self._line(run, matter).outcome, "held")
        self.assertEqual(prebill.state, "draft")
        later = self.env["legal.billing.run"].create(
            {
                "company_id": self.company.id,
                "date_to": date(2026, 5, 31),
                "invoice_date": date(2026, 5, 31),
            }
        )
        self._run_all(later)
        self.assertEqual(self._line(later, matter).move_id.state, "posted")

    def test_queries_do_not_grow_with_the_number_of_matters(self):
        """Gathering the sources of a run costs the same for 2 and 12 matters."""
        few = self.env["legal.matter"].union(
            *[self._create_good_matter() for _ in range(2)]
        )
        many = self.env["legal.matter"].union(
            *[self._create_good_matter() for _ in range(10)]
        )
        counts = []
        # The first pass warms the registry's caches (rules, sequences).
        for matters in (few, few, few | many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["legal.prebill"]._gather_sources(matters, MONTH_END)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_mail_server_outage_keeps_the_documents_and_sends_once_after(self):
        """The server is down, then up: one e-mail leaves, with the same PDF."""
        matter = self._create_good_matter()
        self.client.invoice_sending_method = "email"
        run = self._create_run()
        self._run_all(run)
        line = self._line(run, matter)
        sent = []

        def refuse(server, *args, **kw):
            raise ConnectionRefusedError("nobody listens")

        def accept(server, message, *args, **kw):
            sent.append(message["To"])
            return message["Message-Id"]

        server = type(self.env["ir.mail_server"])
        # Under test the framework sends nothing, and says that it did.
        self.startPatcher(patch.object(server, "_disable_send", lambda *a: False))
        with (
            real_send(self.env) as env,
            patch.object(server, "_connect__", refuse),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            run.with_env(env)._run_send()
        self.assertEqual((line.outcome, line.is_sent), ("failed", False))
        self.assertIn(line.move_id.name, line.message)
        pdf = line.move_id.invoice_pdf_report_id
        self.assertTrue(pdf)
        with (
            real_send(self.env) as env,
            patch.object(server, "_connect__", lambda *args, **kw: None),
            patch.object(server, "send_email", accept),
        ):
            run.with_env(env)._run_send()
            run.with_env(env)._run_send()
        self.assertEqual((line.outcome, line.is_sent), ("done", True))
        self.assertEqual(line.move_id.invoice_pdf_report_id, pdf)
        self.assertEqual(len(sent), 1)
        self.assertIn(self.client.email, sent[0])

    def test_what_was_left_out_is_still_told_once_sent(self):
        matter = self._create_good_matter()
        cost = self._create_cost(matter, "disbursement", 50, "2026-04-10")
        run = self._create_run()
        self._run_all(run)
        with real_send(self.env) as env:
            run.with_env(env)._run_send()
        line = self._line(run, matter)
        self.assertTrue(line.is_sent)
        self.assertIn(cost.name, line.message)
