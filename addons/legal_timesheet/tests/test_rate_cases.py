"""Thirty cases worked by hand: which rate wins, and what the frozen entry costs.

Bob is an associate who drafted acts on 3 March 2026 for Client SA, a company of
Group SA. Each case says what the firm's rates are, how long he worked, and why
the entry costs what it costs once approved. Increments of 6 minutes, up.
"""

from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import WORKED_ON, LegalCommon

DAY = timedelta(1)
YEAR = date(2026, 1, 1)

#: (name, [(amount, scope, more)], minutes, amount billed, arithmetic in words)
CASES = [
    # every pair of scopes: the more decisive field wins, whatever the price
    (
        "matter beats client",
        [(320, "matter", {}), (170, "partner", {})],
        60,
        320.00,
        "1 h × 320, the matter is named",
    ),
    (
        "matter beats person",
        [(320, "matter", {}), (410, "employee", {})],
        90,
        480.00,
        "1.5 h × 320; the person's 410 is beaten",
    ),
    (
        "matter beats grade",
        [(200, "matter", {}), (180, "grade", {})],
        30,
        100.00,
        "0.5 h × 200",
    ),
    (
        "matter beats activity",
        [(200, "matter", {}), (250, "activity", {})],
        6,
        20.00,
        "0.1 h × 200",
    ),
    (
        "client beats person",
        [(170, "partner", {}), (210, "employee", {})],
        120,
        340.00,
        "2 h × 170",
    ),
    (
        "client beats grade",
        [(170.50, "partner", {}), (180, "grade", {})],
        18,
        51.15,
        "0.3 h × 170.50 = 51.15",
    ),
    (
        "client beats activity",
        [(165, "partner", {}), (190, "activity", {})],
        12,
        33.00,
        "0.2 h × 165",
    ),
    (
        "person beats grade",
        [(210, "employee", {}), (180, "grade", {})],
        42,
        147.00,
        "0.7 h × 210",
    ),
    (
        "person beats activity",
        [(210, "employee", {}), (240, "activity", {})],
        48,
        168.00,
        "0.8 h × 210",
    ),
    (
        "grade beats activity",
        [(180, "grade", {}), (240, "activity", {})],
        54,
        162.00,
        "0.9 h × 180",
    ),
    # several fields at once
    (
        "matter × grade beats matter",
        [(320, "matter", {}), (330, "matter grade", {})],
        60,
        330.00,
        "1 h × 330: one field more",
    ),
    (
        "matter alone beats client × person × grade × activity",
        [(320, "matter", {}), (150, "partner employee grade activity", {})],
        60,
        320.00,
        "1 h × 320: the first field decides, not their number",
    ),
    (
        "client × activity beats client",
        [(170, "partner", {}), (145, "partner activity", {})],
        60,
        145.00,
        "1 h × 145",
    ),
    (
        "client × person beats client × grade × activity",
        [(175, "partner employee", {}), (160, "partner grade activity", {})],
        60,
        175.00,
        "1 h × 175: the person comes before the grade",
    ),
    (
        "grade × activity beats grade",
        [(180, "grade", {}), (195, "grade activity", {})],
        60,
        195.00,
        "1 h × 195",
    ),
    (
        "what names nothing is the last resort",
        [(100, "", {}), (150, "activity", {})],
        60,
        150.00,
        "1 h × 150",
    ),
    (
        "and prices what nothing else does",
        [(100, "", {}), (150, "other_grade", {})],
        60,
        100.00,
        "1 h × 100: the partners' card is not Bob's",
    ),
    (
        "the client's own before its group's",
        [(160, "parent", {}), (165, "partner", {})],
        60,
        165.00,
        "1 h × 165",
    ),
    (
        "the group's where the client has none",
        [(160, "parent", {}), (210, "employee", {})],
        60,
        160.00,
        "1 h × 160: a client's rate still beats the person's",
    ),
    (
        "zero is a price",
        [(0, "matter", {}), (180, "grade", {})],
        60,
        0.00,
        "1 h × 0: pro bono was agreed",
    ),
    # edges of days
    (
        "from its first day on",
        [(180, "grade", {"date_from": WORKED_ON})],
        60,
        180.00,
        "1 h × 180: it begins that day",
    ),
    (
        "not the day before",
        [(180, "grade", {"date_from": WORKED_ON + DAY}), (90, "", {})],
        60,
        90.00,
        "1 h × 90: 180 begins the day after",
    ),
    (
        "to its last day",
        [(180, "grade", {"date_to": WORKED_ON}), (90, "", {})],
        60,
        180.00,
        "1 h × 180: it ends that day",
    ),
    (
        "not the day after",
        [(180, "grade", {"date_to": WORKED_ON - DAY}), (90, "", {})],
        60,
        90.00,
        "1 h × 90: 180 ended the day before",
    ),
    (
        "last year's card and this year's",
        [
            (180, "grade", {"date_to": YEAR - DAY}),
            (187.50, "grade", {"date_from": YEAR}),
        ],
        66,
        206.25,
        "1.1 h × 187.50 = 206.25",
    ),
    (
        "an ended rate of the matter gives way",
        [(320, "matter", {"date_to": WORKED_ON - DAY}), (180, "grade", {})],
        60,
        180.00,
        "1 h × 180: 320 is over",
    ),
    # cents
    (
        "cents are rounded half up",
        [(33.35, "grade", {})],
        18,
        10.01,
        "0.3 h × 33.35 = 10.005, the half goes up: 10.01",
    ),
    (
        "61 minutes are eleven steps of six",
        [(199.99, "grade", {})],
        61,
        219.99,
        "61 min -> 66 min = 1.1 h × 199.99 = 219.989",
    ),
    # currencies: the matter is in euros
    (
        "a card in francs is not for a client in euros",
        [(180, "grade", {}), (350, "grade activity", {"currency": "CHF"})],
        60,
        180.00,
        "1 h × 180 €: nobody chose francs for this client",
    ),
    (
        "francs that name the matter were chosen for it",
        [(180, "grade", {}), (350, "matter", {"currency": "CHF"})],
        60,
        350.00,
        "1 h × 350 CHF",
    ),
]
#: the same for a client whose fees are in Swiss francs
SWISS_CASES = [
    (
        "the card in francs prices a client in francs",
        [(180, "grade", {}), (195, "grade", {"currency": "CHF"})],
        66,
        214.50,
        "1.1 h × 195 CHF",
    ),
    (
        "a wider rate in francs beats the matter's in euros",
        [(320, "matter", {}), (205.55, "", {"currency": "CHF"})],
        12,
        41.11,
        "0.2 h × 205.55 CHF = 41.11",
    ),
]


@tagged("post_install", "-at_install")
class TestRateCases(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chf = cls.env.ref("base.CHF")
        cls.chf.active = True
        cls.parent = cls._create_client(name="Group SA")
        cls.client.parent_id = cls.parent
        cls.matter = cls._create_matter()
        cls.swiss_client = cls._create_client(
            name="Helvetia SA", legal_fee_currency_id=cls.chf.id
        )
        cls.swiss = cls._create_matter(partner_id=cls.swiss_client.id)

    def _scope(self, words, matter):
        values = {
            "matter": ("matter_id", matter),
            "partner": ("partner_id", matter.partner_id),
            "parent": ("partner_id", self.parent),
            "employee": ("employee_id", self.associate_user.employee_id),
            "grade": ("grade_id", self.grade_associate),
            "other_grade": ("grade_id", self.grade_partner),
            "activity": ("activity_code_id", self.activity),
        }
        return {values[word][0]: values[word][1].id for word in words.split()}

    def _run_case(self, case, matter):
        name, card, minutes, expected, words = case
        for amount, scope, more in card:
            more = dict(more)
            if code := more.pop("currency", None):
                more["currency_id"] = self.env.ref(f"base.{code}").id
            self._create_rate(amount=amount, **self._scope(scope, matter), **more)
        entry = self._create_time_entry(matter=matter, unit_amount=minutes / 60)
        shown = entry.amount_billable
        entry.action_approve()
        for rate in self.env["legal.rate"].search([]):
            rate.amount = 999
        entry.invalidate_recordset()
        self.assertEqual(entry.legal_currency_id.compare_amounts(shown, expected), 0)
        self.assertEqual(f"{entry.amount_billable:.2f}", f"{expected:.2f}", words)
        return entry

    def _run_cases(self, cases, matter):
        for case in cases:
            currency = self.chf if "CHF" in case[4] else self.company.currency_id
            with self.subTest(case[0]), self.env.cr.savepoint() as savepoint:
                entry = self._run_case(case, matter)
                self.assertEqual(entry.legal_currency_id, currency)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_thirty_cases_worked_by_hand(self):
        self.assertEqual(len(CASES), 30)
        self._run_cases(CASES, self.matter)

    def test_a_client_in_francs_is_priced_in_francs(self):
        self.assertEqual(self.swiss.currency_id, self.chf)
        self._run_cases(SWISS_CASES, self.swiss)

    def test_no_rate_in_the_client_s_currency_is_one_sentence(self):
        self._create_rate(amount=180, grade_id=self.grade_associate.id)
        entry = self._create_time_entry(matter=self.swiss)
        self.assertFalse(entry.rate_id)
        self.assertEqual(entry.legal_currency_id, self.chf)
        with self.assertRaisesRegex(UserError, "No rate in CHF.*Bob Associate"):
            entry.action_approve()

    def test_a_client_takes_the_currency_of_its_group(self):
        self.parent.legal_fee_currency_id = self.chf
        self.assertEqual(self.matter.currency_id, self.chf)
        self.parent.legal_fee_currency_id = False
        self.assertEqual(self.matter.currency_id, self.company.currency_id)

    def test_changing_the_currency_reprices_drafts_and_spares_priced_matters(self):
        self._create_rate(amount=180, grade_id=self.grade_associate.id)
        self._create_rate(
            amount=195, grade_id=self.grade_associate.id, currency_id=self.chf.id
        )
        priced = self._create_time_entry(matter=self._create_matter())
        priced.action_approve()
        draft = self._create_time_entry(matter=self.matter)
        self.client.legal_fee_currency_id = self.chf
        self.assertEqual((draft.rate, draft.legal_currency_id), (195, self.chf))
        self.assertEqual(priced.matter_id.currency_id, self.company.currency_id)
        self.assertEqual(priced.rate, 180)

    def test_one_currency_does_not_overlap_the_other(self):
        self._create_rate(amount=180, grade_id=self.grade_associate.id)
        self._create_rate(
            amount=195, grade_id=self.grade_associate.id, currency_id=self.chf.id
        )
        with self.assertRaisesRegex(ValidationError, "195.*196"):
            self._create_rate(
                amount=196, grade_id=self.grade_associate.id, currency_id=self.chf.id
            )

    # ------------------------------------------------------------ overlaps, en masse

    def test_overlap_inside_one_import_names_the_two(self):
        with self.env.cr.savepoint() as savepoint:
            result = self.env["legal.rate"].load(
                ["amount", "date_from", "date_to", "grade_id"],
                [
                    ["181", "2026-01-01", "2026-06-30", self.grade_associate.name],
                    ["182", "2026-07-01", "", self.grade_associate.name],
                    ["183", "2026-06-30", "2026-06-30", self.grade_associate.name],
                ],
            )
            savepoint.rollback()
        self.assertFalse(result["ids"])
        text = " ".join(message["message"] for message in result["messages"])
        self.assertIn("181", text)
        self.assertIn("183", text)

    def test_overlap_check_is_one_query_for_many(self):
        codes = self.env["legal.activity.code"].create(
            [{"name": f"Work {n}", "code": f"W{n}"} for n in range(50)]
        )
        rates = self.env["legal.rate"].create(
            [
                {"amount": 100, "date_from": YEAR, "activity_code_id": code.id}
                for code in codes
            ]
        )
        self.env.flush_all()
        with self.assertQueryCount(1):
            rates._check_overlap()

    def test_a_rate_behind_a_wall_is_named_by_its_number(self):
        walled = self._create_matter(is_walled=True, responsible_id=self.env.uid)
        self._create_rate(amount=300, matter_id=walled.id)
        with self.assertRaises(ValidationError) as refusal:
            self._create_rate(amount=310, matter_id=walled.id)
        self.assertIn(walled.matter_number, str(refusal.exception))
        self.assertNotIn("Secret object", str(refusal.exception))

    # ------------------------------------------------------------------ hot paths

    def _many(self, count):
        self._create_rate(amount=180, grade_id=self.grade_associate.id)
        self._create_rate(amount=320, matter_id=self.matter.id)
        return self.env["account.analytic.line"].create(
            [
                {
                    "matter_id": (self.matter if n % 2 else self.swiss).id,
                    "employee_id": self.associate_user.employee_id.id,
                    "date": WORKED_ON + timedelta(n % 100),
                    "unit_amount": 0.1,
                    "activity_code_id": self.activity.id if n % 3 else False,
                }
                for n in range(count)
            ]
        )

    def _count_on(self, table, work):
        """Return how many SQL statements name a table while ``work`` runs."""
        seen = []
        execute = type(self.env.cr).execute

        def counting(cursor, query, *args, **kwargs):
            seen.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", counting)
        work()
        self.patch(type(self.env.cr), "execute", execute)
        return len([one for one in seen if table in one])

    def test_one_query_on_rates_resolves_a_thousand_entries(self):
        entries = self._many(1000)
        self.env.flush_all()
        self.env.invalidate_all()
        priced = {}
        count = self._count_on(
            '"legal_rate"',
            lambda: priced.update(self.env["legal.rate"]._resolve_batch(entries)),
        )
        self.assertEqual(count, 1)
        self.assertEqual(len(priced), 1000)
        self.assertEqual(priced[entries[1]]["rate"], 320)

    def test_approving_a_thousand_entries_takes_as_many_queries_as_a_few(self):
        self._create_rate(amount=200, currency_id=self.chf.id)
        counts = []
        for entries in (self._many(20), self._more(980)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            entries.action_approve()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        few, many = counts
        self.assertLess(many, few + 15)
        self.assertLess(many, 60)

    def _more(self, count):
        self.env["legal.rate"].search([("amount", "in", (180, 320))]).unlink()
        return self._many(count)
