from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LegalCommon

SECRET = "Secret"


@tagged("post_install", "-at_install")
class TestWallPaths(LegalCommon):
    """Ways around the front door: labels, relations, saved things, wizards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        legal = "legal_timesheet.group_legal_user"
        manager = "project.group_project_manager,hr_timesheet.group_timesheet_manager"
        cls.outside = {
            "outsider": cls._create_lawyer(name="Odile Outsider"),
            "manager": cls._create_lawyer(
                name="Paul Manager", groups=f"{legal},{manager}"
            ),
            "management": cls._create_lawyer(
                name="Max Management",
                groups="legal_timesheet.group_legal_management",
            ),
            "administrator": cls._create_lawyer(
                name="Ada Admin",
                groups="legal_timesheet.group_legal_administrator,base.group_system",
            ),
            "kept out": cls._create_lawyer(
                name="Edgar Excluded", groups="legal_timesheet.group_legal_office"
            ),
        }
        export = Command.link(cls.env.ref("base.group_allow_export").id)
        for user in cls.outside.values():
            user.group_ids = [export]
        cls.matter = cls._create_matter(
            is_walled=True,
            excluded_user_ids=[Command.set(cls.outside["kept out"].ids)],
            exclusion_reason="Related to the opposing party",
        )
        cls.task = cls.env["project.task"].create(
            {"name": "Secret task", "project_id": cls.matter.project_id.id}
        )
        cls.entry = cls._create_time_entry(matter=cls.matter, task_id=cls.task.id)
        cls.env.flush_all()

    def _each(self):
        for who, user in self.outside.items():
            self.env.invalidate_all()
            with self.subTest(who):
                yield user

    def test_a_label_reached_with_elevated_rights_says_the_number_alone(self):
        for user in self._each():
            label = self.matter.with_user(user).sudo().display_name
            self.assertEqual(label, self.matter.matter_number)

    def test_nothing_is_found_through_a_relation(self):
        for user in self._each():
            for model, domain in [
                ("hr.employee", [("timesheet_ids.narrative", "ilike", SECRET)]),
                ("res.partner", [("legal_matter_ids.name", "ilike", SECRET)]),
                ("project.project", [("task_ids.name", "ilike", SECRET)]),
                ("project.tags", [("task_ids.name", "ilike", SECRET)]),
                ("account.analytic.account", [("line_ids.narrative", "!=", False)]),
            ]:
                Model = self.env[model].with_user(user)
                if domain[0][0].split(".")[0] not in Model._fields:
                    continue
                try:
                    found = Model.search(domain)
                except (AccessError, ValueError):
                    continue
                behind = {
                    "project.project": self.matter.project_id,
                    "account.analytic.account": self.matter.account_id,
                }.get(model, found)
                self.assertFalse(found & behind, model)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_a_saved_export_gives_nothing(self):
        saved = self.env["ir.exports"].create(
            {
                "name": "Everything",
                "resource": "account.analytic.line",
                "export_fields": [
                    Command.create({"name": name})
                    for name in ("narrative", "matter_id/name", "task_id/name")
                ],
            }
        )
        names = saved.export_fields.mapped("name")
        for user in self._each():
            with self.assertRaises(UserError):
                self.entry.with_user(user).export_data(names)
            found = (
                self.env["account.analytic.line"]
                .with_user(user)
                .search([("matter_id", "=", self.matter.id)])
            )
            self.assertFalse(found)

    def test_reports_of_the_framework_count_nothing(self):
        for user in self._each():
            for model, field in [
                ("timesheets.analysis.report", "matter_id"),
                ("report.project.task.user", "matter_id"),
                ("account.analytic.line", "matter_id"),
                ("legal.time.report", "matter_id"),
            ]:
                Model = self.env[model].with_user(user)
                try:
                    rows = Model.formatted_read_group(
                        [(field, "=", self.matter.id)], [field], ["__count"]
                    )
                except AccessError:
                    continue
                self.assertFalse(rows, model)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_words_typed_in_a_wizard_are_read_by_who_typed_them(self):
        quick = (
            self.env["legal.time.quick.entry"]
            .with_user(self.associate_user)
            .create({"line": f"{self.matter.matter_number} 1h Secret words"})
        )
        back = (
            self.env["legal.time.return"]
            .with_user(self.partner_user)
            .create({"entry_ids": self.entry.ids, "word": "Secret words"})
        )
        self.env.flush_all()
        for user in self._each():
            for wizard in (quick, back):
                theirs = wizard.with_user(user)
                self.assertFalse(theirs.search([("id", "=", wizard.id)]))
                with self.assertRaises(AccessError):
                    theirs.read()

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_an_entry_is_not_moved_out_from_behind_its_wall(self):
        for user in self._each():
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.entry.with_user(user).write({"narrative": "Changed"})
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.entry.with_user(user).copy()
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.entry.with_user(user).action_approve()

    def test_the_portal_lists_no_walled_time(self):
        for user in self._each():
            Line = self.env["account.analytic.line"].with_user(user)
            domain = Line._timesheet_get_portal_domain()
            self.assertNotIn(self.entry, Line.search(domain))
