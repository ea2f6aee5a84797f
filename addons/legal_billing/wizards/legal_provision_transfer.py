from odoo import api, fields, models


class LegalProvisionTransfer(models.TransientModel):
    """Moving a provision to another matter, once its client agreed."""

    _name = "legal.provision.transfer"
    _description = "Move a Provision"

    provision_id = fields.Many2one("legal.provision", required=True, readonly=True)
    currency_id = fields.Many2one(related="provision_id.currency_id")
    client_id = fields.Many2one(
        related="provision_id.partner_id.commercial_partner_id", string="Client"
    )
    source_matter_id = fields.Many2one(related="provision_id.matter_id")
    matter_id = fields.Many2one(
        "legal.matter",
        string="To the matter",
        required=True,
        domain="[('id', '!=', source_matter_id),"
        " ('partner_id', 'child_of', client_id)]",
    )
    amount = fields.Monetary(
        string="Amount excl. VAT",
        compute="_compute_amount",
        store=True,
        readonly=False,
        required=True,
    )
    consent_on = fields.Date(string="Client's consent of", required=True)
    consent_note = fields.Char(
        string="How it was given", required=True, help="Letter, e-mail, who, where."
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Proof")

    @api.depends("provision_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.provision_id.amount_available

    def action_move(self):
        self.ensure_one()
        self.provision_id._check_may_invoice()
        target = self.provision_id._move_to(
            self.matter_id,
            self.amount,
            self.consent_on,
            self.consent_note,
            fields.Date.context_today(self),
            self.attachment_ids,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.provision",
            "view_mode": "form",
            "res_id": target.id,
        }
