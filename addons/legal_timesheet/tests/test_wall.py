from datetime import date, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import LegalCommon

#: every place where a matter might show, and what it is called there
MODELS = [
    "legal.matter",
    "legal.matter.member",
    "legal.rate",
    "legal.time.sheet",
    "legal.time.client.approval",
    "legal.approval.delegation",
    "legal.time.reminder",
    "legal.time.timer",
    "project.project",
    "project.task",
    "project.milestone",
    "project.update",
    "account.analytic.account",
    "account.analytic.line",
    "report.project.task.user",
    "project.task.burndown.chart.report",
    "timesheets.analysis.report",
    "legal.time.report",
    "mail.followers",
    "mail.message",
    "mail.activity",
    "ir.attachment",
]
#: who: sees a matter open to the office, sees the same matter once walled
WHO = {
    "team": (True, True),
    "responsible": (True, True),
    "office": (True, False),
    "outsider": (False, False),
    "excluded": (False, False),
    "excluded_member": (False, False),
    "former_member": (False, False),
    "project_manager": (False, False),
    "administrator": (False, False),
    "portal": (False, False),
}
#: who is absent when is no matter's affair: two names, dates, and a count of what
#: the reader may not see (test_delegation)
OPEN_TO = {("administrator", "legal.approval.delegation")}
#: rows that the stock keeps from everybody but their own person or managers
NARROW = {"timesheets.analysis.report", "account.analytic.account", "legal.rate"}


@tagged("post_install", "-at_install")
class TestWall(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        legal = "legal_timesheet.group_legal_user"
        office = "legal_timesheet.group_legal_office"
        manager = (
            f"{legal},project.group_project_manager"
            ",hr_timesheet.group_timesheet_manager"
        )
        cls.users = {
            "team": cls.associate_user,
            "responsible": cls.partner_user,
            "office": cls._create_lawyer(name="Olga Office", groups=office),
            "outsider": cls._create_lawyer(name="Odile Outsider"),
            "excluded": cls._create_lawyer(name="Edgar Excluded", groups=office),
            "excluded_member": cls._create_lawyer(name="Emma Excluded"),
            "former_member": cls._create_lawyer(name="Fred Former"),
            "project_manager": cls._create_lawyer(name="Paul Manager", groups=manager),
            "administrator": cls._create_lawyer(
                name="Ada Admin",
                groups="legal_timesheet.group_legal_administrator,base.group_system",
            ),
            "portal": new_test_user(
                cls.env, login="portal.client", groups="base.group_portal"
            ),
        }
        cls.users["portal"].partner_id.parent_id = cls.client
        export = Command.link(cls.env.ref("base.group_allow_export").id)
        for user in cls.users.values():
            if not user.share:
                user.group_ids = [export]
        everybody = [user.partner_id.id for user in cls.users.values()]
        excluded = cls.users["excluded"] | cls.users["excluded_member"]
        cls.matter = cls._create_matter(
            members=cls.associate_user | cls.users["excluded_member"],
            excluded_user_ids=[Command.set(excluded.ids)],
            exclusion_reason="Related to the opposing party",
        )
        cls.matter.member_ids = [
            Command.create(
                {
                    "user_id": cls.users["former_member"].id,
                    "date_from": date(2026, 1, 1),
                    "date_to": fields.Date.today() - timedelta(1),
                }
            )
        ]
        cls._fill(everybody)

    @classmethod
    def _fill(cls, partner_ids):
        """Put something of the matter in every model, and try to let everybody
        follow it."""
        env, project = cls.env, cls.matter.project_id
        task = env["project.task"].create(
            {"name": "Secret task", "project_id": project.id}
        )
        milestone = env["project.milestone"].create(
            {"name": "Secret milestone", "project_id": project.id}
        )
        update = env["project.update"].create(
            {"name": "Secret update", "project_id": project.id, "status": "on_track"}
        )
        entry = cls._create_time_entry(matter=cls.matter, name="Secret line")
        ledger = env["account.analytic.line"].create(
            {
                "name": "Secret ledger line",
                "account_id": cls.matter.account_id.id,
                "amount": 9,
            }
        )
        rate = cls._create_rate(matter_id=cls.matter.id)
        sheet = env["legal.time.sheet"]._ensure_for(entry)
        request = env["legal.time.client.approval"].create(
            {
                "matter_id": cls.matter.id,
                "partner_id": cls.client.id,
                "entry_ids": [Command.set(entry.ids)],
                "date_from": entry.date,
                "date_to": entry.date,
                "expires_on": entry.date,
                "question": "Secret question",
            }
        )
        threads = [cls.matter, project, task, milestone, update, request]
        for thread in threads:
            thread.message_subscribe(list(partner_ids))
        messages = env["mail.message"].browse()
        activities = env["mail.activity"].browse()
        attachments = env["ir.attachment"].browse()
        for thread in threads:
            messages |= thread.message_post(
                body="Secret words",
                partner_ids=partner_ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            attachments |= env["ir.attachment"].create(
                {
                    "name": "secret.txt",
                    "raw": b"secret",
                    "res_model": thread._name,
                    "res_id": thread.id,
                }
            )
        for thread in (cls.matter, project, task):
            activities |= thread.activity_schedule(
                "mail.mail_activity_data_todo",
                summary="Secret activity",
                user_id=cls.users["former_member"].id,
            )
        env.flush_all()
        # One by one: a record of another kind may bear the same number.
        followers = env["mail.followers"].search(
            Domain.OR(
                Domain("res_model", "=", t._name) & Domain("res_id", "=", t.id)
                for t in threads
            )
        )
        cls.records = {
            "legal.matter": cls.matter,
            "legal.matter.member": cls.matter.member_ids,
            "legal.rate": rate,
            "legal.time.sheet": sheet,
            "legal.time.client.approval": request,
            "legal.approval.delegation": env["legal.approval.delegation"].create(
                {
                    "user_id": cls.partner_user.id,
                    "delegate_id": cls.associate_user.id,
                    "date_from": date(2026, 3, 1),
                    "date_to": date(2026, 3, 31),
                    "reason": "Secret hearing",
                }
            ),
            "legal.time.reminder": env["legal.time.reminder"].create(
                {
                    "user_id": cls.associate_user.id,
                    "company_id": cls.company.id,
                    "monday": date(2026, 3, 2),
                    "sent_on": fields.Datetime.now(),
                    "words": "Secret words",
                }
            ),
            "legal.time.timer": env["legal.time.timer"].create(
                {
                    "user_id": cls.associate_user.id,
                    "matter_id": cls.matter.id,
                    "narrative": "Secret timer",
                    "started_at": fields.Datetime.now(),
                }
            ),
            "project.project": project,
            "project.task": task,
            "project.milestone": milestone,
            "project.update": update,
            "account.analytic.account": cls.matter.account_id,
            "account.analytic.line": entry | ledger,
            "report.project.task.user": env["report.project.task.user"].browse(
                task.ids
            ),
            "timesheets.analysis.report": env["timesheets.analysis.report"].browse(
                entry.ids
            ),
            "legal.time.report": env["legal.time.report"].browse(entry.ids),
            "mail.followers": followers.filtered(
                lambda f: f.partner_id == cls.associate_user.partner_id
            ),
            "mail.message": messages,
            "mail.activity": activities,
            "ir.attachment": attachments,
        }

    def _each(self, walled):
        self.matter.is_walled = walled
        self.env.flush_all()
        for who, sees in WHO.items():
            for name in MODELS:
                if name in self.records:
                    self.env.invalidate_all()
                    with self.subTest(who=who, model=name, walled=walled):
                        records = self.records[name].with_user(self.users[who])
                        open_to = (who, name) in OPEN_TO
                        yield who, name, records, sees[walled] or open_to

    def _found(self, model, domain):
        """Search as the user; an access refused altogether finds nothing."""
        try:
            return model.search(domain)
        except AccessError:
            return model.browse()

    # ---------------------------------------------------------------- the matrix

    def _check_search(self, walled):
        for who, name, records, sees in self._each(walled):
            found = self._found(
                records.with_context(active_test=False), [("id", "in", records.ids)]
            )
            if not sees:
                self.assertFalse(found)
            elif who == "team" and name != "timesheets.analysis.report":
                self.assertTrue(found & records)

    def test_search_open_to_the_office(self):
        self._check_search(False)

    def test_search_walled(self):
        self._check_search(True)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_read_and_export(self):
        for walled in (False, True):
            for _who, name, records, sees in self._each(walled):
                if sees:
                    continue
                for record in records:
                    with self.assertRaises(AccessError):
                        record.read(["display_name"])
                    with self.assertRaises(UserError):
                        record.export_data(["display_name"])
                    self.assertFalse(record.has_access("read"), name)

    def test_name_search(self):
        for walled in (False, True):
            for _who, name, records, sees in self._each(walled):
                if sees or name in ("mail.message", "mail.followers", "mail.activity"):
                    continue
                try:
                    found = records.browse().name_search("", limit=None)
                except AccessError:
                    continue
                self.assertFalse({pair[0] for pair in found} & set(records.ids))

    def test_read_group(self):
        for walled in (False, True):
            for _who, _name, records, sees in self._each(walled):
                if sees:
                    continue
                try:
                    [(count,)] = records.browse()._read_group(
                        [("id", "in", records.ids)], [], ["__count"]
                    )
                except AccessError:
                    continue
                self.assertEqual(count, 0)

    def test_burndown_chart_of_the_project_is_empty(self):
        for walled in (False, True):
            self.matter.is_walled = walled
            for who, sees in WHO.items():
                if sees[walled]:
                    continue
                with self.subTest(who=who, walled=walled):
                    Report = self.env["project.task.burndown.chart.report"].with_user(
                        self.users[who]
                    )
                    try:
                        rows = Report.formatted_read_group(
                            [("project_id", "=", self.matter.project_id.id)],
                            ["date:month", "stage_id"],
                            ["__count"],
                        )
                    except AccessError:
                        continue
                    self.assertFalse([row for row in rows if row.get("__count")])

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_outsiders_neither_write_nor_delete(self):
        for _who, _name, records, sees in self._each(True):
            if sees or not records._auto:
                continue
            for record in records:
                self.assertFalse(record.has_access("write"))
                self.assertFalse(record.has_access("unlink"))

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_an_outsider_records_nothing_on_the_matter(self):
        for who in ("outsider", "excluded", "former_member"):
            user = self.users[who]
            Line = self.env["account.analytic.line"].with_user(user)
            with (
                self.subTest(who),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                Line.create({"matter_id": self.matter.id, "unit_amount": 1})

    # --------------------------------------------------- followers and recipients

    def test_only_those_inside_follow(self):
        self.env.invalidate_all()
        inside = {"team", "responsible", "office", "portal"}
        for name in (
            "legal.matter",
            "project.project",
            "project.task",
            "project.milestone",
            "project.update",
        ):
            followers = self.records[name].message_partner_ids
            for who, user in self.users.items():
                with self.subTest(model=name, who=who):
                    self.assertEqual(user.partner_id in followers, who in inside)

    def test_raising_the_wall_takes_followers_out(self):
        self.matter.is_walled = True
        office = self.users["office"].partner_id
        for name in ("legal.matter", "project.project", "project.task"):
            with self.subTest(name):
                self.assertNotIn(office, self.records[name].message_partner_ids)

    def test_nobody_outside_is_notified_even_by_name(self):
        self.matter.is_walled = True
        outside = {"office", "outsider", "excluded", "excluded_member", "former_member"}
        for name in ("legal.matter", "project.project", "project.task"):
            message = self.records[name].message_post(
                body="Secret words",
                partner_ids=[user.partner_id.id for user in self.users.values()],
            )
            notified = message.sudo().notified_partner_ids
            for who in outside:
                with self.subTest(model=name, who=who):
                    self.assertNotIn(self.users[who].partner_id, notified)
            self.assertIn(self.users["team"].partner_id, notified)

    def test_a_follower_row_is_not_forced_in(self):
        outsider = self.users["outsider"].partner_id
        self.env["mail.followers"].create(
            {
                "res_model": "project.task",
                "res_id": self.records["project.task"].id,
                "partner_id": outsider.id,
            }
        )
        self.assertNotIn(outsider, self.records["project.task"].message_partner_ids)

    def test_an_opposing_party_never_follows(self):
        opponent = self._create_client(name="Opponent", email="o@example.com")
        self.matter.opposing_party_ids = opponent
        self.matter.message_subscribe(opponent.ids)
        self.assertNotIn(opponent, self.matter.message_partner_ids)

    def test_a_task_is_not_given_to_an_outsider(self):
        with self.assertRaisesRegex(ValidationError, "Odile Outsider"):
            self.records["project.task"].user_ids = self.users["outsider"]

    def test_activities_of_those_who_leave_go_to_the_responsible(self):
        activity = self.matter.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.associate_user.id
        )
        self.matter.member_ids.filtered(
            lambda m: m.user_id == self.associate_user
        ).unlink()
        self.assertEqual(activity.user_id, self.partner_user)

    def test_author_who_left_no_longer_reads_what_he_wrote(self):
        message = self.matter.with_user(self.associate_user).message_post(body="Mine")
        self.matter.member_ids.filtered(
            lambda m: m.user_id == self.associate_user
        ).unlink()
        self.env.invalidate_all()
        Message = self.env["mail.message"].with_user(self.associate_user)
        self.assertFalse(Message.search([("id", "=", message.id)]))
        with self.assertRaises(AccessError):
            Message.browse(message.id).read(["body"])

    # ------------------------------------------------------------------- midnight

    def test_midnight_lets_in_and_out(self):
        today = fields.Date.today()
        outsider = self.users["outsider"]
        self.matter.member_ids = [
            Command.create({"user_id": outsider.id, "date_from": today + timedelta(1)})
        ]
        self.assertNotIn(outsider, self.matter.wall_user_ids)
        self.env["legal.matter"]._cron_refresh_walls(today + timedelta(1))
        self.assertIn(outsider, self.matter.wall_user_ids)
        self.matter.member_ids.filtered(lambda m: m.user_id == outsider).date_to = (
            today + timedelta(1)
        )
        self.env["legal.matter"]._cron_refresh_walls(today + timedelta(2))
        self.assertNotIn(outsider, self.matter.wall_user_ids)

    # ---------------------------------------------------------- what stays as it is

    def test_ordinary_projects_stay_as_they_are(self):
        project = self.env["project.project"].create({"name": "Ordinary"})
        task = self.env["project.task"].create({"name": "T", "project_id": project.id})
        task.message_post(body="Words")
        outsider = self.users["outsider"]
        self.assertTrue(task.with_user(outsider).has_access("read"))
        self.assertTrue(task.message_ids.with_user(outsider).has_access("read"))
        task.message_subscribe(outsider.partner_id.ids)
        self.assertIn(outsider.partner_id, task.message_partner_ids)

    def test_name_of_the_account_is_neutral_in_display_name(self):
        account = self.matter.account_id
        self.assertNotIn("Secret", account.display_name)
        self.assertNotIn(self.client.name, account.display_name)

    def test_ids_do_not_leak_through_the_client(self):
        client = self.client.with_user(self.users["outsider"])
        self.assertFalse(client.legal_matter_ids)
        self.assertEqual(client.legal_matter_count, 0)
        found = client.search([("legal_matter_ids.name", "ilike", "Secret")])
        self.assertFalse(found)

    def test_portal_timesheets_leave_matters_out(self):
        self.matter.project_id.sudo().privacy_visibility = "portal"
        Line = self.env["account.analytic.line"].with_user(self.users["portal"])
        domain = Line._timesheet_get_portal_domain()
        self.assertFalse(
            Line.sudo().search(domain) & self.records["account.analytic.line"]
        )


@tagged("post_install", "-at_install")
class TestCompanies(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Firm"})
        cls.stranger = cls._create_lawyer(
            name="Sam Stranger",
            company=cls.other,
            groups="legal_timesheet.group_legal_office,legal_timesheet.group_legal_administrator",
        )

    def test_another_company_sees_nothing(self):
        matter = self._create_matter()
        rate = self._create_rate()
        entry = self._create_time_entry(matter=matter)
        area = self.env["legal.practice.area"].create(
            {"name": "Ours", "company_id": self.company.id}
        )
        code = self.env["legal.activity.code"].create(
            {"name": "Ours", "code": "ours", "company_id": self.company.id}
        )
        grade = self.env["legal.grade"].create(
            {"name": "Ours", "company_id": self.company.id}
        )
        history = self.env["legal.employee.grade"].search(
            [("employee_id", "=", self.associate_user.employee_id.id)]
        )
        for record in (
            matter,
            matter.member_ids,
            rate,
            entry,
            area,
            code,
            grade,
            history,
        ):
            with self.subTest(record._name):
                theirs = record.with_user(self.stranger)
                self.assertFalse(theirs.search([("id", "in", record.ids)]))
                self.assertFalse(theirs.has_access("read"))

    def test_shared_configuration_is_seen_by_all(self):
        grade = self.grade_associate.with_user(self.stranger)
        self.assertTrue(grade.has_access("read"))

    def test_numbers_are_unique_per_company(self):
        ours = self._create_matter()
        theirs = (
            self.env["legal.matter"]
            .with_company(self.other)
            .create({"name": "Theirs", "matter_number": ours.matter_number})
        )
        self.assertEqual(theirs.company_id, self.other)
        self.assertEqual(theirs.matter_number, ours.matter_number)
