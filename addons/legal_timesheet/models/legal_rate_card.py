from odoo import models


class LegalRate(models.Model):
    _inherit = "legal.rate"
