from odoo import api, fields, models

from odoo.addons.legal_billing.models.legal_final_account_ledger import PAID_THROUGH

from ..engine import prescription


class AccountMove(models.Model):
    """An invoice that knows until when it may be claimed."""

    _inherit = "account.move"

    prescription_on = fields.Date(
        "Prescribed after",
        compute="_compute_prescription",
        groups="legal_timesheet.group_legal_user",
    )
    prescription_days = fields.Integer(
        "Days to Prescription",
        compute="_compute_prescription",
        groups="legal_timesheet.group_legal_user",
    )
    prescription_state = fields.Selection(
        selection=lambda self: (
            self.env["legal.matter"]._fields["prescription_state"].selection
        ),
        string="Prescription",
        compute="_compute_prescription",
        groups="legal_timesheet.group_legal_user",
    )
    prescription_explanation = fields.Html(
        compute="_compute_prescription",
        sanitize=False,
        groups="legal_timesheet.group_legal_user",
    )

    def _compute_prescription(self):
        """Take the clock of the matter that runs out first.

        The sentences are for those who may see that matter; the day is no secret.
        """
        self.prescription_on = self.prescription_state = False
        self.prescription_explanation = False
        self.prescription_days = 0
        # sudo: days only; what is said of the matter is checked below.
        moves = self.sudo().filtered(
            lambda m: m.move_type == "out_invoice" and m.state == "posted"
        )
        readings = moves.matter_ids._read_prescription()
        for move in moves:
            own = [
                (matter, reading._replace(claims=(claim,)))
                for matter in move.matter_ids
                for reading in [readings.get(matter)]
                if reading
                for claim in reading.claims
                if claim.move == move
            ]
            if not own:
                continue
            matter, reading = min(
                own,
                key=lambda pair: (
                    pair[1].nearest.clock.deadline or pair[1].nearest.clock.fallback
                ),
            )
            clock = reading.nearest.clock
            record = self.browse(move.id)
            record.prescription_on = clock.deadline
            record.prescription_state = clock.state
            record.prescription_days = (
                clock.days_left(matter._get_prescription_today()) or 0
            )
            if matter._lets_in(self.env.user) or self.env.su:
                record.prescription_explanation = matter.with_env(
                    self.env
                )._explain_prescription(reading)

    def _get_prescription_payments(self):
        """Return {invoice: [engine event]} of the money its debtor paid in part.

        A partial payment acknowledges the debt (C. civ., art. 2240). Only the debtor's
        own counts: what another payer or an insurer pays acknowledges nothing for him.
        """
        if not self:
            return {}
        partials = self.env["account.partial.reconcile"].search(
            [
                ("debit_move_id.move_id", "in", self.ids),
                ("debit_move_id.account_type", "=", "asset_receivable"),
            ]
        )
        found = {}
        for partial in partials:
            move = partial.debit_move_id.move_id
            line = partial.credit_move_id
            counterpart = line.move_id
            is_money = (
                counterpart.origin_payment_id
                or counterpart.statement_line_id
                or counterpart.journal_id.type in PAID_THROUGH
            )
            if not is_money or line.move_type in ("out_refund", "out_invoice"):
                continue
            if line.partner_id.commercial_partner_id != move.commercial_partner_id:
                continue
            found.setdefault(move, []).append(
                prescription.Event(counterpart, line.date)
            )
        return found


class AccountPartialReconcile(models.Model):
    """A payment that is matched, or taken back, moves the clock at once."""

    _inherit = "account.partial.reconcile"

    def _get_prescription_matters(self):
        # sudo: whoever matches payments may not read the matters.
        matters = self.sudo().debit_move_id.move_id.matter_ids
        return matters.filtered("mandate_ended_on")

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._get_prescription_matters()._refresh_prescription()
        return partials

    def unlink(self):
        matters = self._get_prescription_matters()
        result = super().unlink()
        matters._refresh_prescription()
        return result
