from odoo import models

from .account_move_print import _plain_spaces, format_hours


class LegalFeeTerm(models.Model):
    """What a term says in the agreement: a sentence, details and tables."""

    _inherit = "legal.fee.term"

    def _get_sent_agreements(self):
        return self.agreement_id

    def _get_sent_facts(self):
        """Return what billing reads of the term, as a list of plain values."""
        self.ensure_one()
        names = sorted(
            {name for name in self._get_summary_fields() if "." not in name}
            - {"currency_id", "index_id"}
        )
        facts = [[name, self[name]] for name in names]
        facts.append([str(self.starts_on), str(self.ends_on), self.index_id.id])
        facts.append(sorted(self.activity_code_ids.ids))
        facts += [
            [t.above_amount, t.above_hours, t.percent, t.rate]
            for t in self.tier_ids.sorted("id")
        ]
        facts += [
            [r.grade_id.id, r.employee_id.id, r.activity_code_id.id, r.amount]
            for r in self.rate_ids.sorted("id")
        ]
        facts += [
            [i.name, i.amount, i.trigger, i.trigger == "date" and str(i.due_on)]
            for i in self.instalment_ids.sorted("id")
        ]
        return facts

    def _get_document_term(self):
        """Return ``{title, sentence, details, tables}`` of one way of charging."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        kind = kinds[self.kind]
        source = self._fields["kind"]._description_selection(
            self.with_context(lang=None).env
        )
        unnamed = {False, kind, dict(source)[self.kind]}
        sentence = self.summary or ""
        sentence = _plain_spaces(sentence[:1].upper() + sentence[1:])
        return {
            "title": kind if self.name in unnamed else f"{kind} – {self.name}",
            "sentence": f"{sentence.rstrip('.')}." if sentence else "",
            "details": [_plain_spaces(text) for text in self._get_document_details()],
            "tables": [
                table
                for table in (
                    self._get_rate_table(),
                    self._get_instalment_table(),
                    self._get_tier_table(),
                )
                if table["rows"]
            ],
        }

    def _get_document_details(self):
        """Return the sentences that the line of summary has no room for."""
        _ = self.env._

        def word(name):
            return dict(self._fields[name]._description_selection(self.env)).get(
                self[name], ""
            )

        if self.activity_code_ids:
            yield _(
                "Only for: %(kinds)s.",
                kinds=", ".join(self.activity_code_ids.mapped("name")),
            )
        if self.kind == "hourly" and (self.cap_amount or self.cap_hours):
            yield self._say_at_cap()
        if self.kind == "subscription":
            yield _("Billed: %(when)s.", when=_lower(word("billed_when")))
            yield _("Periods: %(rule)s.", rule=_lower(word("period_anchor")))
        if self.kind == "success":
            yield _(
                "Share of: %(base)s; due %(when)s.",
                base=_lower(word("success_base")),
                when=_lower(word("success_trigger")),
            )
            yield (
                _("Sums awarded under article 700 CPC count in the result.")
                if self.with_costs_award
                else _("Sums awarded under article 700 CPC do not count in the result.")
            )
        if self.starts_on or self.ends_on:
            first, last = self.starts_on, self.ends_on
            say = self.agreement_id._say_date
            if first and last:
                yield _("From %(first)s to %(last)s.", first=say(first), last=say(last))
            elif first:
                yield _("From %(first)s.", first=say(first))
            else:
                yield _("Until %(last)s.", last=say(last))

    def _say_at_cap(self):
        """Return what happens at the cap, as a contract says it."""
        _ = self.env._
        if self.at_cap == "stop":
            return _(
                "At the cap the firm stops, and goes on only with the client's"
                " agreement in writing."
            )
        if self.at_cap == "reduced":
            return _(
                "Beyond the cap an hour is charged %(rate)s before VAT.",
                rate=_plain_spaces(self._say_money(self.reduced_rate)),
            )
        return _("Work beyond the cap is not charged.")

    def _get_rate_table(self):
        """Return the hourly rates: those agreed, else those of the team's grades."""
        _ = self.env._
        table = {
            "title": _("Hourly rates"),
            "head": [_("For"), _("Rate excl. VAT")],
            "rows": [
                [row._get_scope_label(), self._say_rate(row.amount)]
                for row in self.rate_ids
            ],
        }
        if not table["rows"] and self.kind == "hourly" and not self.blended_rate:
            table["rows"] = [
                [label, self._say_rate(amount)]
                for label, amount in self._get_scale_rates()
            ]
        return table

    def _get_scale_rates(self):
        """Return ``(grade, rate)`` of the firm's scale for this matter, that day."""
        matter, day = self.matter_id, self.agreement_id.date_from
        # sudo: the client is told the rates; who writes the agreement may not list
        # the firm's scale
        Rate = self.env["legal.rate"].sudo()
        rates = Rate.search(
            [
                ("company_id", "=", matter.company_id.id),
                ("grade_id", "!=", False),
                ("employee_id", "=", False),
                ("activity_code_id", "=", False),
                ("matter_id", "in", [False, matter.id]),
                ("partner_id", "in", [False, matter.partner_id.id]),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ]
        )
        best = {}
        for rate in rates.sorted(lambda r: (bool(r.matter_id), bool(r.partner_id))):
            if (rate.currency_id or self.currency_id) == self.currency_id:
                best[rate.grade_id] = rate.amount
        grades = sorted(best, key=lambda grade: -best[grade])
        return [(grade.name, best[grade]) for grade in grades]

    def _get_instalment_table(self):
        _ = self.env._
        rows = []
        for row in self.instalment_ids.sorted(lambda i: (i.sequence, i.id)):
            if row.trigger == "signature":
                when = _("At signature")
            elif row.trigger == "milestone":
                when = row.milestone_id.name or _("At a milestone")
            else:
                when = self.agreement_id._say_date(row.due_on)
            rows.append([row.name, when, _plain_spaces(self._say_money(row.amount))])
        return {
            "title": _("Instalments"),
            "head": [_("Instalment"), _("Due"), _("Amount excl. VAT")],
            "rows": rows,
        }

    def _get_tier_table(self):
        _ = self.env._
        if self.kind == "success":
            return {
                "title": _("Share of the result"),
                "head": [_("Slice of the result"), _("Share")],
                "rows": [
                    [label, self._say_percent(percent)]
                    for label, percent in self._say_slices()
                ],
            }
        return {
            "title": _("Volume steps"),
            "head": [_("Hours"), _("Price")],
            "rows": [
                [
                    _("Beyond %(hours)s", hours=format_hours(tier.above_hours)),
                    self._say_rate(tier.rate)
                    if tier.rate
                    else _("less %(percent)s", percent=self._say_percent(tier.percent)),
                ]
                for tier in self.tier_ids
            ],
        }

    def _say_slices(self):
        _ = self.env._
        tiers = self.tier_ids.sorted("above_amount")
        for rank, tier in enumerate(tiers):
            low = self._say_money(tier.above_amount)
            if rank + 1 < len(tiers):
                high = self._say_money(tiers[rank + 1].above_amount)
                yield _("From %(low)s to %(high)s", low=low, high=high), tier.percent
            elif tier.above_amount:
                yield _("Above %(low)s", low=low), tier.percent
            else:
                yield _("The whole result"), tier.percent


def _lower(text):
    """Write a label inside a sentence: only its first letter changes."""
    return text[:1].lower() + text[1:]
