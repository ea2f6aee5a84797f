from odoo import api, models


class LegalDay(models.AbstractModel):
    """Pre-bills that wait open on the page where they are reviewed."""

    _inherit = "legal.day"

    @api.model
    def _get_waiting_items(self):
        items = super()._get_waiting_items()
        for item in items:
            action = item["action"]
            if action.get("res_model") == "legal.prebill":
                # What was counted stays told as by any other item.
                item["action"] = {
                    **self.env["legal.prebill"]._get_review_action(action["domain"]),
                    "name": item["label"],
                    "res_model": action["res_model"],
                    "domain": action["domain"],
                }
        return items
