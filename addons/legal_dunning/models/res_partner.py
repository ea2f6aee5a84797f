from odoo import fields, models
from odoo.tools import email_normalize


class ResPartner(models.Model):
    _inherit = "res.partner"

    dunning_policy_id = fields.Many2one(
        "legal.dunning.policy",
        company_dependent=True,
        domain="[('company_id', '=', current_company_id)]",
        groups="legal_timesheet.group_legal_user",
        help="Empty: the firm's for this kind of client.",
    )
    dunning_off = fields.Boolean(
        "No Reminders", help="Nothing is sent to this client about unpaid invoices."
    )
    dunning_salutation = fields.Char(
        "Salutation",
        help="How letters address this person, e.g. “Dear Mrs Martin”. Empty:"
        " “Madam, Sir”.",
    )
    current_company_id = fields.Many2one(
        "res.company",
        compute="_compute_current_company_id",
        export_string_translation=False,
    )
    dunning_count = fields.Integer(
        compute="_compute_dunning_count", groups="legal_timesheet.group_legal_user"
    )

    def _compute_current_company_id(self):
        self.current_company_id = self.env.company

    def _compute_dunning_count(self):
        counts = {
            partner: count
            for partner, count in self.env["legal.dunning.action"]._read_group(
                [("partner_id", "in", self.commercial_partner_id.ids)],
                ["partner_id"],
                ["__count"],
            )
        }
        for partner in self:
            partner.dunning_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_dunning(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_dunning_action_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {}
        return action

    def _get_dunning_recipient(self):
        """Return the billing contact: reminders go to nobody else."""
        if not self:
            return self
        self.ensure_one()
        # sudo: the address book decides, whatever the reader may open.
        commercial = self.sudo().commercial_partner_id
        contact = self.browse(commercial.address_get(["invoice"])["invoice"])
        return contact if email_normalize(contact.sudo().email or "") else commercial

    def _get_dunning_lang(self, company):
        """Return the language this person reads, among those installed."""
        partner = self.sudo()
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = (
            partner.lang,
            partner.commercial_partner_id.lang,
            company.sudo().partner_id.lang,
            self.env.lang,
        )
        return next((lang for lang in wanted if lang in installed), installed[0])

    def _get_dunning_salutation(self, lang):
        env = self.with_context(lang=lang).env
        return self.sudo().dunning_salutation or env._("Madam, Sir")
