from odoo import fields, models

from ..engine.colors import readable_accent, tint

DESIGNS = [
    ("classic", "Classic: letterhead, figures in a box"),
    ("contemporary", "Contemporary: band of colour, card to pay by"),
]
CODES = [
    ("link", "The page to pay online"),
    ("epc", "The bank transfer (EPC code)"),
    ("both", "Both"),
    ("none", "None"),
]


class ResCompany(models.Model):
    """How the documents of a firm look, and what they say beside the law."""

    _inherit = "res.company"

    legal_invoice_design = fields.Selection(
        DESIGNS,
        string="Design of Invoices",
        default="classic",
        required=True,
        help="Of invoices, credit notes, annexes and final accounts; a client may have"
        " another.",
    )
    legal_invoice_codes = fields.Selection(
        CODES,
        string="QR Codes to Pay",
        default="link",
        required=True,
        help="The EPC code fills in a transfer in many banking applications: account,"
        " amount and reference. It is printed on invoices in euros.",
    )
    legal_document_check = fields.Selection(
        [("refuse", "Refuse to issue it"), ("warn", "Issue it, and say so")],
        string="When a mandatory mention is missing",
        default="refuse",
        required=True,
        help="What e-invoicing itself refuses is refused in any case.",
    )
    legal_invoice_thanks = fields.Text(
        string="Closing Words",
        translate=True,
        help="Printed under the totals of each invoice, e.g. a word of thanks.",
    )

    def _legal_get_letterhead(self):
        """Add the tint of large surfaces; the colour itself must carry white text."""
        letterhead = super()._legal_get_letterhead()
        letterhead["tint"] = tint(letterhead["color"])
        return letterhead

    def _legal_get_design(self, partner=None):
        """Return the design of what this firm sends to a client."""
        self.ensure_one()
        client = (partner or self.partner_id).commercial_partner_id
        # sudo: how a client's paper looks is no secret of anybody.
        chosen = client.sudo().with_company(self).legal_invoice_design
        return chosen or self.legal_invoice_design or "classic"


class ResPartner(models.Model):
    _inherit = "res.partner"

    legal_invoice_design = fields.Selection(
        DESIGNS,
        string="Design of Invoices",
        company_dependent=True,
        help="Leave empty for the design of the firm.",
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _legal_get_design(self):
        self.ensure_one()
        return self.company_id._legal_get_design(self.partner_id)

    def _legal_get_print_values(self, annex=False):
        values = super()._legal_get_print_values(annex=annex)
        values["design"] = self._legal_get_design()
        if values["design"] == "contemporary":
            # White words stand on it.
            color = readable_accent(values["firm"]["color"])
            values["firm"].update(color=color, tint=tint(color))
        return values
