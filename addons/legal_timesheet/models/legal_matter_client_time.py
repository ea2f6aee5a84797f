from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class LegalMatter(models.Model):
    """Whether the client approves the time of a matter before it is billed."""

    _inherit = "legal.matter"

    client_approves_time = fields.Boolean(
        "Client approves the Time",
        tracking=True,
        help="Approved time is billed once the client has approved it online, or"
        " accepted it by silence if so agreed.",
    )
    client_time_tacit_days = fields.Integer(
        "Accepted by Silence after",
        help="Days without an answer after which the time is accepted; 0: never.",
    )
    client_time_contact_ids = fields.Many2many(
        "res.partner",
        "legal_matter_client_time_contact_rel",
        "matter_id",
        "partner_id",
        "May approve the Time",
        domain="[('commercial_partner_id', '=', partner_id)]",
        help="Contacts of the client who read and answer these requests when signed"
        " in, besides the one who was asked.",
    )
    client_approval_ids = fields.One2many(
        "legal.time.client.approval", "matter_id", "Asked of the Client"
    )
    asks_client_time = fields.Boolean(
        compute="_compute_asks_client_time",
        help="By the choice of the matter or of what was agreed with the client.",
    )
    client_approval_count = fields.Integer(compute="_compute_client_approval_count")

    _client_time_tacit_days_positive = models.Constraint(
        "CHECK (client_time_tacit_days IS NULL OR client_time_tacit_days >= 0)",
        "A number of days is not negative.",
    )

    @api.depends("client_approves_time")
    def _compute_asks_client_time(self):
        for matter in self:
            matter.asks_client_time = bool(matter._get_client_time_approval())

    @api.depends("client_approval_ids")
    def _compute_client_approval_count(self):
        counts = dict(
            self.env["legal.time.client.approval"]._read_group(
                [("matter_id", "in", self.ids)], ["matter_id"], ["__count"]
            )
        )
        for matter in self:
            matter.client_approval_count = counts.get(matter, 0)

    def write(self, vals):
        result = super().write(vals)
        if "client_approves_time" in vals:
            self._sync_client_time()
        return result

    def _get_client_time_approval(self):
        """Hook: return how the client approves the time, None if he does not.

        :return dict: ``tacit_days``, 0 when silence accepts nothing
        """
        self.ensure_one()
        if not self.client_approves_time:
            return None
        return {"tacit_days": self.client_time_tacit_days}

    def _sync_client_time(self):
        """Hold back approved time that the client must now approve, or let go."""
        # sudo: follows the agreement, whoever wrote the entries
        Line = self.env["account.analytic.line"].sudo()
        for matter in self:
            mine = matter._get_time_domain() & Domain("billing_status", "=", "approved")
            if matter._get_client_time_approval():
                free = mine & Domain("client_state", "=", False)
                Line.search(free).write({"client_state": "to_ask"})
            else:
                held = mine & Domain("client_state", "=", "to_ask")
                Line.search(held).write({"client_state": False})

    def action_ask_client_time(self):
        self.ensure_one()
        self._check_can_ask_client()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_time_client_ask_action"
        )
        action["context"] = {"default_matter_id": self.id}
        return action

    def action_client_approvals(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_time_client_approval_action"
        )
        return {**action, "domain": [("matter_id", "=", self.id)], "context": {}}

    def _check_can_ask_client(self):
        for matter in self:
            if not matter._can_approve_time():
                raise AccessError(
                    self.env._(
                        "Only %(responsible)s or a lead of the team asks the client of"
                        " %(matter)s to approve its time: ask one of them.",
                        responsible=matter.responsible_id.name,
                        matter=matter._neutral_label(),
                    )
                )
