from odoo import api, fields, models
from odoo.tools import format_date

#: how many invoices are created and posted together
INVOICES_AT_ONCE = 50
#: how many pre-bills are made together
PREBILLS_AT_ONCE = 100


class LegalBillingRun(models.Model):
    """A mass billing run: one line a matter, each with its own savepoint.

    A stage can be run again: it takes up the lines that failed or were not
    reached, and leaves alone those that are done.
    """

    _name = "legal.billing.run"
    _description = "Billing Run"
    _inherit = ["mail.thread"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    # Not stored: each person reads it in his own language.
    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_to = fields.Date(string="Work up to", required=True)
    invoice_date = fields.Date(required=True)
    practice_area_ids = fields.Many2many("legal.practice.area")
    responsible_ids = fields.Many2many("res.users")
    partner_ids = fields.Many2many("res.partner", string="Clients")
    line_ids = fields.One2many("legal.billing.run.line", "run_id")
    line_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts")
    invoiced_count = fields.Integer(compute="_compute_counts")
    prebill_count = fields.Integer(compute="_compute_counts")
    approved_count = fields.Integer(compute="_compute_counts")
    sent_count = fields.Integer(compute="_compute_counts")
    amount_untaxed = fields.Monetary(
        string="Total excl. VAT", compute="_compute_counts"
    )

    @api.depends("date_to")
    @api.depends_context("lang")
    def _compute_name(self):
        for run in self:
            date = format_date(self.env, run.date_to) if run.date_to else ""
            run.name = self.env._("Billing up to %(date)s", date=date)

    @api.depends(
        "line_ids.outcome",
        "line_ids.is_sent",
        "line_ids.move_id",
        "line_ids.prebill_id.state",
        "line_ids.prebill_id.amount_untaxed",
    )
    def _compute_counts(self):
        for run in self:
            lines = run.line_ids
            prebills = lines.prebill_id
            run.line_count = len(lines)
            run.failed_count = len(lines.filtered(lambda li: li.outcome == "failed"))
            run.prebill_count = len(
                prebills.filtered(lambda p: p.state in ("draft", "in_review"))
            )
            run.approved_count = len(prebills.filtered(lambda p: p.state == "approved"))
            run.invoiced_count = len(lines.move_ids)
            run.sent_count = len(lines.filtered("is_sent"))
            run.amount_untaxed = sum(prebills.mapped("amount_untaxed"))

    # -- stages ----------------------------------------------------------------

    def action_run_prebills(self):
        self._run_prebills()

    def action_run_approve(self):
        self._run_approve()

    def action_run_invoice(self):
        self._run_invoice()

    def action_run_send(self):
        self._run_send()

    def _get_matter_domain(self):
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("state", "in", ("open", "closed")),
        ]
        if self.practice_area_ids:
            domain.append(("practice_area_id", "in", self.practice_area_ids.ids))
        if self.responsible_ids:
            domain.append(("responsible_id", "in", self.responsible_ids.ids))
        if self.partner_ids:
            domain.append(("partner_id", "in", self.partner_ids.ids))
        return domain

    def _run_prebills(self):
        """Make the pre-bill of each matter that has something to bill."""
        self.ensure_one()
        matters = self.env["legal.matter"].search(
            self._get_matter_domain(), order="matter_number, id"
        )
        known = {line.matter_id: line for line in self.line_ids}
        sources = self.env["legal.prebill"]._gather_sources(matters, self.date_to)
        new = matters.filtered(lambda m: m not in known)
        lines = self.env["legal.billing.run.line"].create(
            [{"run_id": self.id, "matter_id": matter.id} for matter in new]
        )
        known.update({line.matter_id: line for line in lines})
        todo = lines.union(*(known[matter] for matter in matters)).filtered(
            lambda line: line.prebill_id.state not in ("approved", "invoiced")
        )
        for start in range(0, len(todo), PREBILLS_AT_ONCE):
            batch = todo[start : start + PREBILLS_AT_ONCE]
            for line in batch - batch._do_prebills_at_once(sources):
                line._isolate(line._do_prebill, sources[line.matter_id])

    def _run_approve(self):
        """Approve each pre-bill of this run that is not on hold."""
        for line in self.line_ids:
            if line.prebill_id.state in ("draft", "in_review"):
                if line.prebill_id.is_held:
                    line.write(
                        {"outcome": "held", "message": line.prebill_id.hold_reason}
                    )
                    continue
                line._isolate(line._do_approve)

    def _run_invoice(self):
        """Make and post the invoice of each approved pre-bill of this run.

        Many at a time, which costs a fraction of one by one. Should one of them be
        refused, its whole batch is undone and taken up again matter by matter, so
        that only the one at fault fails, by name.
        """
        todo = self.line_ids.filtered(lambda line: line.prebill_id.state == "approved")
        for start in range(0, len(todo), INVOICES_AT_ONCE):
            batch = todo[start : start + INVOICES_AT_ONCE]
            if not batch._do_invoices_at_once():
                for line in batch:
                    line._isolate(line._do_invoice)

    def _run_send(self):
        """Send each posted invoice of this run that was not sent yet."""
        for line in self.line_ids:
            if line.move_id.state == "posted" and not line.is_sent:
                line._isolate(line._do_send)

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
