from odoo import api, fields, models

#: order of the exhibits in the file
KINDS = [
    ("agreement", "Fee agreement"),
    ("invoice", "Invoice"),
    ("deposit", "Deposit invoice"),
    ("credit", "Credit note"),
    ("account", "Detailed final account"),
    ("work", "List of the work done"),
    ("payments", "Payments and provisions"),
    ("costs", "List of expenses and disbursements"),
    ("proof", "Proof of an expense"),
    ("deliverable", "Document produced"),
    ("reminder", "Reminder"),
    ("notice", "Formal notice"),
    ("receipt", "Receipt of the formal notice"),
    ("exchange", "Exchange about the fees"),
    ("objection", "Objections of the client"),
    ("interest", "Computation of the interest"),
    ("prescription", "Prescription sheet"),
    ("register", "Extract of the company register"),
    ("aid", "Legal aid, collective proceedings, address"),
    ("other", "Other"),
    ("reading", "What is known of the reading of the invoices"),
]
RANKS = {kind: rank for rank, (kind, _label) in enumerate(KINDS)}
# Beside the receipts of letters, whose part it plays for what left by e-mail.
RANKS["reading"] = RANKS["receipt"]
#: sheets that are computed anew each time the file is made
SHEETS = ("work", "payments", "costs", "interest", "prescription", "reading")


class LegalTaxationPiece(models.Model):
    """One exhibit: a document that exists, or a sheet computed from the books."""

    _name = "legal.taxation.piece"
    _description = "Exhibit of a Fee Assessment File"
    _inherit = ["legal.wall.mixin"]
    _order = "file_id, rank, sequence, date, id"
    _check_company_auto = True

    file_id = fields.Many2one(
        "legal.taxation.file", required=True, index=True, ondelete="cascade"
    )
    matter_id = fields.Many2one(related="file_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="file_id.company_id", store=True, index=True)
    state = fields.Selection(related="file_id.state")
    kind = fields.Selection(KINDS, required=True, default="other")
    rank = fields.Integer(compute="_compute_rank", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Title", required=True)
    date = fields.Date()
    res_model = fields.Char(readonly=True, export_string_translation=False)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", "Document", ondelete="restrict", copy=False
    )
    datas = fields.Binary(
        "Upload", compute="_compute_datas", inverse="_inverse_datas", attachment=False
    )
    is_included = fields.Boolean(
        "In the File",
        default=True,
        help="Exchanges and documents are chosen by a person: nothing but what the fees"
        " need leaves the firm.",
    )
    number = fields.Integer("Exhibit", readonly=True, copy=False)
    page_from = fields.Integer("From Page", readonly=True, copy=False)
    page_to = fields.Integer("To Page", readonly=True, copy=False)
    is_slip = fields.Boolean(
        "In the ZIP Only",
        readonly=True,
        copy=False,
        help="Too large, or not readable: a slip stands for it in the PDF.",
    )

    _source_once = models.UniqueIndex(
        "(file_id, kind, res_model, res_id) WHERE res_id IS NOT NULL AND res_id != 0",
        "This document is in the file already.",
    )

    @api.depends("kind")
    def _compute_rank(self):
        for piece in self:
            piece.rank = RANKS.get(piece.kind, len(RANKS))

    @api.depends("attachment_id")
    def _compute_datas(self):
        for piece in self:
            # sudo: a copy behind the same wall, see _inverse_datas.
            piece.datas = piece.sudo().attachment_id.datas

    def _inverse_datas(self):
        for piece in self:
            if not piece.datas:
                piece.attachment_id = False
                continue
            piece.attachment_id = self.env["ir.attachment"].create(
                {
                    "name": piece.name,
                    "datas": piece.datas,
                    "res_model": self._name,
                    "res_id": piece.id,
                }
            )

    @api.model_create_multi
    def create(self, vals_list):
        pieces = super().create(vals_list)
        pieces.file_id._check_draft()
        return pieces

    def write(self, vals):
        # What is written when the file is made comes with sudo.
        if not self.env.su:
            self.file_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        self.file_id._check_draft()

    def _get_source(self):
        self.ensure_one()
        if not self.res_model or not self.res_id:
            return None
        # sudo: the file's reader may read what the file shows.
        return self.env[self.res_model].sudo().browse(self.res_id).exists()
