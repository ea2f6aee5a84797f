from odoo import api, models


class LegalTimeBoard(models.AbstractModel):
    _inherit = "legal.time.board"

    @api.model
    def _measures(self):
        return [*super()._measures(), "amount_billed", "amount_judged"]

    @api.model
    def _rates(self):
        return [*super()._rates(), "realisation"]
