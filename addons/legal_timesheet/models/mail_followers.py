from collections import defaultdict

from odoo import api, models


class MailFollowers(models.Model):
    """Who follows a walled matter is itself behind the wall."""

    _name = "mail.followers"
    _inherit = ["legal.wall.attached.mixin", "mail.followers"]

    @api.model_create_multi
    def create(self, vals_list):
        """Drop the followers that the wall keeps out, whoever adds them."""
        walled = self._find_walled(vals_list)
        return super().create(
            [v for v in vals_list if self._wall_lets_follow(v, walled)]
        )

    @api.model
    def _find_walled(self, vals_list):
        """Return {model behind the wall: {id: record that is to be followed}}."""
        models = self.env["legal.wall.mixin"]._legal_wall_models()
        ids = defaultdict(set)
        for vals in vals_list:
            if vals.get("res_model") in models:
                ids[vals["res_model"]].add(vals.get("res_id"))
        # sudo: whether a record exists decides nothing but whether it is looked at.
        return {
            model: {
                one.id: one for one in self.env[model].sudo().browse(found).exists()
            }
            for model, found in ids.items()
        }

    def _wall_lets_follow(self, vals, walled):
        model = vals.get("res_model")
        if model not in walled:
            return True
        record = walled[model].get(vals.get("res_id"))
        partner = self.env["res.partner"].sudo().browse(vals.get("partner_id"))
        return not record or bool(
            record._legal_get_matter()._filter_wall_partners(partner)
        )
