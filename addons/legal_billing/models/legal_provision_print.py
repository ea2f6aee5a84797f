from odoo import models
from odoo.tools import format_date
from odoo.tools.image import image_data_uri
from odoo.tools.misc import formatLang

from ..report.qr import qr_data_uri
from .account_move_print import _group, _plain_spaces


class LegalProvision(models.Model):
    """What the letter and the client's page show, as plain values in his language."""

    _inherit = "legal.provision"

    def _compute_access_url(self):
        res = super()._compute_access_url()
        for provision in self:
            provision.access_url = f"/my/provisions/{provision.id}"
        return res

    def _in_client_language(self):
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _format_money(self, amount):
        return _plain_spaces(
            formatLang(self.env, amount + 0.0, currency_obj=self.currency_id)
        )

    def _format_date(self, date):
        return format_date(self.env, date, date_format="d MMMM y") if date else ""

    def _get_object(self):
        """Return the object of the letter: neutral where the client wants it so."""
        policy = self.matter_id.agreement_id.invoice_text_policy
        label = self.matter_id._neutral_label()
        if policy == "neutral":
            return self.env._(
                "Request for a provision – matter %(matter)s", matter=label
            )
        return self.env._(
            "Request for a provision – %(object)s (matter %(matter)s)",
            object=self.matter_id.name,
            matter=label,
        )

    def _get_code_url(self):
        """Return the address that the printed code of this request opens."""
        self.ensure_one()
        if self.company_id.legal_code_opens == "document":
            self._portal_ensure_token()
            return self.get_base_url() + self.get_portal_url()
        link = self.env["legal.client.link"]._get_for(
            self.partner_id, self.company_id, self.partner_id, kind="paper"
        )
        return f"{link._get_url()}?row=p{self.id}"

    def _get_letter_values(self):
        """Return all that the letter shows; it is no invoice and bears no number."""
        # sudo: what leaves is the whitelist below, for the request's own payer.
        provision = self.sudo()._in_client_language()
        _ = provision.env._
        link = provision._get_code_url()
        bank = provision._get_bank()
        rows = [
            (_("Reference to quote"), provision.name),
            (_("IBAN"), _group(bank.sanitized_acc_number or "")),
            (_("BIC"), bank.bank_bic or ""),
        ]
        return {
            "title": _("Request for a provision %(number)s", number=provision.name),
            "place_date": provision._get_place_date(),
            "references": [
                (_("Our reference:"), provision.matter_id._neutral_label()),
                (_("Request:"), provision.name),
            ],
            "object": provision._get_object(),
            "greeting": _("Dear %(name)s,", name=provision.partner_id.name),
            "paragraphs": provision._get_paragraphs(),
            "work_label": _("Work to come"),
            "work": provision.work,
            "rows": provision._get_amount_rows(),
            "notice": _(
                "This letter is no invoice. Your deposit invoice reaches you at the"
                " latest when we receive your payment; what you paid is taken off your"
                " final invoice, and what is not used is given back to you."
            ),
            "pay": _("How to pay"),
            "online": _("Online: scan this code, or open the link in our e-mail."),
            "transfer": _("By bank transfer"),
            "bank": [(label, value) for label, value in rows if value],
            "link": link,
            "qr": qr_data_uri(link),
            "closing": _("Yours faithfully,"),
            "signatory": provision.responsible_id.name or provision.company_id.name,
        }

    def _get_place_date(self):
        return self.env._(
            "%(city)s, %(date)s",
            city=self.company_id.city or self.company_id.name,
            date=self._format_date(self.requested_on or self.date),
        )

    def _get_paragraphs(self):
        _ = self.env._
        if self.kind == "disbursements":
            what = _("a provision on the sums we are to advance in your name")
        else:
            what = _("a provision on our fees and expenses")
        first = _(
            "so that we can go on with your matter, we ask you for %(what)s of"
            " %(total)s incl. VAT%(due)s.",
            what=what,
            total=self._format_money(self.amount_total),
            due=_(", to pay by %(date)s", date=self._format_date(self.due_on))
            if self.due_on
            else "",
        )
        paragraphs = [first[:1].upper() + first[1:]]
        if self.trigger == "floor":
            paragraphs.append(
                _("The provisions received so far are nearly used up by the work done.")
            )
        return paragraphs

    def _get_amount_rows(self):
        """Return [(label, amount, is the total)] with the VAT of the service."""
        _ = self.env._
        if self.kind == "disbursements":
            return [
                (
                    _("Provision on disbursements, outside VAT"),
                    self._format_money(self.amount_total),
                    True,
                )
            ]
        return [
            (
                _("Provision excl. VAT"),
                self._format_money(self.amount_untaxed),
                False,
            ),
            (_("VAT"), self._format_money(self.amount_tax), False),
            (_("Total incl. VAT"), self._format_money(self.amount_total), True),
        ]

    def _get_bank(self):
        # sudo: the firm's own account, printed on each of its invoices.
        journal = (
            self.env["account.journal"]
            .sudo()
            .search(
                [
                    ("type", "=", "bank"),
                    ("company_id", "=", self.company_id.id),
                    ("bank_account_id", "!=", False),
                ],
                limit=1,
            )
        )
        return journal.bank_account_id or self.company_id.sudo().bank_ids[:1]

    def _get_report_base_filename(self):
        return self._get_file_name()

    def _get_file_name(self):
        return self.name.replace("/", "-")

    def _get_prebill_narrative(self):
        """Return how a pre-bill names a provision, before its amount is settled."""
        provision = self._in_client_language()
        return provision.env._(
            "Provision received, deposit invoice %(number)s of %(date)s",
            number=self.deposit_number or self.name,
            date=provision._format_date(self.deposit_date or self.date),
        )

    # -- the client's page -------------------------------------------------------------

    def _get_portal_values(self):
        """Return what the page of the request shows; callers checked the reader."""
        self.ensure_one()
        _ = self.env._
        situation = self._get_situation()
        is_open = situation in ("due", "closed")
        letter = self._get_letter_values()
        return {
            "situation": situation,
            "title": f"{letter['title']} – {self.company_id.name}",
            "firm": self.env["account.move"]
            .sudo()
            .new({"company_id": self.company_id.id})
            ._legal_get_portal_firm(),
            "hero": self._get_portal_hero(situation),
            "outcome": {},
            "about": [
                _("Request %(number)s", number=self.name),
                self._get_object(),
            ],
            "work_label": letter["work_label"],
            "work": self.work if situation != "draft" else "",
            "rows": letter["rows"] if situation != "draft" else [],
            "notice": letter["notice"],
            "balance": self._get_portal_balance(),
            "transfer": [
                {"label": label, "value": value} for label, value in letter["bank"]
            ]
            if is_open
            else [],
            "contact": self._get_portal_contact(),
            "pdf_url": self.get_portal_url(report_type="pdf", download=True)
            if is_open
            else "",
            "choice": {
                "other": {},
                "online_label": _(
                    "Pay %(amount)s online",
                    amount=self._format_money(self.amount_total),
                ),
                "label": _(
                    "Pay %(amount)s", amount=self._format_money(self.amount_total)
                ),
            },
        }

    def _get_portal_hero(self, situation):
        _ = self.env._
        hero = {
            "tone": "calm",
            "amount": self._format_money(self.amount_total),
            "headline": _("of provision asked"),
            "detail": _("To pay by %(date)s.", date=self._format_date(self.due_on))
            if self.due_on
            else "",
        }
        if situation == "pending":
            hero.update(
                headline=_("payment under way"),
                detail=_(
                    "You have nothing more to do: this page will say when the payment"
                    " has reached us, in general within minutes."
                ),
            )
        elif situation == "cancelled":
            hero.update(
                amount="",
                headline=_("This request was withdrawn"),
                detail=_("You have nothing to pay for it."),
            )
        elif situation == "draft":
            hero.update(
                amount="",
                headline=_("This request is not ready yet"),
                detail=_("We will write to you when it is."),
            )
        return hero

    def _get_portal_balance(self):
        """Return the sentence of what this payer still has with the firm."""
        # sudo: the payer's own money on this matter, nothing else is read.
        groups = (
            self.env["legal.provision"]
            .sudo()
            ._read_group(
                [
                    ("matter_id", "=", self.matter_id.id),
                    ("partner_id", "=", self.partner_id.id),
                ],
                [],
                ["amount_available:sum"],
            )
        )
        available = groups[0][0] or 0.0
        if self.currency_id.is_zero(available):
            return ""
        return self.env._(
            "%(amount)s excl. VAT of your earlier provisions is not used yet.",
            amount=self._format_money(available),
        )

    def _get_portal_contact(self):
        # sudo: name and professional coordinates of the client's own lawyer.
        lead = self.sudo().responsible_id.partner_id
        firm = self.company_id
        return {
            "name": lead.name or firm.name,
            "role": self.env._("Your lawyer") if lead else "",
            "email": lead.email or firm.email or "",
            "phone": lead.phone or firm.phone or "",
            "face": image_data_uri(lead.image_128) if lead.image_128 else "",
        }
