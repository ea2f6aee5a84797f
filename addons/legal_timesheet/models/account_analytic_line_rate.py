from odoo import api, models
from odoo.fields import Domain


class AccountAnalyticLine(models.Model):
    """The price of a time entry: shown on drafts, frozen on approval."""

    _inherit = "account.analytic.line"

    @api.depends("employee_id", "date", "matter_id", "project_id", "activity_code_id")
    def _compute_rate(self):
        """Price the drafts of the batch in one query; keep what is frozen."""
        frozen = self.filtered(lambda line: line.approval_state == "approved")
        for line in frozen:
            line.rate, line.rate_id = line.rate, line.rate_id
            line.rate_source, line.grade_id = line.rate_source, line.grade_id
            line.legal_currency_id = line.legal_currency_id
        drafts = (self - frozen).filtered(lambda line: line._is_time_entry())
        for line in self - frozen - drafts:
            line.update(self._prepare_no_rate(line))
        priced = self.env["legal.rate"]._resolve_batch(drafts)
        for line in drafts:
            line.update(priced[line] or self._prepare_no_rate(line))

    def _prepare_no_rate(self, line):
        return {
            "rate": 0.0,
            "rate_id": False,
            "rate_source": False,
            "grade_id": line._get_grade_today(),
            "legal_currency_id": line.company_id.currency_id,
        }

    def _get_grade_today(self):
        """Return the grade of the person on the day of the entry."""
        self.ensure_one()
        if not self._is_time_entry() or not self.employee_id or not self.date:
            return False
        return self._get_employee_sudo()._get_grade_on(self.date)

    @api.model
    def _legal_recompute_drafts(self, domain):
        """Price again the entries not approved yet that a change touches."""
        # sudo: a new rate prices everybody's drafts
        drafts = self.sudo().search(
            Domain("matter_id", "!=", False)
            & Domain("project_id", "!=", False)
            & Domain("approval_state", "in", ("draft", "submitted"))
            & Domain(domain)
        )
        names = ["rate", "rate_id", "rate_source", "grade_id", "legal_currency_id"]
        for name in names:
            self.env.add_to_compute(self._fields[name], drafts)
        drafts.modified(names)
