from odoo import api, fields, models


class AccountAnalyticAccount(models.Model):
    _inherit = "account.analytic.account"

    matter_id = fields.Many2one(
        "legal.matter",
        compute="_compute_matter_id",
        store=True,
        index="btree_not_null",
    )

    @api.depends("project_ids.matter_id")
    def _compute_matter_id(self):
        for account in self:
            account.matter_id = account.project_ids.matter_id[:1]
