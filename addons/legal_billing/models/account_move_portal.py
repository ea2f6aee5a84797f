from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.image import image_data_uri

from .account_move_print import NO_BREAK, format_hours

# How long the outcome of an attempt is told to who comes back to the page.
OUTCOME_SHOWN_FOR = timedelta(hours=24)


class AccountMove(models.Model):
    """What the client reads behind the link, as plain values in his language.

    Every value is a string, a number, a boolean, or a list or dict of these: the
    page never holds a record it could read more from. Callers have checked that
    the reader may open the document, and set the language.
    """

    _inherit = "account.move"

    def _legal_get_portal_values(self, reader=None):
        """Return all that the page shows.

        :param reader: the signed-in user, if any; colleagues outside the wall
            see the document without what was done
        """
        self.ensure_one()
        situation = self._legal_get_situation()
        is_open_book = situation not in ("draft", "cancelled")
        may_read_acts = is_open_book and self._legal_may_read_acts(reader)
        return {
            "situation": situation,
            "title": self._legal_get_portal_title(),
            "firm": self._legal_get_portal_firm(),
            "hero": self._legal_get_portal_hero(situation),
            "outcome": self._legal_get_portal_outcome(situation),
            "about": self._legal_get_portal_about(may_read_acts),
            "message": (self.legal_client_message or "") if may_read_acts else "",
            "sections": self._legal_get_portal_sections() if may_read_acts else [],
            "is_detail_hidden": is_open_book and not may_read_acts,
            "method": self._legal_get_portal_method() if may_read_acts else "",
            "totals": self._legal_get_totals() if is_open_book else [],
            "payments": self._legal_get_portal_payments() if is_open_book else [],
            "transfer": self._legal_get_portal_transfer(situation),
            "contact": self._legal_get_portal_contact(),
            "pdf_url": self.get_portal_url(report_type="pdf", download=True)
            if is_open_book
            else "",
        }

    # -- who may read what -----------------------------------------------------

    def _legal_may_read_acts(self, reader=None):
        """Tell whether this reader may see what was done, policy aside.

        The client may, with or without an account. A colleague who came through
        his rights on the ledger may only inside the wall of every matter.
        """
        self.ensure_one()
        if not reader or not reader._is_internal():
            return True
        matters = self.sudo().matter_ids.sudo(False).with_user(reader)
        return all(matter.has_access("read") for matter in matters)

    # -- head ------------------------------------------------------------------

    def _legal_get_portal_title(self):
        return self.env._(
            "%(document)s – %(firm)s",
            document=self._legal_get_portal_name(),
            firm=self.company_id.name,
        )

    def _legal_get_portal_name(self):
        _ = self.env._
        if not self.name or self.name == "/":
            return _("Your invoice")
        if self.move_type == "out_refund":
            return _("Credit note %(number)s", number=self.name)
        return _("Invoice %(number)s", number=self.name)

    def _legal_get_portal_firm(self):
        firm = self.company_id._legal_get_letterhead()
        return {
            "name": firm["name"],
            "logo": firm["logo"],
            "bar": firm["bar"],
            "color": readable_accent(firm["color"]),
            "phone": self.company_id.phone or "",
            "email": self.company_id.email or "",
            "address": firm["address"],
        }

    def _legal_get_portal_hero(self, situation):
        """Return the one thing the page says: an amount, and what it asks."""
        _ = self.env._
        money = self._legal_format_money
        hero = {"tone": "calm", "amount": "", "headline": "", "detail": ""}
        if situation in ("due", "closed"):
            hero.update(self._legal_get_portal_due())
        elif situation == "pending":
            running = self._legal_get_running_transactions()
            hero.update(
                amount=money(sum(running.mapped("amount"))),
                headline=_("payment under way"),
                detail=_(
                    "You have nothing more to do: this page will say when the payment"
                    " has reached us, in general within minutes."
                ),
            )
        elif situation == "paid":
            hero.update(
                tone="done",
                amount=money(self.amount_total),
                headline=_("paid, thank you"),
                detail=_("Nothing is left to pay."),
            )
        elif situation == "credited":
            hero.update(
                tone="done",
                amount=money(0),
                headline=_("to pay"),
                detail=_("This invoice was credited in full: you owe nothing for it."),
            )
        elif situation == "credit_note":
            hero.update(
                tone="done",
                amount=money(self.amount_total),
                headline=_("in your favour"),
                detail=_("This is a credit note: you have nothing to pay."),
            )
        elif situation == "cancelled":
            hero.update(
                headline=_("This invoice was cancelled"),
                detail=_(
                    "You have nothing to pay for it. If you expected another one, ask"
                    " us: we will send it to you."
                ),
            )
        elif situation == "draft":
            hero.update(
                headline=_("This invoice is not ready yet"),
                detail=_(
                    "We are still preparing it and you have nothing to pay: we will"
                    " write to you when it is ready."
                ),
            )
        return hero

    def _legal_get_portal_due(self):
        """Return the amount asked for now, and its date in words."""
        _ = self.env._
        today = fields.Date.context_today(self)
        asked = self._legal_get_asked()
        due = asked["date"]
        date = self._legal_format_near_date(due, today)
        detail = ""
        if self.currency_id.compare_amounts(asked["amount"], self.amount_residual):
            detail = _(
                "An instalment: %(left)s is left in all.",
                left=self._legal_format_money(self.amount_residual),
            )
        elif self.currency_id.compare_amounts(self.amount_residual, self.amount_total):
            detail = _(
                "%(paid)s out of %(total)s is already paid.",
                paid=self._legal_format_money(self.amount_total - self.amount_residual),
                total=self._legal_format_money(self.amount_total),
            )
        if not due:
            tone, headline = "calm", _("to pay")
        elif due < today:
            tone, headline = "late", _("was due on %(date)s", date=date)
            detail = detail or _(
                "If you have just paid, thank you: please disregard this."
            )
        elif due == today:
            tone, headline = "calm", _("to pay today")
        elif due == today + timedelta(days=1):
            tone, headline = "calm", _("to pay by tomorrow")
        else:
            tone, headline = "calm", _("to pay by %(date)s", date=date)
        return {
            "tone": tone,
            "amount": self._legal_format_money(asked["amount"]),
            "headline": headline,
            "detail": detail,
        }

    def _legal_get_asked(self):
        """Return the amount asked for now and its date: the next instalment."""
        self.ensure_one()
        asked = self._get_invoice_next_payment_values()
        amount = asked.get("next_amount_to_pay") or self.amount_residual
        if asked.get("installment_state") == "epd":
            amount = asked["amount_due"]
        return {
            "amount": min(self.currency_id.round(amount), self.amount_residual),
            "date": asked.get("next_due_date") or self.invoice_date_due,
        }

    def _legal_format_near_date(self, date, today):
        """Write the year only when it is not this one."""
        if not date:
            return ""
        pattern = "d MMM" if date.year == today.year else "d MMM y"
        return format_date(self.env, date, date_format=pattern)

    def _legal_format_period_start(self):
        """Write the first day of the period without what its last day repeats."""
        first, last = self.legal_period_from, self.legal_period_to
        if first.year != last.year:
            return self._legal_format_date(first)
        pattern = "d" if first.month == last.month else "d MMMM"
        return format_date(self.env, first, date_format=pattern)

    # -- what became of the last attempt ----------------------------------------

    def _legal_get_portal_outcome(self, situation):
        """Return what to tell about the client's last online attempt, if recent."""
        _ = self.env._
        # sudo: of the transaction, only the outcome below is told.
        last = self.sudo().transaction_ids._get_last()
        if not last or situation not in ("due", "paid"):
            return {}
        recent = fields.Datetime.now() - OUTCOME_SHOWN_FOR
        if not last.last_state_change or last.last_state_change < recent:
            return {}
        amount = self._legal_format_money(last.amount)
        if last.state == "done":
            return {
                "tone": "done",
                "text": _(
                    "We received %(amount)s on %(date)s. Thank you. Keep this"
                    " reference: %(reference)s.",
                    amount=amount,
                    date=self._legal_format_date(
                        fields.Datetime.context_timestamp(self, last.last_state_change)
                    ),
                    reference=last.reference,
                ),
            }
        if situation == "paid":
            return {}
        if last.state == "pending":
            return {
                "tone": "calm",
                "text": _(
                    "You chose to pay by bank transfer: please quote the reference"
                    " below. You may still pay another way."
                ),
                "is_transfer": True,
            }
        if last.state == "cancel":
            return {
                "tone": "late",
                "text": _(
                    "The payment was interrupted and nothing was charged: you can"
                    " start again whenever you wish."
                ),
            }
        if last.state == "error":
            text = _(
                "The payment did not go through and nothing was charged: try again, or"
                " choose another means of payment."
            )
            if last.state_message:
                text = f"{text} ({last.state_message})"
            return {"tone": "late", "text": text}
        return {}

    # -- what it is for --------------------------------------------------------

    def _legal_get_portal_about(self, may_read_object):
        """Return the three lines that say what the document is for."""
        _ = self.env._
        lines = []
        if self.invoice_date:
            lines.append(
                _(
                    "%(document)s of %(date)s, for %(client)s",
                    document=self._legal_get_portal_name(),
                    date=self._legal_format_date(self.invoice_date),
                    client=self.commercial_partner_id.name,
                )
            )
        else:
            lines.append(self._legal_get_portal_name())
        if self.state != "posted":
            return lines
        if may_read_object:
            lines.append(self._legal_get_object())
        else:
            labels = (matter._neutral_label() for matter in self.sudo().matter_ids)
            lines.append(_("Matter %(matter)s", matter=", ".join(labels)))
        is_neutral = self.invoice_text_policy == "neutral"
        if self.legal_period_from and self.legal_period_to and not is_neutral:
            lines.append(
                _(
                    "Work from %(first)s to %(last)s",
                    first=self._legal_format_period_start(),
                    last=self._legal_format_date(self.legal_period_to),
                )
            )
        return [line for line in lines if line]

    def _legal_get_portal_sections(self):
        """Return the printed sections; here no column head names the currency."""
        sections = self._legal_get_sections()
        for section in sections:
            for row in section["acts"]:
                row["by"] = ", ".join(filter(None, (row["who"], row["grade"])))
                if row["rate"]:
                    row["rate"] = self._legal_add_symbol(row["rate"])
                if not row["is_free"]:
                    row["amount"] = self._legal_add_symbol(row["amount"])
            for row in section["lines"]:
                row["amount"] = self._legal_add_symbol(row["amount"])
                row["price"] = self._legal_add_symbol(row["price"])
        return sections

    def _legal_add_symbol(self, amount):
        currency = self.currency_id
        if currency.position == "before":
            return f"{currency.symbol}{NO_BREAK}{amount}"
        return f"{amount}{NO_BREAK}{currency.symbol}"

    def _legal_get_portal_method(self):
        """Return the sentence that explains how time became money."""
        detail = self._legal_get_detail()
        has_hours = any(
            section["acts"] or any(line["is_hours"] for line in section["lines"])
            for section in detail
        )
        if not has_hours:
            return ""
        rules = {matter._get_time_increment() for matter in self.sudo().matter_ids}
        if len(rules) != 1 or self.invoice_text_policy == "neutral":
            return self.env._(
                "Time is charged at the hourly rates of your fee agreement. Amounts"
                " are before VAT."
            )
        minutes = rules.pop()[0]
        return self.env._(
            "Time is counted in steps of %(step)s and charged at the hourly rates of"
            " your fee agreement: time × rate = amount, before VAT.",
            step=format_hours(minutes / 60),
        )

    def _legal_get_portal_payments(self):
        """Return what came off this document, oldest first."""
        _ = self.env._
        rows = []
        for partial in self._get_all_reconciled_invoice_partials() or []:
            if partial["is_exchange"]:
                continue
            source = partial["aml"].move_id
            if source.move_type in ("out_refund", "out_invoice"):
                label = self._legal_get_counterpart_label(source)
            elif source.origin_payment_id.payment_transaction_id:
                label = _("Online payment")
            else:
                label = _("Payment received")
            rows.append((partial["aml"].date, label, partial["amount"]))
        return [
            {
                "date": self._legal_format_short_date(date),
                "label": label,
                "amount": self._legal_format_money(amount),
            }
            for date, label, amount in sorted(rows)
        ]

    def _legal_get_counterpart_label(self, source):
        if source.move_type == "out_refund":
            return self.env._("Credit note %(number)s", number=source.name)
        return self.env._("Set off against invoice %(number)s", number=source.name)

    def _legal_get_portal_transfer(self, situation):
        """Return the bank details to pay without a card, while something is due."""
        if situation not in ("due", "closed"):
            return []
        if not self.partner_bank_id:
            return []
        return [
            {"label": label, "value": value}
            for label, value in self._legal_get_payment().get("rows", [])
        ]

    def _legal_get_portal_contact(self):
        """Return who to ask: who answers for the matter, else the firm."""
        # sudo: name and professional coordinates of the client's own lawyer.
        invoice = self.sudo()
        leads = invoice.matter_ids.responsible_id
        lead = (leads[:1] or invoice.invoice_user_id).partner_id
        firm = invoice.company_id
        has_face = bool(lead.image_128)
        return {
            "name": lead.name or firm.name,
            "role": self.env._("Your lawyer") if leads else "",
            "email": lead.email or firm.email or "",
            "phone": lead.phone or firm.phone or "",
            "face": image_data_uri(lead.image_128) if has_face else "",
        }


def readable_accent(color, default="#1f3a5f"):
    """Return the firm's colour, darkened until white text reads well on it.

    White on the result, and the result on white, contrast by 4.5 or more (WCAG
    2.1, AA). What is no colour gives the default.

    >>> readable_accent("#1f3a5f"), readable_accent("red;}")
    ('#1f3a5f', '#1f3a5f')
    >>> readable_accent("#ffcc00")
    '#8d7000'
    """
    digits = (color or "").strip().lstrip("#")
    try:
        channels = [int(digits[i : i + 2], 16) for i in (0, 2, 4)]
    except ValueError:
        return default
    if len(digits) != 6:
        return default
    while 1.05 / (_luminance(channels) + 0.05) < 4.5:
        channels = [int(channel * 0.95) for channel in channels]
    return "#{:02x}{:02x}{:02x}".format(*channels)


def _luminance(channels):
    def linear(channel):
        value = channel / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
