from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalPrebillPart(models.Model):
    """One of the invoices that a pre-bill is divided into."""

    _name = "legal.prebill.part"
    _description = "Invoice of a Divided Pre-bill"
    _order = "prebill_id, sequence, id"
    _check_company_auto = True

    prebill_id = fields.Many2one(
        "legal.prebill", required=True, index=True, ondelete="cascade", readonly=True
    )
    matter_id = fields.Many2one(related="prebill_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="prebill_id.company_id", store=True)
    currency_id = fields.Many2one(related="prebill_id.currency_id")
    commercial_partner_id = fields.Many2one(
        related="prebill_id.partner_id.commercial_partner_id"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        string="What it bills", required=True, help="Said to the client on the invoice."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Sent to",
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="Another contact or address of the client; else as on the pre-bill.",
    )
    date_due = fields.Date(
        string="Due on", help="Else by the terms of the agreement or of the client."
    )
    line_ids = fields.One2many("legal.prebill.line", "part_id")
    line_count = fields.Integer(compute="_compute_amounts")
    amount_untaxed = fields.Monetary(string="Excl. VAT", compute="_compute_amounts")
    amount_tax = fields.Monetary(string="VAT", compute="_compute_amounts")
    amount_total = fields.Monetary(string="Incl. VAT", compute="_compute_amounts")

    @api.depends(
        "line_ids", "prebill_id.line_ids.amount", "prebill_id.line_ids.decision"
    )
    def _compute_amounts(self):
        """Work the figures out of the very parts that become invoices."""
        for part in self:
            part.line_count = len(part.line_ids)
            part.amount_untaxed = part.amount_tax = part.amount_total = 0.0
        for prebill in self.prebill_id:
            for payer, groups in prebill._get_invoice_parts():
                part = groups[0].get("part")
                if part and part in self:
                    part.amount_untaxed = sum(group["amount"] for group in groups)
                    part.amount_tax = prebill._get_part_tax(payer, groups)
                    part.amount_total = part.amount_untaxed + part.amount_tax

    @api.constrains("partner_id", "prebill_id")
    def _check_partner_of_client(self):
        for part in self.filtered("partner_id"):
            client = part.prebill_id.partner_id.commercial_partner_id
            if part.partner_id.commercial_partner_id != client:
                raise ValidationError(
                    self.env._(
                        "“%(part)s” of %(prebill)s would be sent to someone else than"
                        " its client: choose a contact of %(client)s, or enter a payer"
                        " on the matter.",
                        part=part.name,
                        prebill=part.prebill_id.display_name,
                        client=client.name,
                    )
                )

    @api.constrains("date_due")
    def _check_prebill_open(self):
        for part in self:
            part.prebill_id._check_state("draft", "in_review", "approved")
