from datetime import timedelta

from odoo import api, fields, models


class LegalDemo(models.AbstractModel):
    _inherit = "legal.demo"

    @api.model
    def _demo_steps(self):
        return [*super()._demo_steps(), "timer"]

    @api.model
    def _demo_timer(self, demo):
        """Leave Claire a timer she paused this morning, with words to finish."""
        claire = demo["people"]["claire"]
        matter = next(m for m in demo["matters"].values() if m.responsible_id == claire)
        now = fields.Datetime.now()
        return self.env["legal.time.timer"].create(
            {
                "user_id": claire.id,
                "company_id": matter.company_id.id,
                "matter_id": matter.id,
                "narrative": "Étude des pièces adverses",
                "started_at": now - timedelta(minutes=25),
                "accumulated_seconds": 24 * 60,
                "touched_at": now,
            }
        )
