from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.image import image_data_uri
from odoo.tools.misc import formatLang

from ..engine.colors import readable_accent
from .account_move_print import place_symbol

NO_BREAK = "\N{NO-BREAK SPACE}"


class ResCompany(models.Model):
    """What the letterhead says of a law firm, and its colour."""

    _inherit = "res.company"

    legal_form = fields.Char(help="SELARL, SELAS, SCP, AARPI, EI…")
    legal_bar = fields.Char(
        string="Bar",
        help="City of the bar, e.g. Paris: “Avocats au barreau de Paris”.",
    )
    legal_capital = fields.Monetary(string="Share Capital")
    rcs_city = fields.Char(string="RCS City", help="City of the trade register.")
    legal_accent_color = fields.Char(
        string="Accent Colour", default="#1f3a5f", help="Of invoices and letters."
    )

    def _legal_is_sole(self):
        """Tell whether the firm is a sole practitioner (EI)."""
        self.ensure_one()
        form = (self.legal_form or "").strip().upper()
        return form in ("EI", "ENTREPRENEUR INDIVIDUEL", "ENTREPRENEUSE INDIVIDUELLE")

    def _legal_get_letterhead(self):
        """Return what stands at the head and foot of each document."""
        self.ensure_one()
        partner = self.partner_id
        town = " ".join(filter(None, (self.zip, self.city)))
        address = [self.street, self.street2, town]
        return {
            "name": self._legal_get_full_name(),
            "logo": self._legal_get_logo(),
            "bar": self._legal_get_bar_line(),
            "address": [line for line in address if line],
            "contact": [
                line
                for line in (
                    self.phone,
                    " · ".join(filter(None, (self.email, _host(self.website)))),
                )
                if line
            ],
            "identity": self._legal_get_identity(),
            "color": self.legal_accent_color or "#1f3a5f",
            "city": partner.city or "",
        }

    def _legal_get_page_firm(self):
        """Return what stands at the head and foot of each page for clients."""
        firm = self._legal_get_letterhead()
        return {
            "name": firm["name"],
            "logo": firm["logo"],
            "bar": firm["bar"],
            "color": readable_accent(firm["color"]),
            "phone": self.phone or "",
            "email": self.email or "",
            "address": firm["address"],
        }

    def _legal_get_full_name(self):
        """Return the name; a sole practitioner's bears EI (C. com., R526-27)."""
        name = self.name
        if self._legal_is_sole() and not name.upper().endswith(" EI"):
            return f"{name}, EI"
        return name

    def _legal_get_logo(self):
        if self.uses_default_logo or not self.logo:
            return ""
        return image_data_uri(self.logo)

    def _legal_get_bar_line(self):
        if not self.legal_bar:
            return ""
        if self._legal_is_sole():
            return self.env._("Member of the bar of %(bar)s", bar=self.legal_bar)
        return self.env._("Lawyers, members of the bar of %(bar)s", bar=self.legal_bar)

    # -- letters ---------------------------------------------------------------

    def _legal_get_letter_words(self):
        return {"object": self.env._("Re:")}

    def _legal_get_place_date(self):
        """Return the place and date line: Paris, 22 November 2026."""
        today = fields.Date.context_today(self)
        return self.env._(
            "%(city)s, %(date)s",
            city=self.city or self.name,
            date=format_date(self.env, today, date_format="d MMMM y"),
        )

    def _legal_get_addressee(self, partner):
        """Return the lines of the window of an envelope."""
        client = partner.commercial_partner_id
        lines = [client.name]
        if partner != client and partner.name and partner.type == "contact":
            lines.append(partner.name)
        address = partner if partner.street else client
        lines += [address.street, address.street2]
        lines.append(" ".join(filter(None, (address.zip, address.city))))
        if address.country_id != self.country_id:
            lines.append(address.country_id.name)
        return [line for line in lines if line]

    def _legal_format_capital(self):
        """Write the share capital, without cents when it is round: 10 000 €."""
        digits = 0 if float(self.legal_capital).is_integer() else 2
        number = formatLang(self.env, self.legal_capital, digits=digits)
        number = number.replace("\N{NARROW NO-BREAK SPACE}", NO_BREAK)
        currency = self.currency_id
        return place_symbol(currency.symbol, number, currency.position)

    def _legal_get_identity(self):
        """Return the legal line: form, capital, register, SIRET, VAT number.

        Each part is unbreakable, so that no number is cut by the end of a line.
        """
        _ = self.env._
        partner = self.partner_id
        parts = []
        if self.legal_form and self.legal_capital:
            parts.append(
                _(
                    "%(form)s with a capital of %(capital)s",
                    form=self.legal_form,
                    capital=self._legal_format_capital(),
                )
            )
        elif self.legal_form:
            parts.append(self.legal_form)
        siren, siret = partner._legal_get_siren(), partner._legal_get_siret()
        if siren:
            spaced = NO_BREAK.join((siren[:3], siren[3:6], siren[6:]))
            parts.append(
                _("RCS %(city)s %(siren)s", city=self.rcs_city, siren=spaced)
                if self.rcs_city
                else _("SIREN %(siren)s", siren=spaced)
            )
            if siret:
                parts.append(
                    _("SIRET %(siret)s", siret=f"{spaced}{NO_BREAK}{siret[9:]}")
                )
        if self.vat:
            parts.append(_("VAT no. %(vat)s", vat=self.vat))
        return [part.replace(" ", NO_BREAK) for part in parts]


def _host(website):
    """Return a web address as people write it: no scheme, no slash."""
    return (website or "").partition("//")[2].strip("/") or (website or "")
