from odoo import api, fields, models


class LegalFeePeriod(models.Model):
    """A period of a subscription or of a minimum fee, as it was billed.

    It keeps what the period included and what it took over, so that a bill read
    again years later still says how it was worked out.
    """

    _name = "legal.fee.period"
    _description = "Billed Period"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    term_id = fields.Many2one(
        "legal.fee.term", required=True, index=True, ondelete="cascade"
    )
    root_id = fields.Many2one(related="term_id.root_id", store=True, index=True)
    matter_id = fields.Many2one(related="term_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="term_id.company_id", store=True)
    currency_id = fields.Many2one(related="term_id.currency_id")
    date_from = fields.Date(required=True, readonly=True)
    date_to = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    included = fields.Float(readonly=True, help="Hours, or value, of the period.")
    carried_in = fields.Float(readonly=True, help="Taken over from the period before.")
    prebill_line_ids = fields.One2many("legal.prebill.line", "period_id")

    _once = models.UniqueIndex(
        "(root_id, date_from)", "This period of the term is already there."
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A period must end after it starts."
    )

    @api.depends("term_id.name", "date_from", "date_to")
    def _compute_display_name(self):
        for period in self:
            period.display_name = (
                f"{period.term_id.name} {period.date_from} – {period.date_to}"
            )
