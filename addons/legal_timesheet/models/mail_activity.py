from odoo import models


class MailActivity(models.Model):
    """An activity on a walled matter is closed, even to who was assigned it."""

    _name = "mail.activity"
    _inherit = ["legal.wall.attached.mixin", "mail.activity"]
