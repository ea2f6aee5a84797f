from odoo.tests import tagged

from .test_agreement_portal import AgreementPortalCommon
from .test_agreement_signature import read_pdf


@tagged("post_install", "-at_install")
class TestAgreementTour(AgreementPortalCommon):
    """A client with a phone, the link of an e-mail and no account."""

    browser_size = "390x844"
    touch_enabled = True

    def test_client_reads_and_signs_on_a_phone(self):
        mail = self._mails(self.agreement)
        link = mail.body_html.split('href="')[1].split('"')[0].replace("&amp;", "&")
        path = "/" + link.split("/", 3)[3]
        self.start_tour(path, "legal_portal_sign", login=None, timeout=180)
        self.env.invalidate_all()
        self.assertEqual(self.agreement.state, "signed")
        text = read_pdf(self.agreement.signed_attachment_id.raw)
        self.assertIn("Paul Vauban", text)
        self.assertIn(self.agreement.evidence_ids.sha256, text)
        self.assertTrue(self.agreement.evidence_ids.signature)
