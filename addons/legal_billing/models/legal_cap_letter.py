import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .legal_cap_event import ACTIVITY

#: days a link opens the client's page
VALID_DAYS = 60
TEMPLATE = "legal_billing.mail_template_cap_notice"


class LegalCapEvent(models.Model):
    """The letter to the client: its words, and how it leaves."""

    _inherit = "legal.cap.event"

    # -- words -----------------------------------------------------------------

    def _get_notice_object(self):
        """Return what the letter is about; its reader knows the matter."""
        return {
            "cap": self.env._("The agreed cap on your fees"),
            "package": self.env._("The use of your package"),
            "estimate": self.env._("The estimate of your fees"),
        }[self.kind]

    def _compose_notice(self, contact, revised=0.0, by_post=False):
        """Return the ready letter as plain text, paragraphs apart.

        :param contact: the person it is written to
        :param revised: the limit proposed instead, zero for none
        """
        self.ensure_one()
        parts = [
            self._write_greeting(contact),
            self._write_state(),
            self._write_ahead(),
            self._write_beyond(),
            self._write_proposal(revised) if revised else "",
            self._write_freedom(revised, by_post),
            self.env._(
                "%(responsible)s is at your disposal for any question.",
                responsible=self.matter_id.responsible_id.name,
            ),
            self.env._("Yours faithfully,"),
        ]
        return "\n\n".join(part for part in parts if part)

    def _write_greeting(self, contact):
        if contact.is_company or not contact.name:
            return self.env._("Dear Sir or Madam,")
        return self.env._("Dear %(name)s,", name=contact.name)

    def _write_state(self):
        """Return what was agreed and what is used."""
        _ = self.env._
        values = {
            "limit": self._say_price(self.limit),
            "used": self._say(self.consumed),
            "percent": self._say_percent(),
            "date": format_date(
                self.env,
                self.agreement_id.signed_on or self.agreement_id.date_from,
                date_format="d MMMM y",
            ),
        }
        if self.kind == "cap":
            said = _(
                "Our fee agreement of %(date)s caps our fees at %(limit)s.", **values
            )
        elif self.kind == "estimate":
            said = _(
                "When we agreed on %(date)s, we estimated our fees at %(limit)s.",
                **values,
            )
        elif self.period_from:
            said = _(
                "Your package includes %(limit)s for the current period.", **values
            )
        else:
            said = _("Your package, agreed on %(date)s, includes %(limit)s.", **values)
        used = _(
            "The work done to date comes to %(used)s, that is %(percent)s of it.",
            **values,
        )
        return f"{said} {used}"

    def _say_price(self, value):
        """Return a limit in words; a consumer also reads it with VAT."""
        text = self._say_limit(value)
        if self.unit == "hours" or self.matter_id.client_kind != "consumer":
            return text
        # sudo: the tax of the firm's fees, whoever writes
        category = (
            self.env["legal.money.category"]
            .sudo()
            .search(
                [("code", "=", "fee"), ("company_id", "=", self.company_id.id)], limit=1
            )
        )
        if not category.tax_id:
            return text
        total = category._get_tax().compute_all(value, currency=self.currency_id)
        return self.env._(
            "%(net)s, that is %(gross)s incl. VAT",
            net=text,
            gross=self._say(total["total_included"]),
        )

    def _write_ahead(self):
        if self.consumed > self.limit:
            over = self._say(self.consumed - self.limit)
            return self.env._("It is exceeded by %(over)s.", over=over)
        if self.percent >= 100:
            return self.env._("It is now reached.")
        if not self.used_up_on:
            return ""
        day = format_date(self.env, self.used_up_on, date_format="d MMMM y")
        return self.env._(
            "At the present pace, it would be reached around %(day)s.", day=day
        )

    def _write_beyond(self):
        return self.at_limit_text or ""

    def _write_proposal(self, revised):
        _ = self.env._
        values = {"revised": self._say_price(revised), "limit": self._say_limit()}
        if self.kind == "estimate":
            return _(
                "In view of the work still to be done, we now estimate our fees at"
                " %(revised)s, instead of %(limit)s.",
                **values,
            )
        if self.kind == "cap":
            return _(
                "In view of the work still to be done, we propose to raise this cap to"
                " %(revised)s, instead of %(limit)s.",
                **values,
            )
        return _(
            "In view of the work still to be done, we propose to raise this package to"
            " %(revised)s, instead of %(limit)s.",
            **values,
        )

    def _write_freedom(self, revised, by_post):
        """Return what the client may do; a consumer is told he is free not to."""
        _ = self.env._
        if not revised:
            return (
                ""
                if by_post
                else _(
                    "You will find the detail on your page, where you may also"
                    " ask us your questions."
                )
            )
        if by_post:
            answer = _(
                "If you agree, please return this letter dated and signed below: it"
                " amends our fee agreement."
            )
        else:
            answer = _(
                "You may accept this proposal on your page: your acceptance amends our"
                " fee agreement. You may also ask us your questions there."
            )
        if self.matter_id.client_kind == "consumer":
            free = _(
                "You are free to refuse it: nothing changes without your agreement."
            )
            return f"{answer} {free}"
        return answer

    # -- leaving ---------------------------------------------------------------

    def _prepare_notice(self, contact, channel, text, revised):
        """Keep a letter as it will leave; nothing leaves yet."""
        self.ensure_one()
        self._check_may_act()
        self._check_contact(contact)
        # sudo: nobody writes an event by hand, see the check above
        event = self.sudo()
        event.write(
            {
                "contact_id": contact.id,
                "channel": channel,
                "notice_text": text,
                "notice_digest": self._digest(text),
                "revised_limit": revised,
                "state": "prepared" if event.state == "new" else event.state,
            }
        )

    def _check_contact(self, contact):
        """Refuse to write to anybody but the client's side."""
        matter = self.matter_id.sudo()
        if contact != matter.partner_id and not (
            contact.commercial_partner_id == matter.partner_id.commercial_partner_id
        ):
            raise UserError(
                self.env._(
                    "%(contact)s is not the client of %(matter)s: choose the client or"
                    " one of its contacts.",
                    contact=contact.name,
                    matter=matter._neutral_label(),
                )
            )
        if not matter._filter_wall_partners(contact):
            raise UserError(
                self.env._(
                    "%(contact)s is on the opposing side of %(matter)s: choose another"
                    " contact of the client.",
                    contact=contact.name,
                    matter=matter._neutral_label(),
                )
            )

    def _send_notice(self):
        """Let the letter leave: the link by e-mail, or the paper by post."""
        self.ensure_one()
        self._check_may_act()
        if self.is_accepted:
            raise UserError(
                self.env._(
                    "%(event)s: the client accepted already, there is nothing to send.",
                    event=self.display_name,
                )
            )
        contact = self.contact_id
        if self.channel == "email" and not contact.email:
            raise UserError(
                self.env._(
                    "%(contact)s has no e-mail address: write it on the contact, or"
                    " choose a letter by post.",
                    contact=contact.name,
                )
            )
        # sudo: nobody writes an event by hand, see the check above
        event = self.sudo()
        event.write(
            {
                "state": "sent",
                "sent_on": fields.Datetime.now(),
                "sent_by_id": self.env.uid,
                "answered_on": False,
                "question": False,
                "access_token": secrets.token_urlsafe(32),
                "expires_on": fields.Date.context_today(self)
                + timedelta(days=VALID_DAYS),
            }
        )
        event.activity_unlink([ACTIVITY])
        if self.channel == "email":
            event._mail_notice()
            body = self.env._(
                "Sent to %(contact)s (%(email)s): %(figures)s.",
                contact=contact.name,
                email=contact.email,
                figures=self._say_used(),
            )
        else:
            body = self.env._(
                "Letter by post to %(contact)s: %(figures)s.",
                contact=contact.name,
                figures=self._say_used(),
            )
        event._message_log(body=body)
        event.matter_id._message_log(body=body)

    def _mail_notice(self):
        """Send the link to the contact: it is written nowhere else.

        The e-mail hangs on no record, so that nobody reads the client's key in a
        log, and has no layout, which would print the number of the matter.
        """
        template = self.env.ref(TEMPLATE)
        template.with_context(client_url=self._get_notice_url()).send_mail(
            self.id, email_values={"model": False, "res_id": False}
        )

    def _renew_link(self):
        """Send a new link to the address on file; return False where there is none."""
        self.ensure_one()
        if not self.contact_id.email:
            return False
        self.write(
            {
                "access_token": secrets.token_urlsafe(32),
                "expires_on": fields.Date.context_today(self)
                + timedelta(days=VALID_DAYS),
            }
        )
        self._mail_notice()
        return True

    # -- print -----------------------------------------------------------------

    def _get_letter_values(self):
        """Return what the printed letter shows."""
        self.ensure_one()
        company = self.company_id
        day = self.sent_on or fields.Datetime.now()
        return {
            "company": company,
            "partner": self.contact_id or self.partner_id,
            "object": self._get_notice_object(),
            "references": [(self.env._("Our ref.:"), self.matter_id._neutral_label())],
            "place_date": self.env._(
                "%(city)s, %(date)s",
                city=company.city or company.name,
                date=format_date(self.env, day.date(), date_format="d MMMM y"),
            ),
            "paragraphs": self._get_notice_paragraphs()
            or self._compose_notice(self.partner_id).split("\n\n"),
            "agree": self.env._("Read and agreed, date and signature:")
            if self.channel == "post" and self.revised_limit
            else "",
            "signatory": self.matter_id.responsible_id.name,
        }

    def _in_contact_language(self):
        self.ensure_one()
        contact = self.contact_id or self.partner_id
        return self.with_context(lang=contact.lang or self.env.lang)

    @api.model
    def _get_default_until(self):
        return fields.Date.context_today(self) + timedelta(days=90)
