import string

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from .account_move_document import Facts

PARAMETER_PLACEHOLDERS = (
    "mediator_name",
    "mediator_address",
    "mediator_email",
    "mediator_site",
)
MOVE_PLACEHOLDERS = (
    "firm",
    "bar",
    "due",
    "matter",
    "origin",
    "origin_date",
    "reason",
    "seller_vat",
    "buyer_vat",
)


class LegalMention(models.Model):
    """A notice that the law prints on invoices, under a condition, for a time.

    Which notices apply depends on the kind of client, the document, the VAT
    treatment and the date of issue: a change of the law is a new row with its
    date, and what was printed before stays explained.
    """

    _name = "legal.mention"
    _inherit = ["legal.kept.mixin"]
    _description = "Legal Notice"
    _order = "sequence, code, date_from, id"
    _check_company_auto = True

    code = fields.Char(required=True, help="E.g. M08: the row of the firm's checklist.")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    text = fields.Text(
        required=True,
        translate=True,
        help="As printed. May hold {due}, {matter}, {origin}, {origin_date}, {reason},"
        " {firm}, {bar}, {seller_vat}, {buyer_vat} and {mediator_name},"
        " {mediator_address}, {mediator_email}, {mediator_site}.",
    )
    text_foreign = fields.Text(
        string="Text in English",
        help="Printed for clients who do not read French; the e-invoice keeps the"
        " French text.",
    )
    place = fields.Selection(
        [
            ("notice", "Among the notices"),
            ("layout", "In the layout of the document"),
        ],
        default="notice",
        required=True,
        help="What stands in the layout, as the parties and the dates, is checked"
        " before posting and not printed a second time.",
    )
    cgi_ref = fields.Char(
        string="Article of the CGI",
        help="The article that the text cites. When another code takes its place, end"
        " this row and add the new text from its first day.",
    )
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    source = fields.Char(required=True, help="The law that asks for it.")
    is_verified = fields.Boolean(
        string="Verified",
        help="Ticked once a person has read the text in its official source.",
    )
    for_professional = fields.Boolean(string="Professionals", default=True)
    for_consumer = fields.Boolean(string="Consumers", default=True)
    for_public = fields.Boolean(string="Public bodies", default=True)
    for_nonprofessional = fields.Boolean(
        string="Non-professional legal persons", default=True
    )
    document = fields.Selection(
        [
            ("all", "All"),
            ("invoice", "Invoices"),
            ("credit_note", "Credit notes"),
            ("deposit", "Deposit invoices"),
            ("final_account", "Final accounts"),
        ],
        default="all",
        required=True,
    )
    vat_case = fields.Selection(
        [
            ("all", "Any VAT"),
            ("on_payment", "VAT due on payment"),
            ("on_invoice", "VAT due on invoice"),
            ("franchise", "VAT franchise"),
            ("reverse_charge", "Reverse charge (business in the EU)"),
            ("outside_eu", "Client outside the EU"),
            ("exempt", "Other exemption"),
        ],
        string="VAT",
        default="all",
        required=True,
    )
    has_disbursement_only = fields.Boolean(
        string="With disbursements only",
        help="Printed when the document carries disbursements.",
    )
    sole_practitioner_only = fields.Boolean(
        string="Sole practitioners only",
        help="Printed when the legal form of the firm is EI.",
    )
    is_optional = fields.Boolean(
        string="Leave out when incomplete",
        help="Printed only on the days for which all its values are recorded.",
    )
    note_code = fields.Selection(
        [
            ("PMT", "PMT: flat recovery indemnity"),
            ("PMD", "PMD: late-payment penalties"),
            ("AAB", "AAB: discount"),
        ],
        string="E-invoice note",
        help="The e-invoice repeats the notice under this code, exactly once.",
    )
    company_id = fields.Many2one("res.company", index=True)

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A legal notice must end after it starts.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(hashtext(code), hashtext(code), '[]') WITH &&,"
        " int4range(COALESCE(company_id, 0), COALESCE(company_id, 0), '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&) WHERE (active)",
        "Two legal notices with the same code hold on the same day: end the first one"
        " before the second starts.",
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for mention in self:
            mention.display_name = f"{mention.code} {mention.name}"

    @api.constrains("text", "text_foreign")
    def _check_placeholders(self):
        known = {*PARAMETER_PLACEHOLDERS, *MOVE_PLACEHOLDERS}
        for mention in self:
            unknown = mention._get_placeholders() - known
            if unknown:
                raise ValidationError(
                    self.env._(
                        "The notice %(notice)s holds {%(unknown)s}, which stands for"
                        " nothing: use one of %(known)s.",
                        notice=mention.display_name,
                        unknown=min(unknown),
                        known=", ".join(f"{{{name}}}" for name in sorted(known)),
                    )
                )

    def _get_placeholders(self):
        self.ensure_one()
        text = f"{self.text or ''}{self.text_foreign or ''}"
        try:
            parsed = list(string.Formatter().parse(text))
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "The notice %(notice)s has a lone brace: write placeholders as"
                    " {due}.",
                    notice=self.display_name,
                )
            ) from error
        return {name for _text, name, _spec, _conversion in parsed if name is not None}

    # -- selection -------------------------------------------------------------

    def copy_data(self, default=None):
        """Give a copy a code of its own: two of one code never hold together."""
        vals_list = super().copy_data(default)
        for vals in vals_list:
            if "code" not in (default or {}):
                vals["code"] = f"{vals['code']}-2"
        return vals_list

    @api.model
    @tools.ormcache("company_id")
    def _get_company_ids(self, company_id):
        domain = [("company_id", "in", [False, company_id])]
        return tuple(self.sudo().search(domain).ids)

    @api.model
    def _for_move(self, move):
        """Return the notices to print on this document, in order."""
        # sudo: notices are public law, and whoever prints needs them.
        mentions = self.sudo().browse(self._get_company_ids(move.company_id.id))
        facts = move._legal_get_facts()
        return mentions.filtered(
            lambda mention: (
                mention.place == "notice"
                and mention._applies(facts)
                and (not mention.is_optional or mention._is_complete(move))
            )
        )._prefer_own()

    def _prefer_own(self):
        """Leave out what the firm replaced by a text of its own, code by code."""
        own = {mention.code for mention in self if mention.company_id}
        return self.filtered(lambda m: m.company_id or m.code not in own)

    @api.model
    def _for_account(self, account):
        """Return the notices that are for final accounts, in order."""
        mentions = self.sudo().browse(self._get_company_ids(account.company_id.id))
        kind = account.matter_id.client_kind or "consumer"
        facts = Facts(
            account.date, kind, "final_account", set(), False, account.company_id
        )
        return mentions.filtered(
            lambda mention: (
                mention.document == "final_account"
                and mention._applies(facts)
                and (not mention.is_optional or mention._is_complete(account))
            )
        )

    def _applies(self, facts):
        self.ensure_one()
        return (
            (not self.date_from or self.date_from <= facts.date)
            and (not self.date_to or facts.date <= self.date_to)
            and self[f"for_{facts.kind}"]
            and self.document in ("all", facts.document)
            and (self.vat_case == "all" or self.vat_case in facts.vat_cases)
            and (not self.has_disbursement_only or facts.has_disbursement)
            and (not self.sole_practitioner_only or facts.firm._legal_is_sole())
        )

    # -- text ------------------------------------------------------------------

    def _is_complete(self, move):
        try:
            return bool(self._get_text(move))
        except UserError:
            return False

    def _get_text(self, move, official=False):
        """Return the notice as printed on this document.

        :param bool official: the French text, whatever the client's language
        :raise UserError: a legal value is missing on the day of issue
        """
        self.ensure_one()
        mention = self.with_context(lang=move.partner_id.lang or self.env.lang)
        names = mention._get_placeholders()
        # A final account has one date, an invoice several.
        day = move["invoice_date" if "invoice_date" in move._fields else "date"]
        values = {
            name: self.env["legal.parameter"]._get(
                name, day or fields.Date.context_today(self)
            )
            for name in names
            if name in PARAMETER_PLACEHOLDERS
        }
        if names - values.keys():
            values |= move._legal_get_mention_values()
        lang = move.partner_id.lang or self.env.lang or ""
        if not official and mention.text_foreign and not lang.startswith("fr"):
            return mention.text_foreign.format(**values)
        return mention.text.format(**values)
