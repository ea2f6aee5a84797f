from odoo import models

from ..engine import fees
from .account_move_print import format_hours

TIME_KINDS = ("time", "discount", "cap")


class AccountMove(models.Model):
    """How the work is told on paper, and how far what was agreed is used."""

    _inherit = "account.move"

    # -- gathered acts -----------------------------------------------------------

    def _legal_get_share_key(self):
        """Return by what the acts are gathered: ``person``, ``kind`` or nothing."""
        policy = self.invoice_text_policy
        return policy if policy in ("person", "kind") else ""

    def _legal_get_share_head(self, by):
        return {"person": self.env._("By"), "kind": self.env._("Kind of work")}.get(by)

    def _legal_gather_acts(self, acts, by):
        """Return a row for each person, or kind of work: hours, rate, amount."""
        shares = {}
        for act in acts:
            label = act["who"] if by == "person" else act.get("activity")
            grade = act.get("grade", "") if by == "person" else ""
            key = (label or self.env._("Other work"), grade)
            shares.setdefault(key, []).append(act)
        return [
            self._legal_format_share(label, grade, own)
            for (label, grade), own in shares.items()
        ]

    def _legal_format_share(self, label, grade, acts):
        rates = {act["rate"] for act in acts if act["amount"]}
        amount = self.currency_id.round(sum(act["amount"] for act in acts))
        is_free = not amount and all(
            act.get("is_package") or act.get("is_no_charge") for act in acts
        )
        words = (
            self.env._("included")
            if any(act.get("is_package") for act in acts)
            else self.env._("no charge")
        )
        return {
            "label": label,
            "grade": grade,
            "hours": format_hours(sum(act["hours"] for act in acts)),
            "rate": self._legal_format_amount(rates.pop()) if len(rates) == 1 else "",
            "amount": words if is_free else self._legal_format_amount(amount),
            "is_free": is_free,
        }

    # -- the sentences under the sections ----------------------------------------

    def _legal_get_method(self, annex=False):
        """Return how the amounts were worked out, a sentence each."""
        if self.move_type != "out_invoice" or self.is_legal_deposit:
            return []
        sentences = [self._legal_get_portal_method()] if self._legal_has_rates() else []
        if not annex and self.invoice_text_policy != "neutral":
            sentences += self._legal_get_agreement_sentences()
        if not annex and self.invoice_text_policy in ("person", "kind"):
            sentences.append(
                self.env._("The list of acts reaches you in a separate, private annex.")
            )
        return [sentence for sentence in sentences if sentence]

    def _legal_has_rates(self):
        """Tell whether an hour on this document was charged at a rate."""
        # sudo: whether there is one, nothing else.
        lines = self.sudo().invoice_line_ids.prebill_line_ids
        return any(line.kind == "time" and line.amount for line in lines)

    def _legal_get_agreement_sentences(self):
        """Name the agreement behind the fees, and what it says of their amount."""
        # sudo: the client's own agreement; what leaves is one sentence.
        lines = self.sudo().invoice_line_ids.prebill_line_ids
        terms = lines.term_id
        sentences = []
        for agreement in terms.agreement_id:
            own = terms.filtered(lambda term, a=agreement: term.agreement_id == a)
            summaries = dict.fromkeys(term.summary for term in own if term.summary)
            if not summaries:
                continue
            sentences.append(
                self.env._(
                    "Under the fee agreement %(number)s of %(date)s: %(terms)s.",
                    number=agreement.name,
                    date=self._legal_format_date(
                        agreement.signed_on or agreement.date_from
                    ),
                    terms=" ; ".join(summary.rstrip(".") for summary in summaries),
                )
            )
        return sentences

    def _legal_get_thanks(self):
        """Return the firm's closing words, in the client's language."""
        if self.move_type != "out_invoice":
            return ""
        company = self.company_id.with_context(lang=self.env.lang)
        return (company.legal_invoice_thanks or "").strip()

    # -- how far a package or a cap is used ----------------------------------------

    def _legal_get_meters(self):
        """Return how far each package and cap is used, this document included.

        What later documents used does not count, so that a copy printed next year
        says what the first one said.
        """
        if self.move_type != "out_invoice":
            return []
        # sudo: the client's own agreement; what leaves are words and a percentage.
        lines = self.sudo().invoice_line_ids.prebill_line_ids
        terms = lines.term_id.filtered(
            lambda term: (
                term.cap_amount
                or term.cap_hours
                or (term.included_hours and term.kind != "subscription")
            )
        )
        if not terms:
            return []
        used = self._legal_get_used(terms, max(lines.prebill_id.ids))
        meters = []
        for term in terms:
            hours, package, amount = used.get(term.root_id.id, (0, 0, 0))
            for kind, size, consumed in (
                ("cap", term.cap_amount, amount),
                ("cap_hours", term.cap_hours, hours),
                ("package", term.included_hours, package),
            ):
                if size:
                    meters.append(self._legal_get_meter(term, kind, size, consumed))
        return meters

    def _legal_get_used(self, terms, last_prebill_id):
        """Return {root of a term: (hours, hours in the package, amount)}."""
        groups = (
            self.env["legal.prebill.line"]
            .sudo()
            ._read_group(
                [
                    ("term_root_id", "in", terms.root_id.ids),
                    ("prebill_id", "<=", last_prebill_id),
                    ("is_live", "=", True),
                    ("kind", "in", TIME_KINDS),
                    ("decision", "not in", ("write_off", "postpone")),
                ],
                ["term_root_id"],
                ["hours:sum", "hours_package:sum", "amount_net:sum"],
            )
        )
        return {root.id: figures for root, *figures in groups}

    def _legal_get_meter(self, term, kind, size, consumed):
        _ = self.env._
        percent = float(
            round(fees.to_decimal(consumed) * 100 / fees.to_decimal(size), 0)
        )
        percent_text = f"{percent:.0f}"
        if kind == "cap":
            text = _(
                "%(used)s of %(size)s excl. VAT (%(percent)s %%)",
                used=self._legal_format_money(consumed),
                size=self._legal_format_money(size),
                percent=percent_text,
            )
        else:
            text = _(
                "%(used)s of %(size)s (%(percent)s %%)",
                used=format_hours(consumed) or "0 h",
                size=format_hours(size),
                percent=percent_text,
            )
        what = _("Package") if kind == "package" else _("Cap")
        kinds = dict(term._fields["kind"]._description_selection(self.env))
        named = term.name and term.name != kinds.get(term.kind)
        label = f"{what} – {term.name}" if named else what
        if named and term.name.lower().startswith(what.lower()):
            label = term.name
        return {
            "label": label,
            "percent": min(int(percent), 100),
            "tone": "late" if percent > 100 else "calm",
            "text": text,
        }
