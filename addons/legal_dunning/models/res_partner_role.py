from odoo import fields, models
from odoo.tools import email_normalize


class ResPartner(models.Model):
    """Who else hears of reminders, and what the payer has agreed to."""

    _inherit = "res.partner"

    dunning_role = fields.Selection(
        [
            ("billing", "Pays: every reminder in copy"),
            ("accountant", "Accountant"),
            ("director", "Management"),
        ],
        "Role for Reminders",
        help="The billing contact is written to. The others get copies of the e-mails"
        " of the levels that name their role.",
    )
    registered_email_consent_on = fields.Date(
        "Accepts Electronic Registered Letters since",
        help="A person who is no professional must have agreed beforehand (CPCE,"
        " art. L. 100).",
    )
    dunning_wording_ids = fields.One2many(
        "legal.dunning.wording",
        "partner_id",
        "Texts of Its Own",
        groups="legal_timesheet.group_legal_user",
    )

    def _get_dunning_copies(self, level):
        """Return the contacts of this payer who get a copy at a level."""
        self.ensure_one()
        roles = ["billing"]
        if level.copy_accountant:
            roles.append("accountant")
        if level.copy_director:
            roles.append("director")
        # sudo: the address book decides, whatever the reader may open.
        commercial = self.sudo().commercial_partner_id
        return commercial.child_ids.filtered(
            lambda contact: contact.active and contact.dunning_role in roles
        )


class LegalDunningAction(models.Model):
    _inherit = "legal.dunning.action"

    def _get_copies(self):
        """Return the addresses in copy of an e-mail: never anybody but the payer's
        own contacts, and the responsible when the level says so."""
        self.ensure_one()
        if self.channel != "email":
            return False
        level = self.level_id
        people = self.partner_id._get_dunning_copies(level) - self.recipient_id
        if level.copy_lead:
            main = self.line_ids._sorted_main_first()[:1].move_id
            # sudo: the address of the responsible, as on each letter of the firm.
            people |= main.sudo()._get_dunning_user().partner_id
        addresses = [
            person.email_formatted
            for person in people
            if email_normalize(person.email or "") not in (False, self.email_to)
        ]
        return ", ".join(dict.fromkeys(addresses)) or False
