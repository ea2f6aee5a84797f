from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import assessment

LIMIT = "legal_dunning.mail_activity_assessment_limit"
ALERT = "legal_dunning.mail_activity_assessment_alert"
#: what moves the limits or the prescription when it is written
MOVING = {
    "received_on",
    "extension_months",
    "decided_on",
    "notified_on",
    "president_seized_on",
    "appealed_on",
    "enforceable_on",
    "outcome",
    "referral_reference",
    "referral_proof_ids",
}


class LegalTaxationFile(models.Model):
    """From the filing to the enforcement order: limits, outcome, and its execution."""

    _inherit = "legal.taxation.file"

    def write(self, vals):
        result = super().write(vals)
        if "referral_proof_ids" in vals or "decision_attachment_ids" in vals:
            self._own_documents()
        if MOVING & vals.keys():
            for record in self.filtered("referred_on"):
                record._sync_event()
                record._schedule_limit()
        return result

    def _own_documents(self):
        """Tie each document to its file, whose wall it then shares."""
        for record in self:
            documents = record.referral_proof_ids | record.decision_attachment_ids
            # sudo: only the person who uploaded a loose document may write on it.
            loose = documents.sudo().filtered(lambda a: not a.res_id)
            loose.write({"res_model": self._name, "res_id": record.id})

    # Filing -------------------------------------------------------------------

    def action_open_filing(self):
        self.ensure_one()
        self._check_draft()
        if not self.pdf_attachment_id:
            raise UserError(
                self.env._(
                    "The file %(file)s was not made yet: make it, read it, then file"
                    " it.",
                    file=self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("File This Petition"),
            "res_model": "legal.taxation.filing",
            "view_mode": "form",
            "target": "new",
            "context": {"default_file_id": self.id},
        }

    def _file(self, day, reference, attachments=None):
        """The file left on ``day``: it is kept as it is, and the clock is stopped."""
        self.ensure_one()
        self.check_access("write")
        self._check_draft()
        if day > self.company_id._get_dunning_today():
            raise UserError(
                self.env._(
                    "%(file)s cannot have been filed on a day to come: choose today or"
                    " an earlier day.",
                    file=self.name,
                )
            )
        # sudo: evidence is written by the product alone.
        self.env["legal.evidence"].sudo()._record(
            self,
            self.env._(
                "File %(file)s filed on %(day)s, %(reference)s.",
                file=self.name,
                day=format_date(self.env, day),
                reference=reference,
            ),
            "firm",
            act="issued",
            attachment_id=self.pdf_attachment_id.id,
            partner_id=self.partner_id.id,
            user_id=self.env.uid,
        )
        self.write(
            {
                "state": "filed",
                "referred_on": day,
                "referral_reference": reference,
                "referral_proof_ids": [(6, 0, attachments.ids)] if attachments else [],
            }
        )

    def _sync_event(self):
        """Keep the interruption of the prescription true to what happened.

        It lasts until the proceedings end; taken, to be safe, as the day of the
        decision, unless it was appealed. A claim withdrawn, lapsed or rejected for
        good never interrupted anything (C. civ., art. 2242 and 2243).
        """
        self.ensure_one()
        if not self.matter_id:
            return
        goes_on = self.appealed_on or (self.president_seized_on and not self.decided_on)
        vals = {
            "kind": "referral" if self.procedure == "assessment" else "court",
            "date": self.referred_on,
            "date_end": not goes_on and self.decided_on,
            "is_void": not goes_on and self.outcome in ("withdrawn", "rejected"),
            "proof_reference": self.referral_reference or self.name,
        }
        # sudo: the event follows the file, whoever records its dates.
        event = self.sudo().event_id
        if event:
            event.write(vals)
            return
        self.sudo().event_id = event.create({**vals, "matter_id": self.matter_id.id})

    # Limits -------------------------------------------------------------------

    def _schedule_limit(self):
        """Leave one activity on the day of the limit to watch, and no older one."""
        self.ensure_one()
        # sudo: the activity belongs to the responsible, whoever writes the dates.
        own = self.sudo()
        own.activity_unlink([LIMIT])
        own.invalidate_recordset(["limit_kind", "limit_on"])
        if not own.limit_on:
            return
        own.activity_schedule(
            LIMIT,
            date_deadline=own.limit_on,
            user_id=own.responsible_id.id,
            summary=own._get_limit_summary(),
        )

    def _get_limit_summary(self):
        labels = dict(self._fields["limit_kind"]._description_selection(self.env))
        return self.env._(
            "%(what)s: %(file)s",
            what=labels[self.limit_kind],
            file=self.name,
        )

    @api.model
    def _cron_watch_limits(self):
        """Each morning: follow the limits, and warn 15, 7 and 2 days before."""
        for record in self.search([("state", "in", ("filed", "decided"))]):
            known = record.activity_ids.filtered(
                lambda a: a.activity_type_id == self.env.ref(LIMIT)
            )
            if record.limit_on and known.mapped("date_deadline") != [record.limit_on]:
                record._schedule_limit()
            record._warn_of_limit()

    def _warn_of_limit(self):
        self.ensure_one()
        today = self.company_id._get_dunning_today()
        days = self.limit_on and assessment.warning_due(self.limit_on, today)
        key = f"{self.limit_kind}:{self.limit_on}:{days}"
        if not days or self.warned_for == key:
            return
        self.warned_for = key
        self.activity_schedule(
            ALERT,
            date_deadline=today,
            user_id=self.responsible_id.id,
            summary=self.env._(
                "%(days)s days left – %(what)s",
                days=(self.limit_on - today).days,
                what=self._get_limit_summary(),
            ),
        )

    # Outcome ------------------------------------------------------------------

    def action_execute(self):
        """Execute the decision: credit what was struck down, close or go on."""
        self.ensure_one()
        self.check_access("write")
        self._check_can_execute()
        if not self.currency_id.is_zero(self.amount_struck) and not (
            self.sudo().credit_move_ids
        ):
            refunds = self._credit_struck()
            # sudo: the links alone; who may credit was checked.
            self.sudo().credit_move_ids = refunds
        self.state = "decided"
        self._schedule_limit()
        self.message_post(
            body=self.env._(
                "Decision of %(day)s executed: %(taxed)s assessed, %(struck)s"
                " credited.",
                day=format_date(self.env, self.decided_on),
                taxed=self.currency_id.format(self.amount_claimed - self.amount_struck),
                struck=self.currency_id.format(self.amount_struck),
            )
        )
        return True

    def action_close(self):
        """The procedure is over: nothing is to be watched any more."""
        self.check_access("write")
        for record in self:
            record.state = "closed"
            # sudo: see _schedule_limit.
            record.sudo().activity_unlink([LIMIT, ALERT])

    def _check_can_execute(self):
        if self.state != "filed" or not (self.outcome and self.decided_on):
            raise UserError(
                self.env._(
                    "Write the day and the outcome of the decision on %(file)s before"
                    " executing it.",
                    file=self.name,
                )
            )
        taxed = self.amount_taxed
        if self.outcome == "partly" and not (
            0 < taxed < self.amount_claimed
            and not self.currency_id.is_zero(taxed - self.amount_claimed)
        ):
            raise UserError(
                self.env._(
                    "The amount assessed on %(file)s must lie between zero and the"
                    " %(claimed)s claimed.",
                    file=self.name,
                    claimed=self.currency_id.format(self.amount_claimed),
                )
            )

    def _credit_struck(self):
        """Issue the credit notes of what was struck down, the latest invoice first."""
        if not self.env.user.has_group("legal_billing.group_legal_billing_manager"):
            raise UserError(
                self.env._(
                    "What was struck down is credited by a billing manager: ask one to"
                    " execute the decision."
                )
            )
        left = self.amount_struck
        # sudo: acts of the matter whose file this person may write.
        refunds = self.env["account.move"].sudo()
        for move in self.sudo().move_ids.sorted(
            lambda m: (m.invoice_date, m.id), reverse=True
        ):
            part = min(left, move.amount_residual)
            if self.currency_id.is_zero(part):
                continue
            refund = move._credit_incl_vat(
                part,
                self.decided_on,
                self.env._(
                    "decision of %(day)s",
                    day=format_date(self.env, self.decided_on),
                ),
                self.env.ref("legal_dunning.reason_assessment"),
            )
            refunds |= refund
            left -= part
        return refunds


class LegalTaxationFiling(models.TransientModel):
    """Saying that a file left: when, how, with what proof."""

    _name = "legal.taxation.filing"
    _description = "File a Petition"

    file_id = fields.Many2one("legal.taxation.file", required=True, readonly=True)
    day = fields.Date(
        "Filed on", required=True, default=lambda self: fields.Date.context_today(self)
    )
    reference = fields.Char(
        "Proof of Filing",
        required=True,
        help="Number of the registered letter, or of the receipt of the secretariat.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Receipt")

    def action_file(self):
        self.ensure_one()
        self.file_id._file(self.day, self.reference, self.attachment_ids)
        return {"type": "ir.actions.act_window_close"}
