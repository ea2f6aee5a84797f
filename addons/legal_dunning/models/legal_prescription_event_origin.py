from odoo import fields, models


class LegalPrescriptionEvent(models.Model):
    """Events that other records make by themselves, once each."""

    _inherit = "legal.prescription.event"

    plan_id = fields.Many2one(
        "legal.payment.plan",
        "Payment Plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    dispute_id = fields.Many2one(
        "legal.dispute",
        "Dispute",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _plan_once = models.UniqueIndex(
        "(plan_id, matter_id) WHERE plan_id IS NOT NULL",
        "This plan's acknowledgement is recorded already.",
    )
    _dispute_once = models.UniqueIndex(
        "(dispute_id, matter_id, date) WHERE dispute_id IS NOT NULL",
        "This dispute's mediation is recorded already.",
    )
