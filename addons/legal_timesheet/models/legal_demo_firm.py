from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models

from .legal_demo_data import FIRM_WORK, MATTERS, PRO_BONO, TARGETS

MONTHS = 3


class LegalDemo(models.AbstractModel):
    """What the demo firm does for itself and for free, and what it aims at."""

    _inherit = "legal.demo"

    @api.model
    def _demo_steps(self):
        return [*super()._demo_steps(), "targets", "firm_time"]

    @api.model
    def _demo_targets(self, demo):
        for key, hours in TARGETS.items():
            employee = demo["people"][key].employee_ids[:1]
            employee.legal_target_billable_hours_year = hours
        return dict(TARGETS)

    @api.model
    def _demo_firm_time(self, demo):
        """Return the entries of the firm's own matter, then the pro bono ones."""
        first = demo["today"].replace(day=1) - relativedelta(months=MONTHS - 1)
        matter = self.env["legal.matter"].create(
            {
                "name": "Vie du cabinet",
                "work_kind": "internal",
                "company_id": demo["company"].id,
                "responsible_id": demo["people"]["helene"].id,
                "opened_on": first,
            }
        )
        matter.action_open()
        values = self._demo_firm_values(matter, first, demo)
        values += self._demo_pro_bono_values(demo)
        entries = self.env["account.analytic.line"].create(values)
        past = entries.filtered(lambda e: e.date < demo["today"].replace(day=1))
        past.with_user(demo["people"]["helene"]).sudo()._legal_approve()
        return entries

    @api.model
    def _demo_firm_values(self, matter, first, demo):
        values = []
        for month in range(MONTHS):
            for index, (activity, minutes, names, narrative) in enumerate(FIRM_WORK):
                start = first + relativedelta(months=month)
                day = self._demo_weekday(start + timedelta(3 + 4 * index))
                if day > demo["today"]:
                    continue
                values += [
                    self._demo_own_values(
                        matter, demo["people"][name], day, activity, minutes, narrative
                    )
                    for name in names
                ]
        return values

    @api.model
    def _demo_pro_bono_values(self, demo):
        return [
            self._demo_own_values(
                demo["matters"][key],
                demo["people"][MATTERS[key]["lead"]],
                max(
                    self._demo_weekday(demo["today"] - timedelta(9 + 30 * index)),
                    demo["matters"][key].opened_on,
                ),
                "pro_bono",
                minutes,
                narrative,
            )
            for index, (key, minutes, narrative) in enumerate(PRO_BONO)
        ]

    @api.model
    def _demo_own_values(self, matter, user, day, activity, minutes, narrative):
        return {
            "matter_id": matter.id,
            "employee_id": user.employee_ids[:1].id,
            "date": day,
            "unit_amount": minutes / 60,
            "activity_code_id": self.env.ref(f"legal_timesheet.activity_{activity}").id,
            "narrative": narrative,
            "name": matter._neutral_label(),
        }

    @api.model
    def _demo_weekday(self, day):
        """Return that day, or the Friday before a weekend."""
        return day - timedelta(max(day.weekday() - 4, 0))
