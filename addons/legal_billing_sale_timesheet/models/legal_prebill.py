from odoo import api, models
from odoo.fields import Domain


class LegalPrebill(models.Model):
    _inherit = "legal.prebill"

    @api.model
    def _get_entry_domain(self, matters, date_to):
        """Leave out the hours that a sales order bills."""
        domain = Domain(super()._get_entry_domain(matters, date_to))
        return domain & Domain("so_line", "=", False)
