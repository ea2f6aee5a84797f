from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _legal_get_cost_lines(self):
        """Leave out the lines of expenses that are costs by themselves."""
        lines = super()._legal_get_cost_lines()
        return lines.filtered(lambda line: not line.expense_id.matter_id)
