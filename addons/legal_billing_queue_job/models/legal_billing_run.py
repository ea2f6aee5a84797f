import math

from odoo import models

from odoo.addons.legal_billing.models.legal_billing_run_work import AT_ONCE, ONE_BY_ONE
from odoo.addons.queue_job.exception import RetryableJobError

CHANNEL = "root.legal_billing"
#: what an invoice costs to wait for: numbers follow each other
IN_ORDER = ("invoice",)


class LegalBillingRun(models.Model):
    """Stages of a run as jobs: one for each chunk, for whichever worker is free."""

    _inherit = "legal.billing.run"

    def _go_on(self):
        """Queue the chunks of the stage under way, instead of working here."""
        self.ensure_one()
        self.flush_recordset()
        size = AT_ONCE.get(self.stage, ONE_BY_ONE)
        chunks = max(1, math.ceil(len(self._get_todo()) / size))
        channel = f"{CHANNEL}.invoice" if self.stage in IN_ORDER else CHANNEL
        labels = dict(self._fields["stage"]._description_selection(self.env))
        for rank in range(1, chunks + 1):
            self.with_delay(
                channel=channel,
                description=f"{self.name} – {labels[self.stage]} {rank}/{chunks}",
                identity_key=f"{self._name}-{self.id}-{self.launch}-{rank}",
            )._job_chunk(self.stage, self.launch)
        return None

    def _job_chunk(self, stage, launch):
        """Do one chunk of a stage; the last one to find nothing left closes it.

        :raise RetryableJobError: others hold all that is left: look again later
        """
        self.ensure_one()
        if (self.stage, self.launch) != (stage, launch):
            return self.env._("This stage is over.")
        if self.is_stopping:
            self._end()
            return self.env._("Stopped by request.")
        if not self._do_chunk() and self._get_todo():
            raise RetryableJobError(
                self.env._("Other workers hold the matters that are left."),
                ignore_retry=True,
            )
        self.flush_recordset()
        if not self._get_todo() and self.try_lock_for_update():
            self._end()
        return None

    def _cron_work(self):
        """Leave the stages to the jobs; take up those that none of them works on."""
        silent = self.search([("stage", "!=", False)]).filtered("is_silent")
        for run in silent:
            run._go_on_again()
        return None

    def _go_on_again(self):
        """Queue anew what a broken off job left; those still queued count."""
        run = self.with_user(self.launched_by_id) if self.launched_by_id else self
        run.launch += 1
        run._mark_left_behind()
        run._go_on()

    def _mark_left_behind(self):
        """Keep the lines that are done out of the next launch."""
        before = self.launch - 1
        self.line_ids.filtered(lambda line: line.launch == before).launch = self.launch
