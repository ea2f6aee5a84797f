from odoo import Command, fields, models


class LegalDispute(models.Model):
    _inherit = "legal.dispute"

    prescription_event_ids = fields.One2many(
        "legal.prescription.event", "dispute_id", readonly=True
    )

    def _do(self, act, by=None):
        """Mediation suspends the prescription as long as it lasts (C. civ., 2238)."""
        result = super()._do(act, by=by)
        # sudo: the event follows the dispute, whoever leads it.
        for dispute in self.sudo():
            if dispute.state == "mediation":
                dispute._begin_suspension()
            else:
                dispute._end_suspension()
        return result

    def _begin_suspension(self):
        self.ensure_one()
        if self.prescription_event_ids.filtered(lambda event: not event.date_end):
            return
        self.env["legal.prescription.event"].create(
            [
                {
                    "matter_id": matter.id,
                    "kind": "mediation",
                    "date": self.mediation_on,
                    "move_ids": [Command.set(self.move_id.ids)],
                    "proof_reference": self.display_name,
                    "dispute_id": self.id,
                }
                for matter in self.matter_ids
            ]
        )

    def _end_suspension(self):
        self.ensure_one()
        running = self.prescription_event_ids.filtered(lambda event: not event.date_end)
        if running:
            running.date_end = self.company_id._get_dunning_today()
