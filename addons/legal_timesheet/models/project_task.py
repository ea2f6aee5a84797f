from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError


class ProjectTask(models.Model):
    _name = "project.task"
    _inherit = ["legal.wall.mixin", "project.task", "legal.time.start"]

    matter_id = fields.Many2one(
        related="project_id.matter_id", store=True, index="btree_not_null"
    )

    @api.constrains("user_ids", "project_id")
    def _check_assignees_inside_wall(self):
        """A task is not given to somebody who may not read it."""
        for task in self.filtered("matter_id"):
            matter_sudo = task.matter_id.sudo()
            for user in task.sudo().user_ids.filtered(lambda u: u.id != SUPERUSER_ID):
                if not matter_sudo._lets_in(user):
                    raise ValidationError(
                        self.env._(
                            "%(person)s cannot be given a task of %(matter)s, being"
                            " outside its team: add this person to the team first.",
                            person=user.name,
                            matter=matter_sudo._neutral_label(),
                        )
                    )

    def _get_time_defaults(self):
        return {
            "matter_id": self.matter_id.id,
            "task_id": self.id,
            "narrative": self.name,
        }
