from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalDisputeExchange(models.Model):
    """A word of the client or of the firm about a dispute, with its files.

    It speaks of the work, so it stands behind the wall of the matter; what both said
    stays as it was said.
    """

    _name = "legal.dispute.exchange"
    _description = "Exchange about a Dispute"
    _order = "said_at, id"
    _check_company_auto = True

    dispute_id = fields.Many2one(
        "legal.dispute", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True
    )
    matter_ids = fields.Many2many(
        related="dispute_id.matter_ids", related_sudo=True, string="Matters"
    )
    side = fields.Selection(
        [("client", "Client"), ("firm", "Firm")], required=True, readonly=True
    )
    partner_id = fields.Many2one("res.partner", "Said by", readonly=True)
    said_at = fields.Datetime(
        "On", required=True, readonly=True, default=fields.Datetime.now
    )
    body = fields.Text("What Was Written", required=True, readonly=True)
    is_grounds = fields.Boolean(readonly=True, export_string_translation=False)
    is_shared = fields.Boolean(
        "Shown to the Client",
        readonly=True,
        help="On the page of the invoice, where the client reads it.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "legal_dispute_exchange_attachment_rel",
        "exchange_id",
        "attachment_id",
        "Documents",
        readonly=True,
    )

    @api.depends("side", "said_at")
    def _compute_display_name(self):
        labels = dict(self._fields["side"]._description_selection(self.env))
        for word in self:
            word.display_name = f"{labels.get(word.side, '')} {word.said_at or ''}"

    def _attach(self, files):
        """Keep files with this word: [(name, bytes)]."""
        self.ensure_one()
        if not files:
            return
        self.attachment_ids = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": raw,
                    "res_model": self._name,
                    "res_id": self.id,
                    "public": False,
                }
                for name, raw in files
            ]
        )

    def write(self, vals):
        if not self.env.su:
            raise UserError(self._get_kept_sentence())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        if self:
            raise UserError(self._get_kept_sentence())

    def _get_kept_sentence(self):
        return self.env._(
            "What was said about %(dispute)s stays as it was said: add an exchange to"
            " it instead.",
            # sudo: the number of the invoice, nothing of the matter
            dispute=self[:1].sudo().dispute_id.display_name,
        )
