from datetime import date

from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestDisputeCheck(DunningCommon):
    """A client who contests an invoice is not billed again without a look."""

    def test_client_in_dispute_is_told_before_the_next_bill(self):
        self._create_agreement(self.matter, [{"kind": "hourly"}])
        self._create_entry(
            self.matter, "partner", 1, "2026-04-01", narrative="Note sur la clause"
        )
        prebill, _w = self.env["legal.prebill"]._generate(
            self.matter, date(2026, 4, 30)
        )
        prebill.action_check()
        self.assertFalse(prebill.anomaly_ids)
        # of another matter of the same client, and of another client
        move = self._create_invoice(matter=self._create_matter(name="Secret"))
        other = self._create_invoice(partner_id=self.consumer.id)
        other.disputed_amount = 50
        prebill.action_check()
        self.assertFalse(prebill.anomaly_ids)

        move.disputed_amount = 200
        prebill.action_check()
        anomaly = prebill.anomaly_ids
        self.assertEqual((anomaly.code, anomaly.line_id.id), ("dispute", False))
        self.assertIn(move.name, anomaly.sentence)
        self.assertNotIn("Secret", anomaly.sentence)
        responsible = self.lawyers["partner"].user_id
        action = anomaly.with_user(responsible).action_mend()
        self.assertEqual(action["res_model"], "legal.prebill.hold")
        self.assertEqual(action["context"]["default_reason"], anomaly.sentence)
        move.disputed_amount = 0
        prebill.action_check()
        self.assertFalse(prebill.anomaly_ids)
