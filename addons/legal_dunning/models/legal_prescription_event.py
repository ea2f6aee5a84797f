from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import prescription

#: kind -> (interrupts or suspends, lasts until an end date, article)
KINDS = {
    "acknowledgement": ("interruption", False),
    "payment": ("interruption", False),
    "referral": ("interruption", True),
    "court": ("interruption", True),
    "enforcement": ("interruption", False),
    "mediation": ("suspension", True),
    "impediment": ("suspension", True),
}
#: what changes the clock
COUNTED = {
    "kind",
    "date",
    "date_end",
    "is_void",
    "move_ids",
    "proof_reference",
    "proof_attachment_ids",
    "matter_id",
}


class LegalPrescriptionEvent(models.Model):
    """What interrupts or suspends the prescription of a matter's fees, with its proof.

    A partial payment need not be written down: the ledger says it.
    """

    _name = "legal.prescription.event"
    _description = "Prescription Event"
    _inherit = ["legal.wall.mixin"]
    _order = "date, id"
    _check_company_auto = True

    matter_id = fields.Many2one(
        "legal.matter", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="matter_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("acknowledgement", "Acknowledgement of debt"),
            ("payment", "Partial payment outside these accounts"),
            ("referral", "Referral to the bâtonnier"),
            ("court", "Claim before a court or the first president"),
            ("enforcement", "Act of enforcement"),
            ("mediation", "Mediation"),
            ("impediment", "Impossibility to act"),
        ],
        required=True,
        default="acknowledgement",
        help="Reminders, formal notices and new invoices are no events: they change"
        " nothing.",
    )
    effect = fields.Selection(
        [
            ("interruption", "Interrupts: a whole new period"),
            ("suspension", "Suspends: what remained goes on afterwards"),
        ],
        compute="_compute_effect",
        store=True,
    )
    is_lasting = fields.Boolean(compute="_compute_effect", store=True)
    date = fields.Date("On", required=True)
    date_end = fields.Date(
        "Until", help="Proceedings and mediation: empty while they go on."
    )
    move_ids = fields.Many2many(
        "account.move",
        "legal_prescription_event_move_rel",
        "event_id",
        "move_id",
        "Invoices",
        domain="[('matter_ids', 'in', matter_id), ('state', '=', 'posted'),"
        " ('move_type', '=', 'out_invoice')]",
        check_company=True,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Empty: the whole claim on the matter.",
    )
    is_void = fields.Boolean(
        "Came to Nothing",
        help="The claim was withdrawn, lapsed or was rejected for good: it never"
        " interrupted anything (C. civ., art. 2243).",
    )
    proof_reference = fields.Char(
        "Proof", help="e.g. number of the registered letter, of the decision."
    )
    proof_attachment_ids = fields.Many2many(
        "ir.attachment",
        "legal_prescription_event_attachment_rel",
        "event_id",
        "attachment_id",
        "Documents",
    )
    is_proven = fields.Boolean(
        compute="_compute_is_proven", help="An event without any proof is not counted."
    )
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users",
        "Recorded by",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date)",
        "A prescription event ends after it starts.",
    )

    @api.depends("kind")
    def _compute_effect(self):
        for event in self:
            event.effect, event.is_lasting = KINDS.get(event.kind, (False, False))

    @api.depends("proof_reference", "proof_attachment_ids")
    def _compute_is_proven(self):
        for event in self:
            event.is_proven = bool(
                (event.proof_reference or "").strip() or event.proof_attachment_ids
            )

    @api.depends("kind", "date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = f"{kinds.get(event.kind, '')} – {event.date}"

    @api.constrains("date", "kind", "date_end")
    def _check_not_in_the_future(self):
        for event in self:
            if event.date > event.company_id._get_dunning_today():
                raise ValidationError(
                    self.env._(
                        "“%(event)s” of %(matter)s is still to come: record it on the"
                        " day it happens.",
                        event=event.display_name,
                        matter=event.matter_id._neutral_label(),
                    )
                )
            if event.date_end and not event.is_lasting:
                raise ValidationError(
                    self.env._(
                        "“%(event)s” of %(matter)s happens on one day: leave its end"
                        " empty.",
                        event=event.display_name,
                        matter=event.matter_id._neutral_label(),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._own_proofs()
        events.matter_id._refresh_prescription()
        return events

    def write(self, vals):
        matters = self.matter_id
        result = super().write(vals)
        if "proof_attachment_ids" in vals:
            self._own_proofs()
        if COUNTED & vals.keys():
            (matters | self.matter_id)._refresh_prescription()
        return result

    def unlink(self):
        matters = self.matter_id
        result = super().unlink()
        matters._refresh_prescription()
        return result

    def _own_proofs(self):
        """Tie each proof to its event, whose wall it then shares."""
        for event in self:
            # sudo: only the person who uploaded a loose file may write on it.
            loose = event.proof_attachment_ids.sudo().filtered(lambda a: not a.res_id)
            loose.write({"res_model": self._name, "res_id": event.id})

    def _get_engine_event(self, minimum_months):
        """Return this event for the clock; one without proof counts for nothing."""
        self.ensure_one()
        suspends = self.effect == "suspension"
        return prescription.Event(
            self,
            self.date,
            is_lasting=self.is_lasting,
            until=self.date_end or None,
            suspends=suspends,
            minimum_months=minimum_months if self.kind == "mediation" else 0,
            is_void=self.is_void or not self.is_proven,
            is_waiver=self.kind == "acknowledgement",
        )
