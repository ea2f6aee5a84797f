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
    dunning_collector_id = fields.Many2one(
        related="company_id.dunning_collector_id", readonly=False
    )
    dunning_digest = fields.Boolean(related="company_id.dunning_digest", readonly=False)
    dunning_take_days = fields.Integer(
        related="company_id.dunning_take_days", readonly=False
    )
    dunning_registered_provider = fields.Selection(
        related="company_id.dunning_registered_provider", readonly=False
    )
    interest_imputation = fields.Selection(
        related="company_id.interest_imputation", readonly=False
    )
    interest_day_count = fields.Selection(
        related="company_id.interest_day_count", readonly=False
    )
    interest_account_id = fields.Many2one(
        related="company_id.interest_account_id", readonly=False
    )
    indemnity_account_id = fields.Many2one(
        related="company_id.indemnity_account_id", readonly=False
    )
    interest_journal_id = fields.Many2one(
        related="company_id.interest_journal_id", readonly=False
    )
