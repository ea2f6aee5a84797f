from odoo import models


class AccountChartTemplate(models.AbstractModel):
    _inherit = "account.chart.template"

    def _post_load_data(self, template_code, company, template_data):
        """Set the money categories up as soon as a chart is there to name them."""
        result = super()._post_load_data(template_code, company, template_data)
        company._legal_setup_money_categories()
        return result
