from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common_document import real_send
from .facturx_checker import check_pdf
from .portal_common import LegalPortalCommon


@tagged("post_install", "-at_install")
class TestChain(LegalPortalCommon):
    """The whole chain in a real browser: from the minute to the euro.

    A partner records, approves, pre-bills, writes down, approves, posts and
    sends; the client pays on a phone; the minute says that it is paid.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_user = cls.lawyers["partner"].user_id
        cls.partner_user.write(
            {
                "password": cls.partner_user.login,
                "lang": "fr_FR",
                "group_ids": [
                    Command.link(
                        cls.env.ref("legal_billing.group_legal_billing_manager").id
                    )
                ],
            }
        )
        cls.reason.with_context(lang="fr_FR").name = "E2E geste commercial"
        cls.client.invoice_sending_method = "email"
        cls.matter = cls._create_matter(matter_number="D9999-001")
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])

    def _tour(self, action, tour, record=None):
        url = f"/odoo/action-{action}" + (f"/{record.id}" if record else "")
        self.start_tour(url, tour, login=self.partner_user.login, timeout=120)
        self.env.invalidate_all()

    def _make_documents_for_good(self):
        """Have the server of this test make real PDFs, XML embedded, when it sends.

        Only while it makes them: the web server itself needs the test's mode.
        """
        sender = type(self.env["account.move.send"])
        original = sender._generate_invoice_documents

        def make(send, *args, **kw):
            with real_send(send.env) as env:
                return original(send.with_env(env), *args, **kw)

        self.startPatcher(patch.object(sender, "_generate_invoice_documents", make))

    def test_from_the_minute_to_the_euro(self):
        self._tour(
            "legal_timesheet.legal_time_quick_entry_action", "legal_chain_record"
        )
        entry = self.env["account.analytic.line"].search(
            [("matter_id", "=", self.matter.id)]
        )
        self.assertEqual((entry.unit_amount, entry.hours_billable), (3.0, 3.0))
        self._tour(
            "legal_timesheet.legal_time_entry_action_all", "legal_chain_approve", entry
        )
        self.assertEqual((entry.billing_status, entry.rate), ("approved", 280.0))

        self._make_documents_for_good()
        self._tour(
            "legal_timesheet.legal_matter_action", "legal_chain_bill", self.matter
        )
        prebill = self.matter.prebill_ids
        line = prebill.line_ids
        self.assertEqual(
            (line.decision, line.reason_id, line.amount_lost),
            ("write_down", self.reason, 280.0),
        )
        move = prebill.move_ids
        self.assertEqual((move.state, move.amount_total), ("posted", 672.0))
        self.assertEqual(entry.billing_status, "billed")
        self.assertTrue(move.is_move_sent)
        self.assertEqual(check_pdf(move.invoice_pdf_report_id.raw), [])
        mail = move.message_ids.filtered(lambda m: self.client in m.partner_ids)[:1]
        self.assertIn(f"row=i{move.id}", str(mail.body))

        self.browser_size, self.touch_enabled = "390x844", True
        self.start_tour(
            move.get_portal_url(), "legal_portal_pay", login=None, timeout=180
        )
        self.env.invalidate_all()
        self.assertEqual((move.payment_state, move.amount_residual), ("paid", 0.0))
        self.assertEqual(entry.billing_status, "paid")
