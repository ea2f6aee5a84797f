from odoo import models


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    def _evict_followers(self, model, records):
        if model == "legal.collection.case":
            return records._evict_outsiders()
        return super()._evict_followers(model, records)

    def _evict_activities(self, model, records):
        if model == "legal.collection.case":
            return None  # done with the followers
        return super()._evict_activities(model, records)
