from datetime import date

from odoo import Command
from odoo.tests import new_test_user

from .common import LegalBillingCommon

MONTH_END = date(2026, 4, 30)


class ReviewCommon(LegalBillingCommon):
    """A firm whose pre-bills are reviewed by more than one person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Prebill = cls.env["legal.prebill"]
        cls.owner = cls.lawyers["partner"].user_id
        cls.senior = cls.lawyers["senior"].user_id
        cls.associate = cls.lawyers["associate"].user_id
        cls.boss = cls._create_user("Béatrice Morand", "boss", office=True)
        for user in cls.owner | cls.senior | cls.associate | cls.boss:
            user.write({"email": f"{user.login}@lanterne.example", "lang": "fr_FR"})
        cls.rule = cls.env["legal.review.rule"].create(
            {
                "name": "Revue du cabinet",
                "company_id": cls.company.id,
                "approver_ids": [
                    Command.create(
                        {
                            "user_id": cls.boss.id,
                            "amount_from": 5000,
                            "writeoff_above": 200,
                        }
                    )
                ],
            }
        )

    @classmethod
    def _create_user(cls, name, login, office=False, groups=""):
        groups = groups or "legal_timesheet.group_legal_user"
        if office:
            groups += ",legal_timesheet.group_legal_office"
        return new_test_user(
            cls.env,
            f"review.{login}",
            groups=f"base.group_user,{groups}",
            name=name,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_prebill(cls, submit=True, **kw):
        """Return a pre-bill of 2 h of the owner and 3 h of a senior: 1 220,00."""
        matter = cls._create_matter(**kw)
        cls._create_agreement(matter, [{"kind": "hourly"}])
        cls._create_entry(
            matter, "partner", 2, "2026-04-01", narrative="Note sur la prescription"
        )
        cls._create_entry(
            matter, "senior", 3, "2026-04-02", narrative="Conclusions en réponse"
        )
        prebill, _warnings = cls.Prebill._generate(matter, MONTH_END)
        if submit:
            prebill.with_user(cls.owner).action_submit_review()
        return prebill

    def _states(self, prebill):
        return [(s.role, s.user_id, s.state) for s in prebill.review_ids]

    def _line(self, prebill, lawyer):
        employee = self.lawyers[lawyer]
        return prebill.line_ids.filtered(lambda li: li.employee_id == employee)

    def _write_off(self, prebill, hours, user=None):
        """Bill the senior's work at so many hours less."""
        line = self._line(prebill, "senior").with_user(user or self.owner)
        line.write(
            {
                "hours": line.hours_proposed - hours,
                "decision": "write_down",
                "reason_id": self.reason.id,
            }
        )
        self.Prebill._check_pending()
