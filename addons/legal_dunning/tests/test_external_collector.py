from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import DunningCommon

MODELS = (
    "legal.collection.assignment",
    "legal.collection.assignment.line",
    "legal.external.log",
)
TODAY = date(2026, 7, 1)
EXTERNAL = "legal_dunning.group_legal_external_collector"


@tagged("post_install", "-at_install")
class TestExternalCollector(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector, cls.rival = (
            cls._user(login, f"{EXTERNAL},base.group_allow_export")
            for login in ("ext.one", "ext.two")
        )
        cls.portal = new_test_user(cls.env, "ext.portal", groups="base.group_portal")
        cls.portal.partner_id.parent_id = cls.client
        cls.move = cls._create_invoice()
        cls.other = cls._create_invoice(partner_id=cls.consumer.id, matter=None)
        with freeze_time(f"{TODAY} 09:00:00"):
            cls.assignment = cls.env["legal.collection.assignment"].create(
                {
                    "partner_id": cls.client.id,
                    "company_id": cls.company.id,
                    "user_id": cls.collector.id,
                    "date_from": TODAY,
                    "fee_percent": 12,
                }
            )
            cls.log = cls.env["legal.external.log"].create(
                {"assignment_id": cls.assignment.id, "kind": "call", "words": "a"}
            )
        cls.records = dict(
            zip(
                MODELS,
                (cls.assignment, cls.assignment.line_ids, cls.log),
                strict=True,
            )
        )

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        clock = freeze_time(f"{TODAY} 09:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_sees_his_own(self):
        own = self.assignment.with_user(self.collector)
        self.assertEqual(own.search([]), self.assignment)
        self.assertEqual(own.line_ids.mapped("number"), [self.move.name])
        self.assertEqual(own.amount_residual, 1200)
        self.assertEqual(own.payer_name, self.client.name)
        own.web_read(
            {
                "payer_name": {},
                "amount_recovered": {},
                "line_ids": {"fields": {"number": {}, "amount_residual": {}}},
                "log_ids": {"fields": {"kind": {}, "words": {}}},
            }
        )
        self.env["legal.collection.assignment"].with_user(self.collector).get_views(
            [(False, "list"), (False, "form")]
        )

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_others_see_nothing(self):
        lawyer = self.lawyers["partner"].user_id
        for user in (self.rival, self.portal, lawyer):
            for name, records in self.records.items():
                theirs = records.with_user(user)
                with self.subTest(user=user.login, model=name):
                    for ask in (
                        lambda t=theirs: t.search([("id", "in", t.ids)]).ids,
                        lambda t=theirs: t.name_search(""),
                        lambda t=theirs: t._read_group(
                            [("id", "in", t.ids)], [], ["__count"]
                        )[0][0],
                    ):
                        try:
                            self.assertFalse(ask())
                        except AccessError:
                            continue
                    with self.assertRaises(AccessError):
                        theirs.read(["display_name"])
                    with self.assertRaises(UserError):
                        theirs.export_data(["display_name"])

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_nothing_else_of_the_firm(self):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "piece.pdf",
                "raw": b"secret",
                "res_model": "account.move",
                "res_id": self.move.id,
            }
        )
        for name in (
            "account.move",
            "account.move.line",
            "account.payment",
            "legal.matter",
            "legal.prebill",
            "legal.fee.agreement",
            "legal.dunning.action",
            "legal.taxation.file",
            "legal.prescription.event",
            "legal.bad.debt",
            "legal.collection.result",
            "account.analytic.line",
        ):
            model = self.env[name].with_user(self.collector)
            with self.subTest(name):
                try:
                    self.assertFalse(model.search([]))
                except AccessError:
                    pass
        with self.assertRaises(AccessError):
            self.move.with_user(self.collector).read(["name"])
        with self.assertRaises(AccessError):
            attachment.with_user(self.collector).read(["name"])
        with self.assertRaises(AccessError):
            self.assignment.line_ids.with_user(self.collector).read(["move_id"])
        # His payer, and no other client of the firm.
        partners = self.env["res.partner"].with_user(self.collector)
        self.assertTrue(partners.search([("id", "=", self.client.id)]))
        self.assertFalse(partners.search([("id", "=", self.consumer.id)]))
        self.assertFalse(partners.name_search("Jeanne Morel"))
        with self.assertRaises(AccessError):
            self.consumer.with_user(self.collector).read(["name"])

    def test_logs_and_proposes(self):
        Log = self.env["legal.external.log"].with_user(self.collector)
        vals = {"assignment_id": self.assignment.id}
        Log.create({**vals, "kind": "call", "outcome": "reached", "words": "Promet"})
        Log.create(
            {**vals, "kind": "promise", "promised_on": "2026-07-10", "amount": 300}
        )
        plan = Log.create({**vals, "kind": "plan", "amount": 1200, "instalments": 4})
        self.assertEqual(plan.state, "proposed")
        note = self.move.message_ids[:1]
        self.assertIn(self.collector.name, note.body)
        for refused in (
            lambda: plan.write({"words": "autre"}),
            lambda: plan.unlink(),
            lambda: plan.action_approve(),
            lambda: Log.create({**vals, "kind": "complaint"}),
            lambda: self.assignment.with_user(self.collector).write(
                {"fee_percent": 90}
            ),
        ):
            with self.assertRaises(AccessError):
                refused()
        inside = self._user("ext.firm", "legal_dunning.group_legal_collector")
        plan.with_user(inside).action_approve()
        self.assertEqual(plan.state, "approved")
        made = plan.sudo().plan_id
        self.assertEqual(
            (made.state, made.invoice_ids.move_id, made.amount_total),
            ("draft", self.move, 1200),
        )
        self.assertEqual(made.instalment_ids.mapped("amount"), [300.0] * 4)
        other = self._user("ext.three", EXTERNAL)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            Log.with_user(other).create({**vals, "kind": "call"})

    def test_his_promise_is_one_of_the_payers_account(self):
        Log = self.env["legal.external.log"].with_user(self.collector)
        vals = {"assignment_id": self.assignment.id, "kind": "promise"}
        Log.create({**vals, "amount": 500, "promised_on": date(2026, 7, 20)})
        case = self.env["legal.collection.case"]._get_or_create(
            self.client, self.company
        )
        event = case.event_ids
        self.assertEqual(
            (event.kind, event.amount, event.due_on, event.promise_state),
            ("promise", 500, date(2026, 7, 20), "open"),
        )
        self.assertEqual(event.move_ids, self.move)
        self.assertEqual(case.assignment_id, self.assignment)
        self.assertIn(self.collector.name, case.timeline)
        with self.assertRaisesRegex(ValidationError, "2026|past|passé"):
            Log.create({**vals, "amount": 5, "promised_on": date(2026, 6, 20)})

    def test_taken_back(self):
        policy = self.move._get_dunning_policies()[self.move]
        self.assertEqual(self.move._get_dunning_hold(policy), "external")
        self.assertTrue(self.Action._explain_hold("external"))
        self.assignment.action_end()
        self.env.invalidate_all()
        self.assertFalse(self.assignment.with_user(self.collector).search([]))
        self.assertFalse(self.move._get_dunning_hold(policy))

    def test_role_stands_alone(self):
        with self.assertRaises(ValidationError):
            self.collector.group_ids |= self.env.ref("legal_timesheet.group_legal_user")
        with self.assertRaises(ValidationError):
            self.assignment.user_id = self.env.user

    def test_measured_beside_the_firm(self):
        self._pay(self.other, 200, on=date(2026, 6, 14))
        self._pay(self.move, 500, on=date(2026, 7, 15))
        self.env["legal.external.log"].create(
            {"assignment_id": self.assignment.id, "kind": "complaint", "words": "x"}
        )
        self.env.flush_all()
        rows = {
            who: (amount, delay, cost, complaints)
            for who, amount, delay, cost, complaints in self.env[
                "legal.collection.result"
            ]._read_group(
                [("company_id", "=", self.company.id)],
                ["who"],
                ["amount:sum", "delay:avg", "cost:sum", "complaints:sum"],
            )
        }
        self.assertEqual(rows["firm"], (200, 30, 0, 0))
        self.assertEqual(rows["external"], (500, 61, 60, 1))
        self.assignment.invalidate_recordset()
        self.assertEqual(self.assignment.amount_recovered, 500)
        self.assertEqual(self.assignment.amount_cost, 60)
        self.assertEqual(self.assignment.amount_residual, 700)
