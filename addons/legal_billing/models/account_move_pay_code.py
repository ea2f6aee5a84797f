from odoo import models

from ..engine.transfer import epc_text
from ..report.qr import qr_data_uri


class AccountMove(models.Model):
    """The codes that a telephone reads off an invoice to pay it."""

    _inherit = "account.move"

    def _legal_get_pay_codes(self, payment):
        """Return the QR codes to print, by the firm's choice."""
        _ = self.env._
        wanted = self.company_id.legal_invoice_codes or "link"
        codes = []
        if wanted in ("link", "both"):
            codes.append(
                {
                    "image": qr_data_uri(payment["link"]),
                    "link": payment["link"],
                    "label": payment["online"],
                    "short": _("Pay online"),
                    "scan": _("Scan this code, or open the link in our e-mail."),
                }
            )
        epc = self._legal_get_epc_text() if wanted in ("epc", "both") else ""
        if epc:
            codes.append(
                {
                    "image": qr_data_uri(epc),
                    "link": "",
                    "label": _("By transfer, already filled in"),
                    "short": _("Pay by transfer"),
                    "scan": _("Scan this code in your bank's application."),
                }
            )
        return codes

    def _legal_get_epc_text(self):
        """Return what the code of a transfer says (EPC069-12, version 2).

        Empty where the scheme does not reach: no IBAN, or not in euros.
        """
        bank = self.partner_bank_id
        iban = (bank.sanitized_acc_number or "").upper()
        if bank.acc_type != "iban" or self.currency_id.name != "EUR":
            return ""
        return epc_text(
            bank.acc_holder_name or self.company_id.name,
            iban,
            bank.bank_bic,
            self.currency_id.round(self.amount_residual),
            self.payment_reference or self.name or "",
            is_free_text=True,
        )
