import hashlib
import re
from datetime import timezone

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.legal_billing.report import renderer

from ..engine.assessment import paginate
from ..report import bundle
from .legal_taxation_piece import SHEETS

LANG = "fr_FR"


class LegalTaxationFile(models.Model):
    """Making the file: one PDF/A with its index, and a ZIP of its documents."""

    _inherit = "legal.taxation.file"

    def action_make(self):
        """Make the PDF and the ZIP of what is chosen, and open the PDF."""
        self.ensure_one()
        self.check_access("write")
        self._check_draft()
        # sudo: sums of the invoices it is about.
        self.sudo()._refresh_amounts()
        self._make(fields.Datetime.now())
        return self.action_open_pdf()

    def action_open_pdf(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.pdf_attachment_id.id}",
            "target": "new",
        }

    def action_open_zip(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.zip_attachment_id.id}?download=true",
            "target": "self",
        }

    def _get_lang(self):
        """A French authority reads French, whoever presses the button."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        return LANG if LANG in installed else self.env.lang

    def _make(self, moment):
        """Make both files as of a moment; the same facts give the same bytes."""
        self.ensure_one()
        if not renderer.is_available():
            # Says which library is missing.
            self.env["ir.actions.report"]._legal_lay_out("")
        # sudo: files of documents whose reader may read the matter.
        own = self.sudo().with_context(lang=self._get_lang())
        pieces = own.piece_ids.filtered("is_included").sorted(
            lambda p: (p.rank, p.sequence, p.date or p.create_date.date(), p.id)
        )
        (own.piece_ids - pieces).write(
            {"number": 0, "page_from": 0, "page_to": 0, "is_slip": False}
        )
        parts, originals = [], []
        for number, piece in enumerate(pieces, 1):
            piece.number = number
            part, original = own._make_part(piece, number)
            parts.append(part)
            originals.append(original)
        front = own._make_front(pieces, parts, moment)
        utc = moment.replace(tzinfo=timezone.utc)
        title = own._get_file_title()
        pdf = bundle.assemble(
            front + parts,
            title,
            own.company_id.name,
            utc,
            self._in_file_language()._get_number_text(),
        )
        archive = bundle.make_zip(
            [
                (f"{own._get_file_name()}.pdf", pdf),
                (
                    own._get_zip_name(0, own._get_petition_title(), ".pdf"),
                    front[-1].content,
                ),
                *originals,
            ],
            utc,
        )
        own._keep_files(pdf, archive, moment)

    def _in_file_language(self):
        return self.with_context(lang=self._get_lang())

    def _get_number_text(self):
        return self.env._("Page %(page)s / %(pages)s")

    def _get_file_title(self):
        return self.env._(
            "%(title)s – %(payer)s",
            title=self._get_petition_title(),
            payer=self.partner_id.commercial_partner_id.name,
        )

    def _get_file_name(self):
        safe = re.sub(r"[^\w.-]+", "_", self.name or "")
        return self.env._("File_%(number)s", number=safe)

    def _get_zip_name(self, number, title, suffix):
        safe = re.sub(r"[^\w.-]+", "_", title).strip("_")[:80]
        if safe.lower().endswith(suffix.lower()):
            safe = safe[: -len(suffix)]
        return f"{number:02d}_{safe}{suffix}"

    def _keep_files(self, pdf, archive, moment):
        before = self.pdf_attachment_id | self.zip_attachment_id
        name = self._get_file_name()
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{name}{suffix}",
                    "raw": content,
                    "mimetype": mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for suffix, content, mimetype in (
                    (".pdf", pdf, "application/pdf"),
                    (".zip", archive, "application/zip"),
                )
            ]
        )
        self.write(
            {
                "pdf_attachment_id": attachments[0].id,
                "zip_attachment_id": attachments[1].id,
                "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
                "made_at": moment,
                "page_count": bundle.count_pages(pdf),
            }
        )
        before.unlink()

    # Parts --------------------------------------------------------------------

    def _make_part(self, piece, number):
        """Return (part of the PDF, (name, bytes) for the ZIP) of an exhibit."""
        stamp = self.env._("Exhibit no. %(number)s", number=number)
        content, mimetype, is_own = self._get_piece_content(piece)
        name = self._get_zip_name(number, piece.name, _get_suffix(mimetype, content))
        original = (name, content or b"")
        if is_own:
            piece.is_slip = False
            return bundle.Part(piece.name, content, stamp), original
        made, is_ours = bundle.to_archival(
            content or b"", mimetype, piece.name, self.company_id.name
        )
        piece.is_slip = made is None
        if made is None:
            made, is_ours = self._make_slip(piece, name, content or b""), True
        return bundle.Part(piece.name, made, stamp, is_ours), original

    def _get_piece_content(self, piece):
        """Return (bytes, mimetype, laid out by us) of an exhibit."""
        if piece.attachment_id:
            return piece.attachment_id.raw, piece.attachment_id.mimetype, False
        if piece.kind in SHEETS and not piece.res_id:
            title, blocks = self._get_sheet(piece.kind)
            return self._lay_out_blocks(title, blocks), "application/pdf", True
        source = piece._get_source()
        if source is None:
            return b"", "application/octet-stream", False
        reader = getattr(self, f"_read_{source._name.replace('.', '_')}", None)
        return reader(source) if reader else (b"", "application/octet-stream", False)

    def _read_ir_attachment(self, attachment):
        return attachment.raw, attachment.mimetype, False

    def _read_legal_fee_agreement(self, agreement):
        kept = agreement._get_client_document()
        if kept:
            return (
                kept.raw,
                kept.mimetype,
                kept.mimetype == "application/pdf" and (bundle.is_archival(kept.raw)),
            )
        lang = agreement.matter_id.partner_id.lang or self._get_lang()
        return agreement._render_document(lang), "application/pdf", True

    def _read_account_move(self, move):
        kept = move.invoice_pdf_report_id
        if kept and kept.raw.startswith(b"%PDF"):
            return kept.raw, "application/pdf", bundle.is_archival(kept.raw)
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, _kind = Report._render_qweb_pdf(
            "legal_billing.report_invoice", move.ids
        )
        return content, "application/pdf", bundle.is_archival(content)

    def _read_legal_final_account(self, account):
        if account.state == "draft":
            account._read_ledger()
        kept = account.attachment_id.raw
        return kept or account._render_file(), "application/pdf", True

    def _read_legal_dunning_action(self, action):
        """Return a message as it left: its letter, else the very words sent."""
        if action.attachment_id:
            return action.attachment_id.raw, "application/pdf", True
        _ = self.env._
        blocks = self._text(
            _(
                "Sent on %(day)s to %(payer)s, %(address)s.",
                day=self._day(action.sent_on),
                payer=action.recipient_id.name or action.partner_id.name,
                address=action.email_to or "",
            ),
            _("Subject: %(subject)s", subject=action.subject or ""),
        )
        blocks.append({"kind": "html", "html": _without_style(action.body_sent)})
        title = action.level_id.name
        return self._lay_out_blocks(title, blocks), "application/pdf", True

    def _read_mail_message(self, message):
        _ = self.env._
        blocks = self._text(
            _(
                "From %(author)s, on %(day)s.",
                author=message.author_id.name or message.email_from or "",
                day=self._day(message.date.date()),
            ),
            message.subject,
        )
        blocks.append({"kind": "html", "html": _without_style(message.body)})
        return (
            self._lay_out_blocks(_("Exchange about the fees"), blocks),
            "application/pdf",
            True,
        )

    def _read_legal_dispute_exchange(self, exchange):
        _ = self.env._
        blocks = self._text(
            _(
                "From %(author)s, on %(day)s.",
                author=exchange.partner_id.name or self.partner_id.name,
                day=self._day(exchange.said_at.date()),
            ),
            *(exchange.body or "").split("\n"),
        )
        title = _("Objections of the client")
        return self._lay_out_blocks(title, blocks), "application/pdf", True

    def _make_slip(self, piece, name, content):
        _ = self.env._
        return self._lay_out_blocks(
            piece.name,
            self._text(
                _(
                    "This exhibit is too large, or of a kind that cannot be"
                    " printed here."
                ),
                _("It is the file “%(name)s” of the ZIP.", name=name),
                _(
                    "%(size)s kB, SHA-256 %(hash)s.",
                    size=len(content) // 1024,
                    hash=hashlib.sha256(content).hexdigest(),
                ),
            ),
        )

    # Front --------------------------------------------------------------------

    def _make_front(self, pieces, parts, moment):
        """Return cover, index and petition; the index bears the true pages.

        The index stands before what it counts: it is laid out until the pages it
        takes are those it counted with.
        """
        _ = self.env._
        counts = [bundle.count_pages(part.content) for part in parts]
        cover = bundle.Part(_("Cover"), self._lay_out_cover(moment))
        petition = bundle.Part(
            self._get_petition_title(),
            self._lay_out_blocks(
                self._get_petition_title(), self._get_petition_blocks()
            ),
        )
        before, after = (bundle.count_pages(part.content) for part in (cover, petition))
        length = 1
        for _turn in range(5):
            start = before + length + 1
            spans = paginate(start + after, counts)
            index = self._lay_out_index(pieces, spans, (start, start + after - 1))
            found = bundle.count_pages(index)
            if found == length:
                break
            length = found
        else:
            raise UserError(_("The index of %(file)s does not settle.", file=self.name))
        for piece, (first, last) in zip(pieces, spans, strict=True):
            piece.write({"page_from": first, "page_to": last})
        return [cover, bundle.Part(_("Index of exhibits"), index), petition]

    def _lay_out_index(self, pieces, spans, petition):
        _ = self.env._
        rows = [["", self._get_petition_title(), "", _say_pages(*petition)]]
        rows += [
            [str(piece.number), piece.name, self._day(piece.date), _say_pages(*span)]
            for piece, span in zip(pieces, spans, strict=True)
        ]
        table = self._make_table(
            [_("No."), _("Exhibit"), _("Date"), _("#Pages")],
            rows,
            None,
            ["12mm", None, "24mm", "20mm"],
        )
        return self._lay_out_blocks(_("Index of exhibits"), [table])

    def _lay_out_cover(self, moment):
        _ = self.env._
        payer = self.partner_id.commercial_partner_id
        return self._lay_out_blocks(
            self._get_petition_title(),
            [
                *self._text(self._get_addressed_to()),
                self._title(_("File no. %(number)s", number=self.name)),
                *self._text(
                    self._say_firm(),
                    self._say_payer(),
                    _(
                        "Claimed: %(amount)s incl. VAT.",
                        amount=self._money(self.amount_claimed),
                    ),
                    _(
                        "Made on %(day)s by %(person)s.",
                        day=self._day(moment.date()),
                        person=self.responsible_id.name,
                    ),
                ),
            ],
            is_cover=True,
            running=payer.name,
        )

    def _lay_out_blocks(self, title, blocks, is_cover=False, running=None):
        values = {
            "title": title,
            "blocks": blocks,
            "is_cover": is_cover,
            "author": self.company_id.name,
            "firm": self.company_id._legal_get_letterhead(),
            "running": running or f"{self.name} – {title}",
            "lang": self._get_lang(),
        }
        html = self.env["ir.qweb"]._render("legal_dunning.taxation_document", values)
        return self.env["ir.actions.report"]._legal_lay_out(str(html))


def _say_pages(first, last):
    return str(first) if first == last else f"{first}–{last}"


def _get_suffix(mimetype, content):
    if (content or b"").startswith(b"%PDF"):
        return ".pdf"
    known = {"image/jpeg": ".jpg", "image/png": ".png", "text/plain": ".txt"}
    return known.get(mimetype, ".bin")


def _without_style(html):
    """Return a message without what only a mail reader needs."""
    text = re.sub(r"<img\b[^>]*>", "", str(html or ""))
    return Markup(re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL))
