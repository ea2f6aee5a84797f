from odoo import api, fields, models

from .legal_fee_agreement_rhythm import RHYTHMS

#: what a whole firm cannot be counted beyond, while somebody types
COUNTED_AT_MOST = 20_000


class LegalBillingSelection(models.AbstractModel):
    """Which matters are to be billed: kept for a run, or saved for later ones."""

    _name = "legal.billing.selection"
    _description = "Matters to Bill"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    practice_area_ids = fields.Many2many("legal.practice.area", string="Practices")
    responsible_ids = fields.Many2many("res.users", string="Responsible")
    partner_ids = fields.Many2many("res.partner", string="Clients")
    term_kind = fields.Selection(
        [
            ("hourly", "By the hour"),
            ("fixed", "Fixed fee"),
            ("subscription", "Subscription"),
            ("success", "Success fee"),
        ],
        string="Way of charging",
        help="Only matters whose agreement has such a term.",
    )
    billing_rhythm = fields.Selection(
        RHYTHMS,
        string="Billed",
        help="Only matters whose agreement is billed at this rhythm.",
    )
    minimum_amount = fields.Monetary(
        string="At least",
        help="Only matters with so much work and costs waiting, excluding VAT.",
    )
    minimum_age = fields.Integer(
        string="Waiting since",
        help="Only matters whose oldest work has waited so many days.",
    )

    _amount_not_negative = models.Constraint(
        "CHECK (minimum_amount >= 0 AND minimum_age >= 0)",
        "The least amount and the least age of the work cannot be negative.",
    )

    @api.model
    def _get_selection_fields(self):
        """Return the fields that say which matters, in the order of the screen."""
        return [
            "practice_area_ids",
            "responsible_ids",
            "partner_ids",
            "term_kind",
            "billing_rhythm",
            "minimum_amount",
            "minimum_age",
        ]

    def _prepare_selection(self):
        """Return the values that make another record choose the same matters."""
        self.ensure_one()
        record = self.with_context(bin_size=False)
        return {
            name: record._fields[name].convert_to_write(record[name], record)
            for name in self._get_selection_fields()
        }

    def _get_matter_domain(self):
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("state", "in", ("open", "closed")),
        ]
        if self.practice_area_ids:
            domain.append(("practice_area_id", "in", self.practice_area_ids.ids))
        if self.responsible_ids:
            domain.append(("responsible_id", "in", self.responsible_ids.ids))
        if self.partner_ids:
            domain.append(("partner_id", "in", self.partner_ids.ids))
        agreement = []
        if self.term_kind:
            agreement.append(("term_ids.kind", "=", self.term_kind))
        if self.billing_rhythm:
            agreement.append(("billing_rhythm", "=", self.billing_rhythm))
        if agreement:
            in_force = ("state", "in", ("draft", "sent", "signed", "ended"))
            domain.append(("agreement_ids", "any", [in_force, *agreement]))
        return domain

    def _find_matters(self, date_to, limit=None):
        """Return the matters chosen, of those that the user may read."""
        self.ensure_one()
        matters = self.env["legal.matter"].search(
            self._get_matter_domain(), order="matter_number, id", limit=limit
        )
        if not self.minimum_amount and not self.minimum_age:
            return matters
        waiting = self.env["legal.prebill"]._get_waiting(matters, date_to)
        latest = fields.Date.subtract(date_to, days=self.minimum_age)
        return matters.filtered(
            lambda matter: (
                matter.id in waiting
                and waiting[matter.id][0] >= self.minimum_amount
                and (not self.minimum_age or waiting[matter.id][1] <= latest)
            )
        )

    def _count_waiting(self, date_to):
        """Return (matters with work or costs waiting, their sum) of this choice."""
        if not date_to or not self.company_id:
            return 0, 0.0
        matters = self._find_matters(date_to, limit=COUNTED_AT_MOST)
        waiting = self.env["legal.prebill"]._get_waiting(matters, date_to)
        return len(waiting), sum(amount for amount, _oldest in waiting.values())


class LegalPrebill(models.Model):
    _inherit = "legal.prebill"

    @api.model
    def _get_waiting(self, matters, date_to):
        """Return {matter id: (value of its time and costs to bill, oldest day)}.

        Two queries, whatever the number of matters; what falls due by itself, as a
        subscription does, is known by the preview.
        """
        waiting = {}
        for model, domain, amount in (
            (
                "account.analytic.line",
                self._get_entry_domain(matters, date_to),
                "amount_billable:sum",
            ),
            (
                "legal.cost",
                [
                    ("matter_id", "in", matters.ids),
                    ("billing_status", "=", "to_bill"),
                    ("date", "<=", date_to),
                ],
                "amount:sum",
            ),
        ):
            for matter, value, oldest in self.env[model]._read_group(
                domain, ["matter_id"], [amount, "date:min"]
            ):
                known, since = waiting.get(matter.id, (0.0, oldest))
                waiting[matter.id] = (known + value, min(since, oldest))
        return waiting
