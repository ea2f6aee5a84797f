from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SECOND, DunningCommon

TODAY = date(2026, 5, 26)
PROOF = {"channel": "link", "ip": "192.0.2.7", "agent": "Firefox"}


@tagged("post_install", "-at_install")
class TestPlan(DunningCommon):
    """Agreed on with proof, read from the ledger, ended with notice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(f"{TODAY} 08:00:00"))
        cls.Plan = cls.env["legal.payment.plan"]
        cls.move = cls._create_invoice(1362)  # 1 634,40 with VAT

    def _plan(self, moves=None, **kw):
        values = {"instalment_count": 5, "first_on": date(2026, 6, 10), **kw}
        return self.Plan._prepare_for(moves or self.move, **values)

    def _agree(self, plan, **kw):
        plan.action_offer()
        values = {
            "name": "Paul Vauban",
            "figures": "",
            "words": "",
            "agrees": True,
            "seen": plan.sent_digest,
            "proof": PROOF,
            **kw,
        }
        return plan.sudo()._client_accept(**values)

    def _follow(self, day):
        with freeze_time(f"{day} 09:00:00"):
            self.Plan._cron_follow(today=day)

    # Making -----------------------------------------------------------------------

    def test_equal_instalments_to_the_cent(self):
        plan = self._plan()
        self.assertEqual(plan.amount_total, 1634.40)
        self.assertEqual(plan.instalment_ids.mapped("amount"), [326.88] * 5)
        self.assertEqual(plan.instalment_ids[-1].due_on, date(2026, 10, 10))
        plan.instalment_count = 7
        amounts = plan.instalment_ids.mapped("amount")
        self.assertEqual(amounts, [233.49] * 6 + [233.46])
        plan.rhythm = "custom"
        plan.instalment_ids = [
            Command.clear(),
            Command.create({"due_on": date(2026, 6, 1), "amount": 1000}),
            Command.create({"due_on": date(2026, 7, 1), "amount": 634.41}),
        ]
        with self.assertRaisesRegex(UserError, "to the cent"):
            plan.action_offer()
        plan.instalment_ids[-1].amount = 634.40
        plan.action_offer()
        self.assertEqual(plan.state, "offered")

    def test_what_no_plan_may_speak_of(self):
        other_payer = self._create_invoice(partner_id=self.consumer.id)
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "name": "2026-01-01",
                "rate": 1.1,
                "company_id": self.company.id,
            }
        )
        foreign = self._create_invoice(currency_id=dollar.id)
        paid = self._create_invoice(300)
        self._pay(paid)
        draft = self._create_invoice(post=False)
        disputed = self._create_invoice(500)
        disputed.disputed_amount = 100
        for moves, sentence in (
            (self.move | other_payer, "one payer"),
            (self.move | foreign, "one payer, in one currency"),
            (paid, "Nothing of"),
            (draft, "Nothing of"),
            (self.move | disputed, "in dispute"),
            (self.move.browse(), "Choose the invoices"),
        ):
            with (
                self.subTest(sentence),
                self.assertRaisesRegex((UserError, ValidationError), sentence),
                self.env.cr.savepoint(),
            ):
                self.Plan._prepare_for(moves)
        alone = self.Plan._prepare_for(disputed)
        self.assertEqual(alone.amount_total, 500.0)
        self.assertEqual(alone.invoice_ids.amount_outside, 100.0)

    def test_one_live_plan_an_invoice_by_the_database_itself(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_indexes"
            " WHERE indexname = 'legal_payment_plan_invoice_one_live_plan'"
        )
        self.assertTrue(self.env.cr.fetchall())
        first, second = self._plan(), self._plan()
        first.action_offer()
        with (
            self.assertRaisesRegex((UserError, ValidationError), "already on"),
            self.env.cr.savepoint(),
        ):
            second.action_offer()
        self.env.flush_all()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE legal_payment_plan_invoice SET is_live = true WHERE plan_id=%s",
                [second.id],
            )
        first.action_cancel()
        second.action_offer()

    # Accepting --------------------------------------------------------------------

    def test_accepted_with_proof_and_acknowledgement(self):
        plan = self._plan()
        self.assertEqual(self._agree(plan, name="  "), "name")
        self.assertEqual(self._agree_again(plan, agrees=False), "agree")
        self.assertEqual(self._agree_again(plan, seen="0" * 64), "changed")
        self.assertEqual(plan.state, "offered")
        self.assertEqual(self._agree_again(plan), "done")
        evidence = plan.evidence_id.sudo()
        self.assertEqual(
            (plan.state, evidence.typed_name, evidence.ip, evidence.sha256),
            ("running", "Paul Vauban", "192.0.2.7", plan.sent_digest),
        )
        self.assertTrue(evidence.is_intact)
        text = evidence.statement
        self.assertIn(
            "Je soussigné(e) Paul Vauban, agissant pour Ateliers Vauban SAS,", text
        )
        self.assertIn("mille six cent trente-quatre euros et quarante centimes", text)
        self.assertIn(
            "1 634,40 €",
            text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace(
                "\N{NO-BREAK SPACE}", " "
            ),
        )
        self.assertIn(f"de la facture {self.move.name} du 15 avril 2026", text)
        for document in (plan.sent_attachment_id, plan.signed_attachment_id):
            self.assertTrue(document.raw.startswith(b"%PDF-"))
        self.assertNotEqual(plan.sent_attachment_id, plan.signed_attachment_id)
        # The acknowledgement interrupts the prescription of the claim, with its proof.
        events = self.env["legal.prescription.event"].search(
            [("plan_id", "=", plan.id)]
        )
        self.assertEqual(events.matter_id, plan.matter_ids)
        for event in events:
            self.assertEqual(
                (event.kind, event.date, event.is_proven),
                ("acknowledgement", plan.signed_on, True),
            )
            self.assertEqual(event.proof_attachment_ids, plan.signed_attachment_id)
        self.assertEqual(self._agree_again(plan), "again")
        with self.assertRaises(UserError):
            plan.with_user(plan.user_id).write({"first_on": date(2026, 8, 1)})

    def _agree_again(self, plan, **kw):
        values = {
            "name": "Paul Vauban",
            "figures": "",
            "words": "",
            "agrees": True,
            "seen": plan.sent_digest,
            "proof": PROOF,
            **kw,
        }
        return plan.sudo()._client_accept(**values)

    def test_a_consumer_writes_the_amount_himself(self):
        move = self._create_invoice(1362, partner_id=self.consumer.id)
        plan = self._plan(move)
        words = "Mille six cents trente quatre euros et quarante centimes"
        self.assertEqual(self._agree(plan, figures="1634,39", words=words), "figures")
        self.assertEqual(
            self._agree_again(plan, figures="1 634,40", words="mille euros"), "words"
        )
        self.assertEqual(
            self._agree_again(plan, figures="1 634,40 €", words=words), "done"
        )
        self.assertIn("costs nothing", " ".join(plan._get_clauses()))

    def test_a_payment_or_credit_in_between_makes_another_document(self):
        plan = self._plan()
        plan.action_offer()
        digest = plan.sent_digest
        self._pay(self.move, 634.40, on=TODAY)
        self.assertEqual(self._agree_again(plan, seen=digest), "changed")
        self.assertNotEqual(plan.sent_digest, digest)
        self.assertEqual(plan.instalment_ids.mapped("amount"), [200.0] * 5)
        self._pay(self.move, on=TODAY)
        self.assertEqual(self._agree_again(plan), "over")
        self.assertEqual(plan.state, "cancelled")

    def test_an_offer_that_is_over_cannot_be_accepted(self):
        plan = self._plan(first_on=date(2026, 6, 30))
        plan.action_offer()
        day = plan.expires_on + timedelta(1)
        with freeze_time(f"{day} 09:00:00"):
            self.assertEqual(self._agree_again(plan), "expired")
            self.Plan._cron_follow(today=day)
        self.assertEqual(plan.state, "declined")

    # Dunning ----------------------------------------------------------------------

    def test_no_reminder_while_kept_and_one_again_once_broken(self):
        plan = self._plan()
        self._agree(plan)
        self.assertEqual(
            self.move._get_dunning_hold(self.move.dunning_policy_id), "plan"
        )
        self.assertIn("instalments", self.move.sudo().dunning_next)
        self.assertFalse(self._run(SECOND))
        self._follow(date(2026, 6, 5))  # announced
        self.assertEqual(plan.instalment_ids[0].reminded_on, date(2026, 6, 5))
        self._follow(date(2026, 6, 6))
        self.assertEqual(len(plan.instalment_ids.filtered("reminded_on")), 1)
        self._follow(date(2026, 6, 15))
        self.assertEqual((plan.state, plan.noticed_count), ("late", 1))
        self._follow(date(2026, 6, 16))
        self.assertEqual(plan.noticed_on, date(2026, 6, 15))
        self._pay(self.move, 326.88, on=date(2026, 6, 17))
        self._follow(date(2026, 6, 17))
        self.assertEqual((plan.state, plan.noticed_count), ("running", 0))
        self._follow(date(2026, 7, 15))
        self._follow(date(2026, 8, 17))
        self.assertEqual((plan.state, plan.noticed_count), ("late", 2))
        self._follow(date(2026, 8, 25))
        self.assertEqual(plan.state, "late")  # the notice runs
        self._follow(date(2026, 8, 26))
        self.assertEqual((plan.state, plan.ended_on), ("broken", date(2026, 8, 26)))
        hold = self.move._get_dunning_hold(self.move.dunning_policy_id)
        self.assertFalse(hold)
        self.assertTrue(self._run(date(2026, 8, 27)))

    @mute_logger("odoo.addons.legal_dunning.models.legal_payment_plan_life")
    def test_one_plan_gone_wrong_stops_no_other_and_paying_is_not_missing(self):
        wrong = self._plan()
        other = self._plan(self._create_invoice(600))
        paying = self._plan(self._create_invoice(900))
        for plan in (wrong, other, paying):
            self.assertEqual(self._agree(plan), "done")
        follow_one = type(self.Plan)._follow_one
        running = type(self.move)._legal_get_running_transactions
        provider = self.env["payment.provider"].search([], limit=1)
        transaction = self.env["payment.transaction"].browse(provider.id)

        def fail(plan, rows, day):
            if plan == wrong.sudo():
                plan.noticed_count = 9
                raise ValueError("a broken template")
            return follow_one(plan, rows, day)

        def pay(moves):
            own = moves & paying.invoice_ids.move_id
            return transaction if own else running(moves)

        with (
            patch.object(type(self.Plan), "_follow_one", fail),
            patch.object(type(self.move), "_legal_get_running_transactions", pay),
        ):
            self._follow(date(2026, 6, 15))
        self.assertEqual(wrong.noticed_count, 0)
        self.assertIn("a broken template", wrong.activity_ids[-1:].summary)
        self.assertTrue(other.state == paying.state == "late")
        self.assertTrue(other.noticed_on)
        self.assertFalse(paying.noticed_on)

    def test_nothing_leaves_on_a_sunday(self):
        plan = self._plan()
        self._agree(plan)
        self._follow(date(2026, 6, 14))
        self.assertEqual((plan.state, plan.noticed_count), ("late", 0))

    def test_credit_notes_shorten_the_end_and_settling_ends_it(self):
        plan = self._plan()
        self._agree(plan)
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        reversal = wizard.create({"journal_id": self.move.journal_id.id, "date": TODAY})
        refund = self.env["account.move"].browse(reversal.reverse_moves()["res_id"])
        refund.invoice_line_ids.price_unit = 300
        refund.action_post()
        plan.invalidate_recordset()
        self.assertEqual((plan.amount_left, plan.amount_paid), (1274.40, 0.0))
        self.assertEqual(plan.next_amount, 326.88)
        self.assertEqual(plan.instalment_ids[-1].amount_left, 0.0)
        self._pay(self.move, on=TODAY)
        self._follow(TODAY)
        self.assertEqual((plan.state, self.move.amount_residual), ("done", 0.0))

    def test_interest_is_frozen_while_it_is_kept(self):
        day = date(2026, 6, 20)
        whole = self.move._get_dunning_claims(date(2026, 5, 15), 1634.40, day)
        plan = self._plan()
        self._agree(plan)
        frozen = self.move._get_dunning_claims(date(2026, 5, 15), 1634.40, day)
        until = self.move._get_dunning_claims(
            date(2026, 5, 15), 1634.40, TODAY - timedelta(1)
        )
        self.assertEqual(frozen["interest"], until["interest"])
        self.assertGreater(whole["interest"], frozen["interest"])

    def test_following_many_plans_asks_the_ledger_once(self):
        moves = [self._create_invoice(600) for _n in range(4)]
        plans = self.Plan.browse()
        for move in moves:
            plans |= self._plan(move)
        plans.sudo().write({"state": "running", "signed_on": TODAY})
        self.env.flush_all()
        for own, count in ((plans[:1], 18), (plans, 18)):
            self.env.invalidate_all()
            with self.assertQueryCount(count):
                own._refresh_state(TODAY)

    # A dispute that ends in a plan ----------------------------------------------------

    def test_a_dispute_ends_in_the_plan_that_settles_it(self):
        dispute = self.env["legal.dispute"].create({"move_id": self.move.id})
        plan = self.Plan.browse(dispute.action_prepare_plan()["res_id"])
        self.assertEqual(plan.amount_total, 1634.40)
        self._agree(plan)
        self.assertEqual((dispute.outcome, plan.state), ("plan", "running"))
        with self.assertRaisesRegex(UserError, "instalments you agreed on"):
            self.move.sudo()._client_contest("dispute", [], "", "Non", self.client)

    # Access -------------------------------------------------------------------------

    def test_who_sees_and_who_decides(self):
        walled = self._create_matter(
            name="Secret",
            is_walled=True,
            member_ids=[],
            responsible_id=self.lawyers["partner"].user_id.id,
        )
        plan = self._plan(self._create_invoice(matter=walled))
        users = {
            name: new_test_user(
                self.env,
                f"plan.{name}",
                groups=f"{group},base.group_allow_export",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for name, group in (
                ("collector", "legal_dunning.group_legal_collector"),
                ("outsider", "legal_timesheet.group_legal_user"),
                ("office", "legal_timesheet.group_legal_office"),
                ("keptout", "legal_dunning.group_legal_collector"),
                ("admin", "legal_timesheet.group_legal_administrator"),
            )
        }
        walled.write(
            {
                "excluded_user_ids": [Command.link(users["keptout"].id)],
                "exclusion_reason": "relative",
            }
        )
        models_ = (
            "legal.payment.plan",
            "legal.payment.plan.invoice",
            "legal.payment.plan.instalment",
        )
        for name, user in users.items():
            self.env.invalidate_all()
            expected = name == "collector"
            with self.subTest(name):
                for model in models_:
                    field = "id" if model == "legal.payment.plan" else "plan_id"
                    own = self.env[model].with_user(user)
                    self.assertEqual(
                        bool(own.search([(field, "=", plan.id)])), expected, model
                    )
                if not expected:
                    with self.assertRaises(AccessError):
                        plan.with_user(user).read(["amount_total"])
                    with self.assertRaises(AccessError):
                        plan.with_user(user).export_data(["amount_total"])
                    with self.assertRaises(AccessError):
                        plan.with_user(user).action_offer()
        mine = plan.with_user(users["collector"])
        self.assertNotIn("Secret", mine.display_name)
        for vals in ({"state": "running"}, {"signed_on": TODAY}):
            with self.assertRaises(UserError):
                mine.write(vals)
        mine.action_offer()
        self.assertEqual(plan.state, "offered")
