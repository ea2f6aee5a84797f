from odoo import api, fields, models
from odoo.fields import Domain


class LegalMatter(models.Model):
    """Figures of a matter, as far as the user may read what they are made of."""

    _inherit = "legal.matter"

    time_entry_ids = fields.One2many(
        "account.analytic.line",
        "matter_id",
        "Time",
        domain=[("project_id", "!=", False)],
    )
    hours_worked = fields.Float(
        "Hours", compute="_compute_time_figures", compute_sudo=False
    )
    hours_to_approve = fields.Float(
        "Hours to Approve", compute="_compute_time_figures", compute_sudo=False
    )
    amount_worked = fields.Monetary(
        "Value of the Time", compute="_compute_time_figures", compute_sudo=False
    )
    entry_count = fields.Integer(
        compute="_compute_time_figures",
        compute_sudo=False,
        export_string_translation=False,
    )
    task_count = fields.Integer(
        "Tasks", compute="_compute_task_count", compute_sudo=False
    )
    last_entry_on = fields.Date(
        "Last Entry", compute="_compute_time_figures", compute_sudo=False
    )

    @api.depends_context("uid")
    def _compute_time_figures(self):
        Line = self.env["account.analytic.line"]
        groups = {}
        for matter, state, count, hours, amount, last in Line._read_group(
            self._get_time_domain(),
            ["matter_id", "approval_state"],
            ["__count", "unit_amount:sum", "amount_billable:sum", "date:max"],
        ):
            groups.setdefault(matter.id, []).append((state, count, hours, amount, last))
        for matter in self:
            rows = groups.get(matter.id, [])
            matter.entry_count = sum(row[1] for row in rows)
            matter.hours_worked = sum(row[2] for row in rows)
            matter.hours_to_approve = sum(r[2] for r in rows if r[0] != "approved")
            matter.amount_worked = sum(row[3] for row in rows)
            matter.last_entry_on = max((row[4] for row in rows), default=False)

    @api.depends_context("uid")
    def _compute_task_count(self):
        counts = dict(
            self.env["project.task"]._read_group(
                Domain("matter_id", "in", self.ids), ["matter_id"], ["__count"]
            )
        )
        for matter in self:
            matter.task_count = counts.get(matter, 0)

    def action_time_entries(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_time_entry_action_all"
        )
        action["domain"] = list(self._get_time_domain())
        action["context"] = {"default_matter_id": self.id}
        return action

    def action_tasks(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tasks of %s", self._neutral_label()),
            "res_model": "project.task",
            "view_mode": "kanban,list,form,calendar,activity",
            "domain": [("matter_id", "=", self.id)],
            "context": {
                "default_project_id": self.project_id.id,
                "default_company_id": self.company_id.id,
            },
        }

    def action_project(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self._neutral_label(),
            "res_model": "project.project",
            "res_id": self.project_id.id,
            "view_mode": "form",
        }

    def action_quick_entry(self):
        return self.action_record_time()

    def _get_time_defaults(self):
        return {"matter_id": self.id}
