import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)

MONTHS = {"monthly": 1, "agreement": 1, "quarterly": 3}


class LegalBillingSchedule(models.Model):
    """Matters billed together, again and again: by hand, or by themselves."""

    _name = "legal.billing.schedule"
    _description = "Saved Billing Run"
    _inherit = ["legal.billing.selection"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    rhythm = fields.Selection(
        [
            ("manual", "When somebody starts it"),
            ("monthly", "Each month"),
            ("quarterly", "Each quarter"),
            ("agreement", "As each agreement says"),
        ],
        required=True,
        default="manual",
    )
    next_on = fields.Date(
        string="Next run",
        help="That day the pre-bills are made, of the work up to the month before.",
    )
    run_ids = fields.One2many("legal.billing.run", "schedule_id")
    last_run_id = fields.Many2one("legal.billing.run", compute="_compute_last_run")

    _next_day_known = models.Constraint(
        "CHECK (rhythm = 'manual' OR next_on IS NOT NULL)",
        "Say on which day the next run starts.",
    )

    @api.depends("run_ids")
    def _compute_last_run(self):
        for schedule in self:
            schedule.last_run_id = schedule.run_ids[:1]

    @api.onchange("rhythm")
    def _onchange_rhythm(self):
        """Propose the first day of next month."""
        if self.rhythm != "manual" and not self.next_on:
            today = fields.Date.context_today(self)
            self.next_on = fields.Date.add(
                fields.Date.start_of(today, "month"), months=1
            )

    def action_start(self):
        """Prepare a run of these matters, and open it before anything is made."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return self._create_run(today)._get_form_action()

    def _create_run(self, day, **kw):
        self.ensure_one()
        return self.env["legal.billing.run"].create(
            {
                "company_id": self.company_id.id,
                "schedule_id": self.id,
                "date_to": self._get_date_to(day),
                "invoice_date": day,
                **self._prepare_selection(),
                **kw,
            }
        )

    @api.model
    def _get_date_to(self, day):
        """Return the last day of the month before."""
        return fields.Date.subtract(fields.Date.start_of(day, "month"), days=1)

    # -- by themselves -------------------------------------------------------------

    @api.model
    def _cron_start(self):
        """Start the runs that are due today; their pre-bills wait for approval."""
        today = fields.Date.context_today(self)
        due = self.search([("rhythm", "!=", "manual"), ("next_on", "<=", today)])
        for schedule in due:
            schedule = schedule.with_company(schedule.company_id)
            # Whoever comes second finds the date moved on.
            if not schedule.try_lock_for_update():
                continue
            run = schedule._start_due()
            if run and run._can_commit():
                self.env["ir.cron"]._commit_progress(1)

    def _start_due(self):
        """Prepare the run of a day that has come, and set the next one.

        Days that passed while the server was down are made up for by one run.
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        day = self.next_on
        following = day
        while following <= today:
            following = fields.Date.add(following, months=MONTHS[self.rhythm])
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.next_on = following
                run = self._create_run(day, follows_agreements=self._follows())
                run._begin("prebills")
        except UserError as error:
            _logger.warning("The billing run “%s” did not start: %s", self.name, error)
            return self.env["legal.billing.run"]
        self.env.ref("legal_billing.ir_cron_work_billing_runs")._trigger()
        return run

    def _follows(self):
        return self.rhythm == "agreement"
