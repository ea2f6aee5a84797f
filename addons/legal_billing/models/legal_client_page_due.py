import json
from datetime import date, timedelta

from odoo import fields, models

from .account_move_online_payment import WIRE_CODES

#: announced transfers older than this are told no more
TRANSFER_DAYS = 30
PAYABLE = "due"
#: rows ticked at first, the oldest: a payment is for so many documents at the most
MOST_TICKED = 60


class LegalClientLink(models.Model):
    """What is asked of a payer now, what he is paying, and what comes later."""

    _inherit = "legal.client.link"

    # -- rows to pay -----------------------------------------------------------------

    def _get_page_due(self):
        """Return the rows that may be ticked and paid, oldest due first.

        What is overdue or due is ticked, with what the address names; when nothing
        is, what falls due first. Only one currency is ticked at a time.
        """
        rows = self._get_due_rows()
        rows.sort(key=lambda row: (row["on"] or date.min, row["key"]))
        self._tick_rows(rows)
        for row in rows:
            row["on"] = fields.Date.to_string(row["on"]) if row["on"] else ""
        return rows

    def _tick_rows(self, rows):
        named = self.env.context.get("legal_rows") or ()
        payable = [row for row in rows if row["is_payable"]]
        wanted = [
            row for row in payable if row["when"] != "later" or row["key"] in named
        ]
        if not wanted and payable:
            first = payable[0]["on"]
            wanted = [row for row in payable if row["on"] == first]
        chosen = next(
            (row["currency"] for row in wanted if row["key"] in named),
            wanted[0]["currency"] if wanted else "",
        )
        ticked = [row["key"] for row in wanted if row["currency"] == chosen]
        for row in rows:
            row["is_ticked"] = row["key"] in ticked[:MOST_TICKED]

    def _get_due_rows(self):
        """Return a row for each open invoice and each provision asked for; a hook."""
        moves = self._get_open_moves()
        situations = {move: move._legal_get_situation() for move in moves}
        rows = [
            self._get_move_row(move, situation)
            for move, situation in situations.items()
            if situation in (PAYABLE, "closed")
        ]
        for provision in self._get_asked_provisions():
            situation = provision._get_situation()
            if situation in (PAYABLE, "closed"):
                rows.append(self._get_provision_row(provision, situation))
        return rows

    def _get_move_row(self, move, situation):
        asked = move._legal_get_asked()
        return self._prepare_row(
            f"i{move.id}",
            move._legal_get_portal_name(),
            asked["date"],
            asked["amount"],
            move.currency_id,
            url=move.get_portal_url(),
            situation=situation,
            about=self._get_matter_words(move.matter_ids),
            note=self._get_move_note(move, asked["amount"]),
        )

    def _get_move_note(self, move, asked):
        """Return what makes the amount asked another than the invoice's; a hook."""
        currency = move.currency_id
        if currency.compare_amounts(asked, move.amount_residual):
            return self.env._(
                "An instalment: %(left)s is left in all.",
                left=self._format_money(move.amount_residual, currency),
            )
        if currency.compare_amounts(move.amount_residual, move.amount_total):
            return self.env._(
                "%(paid)s out of %(total)s is already paid.",
                paid=self._format_money(
                    move.amount_total - move.amount_residual, currency
                ),
                total=self._format_money(move.amount_total, currency),
            )
        return ""

    def _get_provision_row(self, provision, situation):
        provision = provision.with_context(self.env.context)
        return self._prepare_row(
            f"p{provision.id}",
            self.env._("Provision %(number)s", number=provision.name),
            provision.due_on,
            provision.amount_total,
            provision.currency_id,
            url=provision.get_portal_url(),
            situation=situation,
            about=self._get_matter_words(provision.matter_id),
        )

    def _prepare_row(self, key, label, on, value, currency, **kw):
        """Return a row as plain values; ``kw``: url, situation, about, note."""
        _ = self.env._
        today = fields.Date.context_today(self)
        day = self._format_day(on)
        is_late = bool(on and on < today)
        if not on or on == today:
            when, words = "now", _("to pay today") if on else _("to pay")
        elif is_late:
            when, words = "late", _("was due on %(date)s", date=day)
        else:
            when, words = "later", _("to pay by %(date)s", date=day)
        situation = kw.get("situation", PAYABLE)
        return {
            "key": key,
            "label": label,
            "on": on or None,
            "day": day,
            "date": words,
            "when": when,
            "is_late": is_late,
            "amount": self._format_money(value, currency),
            "value": currency.round(value),
            "currency": currency.name,
            "currency_id": currency.id,
            "digits": currency.decimal_places,
            "url": kw.get("url", ""),
            "situation": situation,
            "about": kw.get("about", ""),
            "note": kw.get("note", ""),
            "is_payable": situation == PAYABLE and not currency.is_zero(value),
            "is_ticked": False,
        }

    def _get_matter_words(self, matters):
        """Name the matters as this reader may know them."""
        own = matters.filtered(
            lambda matter: matter.partner_id.commercial_partner_id == self.partner_id
        )
        is_neutral = self.kind == "paper" or own != matters
        if is_neutral or self._keep_readable(matters) != matters:
            return ", ".join(matter._neutral_label() for matter in matters)
        return ", ".join(matter.name for matter in matters)

    def _get_page_choice(self, rows):
        """Return what the button says, and the words its script needs."""
        _ = self.env._
        ticked = [row for row in rows if row["is_ticked"]]
        payable = [row for row in rows if row["is_payable"]]
        code = ticked[0]["currency"] if ticked else ""
        words = {
            "none": _("Tick what you wish to pay"),
            "one": _("Pay 1 invoice – %(total)s", total="{total}"),
            "many": _(
                "Pay %(count)s invoices – %(total)s",
                count="{count}",
                total="{total}",
            ),
            "mixed": _(
                "Pay %(count)s items – %(total)s", count="{count}", total="{total}"
            ),
            "single": _("Pay %(total)s", total="{total}"),
            "apart": _(
                "These sums are not in the same currency: pay them one after the other."
            ),
        }
        return {
            "is_open": bool(payable),
            "currency": code,
            "count": len(ticked),
            "has_currencies": len({row["currency"] for row in payable}) > 1,
            "has_more": len(payable) > len(ticked),
            "total": self._format_sum(self._sum_rows(ticked, "late", "now", "later")),
            "words": words,
            # what a script reads: JSON, of strings alone
            "words_json": json.dumps(words),
        }

    def _get_page_transfer(self, rows):
        """Return the bank details to pay without a card, while something is due."""
        move = self._get_open_moves()[:1] if rows else None
        bank = move.partner_bank_id if move else None
        if not bank:
            return []
        return [
            row
            for row in move._legal_get_portal_transfer("due")
            if row["value"] != (move.payment_reference or move.name)
        ]

    # -- under way -------------------------------------------------------------------

    def _get_page_pending(self):
        """Return the payments under way and the transfers announced, each once."""
        return self._get_pending_rows()

    def _get_pending_rows(self):
        """A hook: {label, date, amount, detail} of each payment not in the ledger."""
        _ = self.env._
        moves = self._get_open_moves()
        running = moves._legal_get_running_transactions()
        provisions = self._get_asked_provisions()
        running |= provisions._get_running_transactions()
        since = fields.Datetime.now() - timedelta(days=TRANSFER_DAYS)
        # sudo: of these transactions, only what the payer himself did
        every = moves.sudo().transaction_ids | provisions.sudo().transaction_ids
        announced = every.filtered(
            lambda tx: (
                tx.state == "pending"
                and tx.provider_code in WIRE_CODES
                and tx.create_date >= since
            )
        )
        return [
            {
                "label": _("Online payment")
                if tx in running
                else _("Transfer announced"),
                "date": self._format_day(
                    fields.Datetime.context_timestamp(self, tx.create_date).date()
                ),
                "amount": self._format_money(tx.amount, tx.currency_id),
                "detail": _("under way")
                if tx in running
                else _("to make at your bank, reference %(ref)s", ref=tx.reference),
            }
            for tx in (running | announced).sorted("id", reverse=True)
        ]

    # -- to come ---------------------------------------------------------------------

    def _get_page_coming(self):
        """Return what will be asked later, the nearest first."""
        rows = sorted(self._get_coming_rows(), key=lambda row: row["on"])
        return [
            {
                "label": row["label"],
                "date": self._format_day(row["on"]),
                "amount": row["amount"],
                "note": row.get("note", ""),
            }
            for row in rows
        ]

    def _get_coming_rows(self):
        """A hook: {label, on, amount} of what is known of later sums."""
        return [*self._get_coming_terms(), *self._get_coming_fees()]

    def _get_coming_terms(self):
        """Return the later instalments of invoices payable in several."""
        rows = []
        for move in self._get_open_moves():
            terms = move.line_ids.filtered(
                lambda line: line.display_type == "payment_term" and not line.reconciled
            ).sorted("date_maturity")
            if len(terms) < 2 or move._legal_get_situation() not in (PAYABLE, "closed"):
                continue
            asked_on = move._legal_get_asked()["date"]
            rows += [
                {
                    "label": self.env._(
                        "%(document)s, instalment",
                        document=move._legal_get_portal_name(),
                    ),
                    "on": term.date_maturity,
                    "amount": self._format_money(
                        term.amount_residual_currency, move.currency_id
                    ),
                }
                for term in terms
                if asked_on and term.date_maturity > asked_on
            ]
        return rows

    def _get_coming_fees(self):
        """Return what the agreements in force say will be billed, before VAT."""
        matters = self._get_own_matters()
        today = fields.Date.context_today(self)
        rows = []
        instalments = self.env["legal.fee.instalment"].search(
            [
                ("matter_id", "in", matters.ids),
                ("trigger", "=", "date"),
                ("due_on", ">=", today),
                ("is_billed", "=", False),
                ("agreement_id.state", "=", "signed"),
            ],
            limit=12,
        )
        rows = [
            {
                "label": f"{row.name} – {row.matter_id.name}",
                "on": row.due_on,
                "amount": self._format_before_tax(row.amount, row.currency_id),
            }
            for row in instalments
        ]
        terms = self.env["legal.fee.term"].search(
            [
                ("agreement_id.matter_id", "in", matters.ids),
                ("agreement_id.state", "=", "signed"),
                ("kind", "=", "subscription"),
            ],
            limit=12,
        )
        for term in terms:
            following = [
                period
                for period in term._get_periods(today + timedelta(days=366))
                if period.date_from > today
            ]
            if not following:
                continue
            amount, _how = term._price_period(following[0])
            rows.append(
                {
                    "label": f"{term.name} – {term.matter_id.name}",
                    "on": following[0].date_from,
                    "amount": self._format_before_tax(float(amount), term.currency_id),
                }
            )
        return rows

    def _format_before_tax(self, amount, currency):
        return self.env._(
            "%(amount)s excl. VAT", amount=self._format_money(amount, currency)
        )
