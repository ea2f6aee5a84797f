from odoo import models


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _legal_get_amount(self, base, currency, partner):
        """Return what these taxes come to on an amount, as ``compute_all`` rounds it.

        The tax engine itself is asked, without the accounts, tags and names of each
        part that a sum has no use for.
        """
        if not self:
            return 0.0
        company = self[0].company_id
        company = company._accessible_branches()[:1] or company
        line = self._prepare_base_line_for_taxes_computation(
            None,
            partner_id=partner,
            currency_id=currency,
            tax_ids=self,
            price_unit=base,
            quantity=1.0,
        )
        self._add_tax_details_in_base_line(line, company)
        details = line["tax_details"]
        return currency.round(details["raw_total_included_currency"]) - currency.round(
            details["raw_total_excluded_currency"]
        )
