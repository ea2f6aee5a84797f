from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, models

from odoo.addons.legal_timesheet.models.legal_demo_data import MATTERS, PEOPLE

from .legal_demo_desk_data import (
    COMMENT,
    DESK,
    HOLD_DAYS,
    HOLD_REASON,
    NOTE,
    REWRITTEN,
    RULE,
)


class LegalDemo(models.AbstractModel):
    """The demo firm's desk today: pre-bills that wait for somebody's decision.

    Made after the months are billed, so that no run takes them along: one in review,
    with what is to look at; one that a partner changed; one on hold; and the entry of
    what is still to be billed at the end of the month.
    """

    _inherit = "legal.demo"

    def _job_fill_desk(self, company, today):
        Rule = self.env["legal.review.rule"]
        if Rule.search_count([("company_id", "=", company.id)], limit=1):
            return
        self._job_accrue(company, today)
        # The settings of the rule ask nobody for what was billed before.
        prebills = {key: self._job_desk_prebill(key, today) for key in DESK}
        self._job_desk_rule(company)
        self._job_desk_review(prebills["transport"])
        self._job_desk_change(prebills["franchise"])
        held = prebills["marche"].with_user(self._job_person("antoine"))
        held._hold(HOLD_REASON, until=today + timedelta(HOLD_DAYS))
        self._job_say(
            f"Sur le bureau : {len(prebills)} préfactures, dont une en revue et une en"
            " attente"
        )

    def _job_person(self, key):
        return self.env["res.users"].search([("login", "=", PEOPLE[key][1])], limit=1)

    def _job_desk_day(self, today, days):
        """Return the working day so many days ago, or the one before."""
        day = today - timedelta(days)
        return day - timedelta({5: 1, 6: 2}.get(day.weekday(), 0))

    def _job_desk_prebill(self, key, today):
        """Record the latest work on a matter, and gather it."""
        matter = self.env["legal.matter"].search(
            [("name", "=", MATTERS[key]["name"])], limit=1
        )
        entries = self.env["account.analytic.line"].create(
            [
                {
                    "matter_id": matter.id,
                    "employee_id": self._job_person(who).employee_ids[:1].id,
                    "date": self._job_desk_day(today, days),
                    "unit_amount": hours,
                    "activity_code_id": self.env.ref(
                        f"legal_timesheet.activity_{activity}"
                    ).id,
                    "narrative": narrative,
                    "name": matter._neutral_label(),
                }
                for days, who, hours, activity, narrative in DESK[key]
            ]
        )
        entries.with_user(matter.responsible_id).sudo()._legal_approve()
        return self.env["legal.prebill"]._generate(matter, today)[0]

    def _job_desk_rule(self, company):
        approver, amount, given_up = RULE["approver"]
        return self.env["legal.review.rule"].create(
            {
                "name": RULE["name"],
                "company_id": company.id,
                "approver_ids": [
                    Command.create(
                        {
                            "user_id": self._job_person(approver).id,
                            "amount_from": amount,
                            "writeoff_above": given_up,
                        }
                    )
                ],
            }
        )

    def _job_desk_review(self, prebill):
        """Sofia has read her lines; Claire reads hers, then the responsible."""
        prebill.with_user(self._job_person("marine")).action_submit_review()
        sofia = self._job_person("sofia")
        prebill.with_user(sofia)._approve_in_turn()
        who, words = COMMENT
        employee = self._job_person(who).employee_ids
        line = prebill.line_ids.filtered(lambda li: li.employee_id == employee)[:1]
        self.env["legal.prebill.comment"].with_user(prebill.responsible_id).create(
            {"prebill_id": prebill.id, "line_id": line.id, "body": words}
        )

    def _job_desk_change(self, prebill):
        """The partner cuts, offers and rewrites: all of it is in the redline."""
        prebill = prebill.with_user(prebill.responsible_id)
        first, second, *_others, last = prebill.line_ids.filtered(
            lambda li: li.kind == "time" and li.decision == "bill"
        ).sorted(lambda li: (li.date, li.id))
        reason = {
            name: self.env.ref(f"legal_billing.reason_{name}").id
            for name in ("goodwill", "inefficiency")
        }
        first.act("write_down", reason_id=reason["inefficiency"], percent=25)
        second.narrative = REWRITTEN
        last.act("no_charge", reason_id=reason["goodwill"])
        prebill.client_message = NOTE

    def _job_accrue(self, company, today):
        """Draft the entry of what is left to bill at the end of last month."""
        month_end = today.replace(day=1) - relativedelta(days=1)
        wizard = self.env["legal.wip.accrual"].create(
            {"company_id": company.id, "date": month_end, "create_accounts": True}
        )
        if wizard.is_cash or not wizard.amount_untaxed:
            return
        move = wizard._create_entry()
        self._job_say(f"Factures à établir (418) au {month_end:%d/%m/%Y} : {move.ref}")
