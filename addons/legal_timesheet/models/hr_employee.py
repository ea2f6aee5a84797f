from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    legal_grade_ids = fields.One2many(
        "legal.employee.grade", "employee_id", "Grades", groups="hr.group_hr_user"
    )

    def _get_grade_on(self, date):
        """Return the grade of this person on a day, an empty recordset if none."""
        self.ensure_one()
        return self._get_grades_on([(self.id, date)])[self.id, date]

    def _get_grades_on(self, pairs):
        """Return the grade of each ``(employee id, day)``, in one query.

        :return dict: the pair -> ``legal.grade``, empty when the person has none
        """
        pairs = set(pairs)
        employee_ids = {employee_id for employee_id, _day in pairs}
        # sudo: grades are needed to price anybody's time, whoever may read HR data
        rows = (
            self.env["legal.employee.grade"]
            .sudo()
            .search_fetch(
                [("employee_id", "in", list(employee_ids))],
                ["employee_id", "grade_id", "date_from", "date_to"],
            )
        )
        by_employee = rows.grouped("employee_id")
        none = self.env["legal.grade"]
        result = {}
        for employee_id, day in pairs:
            history = by_employee.get(
                self.env["hr.employee"].sudo().browse(employee_id), rows.browse()
            )
            row = history.filtered(
                lambda r, day=day: (
                    r.date_from <= day and (not r.date_to or day <= r.date_to)
                )
            )[:1]
            result[employee_id, day] = none.browse(row.grade_id.id)
        return result
