from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..engine.durations import minutes_from_hours

RECENT_DAYS = 35
RECENT_MATTERS = 10
FOUND_MATTERS = 8


class LegalDay(models.AbstractModel):
    """What a person's day holds and what waits for that person."""

    _name = "legal.day"
    _description = "Day of a Person"

    @api.model
    def load_day(self, day):
        """Return a day of the user: its entries and what is expected of it."""
        self._check_is_lawyer()
        day = fields.Date.to_date(day)
        employee = self._get_employee()
        return {
            **self._get_days(employee, day, 1)[0],
            "entries": self._search_entries(employee, day, day)._get_screen_data(),
            "other_minutes": sum(
                self._get_minutes(
                    employee, day, day, Domain("matter_id", "=", False)
                ).values()
            ),
            "activities": self._get_activities(),
        }

    @api.model
    def load_strip(self, day):
        """Return the seven days of the week around a day, with their time."""
        self._check_is_lawyer()
        day = fields.Date.to_date(day)
        employee = self._get_employee()
        monday = day - timedelta(day.weekday())
        minutes = self._get_minutes(employee, monday, monday + timedelta(6))
        return [
            {**row, "minutes": minutes.get(row["date"], 0)}
            for row in self._get_days(employee, monday, 7)
        ]

    @api.model
    def find_matters(self, text, employee_id=False):
        """Return open matters on which the person may record time."""
        self._check_is_lawyer()
        employee = self._get_employee(employee_id)
        domain = Domain("state", "=", "open") & Domain(
            "wall_user_ids", "in", employee.sudo().user_id.ids
        )
        Matter = self.env["legal.matter"]
        text = (text or "").strip()
        if not text:
            matters = self._search_recent_matters(employee)
            matters |= Matter.search(domain, limit=FOUND_MATTERS)
        else:
            words = [
                Domain.OR(
                    Domain(name, "ilike", word)
                    for name in ("matter_number", "name", "partner_id.name")
                )
                for word in text.split()
            ]
            matters = Matter.search(domain & Domain.AND(words), limit=FOUND_MATTERS)
        return self._get_matter_rows(matters[:FOUND_MATTERS], employee)

    # ------------------------------------------------------------------- waiting

    @api.model
    def get_waiting(self):
        """Return what waits for the user: ``[{key, label, count, action}]``."""
        self._check_is_lawyer()
        return [item for item in self._get_waiting_items() if item["count"]]

    @api.model
    def _get_waiting_items(self):
        """Hook: what else waits for the user."""
        Line = self.env["account.analytic.line"]
        entries = Domain("matter_id", "!=", False) & Domain("project_id", "!=", False)
        returned = (
            entries
            & Domain("user_id", "=", self.env.uid)
            & Domain("return_word", "!=", False)
            & Domain("approval_state", "=", "draft")
        )
        to_approve = (
            entries
            & Domain("approval_state", "=", "submitted")
            & Domain("matter_id.responsible_id", "=", self.env.uid)
        )
        return [
            self._prepare_waiting_item(
                "returned",
                self.env._("Entries returned to me"),
                Line.search_count(returned),
                "legal_timesheet.legal_time_entry_action_mine",
                returned,
            ),
            self._prepare_waiting_item(
                "to_approve",
                self.env._("Entries to approve on my matters"),
                Line.search_count(to_approve),
                "legal_timesheet.legal_time_entry_action_approve",
                to_approve,
            ),
        ]

    @api.model
    def _prepare_waiting_item(self, key, label, count, action, domain):
        """Return an item whose link opens exactly what was counted."""
        values = self.env["ir.actions.act_window"]._for_xml_id(action)
        values.update({"name": label, "domain": list(domain), "context": {}})
        return {"key": key, "label": label, "count": count, "action": values}

    # ------------------------------------------------------------------- helpers

    @api.model
    def _check_is_lawyer(self):
        """These methods take plain values: no access list stands before them."""
        self.env["legal.matter"].check_access("read")

    @api.model
    def _get_employee(self, employee_id=False):
        """Return the person of the screen, refused unless it may be chosen."""
        own = self.env.user.employee_id
        if employee_id and employee_id != own.id:
            employee = self._search_people().filtered(lambda e: e.id == employee_id)
            if not employee:
                raise AccessError(
                    self.env._(
                        "The week of this person is not open to you: it is to the"
                        " office and to who answers for one of the person's matters."
                    )
                )
            return employee
        if not own:
            raise UserError(
                self.env._(
                    "No employee is linked to your user in %(company)s: ask an"
                    " administrator to link one, then record your time.",
                    company=self.env.company.name,
                )
            )
        return own

    @api.model
    def _search_people(self):
        """Return those whose time the user may write, without the user."""
        user = self.env.user
        # sudo: names of colleagues, whoever may read HR data
        Employee_sudo = self.env["hr.employee"].sudo()
        colleagues = Domain("company_id", "in", self.env.companies.ids) & Domain(
            "user_id", "not in", [False, user.id]
        )
        if self._writes_for_anybody():
            group = self.env.ref("legal_timesheet.group_legal_user")
            return Employee_sudo.search(
                colleagues & Domain("user_id.all_group_ids", "in", group.ids)
            )
        matters = self.env["legal.matter"].search(
            Domain("responsible_id", "=", user.id) & Domain("state", "=", "open")
        )
        team_ids = matters.sudo().wall_user_ids.ids
        return Employee_sudo.search(colleagues & Domain("user_id", "in", team_ids))

    @api.model
    def _writes_for_anybody(self):
        user = self.env.user
        return user.has_group("legal_timesheet.group_legal_office") or user.has_group(
            "hr_timesheet.group_hr_timesheet_approver"
        )

    @api.model
    def _get_days(self, employee, first, count):
        """Return the days with what is expected of them."""
        last = first + timedelta(count - 1)
        today = fields.Date.context_today(self)
        expected = employee._get_expected_minutes(first, last)
        holidays = employee._get_public_holidays(first, last)
        days = [first + timedelta(n) for n in range(count)]
        return [
            {
                "date": fields.Date.to_string(day),
                "is_weekend": day.weekday() >= 5,
                "is_today": day == today,
                "is_past": day < today,
                "holiday": holidays.get(day, ""),
                "expected": expected[day],
            }
            for day in days
        ]

    @api.model
    def _entry_domain(self, employee, first, last):
        return (
            Domain("employee_id", "=", employee.id)
            & Domain("project_id", "!=", False)
            & Domain("date", ">=", first)
            & Domain("date", "<=", last)
        )

    @api.model
    def _search_entries(self, employee, first, last):
        return self.env["account.analytic.line"].search(
            self._entry_domain(employee, first, last)
            & Domain("matter_id", "!=", False),
            order="date, id",
        )

    @api.model
    def _get_minutes(self, employee, first, last, domain=Domain.TRUE):
        """Return ``{day: minutes}`` of all the time the user may read."""
        return {
            fields.Date.to_string(day): minutes_from_hours(hours)
            for day, hours in self.env["account.analytic.line"]._read_group(
                self._entry_domain(employee, first, last) & domain,
                ["date:day"],
                ["unit_amount:sum"],
            )
        }

    @api.model
    def _search_recent_matters(self, employee, until=None):
        """Return the open matters worked on of late, the last one first."""
        until = until or fields.Date.context_today(self)
        groups = self.env["account.analytic.line"]._read_group(
            self._entry_domain(employee, until - timedelta(RECENT_DAYS), until)
            & Domain("matter_id.state", "=", "open"),
            ["matter_id"],
            order="date:max desc",
            limit=RECENT_MATTERS,
        )
        return self.env["legal.matter"].union(*(matter for (matter,) in groups))

    @api.model
    def _get_matter_rows(self, matters, employee):
        """Return matters as plain values, with the last words said on each."""
        last = self._get_last_entries(matters, employee)
        own = employee == self.env.user.employee_id
        anybody = own or self._writes_for_anybody()
        return [
            {
                "id": matter.id,
                "number": matter.matter_number,
                "name": matter.name,
                "client": matter.partner_id.name or "",
                "is_open": matter.state == "open",
                "can_write": anybody or matter.responsible_id == self.env.user,
                "last_narrative": last[matter.id].narrative or "",
                "last_activity_id": last[matter.id].activity_code_id.id,
            }
            for matter in matters
        ]

    @api.model
    def _get_last_entries(self, matters, employee):
        """Return ``{matter id: last entry written by the person}``, in two queries."""
        Line = self.env["account.analytic.line"]
        last_ids = {
            matter.id: last_id
            for matter, last_id in Line._read_group(
                Domain("matter_id", "in", matters.ids)
                & Domain("project_id", "!=", False)
                & Domain("employee_id", "=", employee.id)
                & Domain("narrative", "!=", False),
                ["matter_id"],
                ["id:max"],
            )
        }
        lines = Line.browse(last_ids.values())
        by_matter = dict(zip(last_ids, lines, strict=True))
        return {matter.id: by_matter.get(matter.id, Line) for matter in matters}

    @api.model
    def _get_activities(self):
        return self.env["legal.activity.code"].search_read(
            [], ["name", "is_billable"], load=None
        )
