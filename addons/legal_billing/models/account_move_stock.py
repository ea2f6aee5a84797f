from odoo import models

from .account_edi_xml_cii import GOODS, MIXED, SERVICES

# Stock says these on its own invoices, in words of its own.
STOCK_MENTIONS = ("legal_billing.legal_mention_m06", "legal_billing.legal_mention_m11")


class AccountMove(models.Model):
    """Ordinary invoices, of no matter: made as lawful and as durable as the others."""

    _inherit = "account.move"

    def _legal_is_printed(self):
        """Tell whether the file of this document is made by our renderer."""
        self.ensure_one()
        return self.is_sale_document() and (
            self.is_legal or self.company_id.legal_prints_all_invoices
        )

    def _legal_is_cured(self):
        """Tell whether the e-invoice follows the French rules."""
        self.ensure_one()
        if self.is_legal:
            return True
        company = self.company_id
        return self._legal_is_printed() and company.partner_id._legal_is_french()

    def _legal_get_profile(self):
        """Return the level of the e-invoice: the client's, else the company's."""
        self.ensure_one()
        # sudo: how a client takes invoices is no secret of a matter.
        own = self.commercial_partner_id.sudo().legal_einvoice_profile
        return own or self.company_id.legal_einvoice_profile

    # -- what is billed ----------------------------------------------------------

    def _legal_get_operation(self):
        """Return S for services, B for goods, M for both; law firms sell services."""
        self.ensure_one()
        if self.is_legal:
            return SERVICES
        kinds = {line._legal_get_operation() for line in self.invoice_line_ids}
        kinds.discard(None)
        if len(kinds) == 1:
            return kinds.pop()
        return MIXED if kinds else SERVICES

    def _legal_get_billing_framework(self):
        return self._legal_get_operation() + super()._legal_get_billing_framework()[1:]

    # -- notices -------------------------------------------------------------------

    def _legal_get_stock_mentions(self):
        """Return the notices that stock leaves out, in the client's language."""
        self.ensure_one()
        if self.is_legal or not self._legal_is_cured():
            return []
        own = {
            mention.id
            for xmlid in STOCK_MENTIONS
            if (mention := self.env.ref(xmlid, raise_if_not_found=False))
        }
        mentions = self.env["legal.mention"]._for_move(self)
        return [
            mention._get_text(self) for mention in mentions if mention.id not in own
        ]

    # -- check -----------------------------------------------------------------------

    def _legal_check_ordinary(self):
        """Return what keeps the e-invoice of an ordinary document from being right.

        These are told before sending and do not keep it from being posted: the
        business of a company that bills more than matters goes on.
        """
        sentences = []
        for move in self:
            sentences += move._legal_check_number()
            sentences += move._legal_check_firm()
            sentences += move._legal_check_client()
            sentences += move._legal_check_lines()
            sentences += move._legal_check_notices()
            sentences += move._legal_check_origin()
        return list(dict.fromkeys(sentences))

    def _legal_check_origin(self):
        """A credit note corrects an invoice, which the e-invoice names."""
        self.ensure_one()
        if self.move_type != "out_refund" or self._legal_get_preceding_invoices():
            return []
        return [
            self.env._(
                "The credit note %(invoice)s does not say which invoice it corrects:"
                " make it from that invoice, by its button “Credit Note”.",
                invoice=self._legal_get_label(),
            )
        ]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _legal_get_operation(self):
        """Return S or B: by the product, else by the scope of the tax, else None."""
        self.ensure_one()
        if self.display_type != "product":
            return None
        if self.product_id:
            return SERVICES if self.product_id.type == "service" else GOODS
        scopes = set(self.tax_ids.flatten_taxes_hierarchy().mapped("tax_scope"))
        if scopes == {"consu"}:
            return GOODS
        return SERVICES if scopes == {"service"} else None
