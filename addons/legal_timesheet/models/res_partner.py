from odoo import api, fields, models

CLIENT_KINDS = [
    ("professional", "Professional"),
    ("consumer", "Consumer"),
    ("public", "Public Body"),
    ("nonprofessional", "Non-professional Legal Person"),
]


class ResPartner(models.Model):
    _inherit = "res.partner"

    commercial_client_kind = fields.Selection(
        CLIENT_KINDS,
        "Kind of Client",
        compute="_compute_commercial_client_kind",
        store=True,
        readonly=False,
        help="Decides the mentions of the invoices, the interest and the prescription."
        " A consumer acts outside any professional activity.",
    )
    legal_fee_currency_id = fields.Many2one(
        "res.currency",
        "Fee Currency",
        company_dependent=True,
        help="Time of this client is priced by rates in this currency, and billed in"
        " it. Empty: the currency of the company it belongs to, else the firm's."
        " Matters where time is approved already keep theirs.",
    )
    legal_matter_ids = fields.One2many(
        "legal.matter",
        "partner_id",
        "Matters",
        groups="legal_timesheet.group_legal_user",
    )
    legal_matter_count = fields.Integer(
        compute="_compute_legal_matter_count",
        groups="legal_timesheet.group_legal_user",
        export_string_translation=False,
    )

    @api.depends("is_company")
    def _compute_commercial_client_kind(self):
        for partner in self:
            partner.commercial_client_kind = (
                "professional" if partner.is_company else "consumer"
            )

    def _compute_legal_matter_count(self):
        """Matters of the client and its contacts that the user may see."""
        counts = {
            partner.id: count
            for partner, count in self.env["legal.matter"]._read_group(
                [("partner_id", "child_of", self.ids)], ["partner_id"], ["__count"]
            )
        }
        for partner in self:
            family = self.search([("id", "child_of", partner.ids)])
            partner.legal_matter_count = sum(counts.get(p.id, 0) for p in family)

    def write(self, vals):
        result = super().write(vals)
        if "legal_fee_currency_id" in vals:
            self.env["legal.matter"]._follow_client_currency(self)
        return result

    def _get_legal_fee_currency(self):
        """Return the fee currency of a client, or of the company it belongs to."""
        partner, seen = self, self.browse()
        while partner and partner not in seen:
            if partner.legal_fee_currency_id:
                return partner.legal_fee_currency_id
            seen |= partner
            partner = partner.parent_id
        return self.env["res.currency"]

    def action_legal_matters(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_matter_action"
        )
        action["domain"] = [("partner_id", "child_of", self.ids)]
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_legal_rates(self):
        """Show what an hour of each grade costs this client."""
        self.ensure_one()
        self.check_access("read")
        return self.env["legal.rate"]._get_card_action(self)
