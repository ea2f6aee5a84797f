import string

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: what a clause may name; each is worked out by the agreement it stands in
PLACEHOLDERS = (
    "firm",
    "firm_address",
    "firm_identity",
    "bar",
    "lawyer",
    "client",
    "client_address",
    "object",
    "matter",
    "practice",
    "date_from",
    "previous",
    "previous_date",
    "version",
    "terms",
    "estimate",
    "increment",
    "payment_terms",
    "send_channel",
    "pay_means",
    "withdrawal_days",
    "withdrawal_start",
    "legal_aid_rate",
    "legal_aid_share",
    "recovery_indemnity",
    "mediator_name",
    "mediator_address",
    "mediator_email",
    "mediator_site",
)
KINDS = ("professional", "consumer", "public", "nonprofessional")
TERM_CONDITIONS = [
    ("any", "Any agreement"),
    ("hourly", "With an hourly term"),
    ("fixed", "With a fixed fee"),
    ("subscription", "With a subscription"),
    ("success", "With a success fee"),
    ("provision", "With a provision"),
]


def read_placeholders(text):
    """Return the names between braces of a text; others than plain names as they are.

    >>> sorted(read_placeholders("{firm}, {client}"))
    ['client', 'firm']
    >>> read_placeholders("{firm.env}")
    {'firm.env'}

    :raise ValueError: a lone brace
    """
    return {
        name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        for _text, name, spec, conversion in string.Formatter().parse(text or "")
        if name is not None
    }


class LegalFeeClause(models.Model):
    """A clause of the firm's library, and the agreements it belongs in.

    The wording is the firm's and in the language of its contracts. Blank lines part
    paragraphs, lines that begin with a dash make a list.
    """

    _name = "legal.fee.clause"
    _description = "Fee Agreement Clause"
    _order = "sequence, id"
    _rec_name = "title"
    _check_company_auto = True

    title = fields.Char(required=True)
    code = fields.Char(
        help="Short word by which checks know the clause, e.g. aid_withdrawn."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    body = fields.Text(required=True)
    is_mandatory = fields.Boolean(
        string="Mandatory", help="An agreement that needs it and lacks it is named."
    )
    source = fields.Char(help="The law or rule that asks for it.")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    for_professional = fields.Boolean(string="Professionals", default=True)
    for_consumer = fields.Boolean(string="Consumers", default=True)
    for_public = fields.Boolean(string="Public bodies", default=True)
    for_nonprofessional = fields.Boolean(
        string="Non-professional legal persons", default=True
    )
    term_condition = fields.Selection(
        TERM_CONDITIONS, string="Terms", default="any", required=True
    )
    signature_condition = fields.Selection(
        [
            ("any", "Wherever it is concluded"),
            ("away", "At a distance or outside the firm"),
            ("distance", "At a distance"),
            ("off_premises", "Outside the firm"),
        ],
        string="Concluded",
        default="any",
        required=True,
    )
    legal_aid_condition = fields.Selection(
        [
            ("any", "With or without legal aid"),
            ("none", "Without legal aid"),
            ("partial", "Under partial legal aid"),
        ],
        string="Legal Aid",
        default="any",
        required=True,
    )
    version_condition = fields.Selection(
        [
            ("any", "Agreements and amendments"),
            ("first", "First version only"),
            ("amendment", "Amendments only"),
        ],
        string="Version",
        default="any",
        required=True,
    )
    is_on_request = fields.Boolean(
        string="Only by hand", help="Never put in by itself; chosen when needed."
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: of every company."
    )
    placeholder_help = fields.Char(compute="_compute_placeholder_help")

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A clause must end after it starts.",
    )

    def _compute_placeholder_help(self):
        self.placeholder_help = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)

    @api.constrains("body")
    def _check_body(self):
        for clause in self:
            self._check_placeholders(clause.title, clause.body)

    @api.model
    def _check_placeholders(self, title, body):
        """Refuse a text with a name between braces that stands for nothing.

        :raise ValidationError: naming the clause and what it may hold
        """
        try:
            unknown = read_placeholders(body) - set(PLACEHOLDERS)
        except ValueError:
            raise ValidationError(
                self.env._(
                    "The clause “%(title)s” has a lone brace: write names as {client}.",
                    title=title,
                )
            ) from None
        if unknown:
            raise ValidationError(
                self.env._(
                    "The clause “%(title)s” holds {%(unknown)s}, which stands for"
                    " nothing: use one of %(known)s.",
                    title=title,
                    unknown=min(unknown),
                    known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                )
            )

    @api.model
    def _get_for(self, agreement, with_requested=False):
        """Return the clauses of the library an agreement needs, in order."""
        clauses = self.search([("company_id", "in", [False, agreement.company_id.id])])
        return clauses.filtered(
            lambda c: (
                c._applies_to(agreement) and (with_requested or not c.is_on_request)
            )
        )

    def _applies_to(self, agreement):
        self.ensure_one()
        day = agreement.signed_on or agreement.date_from
        matter = agreement.matter_id
        kinds = agreement.term_ids.mapped("kind")
        mode = agreement.signature_mode
        aid = matter.legal_aid
        return (
            (not self.date_from or self.date_from <= day)
            and (not self.date_to or day <= self.date_to)
            and self[f"for_{matter.client_kind or 'consumer'}"]
            and (self.term_condition == "any" or self.term_condition in kinds)
            and (
                self.signature_condition in ("any", mode)
                or (self.signature_condition == "away" and mode != "on_premises")
            )
            and self.legal_aid_condition in ("any", aid)
            and (
                self.version_condition == "any"
                or (self.version_condition == "first") == (agreement.version == 1)
            )
        )
