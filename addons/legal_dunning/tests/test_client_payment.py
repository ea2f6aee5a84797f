from odoo.tests import tagged

from odoo.addons.legal_billing.tests.client_payment_common import (
    NOTHING,
    LegalClientPaymentCommon,
)
from odoo.addons.legal_billing.tests.portal_common import Refused


@tagged("post_install", "-at_install")
class TestClientPaymentDunning(LegalClientPaymentCommon):
    """What is contested is not eaten; instalments are paid with the rest."""

    def _contest(self, move, amount):
        return (
            self.env["legal.dispute"]
            .sudo()
            .create({"move_id": move.id, "scope": "part", "amount_stated": amount})
        )

    def test_contested_part_stays_out_of_the_choice(self):
        self._contest(self.old, 700.0)
        self._contest(self.late, 80.0)
        _response, _situation, text = self._step(*self.moves)
        self.assertIn("900,00", text)  # 500 of 1200, 400, nothing of 80
        choice = self.link._choose(self._keys(self.moves))
        self.assertEqual((choice.total, len(choice.problems)), (900.0, 1))
        self.assertEqual(self.link._choose(self._keys(self.old), "501").typed, "")
        with self.assertRaisesRegex(Refused, NOTHING):
            self._begin(*self.moves, total=1680.0)
        transaction = self._settle(self.old, self.middle)
        self.assertEqual(
            self._settled(transaction), {self.old: 500.0, self.middle: 400.0}
        )
        self.assertEqual(self.old.amount_residual, 700.0)
        self.assertEqual(self.old.disputed_amount, 700.0)

    def test_contested_between_page_and_payment(self):
        keys = self._keys(self.moves)
        total = self.link._choose(keys).total
        self._contest(self.middle, 100.0)
        with self.assertRaisesRegex(Refused, NOTHING):
            self._begin(*self.moves, total=total)
        self.assertFalse(self.moves.transaction_ids)

    def test_instalment_and_an_invoice_in_one_payment(self):
        plan = self._agree(self.old | self.middle)
        first, second = plan.instalment_ids.sorted("due_on")[:2]
        key = f"n{first.id}"
        choice = self.link._choose([key, f"i{self.late.id}"])
        self.assertEqual((choice.problems, choice.total), ([], 880.0))
        for keys in ([f"n{second.id}"], ["n999999"]):
            with self.subTest(keys), self.assertRaisesRegex(Refused, NOTHING):
                self._begin(self.late, keys=keys, total=80.0)
        # the invoice of a plan is paid by its instalments
        with self.assertRaises(Refused):
            self._begin(self.old, total=1200.0)
        transaction = self._begin(self.late, keys=[key])
        twice = self._begin(keys=[key])
        self.assertEqual(self._shares(transaction), {self.old: 800.0, self.late: 80.0})
        self.assertEqual(transaction.legal_share_ids.sudo().instalment_id, first)
        self._end_payment(transaction)
        self._end_payment(twice)
        self.assertEqual((transaction.state, twice.state), ("done", "error"))
        transaction._post_process()
        self.assertEqual(self._settled(transaction), {self.old: 800.0, self.late: 80.0})
        self.assertEqual((first.amount_left, second.amount_left), (0.0, 800.0))
        # the last one ends the plan, over two invoices
        last = self._settle(keys=[f"n{second.id}"])
        self.assertEqual(self._settled(last), {self.old: 400.0, self.middle: 400.0})
        self.assertEqual(plan.state, "done")
        _response, situation, text = self._receipt(last)
        self.assertEqual(situation, "done")
        self.assertIn(self.middle.name, text)

    def _agree(self, moves):
        plan = self.env["legal.payment.plan"]._prepare_for(
            moves, instalment_count=2, first_on="2099-01-31"
        )
        plan.sudo().state = "running"
        return plan.sudo()
