import random
from datetime import date

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..report import cii_tree as cii
from . import facturx_checker
from .common_document import DocumentCommon


class ProvisionCommon(DocumentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter(partner_id=cls.consumer.id)
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])

    @classmethod
    def _ask(cls, amount=1500, matter=None, **kw):
        provision = cls.env["legal.provision"].create(
            {
                "matter_id": (matter or cls.matter).id,
                "amount_untaxed": amount,
                "work": "Assignation et audience d'orientation",
                "date": "2026-03-01",
                **kw,
            }
        )
        provision.action_mark_requested()
        return provision

    @classmethod
    def _receive(cls, provision, day="2026-03-05", amount=None, invoiced=None):
        move = provision._issue_deposit(date.fromisoformat(invoiced or day))
        cls._pay_move(move, day, amount)
        return move

    @classmethod
    def _pay_move(cls, move, day, amount=None):
        return (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": day, **({"amount": amount} if amount else {})})
            ._create_payments()
        )

    def _cash_basis(self, move):
        return self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", move.id)]
        )

    def _ledger_4191(self):
        """Return what account 4191 owes, from the journal items alone."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("account_id.code", "=like", "4191%"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ],
            [],
            ["balance:sum"],
        )
        return round(-(groups[0][0] or 0.0), 2)

    def assertLedgerTies(self):
        self.env.flush_all()
        total = sum(
            self.env["legal.provision"]
            .search([("company_id", "=", self.company.id)])
            .mapped("balance")
        )
        self.assertEqual(round(total, 2), self._ledger_4191())

    def _bill_case_6(self, post=True):
        """12,4 h × 220 = 2 728; 96 of expenses; 45,60 advanced."""
        self._create_entry(self.matter, "senior", 12.4, "2026-04-14")
        self._create_cost(self.matter, "expense", 96, "2026-04-15")
        self._create_disbursement(self.matter, 45.60, "2026-04-16")
        return self._bill(self.matter, "2026-05-29", post=post)


@tagged("post_install", "-at_install")
class TestProvision(ProvisionCommon):
    """A provision from its request to the cent that is left of it."""

    def test_case_6_every_journal_item(self):
        """2 728 + 96 = 2 824 HT, VAT 564,80, 45,60 advanced: 3 434,40 gross.

        1 500 HT + 300 received before: 1 324 HT, VAT 264,80, 1 634,40 to pay.
        """
        provision = self._ask()
        self.assertEqual(
            (provision.amount_tax, provision.amount_total), (300.0, 1800.0)
        )
        self.assertEqual(provision.state, "requested")
        deposit = provision._issue_deposit(date(2026, 3, 2))
        self.assertJournalItems(
            deposit, {"411100": 1800.0, "419100": -1500.0, "445740": -300.0}
        )
        self.assertEqual((provision.state, provision.amount_available), ("invoiced", 0))
        payment = self._pay_move(deposit, "2026-03-05")
        self.assertJournalItems(
            payment.move_id,
            {payment.outstanding_account_id.code: 1800.0, "411100": -1800.0},
        )
        vat = self._cash_basis(deposit)
        self.assertEqual(str(vat.date), "2026-03-05")
        self.assertJournalItems(vat, {"445740": 300.0, "445710": -300.0, "419100": 0.0})
        self.assertEqual((provision.state, provision.balance), ("paid", 1500.0))

        prebill, final = self._bill_case_6()
        self.assertEqual(prebill.amount_fees, 2728.0)
        self.assertEqual(prebill.amount_provision, 1500.0)
        self.assertEqual(
            (prebill.amount_untaxed, prebill.amount_tax, prebill.amount_total),
            (1369.60, 264.80, 1634.40),
        )
        self.assertEqual(final.amount_tax, 264.80)
        self.assertEqual(final.amount_total, 1634.40)
        self.assertJournalItems(
            final,
            {
                "411100": 1634.40,
                "419100": 1500.0,
                "706000": -2728.0,
                "708500": -96.0,
                "445740": -264.80,
                "467100": -45.60,
            },
        )
        self.assertEqual((provision.state, provision.balance), ("allocated", 0.0))
        self._pay_move(final, "2026-06-10")
        vat = self._cash_basis(final)
        balances = {
            line.account_id.code: line.balance
            for line in vat.line_ids
            if line.account_id.code.startswith("4457")
        }
        self.assertEqual(balances, {"445740": 264.80, "445710": -264.80})
        self.assertEqual(self._ledger_4191(), 0.0)
        self.assertLedgerTies()
        self.assertEqual(self.matter.amount_billed, 2824.0 + 45.60)

    def test_case_6_part_payment_of_the_final_invoice(self):
        """500,00 of 1 634,40: VAT due 264,80 × 500 / 1 634,40 = 81,01."""
        self._receive(self._ask())
        _prebill, final = self._bill_case_6()
        self._pay_move(final, "2026-06-10", amount=500.0)
        due = self._cash_basis(final).line_ids.filtered(
            lambda li: li.account_id.code == "445710"
        )
        self.assertEqual(due.balance, -81.01)

    def test_deposit_and_final_invoices_pass_every_validator(self):
        provision = self._ask()
        deposit = self._receive(provision, invoiced="2026-03-05")
        _prebill, final = self._bill_case_6()
        unpaid = self._ask(400)._issue_deposit(date(2026, 6, 1))
        excess = self._ask(200)
        self._receive(excess)
        refund = excess._refund(date(2026, 6, 2))
        moves = deposit | final | unpaid | refund
        self._send(moves)
        files = [self._get_files(move) for move in moves]
        for move, findings in zip(
            moves, facturx_checker.check_pdfs(files), strict=True
        ):
            self.assertEqual(findings, [], move.name)

        def read(move, path):
            tree = etree.fromstring(move.ubl_cii_xml_id.raw)
            return [element.text for element in cii.find_all(tree, path)]

        code = "rsm:ExchangedDocument/ram:TypeCode"
        process = (
            "rsm:ExchangedDocumentContext"
            "/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"
        )
        due = ".//ram:DueDateDateTime/udt:DateTimeString"
        self.assertEqual(
            [read(move, code) for move in moves], [["386"], ["380"], ["386"], ["503"]]
        )
        self.assertEqual(
            [read(move, process) for move in moves], [["S2"], ["S4"], ["S1"], ["S1"]]
        )
        self.assertEqual(read(deposit, due), ["20260305"])
        self.assertEqual(read(deposit, ".//ram:TotalPrepaidAmount"), ["1800.00"])
        self.assertEqual(read(deposit, ".//ram:DuePayableAmount"), ["0.00"])
        origin = ".//ram:InvoiceReferencedDocument/ram:IssuerAssignedID"
        self.assertEqual(read(final, origin), [deposit.name])
        self.assertEqual(read(refund, origin), [excess.deposit_number])
        self.assertEqual(read(final, ".//ram:DuePayableAmount"), ["1634.40"])
        self.assertIn("-1", read(final, ".//ram:BilledQuantity"))
        self.assertNotIn("-1500", "".join(read(final, ".//ram:ChargeAmount")))

    def test_printed_invoice_names_the_deposit_and_shows_gross_and_rest(self):
        deposit = self._receive(self._ask())
        _prebill, final = self._bill_case_6()
        values = final._legal_get_print_values()
        section = values["blocks"][-1]["sections"][-1]
        label = section["lines"][0]["label"]
        self.assertEqual(section["code"], "provisions")
        for part in (deposit.name, "05/03/2026", "1 500,00 €", "300,00 €"):
            self.assertIn(part.replace(" ", "\N{NO-BREAK SPACE}"), label)
        amounts = [
            row["amount"].replace("\N{NO-BREAK SPACE}", " ") for row in values["totals"]
        ]
        self.assertEqual(amounts[:2], ["3 434,40 €", "−1 800,00 €"])
        self.assertEqual(amounts[-1], "1 634,40 €")
        printed = deposit._legal_get_print_values()
        self.assertIn("Provision sur honoraires", " ".join(printed["mentions"]))

    def test_deduction_is_never_more_than_is_billed_under_the_same_tax(self):
        """2 000 received, 1 × 220 = 220 of fees and 45,60 advanced: 220 at most."""
        provision = self._ask(2000)
        self._receive(provision)
        self._create_entry(self.matter, "senior", 1.0, "2026-04-14")
        self._create_disbursement(self.matter, 45.60, "2026-04-16")
        prebill, move = self._bill(self.matter, "2026-05-29")
        self.assertEqual(prebill.amount_provision, 220.0)
        self.assertEqual(move.amount_total, 45.60)
        self.assertEqual((provision.state, provision.balance), ("partly", 1780.0))
        self.assertLedgerTies()

    def test_bill_wholly_covered_by_provisions(self):
        provision = self._ask(2000)
        self._receive(provision)
        self._create_entry(self.matter, "senior", 1.0, "2026-04-14")
        _prebill, move = self._bill(self.matter, "2026-05-29")
        self.assertEqual((move.amount_total, move.payment_state), (0.0, "paid"))
        self.assertEqual(provision.amount_available, 1780.0)

    def test_provision_on_disbursements_has_no_vat_and_covers_only_them(self):
        provision = self._ask(100, kind="disbursements")
        self.assertEqual((provision.amount_tax, provision.amount_total), (0.0, 100.0))
        self._receive(provision)
        prebill, move = self._bill_case_6()
        self.assertEqual(prebill.amount_provision, 45.60)
        self.assertEqual(move.amount_tax, 564.80)
        self.assertEqual(provision.balance, 54.40)

    def test_oldest_first_and_the_reviewer_chooses(self):
        old, new = self._ask(1000), self._ask(1000, date="2026-03-20")
        self._receive(old)
        self._receive(new)
        self._create_entry(self.matter, "senior", 6.0, "2026-04-14")  # 1 320
        prebill, _w = self.env["legal.prebill"]._generate(
            self.matter, date(2026, 5, 29)
        )
        lines = prebill.line_ids.filtered("provision_id").sorted("date")
        self.assertEqual(lines.mapped("amount"), [-1000.0, -320.0])
        lines[0].amount = -600
        self.assertEqual(lines.mapped("amount"), [-600.0, -720.0])
        lines[1].decision = "postpone"
        self.assertEqual(prebill.amount_provision, 600.0)
        lines[0].amount = -5000
        self.assertEqual(lines[0].amount, -1000.0, "never more than it holds")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            lines[0].amount = 10
        with self.assertRaises(ValidationError), self.cr.savepoint():
            lines[0].decision = "write_off"
        time = prebill.line_ids.filtered("entry_id")
        time.write(
            {"hours": 2.0, "decision": "write_down", "reason_id": self.reason.id}
        )
        self.assertEqual(lines[0].amount, -440.0, "nor than is billed")

    def test_two_prebills_never_promise_the_same_money(self):
        """The payer has another bill under way: what it promised is not free."""
        provision = self._ask(1000)
        self._receive(provision)
        self._create_entry(self.matter, "senior", 3.0, "2026-04-14")
        prebill, _w = self.env["legal.prebill"]._generate(
            self.matter, date(2026, 4, 30)
        )
        self.assertEqual(prebill.amount_provision, 660.0)
        self.assertEqual(provision._get_reserved(), {provision: 660.0})
        with self.assertRaises(UserError):
            provision._refund(date(2026, 5, 2), 500.0)
        provision._refund(date(2026, 5, 2), 340.0)
        self.assertEqual(provision.balance, 660.0)

    def test_each_payer_uses_his_own_provision(self):
        """1 100 of fees, 60 % for the client, 40 % for a friend who advanced 900.

        The friend owes 440 and uses 440; the client pays his 660.
        """
        friend = self.consumer.copy({"name": "Paul Ami"})
        self.env["legal.payer"].create(
            [
                {
                    "matter_id": self.matter.id,
                    "partner_id": friend.id,
                    "kind": "percent",
                    "percent": 40,
                },
                {
                    "matter_id": self.matter.id,
                    "partner_id": self.consumer.id,
                    "kind": "remainder",
                },
            ]
        )
        provision = self._ask(900, partner_id=friend.id)
        self._receive(provision)
        self._create_entry(self.matter, "senior", 5.0, "2026-04-14")
        prebill, moves = self._bill(self.matter, "2026-05-29")
        self.assertEqual(prebill.amount_provision, 440.0)
        totals = {move.partner_id: move.amount_total for move in moves}
        self.assertEqual(totals, {friend: 0.0, self.consumer: 792.0})
        self.assertEqual(provision.balance, 460.0)
        self.assertLedgerTies()

    def test_only_what_was_received_can_be_deducted(self):
        """600 of 1 800 received: 500 excluding VAT."""
        provision = self._ask()
        self._receive(provision, amount=600.0)
        self.assertEqual(provision.amount_available, 500.0)
        prebill, _move = self._bill_case_6(post=False)
        self.assertEqual(prebill.amount_provision, 500.0)

    def test_excess_is_credited_by_503_and_vat_comes_back(self):
        provision = self._ask()
        deposit = self._receive(provision)
        self._create_entry(self.matter, "senior", 5.0, "2026-04-14")  # 1 100
        self._bill(self.matter, "2026-05-29")
        refund = provision._refund(date(2026, 6, 2))
        self.assertEqual(refund._legal_get_document_type_code(), "503")
        self.assertEqual(refund._legal_get_preceding_invoices(), deposit)
        self.assertJournalItems(
            refund, {"411100": -480.0, "419100": 400.0, "445740": 80.0}
        )
        self._pay_move(refund, "2026-06-03")
        vat = self._cash_basis(refund)
        self.assertEqual(str(vat.date), "2026-06-03")
        self.assertEqual((provision.state, provision.balance), ("refunded", 0.0))
        self.assertLedgerTies()
        with self.assertRaises(UserError):
            provision._refund(date(2026, 6, 3))

    def test_deposit_invoice_is_made_once_and_kept_while_used(self):
        provision = self._ask()
        deposit = self._receive(provision)
        self.assertEqual(provision._issue_deposit(date(2026, 3, 6)), deposit)
        self.assertEqual(deposit._legal_get_document_kind(), "deposit")
        self._bill_case_6()
        with self.assertRaisesRegex(UserError, "credit those first"):
            deposit.button_draft()
        with self.assertRaises(UserError):
            provision.amount_untaxed = 10

    def test_credited_final_invoice_gives_the_provision_back(self):
        provision = self._ask()
        self._receive(provision)
        _prebill, final = self._bill_case_6()
        self.assertEqual(provision.balance, 0.0)
        credit = final._reverse_moves([{"invoice_date": "2026-06-01"}])
        credit.action_post()
        self.assertEqual((provision.balance, provision.amount_available), (1500, 1500))
        self.assertLedgerTies()

    def test_move_to_another_matter_needs_consent_of_the_same_client(self):
        other = self._create_matter(partner_id=self.consumer.id, name="Succession")
        self._create_agreement(other, [{"kind": "hourly"}])
        provision = self._ask()
        deposit = self._receive(provision)
        day = date(2026, 4, 2)
        with self.assertRaisesRegex(UserError, "until its client"):
            provision._move_to(other, 600, None, "", day)
        with self.assertRaisesRegex(UserError, "another matter of"):
            provision._move_to(self._create_matter(), 600, day, "Courriel", day)
        with self.assertRaisesRegex(UserError, "can move"):
            provision._move_to(other, 1501, day, "Courriel", day)
        moved = provision._move_to(other, 600, day, "Courriel du 2 avril", day)
        self.assertEqual((provision.balance, moved.balance), (900.0, 600.0))
        self.assertEqual((moved.state, moved.deposit_number), ("paid", deposit.name))
        self.assertEqual(self.matter.provision_balance, 900.0)
        self.assertLedgerTies()
        self._create_entry(other, "senior", 5.0, "2026-04-14")
        prebill, final = self._bill(other, "2026-05-29")
        self.assertEqual(prebill.amount_provision, 600.0)
        self.assertEqual(final._legal_get_preceding_invoices(), deposit)
        self.assertEqual((moved.state, moved.balance), ("allocated", 0.0))
        self.assertLedgerTies()

    # -- asking --------------------------------------------------------------------

    def test_balance_under_its_floor_prepares_one_request(self):
        """300 left, floor 500, level 2 000: 1 700 asked, once."""
        Provision = self.env["legal.provision"]
        self.matter.write({"provision_floor": 500, "provision_level": 2000})
        self._receive(self._ask(300))
        made = Provision._propose_low(self.matter)
        self.assertEqual((made.amount_untaxed, made.state), (1700.0, "draft"))
        self.assertEqual(made.activity_ids.user_id, self.matter.responsible_id)
        self.assertFalse(made.message_ids.filtered(lambda m: m.message_type == "email"))
        self.assertFalse(Provision._propose_low(self.matter), "once")
        made.action_mark_requested()
        Provision._cron_propose()
        self.assertEqual(Provision.search_count([("trigger", "=", "floor")]), 1)
        self._receive(made)
        self.assertFalse(Provision._propose_low(self.matter), "level reached")

    def test_posting_a_bill_prepares_the_next_request(self):
        self.matter.write({"provision_floor": 500, "provision_level": 1500})
        provision = self._ask()
        self._receive(provision)
        self.assertFalse(self.env["legal.provision"]._propose_low(self.matter))
        self._bill_case_6()
        made = self.matter.provision_ids - provision
        self.assertEqual((made.amount_untaxed, made.trigger), (1500.0, "floor"))

    def test_agreement_prepares_its_provisions_once(self):
        """One at signature, one on a day; a floor of 500 brings back to 900."""
        Provision = self.env["legal.provision"]
        matter = self._create_matter(partner_id=self.consumer.id, name="Bail")
        agreement = self._create_agreement(
            matter,
            [
                {"kind": "hourly"},
                {
                    "kind": "provision",
                    "name": "À la signature",
                    "amount": 800,
                    "provision_when": "signature",
                },
                {
                    "kind": "provision",
                    "name": "En avril",
                    "amount": 400,
                    "provision_when": "date",
                    "provision_on": "2026-04-01",
                },
                {
                    "kind": "provision",
                    "name": "Reconstitution",
                    "amount": 900,
                    "provision_when": "floor",
                    "provision_floor": 500,
                },
            ],
        )
        first = matter.provision_ids
        self.assertEqual((first.amount_untaxed, first.state), (800.0, "draft"))
        self.assertEqual(first.trigger, "agreement")
        self.assertTrue(first.activity_ids)
        Provision._cron_propose()
        Provision._cron_propose()
        self.assertEqual(
            sorted(matter.provision_ids.mapped("amount_untaxed")), [400.0, 800.0]
        )
        Provision._request_terms(
            agreement.term_ids.filtered(
                lambda term: term.kind == "provision" and term.provision_when != "floor"
            )
        )
        self.assertEqual(len(matter.provision_ids), 2, "each is asked for once")
        (matter.provision_ids - first).action_cancel()
        first.action_mark_requested()
        self._receive(first)
        self.assertFalse(Provision._propose_low(matter), "800 is over the floor")
        self._create_entry(matter, "senior", 2.0, "2026-04-20")  # 440
        self._bill(matter, "2026-05-29")
        last = matter.provision_ids.filtered(lambda p: p.trigger == "floor")
        self.assertEqual((last.amount_untaxed, last.state), (540.0, "draft"))

    def test_amounts_and_dates_are_checked(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._ask(0)
            self.env.flush_all()

    def test_constraints_are_in_the_database(self):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname IN %s",
            [
                (
                    "legal_provision_one_proposal",
                    "legal_prebill_line_provision_once",
                )
            ],
        )
        self.assertEqual(self.env.cr.rowcount, 2)
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname IN"
            " ('legal_provision_positive', 'legal_matter_provision_levels')"
        )
        self.assertEqual(self.env.cr.rowcount, 2)

    def test_letter_is_no_invoice_and_names_the_work(self):
        provision = self._ask(due_on="2026-03-20")
        values = provision._get_letter_values()
        self.assertIn("Assignation", values["work"])
        self.assertEqual(
            [row[1].replace("\N{NO-BREAK SPACE}", " ") for row in values["rows"]],
            ["1 500,00 €", "300,00 €", "1 800,00 €"],
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "legal_billing.report_provision", provision.ids
        )
        self.assertIn(provision.name, html.decode())
        self.assertFalse(provision.deposit_number)

    # -- properties ------------------------------------------------------------------

    def test_ledger_ties_after_many_operations(self):
        """Forty random steps: balances are the ledger, never below zero."""
        dice = random.Random(4191)
        matters = [self.matter]
        other = self._create_matter(partner_id=self.consumer.id, name="Bail")
        self._create_agreement(other, [{"kind": "hourly"}])
        matters.append(other)
        Provision = self.env["legal.provision"]
        day = date(2026, 4, 1)
        worked = 0
        for step in range(40):
            matter = dice.choice(matters)
            live = Provision.search([("matter_id", "=", matter.id)])
            action = dice.choice(
                ["ask", "pay", "pay", "bill", "bill", "refund", "move"]
            )
            try:
                with self.cr.savepoint():
                    if action == "ask":
                        self._ask(dice.randint(1, 90000) / 100, matter)
                    elif action == "pay":
                        for provision in live.filtered(
                            lambda p: p.state in ("requested", "invoiced")
                        )[:1]:
                            move = provision._issue_deposit(day)
                            part = dice.choice([0.37, 1])
                            self._pay_move(
                                move, day, round(move.amount_residual * part, 2)
                            )
                    elif action == "bill":
                        worked += 1
                        self._create_entry(
                            matter,
                            "senior",
                            dice.randint(1, 40) / 10,
                            date(2026, 1, 2 + worked % 26),
                        )
                        self._bill(matter, "2026-06-30")
                    elif action == "refund":
                        for provision in live.filtered("amount_available")[:1]:
                            provision._refund(
                                day, round(provision.amount_available / 2, 2)
                            )
                    else:
                        for provision in live.filtered("amount_available")[:1]:
                            target = other if matter != other else self.matter
                            provision._move_to(
                                target,
                                round(provision.amount_available / 3, 2),
                                day,
                                "Courriel",
                                day,
                            )
            except UserError as error:
                self.assertTrue(str(error))
            self.assertLedgerTies()
            for provision in Provision.search([]):
                self.assertGreaterEqual(provision.balance, 0.0, step)
                self.assertLessEqual(
                    round(provision.amount_deducted, 2),
                    round(provision.amount_received, 2),
                )
        finals = self.env["account.move"].search(
            [("is_legal", "=", True), ("state", "=", "posted")]
        )
        self.assertTrue(finals.filtered(lambda m: m._legal_get_deductions()))
        for move in finals:
            self.assertGreaterEqual(move.amount_total, 0.0)
