from odoo import models


class MailMessage(models.Model):
    """What was said on a walled matter stays behind its wall, even for those
    who were told at the time."""

    _name = "mail.message"
    _inherit = ["legal.wall.attached.mixin", "mail.message"]

    _wall_model_field = "model"
