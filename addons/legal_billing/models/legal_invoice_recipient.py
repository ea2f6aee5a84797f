from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalInvoiceRecipient(models.Model):
    """Who receives the invoices of a client, or of one matter, beside the client.

    A billing contact receives them in the client's place; the others get a copy.
    What is kept for a matter goes before what is kept for the client.
    """

    _name = "legal.invoice.recipient"
    _description = "Recipient of Invoices"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    client_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="cascade"
    )
    matter_id = fields.Many2one(
        "legal.matter", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(related="matter_id.company_id", store=True)
    agreement_id = fields.Many2one(
        "legal.fee.agreement",
        string="Only under the agreement",
        domain="[('matter_id', '=', matter_id)]",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    partner_id = fields.Many2one(
        "res.partner", string="Recipient", required=True, index=True, ondelete="cascade"
    )
    email = fields.Char(related="partner_id.email")
    role = fields.Selection(
        [
            ("billing", "Billing contact, in the client's place"),
            ("contact", "Contact person, a copy"),
            ("accountant", "The client's accountant, a copy"),
        ],
        string="Receives as",
        default="billing",
        required=True,
    )

    _one_owner = models.Constraint(
        "CHECK ((client_id IS NULL) <> (matter_id IS NULL))",
        "A recipient belongs to a client or to a matter, not to both.",
    )
    _partner_once = models.UniqueIndex(
        "(COALESCE(client_id, 0), COALESCE(matter_id, 0), COALESCE(agreement_id, 0),"
        " partner_id)",
        "This person already receives these invoices.",
    )

    @api.depends("partner_id", "role")
    @api.depends_context("lang")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for recipient in self:
            role = roles.get(recipient.role, "")
            recipient.display_name = f"{recipient.partner_id.name} – {role}"

    @api.constrains("partner_id", "matter_id", "agreement_id")
    def _check_is_on_the_clients_side(self):
        for recipient in self.filtered("matter_id"):
            matter = recipient.matter_id
            client = matter.partner_id.commercial_partner_id
            partner = recipient.partner_id.commercial_partner_id
            if partner != client and partner in matter._legal_get_other_parties():
                raise ValidationError(
                    self.env._(
                        "%(who)s is another party of %(matter)s, or pays part of it:"
                        " choose somebody on the client's side.",
                        who=recipient.partner_id.display_name,
                        matter=matter._neutral_label(),
                    )
                )
            if recipient.agreement_id and recipient.agreement_id.matter_id != matter:
                raise ValidationError(
                    self.env._(
                        "The agreement %(agreement)s is not one of %(matter)s: choose"
                        " an agreement of that matter.",
                        agreement=recipient.agreement_id.name,
                        matter=matter._neutral_label(),
                    )
                )


class ResPartner(models.Model):
    _inherit = "res.partner"

    legal_recipient_ids = fields.One2many(
        "legal.invoice.recipient",
        "client_id",
        string="Recipients of invoices",
        groups="legal_timesheet.group_legal_user",
    )


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    legal_recipient_ids = fields.One2many(
        "legal.invoice.recipient", "matter_id", string="Recipients of invoices"
    )

    def _legal_get_other_parties(self):
        """Return whom the client's invoices must never reach: those against him, and
        those who pay in his place."""
        parties = self.opposing_party_ids | self.payer_ids.partner_id
        return parties.commercial_partner_id - self.partner_id.commercial_partner_id
