from odoo import fields, models

from .legal_invoice_status import REFUSALS


class AccountMove(models.Model):
    """The life of an invoice after it left: what the platform and the client said."""

    _inherit = "account.move"

    legal_status_ids = fields.One2many(
        "legal.invoice.status", "move_id", string="E-invoice Statuses", readonly=True
    )
    legal_message_ids = fields.One2many(
        "legal.einvoice.message", "move_id", string="E-invoice Exchanges", readonly=True
    )
    legal_ereporting_id = fields.Many2one(
        "legal.ereporting",
        "Reported in",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    def _legal_get_receipt_channel(self):
        """Return how a receipt is told: status 212, e-reporting 10.2 or 10.4."""
        self.ensure_one()
        code = self._legal_get_processing_code()
        if code.startswith("B2C"):
            return "10.4"
        return "10.2" if code.endswith("INT") else "status"

    def _legal_is_exchanged(self):
        """Tell whether a platform carries this invoice: to a business in France."""
        self.ensure_one()
        return (
            self._legal_is_checked()
            and self.state == "posted"
            and self._legal_get_processing_code() == "B2B"
        )

    def _legal_take_status(self, code, moment, reason=""):
        """Record what the platform said, once; warn the lead of a refusal.

        :return: the status, the one recorded before if it came twice
        """
        self.ensure_one()
        known = self.legal_status_ids.filtered(
            lambda status: status.code == code and status.date == moment
        )
        if known:
            return known[:1]
        status = self.env["legal.invoice.status"].create(
            {
                "move_id": self.id,
                "code": code,
                "date": moment,
                "day": moment.date(),
                "reason": reason,
            }
        )
        if code in REFUSALS:
            self._legal_tell_refusal(status)
        return status

    def _legal_tell_refusal(self, status):
        # sudo: the lead of a walled matter is told; only the invoice is named.
        lead = self.sudo().matter_ids.responsible_id[:1]
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=(lead or self.invoice_user_id or self.env.user).id,
            summary=self.env._(
                "The e-invoice was refused: correct it by a credit note"
            ),
            note=status.reason or "",
        )

    def _legal_get_amounts_by_rate(self):
        """Return {VAT rate: (base, VAT)} in the firm's currency, from the ledger.

        Disbursements are left out: they are no turnover of the firm's.
        """
        self.ensure_one()
        found = {}
        for line in self.line_ids:
            if line.display_type == "tax":
                rate, part = line.tax_line_id.amount, 1
            elif line.display_type == "product":
                taxes = line.tax_ids.flatten_taxes_hierarchy()
                # sudo: which section a line is in, whatever its matter's wall.
                if line.sudo().legal_category_id.section == "disbursements":
                    continue
                rate, part = sum(taxes.mapped("amount")), 0
            else:
                continue
            sums = found.setdefault(rate, [0.0, 0.0])
            sums[part] -= line.balance
        currency = self.company_currency_id
        return {
            rate: (currency.round(base), currency.round(tax))
            for rate, (base, tax) in sorted(found.items())
        }
