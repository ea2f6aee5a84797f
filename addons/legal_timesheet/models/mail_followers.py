from odoo import api, models


class MailFollowers(models.Model):
    """Who follows a walled matter is itself behind the wall."""

    _name = "mail.followers"
    _inherit = ["legal.wall.attached.mixin", "mail.followers"]

    @api.model_create_multi
    def create(self, vals_list):
        """Drop the followers that the wall keeps out, whoever adds them."""
        return super().create([v for v in vals_list if self._wall_lets_follow(v)])

    def _wall_lets_follow(self, vals):
        model = vals.get("res_model")
        if model not in self.env["legal.wall.mixin"]._legal_wall_models():
            return True
        record = self.env[model].sudo().browse(vals.get("res_id")).exists()
        partner = self.env["res.partner"].sudo().browse(vals.get("partner_id"))
        return not record or bool(
            record._legal_get_matter()._filter_wall_partners(partner)
        )
