from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import FIRST, DunningCommon

MODELS = ("legal.dunning.action", "legal.dunning.action.line")


@tagged("post_install", "-at_install")
class TestAccess(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.walled = cls._create_matter(
            name="Secret walled",
            is_walled=True,
            member_ids=[],
            responsible_id=cls.lawyers["partner"].user_id.id,
        )
        cls.responsible = cls.lawyers["partner"].user_id
        cls.outsider = cls._user("outsider", "legal_timesheet.group_legal_user")
        cls.office = cls._user("office", "legal_timesheet.group_legal_office")
        cls.collector = cls._user("collector", "legal_dunning.group_legal_collector")
        cls.kept_out = cls._user("keptout", "legal_dunning.group_legal_collector")
        cls.walled.sudo().write(
            {
                "excluded_user_ids": [(4, cls.kept_out.id)],
                "exclusion_reason": "relative",
            }
        )
        cls.portal = new_test_user(
            cls.env,
            "portal.client",
            groups="base.group_portal",
            partner_id=False,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.portal.partner_id.parent_id = cls.client
        cls.move = cls._create_invoice(matter=cls.walled)

    @classmethod
    def _user(cls, login, group):
        return new_test_user(
            cls.env,
            f"dun.{login}",
            groups=group,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.action = self._run(FIRST)
        self.env.flush_all()
        self.env.invalidate_all()

    def _sees(self, user):
        return [
            bool(
                self.env[model]
                .with_user(user)
                .search([("partner_id", "=", self.client.id)])
            )
            for model in MODELS
        ]

    def test_who_sees_the_messages_of_a_walled_matter(self):
        for user, expected in (
            (self.responsible, True),
            (self.collector, True),
            (self.outsider, False),
            (self.office, False),
            (self.kept_out, False),
        ):
            self.env.invalidate_all()
            self.assertEqual(self._sees(user), [expected] * 2, user.login)

    def test_portal_and_plain_employees_see_nothing(self):
        plain = self._user("plain", "base.group_user")
        for user in (self.portal, plain):
            for model in (
                *MODELS,
                "legal.dunning.policy",
                "legal.dunning.level",
                "legal.interest.rate",
                "legal.dunning.hold",
            ):
                with self.assertRaises(AccessError, msg=f"{user.login} {model}"):
                    self.env[model].with_user(user).search([])

    def test_outsider_reads_nothing_by_id(self):
        for user in (self.outsider, self.kept_out):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                self.action.with_user(user).read(["amount_due"])
            with self.assertRaises(AccessError):
                self.action.line_ids.with_user(user).read(["amount_due"])

    def test_lawyer_reads_and_changes_nothing(self):
        action = self.action.with_user(self.responsible)
        self.assertTrue(action.read(["subject"]))
        for method in (
            "action_send_now",
            "action_mark_posted",
            "action_reset_text",
            "action_confirm_left",
            "action_edit_text",
        ):
            with self.assertRaises(AccessError, msg=method):
                getattr(action, method)()
        with self.assertRaises(AccessError):
            action.write({"subject": "x"})
        with self.assertRaises(AccessError):
            self.Action.with_user(self.responsible).action_open_upcoming()

    def test_messages_never_name_the_matter(self):
        text = (
            f"{self.action.body_sent} {self.action.subject} {self.action.display_name}"
        )
        self.assertNotIn("Secret", text)
        self.assertNotIn(self.walled.matter_number, text)

    def test_letter_follows_its_message(self):
        self.client.email = False
        other = self._create_invoice(
            300, matter=self.walled, invoice_date_due="2026-05-16"
        )
        letter = self._run(FIRST.replace(day=23))
        self.assertEqual(letter.line_ids.move_id, other)
        attachment = letter.attachment_id
        self.env.invalidate_all()
        self.assertTrue(attachment.with_user(self.collector).read(["name"]))
        for user in (self.outsider, self.kept_out, self.portal):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["name"])

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Autre cabinet"})
        user = new_test_user(
            self.env,
            "dun.other",
            groups="legal_dunning.group_legal_collector",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertEqual(self._sees(user), [False, False])
        policies = self.env["legal.dunning.policy"].with_user(user).search([])
        self.assertNotIn(self.company, policies.company_id)

    def test_engine_is_not_reachable_from_outside(self):
        public = {"_run", "_send", "_make", "_materialise", "_mark_sent", "_plan"}
        for name in public:
            self.assertTrue(name.startswith("_"))

    def test_collector_works_from_end_to_end(self):
        self._create_invoice(400, matter=None, invoice_date_due="2026-05-18")
        action = self.Action.with_user(self.collector)
        action.action_open_upcoming()
        planned = action._prepare_day(self.company, FIRST.replace(day=26))
        planned = planned.with_user(self.collector)
        planned.action_edit_text()
        planned.write({"subject": "Bonjour"})
        self.assertTrue(planned.is_edited)
        planned.action_reset_text()
        planned._skip("test")
        self.assertEqual(planned.state, "skipped")
