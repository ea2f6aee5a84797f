from odoo import Command, models


class LegalPaymentPlan(models.Model):
    _inherit = "legal.payment.plan"

    def _begin(self, evidence_values):
        """A plan that acknowledges the debt interrupts its prescription.

        For the whole claim on its invoices (C. civ., art. 2240 and 2231); the signed
        document is the proof.
        """
        result = super()._begin(evidence_values)
        # sudo: the client accepted; the event follows from it, behind the same wall.
        own = self.sudo()
        moves = own.invoice_ids.move_id
        self.env["legal.prescription.event"].sudo().create(
            [
                {
                    "matter_id": matter.id,
                    "kind": "acknowledgement",
                    "date": own.signed_on,
                    "move_ids": [
                        Command.set(
                            moves.filtered(lambda m, x=matter: x in m.matter_ids).ids
                        )
                    ],
                    "proof_reference": own.name,
                    "proof_attachment_ids": [Command.set(own.signed_attachment_id.ids)],
                    "plan_id": own.id,
                }
                for matter in own.matter_ids
            ]
        )
        return result
