import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

LONGEST_AGENT = 500


class LegalEvidence(models.Model):
    """What somebody accepted, refused or issued: who, when, from where, what.

    Written once and never again. The hash is that of the bytes, or of the text,
    that the person had before the eyes; it can be worked out again at any time.
    """

    _name = "legal.evidence"
    _description = "Evidence of Consent"
    _order = "accepted_at desc, id desc"
    _rec_names_search = ["typed_name", "sha256"]
    _check_company_auto = True

    res_model = fields.Char("Model", required=True, readonly=True, index=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True, index=True
    )
    matter_id = fields.Many2one(
        "legal.matter", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    act = fields.Selection(
        [("accepted", "Accepted"), ("refused", "Refused"), ("issued", "Issued")],
        required=True,
        readonly=True,
        default="accepted",
    )
    statement = fields.Text("What was said", required=True, readonly=True)
    channel = fields.Selection(
        [
            ("link", "By the link in an e-mail"),
            ("account", "Signed in"),
            ("paper", "On paper"),
            ("firm", "By the firm"),
        ],
        required=True,
        readonly=True,
    )
    accepted_at = fields.Datetime(
        "On", required=True, readonly=True, default=fields.Datetime.now
    )
    typed_name = fields.Char("Name Typed", readonly=True)
    signature = fields.Binary(attachment=False, readonly=True)
    partner_id = fields.Many2one("res.partner", "Asked of", readonly=True)
    email = fields.Char("E-mail of the Link", readonly=True)
    user_id = fields.Many2one("res.users", "Signed in as", readonly=True)
    ip = fields.Char("IP Address", readonly=True)
    agent = fields.Char("Browser", readonly=True)
    text = fields.Text("Text Read", readonly=True)
    # restrict: the document outlives whatever else is deleted
    attachment_id = fields.Many2one(
        "ir.attachment", "Document Read", readonly=True, ondelete="restrict"
    )
    sha256 = fields.Char("SHA-256", required=True, readonly=True)
    is_intact = fields.Boolean(
        "Intact",
        compute="_compute_is_intact",
        help="The document, or the text, still has the hash it had then.",
    )

    _something_was_read = models.Constraint(
        "CHECK (attachment_id IS NOT NULL OR text IS NOT NULL)",
        "Evidence names the document or the text that was read.",
    )

    @api.depends("res_model", "accepted_at")
    def _compute_display_name(self):
        for evidence in self:
            evidence.display_name = evidence.sha256 and evidence.sha256[:12] or "/"

    def _compute_is_intact(self):
        for evidence in self:
            # sudo: the bytes are hashed here and shown to nobody
            evidence_sudo = evidence.sudo()
            raw = evidence_sudo.attachment_id.raw or (evidence.text or "").encode()
            evidence.is_intact = self._hash(raw) == evidence.sha256

    @api.model
    def _hash(self, raw):
        """Return the SHA-256 of bytes, in hexadecimal."""
        return hashlib.sha256(raw or b"").hexdigest()

    @api.model
    def _record(self, record, statement, channel, **values):
        """Keep what somebody said about a record; return the evidence.

        :param record: one record with ``company_id`` and, behind a wall,
            ``matter_id``
        :param values: other fields; the hash is worked out here
        """
        record.ensure_one()
        attachment = values.get("attachment_id")
        raw = (
            # sudo: the bytes are hashed here and shown to nobody
            self.env["ir.attachment"].sudo().browse(attachment).raw
            if attachment
            else (values.get("text") or "").encode()
        )
        values["agent"] = (values.get("agent") or "")[:LONGEST_AGENT]
        # sudo: nobody writes evidence by hand; callers checked who speaks
        return self.sudo().create(
            {
                "res_model": record._name,
                "res_id": record.id,
                "matter_id": record._fields.get("matter_id") and record.matter_id.id,
                "company_id": record.company_id.id or self.env.company.id,
                "statement": statement,
                "channel": channel,
                "sha256": self._hash(raw),
                **values,
            }
        )

    def action_open_record(self):
        """Open what this was said about, within the reader's rights."""
        self.ensure_one()
        self.check_access("read")
        record = self.env[self.res_model].browse(self.res_id).exists()
        record.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": record.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def write(self, vals):
        if vals:
            raise UserError(
                self.env._(
                    "Evidence %(evidence)s is kept as it was recorded: nobody changes"
                    " it.",
                    evidence=self[:1].display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        for evidence in self:
            raise UserError(
                self.env._(
                    "Evidence %(evidence)s is kept as it was recorded: nobody deletes"
                    " it.",
                    evidence=evidence.display_name,
                )
            )
