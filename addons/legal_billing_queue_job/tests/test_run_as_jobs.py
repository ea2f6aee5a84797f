from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.legal_billing.tests.test_billing_run_steps import RunCommon
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

AT_ONCE = "odoo.addons.legal_billing.models.legal_billing_run_work.AT_ONCE"


@tagged("post_install", "-at_install")
class TestRunAsJobs(RunCommon):
    """The chunks of a run, each a job of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matters = cls._create_many(5)
        cls.billing = cls._create_run()

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.dict(AT_ONCE, {"prebills": 2, "approve": 2, "invoice": 2})
        )

    def test_every_stage_is_spread_and_ends_as_without_jobs(self):
        for button, stage, channel in (
            ("action_run_prebills", "prebills", "root.legal_billing"),
            ("action_run_approve", "approve", "root.legal_billing"),
            ("action_run_invoice", "invoice", "root.legal_billing.invoice"),
        ):
            with self.subTest(stage=stage), trap_jobs() as trap:
                getattr(self.billing, button)()
                self.assertEqual(self.billing.stage, stage)
                trap.assert_jobs_count(3, only=self.billing._job_chunk)
                self.assertEqual({job.channel for job in trap.enqueued_jobs}, {channel})
                trap.perform_enqueued_jobs()
                self.assertFalse(self.billing.stage)
        self.assertEqual(
            (self.billing.invoiced_count, self.billing.failed_count), (5, 0)
        )
        numbers = sorted(self.billing.line_ids.move_id.mapped("sequence_number"))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 5)))

    def test_jobs_queue_and_run_under_the_real_queue(self):
        """Stored as jobs with their function's channel, done by the job's own run."""
        self.billing.action_run_prebills()
        jobs = (
            self.env["queue.job"]
            .sudo()
            .search(
                [("model_name", "=", "legal.billing.run"), ("state", "=", "pending")]
            )
        )
        self.assertEqual(len(jobs), 3)
        self.assertEqual(set(jobs.mapped("channel")), {"root.legal_billing"})
        self.billing.flush_recordset()
        for job in jobs:
            self.env["legal.billing.run"].browse(job.records.ids)._job_chunk(*job.args)
        self.assertEqual(len(self.billing.line_ids.prebill_id), 5)

    def test_what_others_hold_is_looked_at_again_later(self):
        Line = type(self.env["legal.billing.run.line"])
        with trap_jobs():
            self.billing.action_run_prebills()
        with (
            patch.object(Line, "try_lock_for_update", lambda lines, **kw: lines[:0]),
            self.assertRaises(RetryableJobError),
        ):
            self.billing._job_chunk("prebills", self.billing.launch)

    def test_a_stage_whose_worker_died_is_queued_again(self):
        with trap_jobs():
            self.billing.action_run_prebills()
        self.billing._job_chunk("prebills", self.billing.launch)
        self.billing.heartbeat_on -= timedelta(minutes=10)
        with trap_jobs() as trap:
            self.env["legal.billing.run"]._cron_work()
            trap.assert_jobs_count(2, only=self.billing._job_chunk)
            trap.perform_enqueued_jobs()
        self.assertEqual(len(self.billing.line_ids.prebill_id), 5)
        self.assertFalse(self.billing.stage)

    def test_stop_ends_the_stage_and_the_jobs_left_do_nothing(self):
        with trap_jobs() as trap:
            self.billing.action_run_prebills()
            launch = self.billing.launch
            self.billing._job_chunk("prebills", launch)
            self.billing.action_stop()
            trap.perform_enqueued_jobs()
        self.assertFalse(self.billing.stage)
        self.assertEqual(len(self.billing.line_ids.prebill_id), 2)
        self.assertIn("over", self.billing._job_chunk("prebills", launch))
