from odoo import models


class LegalFeeAgreement(models.Model):
    _name = "legal.fee.agreement"
    _inherit = ["legal.fee.agreement", "legal.evidence.mixin"]


class LegalCapEvent(models.Model):
    _name = "legal.cap.event"
    _inherit = ["legal.cap.event", "legal.evidence.mixin"]


class LegalMatter(models.Model):
    """All that was accepted, refused or issued on a matter, in one list."""

    _name = "legal.matter"
    _inherit = ["legal.matter", "legal.evidence.mixin"]

    def _domain_evidence(self, records):
        return [("matter_id", "in", records.ids)]

    def _compute_evidence_count(self):
        counts = {}
        Evidence = self.env["legal.evidence"]
        if Evidence.has_access("read"):
            counts = dict(
                Evidence._read_group(
                    self._domain_evidence(self), ["matter_id"], ["__count"]
                )
            )
        for matter in self:
            matter.evidence_count = counts.get(matter, 0)
