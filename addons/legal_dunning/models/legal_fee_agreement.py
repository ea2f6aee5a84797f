from odoo import models

from ..public_holidays import french_holidays


class LegalFeeAgreement(models.Model):
    """Public holidays, which reminders and the time to withdraw go by."""

    _inherit = "legal.fee.agreement"

    def _is_day_off(self, day):
        if super()._is_day_off(day):
            return True
        # sudo: a setting of the firm, read for anybody's agreement
        return day in french_holidays(self.company_id.sudo().dunning_alsace_moselle)
