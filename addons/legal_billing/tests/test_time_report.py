from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LegalBillingCommon


@tagged("post_install", "-at_install")
class TestTimeReport(LegalBillingCommon):
    """Billed and realised: the numbers tie to the lines of the pre-bills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.hourly = {"name": "Temps passé", "kind": "hourly"}

    def _sums(self, matter, *names, groupby=()):
        self.env.flush_all()
        rows = self.env["legal.time.report"]._read_group(
            [("matter_id", "=", matter.id)], groupby, list(names)
        )
        return rows if groupby else rows[0]

    def test_time_billed_in_full_is_realised_in_full(self):
        matter = self._create_matter()
        self._create_agreement(matter, [self.hourly])
        self._create_entry(matter, "partner", 2, "2026-02-03")
        self._create_entry(matter, "associate", 3, "2026-02-04")
        names = ("amount_billed:sum", "hours_billed:sum", "realisation:avg")
        self.assertEqual(self._sums(matter, *names), (0, 0, False))
        self._bill(matter, "2026-02-28")
        billed, hours, realisation = self._sums(matter, *names)
        self.assertAlmostEqual(billed, 2 * 280 + 3 * 180)
        self.assertAlmostEqual(hours, 5)
        self.assertAlmostEqual(realisation, 100)

    def test_what_is_written_down_lowers_the_realisation(self):
        matter = self._create_matter()
        self._create_agreement(matter, [self.hourly])
        self._create_entry(matter, "partner", 2, "2026-02-03")
        self._create_entry(matter, "associate", 3, "2026-02-04")
        prebill, _warnings = self.env["legal.prebill"]._generate(
            matter, self._day("2026-02-28")
        )
        down, off = prebill.line_ids.sorted("date")
        down.write(
            {"amount": 400, "decision": "write_down", "reason_id": self.reason.id}
        )
        off.write({"decision": "write_off", "reason_id": self.reason.id})
        prebill.action_approve()
        prebill._create_invoices(self._day("2026-02-28")).action_post()
        billed, judged, realisation = self._sums(
            matter, "amount_billed:sum", "amount_judged:sum", "realisation:avg"
        )
        self.assertAlmostEqual(billed, sum(prebill.line_ids.mapped("amount")))
        self.assertAlmostEqual(judged, sum(prebill.line_ids.mapped("amount_standard")))
        self.assertAlmostEqual(realisation, 400 / (2 * 280 + 3 * 180) * 100)

    def test_a_credited_bill_is_billed_no_more(self):
        matter = self._create_matter()
        self._create_agreement(matter, [self.hourly])
        self._create_entry(matter, "partner", 2, "2026-02-03")
        _prebill, move = self._bill(matter, "2026-02-28")
        move._reverse_moves(cancel=True)
        self.assertEqual(self._sums(matter, "amount_billed:sum"), (0,))

    def test_a_fixed_fee_is_shared_by_the_time_it_pays(self):
        matter = self._create_matter()
        self._create_agreement(matter, [self._fixed(1000)])
        self._create_entry(matter, "partner", 2, "2026-02-03")  # worth 560
        self._create_entry(matter, "associate", 4, "2026-02-04")  # worth 720
        prebill, _move = self._bill(matter, "2026-02-28")
        fees = sum(
            prebill.line_ids.filtered(lambda li: li.kind != "cost").mapped("amount")
        )
        self.assertAlmostEqual(fees, 1000)
        rows = self._sums(matter, "amount_billed:sum", groupby=["employee_id"])
        shares = {employee: amount for employee, amount in rows}
        self.assertAlmostEqual(shares[self.lawyers["partner"]], 1000 * 560 / 1280)
        self.assertAlmostEqual(sum(shares.values()), fees)

    def test_fees_without_time_keep_the_sum_whole(self):
        matter = self._create_matter()
        self._create_agreement(matter, [self._fixed(1000)])
        self._bill(matter, "2026-02-28")
        rows = self._sums(matter, "amount_billed:sum", groupby=["employee_id"])
        self.assertEqual(rows, [(self.env["hr.employee"], 1000)])

    def test_costs_are_no_fees(self):
        matter = self._create_matter()
        self._create_agreement(matter, [self.hourly])
        self._create_entry(matter, "partner", 1, "2026-02-03")
        self._create_disbursement(matter, 50, "2026-02-03")
        self._bill(matter, "2026-02-28")
        self.assertEqual(self._sums(matter, "amount_billed:sum"), (280,))

    def test_internal_and_pro_bono_time_reach_no_pre_bill(self):
        matter = self._create_matter()
        self._create_agreement(matter, [self.hourly])
        paid = self._create_entry(matter, "partner", 1, "2026-02-03")
        for name in ("pro_bono", "internal", "training", "prospecting"):
            self._create_entry(
                matter,
                "associate",
                1,
                "2026-02-04",
                activity_code_id=self.env.ref(f"legal_timesheet.activity_{name}").id,
            )
        prebill, _move = self._bill(matter, "2026-02-28")
        self.assertEqual(prebill.line_ids.entry_id, paid)
        billed, given = self._sums(matter, "amount_billed:sum", "amount_pro_bono:sum")
        self.assertEqual((billed, given), (280, 180))

    def test_a_pro_bono_matter_makes_no_pre_bill(self):
        matter = self._create_matter(work_kind="pro_bono")
        self._create_agreement(matter, [self.hourly])
        self._create_entry(matter, "partner", 1, "2026-02-03")
        prebill, _warnings = self.env["legal.prebill"]._generate(
            matter, self._day("2026-02-28")
        )
        self.assertFalse(prebill)

    def test_a_matter_of_the_firm_is_never_billed(self):
        matter = self._create_matter(work_kind="internal")
        self._create_cost(matter, "expense", 50, "2026-02-03")
        with self.assertRaisesRegex(UserError, "never billed"):
            self.env["legal.prebill"]._generate(matter, self._day("2026-02-28"))

    def test_management_gets_the_fees_of_walled_matters_without_a_name(self):
        matter = self._create_matter(is_walled=True)
        self._create_agreement(matter, [self.hourly])
        self._create_entry(matter, "partner", 2, "2026-02-03")
        self._bill(matter, "2026-02-28")
        other = self._create_matter(is_walled=True)
        self._create_agreement(other, [self._fixed(1000)])
        self._bill(other, "2026-02-28")
        boss = self.env["res.users"].create(
            {
                "name": "Max Manager",
                "login": "max.manager",
                "company_id": self.company.id,
                "company_ids": self.company.ids,
                "group_ids": self.env.ref("legal_timesheet.group_legal_management").ids,
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["legal.time.report"].with_user(boss).search([])
        self.assertFalse(rows.matter_id)
        self.assertAlmostEqual(sum(rows.mapped("amount_billed")), 560 + 1000)

    def _day(self, text):
        return fields.Date.to_date(text)

    def _fixed(self, amount):
        instalment = {"name": "1", "due_on": "2026-02-01", "amount": amount}
        return {
            "name": "Forfait",
            "kind": "fixed",
            "amount": amount,
            "included_hours": 10,
            "overage": "own",
            "instalment_ids": [Command.create(instalment)],
        }
