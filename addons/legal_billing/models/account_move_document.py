import re
from collections import namedtuple

from odoo import models
from odoo.exceptions import UserError

# BT-1 of the French rules: BR-FR-01 and BR-FR-02.
NUMBER_MAX_LENGTH = 35
NUMBER_REFUSED = re.compile(r"[^A-Za-z0-9+\-_/]")
REQUIRED_NOTES = ("PMT", "PMD", "AAB")
DISBURSEMENT_CODE = "VATEX-EU-79-C"
FRANCHISE_CODE = "VATEX-FR-FRANCHISE"

Facts = namedtuple("Facts", "date kind document vat_cases has_disbursement firm")


class Finding(str):
    """A sentence about what keeps a document from being issued, and where to mend it.

    :param record: where the value is missing or wrong
    :param str field: which field of it
    :param bool is_soft: the firm may choose to be warned only: the law asks for it,
        no machine refuses the document without it
    """

    __slots__ = ("field", "is_soft", "record")

    def __new__(cls, sentence, record=None, field="", is_soft=False):
        finding = super().__new__(cls, sentence)
        finding.record, finding.field, finding.is_soft = record, field, is_soft
        return finding


class AccountMove(models.Model):
    """What an invoice of a law firm must say, and the check that it can."""

    _inherit = "account.move"

    # -- facts -----------------------------------------------------------------

    def _legal_get_client_kind(self):
        self.ensure_one()
        return self.legal_client_kind or (
            self.commercial_partner_id.commercial_client_kind
        )

    def _legal_get_facts(self):
        """Return what decides the notices of this document."""
        self.ensure_one()
        cases = self._legal_get_vat_cases()
        return Facts(
            date=self.invoice_date or self.env.cr.now().date(),
            kind=self._legal_get_client_kind(),
            document=self._legal_get_document_kind(),
            vat_cases=cases - {"disbursement"},
            has_disbursement="disbursement" in cases,
            firm=self.company_id,
        )

    def _legal_get_document_kind(self):
        """Return invoice, credit_note or deposit; a hook for other kinds."""
        self.ensure_one()
        return "credit_note" if self.move_type == "out_refund" else "invoice"

    def _legal_get_vat_cases(self):
        """Return the VAT treatments of the lines, as codes of legal.mention."""
        self.ensure_one()
        taxes = self.invoice_line_ids.tax_ids.flatten_taxes_hierarchy()
        cases = {self._legal_get_vat_case(tax) for tax in taxes}
        # sudo: in which sections the lines are, whatever the walls of their matters.
        sections = self.sudo().invoice_line_ids.legal_category_id.mapped("section")
        return cases | {"disbursement"} if "disbursements" in sections else cases

    def _legal_get_vat_case(self, tax):
        reason = tax.ubl_cii_tax_exemption_reason_code
        if reason == DISBURSEMENT_CODE:
            return "disbursement"
        if reason == FRANCHISE_CODE:
            return "franchise"
        if tax.amount:
            due_on_payment = tax.tax_exigibility == "on_payment"
            return "on_payment" if due_on_payment else "on_invoice"
        category = self.env["account.edi.common"]._get_tax_category_code(
            self.commercial_partner_id, self.company_id.partner_id, tax
        )
        if category in ("AE", "K"):
            return "reverse_charge"
        if category in ("O", "G"):
            return "outside_eu"
        return "exempt"

    def _legal_is_vat_on_payment(self):
        """Tell when the VAT of this invoice falls due; payment is the default."""
        return "on_invoice" not in self._legal_get_vat_cases()

    # -- values of the e-invoice -----------------------------------------------

    def _legal_get_document_type_code(self):
        """Return BT-3: 380 invoice, 381 credit note; a hook for deposits."""
        return "381" if self._legal_get_document_kind() == "credit_note" else "380"

    def _legal_get_billing_framework(self):
        """Return BT-23: services, S2 when already paid; a hook for deposits."""
        return "S2" if self._legal_get_paid_on() else "S1"

    def _legal_get_processing_code(self):
        """Return the BAR note: who must handle the invoice, and how."""
        abroad = not self.commercial_partner_id._legal_is_french()
        business = self._legal_get_client_kind() in ("professional", "public")
        return ("B2B" if business else "B2C") + ("INT" if abroad else "")

    def _legal_get_paid_on(self):
        """Return the day an invoice was paid in full, or False."""
        self.ensure_one()
        if self.move_type != "out_invoice" or self.state != "posted":
            return False
        if self.payment_state not in ("paid", "in_payment"):
            return False
        partials = self._get_all_reconciled_invoice_partials()
        return max((partial["aml"].date for partial in partials), default=False)

    def _legal_get_preceding_invoices(self):
        """Return the invoices that this document corrects (BT-25)."""
        self.ensure_one()
        return self.reversed_entry_id.filtered("invoice_date")

    def _legal_get_coded_notes(self):
        """Return {subject code: text} of the notices the e-invoice repeats."""
        self.ensure_one()
        mentions = self.env["legal.mention"]._for_move(self)
        return {
            mention.note_code: mention._get_text(self, official=True)
            for mention in mentions
            if mention.note_code
        }

    def _legal_get_exemption_text(self, vat_case):
        """Return why no VAT is due, in the words in force on the invoice's day.

        :param str vat_case: of ``legal.mention``, or ``disbursement``
        """
        self.ensure_one()
        mentions = self.env["legal.mention"]._for_move(self)
        if vat_case == "disbursement":
            mentions = mentions.filtered("has_disbursement_only")
        else:
            mentions = mentions.filtered(lambda m: m.vat_case == vat_case)
        return mentions[:1]._get_text(self, official=True) if mentions else ""

    # -- check -----------------------------------------------------------------

    def _legal_check_document(self):
        """Return a sentence for all that keeps these documents from being issued.

        Each names the record, what is wrong with it and how to mend it.
        """
        sentences = []
        for move in self:
            sentences += move._legal_check_dates()
            sentences += move._legal_check_number()
            sentences += move._legal_check_firm()
            sentences += move._legal_check_client()
            sentences += move._legal_check_lines()
            sentences += move._legal_check_notices()
        return list(dict.fromkeys(sentences))

    def _legal_is_checked(self):
        """Tell whether the rules of French e-invoicing hold for this document."""
        self.ensure_one()
        return (
            self.is_legal
            and self.is_sale_document()
            and self.company_id.partner_id._legal_is_french()
        )

    def _post(self, soft=True):
        """Refuse to issue what a platform, the law or the client would refuse."""
        checked = self.filtered(
            lambda move: move.state == "draft" and move._legal_is_checked()
        )
        warned = {}
        for move in checked:
            findings = move._legal_check_document()
            warned[move] = move._legal_get_soft(findings)
            self._legal_raise([f for f in findings if f not in warned[move]])
        posted = super()._post(soft=soft)
        for move in posted & checked:
            if warned[move]:
                move.message_post(
                    body=self.env._(
                        "Issued although something is missing: %(what)s",
                        what=" ".join(warned[move]),
                    )
                )
        # The number is known only now; the error takes the posting back.
        for move in posted & checked:
            self._legal_raise(move._legal_check_number())
        return posted

    def _legal_get_soft(self, findings):
        """Return the findings that only warn, by the firm's choice."""
        if self.company_id.legal_document_check != "warn":
            return []
        return [f for f in findings if getattr(f, "is_soft", False)]

    def _legal_raise(self, sentences):
        if sentences:
            raise UserError("\n".join(sentences))

    def _legal_get_label(self):
        """Name this document in a sentence: its number, else its client."""
        self.ensure_one()
        if self.name and self.name != "/":
            return self.name
        return self.env._(
            "of %(client)s", client=self.partner_id.display_name or self.env._("nobody")
        )

    def _legal_check_dates(self):
        self.ensure_one()
        date = self.invoice_date
        if not date:
            return []
        sentences = []
        locks = self.company_id._get_violated_lock_dates(
            date, bool(self.line_ids.tax_ids), self.journal_id
        )
        if locks:
            sentence = self.env._(
                "The invoice %(invoice)s is dated %(date)s, in a period closed"
                " until %(lock)s: give it a later date.",
                invoice=self._legal_get_label(),
                date=self._legal_format_date(date),
                lock=self._legal_format_date(locks[-1][0]),
            )
            sentences.append(Finding(sentence, self, "invoice_date"))
        if self.invoice_date_due and self.invoice_date_due < date:
            sentence = self.env._(
                "The invoice %(invoice)s of %(date)s falls due before, on"
                " %(due)s: give it a due date from its own date on.",
                invoice=self._legal_get_label(),
                date=self._legal_format_date(date),
                due=self._legal_format_date(self.invoice_date_due),
            )
            sentences.append(Finding(sentence, self, "invoice_date_due"))
        return sentences

    def _legal_check_number(self):
        self.ensure_one()
        number = self.name
        if not number or number == "/":
            return []
        refused = "".join(dict.fromkeys(NUMBER_REFUSED.findall(number)))
        if refused:
            sentence = self.env._(
                "The invoice number “%(number)s” holds “%(refused)s”, which"
                " e-invoicing refuses: use letters without accents, digits and"
                " + - _ / only, and mend the numbering of the journal %(journal)s.",
                number=number,
                refused=refused,
                journal=self.journal_id.name,
            )
            return [Finding(sentence, self.journal_id, "code")]
        if len(number) > NUMBER_MAX_LENGTH:
            sentence = self.env._(
                "The invoice number “%(number)s” has %(length)s characters,"
                " e-invoicing takes %(limit)s: shorten the numbering of the"
                " journal %(journal)s.",
                number=number,
                length=len(number),
                limit=NUMBER_MAX_LENGTH,
                journal=self.journal_id.name,
            )
            return [Finding(sentence, self.journal_id, "code")]
        return []

    def _legal_check_firm(self):
        self.ensure_one()
        company = self.company_id
        _ = self.env._
        needs_vat = "franchise" not in self._legal_get_vat_cases()
        missing = [
            (label, field, is_soft)
            for is_missing, label, field, is_soft in (
                (
                    not company.partner_id._legal_get_siren(),
                    _("its SIREN"),
                    "company_registry",
                    False,
                ),
                (not company.street, _("its street"), "street", True),
                (not company.zip, _("its postcode"), "zip", True),
                (not company.city, _("its city"), "city", True),
                (not company.vat and needs_vat, _("its VAT number"), "vat", False),
                (not company.phone, _("its telephone"), "phone", True),
                (not company.email, _("its e-mail"), "email", True),
            )
            if is_missing
        ]
        sentences = []
        if missing:
            sentences.append(
                Finding(
                    _(
                        "The firm %(firm)s lacks %(missing)s, which its invoices must"
                        " show: complete it under Settings › Companies.",
                        firm=company.name,
                        missing=", ".join(label for label, *_rest in missing),
                    ),
                    company,
                    missing[0][1],
                    all(is_soft for _label, _field, is_soft in missing),
                )
            )
        if self.move_type == "out_invoice" and not self.partner_bank_id:
            sentences.append(
                Finding(
                    _(
                        "The invoice %(invoice)s does not say to which bank account it"
                        " is to be paid: choose the recipient bank, or record the IBAN"
                        " of %(firm)s.",
                        invoice=self._legal_get_label(),
                        firm=company.name,
                    ),
                    company,
                    "bank_ids",
                    True,
                )
            )
        return sentences

    def _legal_check_client(self):
        self.ensure_one()
        client, payer = self.commercial_partner_id, self.partner_id
        _ = self.env._
        if not client:
            sentence = _("An invoice has no client: choose one before it is issued.")
            return [Finding(sentence, self, "partner_id")]
        address = payer if payer.street else client
        missing = [
            (label, field)
            for field, label in (
                ("street", _("street")),
                ("zip", _("postcode")),
                ("city", _("city")),
                ("country_id", _("country")),
            )
            if not address[field]
        ]
        sentences = []
        if missing:
            sentences.append(
                Finding(
                    _(
                        "The client %(client)s has no complete address (missing:"
                        " %(missing)s), which an invoice must show: fill it in on the"
                        " client's form.",
                        client=client.name,
                        missing=", ".join(label for label, _field in missing),
                    ),
                    address,
                    missing[0][1],
                    bool(address.country_id),
                )
            )
        if (
            self._legal_get_client_kind() in ("professional", "public")
            and client._legal_is_french()
            and not client._legal_get_siren()
        ):
            sentences.append(
                Finding(
                    _(
                        "The client %(client)s is billed as a business but has no"
                        " SIREN, which the e-invoice needs: enter its SIREN or SIRET as"
                        " Company ID, or say that it is a consumer.",
                        client=client.name,
                    ),
                    client,
                    "company_registry",
                )
            )
        return sentences

    def _legal_check_lines(self):
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        return [
            self._legal_find_in_lines(
                self.env._(
                    "The line “%(line)s” of the invoice %(invoice)s bears %(count)s VAT"
                    " rates, an invoice needs exactly one on each line: choose it, the"
                    " tax of disbursements where none is due.",
                    line=(line.name or "").split("\n")[0],
                    invoice=self._legal_get_label(),
                    count=len(line.tax_ids),
                )
            )
            for line in lines
            if len(line.tax_ids) != 1
        ]

    def _legal_check_notices(self):
        """Each coded notice stands once, whoever the client is."""
        self.ensure_one()
        mentions = self.env["legal.mention"]._for_move(self)
        codes = [code for code in mentions.mapped("note_code") if code]
        return [
            Finding(
                self.env._(
                    "%(count)s legal notices with the code %(code)s apply to the"
                    " invoice %(invoice)s, there must be one: review their dates and"
                    " kinds of client under Configuration › Legal notices.",
                    count=codes.count(code),
                    code=code,
                    invoice=self._legal_get_label(),
                ),
                self.env["legal.mention"],
                code,
            )
            for code in REQUIRED_NOTES
            if codes.count(code) != 1
        ]
