from odoo import models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..engine.colors import readable_accent, tint
from ..report.qr import qr_data_uri
from .account_move_print import _group, _plain_spaces

#: parts of the account, in order: key, groups of rows
PARTS = (
    ("costs", ("expenses", "disbursements")),
    ("tariff", ("tariff",)),
    ("fees", ("fees",)),
    ("received", ("provision", "payment", "other")),
)


class LegalFinalAccount(models.Model):
    """What the printed account shows, as plain values in the client's language."""

    _inherit = "legal.final.account"

    def _in_client_language(self):
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _format_money(self, amount, currency=None):
        currency = currency or self.currency_id
        return _plain_spaces(formatLang(self.env, amount + 0.0, currency_obj=currency))

    def _format_amount(self, amount, currency=None):
        currency = currency or self.currency_id
        return _plain_spaces(
            formatLang(self.env, amount + 0.0, digits=currency.decimal_places)
        )

    def _format_date(self, date):
        return format_date(self.env, date, date_format="d MMMM y") if date else ""

    def _format_short_date(self, date):
        return format_date(self.env, date, date_format="dd/MM/y") if date else ""

    def _get_title(self):
        title = self.env._("Final account %(number)s", number=self.name)
        if self.version > 1:
            title = self.env._(
                "%(title)s, version %(version)s", title=title, version=self.version
            )
        return title

    def _get_document_title(self):
        account = self._in_client_language()
        return f"{account._get_title()} – {account.company_id.name}"

    def _legal_get_design(self):
        return self.company_id._legal_get_design(self.partner_id)

    def _say_balance(self):
        """Return what the balance means for the client."""
        _ = self.env._
        if self.is_to_pay and self.is_to_refund:
            return _("balance in each currency; below zero, to be given back to you")
        if self.is_to_pay:
            return _("left to pay")
        if self.is_to_refund:
            return _("to be given back to you")
        return _("All is settled, thank you")

    def _format_balance(self):
        """Return the balance, or those of each currency, side by side."""
        balances = {
            currency: sums["balance"]
            for currency, sums in self._get_sums().items()
            if not currency.is_zero(sums["balance"])
        } or {self.currency_id: 0.0}
        is_mixed = self.is_to_pay and self.is_to_refund
        return "\u2003".join(
            self._format_money(balance if is_mixed else abs(balance), currency)
            for currency, balance in balances.items()
        )

    def _get_print_values(self):
        """Return all that the account shows."""
        # sudo: what leaves is the whitelist below, for the account's own reader.
        account = self.sudo()._in_client_language()
        _ = account.env._
        design = account._legal_get_design()
        firm = account.company_id.with_context(
            lang=account.env.lang
        )._legal_get_letterhead()
        if design == "contemporary":
            color = readable_accent(firm["color"])
            firm.update(color=color, tint=tint(color))
        move = account.env["account.move"].new({"company_id": account.company_id.id})
        number = account.name
        if account.version > 1:
            number = _(
                "%(number)s, version %(version)s",
                number=number,
                version=account.version,
            )
        return {
            "design": design,
            "title": _("Detailed final account"),
            "number": number,
            "firm": firm,
            "client": account._get_client_block(),
            "meta": account._get_meta(),
            "object": account._get_object(),
            "message": account.note or "",
            "box": {
                "amount": account._format_balance(),
                "label": account._say_balance(),
            },
            "sections": account._get_sections(),
            "payment": account._get_payment(),
            "mentions": account._get_mentions(),
            "words": {
                **move._legal_get_words(),
                "number": _("Document"),
                "untaxed": _("Excl. VAT"),
                "vat": _("VAT"),
                "total": _("Incl. VAT"),
                "summary": _("Summary"),
                "none": _("none"),
                "how": _("The balance is what was due, less the sums received."),
                "received": _("Received"),
            },
        }

    def _get_client_block(self):
        lines = self.company_id._legal_get_addressee(self.partner_id)
        siren = self.partner_id._legal_get_siren()
        identities = []
        if siren:
            identities.append(self.env._("SIREN %(siren)s", siren=_group(siren, 3)))
        return {"lines": lines, "identities": identities}

    def _get_meta(self):
        _ = self.env._
        matter = self.matter_id
        meta = [
            (_("Issued on"), self._format_date(self.date)),
            (_("Matter"), matter._neutral_label()),
            (_("Opened on"), self._format_date(matter.opened_on)),
            (_("Closed on"), self._format_date(matter.closed_on)),
            (_("Your lawyer"), matter.responsible_id.name),
        ]
        return [(label, value) for label, value in meta if value]

    def _get_object(self):
        matter = self.matter_id
        policy = matter.agreement_ids.filtered(lambda a: a.state != "draft")[:1]
        if policy.invoice_text_policy == "neutral":
            return self.env._(
                "Final account of the matter %(matter)s", matter=matter._neutral_label()
            )
        return self.env._(
            "Final account of the matter %(name)s (%(matter)s)",
            name=matter.name,
            matter=matter._neutral_label(),
        )

    # -- rows ------------------------------------------------------------------

    def _get_part_titles(self):
        _ = self.env._
        return {
            "costs": _("Expenses and disbursements"),
            "tariff": _("Tariff fees"),
            "fees": _("Fees"),
            "received": _("Sums received"),
        }

    def _get_sections(self):
        """Return one account for each currency billed, complete in itself."""
        by_currency = self._get_sums()
        return [
            {
                "title": self.env._("Account in %(currency)s", currency=currency.name)
                if len(by_currency) > 1
                else "",
                "parts": self._get_parts(currency),
                "sums": self._get_sum_rows(currency, sums),
            }
            for currency, sums in by_currency.items()
        ]

    def _get_parts(self, currency):
        """Return the four parts of the account; one without rows says so."""
        rows = self.line_ids.filtered(lambda line: line.currency_id == currency)
        titles = self._get_part_titles()
        groups = dict(self.line_ids._fields["group"]._description_selection(self.env))
        parts = []
        for rank, (key, codes) in enumerate(PARTS, 1):
            lines = rows.filtered(lambda line, c=codes: line.group in c)
            blocks = []
            for code in codes:
                own = lines.filtered(lambda line, c=code: line.group == c)
                if own:
                    blocks.append(
                        {
                            "title": groups[code] if len(codes) > 1 else "",
                            "rows": [self._format_row(line) for line in own],
                        }
                    )
            parts.append(
                {
                    "title": f"{rank}. {titles[key]}",
                    "is_received": key == "received",
                    "blocks": blocks,
                    "subtotal_label": self.env._(
                        "Total %(part)s", part=titles[key].lower()
                    ),
                    **self._format_sums(lines, currency),
                }
            )
        return parts

    def _format_row(self, line):
        return {
            "date": self._format_short_date(line.date),
            "number": line.number or "",
            "label": line.label or "",
            "untaxed": self._format_amount(line.amount_untaxed, line.currency_id),
            "vat": self._format_amount(line.amount_tax, line.currency_id),
            "total": self._format_amount(line.amount_total, line.currency_id),
        }

    def _format_sums(self, lines, currency):
        untaxed, tax, total = (
            sum(lines.mapped(name))
            for name in ("amount_untaxed", "amount_tax", "amount_total")
        )
        return {
            "untaxed": self._format_amount(untaxed, currency),
            "vat": self._format_amount(tax, currency),
            "total": self._format_money(total, currency),
        }

    def _get_sum_rows(self, currency, sums):
        """Return the summary: what was due, what came off, what is left."""
        _ = self.env._
        rows = [
            (_("Expenses incl. VAT"), sums["expenses"], False),
            (_("Disbursements"), sums["disbursements"], False),
            (_("Tariff fees incl. VAT"), sums["tariff"], False),
            (_("Fees incl. VAT"), sums["fees"], False),
            (_("Total due incl. VAT"), sums["due"], True),
            (_("Sums received"), -sums["off"], False),
        ]
        label = (
            _("Balance to be given back to you")
            if currency.compare_amounts(sums["balance"], 0.0) < 0
            else _("Balance left to pay")
        )
        rows.append((label, abs(sums["balance"]), True))
        return [
            {
                "label": label,
                "amount": self._format_money(amount, currency),
                "is_total": is_total,
            }
            for label, amount, is_total in rows
        ]

    def _get_payment(self):
        """Return how to pay what is left; nothing when nothing is."""
        if not self.is_to_pay:
            return {}
        _ = self.env._
        moves = self.matter_id._get_final_moves(self.partner_id)
        bank = moves.partner_bank_id[-1:]
        rows = [
            (_("IBAN"), _group(bank.sanitized_acc_number or "")),
            (_("BIC"), bank.bank_bic or ""),
            (_("Reference to quote"), self.name),
        ]
        payment = {
            "rows": [(label, value) for label, value in rows if value],
            "transfer": _("By bank transfer"),
        }
        matter = self.matter_id
        if matter.partner_id.commercial_partner_id == (
            self.partner_id.commercial_partner_id
        ):
            own = self.env["legal.client.link"]._get_for(
                self.partner_id, self.company_id, self.partner_id, kind="paper"
            )
            # printed: it shows what is to pay, and nothing of the matters
            link = own._get_url()
            payment.update(link=link, online=_("Your invoices online"))
            payment["codes"] = [
                {
                    "image": qr_data_uri(link),
                    "link": link,
                    "label": _("Your invoices online"),
                    "short": _("Your invoices"),
                    "scan": _("Scan this code to see your invoices and pay them."),
                }
            ]
        return payment

    def _get_mentions(self):
        """Return the notices of final accounts in force on its day."""
        # sudo: notices are public law, and whoever prints needs them.
        mentions = self.env["legal.mention"].sudo()._for_account(self)
        return [mention._get_text(self) for mention in mentions]

    # -- what a notice asks of a document ----------------------------------------

    def _legal_get_mention_values(self):
        return {
            "firm": self.company_id.name,
            "bar": self.company_id.legal_bar or "",
            "matter": self.matter_id._neutral_label(),
            "due": self._format_date(self.date),
            "origin": "",
            "origin_date": "",
            "reason": "",
            "seller_vat": self.company_id.vat or "",
            "buyer_vat": self.partner_id.vat or "",
        }
