from odoo import models
from odoo.tools import format_date
from odoo.tools.image import image_data_uri

from odoo.addons.legal_timesheet.engine.rounding import DAY

from .account_move_print import NO_BREAK, format_hours


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
        return self.company_id._legal_get_page_firm()

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
            labels = (matter._neutral_label() for matter in self._legal_get_matters())
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

    def _legal_format_period_start(self):
        """Write the first day of the period without what its last day repeats."""
        first, last = self.legal_period_from, self.legal_period_to
        if first.year != last.year:
            return self._legal_format_date(first)
        pattern = "d" if first.month == last.month else "d MMMM"
        return format_date(self.env, first, date_format=pattern)

    def _legal_get_portal_sections(self):
        """Return the printed sections; here no column head names the currency."""
        sections = self._legal_get_sections(by=self._legal_get_share_key())
        for section in sections:
            # Gathered by person or kind on paper, so here: a payer who is not the
            # client reads this page too.
            section["acts"] += [
                {**share, "date": "", "narrative": share["label"], "who": ""}
                for share in section["shares"]
            ]
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
        rules = self._legal_get_time_rules()
        if len(rules) != 1 or self.invoice_text_policy == "neutral":
            return self.env._(
                "Time is charged at the hourly rates of your fee agreement. Amounts"
                " are before VAT."
            )
        increment = rules.pop()
        minutes = increment.minutes or 1
        if increment.scope == DAY:
            return self.env._(
                "The time of a day is added up for each person, counted in steps of"
                " %(step)s and charged at the hourly rates of your fee agreement: time"
                " × rate = amount, before VAT.",
                step=format_hours(minutes / 60),
            )
        return self.env._(
            "Time is counted in steps of %(step)s and charged at the hourly rates of"
            " your fee agreement: time × rate = amount, before VAT.",
            step=format_hours(minutes / 60),
        )

    def _legal_get_time_rules(self):
        """Return how the time on this document was counted, day by day."""
        # sudo: the reader's own invoice; the rule holds no secret
        move = self.sudo()
        lines = move.invoice_line_ids.prebill_line_ids.filtered("entry_id")
        pairs = {(line.matter_id.id, line.date) for line in lines}
        if not pairs:
            return {matter._get_time_increment() for matter in move.matter_ids}
        increments = lines.matter_id._get_time_increments(pairs)
        return set(increments.values())

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
            for label, value in self._legal_get_payment_rows()
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
