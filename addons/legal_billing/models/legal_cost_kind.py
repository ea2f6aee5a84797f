from odoo import fields, models

CATEGORY_CODES = [
    ("admin_fee", "File-handling charge"),
    ("expense", "Expense"),
    ("disbursement", "Disbursement"),
    ("pleading_duty", "Pleading duty"),
]


class LegalCostKind(models.Model):
    """A cost that comes back: its words, its category, and where its price is.

    A price set by law is read from the legal values on the day of the cost, a
    mileage from the firm's own scale; neither is ever a figure of the code.
    """

    _name = "legal.cost.kind"
    _description = "Kind of Cost"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    category_code = fields.Selection(
        CATEGORY_CODES, string="Category", required=True, default="expense"
    )
    pricing = fields.Selection(
        [
            ("typed", "Entered each time"),
            ("legal", "Amount set by law"),
            ("mileage", "Kilometres × the firm's scale"),
        ],
        required=True,
        default="typed",
    )
    parameter_key = fields.Char(
        string="Legal value",
        help="Key of the legal value that holds the amount, with its dates.",
    )
    narrative = fields.Char(
        translate=True, help="What the client reads, ready to be completed."
    )
    active = fields.Boolean(default=True)

    _legal_has_key = models.Constraint(
        "CHECK (pricing != 'legal' OR parameter_key IS NOT NULL)",
        "A kind of cost whose amount is set by law needs the key of its legal value.",
    )
