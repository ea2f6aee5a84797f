from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import is_html_empty

from .legal_dunning_policy import PROTECTED_KINDS


class LegalDunningWording(models.Model):
    """Words of a client's own for one level, in that client's language."""

    _name = "legal.dunning.wording"
    _description = "Dunning Text of a Client"
    _order = "partner_id, level_id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Client",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_company', '=', True)]",
    )
    level_id = fields.Many2one(
        "legal.dunning.level", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="level_id.company_id", store=True, index=True)
    subject = fields.Char(help="Empty: the subject of the policy.")
    body_html = fields.Html("Text", required=True, sanitize_attributes=True)

    _one_a_level = models.Constraint(
        "UNIQUE (partner_id, level_id)",
        "This client already has words of its own at this level.",
    )

    @api.depends("partner_id", "level_id")
    def _compute_display_name(self):
        for wording in self:
            wording.display_name = (
                f"{wording.partner_id.name} – {wording.level_id.name}"
            )

    @api.onchange("level_id")
    def _onchange_level_id(self):
        """Begin with the words of the policy, in the client's language."""
        if self.level_id and is_html_empty(self.body_html):
            lang = self.partner_id._get_dunning_lang(self.env.company)
            level = self.level_id.with_context(lang=lang)
            self.subject, self.body_html = level.subject, level.body_html

    @api.constrains("subject", "body_html")
    def _check_text(self):
        known = list(self.env["legal.dunning.level"]._get_placeholders())
        for wording in self:
            if is_html_empty(wording.body_html):
                raise ValidationError(
                    self.env._(
                        "The text of %(client)s for “%(level)s” is empty: write it,"
                        " or remove it to use the policy's.",
                        client=wording.partner_id.name,
                        level=wording.level_id.name,
                    )
                )
            for text in (wording.subject, wording.body_html):
                wording.level_id._check_placeholders(text, known)
            # A consumer's letter is checked when written, not when it is to leave.
            if wording.level_id.policy_id.client_kind in PROTECTED_KINDS:
                wording.level_id._check_kind("consumer", wording._get_text())

    def _get_text(self):
        self.ensure_one()
        return f"{self.subject or ''} {self.body_html or ''}"


class LegalDunningAction(models.Model):
    _inherit = "legal.dunning.action"

    wording_id = fields.Many2one(
        "legal.dunning.wording",
        "Client's Own Words",
        compute="_compute_wording_id",
        compute_sudo=True,
    )

    @api.depends("partner_id", "level_id", "channel")
    def _compute_wording_id(self):
        """Find the words of the client's own, for all messages at once."""
        Wording = self.env["legal.dunning.wording"]
        found = {
            (wording.partner_id, wording.level_id): wording
            for wording in Wording.search([("partner_id", "in", self.partner_id.ids)])
        }
        for action in self:
            key = (action.partner_id, action.level_id)
            own = found.get(key, Wording)
            action.wording_id = Wording if action.channel == "sms" else own

    def _get_wording(self):
        """Return the client's own words for this message, if it has some."""
        self.ensure_one()
        # sudo: the words a letter will say; who reads it is checked elsewhere.
        return self.sudo().wording_id
