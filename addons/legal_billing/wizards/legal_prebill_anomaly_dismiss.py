from odoo import fields, models


class LegalPrebillAnomalyDismiss(models.TransientModel):
    _name = "legal.prebill.anomaly.dismiss"
    _description = "Dismiss Anomalies of Pre-bills"

    anomaly_ids = fields.Many2many("legal.prebill.anomaly", required=True)
    word = fields.Char("Why it is right as it is", required=True)

    def action_dismiss(self):
        self.anomaly_ids._dismiss(self.word)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
