from odoo import fields, models

from ..engine import fees, split
from .account_edi_xml_cii import GOODS
from .legal_invoice_status import REFUSALS

# What is sold, in the codes of e-reporting (TT-81): goods or services that bear
# VAT, and what bears none in France.
TAXED_GOODS, TAXED_SERVICES, UNTAXED = "TLB1", "TPS1", "TNT1"
CATEGORIES = [
    (TAXED_GOODS, "Goods"),
    (TAXED_SERVICES, "Services"),
    (UNTAXED, "Without French VAT"),
]
# What an access point of Odoo's says of an invoice that did not leave by it.
NOT_LEFT = (False, "ready", "to_send", "skipped", "error", "canceled")


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

    def _legal_is_sale(self):
        """Tell whether this is turnover that the French tax office is told of.

        All that the firm sells is, whether it bills a matter or not: a return on a
        part of the sales would be wrong. A receipt without an invoice is for
        consumers.
        """
        self.ensure_one()
        if not self.company_id.partner_id._legal_is_french():
            return False
        if self.move_type == "out_receipt":
            return self._legal_get_processing_code().startswith("B2C")
        return self.is_sale_document()

    def _legal_is_exchanged(self):
        """Tell whether a platform carries this invoice: to a business in France.

        Ordinary invoices go the same way as soon as they are made by us; those that
        left by an access point of Odoo's are there already.
        """
        self.ensure_one()
        return (
            self.state == "posted"
            and self.is_sale_document()
            and self._legal_is_sale()
            and self._legal_is_cured()
            and self._legal_get_processing_code() == "B2B"
            and not self._legal_left_by_odoo()
        )

    def _legal_left_by_odoo(self):
        self.ensure_one()
        name = "peppol_move_state"
        return name in self._fields and self[name] not in NOT_LEFT

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

    def _legal_get_amounts_by_category(self):
        """Return {(category, VAT rate): (base, VAT)} in the firm's currency.

        From the ledger; the VAT of a rate is shared by the bases where goods and
        services bear it both. Disbursements are left out: they are no turnover of
        the firm's.
        """
        self.ensure_one()
        bases, vat = {}, {}
        for line in self.line_ids:
            if line.display_type == "tax":
                rate = line.tax_line_id.amount
                vat[rate] = vat.get(rate, fees.ZERO) - fees.to_decimal(line.balance)
            elif line.display_type == "product":
                # sudo: which section a line is in, whatever its matter's wall.
                if line.sudo().legal_category_id.section == "disbursements":
                    continue
                rate = sum(line.tax_ids.flatten_taxes_hierarchy().mapped("amount"))
                of_rate = bases.setdefault(rate, {})
                category = self._legal_get_category(line, rate)
                of_rate[category] = of_rate.get(category, fees.ZERO) - fees.to_decimal(
                    line.balance
                )
        quantum = fees.to_decimal(self.company_currency_id.rounding)
        found = {}
        for rate in sorted(bases.keys() | vat.keys()):
            sums = bases.get(rate) or {TAXED_SERVICES: fees.ZERO}
            weights = list(sums.values())
            whole = vat.get(rate, fees.ZERO)
            if not sum(weights):  # bases that cancel out bear no VAT to share
                weights = [fees.to_decimal(1)] * len(sums)
            parts = split.by_weights(whole, weights, quantum)
            for (category, base), tax in zip(sums.items(), parts, strict=True):
                found[category, rate] = (float(base), float(tax))
        return found

    def _legal_get_category(self, line, rate):
        """Return the e-reporting category of a line: goods, services, or no VAT."""
        if not rate:
            return UNTAXED
        if self.is_legal:
            return TAXED_SERVICES
        return TAXED_GOODS if line._legal_get_operation() == GOODS else TAXED_SERVICES
