from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import assessment
from ..engine.exceptions import LegalValueGapError


class LegalTaxationFile(models.Model):
    """The limits of the procedure, worked out from what happened."""

    _inherit = "legal.taxation.file"

    decision_due = fields.Date(compute="_compute_limits", store=True)
    extended_to = fields.Date(compute="_compute_limits", store=True)
    president_until = fields.Date(
        "First President until", compute="_compute_limits", store=True
    )
    appeal_until = fields.Date(compute="_compute_limits", store=True)
    limit_kind = fields.Selection(
        [
            ("decision", "The decision is due"),
            ("notification", "The decision is to be notified"),
            ("president", "Seize the first president"),
            ("appeal", "Appeal"),
        ],
        "Next Limit",
        compute="_compute_next_limit",
    )
    limit_on = fields.Date("Limit", compute="_compute_next_limit")
    warned_for = fields.Char(copy=False, export_string_translation=False)

    def _get_terms(self, day):
        values = self.env["legal.parameter"]._get_legal_values("assessment_")

        def number(key):
            for start, end, value, _source in values.get(key, ()):
                if start <= day and (not end or day <= end) and value:
                    return int(value)
            raise LegalValueGapError(key, day)

        return assessment.Terms(
            decision_months=number("assessment_decision_months"),
            extension_months=number("assessment_extension_months"),
            president_months=number("assessment_president_months"),
            appeal_months=number("assessment_appeal_months"),
            notification_days=number("assessment_notification_days"),
        )

    def _get_steps(self):
        self.ensure_one()
        is_assessment = self.procedure == "assessment"
        return assessment.Steps(
            received_on=(is_assessment and (self.received_on or self.referred_on))
            or None,
            extension_months=self.extension_months,
            decided_on=self.decided_on or None,
            notified_on=self.notified_on or None,
            president_seized_on=self.president_seized_on or None,
            appealed_on=self.appealed_on or None,
        )

    @api.depends(
        "procedure",
        "referred_on",
        "received_on",
        "extension_months",
        "decided_on",
        "notified_on",
        "president_seized_on",
        "appealed_on",
    )
    def _compute_limits(self):
        for record in self:
            limits = record._get_limits()
            record.decision_due = limits.decision_due
            record.extended_to = limits.extended_to
            record.president_until = limits.president_until
            record.appeal_until = limits.appeal_until

    def _get_limits(self):
        self.ensure_one()
        steps = self._get_steps()
        if not steps.received_on:
            return assessment.Limits()
        try:
            return assessment.compute(steps, self._get_terms(steps.received_on))
        except LegalValueGapError as gap:
            raise UserError(self.matter_id._explain_legal_gap(gap)) from None

    @api.depends("decision_due", "extended_to", "president_until", "appeal_until")
    def _compute_next_limit(self):
        for record in self:
            found = None
            if record.state in ("filed", "decided"):
                found = assessment.current(
                    record._get_steps(),
                    record._get_limits(),
                    record.company_id._get_dunning_today(),
                )
            record.limit_kind, record.limit_on = found or (False, False)

    @api.constrains("extension_months", "received_on", "decided_on", "notified_on")
    def _check_dates(self):
        for record in self.filtered("referred_on"):
            terms = record._get_terms(record.referred_on)
            if record.extension_months > terms.extension_months:
                raise ValidationError(
                    self.env._(
                        "The bâtonnier extends his time by %(months)s months at most:"
                        " correct the extension of %(file)s.",
                        months=terms.extension_months,
                        file=record.name,
                    )
                )
            days = [record.referred_on, record.decided_on, record.notified_on]
            known = [day for day in days if day]
            if known != sorted(known):
                raise ValidationError(
                    self.env._(
                        "%(file)s was filed, then decided, then notified: correct the"
                        " dates.",
                        file=record.name,
                    )
                )
