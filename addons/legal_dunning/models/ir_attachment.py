from odoo import models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    """Files in the log of a dispute speak of the work, unlike the dispute itself."""

    _inherit = "ir.attachment"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su:
            return result
        # sudo: only to know what they hang on
        own = self.sudo().filtered(
            lambda attachment: (
                attachment.res_model == "legal.dispute"
                and attachment.res_id
                and not attachment.res_field
            )
        )
        if not own:
            return result
        Dispute = self.env["legal.dispute"]
        walled = own.filtered(
            lambda a: not Dispute.browse(a.res_id)._may_read_words()
        ).sudo(False)
        if not walled:
            return result
        if result:
            return result[0] | walled, result[1]
        return walled, lambda: AccessError(
            self.env._("This belongs to a matter that is closed to you.")
        )
