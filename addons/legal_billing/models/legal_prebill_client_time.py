from odoo import api, models


class LegalPrebill(models.Model):
    _inherit = "legal.prebill"

    @api.model
    def _get_entry_domain(self, matters, date_to):
        """Leave out the time that the client still has to approve."""
        Line = self.env["account.analytic.line"]
        return [
            *super()._get_entry_domain(matters, date_to),
            *Line._domain_client_settled(),
        ]
