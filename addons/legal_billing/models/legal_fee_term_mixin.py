from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: fields of a way of charging, by kind; what a template copies, what a signature
#: freezes
TERM_FIELDS = {
    "hourly": (
        "blended_rate",
        "discount_percent",
        "cap_amount",
        "cap_hours",
        "at_cap",
        "reduced_rate",
    ),
    "fixed": ("amount", "included_hours", "overage", "overrun_rate"),
    "subscription": (
        "amount",
        "period_unit",
        "period_anchor",
        "billed_when",
        "included_hours",
        "included_amount",
        "carry_over",
        "carry_limit",
        "overage",
        "overrun_rate",
        "index_id",
        "index_revision",
    ),
    "success": (
        "success_base",
        "success_trigger",
        "with_costs_award",
        "floor_amount",
        "ceiling_amount",
    ),
    "opening": ("amount",),
    "minimum": ("amount", "minimum_scope", "period_unit", "period_anchor"),
    "expense": ("expense_mode", "expense_percent", "amount"),
    "provision": ("amount", "provision_when", "provision_floor"),
}
#: kinds that charge hours
TIME_KINDS = ("hourly", "fixed", "subscription")
NOT_NEGATIVE = (
    "amount",
    "blended_rate",
    "cap_amount",
    "cap_hours",
    "reduced_rate",
    "included_hours",
    "included_amount",
    "carry_limit",
    "overrun_rate",
    "floor_amount",
    "ceiling_amount",
    "provision_floor",
)
PERCENTS = ("discount_percent", "expense_percent")


class LegalFeeTermMixin(models.AbstractModel):
    """A way of charging, as written in an agreement or in a template of one."""

    _name = "legal.fee.term.mixin"
    _description = "Way of Charging"

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("hourly", "Hourly"),
            ("fixed", "Fixed fee"),
            ("subscription", "Subscription"),
            ("success", "Success fee"),
            ("opening", "File-opening fee"),
            ("minimum", "Minimum fee"),
            ("expense", "Expenses"),
            ("provision", "Provision"),
        ],
        required=True,
        default="hourly",
    )
    currency_id = fields.Many2one("res.currency")
    activity_code_ids = fields.Many2many(
        "legal.activity.code",
        string="Only for",
        help="Kinds of work this term charges. Empty: all that no earlier term takes.",
    )
    amount = fields.Monetary(string="Fee", help="Excluding VAT.")

    # -- hourly ------------------------------------------------------------------
    blended_rate = fields.Monetary(
        help="One price for an hour of anybody. Empty: each at his own rate."
    )
    discount_percent = fields.Float(
        string="Discount", help="Taken off the hours, shown as a discount."
    )
    cap_amount = fields.Monetary(
        string="Cap", help="Most that will be billed under this term, excluding VAT."
    )
    cap_hours = fields.Float(
        string="Cap in hours", help="Most hours that will be billed under this term."
    )
    at_cap = fields.Selection(
        [
            ("unbilled", "Go on, unbilled: the excess is shown as an allowance"),
            ("stop", "Stop and ask: the excess waits for an amendment"),
            ("reduced", "Go on at a reduced rate"),
        ],
        string="At the cap",
        default="unbilled",
        required=True,
    )
    reduced_rate = fields.Monetary(help="Price of an hour beyond the cap.")

    # -- packages: fixed fee, subscription -----------------------------------------
    included_hours = fields.Float(
        help="Hours the fee covers, of each period for a subscription. Zero: a fixed"
        " fee covers the matter however long it takes."
    )
    included_amount = fields.Monetary(
        string="Included value",
        help="Work the subscription covers in each period, at each one's own rate.",
    )
    overage = fields.Selection(
        [
            ("rate", "At an agreed rate"),
            ("own", "At each one's own rate"),
            ("ask", "Not without an amendment"),
        ],
        string="Work beyond",
        compute="_compute_overage",
        store=True,
        readonly=False,
        precompute=True,
    )
    overrun_rate = fields.Monetary(
        help="Price of an hour beyond the included ones, excluding VAT."
    )
    period_unit = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        string="Each",
        default="month",
        required=True,
    )
    period_anchor = fields.Selection(
        [
            ("calendar", "Calendar periods, cut at start and end"),
            ("anniversary", "From the day it starts"),
        ],
        string="Periods",
        default="calendar",
        required=True,
    )
    billed_when = fields.Selection(
        [("advance", "In advance"), ("arrears", "When the period is over")],
        string="Billed",
        default="arrears",
        required=True,
    )
    carry_over = fields.Selection(
        [("none", "Lost"), ("limited", "Kept up to"), ("unlimited", "Kept")],
        string="What is not used",
        default="none",
        required=True,
    )
    carry_limit = fields.Float(
        help="Most hours, or value, that pass to the next period."
    )
    index_id = fields.Many2one("legal.price.index", string="Indexed on")
    index_revision = fields.Selection(
        [("year", "Each anniversary"), ("period", "Each period")],
        string="Revised",
        default="year",
        required=True,
    )

    # -- success -------------------------------------------------------------------
    success_base = fields.Selection(
        [
            ("gained", "What the client obtains"),
            ("saved", "What the client need not pay"),
        ],
        string="Share of",
    )
    success_trigger = fields.Selection(
        [
            ("irrevocable", "When the result is irrevocable"),
            ("decision", "On the day of the decision or settlement"),
            ("payment", "When the client is paid"),
        ],
        string="Due",
    )
    with_costs_award = fields.Boolean(
        string="Art. 700 included",
        help="The sums awarded under article 700 CPC count in the result.",
    )
    floor_amount = fields.Monetary(string="At least")
    ceiling_amount = fields.Monetary(string="At most")

    # -- minimum, expenses, provision ------------------------------------------------
    minimum_scope = fields.Selection(
        [("matter", "Whole matter"), ("period", "Each period")],
        string="Minimum for",
        default="matter",
        required=True,
    )
    expense_mode = fields.Selection(
        [
            ("percent", "Percentage of the fees"),
            ("flat", "Flat sum, once"),
            ("real", "At cost"),
        ],
        string="Expenses are",
        default="percent",
        required=True,
    )
    expense_percent = fields.Float(string="Of the fees")
    provision_when = fields.Selection(
        [
            ("signature", "At signature"),
            ("date", "On a date"),
            ("floor", "Whenever the balance falls under the floor"),
        ],
        string="Requested",
        default="signature",
        required=True,
    )
    provision_floor = fields.Monetary(
        string="Floor", help="The balance under which the provision is asked again."
    )
    summary = fields.Text(compute="_compute_summary")

    @api.depends("kind")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for term in self:
            # A name nobody typed follows the kind.
            if not term.name or term.name in labels.values():
                term.name = labels.get(term.kind)

    @api.depends("overrun_rate")
    def _compute_overage(self):
        for term in self:
            term.overage = term.overage or ("rate" if term.overrun_rate else False)

    def _get_term_place(self):
        """Return the words that say where a term is, for a sentence naming it."""
        self.ensure_one()
        return self.display_name

    @api.constrains(*NOT_NEGATIVE, *PERCENTS)
    def _check_figures(self):
        for term in self:
            for name in NOT_NEGATIVE:
                if (term[name] or 0) < 0:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of “%(term)s” in %(place)s is below zero:"
                            " enter zero or more.",
                            field=term._get_field_label(name),
                            term=term.name,
                            place=term._get_term_place(),
                        )
                    )
            for name in PERCENTS:
                if not 0 <= (term[name] or 0) <= 100:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of “%(term)s” in %(place)s is %(value)s %%:"
                            " enter a percentage between 0 and 100.",
                            field=term._get_field_label(name),
                            term=term.name,
                            place=term._get_term_place(),
                            value=f"{term[name]:g}",
                        )
                    )

    def _get_field_label(self, name):
        return self._fields[name]._description_string(self.env)
