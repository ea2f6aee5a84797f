from odoo import models

from ..engine.answers import is_automatic


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_route_process(self, message, message_dict, routes):
        """Remember, as it is posted, that a machine wrote it in a person's absence."""
        if is_automatic(message.items()):
            self = self.with_context(legal_is_automatic=True)
        return super()._message_route_process(message, message_dict, routes)
