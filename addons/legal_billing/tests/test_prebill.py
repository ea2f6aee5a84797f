from datetime import date

import psycopg2

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import LegalBillingCommon

MONTH_END = date(2026, 4, 30)


@tagged("post_install", "-at_install")
class TestPrebill(LegalBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.agreement = cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls.entries = cls._create_entry(
            cls.matter, "partner", 2.0, "2026-04-01"
        ) | cls._create_entry(cls.matter, "senior", 3.0, "2026-04-02")

    def _generate(self, matter=None):
        prebill, _w = self.env["legal.prebill"]._generate(
            matter or self.matter, MONTH_END
        )
        return prebill

    # -- decisions -------------------------------------------------------------

    def test_preview_of_totals_equals_the_posted_invoice(self):
        prebill = self._generate()
        preview = (prebill.amount_untaxed, prebill.amount_tax, prebill.amount_total)
        prebill.action_approve()
        move = prebill._create_invoices(MONTH_END)
        move.action_post()
        self.assertEqual(
            preview, (move.amount_untaxed, move.amount_tax, move.amount_total)
        )
        self.assertEqual(preview, (1220.0, 244.0, 1464.0))

    def test_write_down_without_reason_is_refused_and_changes_nothing(self):
        prebill = self._generate()
        line = prebill.line_ids[0]
        with (
            self.assertRaisesRegex(ValidationError, "120"),
            self.env.cr.savepoint(),
        ):
            line.write({"decision": "write_down", "amount": 440})
        line.invalidate_recordset()
        self.assertEqual((line.decision, line.amount), ("bill", 560.0))

    def test_write_down_with_reason_bills_less_and_counts_the_loss(self):
        prebill = self._generate()
        prebill.line_ids[0].write(
            {"decision": "write_down", "hours": 1.5, "reason_id": self.reason.id}
        )
        self.assertEqual(prebill.amount_fees, 1080.0)
        self.assertEqual(prebill.amount_writeoff, 140.0)
        self.assertAlmostEqual(prebill.realisation_percent, 88.5, places=1)
        self.assertEqual(prebill.line_ids[0].entry_id.unit_amount, 2.0)

    def test_write_off_marks_the_entry_and_leaves_the_invoice(self):
        prebill = self._generate()
        prebill.line_ids[0].write(
            {"decision": "write_off", "reason_id": self.reason.id}
        )
        prebill.action_approve()
        move = prebill._create_invoices(MONTH_END)
        move.action_post()
        self.assertEqual(move.amount_untaxed, 660.0)
        self.assertEqual(
            self.entries.mapped("billing_status"), ["written_off", "billed"]
        )

    def test_shown_without_charge_is_billed_at_zero(self):
        prebill = self._generate()
        prebill.line_ids[0].write(
            {"decision": "no_charge", "reason_id": self.reason.id}
        )
        prebill.action_approve()
        move = prebill._create_invoices(MONTH_END)
        move.action_post()
        self.assertEqual(move.amount_untaxed, 660.0)
        acts = move._legal_get_detail()[0]["acts"]
        self.assertEqual([act["amount"] for act in acts], [0.0, 660.0])
        self.assertEqual(self.entries.mapped("billing_status"), ["billed", "billed"])

    def test_postponed_entry_comes_back_on_the_next_prebill(self):
        prebill = self._generate()
        prebill.line_ids[0].decision = "postpone"
        self.assertEqual(self.entries[0].billing_status, "approved")
        prebill.action_approve()
        prebill._create_invoices(MONTH_END).action_post()
        again, _w = self.env["legal.prebill"]._generate(self.matter, MONTH_END)
        self.assertEqual(again.line_ids.entry_id, self.entries[0])

    def test_everything_written_off_needs_no_invoice(self):
        prebill = self._generate()
        prebill.line_ids.write({"decision": "write_off", "reason_id": self.reason.id})
        prebill.action_approve()
        self.assertFalse(prebill._create_invoices(MONTH_END))
        self.assertEqual(prebill.state, "invoiced")
        self.assertEqual(set(self.entries.mapped("billing_status")), {"written_off"})

    def test_cap_follows_the_reviewer(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly", "cap_amount": 500}])
        self._create_entry(matter, "partner", 2.0, "2026-04-01")
        prebill = self._generate(matter)
        self.assertEqual(prebill.amount_fees, 500.0)
        cap = prebill.line_ids.filtered(lambda line: line.kind == "cap")
        self.assertEqual(cap.amount, -60.0)
        prebill.line_ids.filtered("entry_id").write(
            {"decision": "write_down", "hours": 1.0, "reason_id": self.reason.id}
        )
        self.assertEqual(prebill.amount_fees, 280.0)
        self.assertFalse(cap.exists())

    def test_cap_counts_what_earlier_bills_took(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly", "cap_amount": 1000}])
        self._create_entry(matter, "partner", 3.0, "2026-03-01")
        _prebill, first = self._bill(matter, "2026-03-31")
        self._create_entry(matter, "partner", 3.0, "2026-04-01")
        prebill, second = self._bill(matter, MONTH_END)
        self.assertEqual((first.amount_untaxed, second.amount_untaxed), (840, 160))
        self.assertEqual(prebill.amount_writeoff, 0)

    def test_odd_hours_are_billed_as_the_exact_sum(self):
        """5 minutes at 280 is 23,33 each; 3 × 23,33 = 69,99, not 0,25 × 280."""
        matter = self._create_matter(time_increment_minutes=5)
        self._create_agreement(matter, [{"kind": "hourly"}])
        for day in ("2026-04-01", "2026-04-02", "2026-04-03"):
            self._create_entry(matter, "partner", 5 / 60, day)
        prebill, move = self._bill(matter, MONTH_END)
        self.assertEqual(prebill.amount_fees, 69.99)
        self.assertEqual(move.amount_untaxed, 69.99)

    def test_form_writes_down_by_itself_when_hours_go_down(self):
        prebill = self._generate()
        with Form(prebill) as form, form.line_ids.edit(0) as line:
            line.hours = 1.0
            line.reason_id = self.reason
        first = prebill.line_ids.sorted("id")[0]
        self.assertEqual((first.decision, first.amount), ("write_down", 280.0))

    # -- never twice -----------------------------------------------------------

    def test_second_generation_returns_the_open_prebill(self):
        prebill = self._generate()
        self.assertEqual(self._generate(), prebill)

    def test_database_refuses_an_entry_on_two_live_prebills(self):
        prebill = self._generate()
        line = prebill.line_ids[0]
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            line.copy({"prebill_id": prebill.id, "entry_id": line.entry_id.id})
            self.env.flush_all()

    def test_constraints_exist_in_the_database(self):
        """A constraint that PostgreSQL refuses is only logged by the framework."""
        wanted = {
            "legal_prebill_line_entry_once",
            "legal_prebill_line_cost_once",
            "legal_prebill_line_instalment_once",
            "legal_prebill_one_open",
            "legal_money_category_code_unique",
            "legal_billing_run_line_matter_once",
        }
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname = ANY(%s)",
            [list(wanted)],
        )
        self.assertEqual({name for (name,) in self.env.cr.fetchall()}, wanted)
        wanted = {
            "legal_parameter_no_overlap",
            "legal_fee_agreement_one_signed_per_day",
            "legal_fee_instalment_amount_positive",
            "legal_cost_positive",
        }
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname = ANY(%s)",
            [list(wanted)],
        )
        self.assertEqual({name for (name,) in self.env.cr.fetchall()}, wanted)

    def test_invoicing_twice_is_refused(self):
        prebill = self._generate()
        prebill.action_approve()
        prebill._create_invoices(MONTH_END)
        with self.assertRaisesRegex(UserError, prebill.name):
            prebill._create_invoices(MONTH_END)

    # -- going back ------------------------------------------------------------

    def test_cancelled_invoice_gives_the_prebill_back(self):
        prebill = self._generate()
        prebill.action_approve()
        move = prebill._create_invoices(MONTH_END)
        move.button_cancel()
        self.assertEqual(prebill.state, "approved")
        self.assertEqual(set(self.entries.mapped("billing_status")), {"on_prebill"})
        again = prebill._create_invoices(MONTH_END)
        self.assertEqual(again.amount_untaxed, 1220.0)

    def test_deleted_draft_invoice_gives_the_prebill_back(self):
        prebill = self._generate()
        prebill.action_approve()
        prebill._create_invoices(MONTH_END).unlink()
        self.assertEqual(prebill.state, "approved")

    def test_full_credit_note_frees_the_entries(self):
        prebill, move = self._bill(self.matter, MONTH_END)
        move._reverse_moves(cancel=True)
        self.assertEqual(move.payment_state, "reversed")
        self.assertEqual(set(self.entries.mapped("billing_status")), {"approved"})
        again = self._generate()
        self.assertNotEqual(again, prebill)
        self.assertEqual(again.line_ids.entry_id, self.entries)

    def test_cancelled_prebill_frees_its_sources(self):
        prebill = self._generate()
        prebill.action_cancel()
        self.assertEqual(set(self.entries.mapped("billing_status")), {"approved"})

    # -- hold ------------------------------------------------------------------

    def test_held_prebill_cannot_be_approved_and_says_why(self):
        prebill = self._generate()
        prebill._hold("le client demande un entretien")
        with self.assertRaisesRegex(UserError, "le client demande un entretien"):
            prebill.action_approve()
        prebill.action_release()
        prebill.action_approve()
        self.assertEqual(prebill.state, "approved")

    # -- secrecy of what leaves --------------------------------------------------

    def test_ledger_labels_are_neutral(self):
        _prebill, move = self._bill(self.matter, MONTH_END)
        labels = " ".join(
            filter(None, move.line_ids.mapped("name") + [move.ref, move.invoice_origin])
        )
        self.assertNotIn("confidentielle", labels)
        self.assertNotIn(self.matter.name, labels)
        self.assertIn(self.matter.matter_number, labels)

    def test_neutral_policy_returns_no_act(self):
        self.agreement.invoice_text_policy = "neutral"
        _prebill, move = self._bill(self.matter, MONTH_END)
        sections = move._legal_get_detail()
        self.assertEqual(sections[0]["acts"], [])
        self.assertNotIn("confidentielle", str(sections))
        annex = move.with_context(legal_annex=True)._legal_get_detail()
        self.assertEqual(len(annex[0]["acts"]), 2)

    # -- bad input -------------------------------------------------------------

    def test_no_agreement_is_named(self):
        matter = self._create_matter()
        self._create_entry(matter, "partner", 1.0, "2026-04-01")
        with self.assertRaisesRegex(UserError, matter.matter_number):
            self._generate(matter)

    def test_schedule_that_is_not_the_fee_is_refused_with_the_gap(self):
        matter = self._create_matter()
        terms = [
            {
                "kind": "fixed",
                "amount": 3000,
                "instalment_ids": [
                    Command.create(
                        {"name": "1", "due_on": "2026-02-01", "amount": 1400}
                    )
                ],
            }
        ]
        agreement = self._create_agreement(matter, terms, sign=False)
        with self.assertRaises(UserError) as caught:
            agreement.action_sign()
        sentence = str(caught.exception).replace("\u202f", "").replace("\xa0", "")
        for part in (agreement.name, "1400", "3000", "1600"):
            self.assertIn(part, sentence.replace(",", "").replace(" ", ""))
        self.assertEqual(agreement.state, "draft")

    def test_overrun_without_agreed_rate_is_refused(self):
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "amount": 100,
                    "included_hours": 1,
                    "overage": "ask",
                    "instalment_ids": [
                        Command.create(
                            {"name": "1", "due_on": "2026-02-01", "amount": 100}
                        )
                    ],
                }
            ],
        )
        self._create_entry(matter, "partner", 1.5, "2026-04-01")
        with self.assertRaisesRegex(UserError, matter.matter_number):
            self._generate(matter)

    def test_disbursement_without_proof_waits_and_is_named(self):
        cost = self._create_cost(
            self.matter, "disbursement", 89.76, "2026-04-01", has_mandate=True
        )
        prebill, warnings = self.env["legal.prebill"]._generate(self.matter, MONTH_END)
        self.assertIn(cost.name, warnings[0])
        self.assertIn(self.matter.matter_number, warnings[0])
        self.assertFalse(prebill.line_ids.cost_id)
        self.assertEqual(cost.billing_status, "to_bill")

    def test_signed_terms_do_not_change(self):
        with self.assertRaisesRegex(ValidationError, self.agreement.name):
            self.agreement.term_ids.cap_amount = 10

    def test_missing_legal_value_is_a_sentence_with_key_and_date(self):
        with self.assertRaisesRegex(UserError, "appeal_stamp.*2027-01-01"):
            self.env["legal.parameter"]._get("appeal_stamp", date(2027, 1, 1))
        self.assertEqual(
            self.env["legal.parameter"]._get("appeal_stamp", date(2026, 12, 31)),
            "225.00",
        )

    def test_only_the_responsible_or_a_manager_approves(self):
        prebill = self._generate()
        associate = self.lawyers["associate"].user_id
        with self.assertRaises(UserError):
            prebill.with_user(associate).action_approve()
        responsible = self.lawyers["partner"].user_id
        prebill.with_user(responsible).action_approve()
        self.assertEqual(prebill.approved_by_id, responsible)
