from odoo import api, fields, models

TEMPLATE = "legal_billing.mail_template_agreement_sign"


class LegalFeeAgreementSend(models.TransientModel):
    """Shows to whom, which words and which document, before anything leaves."""

    _name = "legal.fee.agreement.send"
    _description = "Send a Fee Agreement for Signature"

    agreement_id = fields.Many2one(
        "legal.fee.agreement", required=True, readonly=True, ondelete="cascade"
    )
    signatory_ids = fields.Many2many(
        "res.partner", compute="_compute_signatory_ids", string="Possible signatories"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Addressee",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    email = fields.Char(related="partner_id.email")
    subject = fields.Char(
        compute="_compute_subject",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    word = fields.Text("A word to the client")
    expires_on = fields.Date("Link valid until", compute="_compute_expires_on")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("agreement_id")
    def _compute_signatory_ids(self):
        for wizard in self:
            agreement = wizard.agreement_id
            wizard.signatory_ids = agreement._get_signatories() if agreement else False

    @api.depends("agreement_id")
    def _compute_partner_id(self):
        for wizard in self:
            agreement = wizard.agreement_id
            wizard.partner_id = (
                agreement._get_default_signatory() if agreement else False
            )

    @api.depends("agreement_id", "partner_id")
    def _compute_subject(self):
        for wizard in self:
            wizard.subject = wizard._render("subject")

    @api.depends("agreement_id")
    def _compute_expires_on(self):
        for wizard in self:
            days = wizard.agreement_id.company_id.legal_link_days or 30
            today = fields.Date.context_today(wizard)
            wizard.expires_on = fields.Date.add(today, days=days)

    @api.depends("agreement_id", "partner_id", "word")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._render("body_html")

    def _render(self, name):
        """Return a part of the e-mail as the client will read it, link apart.

        The agreement does not know its recipient yet: the template is rendered on
        a copy in memory that does.
        """
        self.ensure_one()
        if not self.agreement_id or not self.partner_id:
            return False
        lang = self.partner_id.lang or self.env.lang
        template = self.env.ref(TEMPLATE).with_context(lang=lang)
        # sudo: only the words of the template, about what the user may read
        return self.agreement_id._render_preview(
            template.sudo(), name, self.partner_id, self.word, self.expires_on
        )

    def action_read_document(self):
        """Open the document as the client will read it."""
        self.ensure_one()
        report = self.env.ref("legal_billing.action_report_fee_agreement")
        return report.report_action(self.agreement_id, config=False)

    def action_send(self):
        """Freeze the document and send the link."""
        self.ensure_one()
        self.agreement_id._send_to_client(
            self.partner_id, subject=self.subject, word=self.word
        )
        return self.agreement_id._get_closing_action()
