from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    legal_timer_ask_hours = fields.Float(
        related="company_id.legal_timer_ask_hours", readonly=False
    )
    legal_timer_idle_minutes = fields.Integer(
        related="company_id.legal_timer_idle_minutes", readonly=False
    )
    legal_time_future_days = fields.Integer(
        related="company_id.legal_time_future_days", readonly=False
    )
    legal_time_lock_date = fields.Date(
        related="company_id.legal_time_lock_date", readonly=False
    )
    legal_suggestions = fields.Boolean(
        related="company_id.legal_suggestions", readonly=False
    )
    legal_suggestion_days = fields.Integer(
        related="company_id.legal_suggestion_days", readonly=False
    )
    legal_reminder = fields.Boolean(related="company_id.legal_reminder", readonly=False)
    legal_reminder_weekday = fields.Selection(
        related="company_id.legal_reminder_weekday", readonly=False
    )
    legal_reminder_hour = fields.Float(
        related="company_id.legal_reminder_hour", readonly=False
    )
