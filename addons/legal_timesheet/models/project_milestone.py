from odoo import fields, models


class ProjectMilestone(models.Model):
    _name = "project.milestone"
    _inherit = ["legal.wall.mixin", "project.milestone"]

    matter_id = fields.Many2one(
        related="project_id.matter_id", store=True, index="btree_not_null"
    )
