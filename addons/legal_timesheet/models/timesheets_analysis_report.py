from odoo import api, fields, models


class TimesheetsAnalysisReport(models.Model):
    _inherit = "timesheets.analysis.report"

    matter_id = fields.Many2one("legal.matter", readonly=True)

    @api.model
    def _select(self):
        return super()._select() + ", A.matter_id AS matter_id"
