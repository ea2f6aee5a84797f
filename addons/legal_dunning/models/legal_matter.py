from odoo import fields, models


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    dunning_policy_id = fields.Many2one(
        "legal.dunning.policy",
        domain="[('company_id', '=', company_id)]",
        check_company=True,
        tracking=True,
        help="Empty: the client's, else the firm's for this kind of client.",
    )
    dunning_off = fields.Boolean(
        "No Reminders",
        tracking=True,
        help="Nothing is sent about the invoices of this matter.",
    )
    dunning_count = fields.Integer(compute="_compute_dunning_count")

    def _compute_dunning_count(self):
        Action = self.env["legal.dunning.action"]
        counts = {
            matter: count
            for matter, count in Action._read_group(
                [("matter_ids", "in", self.ids)], ["matter_ids"], ["__count"]
            )
        }
        for matter in self:
            matter.dunning_count = counts.get(matter, 0)

    def action_view_dunning(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_dunning_action_action"
        )
        action["domain"] = [("matter_ids", "in", self.ids)]
        action["context"] = {}
        return action
