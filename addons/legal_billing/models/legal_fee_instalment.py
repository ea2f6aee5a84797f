from odoo import api, fields, models


class LegalFeeInstalment(models.Model):
    """One payment of a fixed fee, due on a date or when the client signs."""

    _name = "legal.fee.instalment"
    _description = "Fee Instalment"
    _order = "due_on, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    term_id = fields.Many2one(
        "legal.fee.term", required=True, index=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        related="term_id.agreement_id", store=True, index=True
    )
    matter_id = fields.Many2one(related="term_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="term_id.company_id", store=True)
    currency_id = fields.Many2one(related="term_id.currency_id")
    amount = fields.Monetary(required=True)
    trigger = fields.Selection(
        [("signature", "At signature"), ("date", "On a date")],
        default="date",
        required=True,
    )
    due_on = fields.Date(string="Billable from")
    prebill_line_ids = fields.One2many("legal.prebill.line", "instalment_id")
    is_billed = fields.Boolean(compute="_compute_is_billed", store=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An instalment must have an amount above zero."
    )
    _date_when_dated = models.Constraint(
        "CHECK (trigger != 'date' OR due_on IS NOT NULL)",
        "An instalment due on a date needs that date.",
    )

    @api.depends("prebill_line_ids.is_live", "prebill_line_ids.prebill_id.state")
    def _compute_is_billed(self):
        for instalment in self:
            instalment.is_billed = any(
                line.is_live and line.prebill_id.state == "invoiced"
                for line in instalment.prebill_line_ids
            )

    def _set_signature_date(self, signed_on):
        """Make the instalments due at signature billable from that day."""
        self.filtered(lambda i: i.trigger == "signature").write({"due_on": signed_on})
