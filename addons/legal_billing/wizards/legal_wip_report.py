from odoo import fields, models
from odoo.tools import format_date


class LegalWipReport(models.TransientModel):
    """Choosing the day of the work in progress."""

    _name = "legal.wip.report"
    _description = "Work in Progress on a Day"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        string="Work in progress on",
        required=True,
        default=fields.Date.context_today,
        help="What was done by then and not billed by then, though billed since.",
    )

    def action_show(self):
        """Work it out and open it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_billing.legal_wip_line_action"
        )
        action["domain"] = self.env["legal.wip.line"]._rebuild(
            self.company_id, self.date
        )
        action["display_name"] = action["name"] = self.env._(
            "Work in progress on %(date)s", date=format_date(self.env, self.date)
        )
        return action
