from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.legal_timesheet.engine.rounding import (
    DAY,
    ENTRY,
    NEAREST,
    UP,
    Increment,
)

TIME_RULE = {
    "has_time_rule",
    "time_increment_minutes",
    "time_rounding",
    "time_rounding_scope",
}


class LegalFeeAgreement(models.Model):
    """How time is counted, where the agreement says so itself."""

    _inherit = "legal.fee.agreement"

    has_time_rule = fields.Boolean(
        "States how Time is Counted",
        help="Replaces the rule of the matter for the days the agreement applies to.",
    )
    time_increment_minutes = fields.Integer(
        "Time Increment",
        default=6,
        help="Minutes of one billing increment; 0 counts the minutes worked.",
    )
    time_rounding = fields.Selection(
        [(UP, "To the next increment"), (NEAREST, "To the nearest increment")],
        "Rounding",
        default=UP,
    )
    time_rounding_scope = fields.Selection(
        [(ENTRY, "Each entry"), (DAY, "The day of each person")],
        "Rounds",
        default=ENTRY,
    )

    _increment_positive = models.Constraint(
        "CHECK (time_increment_minutes BETWEEN 0 AND 240)",
        "A time increment is between 0 (no rounding) and 240 minutes.",
    )

    @api.constrains("has_time_rule", "time_rounding", "time_rounding_scope")
    def _check_time_rule(self):
        for agreement in self.filtered("has_time_rule"):
            if not agreement.time_rounding or not agreement.time_rounding_scope:
                raise ValidationError(
                    self.env._(
                        "The agreement %(name)s counts time its own way: say how it"
                        " rounds, and what.",
                        name=agreement.display_name,
                    )
                )

    def _rules_time_of(self, matter_id, day):
        """Tell whether this agreement rules the work of a day on a matter."""
        self.ensure_one()
        return (
            self.matter_id.id == matter_id
            and self.date_from <= day
            and (not self.date_to or day <= self.date_to)
        )

    def _get_time_rule(self):
        self.ensure_one()
        return Increment(
            self.time_increment_minutes, self.time_rounding, self.time_rounding_scope
        )

    def write(self, vals):
        if TIME_RULE & vals.keys():
            self._check_time_rule_can_change()
        result = super().write(vals)
        ruling = {"state", "date_from", "date_to", "matter_id", *TIME_RULE}
        if ruling & vals.keys():
            self.filtered("has_time_rule")._round_time_again()
        return result

    def _check_time_rule_can_change(self):
        for agreement in self:
            if agreement.state == "signed":
                raise ValidationError(
                    self.env._(
                        "The agreement %(agreement)s is signed: how it counts time"
                        " changes only by a new agreement from a later date.",
                        agreement=agreement.display_name,
                    )
                )

    def _round_time_again(self):
        """Count the time not approved yet by the rule that now holds."""
        self.env["account.analytic.line"]._legal_round_again(
            Domain("matter_id", "in", self.matter_id.ids)
        )
