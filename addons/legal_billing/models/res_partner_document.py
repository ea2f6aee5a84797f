import re

from odoo import models


class ResPartner(models.Model):
    """Identify a party on e-invoices: SIREN, SIRET and electronic address."""

    _inherit = "res.partner"

    def _legal_get_siret(self):
        """Return the 14 digits of the SIRET, or an empty string."""
        digits = re.sub(r"\D", "", self.commercial_partner_id.company_registry or "")
        return digits if self._legal_is_french() and len(digits) == 14 else ""

    def _legal_get_siren(self):
        """Return the 9 digits of the SIREN, or an empty string.

        Read from the company registry (SIRET or SIREN), else from a French VAT
        number, which ends with it.
        """
        partner = self.commercial_partner_id
        if not partner._legal_is_french():
            return ""
        digits = re.sub(r"\D", "", partner.company_registry or "")
        if len(digits) in (9, 14):
            return digits[:9]
        vat = re.sub(r"\W", "", partner.vat or "").upper()
        return vat[4:] if re.fullmatch(r"FR\w\w\d{9}", vat) else ""

    def _legal_is_french(self):
        # Overseas departments have their own country records and a SIREN too.
        return self.commercial_partner_id.country_id.code in (
            "FR", "GP", "MQ", "GF", "RE", "YT", "MF", "BL", "PM",
        )  # fmt: skip

    def _legal_get_electronic_address(self):
        """Return (scheme, address): where platforms deliver to this party.

        French businesses are found by their SIREN in the national directory,
        unless a longer address of it was recorded. Everyone else is reached by
        the address recorded, or by e-mail.
        """
        partner = self.commercial_partner_id
        siren = partner._legal_get_siren()
        recorded = partner.peppol_endpoint or ""
        if siren:
            own = partner.peppol_eas == "0225" and recorded.startswith(siren)
            return "0225", recorded if own else siren
        if recorded and partner.peppol_eas and partner.peppol_eas != "0009":
            return partner.peppol_eas, recorded
        return "EM", partner.email or self.email or ""

    def write(self, vals):
        """Let whoever sends invoices keep what Peppol answered about a client.

        Opening the dialog that sends looks the client up, where Odoo's Peppol addon is
        installed, and writes the answer down: a lawyer who may send an invoice but not
        edit contacts would be refused. The addon may come after this one, so only
        what it writes tells.
        """
        user = self.env.user
        if (
            vals.keys() == {"peppol_verification_state"}
            and not self.env.su
            and user.has_group("account.group_account_invoice")
        ):
            self.check_access("read")
            # sudo: the answer of the network, on a client this person may read
            self = self.sudo()
        return super().write(vals)
