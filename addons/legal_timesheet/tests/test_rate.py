from datetime import date, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import WORKED_ON, LegalCommon

DAY = timedelta(1)
_ROWS = [
    # what the rates name (amount: scope), and which amount wins
    ("no rate", [], 0.0),
    ("the grade's card", [(180, {"grade"})], 180.0),
    ("another grade's card", [(280, {"other_grade"})], 0.0),
    ("a rate of everything", [(100, set())], 100.0),
    ("grade over everything", [(100, set()), (180, {"grade"})], 180.0),
    ("grade over activity", [(150, {"activity"}), (180, {"grade"})], 180.0),
    ("person over grade", [(180, {"grade"}), (210, {"employee"})], 210.0),
    (
        "person over grade × activity",
        [(190, {"grade", "activity"}), (210, {"employee"})],
        210.0,
    ),
    ("client over person", [(210, {"employee"}), (170, {"partner"})], 170.0),
    ("matter over client", [(170, {"partner"}), (320, {"matter"})], 320.0),
    (
        "matter over client × person × grade",
        [(170, {"partner", "employee", "grade"}), (320, {"matter"})],
        320.0,
    ),
    (
        "matter × grade over matter",
        [(320, {"matter"}), (330, {"matter", "grade"})],
        330.0,
    ),
    ("another matter's rate", [(180, {"grade"}), (320, {"other_matter"})], 180.0),
    ("the parent company's rate", [(160, {"parent"}), (180, {"grade"})], 160.0),
    (
        "the client's before the parent's",
        [(160, {"parent"}), (165, {"partner"})],
        165.0,
    ),
    ("another person's rate", [(180, {"grade"}), (250, {"other_employee"})], 180.0),
    ("a rate of zero is a rate", [(180, {"grade"}), (0, {"matter"})], 0.0),
]
_EDGES = [
    ("begins that day", WORKED_ON, None, 180.0),
    ("begins the day after", WORKED_ON + DAY, None, 0.0),
    ("ends that day", date(2020, 1, 1), WORKED_ON, 180.0),
    ("ended the day before", date(2020, 1, 1), WORKED_ON - DAY, 0.0),
    ("only that day", WORKED_ON, WORKED_ON, 180.0),
]


@tagged("post_install", "-at_install")
class TestRate(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = cls._create_client(name="Group SA")
        cls.client.parent_id = cls.parent
        cls.matter = cls._create_matter()
        cls.other_matter = cls._create_matter()
        cls.entry = cls._create_time_entry(matter=cls.matter)
        employee = cls.associate_user.employee_id
        cls.scope = {
            "grade": {"grade_id": cls.grade_associate.id},
            "other_grade": {"grade_id": cls.grade_partner.id},
            "activity": {"activity_code_id": cls.activity.id},
            "employee": {"employee_id": employee.id},
            "other_employee": {"employee_id": cls.partner_user.employee_id.id},
            "partner": {"partner_id": cls.client.id},
            "parent": {"partner_id": cls.parent.id},
            "matter": {"matter_id": cls.matter.id},
            "other_matter": {"matter_id": cls.other_matter.id},
        }

    def _scope_values(self, names):
        return {k: v for name in names for k, v in self.scope[name].items()}

    def test_rate_table(self):
        for name, card, expected in _ROWS:
            with self.subTest(name):
                made = self.env["legal.rate"].browse()
                for amount, scope in card:
                    made |= self._create_rate(
                        amount=amount, **self._scope_values(scope)
                    )
                self.assertEqual(self.entry.rate, expected)
                self.assertEqual(
                    bool(self.entry.rate_id),
                    bool(card) and (expected > 0 or "zero" in name),
                )
                made.unlink()

    def test_day_edges(self):
        for name, date_from, date_to, expected in _EDGES:
            with self.subTest(name):
                rate = self._create_rate(
                    amount=180,
                    date_from=date_from,
                    date_to=date_to,
                    grade_id=self.grade_associate.id,
                )
                self.assertEqual(self.entry.rate, expected)
                rate.unlink()

    def test_source_says_amount_scope_day_and_author(self):
        self._create_rate(
            amount=320, matter_id=self.matter.id, grade_id=self.grade_associate.id
        )
        source = self.entry.rate_source
        self.assertIn("320", source)
        self.assertIn(self.matter.matter_number, source)
        self.assertIn(self.grade_associate.name, source)
        self.assertIn(self.env.user.name, source)

    def test_promotion_prices_each_day_with_the_grade_of_that_day(self):
        self._create_rate(amount=180, grade_id=self.grade_associate.id)
        self._create_rate(amount=280, grade_id=self.grade_partner.id)
        history = self.env["legal.employee.grade"].search(
            [("employee_id", "=", self.associate_user.employee_id.id)]
        )
        history.date_to = WORKED_ON
        history.create(
            {
                "employee_id": self.associate_user.employee_id.id,
                "grade_id": self.grade_partner.id,
                "date_from": WORKED_ON + DAY,
            }
        )
        later = self._create_time_entry(matter=self.matter, date=WORKED_ON + DAY)
        self.assertEqual((self.entry.rate, later.rate), (180, 280))

    def test_a_new_rate_reprices_drafts_and_leaves_approved_time(self):
        old = self._create_rate(amount=180, grade_id=self.grade_associate.id)
        draft = self._create_time_entry(matter=self.matter)
        self.entry.action_approve()
        old.amount = 200
        self.assertEqual((self.entry.rate, draft.rate), (180, 200))

    def test_overlap_names_both_rates_and_saves_nothing(self):
        self._create_rate(amount=181, grade_id=self.grade_associate.id)
        before = self.env["legal.rate"].search_count([])
        with (
            self.assertRaises(ValidationError) as refusal,
            self.env.cr.savepoint(),
        ):
            self._create_rate(
                amount=199, date_from=WORKED_ON, grade_id=self.grade_associate.id
            )
        self.assertIn("181", str(refusal.exception))
        self.assertIn("199", str(refusal.exception))
        self.assertEqual(self.env["legal.rate"].search_count([]), before)

    def test_successive_rates_of_one_scope_are_accepted(self):
        self._create_rate(
            amount=180, date_to=WORKED_ON - DAY, grade_id=self.grade_associate.id
        )
        self._create_rate(
            amount=190, date_from=WORKED_ON, grade_id=self.grade_associate.id
        )
        self.assertEqual(self.entry.rate, 190)

    def test_rate_of_another_company_never_prices(self):
        other = self.env["res.company"].create({"name": "Other Firm"})
        self._create_rate(amount=999, company_id=other.id)
        self.assertFalse(self.entry.rate_id)

    def test_rate_in_another_currency_keeps_its_currency(self):
        chf = self.env.ref("base.CHF")
        chf.active = True
        self._create_rate(amount=350, currency_id=chf.id, matter_id=self.matter.id)
        self.assertEqual(self.entry.legal_currency_id, chf)
        self.assertEqual(self.entry.amount_billable, 350)
