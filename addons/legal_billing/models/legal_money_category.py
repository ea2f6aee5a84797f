from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

SECTIONS = [
    ("fees", "Fees"),
    ("expenses", "Expenses"),
    ("disbursements", "Disbursements"),
    ("provisions", "Provisions"),
]


class LegalMoneyCategory(models.Model):
    """What kind of money a line is: its account, its tax, its place in print.

    Fees and expenses are the firm's turnover and bear VAT; disbursements are
    advanced in the client's name and stay outside it (CGI, art. 267 II 2°).
    """

    _name = "legal.money.category"
    _inherit = ["legal.kept.mixin"]
    _kept_fields = frozenset({"code", "company_id", "active"})
    _description = "Money Category"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        [
            ("fee", "Fee"),
            ("tariff", "Tariff fee"),
            ("admin_fee", "File-handling charge"),
            ("expense", "Expense"),
            ("disbursement", "Disbursement"),
            ("pleading_duty", "Pleading duty"),
            ("provision", "Provision"),
        ],
        required=True,
    )
    section = fields.Selection(SECTIONS, required=True)
    sequence = fields.Integer(default=10)
    account_id = fields.Many2one("account.account", check_company=True)
    tax_id = fields.Many2one(
        "account.tax", check_company=True, domain=[("type_tax_use", "=", "sale")]
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex(
        "(company_id, code) WHERE active",
        "A company has one money category of each kind: archive the other one first.",
    )

    @api.model
    def _get_by_code(self, code, company):
        """Return the company's category of this kind.

        :raise UserError: none is set up
        """
        category = self.browse(self._find_by_code(code, company.id))
        if not category:
            labels = dict(self._fields["code"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(company)s has no money category of the kind “%(kind)s”: create"
                    " it under Configuration › Money categories.",
                    company=company.name,
                    kind=labels[code],
                )
            )
        return category

    def _get_tax(self, on_date=None):
        """Return the tax under the firm's VAT regime on the invoice's day.

        The day is that of the context while invoices are made, else today.
        """
        self.ensure_one()
        on_date = on_date or self.env.context.get("legal_invoice_date")
        return self.company_id._legal_map_regime(self.tax_id, on_date)

    @api.model
    @ormcache("code", "company_id")
    def _find_by_code(self, code, company_id):
        """Return the id of the active category of this kind, or ``False``."""
        # sudo: what is kept for all is found as for anybody; categories of a company
        # are read by all its people.
        found = self.sudo().search(
            [("code", "=", code), ("company_id", "=", company_id)], limit=1
        )
        return found.id

    @api.model
    def _get_section_titles(self):
        """Return {section: title}, in the language of the context."""
        return dict(self._fields["section"]._description_selection(self.env))

    def _check_usable(self):
        """Refuse to bill through a category without an account or a tax."""
        for category in self:
            if not category.account_id or not category.tax_id:
                raise UserError(
                    self.env._(
                        "The money category “%(category)s” of %(company)s has no"
                        " account or no tax: fill both under Configuration › Money"
                        " categories.",
                        category=category.name,
                        company=category.company_id.name,
                    )
                )
