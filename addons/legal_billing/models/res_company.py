from odoo import Command, fields, models

# What the French chart calls the accounts and the tax of each category.
# Own accounts are sub-accounts of 467 so that a third party's money never meets
# turnover; the chart has none.
FRENCH_CATEGORIES = [
    # code, section, chart account or own account, tax
    ("fee", "fees", "pcg_706", "vat"),
    ("tariff", "fees", "pcg_706", "vat"),
    ("admin_fee", "expenses", "pcg_7088", "vat"),
    ("expense", "expenses", "pcg_7085", "vat"),
    ("disbursement", "disbursements", "disbursement", "none"),
    ("pleading_duty", "disbursements", "pleading_duty", "none"),
    ("provision", "provisions", "pcg_4191", "vat"),
]
VAT_TAX_XMLID = "tva_normale_encaissement"


class ResCompany(models.Model):
    _inherit = "res.company"

    legal_requires_signature = fields.Boolean(
        string="Refuse to bill without a signed agreement",
        default=True,
        help="When off, billing under an unsigned agreement only warns.",
    )
    legal_agreement_content = fields.Selection(
        [
            ("warn", "Sign all the same, and say so"),
            ("refuse", "Refuse to send and to sign"),
        ],
        string="When mandatory content is missing",
        default="warn",
        required=True,
    )
    legal_cost_from_bills = fields.Boolean(
        string="Make costs when vendor bills are posted",
        default=True,
        help="Lines on a matter's analytic account become costs of that matter.",
    )
    legal_rate_max_age = fields.Integer(
        string="Days an exchange rate holds",
        default=4,
        help="No rate is published on closed days: the last one holds that long.",
    )
    legal_tax_disbursement_id = fields.Many2one(
        "account.tax", string="Tax of disbursements", check_company=True
    )

    def _legal_setup_money_categories(self):
        """Create the money categories of French companies; run again at will.

        Only what is missing is made: an administrator's own accounts and taxes
        are kept. A company without the French chart is left alone.
        """
        for company in self.filtered(lambda c: c.chart_template == "fr"):
            company = company.with_company(company)
            company._legal_create_french_categories()
            company._legal_setup_vat()

    def _legal_create_french_categories(self):
        self.ensure_one()
        Category = self.env["legal.money.category"]
        existing = set(
            Category.with_context(active_test=False)
            .search([("company_id", "=", self.id)])
            .mapped("code")
        )
        missing = [row for row in FRENCH_CATEGORIES if row[0] not in existing]
        if not missing:
            return Category
        chart = self.env["account.chart.template"]
        vat = chart.ref(VAT_TAX_XMLID, raise_if_not_found=False)
        none = self._legal_get_disbursement_tax()
        own = self._legal_get_disbursement_accounts()
        names = self._legal_category_names()
        return Category.create(
            [
                {
                    "name": names[code],
                    "code": code,
                    "section": section,
                    "sequence": 10 * (rank + 1),
                    "account_id": (
                        own.get(account)
                        or chart.ref(account, raise_if_not_found=False)
                        or self.env["account.account"]
                    ).id,
                    "tax_id": (vat if tax == "vat" else none).id if vat else False,
                    "company_id": self.id,
                }
                for rank, (code, section, account, tax) in enumerate(missing)
            ]
        )

    def _legal_category_names(self):
        """Return the names as they stand in the company's own language."""
        company = self.with_context(lang=self.partner_id.lang or self.env.lang)
        _ = company.env._
        return {
            "fee": _("Fees"),
            "tariff": _("Tariff fees"),
            "admin_fee": _("File-handling charges"),
            "expense": _("Expenses"),
            "disbursement": _("Disbursements"),
            "pleading_duty": _("Pleading duty"),
            "provision": _("Provisions"),
        }

    def _legal_get_disbursement_accounts(self):
        """Return {category code: account}, creating the sub-accounts of 467."""
        company = self.with_context(lang=self.partner_id.lang or self.env.lang)
        _ = company.env._
        wanted = {
            "disbursement": ("4671", _("Disbursements advanced for clients")),
            "pleading_duty": ("4672", _("Pleading duties to hand over (CNBF)")),
        }
        accounts = {}
        Account = self.env["account.account"]
        for kind, (prefix, name) in wanted.items():
            account = Account.search(
                [("code", "=like", f"{prefix}%"), ("company_ids", "in", self.id)],
                limit=1,
            )
            accounts[kind] = account or Account.create(
                {
                    "code": prefix.ljust(6, "0"),
                    "name": name,
                    "account_type": "liability_current",
                    "reconcile": True,
                    "company_ids": [Command.set(self.ids)],
                }
            )
        return accounts

    def _legal_get_disbursement_tax(self):
        """Return the 0 % tax of disbursements, which feeds no VAT-return box.

        The chart's own 0 % tax reports exempt turnover (box E2); money advanced
        in the client's name is no turnover at all.
        """
        if self.legal_tax_disbursement_id:
            return self.legal_tax_disbursement_id
        company = self.with_context(lang=self.partner_id.lang or self.env.lang)
        model_tax = self.env["account.chart.template"].ref(
            VAT_TAX_XMLID, raise_if_not_found=False
        )
        if not model_tax:
            return self.env["account.tax"]
        self.legal_tax_disbursement_id = self.env["account.tax"].create(
            {
                "name": company.env._("0% Disbursements"),
                "invoice_label": company.env._("Outside VAT"),
                "amount": 0,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "tax_scope": "service",
                "tax_group_id": self._legal_get_disbursement_tax_group(model_tax).id,
                "country_id": model_tax.country_id.id,
                "company_id": self.id,
                "ubl_cii_tax_category_code": "E",
                "ubl_cii_tax_exemption_reason_code": "VATEX-EU-79-C",
                "sequence": 90,
            }
        )
        return self.legal_tax_disbursement_id

    def _legal_get_disbursement_tax_group(self, model_tax):
        return (
            self.env["account.tax.group"].search(
                [("company_id", "=", self.id), ("name", "ilike", "0")], limit=1
            )
            or model_tax.tax_group_id
        )
