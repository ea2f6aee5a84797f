from odoo.tests import tagged

from odoo.addons.legal_billing.tests.facturx_checker import check_pdfa

from .common import FIRST, DunningCommon


@tagged("post_install", "-at_install")
class TestLetter(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.email = False

    def test_letter_is_a_pdfa(self):
        self._create_invoice()
        self._create_invoice(500)
        action = self._run(FIRST)
        ((name, content),) = action._legal_documents()
        self.assertTrue(name.endswith(".pdf"))
        self.assertEqual(content[:5], b"%PDF-")
        self.assertEqual(check_pdfa(content), [])

    def test_letter_is_a_private_file_of_the_message(self):
        self._create_invoice()
        attachment = self._run(FIRST).attachment_id
        self.assertFalse(attachment.public)
        self.assertFalse(attachment.access_token)
        self.assertEqual(attachment.res_model, "legal.dunning.action")

    def test_run_again_makes_no_second_letter(self):
        self._create_invoice()
        action = self._run(FIRST)
        attachment = action.attachment_id
        self._run(FIRST)
        self.assertEqual(action.attachment_id, attachment)
        self.assertEqual(
            self.env["ir.attachment"].search_count(
                [("res_model", "=", "legal.dunning.action"), ("res_id", "=", action.id)]
            ),
            1,
        )

    def test_renderer_failure_is_kept_on_its_message(self):
        from unittest.mock import patch

        from odoo.tools import mute_logger

        self._create_invoice()
        self._create_invoice(partner_id=self.consumer.id, matter=None)
        with (
            patch(
                "odoo.addons.legal_billing.report.renderer.lay_out",
                side_effect=OSError("no font"),
            ),
            mute_logger("odoo.addons.legal_dunning.models.legal_dunning_sending"),
        ):
            actions = self._run(FIRST)
        failed = actions.filtered(lambda a: a.state == "failed")
        self.assertEqual(failed.failure_reason, "no font")
        self.assertEqual((actions - failed).state, "sent")
        self.assertEqual(self._run(FIRST).state, "ready")
