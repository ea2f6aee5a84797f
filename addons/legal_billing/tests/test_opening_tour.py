from odoo import Command
from odoo.tests import HttpCase, tagged

from .signature_common import LegalSignatureCommon


@tagged("post_install", "-at_install")
class TestOpeningTour(LegalSignatureCommon, HttpCase):
    """From a new matter to a signed agreement, in fewer than 15 interactions."""

    def test_a_matter_opens_and_its_agreement_is_signed(self):
        payment = self.env.ref("account.account_payment_term_30days")
        self.client.with_company(self.company).property_payment_term_id = payment
        self.company.legal_bar = "Lyon"
        user = self.lawyers["partner"].user_id
        user.write(
            {
                "password": user.login,
                "lang": "fr_FR",
                "group_ids": [
                    Command.link(
                        self.env.ref("legal_billing.group_legal_billing_manager").id
                    )
                ],
            }
        )
        self.start_tour(
            "/odoo/action-legal_timesheet.legal_matter_action",
            "legal_opening_firm",
            login=user.login,
            timeout=120,
        )
        self.env.invalidate_all()
        matter = self.env["legal.matter"].search(
            [("name", "=", "Recouvrement Bellerive")]
        )
        agreement = matter.agreement_ids
        self.assertEqual((matter.state, agreement.state), ("open", "sent"))
        self.assertEqual(agreement._get_missing_content(), [])

        mail = self._mails(agreement)
        link = mail.body_html.split('href="')[1].split('"')[0].replace("&amp;", "&")
        self.browser_size, self.touch_enabled = "390x844", True
        path = "/" + link.split("/", 3)[3]
        self.start_tour(path, "legal_opening_client", login=None, timeout=120)
        self.env.invalidate_all()
        self.assertEqual(agreement.state, "signed")
        self.assertEqual(agreement.evidence_ids.typed_name, "Paul Vauban")
        self.assertTrue(agreement.signed_attachment_id)
