from odoo import fields, models


class ReportProjectTaskUser(models.Model):
    _inherit = "report.project.task.user"

    matter_id = fields.Many2one("legal.matter", readonly=True)

    def _select(self):
        return super()._select() + ", t.matter_id"

    def _group_by(self):
        return super()._group_by() + ", t.matter_id"
