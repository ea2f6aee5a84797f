from odoo import fields, models

from .legal_portal_limit import USES


def _limit(use, is_address=False):
    suffix = "_address" if is_address else ""
    return {
        "config_parameter": f"legal_timesheet.limit_{use}{suffix}",
        "default": USES[use][is_address],
    }


class ResConfigSettings(models.TransientModel):
    """How often pages of clients take what is sent to them, within an hour."""

    _inherit = "res.config.settings"

    legal_limit_message = fields.Integer("Messages by Link", **_limit("message"))
    legal_limit_message_address = fields.Integer(
        "Messages by Address", **_limit("message", True)
    )
    legal_limit_answer = fields.Integer("Answers by Link", **_limit("answer"))
    legal_limit_answer_address = fields.Integer(
        "Answers by Address", **_limit("answer", True)
    )
    legal_limit_payment = fields.Integer("Payments by Link", **_limit("payment"))
    legal_limit_payment_address = fields.Integer(
        "Payments by Address", **_limit("payment", True)
    )
    legal_limit_lookup_address = fields.Integer(
        "Searches by Address", **_limit("lookup", True)
    )
