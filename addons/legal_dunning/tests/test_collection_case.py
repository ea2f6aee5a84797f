from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DUE, FIRST, DunningCommon

LATE = date(2026, 5, 20)


class CollectionCommon(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Case = cls.env["legal.collection.case"].with_company(cls.company)
        cls.Event = cls.env["legal.collection.event"]
        cls.env.user.tz = "Europe/Paris"

    def _at(self, day):
        return freeze_time(f"{day} 08:00:00")

    def _sync(self, day=LATE):
        with self._at(day):
            return self.Case._sync(self.company, day)

    def _case(self, partner=None):
        return self.Case.search(
            [
                ("partner_id", "=", (partner or self.client).id),
                ("company_id", "=", self.company.id),
            ]
        )

    def _log(self, case, day, **vals):
        """Fill the wizard on a day and apply it."""
        with self._at(day):
            log = self.env["legal.collection.log"].create({"case_id": case.id, **vals})
            log.action_apply()
        return case.event_ids.sorted("id")[-1:]

    def _promise(self, case, amount, due_on, made_on=LATE, moves=None):
        vals = {"kind": "promise", "amount": amount, "due_on": due_on}
        if moves is not None:
            vals["move_ids"] = [(6, 0, moves.ids)]
        return self._log(case, made_on, **vals)


@tagged("post_install", "-at_install")
class TestCollectionCase(CollectionCommon):
    def test_case_follows_the_ledger_and_is_made_once(self):
        move = self._create_invoice()
        self._sync(DUE)
        self.assertFalse(self._case(), "nothing is overdue on the due date itself")
        self._sync(DUE + timedelta(days=1))
        case = self._case()
        self.assertEqual((case.state, case.user_id), ("open", self._lead()))
        self.assertEqual(case.matter_ids, self.matter)
        self._sync(LATE)
        self.assertEqual(self._case(), case)
        with self._at(LATE):
            self.assertEqual(case.amount_overdue, 1200)
            self.assertEqual(case.amount_30, 1200)
            self.assertEqual(case.oldest_due_on, DUE)
        self._pay(move, on=LATE)
        self._sync(LATE)
        self.assertEqual((case.state, case.closed_on), ("closed", LATE))
        self._create_invoice(300, invoice_date_due="2026-05-18")
        self._sync(date(2026, 5, 25))
        self.assertEqual((case.state, case.closed_on), ("open", False))
        self.assertEqual(
            self.Case._get_or_create(self.client, self.company).id, case.id
        )

    def _lead(self):
        return self.lawyers["partner"].user_id

    def test_index_and_constraints_are_in_the_database(self):
        self.env.cr.execute(
            """SELECT indexname FROM pg_indexes WHERE indexname IN %s
         UNION SELECT conname FROM pg_constraint WHERE conname IN %s""",
            (
                (
                    "legal_collection_case_payer_unique",
                    "legal_payment_forecast_move_unique",
                ),
                (
                    "legal_collection_event_promise_whole",
                    "res_company_collection_days_positive",
                ),
            ),
        )
        self.assertEqual(len(self.env.cr.fetchall()), 4)

    def test_many_payers_cost_no_more_queries(self):
        def late_payers(count):
            for rank in range(count):
                payer = self.client.copy({"name": f"Payeur {rank} sur {count}"})
                self._create_invoice(100 + rank, partner_id=payer.id, matter=None)

        def count(day):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._sync(day)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        late_payers(2)
        few = count(LATE)
        late_payers(8)
        many = count(LATE)
        self.assertLessEqual(many, few + 8, "new cases come in one batch")
        again = count(LATE)
        self.assertLessEqual(again, 30, "nothing changed")

    def test_risk_and_order_are_explained(self):
        old = self._create_invoice(
            invoice_date="2026-03-15", invoice_date_due="2026-03-20"
        )
        self._pay(old, on=date(2026, 4, 20))
        self._create_invoice()
        self._create_invoice(50, partner_id=self.consumer.id, matter=None)
        cases = self._sync(date(2026, 6, 15))
        first, second = cases.sorted("expected_recovery", reverse=True)
        self.assertEqual(first.partner_id, self.client)
        self.assertIn("31", first.risk_reasons)
        self.assertIn("1", first.recovery_reason)
        self.assertGreater(first.expected_recovery, second.expected_recovery)
        self.assertTrue(0 < first.risk_score < 100)

    def test_after_the_last_reminder_a_person_decides(self):
        self._create_invoice()
        self._run(FIRST)
        self._run(date(2026, 6, 5))
        notice = self._run(date(2026, 6, 19))
        day = date(2026, 6, 25)
        self._sync(day)
        case = self._case()
        self.assertFalse(case._get_reminded_to_the_end(day))
        with self._at(day):
            notice.sudo()._mark_posted_registered(date(2026, 6, 19), "1A 1")
        self.assertEqual(case._get_reminded_to_the_end(day), {self.client.id})
        self._create_invoice(50)
        self.assertFalse(case._get_reminded_to_the_end(day))

    def test_promise_pauses_then_breaks_and_reminders_go_on(self):
        move = self._create_invoice()
        other = self._create_invoice(500)
        self._sync()
        case = self._case()
        event = self._promise(case, 1200, date(2026, 5, 25), moves=move)
        self.assertEqual(event.last_day, date(2026, 5, 27))
        plan = self.Action._plan(FIRST, self.company)
        self.assertEqual(plan.held[move.id], "promised")
        self.assertEqual([m.main.key for m in plan.messages], [other.id])
        self.assertIn("promis", self.Action._explain_hold("promised").lower())
        self._pay(move, 100, on=date(2026, 5, 26))
        self._sync(date(2026, 5, 27))
        self.assertEqual(event.promise_state, "open")
        self._sync(date(2026, 5, 28))
        self.assertEqual(
            (event.promise_state, event.judged_on), ("broken", date(2026, 5, 28))
        )
        self.assertEqual(case.activity_ids.user_id, self._lead())
        self._sync(date(2026, 5, 28))
        self.assertEqual(len(case.activity_ids), 1, "told once")
        plan = self.Action._plan(date(2026, 5, 28), self.company)
        self.assertNotIn(move.id, plan.held)

    def test_promise_kept_by_a_payment_matched_or_not(self):
        moves = self._create_invoice() | self._create_invoice(500)
        self._sync()
        case = self._case()
        one = self._promise(case, 1200, date(2026, 5, 25), moves=moves[0])
        two = self._promise(case, 600, date(2026, 5, 25), moves=moves[1])
        self._pay(moves[0], on=date(2026, 5, 27))
        self._sync(date(2026, 5, 27))
        self.assertEqual((one.promise_state, two.promise_state), ("kept", "open"))
        self._receive(self.client, 600, on=date(2026, 5, 27))
        self._sync(date(2026, 5, 29))
        self.assertEqual(two.promise_state, "kept")

    def test_call_leads_to_what_was_agreed(self):
        self._create_invoice()
        self.client.phone = "+33 4 72 00 00 00"
        self._sync()
        case = self._case()
        with self._at(LATE):
            log = self.env["legal.collection.log"].create(
                {"case_id": case.id, "kind": "call"}
            )
            self.assertIn("tel:+33472000000", log.script)
            self.assertEqual((log.amount, len(log.move_ids)), (1200, 1))
            with self.assertRaisesRegex(UserError, "Ateliers"):
                log.action_apply()
            log.outcome = "no_answer"
            self.assertEqual(log.follow_up, "call_back")
            log.due_on = date(2026, 5, 21)
            log.action_apply()
        call = case.activity_ids
        self.assertEqual(call.activity_type_id.category, "phonecall")
        self._log(
            case,
            date(2026, 5, 21),
            kind="call",
            outcome="promise",
            due_on="2026-05-29",
            amount=1200,
            body="Virement vendredi",
        )
        self.assertFalse(call.exists() and call.active)
        case.invalidate_recordset()
        self.assertEqual(case.event_ids.mapped("kind"), ["promise", "call", "call"])
        self.assertTrue(case.event_ids[1].script)
        with self._at(date(2026, 5, 22)):
            self.env.invalidate_all()
            kinds = [row["kind"] for row in case._get_timeline()]
            self.assertEqual(kinds.count("call"), 2)
            self.assertIn("invoice", kinds)
            self.assertIn("Virement vendredi", case.timeline)

    def test_hold_pauses_and_ends_by_itself(self):
        move = self._create_invoice()
        self._sync()
        case = self._case()
        self._log(
            case, LATE, kind="hold", due_on="2026-05-26", hold_reason="Subvention"
        )
        self.assertEqual(case.state, "held")
        self.assertEqual(
            self.Action._plan(FIRST, self.company).held, {move.id: "case_held"}
        )
        # looked at ahead, the day after the pause is free again
        self.assertFalse(self.Action._plan(date(2026, 5, 26), self.company).held)
        self._sync(date(2026, 5, 26))
        self.assertEqual(case.state, "open")
        self.assertTrue(case.activity_ids)

    def test_log_is_kept(self):
        self._create_invoice()
        self._sync()
        case = self._case()
        event = self._log(case, LATE, kind="note", body="Vu au palais")
        for record in (event, case):
            with self.assertRaises(UserError):
                record.unlink()

    def test_statement_closes_on_the_ledger_and_prints(self):
        move = self._create_invoice()
        self._pay(move, 200, on=date(2026, 5, 18))
        self._create_invoice(500, invoice_date_due="2026-07-01")
        self._receive(self.client, 50, on=LATE)
        self._sync()
        with self._at(LATE):
            statement = self.env["legal.collection.statement"].create(
                {
                    "case_id": self._case().id,
                    "date_from": "2026-05-01",
                    "date_to": "2026-05-20",
                }
            )
            page = statement.with_context(lang="fr_FR")._get_values()
            self.assertEqual(
                [page[k] for k in ("opening", "closing", "to_pay", "not_due")],
                [statement._money(a) for a in (1800, 1550, 950, 600)],
            )
            self.assertEqual(len(page["rows"]), 2)
            name, content = statement._make_pdf()
        self.assertTrue(name.endswith(".pdf"))
        self.assertEqual(content[:5], b"%PDF-")
