from odoo import api, fields, models


class LegalPrebillHold(models.TransientModel):
    _name = "legal.prebill.hold"
    _description = "Hold Pre-bills"

    prebill_ids = fields.Many2many("legal.prebill", required=True)
    matter_id = fields.Many2one("legal.matter", compute="_compute_matter_id")
    project_id = fields.Many2one(related="matter_id.project_id")
    reason = fields.Char(required=True)
    kind = fields.Selection(
        [
            ("open", "I release it"),
            ("date", "A day comes"),
            ("milestone", "A milestone is reached"),
            ("provision", "A provision is paid"),
        ],
        string="It waits until",
        required=True,
        compute="_compute_kind",
        store=True,
        readonly=False,
    )
    until = fields.Date("Day", help="It comes back to review by itself on that day.")
    milestone_id = fields.Many2one(
        "project.milestone",
        domain="[('project_id', '=', project_id), ('is_reached', '=', False)]",
        ondelete="cascade",
    )
    provision_id = fields.Many2one(
        "legal.provision",
        domain="[('matter_id', '=', matter_id), ('state', 'in', ('draft', 'requested',"
        " 'invoiced'))]",
        ondelete="cascade",
    )

    @api.depends("prebill_ids")
    def _compute_matter_id(self):
        """A milestone and a provision belong to one matter: so does the hold."""
        for wizard in self:
            matters = wizard.prebill_ids.matter_id
            wizard.matter_id = matters if len(matters) == 1 else False

    @api.depends("until")
    def _compute_kind(self):
        for wizard in self:
            wizard.kind = "date" if wizard.until else wizard.kind or "date"

    def action_hold(self):
        self.prebill_ids._hold(
            self.reason,
            until=self.until if self.kind == "date" else None,
            milestone=self.milestone_id if self.kind == "milestone" else None,
            provision=self.provision_id if self.kind == "provision" else None,
        )
