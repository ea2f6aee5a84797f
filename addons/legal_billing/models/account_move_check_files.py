from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import human_size

from ..report import glyphs
from .account_move_document import Finding

MEGABYTE = 1000 * 1000
# More of them say no more than the first ones do.
WORDS_SHOWN = 5


class AccountMove(models.Model):
    """Files too large to be delivered, and words that no font can print."""

    _inherit = "account.move"

    def _legal_check_document(self):
        sentences = super()._legal_check_document()
        for move in self:
            sentences += move._legal_check_files()
            sentences += move._legal_check_script()
        return list(dict.fromkeys(sentences))

    # -- files ---------------------------------------------------------------------

    def _legal_check_files(self):
        """Return a sentence for each file of this document that is too large."""
        self.ensure_one()
        # sudo: names and sizes of what is attached to a document one may issue; read
        # for all documents of a run at once.
        return self._legal_say_too_large(self.sudo().attachment_ids)

    def _legal_say_too_large(self, files):
        if not files:
            return []
        date = self.invoice_date or self.env.cr.now().date()
        try:
            limit = self.env["legal.parameter"]._get_decimal(
                "einvoice_attachment_max_mb", date
            )
        except UserError as error:
            return [self._legal_find_value(error, "einvoice_attachment_max_mb")]
        return [
            Finding(
                self.env._(
                    "The file %(file)s of the invoice %(invoice)s has %(size)s, and"
                    " those who receive invoices take %(limit)s MB for a file: make it"
                    " smaller, or send it apart.",
                    file=file.name,
                    invoice=self._legal_get_label(),
                    size=human_size(file.file_size),
                    limit=f"{limit:f}".rstrip("0").rstrip(".")
                    if limit % 1
                    else int(limit),
                ),
                self,
                "attachment_ids",
            )
            for file in files
            if file.file_size > limit * MEGABYTE
        ]

    # -- words ---------------------------------------------------------------------

    def _legal_check_script(self):
        """Return a sentence for each part in a script that would print as boxes."""
        self.ensure_one()
        _ = self.env._
        sentences = []
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        for rank, line in enumerate(lines, 1):
            if words := glyphs.find_missing(self._legal_get_printed_text(line)):
                sentences.append(
                    Finding(
                        _(
                            "Line %(rank)s of the invoice %(invoice)s holds"
                            " “%(words)s”, in a script that no font of this server can"
                            " print: install one (e.g. fonts-noto), or write it in"
                            " Latin letters.",
                            rank=rank,
                            invoice=self._legal_get_label(),
                            words=" ".join(words[:WORDS_SHOWN]),
                        ),
                        self,
                        "invoice_line_ids",
                    )
                )
        client = self.commercial_partner_id
        texts = (client.name, self.partner_id.name, self.partner_id.street)
        texts += (self.partner_id.city, self.legal_client_message)
        if words := glyphs.find_missing(" ".join(filter(None, texts))):
            sentences.append(
                Finding(
                    _(
                        "The name, the address or the message of the client %(client)s"
                        " holds “%(words)s”, in a script that no font of this server"
                        " can print: install one (e.g. fonts-noto), or write it in"
                        " Latin letters.",
                        client=client.name,
                        words=" ".join(words[:WORDS_SHOWN]),
                    ),
                    client,
                    "name",
                )
            )
        return sentences

    def _legal_get_printed_text(self, line):
        """Return what is printed of a line, with its acts where they are shown."""
        texts = [line.name]
        if self.invoice_text_policy != "neutral":
            # sudo: read to be checked; words are shown to who issues the invoice.
            texts += line.sudo().prebill_line_ids.mapped("narrative")
        return " ".join(filter(None, texts))


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _check_sending_data(self, moves, **custom_settings):
        """Refuse, before anything is sent, a file that would not be delivered."""
        rows = custom_settings.get("mail_attachments_widget") or []
        ids = [row["id"] for row in rows if row.get("manual")]
        # sudo: names and sizes of files that were just chosen.
        files = self.env["ir.attachment"].sudo().browse(ids).exists()
        for move in moves.filtered(lambda m: m._legal_is_cured()):
            if sentences := move._legal_say_too_large(files):
                raise UserError("\n".join(sentences))
        return super()._check_sending_data(moves, **custom_settings)
