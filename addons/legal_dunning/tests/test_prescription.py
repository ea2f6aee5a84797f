from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import DunningCommon

END = date(2024, 9, 30)


@tagged("post_install", "-at_install")
class TestPrescription(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["legal.prescription.event"]
        cls.responsible = cls.lawyers["partner"].user_id

    @classmethod
    def _end(cls, day=END, partner=None, **kw):
        matter = cls._create_matter(
            partner_id=(partner or cls.consumer).id, opened_on="2023-01-02", **kw
        )
        matter.write({"mandate_ended_on": day, "mandate_end_reason": "decision"})
        return matter

    def _bill_fee(self, matter, **kw):
        return self._create_invoice(
            matter=matter,
            partner_id=matter.partner_id.id,
            invoice_date=date(2025, 3, 10),
            invoice_date_due=date(2025, 4, 9),
            legal_period_from=date(2024, 9, 1),
            legal_period_to=date(2024, 9, 30),
            **kw,
        )

    def _event(self, matter, kind, day, until=False, **kw):
        return self.Event.create(
            {
                "matter_id": matter.id,
                "kind": kind,
                "date": day,
                "date_end": until,
                "proof_reference": "LRAR 1A 000",
                **kw,
            }
        )

    def _assert_clock(self, matter, state, day=False):
        self.assertEqual(
            (matter.prescription_state, matter.prescription_on), (state, day)
        )

    def test_worked_cases(self):
        with freeze_time("2026-08-25 10:00:00"):
            one = self._end()
            move = self._bill_fee(one)
            one._refresh_prescription()
            self._assert_clock(one, "running", date(2026, 9, 30))
            self.assertEqual(one.prescription_days, 36)
            self.assertEqual(one.prescription_at_stake, 1200)
            self.assertEqual(move.prescription_on, date(2026, 9, 30))
            text = one.prescription_explanation
            for word in ("L. 218-2", "2"):
                self.assertIn(word, text)

            # 2: a partial payment is found by itself, and forgotten when undone
            payment = self._pay(move, 200, on=date(2025, 11, 15))
            self._assert_clock(one, "running", date(2027, 11, 15))
            self.assertEqual(one.prescription_at_stake, 1000)
            self.assertIn(payment.move_id.name, one.prescription_explanation)
            payment.move_id.line_ids.remove_move_reconcile()
            self._assert_clock(one, "running", date(2026, 9, 30))

            # 5: the bâtonnier seized
            referral = self._event(one, "referral", date(2026, 8, 20))
            self._assert_clock(one, "interrupted")
            referral.is_void = True
            self._assert_clock(one, "running", date(2026, 9, 30))
            referral.unlink()

            # 3: a professional
            three = self._end(date(2023, 5, 31), self.client)
            self._assert_clock(three, "running", date(2028, 5, 31))

            # 4: mediation
            four = self._end(date(2024, 3, 15))
            self._event(four, "mediation", date(2026, 2, 1), date(2026, 5, 15))
            self._assert_clock(four, "running", date(2026, 11, 15))

    def test_what_is_not_an_event(self):
        with freeze_time("2026-08-25 10:00:00"):
            matter = self._end()
            move = self._bill_fee(matter)
            # No proof: written down, not counted, and said so.
            self._event(
                matter, "acknowledgement", date(2026, 8, 1), proof_reference=False
            )
            # Another payer's money, and a credit note, acknowledge nothing.
            other = self._receive(self.client, 100, on=date(2026, 8, 2))
            line = other.move_id.line_ids.filtered(
                lambda item: item.account_id == move._get_dunning_terms().account_id
            )
            (line | move._get_dunning_terms()).reconcile()
            move._reverse_moves(
                [
                    {
                        "invoice_date": date(2026, 8, 3),
                        "invoice_line_ids": [
                            Command.create({"name": "Geste", "price_unit": 10})
                        ],
                    }
                ]
            )
            matter._refresh_prescription()
            self._assert_clock(matter, "running", date(2026, 9, 30))
            with self.assertRaises(ValidationError):
                self._event(matter, "payment", date(2026, 8, 26))
            with self.assertRaises(ValidationError):
                self._event(matter, "payment", date(2026, 8, 2), date(2026, 8, 3))

    def test_each_invoice_has_its_own_clock(self):
        with freeze_time("2026-08-25 10:00:00"):
            matter = self._end()
            paid, unpaid = self._bill_fee(matter), self._bill_fee(matter)
            self._pay(paid, 200, on=date(2025, 11, 15))
            self._assert_clock(matter, "running", date(2026, 9, 30))
            self.assertEqual(paid.prescription_on, date(2027, 11, 15))
            self.assertEqual(unpaid.prescription_on, date(2026, 9, 30))
            self.assertIn(paid.name, matter.prescription_explanation)
            self._event(
                matter,
                "acknowledgement",
                date(2026, 8, 1),
                move_ids=[Command.set(unpaid.ids)],
            )
            self._assert_clock(matter, "running", date(2027, 11, 15))

    def test_unknown_end_is_conservative(self):
        with freeze_time("2026-08-25 10:00:00"):
            matter = self._create_matter(partner_id=self.consumer.id)
            matter._refresh_prescription()
            self.assertFalse(matter.prescription_state)
            self._create_entry(matter, "associate", 1, "2026-03-03")
            matter._refresh_prescription()
            self._assert_clock(matter, "running", date(2028, 3, 3))
            self.assertTrue(matter.prescription_is_conservative)
            matter.judgment_on = date(2026, 1, 15)
            self._assert_clock(matter, "running", date(2028, 1, 15))
            matter.mandate_ended_on = date(2026, 4, 1)
            self._assert_clock(matter, "running", date(2028, 4, 1))
            self.assertFalse(matter.prescription_is_conservative)

    def test_alerts_once_each(self):
        with freeze_time("2025-09-29 10:00:00"):
            matter = self._end()
            self._bill_fee(matter)
        seen = []
        for day in (
            "2025-09-29",
            "2025-09-30",
            "2025-10-01",
            "2026-03-30",
            "2026-06-30",
            "2026-07-01",
        ):
            with freeze_time(f"{day} 10:00:00"):
                matter._refresh_prescription()
                matter._alert_prescription()
                seen.append(
                    len(
                        matter.activity_ids.filtered(
                            lambda a: (
                                a.activity_type_id
                                == self.env.ref(
                                    "legal_dunning.mail_activity_prescription"
                                )
                            )
                        )
                    )
                )
        self.assertEqual(seen, [0, 1, 1, 2, 3, 3])
        self.assertEqual(matter.activity_ids.user_id, self.responsible)
        with freeze_time("2026-07-01 10:00:00"):
            self._event(matter, "acknowledgement", date(2026, 7, 1))
            matter._alert_prescription()
            self.assertEqual(len(matter.activity_ids), 3)

    def test_nothing_at_stake_alerts_nobody(self):
        with freeze_time("2026-08-25 10:00:00"):
            matter = self._end()
            matter._refresh_prescription()
            matter._alert_prescription()
            self.assertFalse(matter.activity_ids)

    def test_missing_legal_value_is_a_sentence(self):
        with freeze_time("2026-08-25 10:00:00"):
            matter = self._end(date(2008, 1, 1))
            self._assert_clock(matter, False)
            self.assertIn(
                "prescription_consumer_years", matter.prescription_explanation
            )

    def test_batch_reads_in_bounded_queries(self):
        with freeze_time("2026-08-25 10:00:00"):
            matters = self._end()
            for _n in range(3):
                matters |= self._end()
            for matter in matters:
                self._bill_fee(matter)

            def cost(records):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                records._refresh_prescription()
                return self.env.cr.sql_log_count - before

            cost(matters)
            self.assertLessEqual(cost(matters), cost(matters[:2]))

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_wall(self):
        walled = self._end(name="Secret", is_walled=True, member_ids=[])
        event = self._event(walled, "acknowledgement", date(2025, 1, 5))
        proof = self.env["ir.attachment"].create({"name": "p.txt", "raw": b"secret"})
        event.proof_attachment_ids = proof
        self.assertEqual((proof.res_model, proof.res_id), (event._name, event.id))
        for login, group in (
            ("outsider", "legal_timesheet.group_legal_user"),
            ("office", "legal_timesheet.group_legal_office"),
            ("collector", "legal_dunning.group_legal_collector"),
            ("manager", "legal_billing.group_legal_billing_manager"),
            ("admin", "legal_timesheet.group_legal_administrator"),
        ):
            user = new_test_user(
                self.env,
                f"pre.{login}",
                groups=f"{group},base.group_allow_export",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            self.env.flush_all()
            self.env.invalidate_all()
            theirs = event.with_user(user)
            with self.subTest(login):
                self.assertFalse(theirs.search([("id", "=", event.id)]))
                self.assertFalse(theirs.name_search(""))
                count = theirs._read_group([("id", "=", event.id)], [], ["__count"])
                self.assertEqual(count, [(0,)])
                with self.assertRaises(AccessError):
                    theirs.read(["date"])
                with self.assertRaises(AccessError):
                    theirs.export_data(["date"])
                with self.assertRaises(AccessError):
                    proof.with_user(user).read(["name"])
        self.assertTrue(event.with_user(self.responsible).read(["date"]))

    def test_database_refuses_dates_out_of_order(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname ="
            " 'legal_prescription_event_dates_in_order'"
        )
        self.assertTrue(self.env.cr.fetchone())
