from odoo import models


class LegalTimeClientApproval(models.Model):
    """The client's approval of time is evidence as any other consent."""

    _name = "legal.time.client.approval"
    _inherit = ["legal.time.client.approval", "legal.evidence.mixin"]

    def _keep_consent(self, statement, channel, evidence):
        result = super()._keep_consent(statement, channel, evidence)
        self.env["legal.evidence"]._record(
            self,
            statement,
            channel,
            typed_name=self.signed_name,
            partner_id=evidence.get("partner_id") or self.partner_id.id,
            email=self.partner_id.email if channel == "link" else False,
            user_id=evidence.get("user_id"),
            ip=evidence.get("ip"),
            agent=evidence.get("agent"),
            text=self.shown_text or "",
        )
        return result
