from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalFeeRate(models.Model):
    """An hourly rate written in an agreement, for a grade, a person, a kind of work.

    Signing makes it a rate of the matter, which then wins over the firm's scale by
    the ordinary rule; the end of the agreement ends it.
    """

    _name = "legal.fee.rate"
    _description = "Agreed Hourly Rate"
    _inherit = ["legal.fee.sent.mixin"]
    _order = "grade_id, employee_id, id"
    _check_company_auto = True

    # Not required: a template of an agreement has rates that no term owns.
    term_id = fields.Many2one("legal.fee.term", index=True, ondelete="cascade")
    matter_id = fields.Many2one(related="term_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="term_id.company_id", store=True)
    currency_id = fields.Many2one(related="term_id.currency_id")
    grade_id = fields.Many2one("legal.grade", check_company=True)
    employee_id = fields.Many2one("hr.employee", string="Person", check_company=True)
    activity_code_id = fields.Many2one(
        "legal.activity.code", string="Activity", check_company=True
    )
    amount = fields.Monetary(string="Rate per hour", required=True)
    rate_id = fields.Many2one(
        "legal.rate", readonly=True, copy=False, ondelete="set null"
    )

    _positive = models.Constraint(
        "CHECK (amount > 0)", "An agreed hourly rate is above zero."
    )

    @api.constrains("grade_id", "employee_id", "activity_code_id", "term_id")
    def _check_once(self):
        for row in self:
            same = row.term_id.agreement_id.term_ids.rate_ids.filtered(
                lambda r, row=row: (
                    r.grade_id == row.grade_id
                    and r.employee_id == row.employee_id
                    and r.activity_code_id == row.activity_code_id
                )
            )
            if len(same) > 1:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s gives two hourly rates for “%(scope)s”: keep"
                        " one.",
                        agreement=row.term_id.agreement_id.display_name,
                        scope=row._get_scope_label(),
                    )
                )

    def _get_scope_label(self):
        self.ensure_one()
        scope = [self.employee_id.name, self.grade_id.name, self.activity_code_id.name]
        return " × ".join(filter(None, scope)) or self.env._("everybody")

    def _sync_rates(self):
        """Make the matter's rates say what the signed agreements say.

        sudo: whoever may record a signature may not set rates; these are the ones
        the client agreed to, and they stay within their own matter.
        """
        Rate = self.env["legal.rate"].sudo()
        missing = []
        for row in self.sudo():
            agreement = row.term_id.agreement_id
            if not agreement._is_binding():
                row.rate_id.unlink()
            elif row.rate_id:
                if row.rate_id.date_to != agreement.date_to:
                    row.rate_id.date_to = agreement.date_to
            else:
                missing.append(row)
        rates = Rate.create([row._prepare_rate() for row in missing])
        for row, rate in zip(missing, rates, strict=True):
            row.rate_id = rate

    def _prepare_rate(self):
        self.ensure_one()
        agreement = self.term_id.agreement_id
        return {
            "matter_id": agreement.matter_id.id,
            "company_id": agreement.company_id.id,
            "currency_id": agreement.currency_id.id,
            "grade_id": self.grade_id.id,
            "employee_id": self.employee_id.id,
            "activity_code_id": self.activity_code_id.id,
            "amount": self.amount,
            "date_from": agreement.date_from,
            "date_to": agreement.date_to,
        }
