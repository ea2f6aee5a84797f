from odoo import fields, models


class LegalPrebillHandOver(models.TransientModel):
    _name = "legal.prebill.hand.over"
    _description = "Hand a Review Over"

    step_id = fields.Many2one("legal.prebill.review", required=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users",
        "Hand over to",
        required=True,
        ondelete="cascade",
        domain="[('share', '=', False)]",
    )

    def action_hand_over(self):
        self.step_id.action_hand_over(self.user_id.id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
