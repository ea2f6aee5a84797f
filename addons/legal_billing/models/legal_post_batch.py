import io

from pypdf import PdfReader, PdfWriter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class LegalPostBatch(models.Model):
    """Invoices to print and post together: one file, in the order of the mail.

    The file is made anew each time and kept nowhere: it holds the private annexes of
    clients, which only those inside the walls of their matters may print.
    """

    _name = "legal.post.batch"
    _description = "Letters to Post"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [("open", "To print and post"), ("posted", "Posted")],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    date = fields.Date(
        string="Begun on",
        default=fields.Date.context_today,
        required=True,
        readonly=True,
    )
    is_duplex = fields.Boolean(
        string="Printed on both sides",
        default=True,
        help="Each letter then begins on a sheet of its own.",
    )
    move_ids = fields.One2many(
        "account.move", "legal_post_batch_id", string="Invoices", readonly=True
    )
    letter_count = fields.Integer(compute="_compute_letter_count", string="Letters")
    hidden_count = fields.Integer(
        compute="_compute_hidden_count",
        string="Behind a wall",
        help="Letters about matters that you may not read: their team prints them.",
    )
    printed_on = fields.Datetime(string="Last printed on", readonly=True)
    posted_on = fields.Date(readonly=True)
    posted_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for batch in self:
            batch.display_name = self.env._(
                "Letters of %(date)s", date=format_date(self.env, batch.date)
            )

    @api.depends("move_ids")
    def _compute_letter_count(self):
        for batch in self:
            batch.letter_count = len(batch.move_ids)

    @api.depends("move_ids")
    @api.depends_context("uid")
    def _compute_hidden_count(self):
        for batch in self:
            batch.hidden_count = len(batch.move_ids - batch._get_readable())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filled(self):
        for batch in self.filtered("move_ids"):
            raise UserError(
                self.env._(
                    "%(batch)s hold invoices and cannot be deleted: post them, or"
                    " take them out.",
                    batch=batch.display_name,
                )
            )

    # -- filling -----------------------------------------------------------------

    @api.model
    def _take(self, moves):
        """Put invoices into the open batch of their company, made if need be."""
        for company, own in moves.grouped("company_id").items():
            # sudo: whoever may send an invoice may have it posted; nothing is read.
            batches = self.sudo()
            batch = batches.search(
                [("company_id", "=", company.id), ("state", "=", "open")], limit=1
            ) or batches.create({"company_id": company.id})
            for move in own:
                move._legal_mark_to_post(batch)

    def action_take_out(self):
        """Let invoices be sent in another way: what is in hand is not posted."""
        self.check_access("write")
        for batch in self.filtered(lambda batch: batch.state == "open"):
            for move in batch._get_readable():
                move._legal_mark_to_post(self.browse())

    # -- printing ------------------------------------------------------------------

    def _get_readable(self):
        """Return the invoices whose acts this user may read, in the order of the
        mail: postcode, then name; abroad last."""
        self.ensure_one()
        user = self.env.user
        moves = self.move_ids.filtered(
            lambda move: self.env.su or move._legal_may_read_acts(user)
        )
        return moves.sorted(lambda move: move._legal_get_post_order())

    def action_print(self):
        """Print the letters: again at will, it marks nothing."""
        self.ensure_one()
        self.check_access("read")
        if not self._get_readable():
            raise UserError(
                self.env._(
                    "%(batch)s hold no invoice that you may read: there is nothing to"
                    " print.",
                    batch=self.display_name,
                )
            )
        return self.env.ref("legal_billing.action_report_post_batch").report_action(
            self, config=False
        )

    def _make_print_file(self):
        """Return one PDF: the list of the letters, then each with its annex."""
        self.ensure_one()
        self.check_access("read")
        letters, rows = [], []
        for move in self._get_readable():
            parts = [
                PdfReader(io.BytesIO(content)) for content in move._legal_get_letter()
            ]
            letters.append(parts)
            rows.append(
                {
                    **move._legal_get_post_row(),
                    "pages": sum(len(part.pages) for part in parts),
                }
            )
        report = self.env["ir.actions.report"]
        cover = report._legal_print_html(
            "legal_billing.report_post_batch", self.id, {"rows": rows}
        )
        writer = PdfWriter()
        for parts in [[PdfReader(io.BytesIO(cover))], *letters]:
            pages = 0
            for part in parts:
                # pages alone: the e-invoice inside is for machines, not for paper
                for page in part.pages:
                    writer.add_page(page)
                    pages += 1
            if self.is_duplex and pages % 2:
                writer.add_blank_page()
        stream = io.BytesIO()
        writer.write(stream)
        if self.has_access("write"):
            # sudo: the day of the last print, of a batch he may write to.
            self.sudo().printed_on = fields.Datetime.now()
        return stream.getvalue()

    # -- posting -------------------------------------------------------------------

    def action_mark_posted(self):
        """Write on each invoice that it was posted today; once, however often it is
        printed."""
        self.check_access("write")
        today = fields.Date.context_today(self)
        for batch in self:
            if batch.state == "posted":
                continue
            waiting = batch._get_readable().filtered(lambda m: not m.legal_sent_on)
            if not waiting:
                raise UserError(
                    self.env._(
                        "%(batch)s hold no invoice that you could have posted.",
                        batch=batch.display_name,
                    )
                )
            for move in waiting:
                move._legal_mark_posted(today)
            if not batch.move_ids.filtered(lambda move: not move.legal_sent_on):
                batch.write(
                    {
                        "state": "posted",
                        "posted_on": today,
                        "posted_by_id": self.env.uid,
                    }
                )
            # sudo: the run's line follows its invoice, whoever started the run.
            self.env["legal.billing.run.line"].sudo()._mark_posted(waiting)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _legal_get_post_address(self):
        self.ensure_one()
        payer = self.partner_id
        return payer if payer.street else payer.commercial_partner_id

    def _legal_get_post_order(self):
        address = self._legal_get_post_address()
        home = self.company_id.country_id
        is_abroad = bool(address.country_id) and address.country_id != home
        return (
            is_abroad,
            address.country_id.name or "" if is_abroad else "",
            address.zip or "",
            (self.partner_id.name or self.commercial_partner_id.name or "").casefold(),
            self.name,
        )

    def _legal_get_post_row(self):
        """Return what the list of letters says of this one."""
        address = self._legal_get_post_address()
        lines = self.company_id._legal_get_addressee(self.partner_id)
        return {
            "name": lines[0],
            "town": " ".join(filter(None, (address.zip, address.city))),
            "country": address.country_id.name
            if address.country_id != self.company_id.country_id
            else "",
            "number": self.name,
        }

    def _legal_get_letter(self):
        """Return the PDFs of one letter: the invoice, and the acts for the client."""
        self.ensure_one()
        content = self.invoice_pdf_report_id.raw or b""
        if not content.startswith(b"%PDF"):
            raise UserError(
                self.env._(
                    "The invoice %(invoice)s has no PDF yet: write its PDF, then print"
                    " the letters again.",
                    invoice=self.name,
                )
            )
        if not self._legal_has_annex():
            return [content]
        return [content, self._legal_render_annex()[1]]
