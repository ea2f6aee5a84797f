from collections import Counter
from datetime import date

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .test_credit_note import CREDITED, CreditCommon
from .test_provision import ProvisionCommon

MONTH_END = date(2026, 3, 31)
EXAMPLES, STEPS = 6, 50
PICK = st.integers(0, 999)
#: what must hold after every operation
EACH_TIME = ("status", "bills", "provisions")
#: and what must hold at the end of each life as well
FAMILIES = (*EACH_TIME, "accounts")


class BillingLife(RuleBasedStateMachine):
    """A firm that bills, corrects and is paid, in any order.

    A refusal is an answer; what must never happen is that a state, a pre-bill, an
    invoice and the ledger tell different stories.
    """

    case = None
    done = Counter()

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.savepoint.__enter__()
        self.days = 0
        self.is_changed = True

    def teardown(self):
        self._check_books(FAMILIES)
        self.savepoint.rollback()
        self.env.invalidate_all()
        super().teardown()

    # -- tools ------------------------------------------------------------

    def _try(self, name, operation):
        try:
            with self.env.cr.savepoint():
                operation()
                self.env.flush_all()
            self.is_changed = True
        except (UserError, ValidationError):
            self.env.invalidate_all()
            name = f"{name} refused"
        type(self).done[name] += 1

    def _one(self, model, domain, pick):
        found = self.env[model].search(
            [("matter_id", "in", self.case.matters.ids), *domain], order="id"
        )
        return found[pick % len(found)] if found else found

    def _move(self, pick, *domain):
        found = self.env["account.move"].search(
            [
                ("company_id", "=", self.case.company.id),
                ("is_legal", "=", True),
                *domain,
            ],
            order="id",
        )
        return found[pick % len(found)] if found else found

    def _invoice_of(self, pick):
        return self._move(
            pick,
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("legal_provision_id", "=", False),
        )

    # -- before the invoice ---------------------------------------------------------

    @rule(pick=PICK, tenths=st.integers(1, 25))
    def work(self, pick, tenths):
        self.days += 1
        matter = self.case.matters[pick % len(self.case.matters)]
        lawyer = ("partner", "senior", "associate")[pick % 3]
        day = date(2026, 3, 1 + self.days % 28)
        self._try(
            "work",
            lambda: self.case._create_entry(matter, lawyer, tenths / 10, day),
        )

    @rule(pick=PICK, cents=st.integers(1, 30000))
    def spend(self, pick, cents):
        matter = self.case.matters[pick % len(self.case.matters)]
        self._try(
            "spend",
            lambda: self.case._create_cost(
                matter, "expense", cents / 100, "2026-03-05"
            ),
        )

    @rule(pick=PICK)
    def generate(self, pick):
        matter = self.case.matters[pick % len(self.case.matters)]
        self._try(
            "generate",
            lambda: self.env["legal.prebill"]._generate(matter, MONTH_END),
        )

    @rule(
        pick=PICK,
        decision=st.sampled_from(("bill", "no_charge", "write_off", "postpone")),
    )
    def decide(self, pick, decision):
        line = self._one(
            "legal.prebill.line",
            [
                ("prebill_id.state", "in", ("draft", "in_review")),
                ("kind", "in", ("time", "cost")),
            ],
            pick,
        )
        loses = decision in ("no_charge", "write_off")
        self._try(
            decision,
            lambda: line.write(
                {"decision": decision, "reason_id": loses and self.case.reason.id}
            ),
        )

    @rule(pick=PICK, percent=st.integers(1, 99))
    def write_down(self, pick, percent):
        line = self._one(
            "legal.prebill.line",
            [("prebill_id.state", "=", "draft"), ("kind", "=", "time")],
            pick,
        )
        self._try(
            "write down",
            lambda: (
                line
                and line.write(
                    {
                        "decision": "write_down",
                        "amount": line.currency_id.round(
                            line.amount_proposed * percent / 100
                        ),
                        "reason_id": self.case.reason.id,
                    }
                )
            ),
        )

    @rule(pick=PICK, by=st.sampled_from(("person", "month", "section", False)))
    def divide(self, pick, by):
        prebill = self._one(
            "legal.prebill", [("state", "in", ("draft", "approved"))], pick
        )
        self._try("divide", lambda: prebill and prebill._divide(by))

    @rule(pick=PICK)
    def approve(self, pick):
        prebill = self._one("legal.prebill", [("state", "=", "draft")], pick)
        self._try("approve", lambda: prebill and prebill.action_approve())

    @rule(pick=PICK, method=st.sampled_from(("action_reopen", "action_cancel")))
    def go_back(self, pick, method):
        prebill = self._one(
            "legal.prebill", [("state", "in", ("draft", "approved"))], pick
        )
        self._try(method, lambda: getattr(prebill, method)())

    # -- invoices ------------------------------------------------------------

    @rule(pick=PICK, post=st.booleans())
    def invoice(self, pick, post):
        prebill = (
            self._one("legal.prebill", [("state", "in", ("draft", "approved"))], pick)
            or self.env["legal.prebill"]._generate(
                self.case.matters[pick % len(self.case.matters)], MONTH_END
            )[0]
        )

        def operation():
            if prebill.state == "draft":
                prebill.action_approve()
            moves = prebill._create_invoices(MONTH_END)
            if post or pick % 2:
                moves.action_post()

        self._try("invoice", operation)

    @rule()
    def invoice_together(self):
        prebills = self.env["legal.prebill"].search(
            [
                ("matter_id", "in", self.case.matters.ids),
                ("state", "in", ("draft", "approved")),
            ]
        )

        def operation():
            prebills.filtered(lambda p: p.state == "draft").action_approve()
            prebills._invoice_together(MONTH_END).action_post()

        self._try("invoice together", operation)

    @rule(pick=PICK)
    def post(self, pick):
        move = self._move(pick, ("state", "=", "draft"))
        self._try("post", lambda: move and move.action_post())

    @rule(pick=PICK, cancel=st.booleans())
    def undo_document(self, pick, cancel):
        move = self._move(pick, ("state", "in", ("posted", "draft")))
        self._try(
            "cancel" if cancel else "reset",
            lambda: move and (move.button_cancel if cancel else move.button_draft)(),
        )

    @rule(pick=PICK, percent=st.sampled_from((10, 33, 50, 100)))
    def pay(self, pick, percent):
        move = self._move(
            pick,
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("amount_residual", ">", 0),
        )

        def operation():
            # Without figures on rows just made, PostgreSQL plans Odoo's query from
            # payments to invoices as if the ledger were empty: seconds each time.
            self.env.flush_all()
            self.env.cr.execute(
                "ANALYZE account_move, account_move_line, account_payment,"
                " account_partial_reconcile"
            )
            amount = move.currency_id.round(move.amount_residual * percent / 100)
            self.case._pay_move(move, CREDITED, amount)

        self._try("pay", lambda: move and operation())

    # -- after the invoice ------------------------------------------------------------

    @rule(
        pick=PICK,
        outcome=st.sampled_from(("give_back", "write_off", "reduce")),
        percent=st.integers(1, 100),
    )
    def credit_lines(self, pick, outcome, percent):
        move = self._invoice_of(pick)

        def operation():
            lines = move.prebill_ids.line_ids.filtered(
                lambda li: li.is_live and li.kind in ("time", "cost", "instalment")
            ).filtered(lambda li: move in li.invoice_line_ids.move_id)
            if not lines:
                return
            chosen = lines[pick % len(lines) :][:2]
            rows = [(line, outcome) for line in chosen]
            if outcome == "reduce":
                line = chosen[:1]
                amount = line.currency_id.round(line.amount_net * percent / 100)
                rows = [(line, outcome, amount)]
            self.case._credit(move, *rows, reason_id=self.case.reason.id)

        self._try(f"credit: {outcome}", lambda: move and operation())

    @rule(pick=PICK)
    def reverse(self, pick):
        move = self._invoice_of(pick)
        self._try(
            "reverse",
            lambda: move._reverse_moves(
                [{"date": CREDITED, "invoice_date": CREDITED} for _move in move]
            ).action_post(),
        )

    @rule(pick=PICK)
    def rebill(self, pick):
        refund = self._move(
            pick, ("move_type", "=", "out_refund"), ("state", "=", "posted")
        )
        self._try("rebill", lambda: refund and refund.action_legal_rebill())

    # -- provisions ------------------------------------------------------------

    @rule(pick=PICK, euros=st.integers(50, 900))
    def provision(self, pick, euros):
        matter = self.case.matters[pick % 2]
        self._try(
            "provision",
            lambda: self.case._receive(self.case._ask(euros, matter=matter)),
        )

    @rule(pick=PICK)
    def refund_provision(self, pick):
        found = self._one("legal.provision", [("balance", ">", 0)], pick)
        self._try("refund provision", lambda: found and found._refund(CREDITED))

    # -- the identities ------------------------------------------------------------

    @invariant()
    def one_story(self):
        if not self.is_changed:
            return  # refused: the savepoint took it back
        self.is_changed = False
        self._check_books(EACH_TIME)
        self._check_sources()

    def _check_books(self, families):
        rows = self.env["legal.ledger.check"]._get_rows(self.case.company, families)
        off = [
            (row["name"], row["amount_ours"], row["amount_ledger"], row["off_ids"])
            for row in rows
            if row["is_off"]
        ]
        assert not off, off

    def _check_sources(self):
        """A source is free, or on exactly one live pre-bill line."""
        self.env.cr.execute(
            """SELECT a.id, a.billing_status, COUNT(l.id)
                 FROM account_analytic_line a
                 LEFT JOIN legal_prebill_line l ON l.entry_id = a.id AND l.is_live
                WHERE a.matter_id IN %s AND a.project_id IS NOT NULL
                GROUP BY a.id, a.billing_status
               HAVING COUNT(l.id) != CASE WHEN a.billing_status IN
                      ('draft', 'submitted', 'approved') THEN 0 ELSE 1 END""",
            [tuple(self.case.matters.ids)],
        )
        wrong = self.env.cr.fetchall()
        assert not wrong, wrong


@tagged("post_install", "-at_install")
class TestReconciliation(CreditCommon, ProvisionCommon):
    """States, pre-bills, invoices and ledger are one story, whatever people do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.legal_seals_entries = False  # lives take drafts back
        cls.matters = cls.env["legal.matter"]
        terms = (
            [{"kind": "hourly", "discount_percent": 7, "cap_amount": 900}],
            [
                {
                    "kind": "fixed",
                    "amount": 777.77,
                    "instalment_ids": [
                        Command.create(
                            {"name": "1", "due_on": "2026-03-02", "amount": 333.33}
                        ),
                        Command.create(
                            {"name": "2", "due_on": "2026-03-20", "amount": 444.44}
                        ),
                    ],
                    "activity_code_ids": [
                        Command.set(cls.env["legal.activity.code"].search([])[:1].ids)
                    ],
                },
                {"kind": "hourly"},
            ],
        )
        for own in terms:
            matter = cls._create_matter()
            cls._create_agreement(matter, own)
            cls.matters |= matter
        shared = cls._create_matter(
            payer_ids=[
                Command.create(
                    {
                        "partner_id": cls.consumer.id,
                        "kind": "percent",
                        "percent": 33.33,
                    }
                ),
                Command.create({"partner_id": cls.client.id, "kind": "remainder"}),
            ]
        )
        cls._create_agreement(shared, [{"kind": "hourly"}])
        cls.matters |= shared
        for day, matter in enumerate(cls.matters, 1):
            for lawyer, hours in (("partner", 1.3), ("senior", 0.7)):
                cls._create_entry(matter, lawyer, hours, date(2026, 3, day))
            cls._create_cost(matter, "expense", 33.33, date(2026, 3, day))

    def test_300_operations_tell_one_story(self):
        BillingLife.case, BillingLife.done = self, Counter()
        run_state_machine_as_test(
            BillingLife,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        self.assertGreaterEqual(sum(BillingLife.done.values()), EXAMPLES * STEPS)
        for name in ("invoice", "pay", "credit: give_back", "reverse", "rebill"):
            self.assertTrue(BillingLife.done[name], BillingLife.done)

    def test_a_state_that_was_forced_is_found(self):
        """The checks compare: what is wrong shows, with the record."""
        entry = self._create_entry(self.matters[2], "partner", 1, "2026-03-02")
        _prebill, moves = self._bill(self.matters[2], MONTH_END)
        rows = self.env["legal.ledger.check"]._get_rows(self.company)
        wanted = [r for r in rows if r["family"] in FAMILIES]
        self.assertFalse([row for row in wanted if row["is_off"]])
        self.env.cr.execute(
            "UPDATE account_analytic_line SET billing_status = 'paid' WHERE id = %s",
            [entry.id],
        )
        self.env.invalidate_all()
        rows = self.env["legal.ledger.check"]._get_rows(self.company)
        off = [row for row in rows if row["is_off"] and row["family"] == "status"]
        self.assertEqual([row["off_ids"] for row in off], [[entry.id]] * 2)
        self.assertEqual(sum(row["difference"] for row in off), 0.0)
        checks = self.env["legal.ledger.check"]
        checks._rebuild(self.company)
        found = checks.search([("is_off", "=", True), ("family", "=", "status")])
        self.assertEqual(found[0].action_open_off()["domain"][0][2], [entry.id])
