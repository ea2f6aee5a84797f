from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import LegalCommon


@tagged("post_install", "-at_install")
class TestMatter(LegalCommon):
    def test_number_project_and_account_say_nothing_of_the_object(self):
        matter = self._create_matter(opened_on=date(2026, 5, 4))
        self.assertRegex(matter.matter_number, r"^D2026-\d{3}$")
        self.assertEqual(matter._neutral_label(), matter.matter_number)
        self.assertEqual(matter.display_name, f"{matter.matter_number} Secret object")
        self.assertEqual(matter.project_id.name, matter.matter_number)
        self.assertEqual(matter.account_id.name, matter.matter_number)
        self.assertFalse(matter.account_id.partner_id)
        self.assertEqual(matter.project_id.privacy_visibility, "followers")
        self.assertTrue(matter.project_id.allow_timesheets)
        self.assertEqual(matter.project_id.matter_id, matter)
        self.assertEqual(matter.account_id.matter_id, matter)

    def test_numbers_begin_again_each_year(self):
        first = self._create_matter(opened_on=date(2031, 5, 4))
        second = self._create_matter(opened_on=date(2032, 5, 4))
        self.assertEqual(first.matter_number, "D2031-001")
        self.assertEqual(second.matter_number, "D2032-001")

    def test_two_matters_are_numbered_in_turn(self):
        matters = self.env["legal.matter"].create([{"name": "One"}, {"name": "Two"}])
        first, second = (int(m.matter_number[-3:]) for m in matters)
        self.assertEqual(second, first + 1)

    def test_a_lawyer_opens_a_matter_from_the_form(self):
        with Form(self.env["legal.matter"].with_user(self.associate_user)) as form:
            form.name = "Dismissal"
            form.partner_id = self.client
        matter = form.record
        self.assertEqual(matter.responsible_id, self.associate_user)
        self.assertEqual(matter.client_kind, "professional")
        matter.action_open()
        self.assertEqual(matter.state, "open")
        self.assertTrue(matter.opened_on)

    def test_who_opens_a_file_for_another_stays_on_its_team(self):
        matter = (
            self.env["legal.matter"]
            .with_user(self.associate_user)
            .create({"name": "For Anne", "responsible_id": self.partner_user.id})
        )
        self.assertEqual(matter.wall_user_ids, self.associate_user | self.partner_user)
        self.assertEqual(matter.name, "For Anne")

    def test_client_kind_follows_the_client_and_may_be_changed(self):
        person = self._create_client(name="Mrs Martin", is_company=False)
        matter = self._create_matter(partner_id=person.id)
        self.assertEqual(matter.client_kind, "consumer")
        matter.client_kind = "professional"
        self.assertEqual(matter.client_kind, "professional")

    def test_opening_without_client_is_one_sentence(self):
        matter = self._create_matter(state="draft", partner_id=False)
        with self.assertRaisesRegex(UserError, f"{matter.matter_number}.*no client"):
            matter.action_open()
        self.assertEqual(matter.state, "draft")

    def test_opening_twice_is_refused(self):
        matter = self._create_matter()
        with self.assertRaisesRegex(UserError, "open already"):
            matter.action_open()

    def test_closing_sets_the_end_of_the_mandate_and_reopening_takes_it_back(self):
        matter = self._create_matter()
        matter.closed_on = date(2026, 6, 30)
        matter.action_close()
        self.assertEqual(matter.mandate_ended_on, date(2026, 6, 30))
        self.assertEqual(matter.mandate_end_reason, "done")
        matter.action_reopen()
        self.assertFalse(matter.closed_on or matter.mandate_ended_on)
        self.assertEqual(matter.state, "open")

    def test_closing_with_time_to_approve_is_refused(self):
        matter = self._create_matter()
        self._create_time_entry(matter=matter)
        with self.assertRaisesRegex(UserError, "1 time entries to approve"):
            matter.action_close()

    def test_a_matter_with_time_is_not_deleted(self):
        matter = self._create_matter()
        self._create_time_entry(matter=matter)
        with self.assertRaisesRegex(UserError, "close it"):
            matter.unlink()

    def test_deleting_an_empty_matter_takes_its_project_away(self):
        matter = self._create_matter()
        project, account = matter.project_id, matter.account_id
        matter.unlink()
        self.assertFalse(project.exists() or account.exists())

    def test_client_and_archiving_are_carried_to_the_project(self):
        matter = self._create_matter()
        other = self._create_client(name="New client")
        matter.partner_id = other
        self.assertEqual(matter.project_id.partner_id, other)
        matter.active = False
        self.assertFalse(matter.project_id.active)

    def test_figures_of_the_matter(self):
        matter = self._create_matter()
        self._create_rate(amount=100)
        first = self._create_time_entry(matter=matter, unit_amount=2)
        self._create_time_entry(matter=matter, unit_amount=1)
        first.action_approve()
        matter.invalidate_recordset()
        self.assertEqual(matter.hours_worked, 3)
        self.assertEqual(matter.hours_to_approve, 1)
        self.assertEqual(matter.amount_worked, 300)

    # ------------------------------------------------------- a project made a matter

    def test_make_a_matter_of_a_project_that_runs(self):
        project = self.env["project.project"].create(
            {
                "name": "Old name",
                "partner_id": self.client.id,
                "user_id": self.partner_user.id,
            }
        )
        task = self.env["project.task"].create({"name": "T", "project_id": project.id})
        line = self.env["account.analytic.line"].create(
            {
                "project_id": project.id,
                "employee_id": self.partner_user.employee_id.id,
                "unit_amount": 1,
            }
        )
        outsider = self._create_lawyer(name="Odile Outsider")
        project.message_subscribe(outsider.partner_id.ids)
        action = project.action_make_matter()
        matter = self.env["legal.matter"].browse(action["res_id"])
        self.assertEqual(matter.name, "Old name")
        self.assertEqual(matter.project_id, project)
        self.assertEqual(project.name, matter.matter_number)
        self.assertEqual(project.account_id.name, matter.matter_number)
        self.assertEqual((task.matter_id, line.matter_id), (matter, matter))
        self.assertEqual(line.approval_state, "draft")
        self.assertNotIn(outsider.partner_id, project.message_partner_ids)

    def test_a_project_that_shares_its_account_is_refused(self):
        first = self.env["project.project"].create({"name": "First"})
        self.env["project.project"].create(
            {"name": "Second", "account_id": first.account_id.id}
        )
        with self.assertRaisesRegex(UserError, "shares its analytic account"):
            first.action_make_matter()

    # ------------------------------------------------------------------- conflicts

    def test_acting_against_a_client_is_refused_and_names_the_matter(self):
        known = self._create_matter()
        new = self._create_matter(
            state="draft",
            partner_id=self._create_client(name="Newcomer").id,
            opposing_party_ids=[(6, 0, self.client.ids)],
        )
        with self.assertRaises(UserError) as refusal:
            new.action_open()
        self.assertIn(known.matter_number, str(refusal.exception))
        self.assertIn("Client SA", str(refusal.exception))
        self.assertEqual(new.state, "draft")

    def test_a_conflict_with_a_matter_one_may_not_see_does_not_name_it(self):
        known = self._create_matter(is_walled=True, members=self.env["res.users"])
        new = self._create_matter(
            state="draft",
            partner_id=self._create_client(name="Newcomer").id,
            responsible_id=self.associate_user.id,
            members=self.env["res.users"],
            opposing_party_ids=[(6, 0, self.client.ids)],
        )
        with self.assertRaises(UserError) as refusal:
            new.with_user(self.associate_user).action_open()
        self.assertNotIn(known.matter_number, str(refusal.exception))
        self.assertIn("another matter", str(refusal.exception))

    def test_a_cleared_conflict_opens_and_is_written_down(self):
        self._create_matter()
        new = self._create_matter(
            state="draft",
            partner_id=self._create_client(name="Newcomer").id,
            opposing_party_ids=[(6, 0, self.client.ids)],
            conflict_cleared_reason="Both clients agreed in writing",
        )
        new.action_open()
        self.assertEqual(new.state, "open")
        self.assertIn("Both clients agreed", new.message_ids[:1].body)

    # ------------------------------------------------------------------- the wall

    def test_the_responsible_is_not_kept_out(self):
        with self.assertRaisesRegex(ValidationError, "Anne Partner"):
            self._create_matter(
                excluded_user_ids=[(6, 0, self.partner_user.ids)],
                exclusion_reason="Because",
            )

    def test_keeping_out_needs_a_reason(self):
        outsider = self._create_lawyer(name="Odile Outsider")
        with self.assertRaisesRegex(ValidationError, "without saying why"):
            self._create_matter(excluded_user_ids=[(6, 0, outsider.ids)])

    def test_a_member_does_not_change_the_wall(self):
        matter = self._create_matter()
        with self.assertRaisesRegex(AccessError, "Anne Partner"):
            matter.with_user(self.associate_user).is_walled = True
        with self.assertRaises(AccessError):
            matter.member_ids.with_user(self.associate_user).role = "lead"

    def test_nobody_is_twice_on_a_team(self):
        matter = self._create_matter()
        with self.assertRaisesRegex(ValidationError, "Bob Associate is twice"):
            matter.member_ids = [(0, 0, {"user_id": self.associate_user.id})]

    def test_two_grades_at_a_time_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "is already Associate"):
            self.env["legal.employee.grade"].create(
                {
                    "employee_id": self.associate_user.employee_id.id,
                    "grade_id": self.grade_partner.id,
                    "date_from": "2026-01-01",
                }
            )
