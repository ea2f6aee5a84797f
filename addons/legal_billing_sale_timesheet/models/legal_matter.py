from odoo import api, models


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    @api.model_create_multi
    def create(self, vals_list):
        """Take over the time of projects that ran before, but for what was sold."""
        matters = super().create(vals_list)
        # sudo: whose time it is, and whose orders, does not matter here
        matters.project_id.sudo().timesheet_ids._legal_leave_sales_orders()
        return matters
