from odoo import Command, api, fields, models

from .res_company import VAT_TAX_XMLID

#: boxes and accounts of the 8.5 % rate, as the chart has them for goods
DOM_TAX_XMLID = "tva_specifique"
ABROAD_TAX_XMLID = "tva_sale_service_export_0"
ABROAD_POSITION_XMLID = "fiscal_position_template_import_export"
OUTSIDE_CODE, OUTSIDE_REASON = "O", "VATEX-EU-O"
FRANCHISE_REASON = "VATEX-FR-FRANCHISE"
# Overseas departments write France or their own code, so both are recognised.
DOM_COUNTRIES, DOM_ZIPS = ("GP", "MQ", "RE"), (("97100", "97299"), ("97400", "97499"))
EXEMPT_COUNTRIES = ("GF", "YT")
EXEMPT_ZIPS = (("97300", "97399"), ("97600", "97699"))


class ResCompany(models.Model):
    """The taxes of a French firm beyond the chart's: by regime, and by place.

    All is made once, under names of its own; an administrator may change any of it
    and it is not made again.
    """

    _inherit = "res.company"

    legal_vat_regime_ids = fields.One2many("legal.vat.regime", "company_id")
    legal_tax_on_invoice_id = fields.Many2one(
        "account.tax", string="Tax due on invoice", check_company=True
    )
    legal_tax_franchise_id = fields.Many2one(
        "account.tax", string="Tax of the franchise", check_company=True
    )
    legal_tax_dom_id = fields.Many2one(
        "account.tax", string="Tax of overseas departments", check_company=True
    )
    legal_tax_exempt_id = fields.Many2one(
        "account.tax", string="Tax of exempt territories", check_company=True
    )
    legal_tax_disbursement_abroad_id = fields.Many2one(
        "account.tax", string="Tax of disbursements abroad", check_company=True
    )

    # -- regime ----------------------------------------------------------------

    def _legal_get_vat_regime(self, on_date=None):
        """Return on_payment, on_invoice or franchise on a day, today by default."""
        self.ensure_one()
        on_date = on_date or fields.Date.context_today(self)
        # sudo: whoever bills must read how the firm is taxed, nothing else.
        regimes = self.sudo().legal_vat_regime_ids.filtered(
            lambda regime: regime.date_from <= on_date
        )
        return max(regimes, key=lambda r: r.date_from).regime if regimes else None

    def _legal_get_regime_tax(self, regime):
        """Return the tax of fees under a regime; none if nothing maps to it."""
        self.ensure_one()
        chart = self.env["account.chart.template"].with_company(self)
        return {
            "on_payment": chart.ref(VAT_TAX_XMLID, raise_if_not_found=False),
            "on_invoice": self.legal_tax_on_invoice_id,
            "franchise": self.legal_tax_franchise_id,
        }.get(regime) or self.env["account.tax"]

    def _legal_map_regime(self, taxes, on_date=None):
        """Return the taxes that stand for these under the regime of a day.

        Only the taxes of our own regimes are exchanged, and under the franchise
        disbursements too: such an invoice has one VAT breakdown (BR-E-01).
        """
        self.ensure_one()
        regime = self._legal_get_vat_regime(on_date)
        if not regime:
            return taxes
        wanted = self._legal_get_regime_tax(regime)
        own = self.env["account.tax"].union(
            *[
                self._legal_get_regime_tax(name)
                for name in ("on_payment", "on_invoice", "franchise")
            ]
        )
        if regime == "franchise":
            own |= self.legal_tax_disbursement_id
        return self.env["account.tax"].union(
            *[wanted if tax in own else tax for tax in taxes]
        )

    # -- taxes and places ------------------------------------------------------

    def _legal_setup_vat(self):
        """Create the taxes and fiscal positions that the French chart lacks."""
        for company in self.filtered(lambda c: c.chart_template == "fr"):
            company = company.with_company(company).with_context(
                lang=company.partner_id.lang or company.env.lang
            )
            normal = company.env["account.chart.template"].ref(
                VAT_TAX_XMLID, raise_if_not_found=False
            )
            if not normal:
                continue
            disbursement = company._legal_get_disbursement_tax()
            company._legal_make_regime_taxes(normal)
            company._legal_make_abroad(disbursement)
            company._legal_make_overseas(normal)

    def _legal_make_regime_taxes(self, normal):
        _ = self.env._
        if not self.legal_tax_on_invoice_id:
            self.legal_tax_on_invoice_id = normal.copy(
                {
                    "name": _("20% S on invoice"),
                    "tax_exigibility": "on_invoice",
                    "cash_basis_transition_account_id": False,
                }
            )
            self._legal_map_like(normal, self.legal_tax_on_invoice_id)
        if not self.legal_tax_franchise_id:
            self.legal_tax_franchise_id = self._legal_make_zero_tax(
                _("0% VAT franchise"), _("VAT not applicable"), "E", FRANCHISE_REASON
            )

    def _legal_map_like(self, normal, other):
        """Exchange ``other`` abroad for what ``normal`` is exchanged for there."""
        others = self.env["account.tax"].search(
            [("original_tax_ids", "in", normal.ids), ("company_id", "=", self.id)]
        )
        others.write({"original_tax_ids": [Command.link(other.id)]})

    def _legal_make_zero_tax(self, name, label, code, reason, **kw):
        model_tax = self.legal_tax_disbursement_id
        return self.env["account.tax"].create(
            {
                "name": name,
                "invoice_label": label,
                "amount": 0,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "tax_scope": "service",
                "tax_group_id": model_tax.tax_group_id.id,
                "country_id": model_tax.country_id.id,
                "company_id": self.id,
                "ubl_cii_tax_category_code": code,
                "ubl_cii_tax_exemption_reason_code": reason,
                "sequence": 90,
                **kw,
            }
        )

    def _legal_make_abroad(self, disbursement):
        """Outside the EU all is outside French VAT (CGI, art. 259-1° and 259 B).

        One invoice then bears category O alone, disbursements too (BR-O-11).
        """
        chart = self.env["account.chart.template"]
        services = chart.ref(ABROAD_TAX_XMLID, raise_if_not_found=False)
        position = chart.ref(ABROAD_POSITION_XMLID, raise_if_not_found=False)
        if not services or not position or self.legal_tax_disbursement_abroad_id:
            return
        if not services.ubl_cii_tax_category_code:
            services.write(
                {
                    "ubl_cii_tax_category_code": OUTSIDE_CODE,
                    "ubl_cii_tax_exemption_reason_code": OUTSIDE_REASON,
                }
            )
        self.legal_tax_disbursement_abroad_id = self._legal_make_zero_tax(
            self.env._("0% Disbursements outside the EU"),
            self.env._("Outside VAT"),
            OUTSIDE_CODE,
            OUTSIDE_REASON,
            fiscal_position_ids=[Command.set(position.ids)],
            original_tax_ids=[Command.set(disbursement.ids)],
        )

    def _legal_make_overseas(self, normal):
        _ = self.env._
        if self.legal_tax_dom_id:
            return
        goods = self.env["account.chart.template"].ref(
            DOM_TAX_XMLID, raise_if_not_found=False
        )
        if not goods:
            return
        originals = normal | self.legal_tax_on_invoice_id
        places = self._legal_make_positions(
            _("Guadeloupe, Martinique, La Réunion"), DOM_COUNTRIES, DOM_ZIPS
        )
        rate = self.env["legal.parameter"]._get_decimal(
            "vat_rate_dom", fields.Date.context_today(self)
        )
        self.legal_tax_dom_id = goods.copy(
            {
                "name": _("%(rate)s%% S overseas", rate=f"{rate:g}"),
                "amount": float(rate),
                "tax_scope": "service",
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": (
                    normal.cash_basis_transition_account_id.id
                ),
                "active": True,
                "fiscal_position_ids": [Command.set(places.ids)],
                "original_tax_ids": [Command.set(originals.ids)],
            }
        )
        exempt = self._legal_make_positions(
            _("Guyane, Mayotte"), EXEMPT_COUNTRIES, EXEMPT_ZIPS
        )
        self.legal_tax_exempt_id = self._legal_make_zero_tax(
            _("0% S Guyane and Mayotte"),
            _("VAT not applicable"),
            "E",
            False,
            fiscal_position_ids=[Command.set(exempt.ids)],
            original_tax_ids=[Command.set(originals.ids)],
        )

    def _legal_make_positions(self, name, codes, zips):
        """Return positions for a territory, by its own code or by postcode."""
        Position = self.env["account.fiscal.position"]
        countries = self.env["res.country"].search([("code", "in", codes)])
        group = self.env["res.country.group"].create(
            {"name": name, "country_ids": [Command.set(countries.ids)]}
        )
        france = self.env.ref("base.fr")
        common = {"company_id": self.id, "auto_apply": True, "sequence": 5}
        return Position.create(
            [
                {**common, "name": name, "country_group_id": group.id},
                *(
                    {
                        **common,
                        "name": f"{name} ({first[:3]}…)",
                        "country_id": france.id,
                        "zip_from": first,
                        "zip_to": last,
                    }
                    for first, last in zips
                ),
            ]
        )

    # -- franchise -------------------------------------------------------------

    @api.model
    def _cron_watch_franchise(self):
        """Tell accounting when a firm under the franchise nears or passes it."""
        companies = self.search([("legal_vat_regime_ids", "!=", False)])
        for company in companies:
            company._legal_watch_franchise(fields.Date.context_today(company))

    def _legal_get_turnover(self, year):
        """Return the turnover of a calendar year, excluding VAT, from the ledger."""
        self.ensure_one()
        ((balance,),) = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.id),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "income"),
                ("date", ">=", f"{year}-01-01"),
                ("date", "<=", f"{year}-12-31"),
            ],
            aggregates=["balance:sum"],
        )
        return -(balance or 0.0)

    def _legal_get_franchise_state(self, on_date):
        """Return where the firm stands: ``(state, turnover, limit)``.

        ``state`` is fine, near (80 % of the lower limit), ends (above it: VAT from
        1 January) or over (above the higher one: VAT from that day).
        """
        self.ensure_one()
        values = self.env["legal.parameter"]
        low = float(values._get_decimal("vat_franchise_prev_year", on_date))
        high = float(values._get_decimal("vat_franchise_current_year", on_date))
        turnover = self._legal_get_turnover(on_date.year)
        if turnover > high:
            return "over", turnover, high
        if turnover > low:
            return "ends", turnover, low
        return ("near" if turnover >= 0.8 * low else "fine"), turnover, low

    def _legal_watch_franchise(self, on_date):
        self.ensure_one()
        if self._legal_get_vat_regime(on_date) != "franchise":
            return
        state, turnover, limit = self._legal_get_franchise_state(on_date)
        if state == "fine":
            return
        _ = self.env._
        euros = self.currency_id.format
        sentence = {
            "near": _(
                "Turnover of %(year)s reaches %(turnover)s: the VAT franchise ends"
                " above %(limit)s.",
                year=on_date.year,
                turnover=euros(turnover),
                limit=euros(limit),
            ),
            "ends": _(
                "Turnover of %(year)s is %(turnover)s, above %(limit)s: VAT applies"
                " from 1 January; add the regime with that date.",
                year=on_date.year,
                turnover=euros(turnover),
                limit=euros(limit),
            ),
            "over": _(
                "Turnover of %(year)s is %(turnover)s, above %(limit)s: VAT applies"
                " from this day; add the regime with today's date.",
                year=on_date.year,
                turnover=euros(turnover),
                limit=euros(limit),
            ),
        }[state]
        self._legal_tell_accountants(f"franchise-{on_date.year}-{state}", sentence)

    def _legal_tell_accountants(self, key, sentence):
        """Leave one task with those who keep the books, once for each ``key``."""
        # sudo: the firm's own card carries the task; its key tells it was left.
        partner = self.partner_id.sudo()
        if partner.activity_ids.filtered(lambda a: a.summary and key in a.summary):
            return
        group = self.env.ref("account.group_account_manager")
        users = group.all_user_ids.filtered(lambda u: self in u.company_ids)
        for user in users[:1]:
            partner.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.env._("VAT franchise (%(key)s)", key=key),
                note=sentence,
            )
