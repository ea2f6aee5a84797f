from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    legal_requires_signature = fields.Boolean(
        related="company_id.legal_requires_signature", readonly=False
    )
