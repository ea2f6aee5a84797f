import logging
import time
from collections import Counter
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.modules import module
from odoo.tools import config

_logger = logging.getLogger(__name__)

#: how many matters each stage takes between two commits
AT_ONCE = {
    "preview": 100,
    "prebills": 100,
    "approve": 100,
    "invoice": 50,
    "documents": 40,
}
ONE_BY_ONE = 10
#: how long a person waits at the screen before the work goes on by itself
SECONDS_AT_SCREEN = 8
#: after so long without a sign of life, a stage was broken off
SILENCE = timedelta(minutes=2)
TRIES = 5


class LegalBillingRun(models.Model):
    """The work of a run: stage by stage, chunk by chunk, each chunk committed.

    Whoever works takes lines nobody else holds, so that several workers may share a
    run, and a run that was broken off, at any moment, goes on where it was: what a
    stage has left to do is read from the lines, never remembered.
    """

    _inherit = "legal.billing.run"

    stage = fields.Selection(
        [
            ("preview", "Preview"),
            ("prebills", "Pre-bills"),
            ("approve", "Approval"),
            ("invoice", "Invoices"),
            ("documents", "Documents"),
            ("send", "Sending"),
        ],
        string="Under way",
        readonly=True,
        copy=False,
    )
    launched_by_id = fields.Many2one(
        "res.users", string="Started by", readonly=True, copy=False
    )
    launch = fields.Integer(readonly=True, copy=False, export_string_translation=False)
    is_stopping = fields.Boolean(readonly=True, copy=False)
    is_silent = fields.Boolean(compute="_compute_progress")
    stage_started_on = fields.Datetime(readonly=True, copy=False)
    heartbeat_on = fields.Datetime(readonly=True, copy=False)
    progress_total = fields.Integer(readonly=True, copy=False)
    progress_done = fields.Integer(compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress", help="In per cent.")
    time_left = fields.Char(compute="_compute_progress")

    @api.depends("stage", "launch", "heartbeat_on", "progress_total", "line_ids.launch")
    def _compute_progress(self):
        now = fields.Datetime.now()
        for run in self:
            left = len(run._get_todo())
            done = max(run.progress_total - left, 0)
            run.progress_done = done if run.stage else 0
            run.progress = (
                100.0 * done / run.progress_total if run.progress_total else 0
            )
            run.is_silent = bool(
                run.stage and run.heartbeat_on and now - run.heartbeat_on > SILENCE
            )
            run.time_left = run._say_time_left(done, left, now)

    def _say_time_left(self, done, left, now):
        if not (self.stage and done and left and self.stage_started_on):
            return False
        seconds = (now - self.stage_started_on).total_seconds() / done * left
        if seconds < 60:
            return self.env._("less than a minute left")
        return self.env._("about %(minutes)s min left", minutes=round(seconds / 60))

    # -- beginning and ending ----------------------------------------------------

    def _begin(self, stage):
        """Begin a stage, unless one is under way.

        :raise UserError: somebody else began one a moment ago
        """
        self.ensure_one()
        self._hold()
        if self.stage and not self.is_silent:
            labels = dict(self._fields["stage"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(stage)s” of %(run)s is under way: wait until it is done, or"
                    " stop it first.",
                    stage=labels[self.stage],
                    run=self.name,
                )
            )
        if stage in ("preview", "prebills"):
            self._sync_lines()
        now = fields.Datetime.now()
        self.write(
            {
                "stage": stage,
                "launch": self.launch + 1,
                # A run of the scheduled job is nobody's: it sees every matter.
                "launched_by_id": False if self.env.su else self.env.uid,
                "step": "preview" if stage == "preview" else "run",
                "is_stopping": False,
                "stage_started_on": now,
                "heartbeat_on": now,
            }
        )
        self.progress_total = len(self._get_todo())

    def _hold(self):
        """Hold the row of this run until the next commit."""
        try:
            self.lock_for_update()
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody else is at work on %(run)s: wait a moment, then open it"
                    " again.",
                    run=self.name,
                )
            ) from None
        self.invalidate_recordset(["stage", "launch", "is_stopping", "heartbeat_on"])

    def _end(self):
        """Close the stage, and say how it ended where everybody reads it."""
        self.ensure_one()
        stage, body = self.stage, self._say_end(self.stage)
        self.write({"stage": False, "is_stopping": False})
        if stage == "preview":
            return
        self.step = "outcome"
        self.message_post(body=body)

    def _say_end(self, stage):
        """Return how a stage ended: the figures of all matters, no word of which."""
        labels = dict(self._fields["stage"]._description_selection(self.env))
        # Counted alone: the other figures of a run are for who looks at it.
        failed = len(self.line_ids.filtered(lambda line: line.outcome == "failed"))
        words = {"stage": labels[stage], "failed": failed}
        if self.is_stopping:
            return self.env._("%(stage)s: stopped by request.", **words)
        if failed:
            return self.env._(
                "%(stage)s: over; %(failed)s matters failed, each with its reason.",
                **words,
            )
        return self.env._("%(stage)s: over, without a failure.", **words)

    def action_stop(self):
        """Stop after the matters now at work; the others wait to be taken up."""
        self.check_access("write")
        self.is_stopping = True

    def action_resume(self):
        """Go on with the stage that was stopped or broken off."""
        self.check_access("write")
        if not self.stage:
            raise UserError(
                self.env._(
                    "Nothing of %(run)s waits to be gone on with: choose a step.",
                    run=self.name,
                )
            )
        self.is_stopping = False
        return self._go_on()

    def action_retry(self):
        """Take up the matters that failed, or were awaited, at the stage where each
        stands."""
        self.check_access("write")
        stage, _count = self._get_next_retry()
        if not stage:
            return None
        self._begin(stage)
        return self._go_on()

    def _get_next_retry(self):
        """Return (the first stage with matters to take up again, how many)."""
        found = self._get_to_retry()
        for stage, _label in self._fields["stage"].selection:
            if found.get(stage) and stage != "preview":
                return stage, found[stage]
        return False, 0

    def _get_to_retry(self):
        """Return {stage: how many matters wait to be taken up again}."""
        failed = self.line_ids.filtered(lambda line: line.outcome == "failed")
        return Counter(failed.mapped("failed_stage"))

    # -- going on ----------------------------------------------------------------

    def _go_on(self):
        """Work while somebody waits; then let the scheduled job go on."""
        run = self.with_context(legal_run_commits=True)
        if run._work(SECONDS_AT_SCREEN):
            self.env.ref("legal_billing.ir_cron_work_billing_runs")._trigger()
        return None

    @api.model
    def _cron_work(self):
        """Go on with every stage that nobody works on."""
        runs = self.search([("stage", "!=", False), ("is_stopping", "=", False)])
        for run in runs:
            # With the rights of whoever started it, walls included.
            run = run.with_user(run.launched_by_id) if run.launched_by_id else run
            run.with_context(legal_run_commits=True)._work(None)

    def _run_stage(self, stage):
        """Do a whole stage now."""
        self._begin(stage)
        self._work(None)

    def _run_prebills(self):
        """Make the pre-bill of each matter that has something to bill."""
        self._run_stage("prebills")

    def _run_approve(self):
        """Approve each pre-bill of this run that is not on hold."""
        self._run_stage("approve")

    def _run_invoice(self):
        """Make and post the invoice of each approved pre-bill of this run."""
        self._run_stage("invoice")

    def _run_documents(self):
        """Write the PDF of each posted invoice of this run."""
        self._run_stage("documents")

    def _run_send(self):
        """Send each posted invoice of this run that was not sent yet."""
        self._run_stage("send")

    def _can_commit(self):
        """Tell whether chunks are kept as they are done: never inside a test."""
        return bool(
            self.env.context.get("legal_run_commits")
            and not module.current_test
            and not config["test_enable"]
        )

    def _work(self, seconds):
        """Do chunks of the stage under way, until none is left or time is over.

        :param seconds: how long at most; ``None`` for as long as it takes
        :return bool: whether there is more to do
        """
        self.ensure_one()
        until = time.monotonic() + seconds if seconds is not None else None
        self._checkpoint()
        while self.stage:
            if self.is_stopping:
                self._end()
                self._checkpoint()
                return False
            found = self._try_chunk()
            if not found:
                return self._finish()
            if until and time.monotonic() > until:
                return bool(self.stage)
        return False

    def _finish(self):
        """End the stage once nobody holds a line of it any more.

        :return bool: whether others are still at work
        """
        todo = self._get_todo()
        if todo:
            # Held by others: they end the stage when they are done.
            return True
        if self.try_lock_for_update():
            self.invalidate_recordset(["stage"])
            if self.stage:
                self._end()
        self._checkpoint()
        return False

    def _try_chunk(self):
        """Do one chunk; with commits, once more should another transaction win."""
        if not self._can_commit():
            return self._do_chunk()
        for attempt in range(TRIES):
            try:
                found = self._do_chunk()
                self._checkpoint()
                return found
            except psycopg2.errors.OperationalError as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if not isinstance(error, RETRIED) or attempt == TRIES - 1:
                    raise
                time.sleep(0.1 * 2**attempt)
        return False

    def _do_chunk(self):
        """Take lines that nobody holds, and do them.

        :return bool: whether there were any
        """
        stage = self.stage
        size = AT_ONCE.get(stage, ONE_BY_ONE)
        lines = self._get_todo().try_lock_for_update(limit=size)
        if not lines:
            return False
        # A snapshot from before somebody else's commit would show them undone.
        lines.invalidate_recordset(["launch", "outcome", "prebill_id", "move_id"])
        lines = lines.filtered(lambda line: line.launch < self.launch)
        lines._do_stage(stage)
        lines.write({"launch": self.launch})
        self.heartbeat_on = fields.Datetime.now()
        if stage == "send":
            # First kept, then delivered: whatever is done again from here on, no
            # invoice is handed over twice.
            self._checkpoint()
            lines._deliver()
        return True

    def _checkpoint(self):
        """Keep what is done, and see what others did meanwhile."""
        self.env.flush_all()
        if self._can_commit():
            self.env.cr.commit()
            self.env.invalidate_all()

    def _get_todo(self):
        """Return the lines that the stage under way has not looked at yet."""
        self.ensure_one()
        Line = self.env["legal.billing.run.line"]
        if not self.stage:
            return Line
        # Asked of the database: a thousand lines, with their pre-bills and invoices,
        # would be read again for each chunk.
        waiting = Line.search(
            [
                ("run_id", "=", self.id),
                ("is_excluded", "=", False),
                ("launch", "<", self.launch),
                *Line._get_due_domain(self.stage),
            ],
            order="id",
        )
        return waiting._without_posted() if self.stage == "send" else waiting


RETRIED = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)
