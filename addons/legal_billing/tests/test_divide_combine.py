from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from . import facturx_checker
from .test_credit_note import CREDITED, CreditCommon
from .test_provision import ProvisionCommon

MONTH_END = date(2026, 3, 31)


@tagged("post_install", "-at_install")
class TestDivide(CreditCommon, ProvisionCommon):
    """One pre-bill, several invoices to the client: sums exact, links kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = cls._create_matter()
        cls._create_agreement(
            cls.shared,
            [{"kind": "hourly", "discount_percent": 7, "cap_amount": 1000}],
        )
        for day, lawyer, hours in (
            ("2026-02-10", "partner", 1.7),
            ("2026-03-04", "partner", 1.3),
            ("2026-03-05", "senior", 1.1),
            ("2026-03-06", "associate", 0.7),
        ):
            cls._create_entry(cls.shared, lawyer, hours, day)
        cls._create_cost(cls.shared, "expense", 33.33, "2026-03-03")

    def _generate(self, matter=None):
        return self.env["legal.prebill"]._generate(matter or self.shared, MONTH_END)[0]

    def _issue(self, prebill):
        prebill.action_approve()
        moves = prebill._create_invoices(MONTH_END)
        moves.action_post()
        return moves

    def test_totals_stay_exact_however_it_is_divided(self):
        prebill = self._generate()
        untaxed = prebill.amount_untaxed
        self.assertEqual(untaxed, 1033.33)  # capped at 1 000, and 33,33
        prebill.line_ids.filtered(lambda li: li.kind == "time")[:2].write(
            {"presentation_group": "Assignation"}
        )
        for by, count in (("person", 4), ("month", 2), ("subject", 3), ("section", 2)):
            with self.subTest(by), self.env.cr.savepoint() as savepoint:
                parts = prebill._divide(by)
                self.assertEqual(len(parts), count)
                self.assertAlmostEqual(sum(parts.mapped("amount_untaxed")), untaxed)
                self.assertEqual(prebill.amount_untaxed, untaxed)
                self.assertIn(parts[0].name, prebill.payer_table)
                moves = self._issue(prebill)
                self.assertEqual(len(moves), count)
                self.assertAlmostEqual(
                    sum(moves.mapped("amount_total")), prebill.amount_total
                )
                self.assertTrue(all(move.amount_total > 0 for move in moves))
                billed = prebill.line_ids.filtered("entry_id")
                for line in billed:
                    self.assertEqual(len(line.invoice_line_ids.move_id), 1)
                self.assertEqual(
                    set(billed.entry_id.mapped("billing_status")), {"billed"}
                )
                sections = [s for m in moves for s in m._legal_get_detail()]
                hours = sum(act["hours"] for s in sections for act in s["acts"])
                self.assertAlmostEqual(hours, 4.8)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_each_part_has_its_due_date_and_addressee(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "parent_id": self.client.id,
                "type": "invoice",
                "street": "4 quai du Port",
                "zip": "69002",
                "city": "Lyon",
                "country_id": self.env.ref("base.fr").id,
            }
        )
        prebill = self._generate()
        first = prebill._divide("person")[0]
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            first.partner_id = self.consumer
        first.write({"partner_id": contact.id, "date_due": "2026-06-30"})
        moves = self._issue(prebill)
        move = moves.filtered(lambda m: m.partner_id == contact)
        self.assertEqual(move.invoice_date_due, date(2026, 6, 30))
        self.assertIn(first.name, move.legal_client_message)
        self.assertEqual((moves - move).partner_id, self.client)

    def test_deposits_go_to_the_first_invoices(self):
        entry = self._create_entry(self.matter, "partner", 2.0, "2026-03-10")
        self._create_entry(self.matter, "senior", 1.0, "2026-03-11")
        provision = self._ask(600)
        self._receive(provision)
        prebill = self._generate(self.matter)
        prebill._divide("person")
        moves = self._issue(prebill)
        self.assertEqual(moves.mapped("amount_untaxed"), [0.0, 180.0])
        self.assertEqual(provision.balance, 0.0)
        line = prebill.line_ids.filtered(lambda li: li.entry_id == entry)
        self._credit(moves[0], (line, "give_back"))
        self.assertEqual(entry.billing_status, "approved")
        self.assertEqual(provision.amount_available, 560.0)
        self.assertLedgerTies()

    def test_refusals_and_one_again(self):
        prebill = self._generate()
        prebill._divide("month")
        self.assertFalse(prebill._divide(False))
        self.assertFalse(prebill.line_ids.part_id)
        single = self._create_matter()
        self._create_agreement(single, [{"kind": "hourly"}])
        self._create_entry(single, "partner", 1.0, "2026-03-01")
        with self.assertRaisesRegex(UserError, "nothing to divide"):
            self._generate(single)._divide("person")
        paid = self._create_matter(
            payer_ids=[
                Command.create(
                    {"partner_id": self.consumer.id, "kind": "percent", "percent": 50}
                ),
                Command.create({"partner_id": self.client.id, "kind": "remainder"}),
            ]
        )
        self._create_agreement(paid, [{"kind": "hourly"}])
        self._create_entry(paid, "partner", 1.0, "2026-03-01")
        with self.assertRaisesRegex(UserError, "several payers"):
            self._generate(paid)._divide("month")
        self._issue(prebill)
        with self.assertRaises(UserError):
            prebill._divide("person")

    def test_wall_hides_the_parts(self):
        prebill = self._generate()
        parts = prebill._divide("person")
        self.shared.is_walled = True
        outsider = new_test_user(
            self.env,
            "parts.outside",
            groups="legal_billing.group_legal_billing_manager,base.group_allow_export",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        Part = self.env["legal.prebill.part"].with_user(outsider)
        self.assertFalse(Part.search([("id", "in", parts.ids)]))
        self.assertFalse(Part.name_search(parts[0].name))
        self.assertFalse(Part._read_group([("id", "in", parts.ids)], ["name"], []))
        for method, args in (("read", [["name"]]), ("export_data", [["name"]])):
            with self.assertRaises(AccessError):
                getattr(parts.with_user(outsider), method)(*args)


@tagged("post_install", "-at_install")
class TestCombine(CreditCommon, ProvisionCommon):
    """Several matters of one client on one invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matters = cls.env["legal.matter"]
        for rank, name in enumerate(("Bail commercial", "Marque Vauban")):
            matter = cls._create_matter(name=name)
            cls._create_agreement(matter, [{"kind": "hourly"}])
            cls._create_entry(matter, "partner", 0.4 + rank, f"2026-03-0{rank + 1}")
            cls._create_entry(matter, "senior", 1.3, f"2026-03-1{rank + 1}")
            cls._create_cost(matter, "expense", 33.33, "2026-03-03")
            cls.matters |= matter
        cls._create_disbursement(cls.matters[0], 45.67, "2026-03-04")

    def _approved(self, matters=None):
        prebills = self.env["legal.prebill"]
        for matter in matters or self.matters:
            prebills |= prebills._generate(matter, MONTH_END)[0]
        prebills.action_approve()
        return prebills

    def test_one_invoice_with_a_section_and_a_subtotal_each(self):
        prebills = self._approved()
        move = prebills._invoice_together(MONTH_END)
        move.action_post()
        self.assertEqual(len(move), 1)
        self.assertEqual(
            move.amount_untaxed, round(sum(prebills.mapped("amount_untaxed")), 2)
        )
        self.assertEqual(move.prebill_ids, prebills)
        self.assertEqual(move.matter_ids, self.matters)
        self.assertEqual(prebills.mapped("state"), ["invoiced"] * 2)
        for matter in self.matters:
            lines = move.invoice_line_ids.filtered(
                lambda li, m=matter: li.matter_id == m
            )
            self.assertEqual(
                lines.prebill_line_ids.prebill_id,
                prebills.filtered(lambda p, m=matter: p.matter_id == m),
            )
            accounts = {
                key for line in lines for key in (line.analytic_distribution or {})
            }
            self.assertEqual(accounts, {str(matter.account_id.id)})
            self.assertEqual(
                matter.amount_billed, round(sum(lines.mapped("price_subtotal")), 2)
            )
        sections = move._legal_get_sections()
        self.assertEqual(
            [(bool(s["heading"]), s["code"]) for s in sections],
            [
                (True, "fees"),
                (False, "expenses"),
                (False, "disbursements"),
                (True, "fees"),
                (False, "expenses"),
            ],
        )
        totals = [s["matter_subtotal"] for s in sections if s["matter_subtotal"]]
        self.assertEqual(len(totals), 2)
        names = " ".join(move.invoice_line_ids.mapped("name"))
        self.assertNotIn("Vauban", names)
        self.assertIn(self.matters[1]._neutral_label(), names)

    def test_its_documents_conform_and_payment_reaches_each_matter(self):
        prebills = self._approved()
        move = prebills._invoice_together(MONTH_END)
        move.action_post()
        self._send(move)
        self.assertEqual(facturx_checker.check_pdf(*self._get_files(move)), [])
        self._pay_move(move, CREDITED)
        entries = prebills.line_ids.entry_id
        self.assertEqual(set(entries.mapped("billing_status")), {"paid"})

    def test_one_matter_of_it_is_credited(self):
        prebills = self._approved()
        move = prebills._invoice_together(MONTH_END)
        move.action_post()
        chosen = prebills[1].line_ids
        refund = self._credit(move, *[(line, "give_back") for line in chosen])
        self.assertEqual(refund.amount_untaxed, prebills[1].amount_untaxed)
        self.assertEqual(refund.matter_ids, self.matters[1])
        self.assertEqual(set(prebills[0].line_ids.mapped("source_status")), {"billed"})
        again = self.env["legal.prebill"].browse(refund.action_legal_rebill()["res_id"])
        self.assertEqual(again.amount_total, prebills[1].amount_total)

    def test_refusals_say_why(self):
        first, second = self._approved()
        with self.assertRaisesRegex(UserError, "two pre-bills"):
            first._invoice_together(MONTH_END)
        term = self.env["account.payment.term"].create({"name": "60 jours"})
        agreement = second.agreement_id
        cases = [
            ("different terms", agreement, {"payment_term_id": term.id}),
            ("different ways", agreement, {"invoice_text_policy": "neutral"}),
            ("different clients", second, {"partner_id": self.consumer.id}),
        ]
        for words, record, vals in cases:
            with self.subTest(words), self.env.cr.savepoint() as savepoint:
                self._force(record, vals)
                self.assertIn(words, (first | second)._get_combine_refusal() or "")
                savepoint.rollback()
                self.env.invalidate_all()

    def _force(self, record, vals):
        """Write past the guards of signed and approved documents."""
        ((name, value),) = vals.items()
        self.env.cr.execute(
            f"UPDATE {record._table} SET {name} = %s WHERE id = %s", [value, record.id]
        )
        record.invalidate_recordset()

    def test_run_puts_a_clients_matters_together(self):
        other = self._create_matter(partner_id=self.consumer.id)
        self._create_agreement(other, [{"kind": "hourly"}])
        self._create_entry(other, "partner", 1.0, "2026-03-01")
        for field in ("client", "run"):
            with self.subTest(field), self.env.cr.savepoint() as savepoint:
                self.client.legal_combine_invoices = field == "client"
                run = self.env["legal.billing.run"].create(
                    {
                        "date_to": MONTH_END,
                        "invoice_date": MONTH_END,
                        "company_id": self.company.id,
                        "one_invoice_per_client": field == "run",
                    }
                )
                run._run_prebills()
                run._run_approve()
                run._run_invoice()
                lines = run.line_ids.filtered("move_id")
                common = lines.filtered(lambda li: li.matter_id in self.matters)
                self.assertEqual(len(common.move_id), 1)
                self.assertEqual(len(lines.move_id), 2)
                self.assertEqual(set(lines.mapped("outcome")), {"done"})
                savepoint.rollback()
                self.env.invalidate_all()
