from odoo import fields, models


class ProjectUpdate(models.Model):
    _name = "project.update"
    _inherit = ["legal.wall.mixin", "project.update"]

    matter_id = fields.Many2one(
        related="project_id.matter_id", store=True, index="btree_not_null"
    )
