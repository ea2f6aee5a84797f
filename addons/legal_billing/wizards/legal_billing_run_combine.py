from odoo import fields, models


class LegalBillingRunWizard(models.TransientModel):
    _inherit = "legal.billing.run.wizard"

    one_invoice_per_client = fields.Boolean()

    def action_start(self):
        action = super().action_start()
        if self.one_invoice_per_client and action.get("res_id"):
            run = self.env["legal.billing.run"].browse(action["res_id"])
            run.one_invoice_per_client = True
        return action
