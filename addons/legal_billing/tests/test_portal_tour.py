from odoo.tests import tagged

from .portal_common import LegalPortalCommon


@tagged("post_install", "-at_install")
class TestPortalTour(LegalPortalCommon):
    """A client with a phone, a link and no account."""

    browser_size = "390x844"
    touch_enabled = True

    def test_client_pays_on_a_phone_and_the_minutes_are_paid(self):
        move = self._create_invoice()
        entry = move.invoice_line_ids.prebill_line_ids.entry_id
        self.start_tour(
            move.get_portal_url(), "legal_portal_pay", login=None, timeout=180
        )
        self.env.invalidate_all()
        self.assertEqual(entry.billing_status, "paid")
        self.assertEqual((move.payment_state, move.amount_residual), ("paid", 0.0))
        payment = move.transaction_ids.payment_id
        self.assertEqual(payment.reconciled_invoice_ids, move)
        tax_move = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", move.id)]
        )
        self.assertEqual(tax_move.state, "posted")
