from odoo import models


class MailFollowers(models.Model):
    _inherit = "mail.followers"

    def _wall_lets_follow(self, vals, walled):
        """A case speaks of several matters: its own rules say who may follow it."""
        if vals.get("res_model") != "legal.collection.case":
            return super()._wall_lets_follow(vals, walled)
        case = walled.get(vals["res_model"], {}).get(vals.get("res_id"))
        # sudo: addresses, to find whose they are.
        partner = self.env["res.partner"].sudo().browse(vals.get("partner_id"))
        return not case or bool(case._filter_seeing(partner))
