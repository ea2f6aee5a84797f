from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_user_id = fields.Many2one(
        related="company_id.collection_user_id", readonly=False
    )
    collection_grace_days = fields.Integer(
        related="company_id.collection_grace_days", readonly=False
    )
    collection_answer_days = fields.Integer(
        related="company_id.collection_answer_days", readonly=False
    )
    collection_catches_answers = fields.Boolean(
        related="company_id.collection_catches_answers", readonly=False
    )
    collection_spares_punctual = fields.Boolean(
        related="company_id.collection_spares_punctual", readonly=False
    )
