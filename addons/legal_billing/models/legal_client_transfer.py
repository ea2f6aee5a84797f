from odoo import models

from ..engine.transfer import epc_text
from ..report.qr import qr_data_uri
from .account_move_print import _group


class LegalClientLink(models.Model):
    """Paying what was chosen by one bank transfer, with one reference."""

    _inherit = "legal.client.link"

    def _announce_transfer(self, choice):
        """Return the transfer of this choice, in sudo."""
        self.ensure_one()
        # sudo: the payer says what he will transfer, for his own documents
        return (
            self.env["legal.payment.transfer"]
            .sudo()
            ._announce(
                self.partner_id,
                self.company_id,
                choice.currency,
                choice.get_share_values(),
            )
        )

    def _find_transfer(self, transfer_id):
        """Return a transfer this payer announced to this firm, or nothing."""
        self.ensure_one()
        # sudo: the link is the right
        transfer = self.env["legal.payment.transfer"].sudo().browse(transfer_id)
        transfer = transfer.exists().with_env(self.env)
        is_own = (
            transfer.partner_id == self.partner_id
            and transfer.company_id == self.company_id
        )
        return transfer if is_own else transfer.browse()

    def _get_transfer_rows(self, bank, reference, amount, currency):
        _ = self.env._
        rows = [
            (_("Amount"), self._format_money(amount, currency)),
            (_("Reference to quote"), reference),
            (_("IBAN"), _group(bank.sanitized_acc_number or "")),
            (_("BIC"), bank.bank_bic or ""),
            (
                _("Account holder"),
                bank and (bank.acc_holder_name or self.company_id.name) or "",
            ),
        ]
        return [{"label": label, "value": value} for label, value in rows if value]

    def _get_transfer_page(self, transfer):
        """Return plain values of the page that a banking application reads."""
        self.ensure_one()
        _ = self.env._
        lines = transfer.line_ids
        record = lines.move_id[:1] or lines.provision_id[:1]
        bank = (
            record.partner_bank_id
            if record._name == "account.move"
            else record._get_bank()
        )
        currency = transfer.currency_id
        reference = transfer._get_communication()
        code = ""
        if bank.acc_type == "iban" and currency.name == "EUR":
            code = epc_text(
                bank.acc_holder_name or self.company_id.name,
                (bank.sanitized_acc_number or "").upper(),
                bank.bank_bic,
                transfer.amount,
                reference,
            )
        return {
            "title": _("Bank transfer – %(firm)s", firm=self.company_id.name),
            "situation": "settled" if transfer.is_settled else "transfer",
            "firm": self._get_page_firm(),
            "contact": self._get_page_contact(),
            "amount": self._format_money(transfer.amount, currency),
            "details": self._get_transfer_rows(
                bank, reference, transfer.amount, currency
            ),
            "code": qr_data_uri(code) if code else "",
            "rows": [
                {
                    "label": line.move_id._legal_get_portal_name()
                    if line.move_id
                    else _("Provision %(number)s", number=line.provision_id.name),
                    "amount": self._format_money(line.amount, currency),
                }
                for line in lines
            ],
        }
