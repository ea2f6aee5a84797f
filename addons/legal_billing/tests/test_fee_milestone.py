from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .common_terms import LegalTermsCommon


@tagged("post_install", "-at_install")
class TestMilestone(LegalTermsCommon):
    """Confirming a milestone bills its instalment that day, and tells who bills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "gestion",
            groups="legal_billing.group_legal_billing_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.matter = cls._create_matter()
        cls.milestone = cls.env["project.milestone"].create(
            {"name": "Conclusions déposées", "project_id": cls.matter.project_id.id}
        )
        cls.agreement = cls._create_agreement(
            cls.matter,
            [
                {
                    "kind": "fixed",
                    "amount": 2500,
                    "instalment_ids": [
                        Command.create(
                            {"name": "Ouverture", "trigger": "signature", "percent": 40}
                        ),
                        Command.create(
                            {
                                "name": "Conclusions",
                                "trigger": "milestone",
                                "milestone_id": cls.milestone.id,
                                "percent": 60,
                            }
                        ),
                    ],
                }
            ],
        )
        cls.instalment = cls.agreement.term_ids.instalment_ids.filtered("milestone_id")

    def _activities(self):
        return self.agreement.activity_ids.filtered(
            lambda a: "Conclusions" in (a.summary or "")
        )

    def test_percentages_become_amounts(self):
        """40 % of 2 500 = 1 000; the rest, 1 500."""
        amounts = self.agreement.term_ids.instalment_ids.mapped("amount")
        self.assertEqual(sorted(amounts), [1000.0, 1500.0])

    def test_last_percentage_takes_the_rounding(self):
        """1 000 in thirds: 333,30 + 333,30 + 333,40."""
        matter = self._create_matter()
        agreement = self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "amount": 1000,
                    "instalment_ids": [
                        Command.create(
                            {"name": name, "due_on": "2026-05-01", "percent": percent}
                        )
                        for name, percent in (("1", 33.33), ("2", 33.33), ("3", 33.34))
                    ],
                }
            ],
        )
        amounts = agreement.term_ids.instalment_ids.mapped("amount")
        self.assertEqual(sorted(amounts), [333.3, 333.3, 333.4])

    def test_reaching_makes_it_billable_today_and_tells(self):
        prebill, _move = self._bill(self.matter, "2026-01-31")
        self.assertLines(prebill, {"instalment": 1000})
        user = self.lawyers["associate"].user_id
        self.milestone.with_user(user).is_reached = True
        today = fields.Date.context_today(self.instalment)
        self.assertEqual(self.instalment.due_on, today)
        told = self._activities().user_id
        self.assertIn(self.matter.responsible_id, told)
        self.assertIn(self.manager, told)
        self.assertNotIn(user, told)
        prebill, _w = self._generate(self.matter, today)
        self.assertLines(prebill, {"instalment": 1500})
        self.assertIn("Conclusions déposées", prebill.line_ids.explanation)

    def test_walled_matter_tells_only_its_team(self):
        self.matter.is_walled = True
        self.milestone.is_reached = True
        self.assertIn(self.matter.responsible_id, self._activities().user_id)
        self.assertNotIn(self.manager, self._activities().user_id)

    def test_unreaching_takes_it_back(self):
        self.milestone.is_reached = True
        self.milestone.is_reached = False
        self.assertFalse(self.instalment.due_on)
        self.assertFalse(self._activities())

    def test_unreaching_leaves_what_is_on_a_bill(self):
        self.milestone.is_reached = True
        today = fields.Date.context_today(self.instalment)
        prebill, _w = self._generate(self.matter, today)
        self.milestone.is_reached = False
        self.assertEqual(self.instalment.due_on, today)
        self.assertIn(self.instalment, prebill.line_ids.instalment_id)

    def test_milestone_reached_before_the_signature_is_due_with_it(self):
        matter = self._create_matter()
        milestone = self.env["project.milestone"].create(
            {
                "name": "Assignation",
                "project_id": matter.project_id.id,
                "is_reached": True,
            }
        )
        agreement = self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "amount": 900,
                    "instalment_ids": [
                        Command.create(
                            {
                                "name": "Assignation",
                                "trigger": "milestone",
                                "milestone_id": milestone.id,
                                "amount": 900,
                            }
                        )
                    ],
                }
            ],
        )
        self.assertTrue(agreement.term_ids.instalment_ids.due_on)

    def test_milestone_of_another_matter_is_refused(self):
        other = self._create_matter()
        with self.assertRaisesRegex(ValidationError, other.matter_number):
            self._create_agreement(
                other,
                [
                    {
                        "kind": "fixed",
                        "amount": 900,
                        "instalment_ids": [
                            Command.create(
                                {
                                    "name": "Assignation",
                                    "trigger": "milestone",
                                    "milestone_id": self.milestone.id,
                                    "amount": 900,
                                }
                            )
                        ],
                    }
                ],
                sign=False,
            )
