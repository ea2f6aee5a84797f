from odoo import models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW_NO_BREAK = "\N{NARROW NO-BREAK SPACE}"


class AccountMove(models.Model):
    """What the printed invoice shows, as plain values in the client's language.

    The template only lays out: no figure and no word is made there.
    """

    _inherit = "account.move"

    # -- report ----------------------------------------------------------------

    def _get_name_invoice_report(self):
        self.ensure_one()
        if self.is_legal and self.is_sale_document():
            return "legal_billing.report_invoice_document"
        return super()._get_name_invoice_report()

    def _legal_in_client_language(self):
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _legal_get_document_title(self, annex=False):
        """Return what readers show as the title of the file."""
        move = self._legal_in_client_language()
        number = move.name if move.name and move.name != "/" else ""
        title = f"{move._legal_get_title(annex)} {number}".strip()
        return f"{title} – {move.company_id.name}"

    def _legal_get_file_name(self, annex=False):
        """Return the file name without extension: F2026-00042, a plain string."""
        move = self._legal_in_client_language()
        number = move.name if move.name and move.name != "/" else move.env._("draft")
        if not annex:
            return number
        return move.env._("%(number)s_annex", number=number)

    # -- formats ---------------------------------------------------------------

    def _legal_format_money(self, amount):
        return _plain_spaces(
            formatLang(self.env, amount + 0.0, currency_obj=self.currency_id)
        )

    def _legal_format_amount(self, amount):
        """Format an amount of a column whose head names the currency."""
        return _plain_spaces(
            formatLang(self.env, amount + 0.0, digits=self.currency_id.decimal_places)
        )

    def _legal_format_number(self, number):
        text = formatLang(self.env, number, digits=2)
        point = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        point = point.decimal_point or "."
        return _plain_spaces(text.rstrip("0").rstrip(point) if point in text else text)

    def _legal_format_date(self, date):
        return format_date(self.env, date, date_format="d MMMM y") if date else ""

    def _legal_format_short_date(self, date):
        return format_date(self.env, date, date_format="dd/MM/y") if date else ""

    # -- values ----------------------------------------------------------------

    def _legal_prepare_print(self):
        """Read what a batch of invoices shows at once, instead of one by one."""
        # sudo: as each invoice reads it when its turn comes, see _legal_get_detail.
        lines = self.sudo().invoice_line_ids.prebill_line_ids
        lines.entry_id.activity_code_id.fetch(["name"])
        lines.cost_id.supplier_id.fetch(["name"])
        lines.term_id.tier_ids.fetch(["above_hours"])

    def _legal_get_mention_values(self):
        """Return what the placeholders of the notices stand for."""
        move = self._legal_in_client_language()
        origin = move._legal_get_preceding_invoices()[:1]
        return {
            "firm": move.company_id.name,
            "bar": move.company_id.legal_bar or "",
            "due": move._legal_format_date(move.invoice_date_due),
            "matter": ", ".join(
                matter._neutral_label() for matter in move.sudo().matter_ids
            ),
            "origin": origin.name or "",
            "origin_date": move._legal_format_date(origin.invoice_date),
            "reason": move._legal_get_credit_reason(),
            "seller_vat": move.company_id.vat or "",
            "buyer_vat": move.commercial_partner_id.vat or "",
        }

    def _legal_get_credit_reason(self):
        """Return why a credit note was made: what the person typed, if anything."""
        reference = self.ref or ""
        reason = reference.partition(", ")[2] if self.reversed_entry_id else ""
        return reason[:1].upper() + reason[1:]

    def _legal_get_print_values(self, annex=False):
        """Return all that the invoice shows.

        :param bool annex: the private list of acts instead of the invoice
        """
        move = self._legal_in_client_language()
        if annex:
            move = move.with_context(legal_annex=True)
        mentions = move.env["legal.mention"]._for_move(move)
        return {
            "title": move._legal_get_title(annex),
            "number": move.name if move.name and move.name != "/" else "",
            "firm": move.company_id.with_context(
                lang=move.env.lang
            )._legal_get_letterhead(),
            "client": move._legal_get_client_block(),
            "meta": move._legal_get_meta(),
            "object": move._legal_get_object(annex),
            "message": "" if annex else (move.legal_client_message or ""),
            "box": {} if annex else move._legal_get_box(),
            "blocks": move._legal_get_blocks(annex),
            "totals": [] if annex else move._legal_get_totals(),
            "taxes": [] if annex else move._legal_get_tax_rows(),
            "payment": {} if annex else move._legal_get_payment(),
            "mentions": []
            if annex
            else _join_short([mention._get_text(move) for mention in mentions]),
            "method": move._legal_get_method(annex),
            "meters": [] if annex else move._legal_get_meters(),
            "thanks": "" if annex else move._legal_get_thanks(),
            "words": move._legal_get_words(),
        }

    def _legal_get_title(self, annex=False):
        _ = self.env._
        if annex:
            return _("Annex to invoice")
        if self.state != "posted":
            return _("Draft invoice")
        return {
            "invoice": _("Invoice"),
            "credit_note": _("Credit note"),
            "deposit": _("Deposit invoice"),
        }[self._legal_get_document_kind()]

    def _legal_get_words(self):
        _ = self.env._
        return {
            "firm": _("The firm"),
            "client": _("The client"),
            "about": _("About this document"),
            "object": _("Re:"),
            "date": _("Date"),
            "act": _("Work done"),
            "who": _("By"),
            "hours": _("Time"),
            "rate": _("Rate excl. VAT"),
            "amount": _("Amount excl. VAT"),
            "item": _("Description"),
            "quantity": _("Quantity"),
            "price": _("Unit price excl. VAT"),
            "tax": _("VAT"),
            "tax_rate": _("VAT rate"),
            "tax_base": _("Base excl. VAT"),
            "tax_amount": _("VAT amount"),
            "included": _("included"),
            "no_charge": _("no charge"),
            "pay": _("How to pay"),
            "notices": _("Legal notices"),
        }

    def _legal_get_client_block(self):
        payer, client = self.partner_id, self.commercial_partner_id
        _ = self.env._
        lines = [client.name]
        if payer != client and payer.name and payer.type == "contact":
            lines.append(_("For the attention of %(name)s", name=payer.name))
        address = payer if payer.street else client
        lines += _address_lines(address, self.company_id.country_id)
        identities = []
        if siren := client._legal_get_siren():
            identities.append(_("SIREN %(siren)s", siren=_group_digits(siren)))
        if client.vat and self._legal_get_client_kind() != "consumer":
            identities.append(_("VAT no. %(vat)s", vat=client.vat))
        return {"lines": [line for line in lines if line], "identities": identities}

    def _legal_get_matters(self):
        """Return the matters in the order in which the invoice tells them, elevated."""
        # sudo: the client may read the number, and the object, of its own matter.
        move = self.sudo()
        lines = move.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        return lines.matter_id | move.matter_ids

    def _legal_get_meta(self):
        _ = self.env._
        matters = self._legal_get_matters()
        meta = [(_("Issued on"), self._legal_format_date(self.invoice_date))]
        if self.move_type == "out_invoice":
            meta.append((_("Due on"), self._legal_format_date(self.invoice_date_due)))
        meta.append(
            (_("Matter"), ", ".join(matter._neutral_label() for matter in matters))
        )
        if self.legal_period_from and self.legal_period_to:
            meta.append(
                (
                    _("Services"),
                    _(
                        "%(from)s to %(to)s",
                        **{
                            "from": self._legal_format_short_date(
                                self.legal_period_from
                            ),
                            "to": self._legal_format_short_date(self.legal_period_to),
                        },
                    ),
                )
            )
        if self.ref and not self.reversed_entry_id:
            meta.append((_("Your reference"), self.ref))
        return [(label, value) for label, value in meta if value]

    def _legal_get_object(self, annex=False):
        """Return the object of the matters, only their number if so agreed."""
        matters = self._legal_get_matters()
        if self.invoice_text_policy == "neutral" and not annex:
            period = ""
            if self.legal_period_from and self.legal_period_to:
                period = self.env._(
                    ", period from %(from)s to %(to)s",
                    **{
                        "from": self._legal_format_short_date(self.legal_period_from),
                        "to": self._legal_format_short_date(self.legal_period_to),
                    },
                )
            return self.env._(
                "Legal services, matter %(matter)s%(period)s",
                matter=", ".join(matter._neutral_label() for matter in matters),
                period=period,
            )
        return ", ".join(
            f"{matter.name} ({matter._neutral_label()})" for matter in matters
        )

    def _legal_get_box(self):
        """Return the one thing the client looks for: how much, and by when."""
        _ = self.env._
        due = self.amount_residual if self.state == "posted" else self.amount_total
        if self.move_type == "out_refund":
            label = _("Amount credited to you")
            return {
                "amount": self._legal_format_money(self.amount_total),
                "label": label,
            }
        if self.state == "posted" and self.currency_id.is_zero(due):
            return {
                "amount": self._legal_format_money(self.amount_total),
                "label": _("Paid, thank you"),
            }
        return {
            "amount": self._legal_format_money(due),
            "label": _(
                "to pay by %(date)s",
                date=self._legal_format_date(self.invoice_date_due),
            )
            if self.invoice_date_due
            else _("to pay"),
        }

    def _legal_get_blocks(self, annex=False):
        """Return the sections gathered in tables: acts apart, lines together."""
        blocks = []
        by = "" if annex else self._legal_get_share_key()
        for section in self._legal_get_sections(annex, by):
            kind = ("has_acts" if section["acts"] else "") or (
                "has_shares" if section["shares"] else ""
            )
            if not blocks or kind or blocks[-1]["kind"]:
                blocks.append(
                    {
                        "kind": kind,
                        "has_acts": kind == "has_acts",
                        "has_shares": kind == "has_shares",
                        "share_head": self._legal_get_share_head(by),
                        "sections": [],
                    }
                )
            blocks[-1]["sections"].append(section)
        return blocks

    def _legal_get_sections(self, annex=False, by=""):
        """Return the sections with every figure formatted.

        :param str by: ``person`` or ``kind`` to gather the acts, else each is shown

        A section with acts shows them, then only what is no act: instalments and
        the cap. Should these not make its subtotal, its invoice lines are shown
        as well, so that what is printed always adds up.
        """
        sections = []
        for section in self._legal_get_detail():
            acts = section["acts"]
            lines = section["lines"]
            if acts:
                others = [line for line in lines if line["kind"] != "time"]
                shown = sum(row["amount"] for row in [*acts, *others])
                if not self.currency_id.compare_amounts(shown, section["subtotal"]):
                    lines = others
            if annex and not acts:
                continue
            sections.append(
                {
                    "code": section["code"],
                    "title": section["title"],
                    "acts": [] if by else [self._legal_format_act(a) for a in acts],
                    "shares": self._legal_gather_acts(acts, by) if by else [],
                    "lines": [
                        self._legal_format_line(line)
                        for line in ([] if annex else lines)
                    ],
                    "subtotal_label": self._legal_get_subtotal_label(section),
                    "subtotal": self._legal_format_money(
                        sum(act["amount"] for act in acts)
                        if annex
                        else section["subtotal"]
                    ),
                    "hours": format_hours(sum(act["hours"] for act in acts)),
                    **self._legal_get_section_frame(section),
                }
            )
        return sections

    def _legal_get_section_frame(self, section):
        """Return what stands around a section: a heading, a sum under it; a hook."""
        return {"heading": "", "matter_subtotal": "", "matter_subtotal_label": ""}

    def _legal_get_subtotal_label(self, section):
        """Name the subtotal and the VAT its rows bear."""
        title = section["title"].lower()
        if section["code"] == "disbursements":
            return self.env._("Subtotal %(section)s", section=title)
        label = self.env._("Subtotal %(section)s excl. VAT", section=title)
        rates = {line["tax"] for line in section["lines"] if line.get("tax")}
        if not section["acts"] or not rates:
            return label
        return self.env._(
            "%(label)s (VAT %(rates)s)", label=label, rates=", ".join(sorted(rates))
        )

    def _legal_format_act(self, act):
        if act.get("is_package"):
            amount = self.env._("included")
        elif act.get("is_no_charge"):
            amount = self.env._("no charge")
        else:
            amount = self._legal_format_amount(act["amount"])
        return {
            "id": act["id"],
            "date": self._legal_format_short_date(act["date"]),
            "narrative": act["narrative"],
            "who": act["who"],
            "grade": act.get("grade", ""),
            "hours": format_hours(act["hours"]),
            "rate": self._legal_format_amount(act["rate"]) if act["rate"] else "",
            "amount": amount,
            "is_free": bool(act.get("is_package") or act.get("is_no_charge")),
        }

    def _legal_format_line(self, line):
        quantity = line["quantity"]
        return {
            "id": line["id"],
            "date": self._legal_format_short_date(line["date"]),
            "label": line["narrative"] or line["label"],
            "explanation": line.get("explanation") or "",
            "quantity": format_hours(quantity)
            if line["is_hours"]
            else self._legal_format_number(quantity),
            "price": self._legal_format_amount(line["price_unit"]),
            "tax": line.get("tax", ""),
            "amount": self._legal_format_amount(line["amount"]),
        }

    def _legal_get_tax_groups(self):
        """Return [(tax, base, tax amount)], disbursements last, from the ledger."""
        groups = {}
        for line in self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        ):
            for tax in line.tax_ids.flatten_taxes_hierarchy():
                groups[tax] = groups.get(tax, 0.0) + line.price_subtotal
        amounts = {}
        for line in self.line_ids.filtered("tax_line_id"):
            amount = line.amount_currency * self.direction_sign
            tax = line.tax_line_id
            amounts[tax] = amounts.get(tax, 0.0) + amount
        return sorted(
            ((tax, base, amounts.get(tax, 0.0)) for tax, base in groups.items()),
            key=lambda row: -row[0].amount,
        )

    def _legal_get_tax_rows(self):
        _ = self.env._
        return [
            {
                "rate": _("Outside VAT (disbursements)")
                if self._legal_get_vat_case(tax) == "disbursement"
                else f"{self._legal_format_number(tax.amount)}{NO_BREAK}%",
                "base": self._legal_format_amount(base),
                "amount": self._legal_format_amount(amount),
            }
            for tax, base, amount in self._legal_get_tax_groups()
        ]

    def _legal_get_totals(self):
        _ = self.env._
        rows, untaxed, advanced = [], 0.0, 0.0
        taxes = self._legal_get_tax_groups()
        for tax, base, _amount in taxes:
            if self._legal_get_vat_case(tax) == "disbursement":
                advanced += base
            else:
                untaxed += base
        rows.append((_("Total excl. VAT"), untaxed, ""))
        for tax, _base, amount in taxes:
            if tax.amount:
                rate = f"{self._legal_format_number(tax.amount)}{NO_BREAK}%"
                rows.append((_("VAT %(rate)s", rate=rate), amount, ""))
        if advanced:
            rows.append((_("Disbursements, outside VAT"), advanced, ""))
        rows.append((_("Total incl. VAT"), self.amount_total, "total"))
        paid = self.amount_total - self.amount_residual
        if (
            self.state == "posted"
            and self.move_type == "out_invoice"
            and not self.currency_id.is_zero(paid)
        ):
            rows.append((_("Already paid"), -paid, ""))
            rows.append((_("Left to pay"), self.amount_residual, "total"))
        return [
            {
                "label": label,
                "amount": self._legal_format_money(amount),
                "is_total": kind == "total",
            }
            for label, amount, kind in rows
        ]

    def _legal_get_payment(self):
        """Return how to pay, or nothing when nothing is due."""
        _ = self.env._
        if not self._legal_awaits_payment():
            return {}
        rows = self._legal_get_payment_rows()
        payment = {"rows": rows, "transfer": _("By bank transfer")}
        if self.state == "posted":
            link = self._legal_get_code_url()
            payment.update(link=link, online=_("Online, in a minute"))
            payment["codes"] = self._legal_get_pay_codes(payment)
        return payment

    def _legal_awaits_payment(self):
        return self.move_type == "out_invoice" and (
            self.state != "posted" or self.amount_residual > 0
        )

    def _legal_get_payment_rows(self):
        """Return the bank details to pay by transfer; nothing when nothing is due."""
        _ = self.env._
        if not self._legal_awaits_payment():
            return []
        bank = self.partner_bank_id
        rows = []
        if bank:
            rows.append((_("IBAN"), _group(bank.sanitized_acc_number or "")))
            rows.append((_("BIC"), bank.bank_bic or ""))
            rows.append((_("Account holder"), bank.acc_holder_name or ""))
        rows.append(
            (_("Reference to quote"), self.payment_reference or self.name or "")
        )
        return [(label, value) for label, value in rows if value]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _legal_describe(self, show_narrative):
        """Add the VAT rate, which the law wants beside each price."""
        described = super()._legal_describe(show_narrative)
        move = self.move_id.with_context(lang=self.env.lang)
        described["tax"] = ", ".join(
            "–"
            if move._legal_get_vat_case(tax) == "disbursement"
            else f"{move._legal_format_number(tax.amount)}{NO_BREAK}%"
            for tax in self.tax_ids
        )
        return described


def format_hours(hours):
    """Return hours as a lawyer writes them.

    >>> format_hours(1.5), format_hours(0.1), format_hours(12), format_hours(0)
    ('1\\xa0h\\xa030', '6\\xa0min', '12\\xa0h', '')
    """
    minutes = round(hours * 60)
    sign = "−" if minutes < 0 else ""
    whole, rest = divmod(abs(minutes), 60)
    if whole and rest:
        return f"{sign}{whole}{NO_BREAK}h{NO_BREAK}{rest:02d}"
    if whole:
        return f"{sign}{whole}{NO_BREAK}h"
    return f"{sign}{rest}{NO_BREAK}min" if rest else ""


def _join_short(texts, limit=90):
    """Put short notices that follow each other on one line."""
    lines = []
    for text in texts:
        text = text.strip()
        if lines and len(text) < limit and len(lines[-1]) < limit:
            lines[-1] = f"{lines[-1]} · {text}"
        else:
            lines.append(text)
    return lines


def place_symbol(symbol, number, position):
    """Return a figure with its currency: letters are set apart, a sign sticks.

    >>> place_symbol("CHF", "9 000", "before"), place_symbol("$", "9", "before")
    ('CHF\\xa09 000', '$9')
    """
    if position != "before":
        return f"{number}{NO_BREAK}{symbol}"
    return f"{symbol}{NO_BREAK if symbol[-1:].isalpha() else ''}{number}"


def _plain_spaces(text):
    """Use the no-break space that every font has, and a true minus sign."""
    return text.replace(NARROW_NO_BREAK, NO_BREAK).replace("-", "−")


def _address_lines(partner, home):
    lines = [partner.street, partner.street2]
    lines.append(" ".join(filter(None, (partner.zip, partner.city))))
    if partner.country_id and partner.country_id != home:
        lines.append(partner.country_id.name)
    return [line for line in lines if line]


def _group(text, size=4):
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def _group_digits(digits):
    """Write 12345678900012 as 123 456 789 00012."""
    head, tail = digits[:9], digits[9:]
    return NO_BREAK.join(filter(None, (*_group(head, 3).split(), tail)))
