"""Mass revision, pricing again, the card, and "why this rate?"."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import WORKED_ON, LegalCommon

NEW_YEAR = date(2027, 1, 1)
LAST_DAY = NEW_YEAR - timedelta(1)


class RateCommon(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rate = cls.env["legal.rate"]
        cls.Rate.search([]).unlink()
        cls.matter = cls._create_matter()
        cls.associate = cls._create_rate(amount=180, grade_id=cls.grade_associate.id)
        cls.partner = cls._create_rate(amount=280, grade_id=cls.grade_partner.id)
        cls.of_client = cls._create_rate(amount=250, partner_id=cls.client.id)
        cls.of_matter = cls._create_rate(amount=300, matter_id=cls.matter.id)
        cls.admin = cls._create_lawyer(
            name="Ada Admin", groups="legal_timesheet.group_legal_administrator"
        )


@tagged("post_install", "-at_install")
class TestRevision(RateCommon):
    def _wizard(self, **kw):
        return self.env["legal.rate.revision"].create({"date_from": NEW_YEAR, **kw})

    def _plan(self, wizard):
        return {row["rate"]: (row["new"], row["reason"]) for row in wizard._plan()}

    def test_three_percent_rounded_to_five_except_a_client(self):
        wizard = self._wizard(except_partner_ids=self.client.ids)
        plan = self._plan(wizard)
        # 180 × 1.03 = 185.40 -> 185, 280 × 1.03 = 288.40 -> 290
        self.assertEqual(plan[self.associate], (185, ""))
        self.assertEqual(plan[self.partner], (290, ""))
        self.assertIn("Client SA", plan[self.of_client][1])
        self.assertIn("Client SA", plan[self.of_matter][1])
        wizard.action_apply()
        self.assertEqual(self.associate.date_to, LAST_DAY)
        self.assertEqual(self.associate.amount, 180)
        new = self.Rate.search([("date_from", "=", NEW_YEAR)])
        self.assertEqual(sorted(new.mapped("amount")), [185, 290])
        self.assertFalse(self.of_client.date_to)

    def test_running_it_again_does_nothing_twice(self):
        self._wizard().action_apply()
        before = self.Rate.search_count([])
        again = self._wizard()
        self.assertEqual(again.revised_count, 0)
        self.assertTrue(
            all("already" in reason for _new, reason in self._plan(again).values())
        )
        with self.assertRaisesRegex(UserError, "revised already"):
            again.action_apply()
        self.assertEqual(self.Rate.search_count([]), before)

    def test_a_later_rate_is_named_and_not_overwritten(self):
        self.associate.date_to = date(2027, 2, 28)
        later = self._create_rate(
            amount=222, grade_id=self.grade_associate.id, date_from=date(2027, 3, 1)
        )
        plan = self._plan(self._wizard())
        self.assertIn("222", plan[self.associate][1])
        self._wizard().action_apply()
        self.assertEqual(self.associate.date_to, date(2027, 2, 28))
        self.assertEqual(later.amount, 222)

    def test_a_rate_that_ends_is_revised_until_its_end(self):
        self.partner.date_to = date(2027, 6, 30)
        self._wizard(grade_ids=self.grade_partner.ids).action_apply()
        new = self.Rate.search([("date_from", "=", NEW_YEAR)])
        self.assertEqual((new.amount, new.date_to), (290, date(2027, 6, 30)))
        self.assertEqual(self.partner.date_to, LAST_DAY)

    def test_choice_by_grade_person_client_and_matter(self):
        person = self._create_rate(
            amount=210, employee_id=self.associate_user.employee_id.id
        )
        for name, values, rates in [
            ("grade", {"grade_ids": self.grade_associate.ids}, self.associate),
            ("person", {"employee_ids": person.employee_id.ids}, person),
            ("client", {"partner_ids": self.client.ids}, self.of_client),
            ("matter", {"matter_ids": self.matter.ids}, self.of_matter),
        ]:
            with self.subTest(name):
                self.assertEqual(set(self._plan(self._wizard(**values))), set(rates))

    def test_other_currencies_and_ended_rates_are_left_alone(self):
        chf = self.env.ref("base.CHF")
        chf.active = True
        francs = self._create_rate(
            amount=350, grade_id=self.grade_associate.id, currency_id=chf.id
        )
        self.partner.date_to = date(2026, 6, 30)
        plan = self._plan(self._wizard())
        self.assertNotIn(francs, plan)
        self.assertNotIn(self.partner, plan)
        self.assertEqual(
            self._plan(self._wizard(currency_id=chf.id)), {francs: (360, "")}
        )

    def test_below_zero_and_no_change_are_told(self):
        plan = self._plan(self._wizard(mode="amount", value=-190, step=0))
        self.assertIn("below zero", plan[self.associate][1])
        self.assertEqual(plan[self.partner], (90, ""))
        plan = self._plan(self._wizard(mode="fixed", value=180, step=0))
        self.assertIn("Nothing changes", plan[self.associate][1])

    def test_the_table_says_what_the_button_does(self):
        with Form(self.env["legal.rate.revision"]) as form:
            form.date_from = NEW_YEAR
            form.except_partner_ids.add(self.client)
            self.assertEqual(form.revised_count, 2)
            rows = form.preview["rows"]
        self.assertEqual([row["muted"] for row in rows], [False, False, True, True])
        self.assertRegex(rows[1]["gap"], r"^\+.*5[.,]00.*2[.,]8")

    def test_time_after_the_day_follows_and_time_before_does_not(self):
        old = self._create_time_entry(
            matter=self._create_matter(partner_id=self._create_client(name="Other").id)
        )
        self._wizard(date_from=WORKED_ON + timedelta(1)).action_apply()
        new = self._create_time_entry(
            matter=old.matter_id, date=WORKED_ON + timedelta(1)
        )
        self.assertEqual((old.rate, new.rate), (180, 185))

    def test_only_administrators_revise(self):
        Wizard = self.env["legal.rate.revision"]
        with self.assertRaises(AccessError):
            Wizard.with_user(self.partner_user).create({})
        wizard = Wizard.with_user(self.admin).create({"date_from": NEW_YEAR})
        self.assertNotIn(self.of_matter, [row["rate"] for row in wizard._plan()])
        wizard.action_apply()
        self.assertFalse(self.of_matter.date_to)


@tagged("post_install", "-at_install")
class TestRerate(RateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approved = cls._create_time_entry(matter=cls.matter, unit_amount=2)
        cls.draft = cls._create_time_entry(matter=cls.matter)
        cls.approved.action_approve()

    def _wizard(self, user=None, **kw):
        Wizard = self.env["legal.rate.rerate"].with_user(user or self.partner_user)
        return Wizard.create({"matter_ids": self.matter.ids, **kw})

    def test_approved_time_is_priced_again_only_here(self):
        self.of_matter.amount = 340
        self.assertEqual((self.approved.rate, self.draft.rate), (300, 340))
        wizard = self._wizard()
        self.assertEqual(wizard.change_count, 1)
        row = wizard.preview["rows"][0]
        self.assertEqual(row["count"], 1)
        self.assertRegex(row["gap"], r"80[.,]00")
        wizard.action_apply()
        # 2 h × 340 = 680, that is 80 more
        self.assertEqual(
            (self.approved.rate, self.approved.amount_billable), (340, 680)
        )
        self.assertEqual(self.approved.approval_state, "approved")
        said = self.matter.message_ids[0].body
        self.assertIn("1 entries", said)
        self.assertRegex(said, r"80[.,]00")

    def test_again_there_is_nothing_left_to_do(self):
        self.of_matter.amount = 340
        self._wizard().action_apply()
        with self.assertRaisesRegex(UserError, "Nothing to change"):
            self._wizard().action_apply()

    def test_a_new_rate_never_touches_frozen_time(self):
        self._create_rate(
            amount=999, matter_id=self.matter.id, grade_id=self.grade_associate.id
        )
        self.of_matter.unlink()
        self.assertEqual(
            (self.approved.rate, self.approved.amount_billable), (300, 600)
        )
        with self.assertRaises(UserError):
            self.approved.sudo().with_context(legal_rerate=True).rate = 1

    def test_without_approved_time_nothing_frozen_is_named(self):
        self.of_matter.amount = 340
        self.assertEqual(self._wizard(with_approved=False).change_count, 0)

    def test_a_locked_period_keeps_its_prices(self):
        self.of_matter.amount = 340
        self.company.legal_time_lock_date = WORKED_ON
        wizard = self._wizard()
        self.assertEqual(wizard.change_count, 0)
        self.assertIn("locked", wizard.preview["rows"][0]["gap"])

    def test_no_rate_any_more_keeps_the_price(self):
        self.Rate.search([]).unlink()
        wizard = self._wizard()
        self.assertEqual(wizard.change_count, 0)
        self.assertIn("no rate", wizard.preview["rows"][0]["gap"])

    def test_only_who_answers_for_it_prices_again(self):
        self.of_matter.amount = 340
        self.assertEqual(self._wizard(self.associate_user).change_count, 0)
        with self.assertRaises(AccessError):
            self.matter.with_user(self.associate_user).action_rerate()
        office = self._create_lawyer(
            name="Olga Office", groups="legal_timesheet.group_legal_office"
        )
        self.assertEqual(self._wizard(office, matter_ids=[]).change_count, 0)
        office.group_ids |= self.env.ref("legal_timesheet.group_legal_administrator")
        self.assertEqual(self._wizard(office, matter_ids=[]).change_count, 1)
        self.matter.is_walled = True
        self.assertEqual(self._wizard(office, matter_ids=[]).change_count, 0)


@tagged("post_install", "-at_install")
class TestRateExplained(RateCommon):
    def test_the_winner_and_the_beaten_are_told(self):
        entry = self._create_time_entry(matter=self.matter)
        why = entry.with_user(self.associate_user).legal_explain_rate()
        self.assertIn("300", why["rate"])
        self.assertIn(self.matter.matter_number, why["winner"]["scope"])
        self.assertEqual(why["winner"]["author"], self.env.user.name)
        self.assertEqual(
            [rate["id"] for rate in why["beaten"]],
            [self.of_client.id, self.associate.id],
        )

    def test_a_frozen_rate_explains_the_day_it_was_frozen(self):
        entry = self._create_time_entry(matter=self.matter)
        entry.action_approve()
        self.of_matter.date_to = WORKED_ON - timedelta(1)
        why = entry.legal_explain_rate()
        self.assertEqual(why["winner"]["id"], self.of_matter.id)
        self.assertIn(self.of_client.id, [rate["id"] for rate in why["beaten"]])
        notes = " ".join(why["notes"])
        self.assertIn("Frozen by", notes)
        self.assertIn("250", notes)

    def test_outsiders_are_told_nothing(self):
        entry = self._create_time_entry(matter=self.matter)
        outsider = self._create_lawyer(name="Odile Outsider")
        with self.assertRaises(AccessError):
            entry.with_user(outsider).legal_explain_rate()
        for record in (self.matter,):
            with self.assertRaises(AccessError):
                self.Rate.with_user(outsider).get_applicable(record._name, record.id)

    def test_the_rates_of_a_matter_by_person(self):
        here = self.Rate.with_user(self.associate_user).get_applicable(
            "legal.matter", self.matter.id, "2026-03-03"
        )
        self.assertEqual(
            {row["label"] for row in here["rows"]},
            {
                f"Anne Partner – {self.grade_partner.name}",
                f"Bob Associate – {self.grade_associate.name}",
            },
        )
        self.assertTrue(all("300" in row["winner"]["amount"] for row in here["rows"]))

    def test_the_rates_of_a_client_by_grade(self):
        here = self.Rate.get_applicable("res.partner", self.client.id, "2026-03-03")
        winners = {row["winner"]["id"] for row in here["rows"]}
        self.assertEqual(winners, {self.of_client.id})

    def test_the_card_by_grade_and_year(self):
        self.associate.date_to = LAST_DAY
        self._create_rate(
            amount=190, grade_id=self.grade_associate.id, date_from=NEW_YEAR
        )
        card = self.Rate.get_card("2026-03-03")
        self.assertEqual([c["year"] for c in card["years"]], [2024, 2025, 2026, 2027])
        sections = {section["name"]: section for section in card["sections"]}
        self.assertEqual(list(sections), ["grades", "clients", "matters"])
        [row] = [
            row
            for row in sections["grades"]["rows"]
            if row["label"] == self.grade_associate.name
        ]
        amounts = [cell["prices"][0]["amount"] for cell in row["cells"]]
        self.assertTrue(all("180" in amount for amount in amounts[:3]))
        self.assertIn("190", amounts[3])
        self.assertTrue(row["cells"][2]["prices"][0]["in_force"])
        # 190 / 180 = + 5.6 %, said of the year in which it changes only
        changes = [cell["change"] for cell in row["cells"]]
        self.assertEqual(changes[:3], ["", "", ""])
        self.assertRegex(changes[3], r"^\+5[.,]6\s%$")

    def test_the_card_hides_what_the_wall_hides(self):
        self.matter.is_walled = True
        outsider = self._create_lawyer(name="Odile Outsider")
        card = self.Rate.with_user(outsider).get_card("2026-03-03")
        self.assertNotIn("matters", [section["name"] for section in card["sections"]])
        self.assertNotIn(self.matter.matter_number, str(card))
