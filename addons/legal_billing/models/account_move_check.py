import re
from decimal import Decimal

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from odoo import models
from odoo.exceptions import UserError

from .account_move_document import Finding

# Greece writes its VAT numbers EL; Northern Ireland's goods have XI.
VAT_PREFIXES = {"GR": ("EL",), "GB": ("GB", "XI"), "MC": ("FR",)}
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class AccountMove(models.Model):
    """Numbers, rates and amounts that a platform or a bank would refuse."""

    _inherit = "account.move"

    def _legal_check_firm(self):
        sentences = super()._legal_check_firm()
        siren = self.company_id.partner_id._legal_get_siren()
        if siren and not luhn.is_valid(siren):
            sentences.append(self._legal_say_siren(self.company_id, siren))
        iban = re.sub(r"\W", "", self.partner_bank_id.acc_number or "").upper()
        if self.move_type == "out_invoice" and re.match(r"[A-Z]{2}\d\d", iban):
            if not mod_97_10.is_valid(iban[4:] + iban[:4]):
                sentences.append(
                    Finding(
                        self.env._(
                            "The account %(iban)s of the invoice %(invoice)s is no"
                            " valid IBAN, its check digits are wrong: correct it on the"
                            " bank account of %(firm)s.",
                            iban=self.partner_bank_id.acc_number,
                            invoice=self._legal_get_label(),
                            firm=self.company_id.name,
                        ),
                        self.partner_bank_id,
                        "acc_number",
                    )
                )
        return sentences

    def _legal_check_client(self):
        sentences = super()._legal_check_client()
        client = self.commercial_partner_id
        siren = client._legal_get_siren()
        if siren and not luhn.is_valid(siren):
            sentences.append(self._legal_say_siren(client, siren))
        sentences += self._legal_check_vat_number(client)
        return sentences

    def _legal_say_siren(self, party, siren):
        return Finding(
            self.env._(
                "The SIREN %(siren)s of %(name)s is not valid, its last digit does not"
                " match the others: correct the Company ID on its form.",
                siren=siren,
                name=party.name,
            ),
            party,
            "company_registry",
        )

    def _legal_check_vat_number(self, client):
        """A reverse charge stands on the client's own VAT number (CGI 242 nonies A)."""
        vat = re.sub(r"\W", "", client.vat or "").upper()
        country = client.country_id.code or ""
        if "reverse_charge" in self._legal_get_vat_cases() and not vat:
            return [
                Finding(
                    self.env._(
                        "The invoice %(invoice)s leaves the VAT to %(client)s, who has"
                        " no VAT number: enter it on the client's form, or bill with"
                        " VAT.",
                        invoice=self._legal_get_label(),
                        client=client.name,
                    ),
                    client,
                    "vat",
                )
            ]
        prefixes = VAT_PREFIXES.get(country, (country,))
        if not vat[:2].isalpha() or vat[:2] in prefixes:
            return []
        if country in self.env.ref("base.europe").country_ids.mapped("code"):
            return [
                Finding(
                    self.env._(
                        "The VAT number %(vat)s of %(client)s is not one of its country"
                        " %(country)s: correct one or the other on the client's form.",
                        vat=client.vat,
                        client=client.name,
                        country=client.country_id.name,
                    ),
                    client,
                    "vat",
                )
            ]
        return []

    def _legal_check_lines(self):
        sentences = super()._legal_check_lines()
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        sentences += self._legal_check_words(lines)
        sentences += self._legal_check_rates(lines)
        sentences += self._legal_check_amounts(lines)
        return sentences

    def _legal_check_words(self, lines):
        _ = self.env._
        sentences = []
        for rank, line in enumerate(lines, 1):
            name = (line.name or "").strip()
            if not name and not line.product_id:
                sentences.append(
                    self._legal_find_in_lines(
                        _(
                            "Line %(rank)s of the invoice %(invoice)s says nothing:"
                            " enter its description, or delete the line.",
                            rank=rank,
                            invoice=self._legal_get_label(),
                        )
                    )
                )
            if UNPRINTABLE.search(name):
                sentences.append(
                    self._legal_find_in_lines(
                        _(
                            "Line %(rank)s of the invoice %(invoice)s holds an"
                            " invisible control character, which an e-invoice cannot"
                            " carry: type its description anew.",
                            rank=rank,
                            invoice=self._legal_get_label(),
                        )
                    )
                )
        return sentences

    def _legal_check_rates(self, lines):
        """Known VAT rates only, and nothing outside VAT beside what is taxed."""
        _ = self.env._
        taxes = lines.tax_ids.flatten_taxes_hierarchy()
        try:
            text = self.env["legal.parameter"]._get(
                "einvoice_vat_rates", self.invoice_date or self.env.cr.now().date()
            )
        except UserError as error:
            return [self._legal_find_value(error, "einvoice_vat_rates")]
        known = {Decimal(rate.replace(",", ".")) for rate in text.split()}
        sentences = [
            self._legal_find_in_lines(
                _(
                    "The VAT rate %(rate)s %% of the invoice %(invoice)s is none that"
                    " e-invoicing knows in France (%(known)s): choose another tax on"
                    " the line.",
                    rate=f"{tax.amount:g}",
                    invoice=self._legal_get_label(),
                    known=text,
                )
            )
            for tax in taxes
            if Decimal(str(round(tax.amount, 4))) not in known
        ]
        # One tax has one code.
        codes = len(taxes) > 1 and {
            self.env["account.edi.common"]._get_tax_category_code(
                self.commercial_partner_id, self.company_id.partner_id, tax
            )
            for tax in taxes
        }
        extended = self._legal_get_profile() == "extended"
        if codes and "O" in codes and len(codes) > 1 and not extended:
            sentences.append(
                self._legal_find_in_lines(
                    _(
                        "The invoice %(invoice)s mixes lines outside French VAT with"
                        " others, which EN 16931 refuses (BR-O-11): put them on two"
                        " invoices, check the client's fiscal position, or choose the"
                        " extended level for this client.",
                        invoice=self._legal_get_label(),
                    )
                )
            )
        return sentences

    def _legal_check_amounts(self, lines):
        _ = self.env._
        sentences = []
        if self.currency_id.compare_amounts(self.amount_total, 0.0) < 0:
            sentences.append(
                self._legal_find_in_lines(
                    _(
                        "The invoice %(invoice)s comes to %(total)s, and an invoice"
                        " cannot be negative: make a credit note of it (Action ›"
                        " Switch into credit note).",
                        invoice=self._legal_get_label(),
                        total=self._legal_format_money(self.amount_total),
                    )
                )
            )
        if self.currency_id != self.company_currency_id and not self._legal_has_rate():
            sentence = _(
                "The invoice %(invoice)s is in %(currency)s, which has no rate on"
                " %(date)s: enter it under Accounting › Currencies.",
                invoice=self._legal_get_label(),
                currency=self.currency_id.name,
                date=self._legal_format_date(
                    self.invoice_date or self.env.cr.now().date()
                ),
            )
            sentences.append(Finding(sentence, self.currency_id, "rate_ids"))
        return sentences

    def _legal_has_rate(self):
        """Tell whether the currency has a rate on or before the invoice's day."""
        # sudo: rates are read by whoever posts; they are no secret.
        return bool(
            self.env["res.currency.rate"]
            .sudo()
            .search_count(
                [
                    ("currency_id", "=", self.currency_id.id),
                    ("company_id", "in", [False, self.company_id.root_id.id]),
                    ("name", "<=", self.invoice_date or self.env.cr.now().date()),
                ],
                limit=1,
            )
        )
