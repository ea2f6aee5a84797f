from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_policy_id = fields.Many2one(
        related="company_id.dunning_policy_id", readonly=False
    )
    dunning_off = fields.Boolean(related="company_id.dunning_off", readonly=False)
    dunning_saturday = fields.Boolean(
        related="company_id.dunning_saturday", readonly=False
    )
    dunning_alsace_moselle = fields.Boolean(
        related="company_id.dunning_alsace_moselle", readonly=False
    )
