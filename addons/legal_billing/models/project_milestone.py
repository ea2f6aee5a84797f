from odoo import fields, models


class ProjectMilestone(models.Model):
    """A milestone of a matter may make part of its fee billable."""

    _inherit = "project.milestone"

    instalment_ids = fields.One2many("legal.fee.instalment", "milestone_id")

    def write(self, vals):
        if "is_reached" not in vals:
            return super().write(vals)
        reached = bool(vals["is_reached"])
        changed = self.filtered(lambda milestone: milestone.is_reached != reached)
        result = super().write(vals)
        changed._bill_instalments(reached)
        return result

    def _bill_instalments(self, reached):
        """Make the instalments of signed agreements billable today, or no more."""
        # sudo: whoever may confirm the milestone starts its billing, be it the
        # paralegal who cannot write on agreements; nothing else is touched.
        instalments = self.sudo().instalment_ids.filtered(
            lambda i: i.trigger == "milestone" and i.agreement_id.state == "signed"
        )
        if reached:
            instalments.filtered(lambda i: not i.is_taken)._set_reached(
                fields.Date.context_today(self)
            )
        else:
            instalments._set_unreached()
