from odoo import fields, models
from odoo.fields import Domain


class HrLeave(models.Model):
    """An absence of somebody who approves time: who does so meanwhile?"""

    _inherit = "hr.leave"

    legal_needs_delegate = fields.Boolean(compute="_compute_legal_needs_delegate")

    def _compute_legal_needs_delegate(self):
        for leave in self:
            leave.legal_needs_delegate = leave._legal_lacks_delegate()

    def _legal_lacks_delegate(self):
        """Tell whether the absent approves time and nobody stands in."""
        self.ensure_one()
        # sudo: matters are counted, nothing of them is shown
        user_sudo = self.sudo().employee_id.user_id
        if not user_sudo or not self.request_date_from or not self.request_date_to:
            return False
        Matter_sudo = self.env["legal.matter"].sudo()
        answers = Matter_sudo.search_count(
            Matter_sudo._domain_answers_for(user_sudo) & Domain("state", "=", "open"),
            limit=1,
        )
        stands_in = (
            self.env["legal.approval.delegation"]
            .sudo()
            .search_count(
                [
                    ("user_id", "=", user_sudo.id),
                    ("date_from", "<=", self.request_date_from),
                    ("date_to", ">=", self.request_date_to),
                ],
                limit=1,
            )
        )
        return bool(answers and not stands_in)

    def action_name_delegate(self):
        """Open the delegation, filled with the dates of the absence."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who approves the time meanwhile?"),
            "res_model": "legal.approval.delegation",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_user_id": self.employee_id.user_id.id,
                "default_company_id": self.employee_id.company_id.id,
                "default_date_from": self.request_date_from,
                "default_date_to": self.request_date_to,
                "default_reason": self.env._("Leave"),
            },
        }

    def _action_validate(self, *args, **kwargs):
        result = super()._action_validate(*args, **kwargs)
        self.filtered(
            lambda leave: leave.state == "validate" and leave._legal_lacks_delegate()
        )._legal_propose_delegate()
        return result

    def _legal_propose_delegate(self):
        """Ask the absent, once a leave, to name who approves instead."""
        for leave in self:
            # sudo: a task for the absent, whoever validated the leave
            leave.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=leave.employee_id.user_id.id,
                date_deadline=leave.request_date_from,
                summary=self.env._("Name who approves the time meanwhile"),
            )
