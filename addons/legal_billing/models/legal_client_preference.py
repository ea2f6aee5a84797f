from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .legal_fee_agreement_preference import CHANNELS, MEANS

#: the consent of the CARPA is no box to tick on a page
CHOSEN_MEANS = ("transfer", "card", "direct_debit", "cheque")
LONGEST_EMAIL = 254
TODO = "mail.mail_activity_data_todo"


class ResPartner(models.Model):
    _inherit = "res.partner"

    legal_channel_asked_on = fields.Date(
        string="Way of sending asked for on",
        company_dependent=True,
        help="The client chose on his page how he gets his invoices: it goes before"
        " what earlier agreements say.",
    )

    def write(self, vals):
        if "legal_send_channel" in vals and "legal_channel_asked_on" not in vals:
            # What the firm chooses later is no wish of the client any more.
            vals = {**vals, "legal_channel_asked_on": False}
        return super().write(vals)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _legal_get_send_channel(self):
        """What the client asked for on his page goes before earlier agreements."""
        payer = self.commercial_partner_id.with_company(self.company_id)
        asked_on = payer.legal_channel_asked_on
        if not asked_on or not payer.legal_send_channel:
            return super()._legal_get_send_channel()
        later = self._legal_get_agreements().filtered(
            lambda agreement: agreement.signed_on and agreement.signed_on > asked_on
        )
        if later and self._legal_is_for_client():
            return super()._legal_get_send_channel()
        return payer.legal_send_channel


class LegalClientLink(models.Model):
    """The client's own choices; an address of his changes by the firm alone."""

    _inherit = "legal.client.link"

    def _get_preference_page(self, typed):
        payer = self.partner_id.with_company(self.company_id)
        accountant = self._get_accountant()
        means = dict(self._translate(MEANS, "legal_pay_means"))
        values = {
            "channel": payer.legal_send_channel or "email",
            "lang": self.contact_id.lang or "",
            "means": payer.legal_pay_means or "transfer",
            "accountant": accountant.email or "",
            "email": "",
        }
        values.update({key: typed[key] for key in values if key in typed})
        return {
            "title": self.env._(
                "Your preferences – %(firm)s", firm=self.company_id.name
            ),
            "firm": self._get_page_firm(),
            "values": values,
            "channels": self._translate(CHANNELS, "legal_send_channel"),
            "langs": [
                (code, name.split("/")[-1].strip())
                for code, name in self.env["res.lang"].get_installed()
            ],
            "means": [(key, means[key]) for key in CHOSEN_MEANS],
            "email": self._mask(self.contact_id.email),
        }

    def _translate(self, selection, field):
        labels = dict(
            self.env["res.partner"]._fields[field]._description_selection(self.env)
        )
        return [(key, labels[key]) for key, _label in selection]

    @staticmethod
    def _mask(email):
        """Return an address that its owner recognises and nobody else reads.

        >>> LegalClientLink._mask("camille.martin@example.fr")
        'c…n@example.fr'
        """
        name, at, host = (email or "").partition("@")
        return f"{name[:1]}…{name[-1:]}{at}{host}" if at else ""

    def _get_accountant(self):
        """Return who gets a copy as the client's accountant, the first of them."""
        rows = self.partner_id.legal_recipient_ids
        return rows.filtered(lambda row: row.role == "accountant").partner_id[:1]

    # -- saving --------------------------------------------------------------------

    def _save_preferences(self, typed):
        """Keep what the client chose, tell the firm, and confirm it to him.

        :param typed: what the form sent; only what is listed here is read
        :raise UserError: a sentence for the client; nothing was kept
        """
        self.ensure_one()
        changes = [
            *self._save_choices(typed),
            *self._save_accountant(typed),
        ]
        asked = self._ask_new_email(typed)
        if not changes and not asked:
            return
        if changes:
            self.partner_id._message_log(
                body=self.env._(
                    "Asked by the client on his page: %(changes)s",
                    changes=" ".join(changes),
                )
            )
        self._confirm_preferences([*changes, *asked])

    def _save_choices(self, typed):
        _ = self.env._
        payer = self.partner_id.with_company(self.company_id)
        contact = self.contact_id
        words = []
        channels = dict(self._translate(CHANNELS, "legal_send_channel"))
        channel = typed.get("channel")
        if channel in channels and channel != (payer.legal_send_channel or "email"):
            payer.write(
                {
                    "legal_send_channel": channel,
                    "legal_channel_asked_on": fields.Date.context_today(self),
                }
            )
            words.append(_("Invoices: %(choice)s.", choice=channels[channel].lower()))
        means = dict(self._translate(MEANS, "legal_pay_means"))
        chosen = typed.get("means")
        if chosen in CHOSEN_MEANS and chosen != (payer.legal_pay_means or "transfer"):
            payer.legal_pay_means = chosen
            words.append(_("Pays by: %(choice)s.", choice=means[chosen].lower()))
        langs = dict(self.env["res.lang"].get_installed())
        lang = typed.get("lang")
        if lang in langs and lang != contact.lang:
            contact.lang = lang
            words.append(_("Language: %(choice)s.", choice=langs[lang]))
        return words

    def _save_accountant(self, typed):
        """Send the accountant a copy from now on, or no more; the first one alone."""
        if "accountant" not in typed:
            return []
        _ = self.env._
        raw = (typed["accountant"] or "").strip()
        email = self._read_email(raw) if raw else ""
        current = self._get_accountant()
        if email == (current.email_normalized or ""):
            return []
        rows = self.partner_id.legal_recipient_ids
        rows.filtered(
            lambda row: row.role == "accountant" and row.partner_id == current
        ).unlink()
        if not email:
            return [_("No copy to the accountant any more.")]
        partner = rows.partner_id.filtered(lambda p: p.email_normalized == email)[:1]
        if not partner:
            partner = self.env["res.partner"].create(
                {"name": email, "email": email, "lang": self.contact_id.lang}
            )
            self.env["legal.invoice.recipient"].create(
                {
                    "client_id": self.partner_id.id,
                    "partner_id": partner.id,
                    "role": "accountant",
                }
            )
        return [_("A copy to the accountant: %(email)s.", email=email)]

    def _ask_new_email(self, typed):
        """Ask the firm to change the address invoices go to: never done by itself."""
        raw = (typed.get("email") or "").strip()
        if not raw:
            return []
        email = self._read_email(raw)
        if email == self.contact_id.email_normalized:
            return []
        lead = self._get_moves(limit=1, order="id desc").matter_ids.responsible_id[:1]
        user = lead or self.company_id.partner_id.user_ids[:1]
        self.contact_id.activity_schedule(
            TODO,
            user_id=user.id or self.env.ref("base.user_admin").id,
            summary=self.env._("The client asks for another address"),
            note=self.env._(
                "On the page of %(payer)s, somebody asks that invoices go to %(email)s"
                " instead of %(old)s. Call the client before you change it: such"
                " requests are a known fraud.",
                payer=self.partner_id.name,
                email=email,
                old=self.contact_id.email or "–",
            ),
        )
        return [
            self.env._(
                "Another address is asked for, %(email)s: we will call you before we"
                " change it.",
                email=email,
            )
        ]

    def _read_email(self, text):
        email = email_normalize(text)
        if not email or len(text) > LONGEST_EMAIL:
            raise UserError(
                self.env._(
                    "“%(text)s” is no e-mail address: correct it, nothing was kept.",
                    text=text[:60],
                )
            )
        return email

    def _confirm_preferences(self, changes):
        """Write to the address on file: who did not ask for it learns of it."""
        if not self.contact_id.email:
            return
        template = self.env.ref("legal_billing.mail_template_client_preferences")
        template.with_context(changes=changes).send_mail(
            self.id,
            email_layout_xmlid=False,
            email_values={"model": False, "res_id": False},
        )
