from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalVatRegime(models.Model):
    """When a firm's VAT falls due, from a day on.

    VAT of services is due on payment (CGI, art. 269-2 c) unless the firm opted for
    the invoice's date, and not at all under the franchise (CGI, art. 293 B). A change
    is a new row: an invoice follows the regime of its own date.
    """

    _name = "legal.vat.regime"
    _description = "VAT Regime"
    _order = "company_id, date_from desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    regime = fields.Selection(
        [
            ("on_payment", "VAT due on payment"),
            ("on_invoice", "VAT due on invoice (option for debits)"),
            ("franchise", "VAT franchise"),
        ],
        required=True,
        default="on_payment",
    )
    date_from = fields.Date("From", required=True)
    source = fields.Char(
        required=True,
        help="E.g. letter of option to the tax office of 3 December 2026.",
    )

    _one_a_day = models.UniqueIndex(
        "(company_id, date_from)",
        "Two VAT regimes start on the same day: change the one that is there.",
    )

    @api.depends("regime", "date_from")
    def _compute_display_name(self):
        names = dict(self._fields["regime"]._description_selection(self.env))
        for regime in self:
            regime.display_name = f"{names.get(regime.regime)} ({regime.date_from})"

    @api.constrains("company_id", "regime")
    def _check_taxes(self):
        for regime in self:
            if not regime.company_id._legal_get_regime_tax(regime.regime):
                raise ValidationError(
                    self.env._(
                        "%(firm)s has no tax for the VAT regime “%(regime)s”: choose"
                        " the French chart of accounts first, or set the tax of each"
                        " money category by hand.",
                        firm=regime.company_id.name,
                        regime=regime.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        companies = self.env["res.company"].browse(
            {vals.get("company_id") or self.env.company.id for vals in vals_list}
        )
        companies._legal_setup_vat()
        return super().create(vals_list)
