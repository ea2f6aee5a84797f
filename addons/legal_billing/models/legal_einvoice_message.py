import hashlib
import io
import json
import re

from pypdf import PdfReader
from pypdf.errors import PdfReadError

from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalEinvoiceMessage(models.Model):
    """One invoice or one receipt on its way to the platform."""

    _name = "legal.einvoice.message"
    _description = "E-invoice Exchange"
    _order = "id desc"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "legal.einvoice.channel",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(
        [("invoice", "Invoice"), ("status", "Receipt (212)")],
        required=True,
        readonly=True,
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    status_id = fields.Many2one(
        "legal.invoice.status", readonly=True, index="btree_not_null"
    )
    state = fields.Selection(
        [("to_send", "To hand over"), ("sent", "Handed over"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="to_send",
        index=True,
    )
    file_name = fields.Char("File", readonly=True)
    sent_on = fields.Datetime("Handed over on", readonly=True)
    error = fields.Text(readonly=True)

    _invoice_once = models.UniqueIndex(
        "(move_id) WHERE kind = 'invoice'", "This invoice was handed over before."
    )
    _status_once = models.UniqueIndex(
        "(status_id) WHERE status_id IS NOT NULL", "This receipt was told before."
    )

    @api.depends("move_id.name", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for message in self:
            message.display_name = f"{message.move_id.name} – {kinds[message.kind]}"

    def action_retry(self):
        self.check_access("write")
        self.filtered(lambda m: m.state == "failed").write({"state": "to_send"})
        return self.channel_id.action_exchange()

    def _get_file(self):
        """Return ``(name, bytes)`` of this message.

        :raise UserError: the invoice has no conformant file
        """
        self.ensure_one()
        number = re.sub(r"[^A-Za-z0-9+_-]", "-", self.move_id.name)
        if self.kind == "status":
            return f"{number}_212_{self.status_id.id}.json", self._get_receipt_json()
        # sudo: the tax document alone, which holds no narrative under any policy
        # that the firm did not choose; accountants may read it on the invoice.
        raw = self.move_id.sudo().invoice_pdf_report_id.raw
        move = self.move_id
        if not move.is_legal and (sentences := move._legal_check_ordinary()):
            # They only warn when it is posted; a platform would refuse the file.
            raise UserError("\n".join(sentences))
        # One printed before these files were made here holds no e-invoice.
        holds_xml = move.is_legal or _holds_facturx(raw)
        if not holds_xml or not (raw or b"").startswith(b"%PDF-"):
            raise UserError(
                self.env._(
                    "The invoice %(number)s has no Factur-X file: send or print it"
                    " first.",
                    number=self.move_id.name,
                )
            )
        return f"{number}.pdf", raw

    def _get_receipt_json(self):
        status, move = self.status_id, self.move_id
        seller = move.company_id.partner_id
        text = json.dumps(
            {
                "invoice": move.name,
                "invoice_date": str(move.invoice_date),
                "invoice_sha256": hashlib.sha256(
                    # sudo: as above; only the hash of the file leaves here.
                    move.sudo().invoice_pdf_report_id.raw or b""
                ).hexdigest(),
                "seller_siren": seller._legal_get_siren() or "",
                "buyer_siren": move.commercial_partner_id._legal_get_siren() or "",
                "code": status.code,
                "collected_on": str(status.day),
                "is_correction": status.is_correction,
                "currency": status.currency_id.name,
                "amounts": [
                    {
                        "vat_rate": f"{amount.rate:g}",
                        "excluding_vat": f"{amount.amount_base:.2f}",
                        "vat": f"{amount.amount_tax:.2f}",
                        "including_vat": f"{amount.amount_total:.2f}",
                    }
                    for amount in status.amount_ids
                ],
            },
            indent=1,
        )
        return text.encode()


def _holds_facturx(raw):
    """Tell whether a PDF carries an e-invoice inside."""
    try:
        return "factur-x.xml" in PdfReader(io.BytesIO(raw or b"")).attachments
    except PdfReadError:
        return False
