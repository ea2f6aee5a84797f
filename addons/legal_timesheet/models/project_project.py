from odoo import api, fields, models
from odoo.exceptions import UserError


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["legal.wall.mixin", "project.project"]

    legal_matter_ids = fields.One2many(
        "legal.matter", "project_id", groups="base.group_system"
    )
    matter_id = fields.Many2one(
        "legal.matter",
        compute="_compute_matter_id",
        store=True,
        index="btree_not_null",
    )

    @api.depends("legal_matter_ids")
    def _compute_matter_id(self):
        for project in self:
            project.matter_id = project.legal_matter_ids[:1]

    def action_make_matter(self):
        """Turn a project that already runs into a matter that owns it."""
        self.ensure_one()
        self.check_access("write")
        if self.matter_id:
            return self.matter_id._get_form_action()
        matter = self.env["legal.matter"].create(self._prepare_matter_values())
        return matter._get_form_action()

    def _prepare_matter_values(self):
        self._check_can_be_matter()
        return {
            "name": self.name,
            "project_id": self.id,
            "partner_id": self.partner_id.id,
            "responsible_id": self.user_id.id or self.env.uid,
            "company_id": (self.company_id or self.env.company).id,
        }

    def _check_can_be_matter(self):
        """Other projects on the same analytic account would see its lines."""
        account = self.account_id
        if len(account.project_ids) > 1:
            raise UserError(
                self.env._(
                    "%(project)s shares its analytic account %(account)s with other"
                    " projects: give it its own account, then make it a matter.",
                    project=self.display_name,
                    account=account.name,
                )
            )
