from odoo import api, fields, models
from odoo.tools import format_date

from .legal_billing_run_line import OPEN_STATES


class LegalBillingRun(models.Model):
    """A mass billing run: the matters chosen, a line each, and what became of it.

    Four steps on one page: choose, preview, run, outcome. A stage can be run again:
    it takes up the lines that failed or were not reached, and leaves alone those that
    are done.
    """

    _name = "legal.billing.run"
    _description = "Billing Run"
    _inherit = ["legal.billing.selection", "mail.thread"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    # Not stored: each person reads it in his own language.
    name = fields.Char(compute="_compute_name")
    schedule_id = fields.Many2one(
        "legal.billing.schedule",
        string="Saved filters",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    step = fields.Selection(
        [
            ("choose", "Choose"),
            ("preview", "Preview"),
            ("run", "Run"),
            ("outcome", "Outcome"),
        ],
        default="choose",
        required=True,
        readonly=True,
        copy=False,
    )
    date_to = fields.Date(
        string="Work up to", required=True, default=lambda self: self._default_date_to()
    )
    invoice_date = fields.Date(required=True, default=fields.Date.context_today)
    follows_agreements = fields.Boolean(
        string="As each agreement says",
        help="Leaves out the matters whose agreement is not billed at this date.",
    )
    client_message = fields.Text(
        string="A word to all clients",
        help="Written in the e-mail to each client, not on his invoice.",
    )
    line_ids = fields.One2many("legal.billing.run.line", "run_id")
    candidate_count = fields.Integer(
        string="Matters with work to bill", compute="_compute_candidates"
    )
    candidate_amount = fields.Monetary(
        string="Work and costs waiting", compute="_compute_candidates"
    )
    line_count = fields.Integer(compute="_compute_counts")
    chosen_count = fields.Integer(compute="_compute_counts")
    hidden_count = fields.Integer(
        compute="_compute_counts",
        help="Matters behind a wall: their responsible sees them.",
    )
    failed_count = fields.Integer(compute="_compute_counts")
    invoiced_count = fields.Integer(compute="_compute_counts")
    posted_count = fields.Integer(compute="_compute_counts")
    prebill_count = fields.Integer(compute="_compute_counts")
    approved_count = fields.Integer(compute="_compute_counts")
    document_count = fields.Integer(compute="_compute_counts")
    to_print_count = fields.Integer(compute="_compute_counts")
    sent_count = fields.Integer(compute="_compute_counts")
    to_send_count = fields.Integer(compute="_compute_counts")
    to_post_count = fields.Integer(string="Letters to post", compute="_compute_counts")
    amount_untaxed = fields.Monetary(
        string="Total excl. VAT", compute="_compute_counts"
    )
    preview_amount = fields.Monetary(
        string="Previewed, excl. VAT", compute="_compute_counts"
    )

    @api.model
    def _default_date_to(self):
        """Propose the end of last month."""
        return self.env["legal.billing.schedule"]._get_date_to(
            fields.Date.context_today(self)
        )

    @api.depends("date_to", "schedule_id.name")
    @api.depends_context("lang")
    def _compute_name(self):
        for run in self:
            date = format_date(self.env, run.date_to) if run.date_to else ""
            run.name = self.env._("Billing up to %(date)s", date=date)
            if run.schedule_id:
                run.name = f"{run.schedule_id.name} – {date}"

    @api.depends(lambda self: ["date_to", "company_id", *self._get_selection_fields()])
    def _compute_candidates(self):
        for run in self:
            # A run that is under way no longer asks what could be chosen.
            found = (0, 0.0)
            if run.step == "choose":
                found = run._count_waiting(run.date_to)
            run.candidate_count, run.candidate_amount = found

    @api.depends(
        "line_ids.outcome",
        "line_ids.is_excluded",
        "line_ids.is_printed",
        "line_ids.is_sent",
        "line_ids.move_id.state",
        "line_ids.move_id.legal_post_batch_id",
        "line_ids.preview_untaxed",
        "line_ids.prebill_id.state",
        "line_ids.prebill_id.amount_untaxed",
    )
    def _compute_counts(self):
        Line = self.env["legal.billing.run.line"]
        for run in self:
            lines = run.line_ids
            prebills = lines.prebill_id
            # Of a thousand pre-bills and invoices, this alone.
            prebills.fetch(["state", "amount_untaxed"])
            lines.move_id.fetch(["state"])
            posted = lines.filtered(lambda li: li.move_id.state == "posted")
            run.line_count = len(lines)
            # sudo: how many matters there are, no word of which.
            hidden = Line.sudo().search_count([("run_id", "=", run.id)])
            run.hidden_count = hidden - Line.search_count([("run_id", "=", run.id)])
            run.chosen_count = len(lines.filtered(lambda li: li._is_chosen()))
            run.failed_count = len(lines.filtered(lambda li: li.outcome == "failed"))
            run.prebill_count = len(prebills.filtered(lambda p: p.state in OPEN_STATES))
            run.approved_count = len(prebills.filtered(lambda p: p.state == "approved"))
            run.invoiced_count = self.env["account.move"].search_count(
                prebills._get_moves_domain()
            )
            run.posted_count = len(posted)
            run.document_count = len(lines.filtered("is_printed"))
            run.to_print_count = len(posted.filtered(lambda li: not li.is_printed))
            run.sent_count = len(lines.filtered("is_sent"))
            waiting = posted.filtered(lambda li: not li.is_sent)
            to_post = waiting._get_in_post()
            run.to_send_count = len(waiting - to_post)
            run.to_post_count = len(to_post)
            run.amount_untaxed = sum(prebills.mapped("amount_untaxed"))
            run.preview_amount = sum(
                li.preview_untaxed for li in lines if not li.is_excluded
            )

    @api.onchange("schedule_id")
    def _onchange_schedule(self):
        if self.schedule_id:
            self.update(
                {name: self.schedule_id[name] for name in self._get_selection_fields()}
            )

    # -- matters -----------------------------------------------------------------

    def _find_chosen(self):
        """Return the matters of this run: those chosen that its user may read."""
        self.ensure_one()
        matters = self._find_matters(self.date_to)
        if not self.follows_agreements:
            return matters
        due = self.env["legal.fee.agreement"]._get_rhythms_due(self.date_to)
        return matters.filtered(
            lambda matter: any(
                agreement.billing_rhythm in due for agreement in matter.agreement_ids
            )
        )

    def _sync_lines(self):
        """Give each matter chosen its line; drop the lines of those no longer chosen,
        as long as nothing was made for them."""
        matters = self._find_chosen()
        known = self.line_ids.matter_id
        self.env["legal.billing.run.line"].create(
            [{"run_id": self.id, "matter_id": matter.id} for matter in matters - known]
        )
        gone = self.line_ids.filtered(
            lambda line: line.matter_id not in matters and not line.prebill_id
        )
        gone.unlink()

    # -- buttons -----------------------------------------------------------------

    def action_preview(self):
        self._begin("preview")
        return self._go_on()

    def action_change_choice(self):
        """Go back to the filters: nothing was made yet."""
        self.write({"step": "choose"})

    def action_run_prebills(self):
        self._begin("prebills")
        return self._go_on()

    def action_run_approve(self):
        self._begin("approve")
        return self._go_on()

    def action_run_invoice(self):
        self._begin("invoice")
        return self._go_on()

    def action_run_documents(self):
        self._begin("documents")
        return self._go_on()

    def action_run_send(self):
        self._begin("send")
        return self._go_on()

    def action_save_filters(self):
        """Keep these filters, to start the same run again or by itself."""
        self.ensure_one()
        schedule = self.env["legal.billing.schedule"].create(
            {
                "name": self.env._("Saved on %(date)s", date=self._say_today()),
                "company_id": self.company_id.id,
                **self._prepare_selection(),
            }
        )
        self.schedule_id = schedule
        return {
            "type": "ir.actions.act_window",
            "res_model": schedule._name,
            "res_id": schedule.id,
            "view_mode": "form",
        }

    def _say_today(self):
        return format_date(self.env, fields.Date.context_today(self))

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_view_prebills(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.prebill",
            "name": self.env._("Pre-bills"),
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", self.line_ids.prebill_id.ids)],
        }

    def action_view_invoices(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "name": self.env._("Invoices"),
            "view_mode": "list,form",
            "domain": [("id", "in", self.line_ids.move_ids.ids)],
        }

    def action_view_letters(self):
        """Open the letters of this run that wait to be posted."""
        batches = self.line_ids.move_ids.legal_post_batch_id.filtered(
            lambda batch: batch.state == "open"
        )
        action = {
            "type": "ir.actions.act_window",
            "res_model": "legal.post.batch",
            "name": self.env._("Letters to post"),
            "view_mode": "list,form",
            "domain": [("id", "in", batches.ids)],
        }
        if len(batches) == 1:
            action.update(view_mode="form", res_id=batches.id)
        return action

    def action_view_failed(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.billing.run.line",
            "name": self.env._("What failed"),
            "view_mode": "list",
            "domain": [("run_id", "=", self.id), ("outcome", "=", "failed")],
        }
