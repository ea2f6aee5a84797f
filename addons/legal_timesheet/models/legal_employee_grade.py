from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class LegalEmployeeGrade(models.Model):
    """The grade of a person over a period: a promotion is a new row."""

    _name = "legal.employee.grade"
    _description = "Grade of a Person"
    _order = "employee_id, date_from desc"
    _check_company_auto = True

    employee_id = fields.Many2one(
        "hr.employee", required=True, index=True, ondelete="cascade", check_company=True
    )
    grade_id = fields.Many2one(
        "legal.grade", required=True, ondelete="restrict", check_company=True
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", help="Last day included; empty while in force.")
    company_id = fields.Many2one(
        related="employee_id.company_id", store=True, index=True
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "The last day of a grade comes after its first day.",
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int8range(COALESCE(employee_id, 0), COALESCE(employee_id, 0), '[]') WITH =,
            daterange(date_from, date_to, '[]') WITH &&
        ) DEFERRABLE INITIALLY DEFERRED""",
        "A person has one grade at a time.",
    )

    @api.depends("employee_id", "grade_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.employee_id.name} : {row.grade_id.name}"

    @api.constrains("employee_id", "date_from", "date_to")
    def _check_overlap(self):
        for row in self:
            domain = (
                Domain("employee_id", "=", row.employee_id.id)
                & Domain("id", "!=", row.id)
                & (
                    Domain("date_to", "=", False)
                    | Domain("date_to", ">=", row.date_from)
                )
            )
            if row.date_to:
                domain &= Domain("date_from", "<=", row.date_to)
            if other := self.search(domain, limit=1):
                raise ValidationError(
                    self.env._(
                        "%(person)s is already %(grade)s since %(since)s: end that"
                        " grade"
                        " the day before the new one begins.",
                        person=row.employee_id.name,
                        grade=other.grade_id.name,
                        since=self.env["legal.rate"]._format_day(other.date_from),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._refresh_drafts()
        return rows

    def write(self, vals):
        result = super().write(vals)
        self._refresh_drafts()
        return result

    def _refresh_drafts(self):
        """Entries not approved yet follow the grade of their day."""
        self.env["account.analytic.line"]._legal_recompute_drafts(
            Domain("employee_id", "in", self.employee_id.ids)
        )
