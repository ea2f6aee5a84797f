from odoo import api, fields, models


class LegalEvidenceMixin(models.AbstractModel):
    """A record about which evidence is kept: a count, and a button that lists it."""

    _name = "legal.evidence.mixin"
    _description = "Record with Evidence"

    evidence_count = fields.Integer(
        "Number of Pieces of Evidence", compute="_compute_evidence_count"
    )

    @api.model
    def _domain_evidence(self, records):
        """Return the domain of the evidence about these records."""
        return [("res_model", "=", self._name), ("res_id", "in", records.ids)]

    def _compute_evidence_count(self):
        counts = {}
        Evidence = self.env["legal.evidence"]
        if Evidence.has_access("read"):
            counts = dict(
                Evidence._read_group(
                    self._domain_evidence(self), ["res_id"], ["__count"]
                )
            )
        for record in self:
            record.evidence_count = counts.get(record.id, 0)

    def action_open_evidence(self):
        """List the evidence about these records, within the reader's rights."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Evidence"),
            "res_model": "legal.evidence",
            "view_mode": "list,form",
            "domain": self._domain_evidence(self),
            "context": {"create": False},
        }
