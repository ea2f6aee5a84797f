from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_collection_case import LATE, CollectionCommon

MODELS = (
    "legal.collection.case",
    "legal.collection.event",
    "legal.payment.forecast",
    "legal.receivable.age",
)


@tagged("post_install", "-at_install")
class TestCollectionAccess(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.walled = cls._create_matter(
            name="Secret walled",
            is_walled=True,
            member_ids=[],
            responsible_id=cls.lawyers["partner"].user_id.id,
        )
        legal = "legal_timesheet.group_legal_user"
        cls.users = {
            "lead": cls.lawyers["partner"].user_id,
            "collector": cls._user("collector", "legal_dunning.group_legal_collector"),
            "outsider": cls._user("outsider", legal),
            "office": cls._user("office", "legal_timesheet.group_legal_office"),
            "manager": cls._user("manager", "legal_timesheet.group_legal_management"),
            "administrator": cls._user(
                "admin", "legal_timesheet.group_legal_administrator"
            ),
            "kept_out": cls._user("keptout", "legal_dunning.group_legal_collector"),
        }
        cls.walled.sudo().write(
            {
                "excluded_user_ids": [(4, cls.users["kept_out"].id)],
                "exclusion_reason": "relative",
            }
        )
        cls.env.ref("base.group_allow_export").user_ids = [
            (4, user.id) for user in cls.users.values()
        ]
        cls.move = cls._create_invoice(matter=cls.walled)

    @classmethod
    def _user(cls, login, group):
        return new_test_user(
            cls.env,
            f"col.{login}",
            groups=group,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self._sync()
        self.case = self._case()
        self.event = self._promise(self.case, 1200, LATE)
        self.case.message_post(body="Secret words")
        self.env["legal.payment.forecast"]._refresh(self.company, LATE)
        self.env.flush_all()

    def test_who_sees_the_account_of_a_payer_with_a_walled_matter(self):
        sees = {"lead", "collector"}
        for who, user in self.users.items():
            for name in MODELS:
                with self.subTest(who=who, model=name):
                    self.env.invalidate_all()
                    model = self.env[name].with_user(user)
                    domain = [("partner_id", "=", self.client.id)]
                    found = model.search(domain)
                    self.assertEqual(bool(found), who in sees)
                    self.assertEqual(
                        bool(model._read_group(domain, ["partner_id"])), who in sees
                    )
                    rows = self.env[name].sudo().search(domain)
                    if who in sees:
                        self.assertTrue(found.read(["display_name"]))
                        self.assertTrue(found.export_data(["partner_id"])["datas"])
                        continue
                    self.assertFalse(model.name_search("", domain))
                    with self.assertRaises(AccessError):
                        rows.with_user(user).read(["partner_id"])
                    with self.assertRaises(AccessError):
                        rows.with_user(user).export_data(["partner_id"])

    def test_messages_and_followers_stay_behind(self):
        messages = self.case.message_ids
        for who, sees in (("collector", True), ("kept_out", False), ("office", False)):
            self.env.invalidate_all()
            found = (
                self.env["mail.message"]
                .with_user(self.users[who])
                .search([("id", "in", messages.ids)])
            )
            self.assertEqual(bool(found), sees, who)
        everybody = [user.partner_id.id for user in self.users.values()]
        self.case.message_subscribe(everybody)
        self.assertEqual(
            self.case.message_partner_ids & self.env["res.partner"].browse(everybody),
            (self.users["lead"] | self.users["collector"]).partner_id,
        )

    def test_a_wall_raised_later_takes_out_who_is_kept_out(self):
        collector = self.users["collector"]
        self.case.user_id = collector
        self.case.message_subscribe(collector.partner_id.ids)
        self.case._tell_owner("Call")
        self.walled.sudo().excluded_user_ids = [(4, collector.id)]
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertNotIn(collector.partner_id, self.case.message_partner_ids)
        self.assertNotIn(collector, self.case.activity_ids.user_id)
        self.assertFalse(
            self.Case.with_user(collector).search([("id", "=", self.case.id)])
        )

    def test_a_new_walled_invoice_closes_the_case_at_once(self):
        other = self._create_matter(
            name="Other",
            excluded_user_ids=[(4, self.users["collector"].id)],
            exclusion_reason="relative",
        )
        self._create_invoice(10, matter=other)
        self.env.invalidate_all()
        self.assertFalse(
            self.Case.with_user(self.users["collector"]).search(
                [("id", "=", self.case.id)]
            )
        )

    def test_nothing_names_the_matter(self):
        case = self.case.with_user(self.users["collector"])
        with self._at(LATE):
            text = f"{case.timeline} {case.display_name} {case._get_call_script()}"
            text += f"{case.matter_labels} {case.risk_reasons} {case.next_step}"
        self.assertNotIn("Secret walled", text)
        self.assertIn(self.walled.matter_number, case.matter_labels)

    def test_who_may_do_what(self):
        lead = self.case.with_user(self.users["lead"])
        self.assertFalse(lead.has_access("write"))
        with self._at(LATE):
            self.env["legal.collection.log"].with_user(self.users["lead"]).create(
                {"case_id": self.case.id, "kind": "note", "body": "Vu"}
            ).action_apply()
            lead.action_take_over()
        self.assertEqual(self.case.user_id, self.users["lead"])
        for who in ("outsider", "kept_out"):
            user = self.users[who]
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                self.env["legal.collection.log"].with_user(user).create(
                    {"case_id": self.case.id, "kind": "note", "body": "Vu"}
                ).action_apply()
            with self.assertRaises(AccessError):
                self.env["legal.collection.statement"].with_user(user).create(
                    {"case_id": self.case.id}
                )._make_pdf()
            with self.assertRaises(AccessError):
                self.case.with_user(user).action_take_over()
        for method in ("action_resume", "action_answer_done"):
            with self.assertRaises(AccessError):
                getattr(lead, method)()
        with self.assertRaises(AccessError):
            self.env["legal.collection.board"].with_user(
                self.users["manager"]
            ).get_board()

    def test_other_company_and_portal_see_nothing(self):
        other = self.env["res.company"].create({"name": "Autre cabinet"})
        stranger = new_test_user(
            self.env,
            "col.stranger",
            groups="legal_dunning.group_legal_collector",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        portal = new_test_user(self.env, "col.portal", groups="base.group_portal")
        plain = new_test_user(self.env, "col.plain", groups="base.group_user")
        for name in MODELS:
            self.assertFalse(
                self.env[name]
                .with_user(stranger)
                .search([("partner_id", "=", self.client.id)])
            )
            for user in (portal, plain):
                with self.assertRaises(AccessError):
                    self.env[name].with_user(user).search([])
