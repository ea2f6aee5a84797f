from odoo import api, fields, models

PROFILES = [
    ("en16931", "EN 16931"),
    ("extended", "Extended (EXTENDED-CTC-FR)"),
]


class ResCompany(models.Model):
    """Which invoices are made as Factur-X by us, and at which level."""

    _inherit = "res.company"

    legal_prints_all_invoices = fields.Boolean(
        string="Every invoice as Factur-X on PDF/A-3",
        compute="_compute_legal_prints_all_invoices",
        store=True,
        readonly=False,
        help="Invoices and credit notes that bill no matter too: in their own layout,"
        " with the e-invoice that French platforms take. When off, Odoo makes them.",
    )
    legal_einvoice_profile = fields.Selection(
        PROFILES,
        string="Level of the e-invoices",
        default="en16931",
        required=True,
        help="The extended level allows what EN 16931 forbids, such as lines outside"
        " VAT beside taxed ones. A client may have another level.",
    )

    @api.depends("country_id")
    def _compute_legal_prints_all_invoices(self):
        """French companies do; the administrator's own choice stays afterwards."""
        for company in self:
            company.legal_prints_all_invoices = company.country_id.code in (
                company._get_france_country_codes()
                if hasattr(company, "_get_france_country_codes")
                else ("FR",)
            )

    def _legal_is_told_by_odoo(self):
        """Tell whether Odoo's own French connector does this firm's e-reporting.

        The connector is an addon of newer releases; nothing here needs it.
        """
        self.ensure_one()
        name = "l10n_fr_f10_enable_reporting"
        return name in self._fields and bool(self[name])


class ResPartner(models.Model):
    _inherit = "res.partner"

    legal_einvoice_profile = fields.Selection(
        PROFILES,
        string="Level of the e-invoices",
        help="Empty: the level of the company that bills.",
    )
