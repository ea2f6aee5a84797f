from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WORKED_ON
from .numbers_common import NumbersCommon


@tagged("post_install", "-at_install")
class TestTimeReport(NumbersCommon):
    """Whose numbers, how they add up, and what the wall lets out."""

    # ---------------------------------------------------------------------- whose

    def test_a_person_sees_own_numbers_alone(self):
        rows = self._group(self.zoe, ["employee_id"])
        self.assertEqual([row[0] for row in rows], [self.zoe.employee_id])
        self.assertEqual(rows[0][1:], (0.5, 0.5, 100.0))

    def test_a_responsible_sees_own_matters_with_everybody_s_time(self):
        rows = self._group(self.anne, ["matter_id"])
        self.assertEqual(
            {matter: hours for matter, hours, _billable, _value in rows},
            {self.open_matter: 4.0, self.walled: 3.5, self.second_walled: 4.0},
        )

    def test_the_office_sees_what_is_not_walled(self):
        [(hours, billable, value)] = self._group(self.office)
        self.assertEqual((hours, billable, value), (4.0, 3.0, 600.0))

    def test_management_sees_the_whole_firm_to_the_hour(self):
        [(hours, billable, value)] = self._group(self.boss)
        self.assertEqual((hours, billable, value), (11.5, 10.5, 2100.0))
        [(everything,)] = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                [("company_id", "=", self.company.id), ("matter_id", "!=", False)],
                [],
                ["amount_billable:sum"],
            )
        )
        self.assertEqual(value, everything)

    def test_an_administrator_who_does_not_manage_sees_own_numbers(self):
        admin = self._create_lawyer(
            name="Ada Numbers",
            company=self.company,
            groups="legal_timesheet.group_legal_administrator",
        )
        self.assertEqual(self._group(admin, aggregates=["__count"]), [(0,)])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_an_employee_without_a_role_sees_no_numbers(self):
        employee = self._create_lawyer(
            name="Ella Numbers", company=self.company, groups="base.group_user"
        )
        with self.assertRaises(AccessError):
            self._group(employee)

    # ------------------------------------------------------------------- the wall

    def test_walled_time_is_one_nameless_line_a_person_a_month(self):
        rows = self._report(self.boss).search([("matter_id", "=", False)])
        by_person = {row.employee_id: row for row in rows}
        # two hidden matters: told of Noah; Zoe is on one alone: of nobody
        self.assertEqual(
            set(by_person), {self.bob.employee_id, self.env["hr.employee"]}
        )
        self.assertEqual(by_person[self.bob.employee_id].hours, 7.0)
        self.assertEqual(by_person[self.env["hr.employee"]].hours, 0.5)
        for row in rows:
            self.assertEqual(row.date, WORKED_ON.replace(day=1))
            self.assertEqual(row.work_kind, "confidential")
            for name in (
                "matter_id",
                "partner_id",
                "practice_area_id",
                "responsible_id",
                "activity_code_id",
                "grade_id",
                "billing_status",
                "user_id",
            ):
                self.assertFalse(row[name], name)
            self.assertFalse(row.action_open_entry())

    def test_hours_of_one_person_on_one_walled_matter_have_no_name(self):
        self.env["account.analytic.line"].search(
            [("matter_id", "=", self.second_walled.id)]
        ).unlink()
        rows = self._group(
            self.boss, ["employee_id"], [("matter_id", "=", False)], ["hours:sum"]
        )
        self.assertEqual(rows, [(self.env["hr.employee"], 3.5)])

    def test_management_inside_a_wall_reads_its_lines_by_name(self):
        self.walled.member_ids = [Command.create({"user_id": self.boss.id})]
        rows = dict(self._group(self.boss, ["matter_id"], aggregates=["hours:sum"]))
        self.assertEqual(rows[self.walled], 3.5)
        self.assertEqual(rows[self.env["legal.matter"]], 4.0)

    def test_management_kept_out_by_name_sees_a_nameless_line(self):
        self.open_matter.write(
            {
                "excluded_user_ids": [Command.link(self.boss.id)],
                "exclusion_reason": "Married to the opponent",
            }
        )
        rows = self._group(self.boss, ["matter_id"], aggregates=["hours:sum"])
        self.assertEqual(rows, [(self.env["legal.matter"], 11.5)])

    def test_own_time_stays_in_own_numbers_after_leaving_the_team(self):
        self.walled.member_ids.filtered(lambda m: m.user_id == self.zoe).unlink()
        [row] = self._report(self.zoe).search([])
        self.assertEqual(row.hours, 0.5)
        self.assertEqual(row.employee_id, self.zoe.employee_id)
        self.assertFalse(row.matter_id)

    def test_the_office_reads_no_nameless_line(self):
        self.assertFalse(self._report(self.office).search([("matter_id", "=", False)]))

    def test_nothing_of_a_walled_matter_is_found_by_its_words(self):
        for domain in (
            [("matter_id", "=", self.walled.id)],
            [("matter_id.name", "ilike", "Secret")],
            [("partner_id", "=", self.client.id), ("matter_id", "=", False)],
        ):
            with self.subTest(domain):
                rows = self._report(self.boss).search(domain)
                self.assertFalse(rows.filtered(lambda r: r.matter_id == self.walled))
                self.assertFalse(rows.filtered(lambda r: not r.matter_id))

    def test_another_company_sees_nothing(self):
        stranger = self._create_lawyer(
            name="Sam Numbers",
            company=self.env.ref("base.main_company"),
            groups="legal_timesheet.group_legal_management",
        )
        report = self._report(stranger).with_context(
            allowed_company_ids=stranger.company_ids.ids
        )
        rows = report.search([("company_id", "=", self.company.id)])
        self.assertFalse(rows)

    # --------------------------------------------------------------------- figures

    def test_ratios_are_made_of_sums_not_of_means(self):
        [(utilisation, rate)] = self._group(
            self.office, aggregates=["utilisation:avg", "rate_average:avg"]
        )
        # 3 h billable of 4 h worked; the mean of 100, 100 and 0 would be 66.7
        self.assertAlmostEqual(utilisation, 75.0)
        self.assertAlmostEqual(rate, 200.0)

    def test_a_ratio_of_nothing_is_nothing(self):
        [(utilisation,)] = self._group(
            self.office, domain=[("hours", "<", 0)], aggregates=["utilisation:avg"]
        )
        self.assertFalse(utilisation)

    def test_ratios_come_through_the_web_client(self):
        [row] = self._report(self.office).formatted_read_group(
            [], [], ["utilisation:avg", "amount:sum"]
        )
        self.assertAlmostEqual(row["utilisation:avg"], 75.0)
        self.assertAlmostEqual(row["amount:sum"], 600.0)

    def test_pro_bono_is_valued_apart(self):
        pro_bono = self.env.ref("legal_timesheet.activity_pro_bono")
        self._make_entry(self.open_matter, self.bob, 2.0, activity_code_id=pro_bono.id)
        [(value, given)] = self._group(
            self.office, aggregates=["amount:sum", "amount_pro_bono:sum"]
        )
        self.assertEqual((value, given), (600.0, 400.0))

    def test_value_in_another_currency_is_counted_in_the_firm_s(self):
        money = self.env["res.currency"].create(
            {"name": "XNB", "symbol": "N", "rounding": 0.01}
        )
        for day, rate in [(date(2026, 1, 1), 2.0), (date(2026, 3, 5), 4.0)]:
            self.env["res.currency.rate"].create(
                {"currency_id": money.id, "name": day, "rate": rate}
            )
        matter = self._make_matter(self.anne, self.bob)
        self._create_rate(
            amount=300,
            currency_id=money.id,
            matter_id=matter.id,
            company_id=self.company.id,
        )
        for day in (WORKED_ON, date(2026, 3, 6)):
            entry = self._make_entry(matter, self.bob, 1.0, date=day)
            row = self._report(self.office).search([("id", "=", entry.id)])
            self.assertEqual(row.currency_id, self.company.currency_id)
            self.assertAlmostEqual(
                row.amount,
                money._convert(300, self.company.currency_id, self.company, day),
            )

    def test_a_row_opens_its_entry(self):
        entry = self._make_entry(self.open_matter, self.bob, 1.0)
        action = self._report(self.office).browse(entry.id).action_open_entry()
        self.assertEqual(action["res_id"], entry.id)

    def test_export_gives_what_is_read(self):
        self.zoe.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        rows = self._report(self.zoe).search([])
        [[hours]] = rows.export_data(["hours"])["datas"]
        self.assertEqual(hours, 0.5)
