from odoo import models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from .account_move_print import _plain_spaces, format_hours
from .legal_money_category import SECTIONS

NO_BREAK = "\N{NO-BREAK SPACE}"


class LegalPrebill(models.Model):
    """What the printed pre-bill shows, as plain values."""

    _inherit = "legal.prebill"

    def _legal_get_print_values(self):
        self.ensure_one()
        _ = self.env._
        return {
            "title": _("Pre-bill %(number)s", number=self.name),
            "firm": self.company_id._legal_get_letterhead(),
            "meta": self._legal_get_print_meta(),
            "message": self.client_message or "",
            "box": {
                "amount": self._legal_format_money(self.amount_total),
                "label": _("incl. VAT, to be approved")
                if self.state in ("draft", "in_review")
                else _("incl. VAT"),
            },
            "sections": self._legal_get_print_sections(),
            "figures": self._legal_get_print_figures(),
            "totals": self._legal_get_print_totals(),
            "notice": _("internal document, not an invoice"),
            "words": {
                "date": _("Date"),
                "act": _("Work done"),
                "who": _("By"),
                "hours": _("Time"),
                "rate": _("Rate excl. VAT"),
                "billed": _("Billed"),
            },
        }

    def _legal_format_money(self, amount):
        return _plain_spaces(
            formatLang(self.env, amount + 0.0, currency_obj=self.currency_id)
        )

    def _legal_get_print_meta(self):
        _ = self.env._
        states = dict(self._fields["state"]._description_selection(self.env))
        facts = [
            (_("Matter"), self.matter_id.display_name),
            (_("Invoiced to"), self.partner_id.display_name),
            (_("Agreement"), self.agreement_id.display_name),
            (_("Responsible"), self.responsible_id.name),
            (
                _("Period"),
                _(
                    "%(from)s to %(to)s",
                    **{
                        "from": format_date(self.env, self.date_from),
                        "to": format_date(self.env, self.date_to),
                    },
                ),
            ),
            (_("State"), states.get(self.state)),
        ]
        return [(label, value) for label, value in facts if value]

    def _legal_get_print_sections(self):
        titles = dict(
            self.env["legal.money.category"]
            ._fields["section"]
            ._description_selection(self.env)
        )
        amounts = {
            "fees": self.amount_fees,
            "expenses": self.amount_expenses,
            "disbursements": self.amount_disbursements,
            "provisions": -self.amount_provision,
        }
        sections = []
        for code, _label in SECTIONS:
            lines = self.line_ids.filtered(lambda line, code=code: line.section == code)
            if lines:
                sections.append(
                    {
                        "title": titles[code],
                        "rows": [self._legal_get_print_row(line) for line in lines],
                        "subtotal_label": self.env._(
                            "Subtotal %(section)s", section=titles[code].lower()
                        ),
                        "subtotal": self._legal_format_money(amounts[code]),
                    }
                )
        return sections

    def _legal_get_print_row(self, line):
        def amount(value):
            return _plain_spaces(formatLang(self.env, value + 0.0, digits=2))

        decisions = dict(line._fields["decision"]._description_selection(self.env))
        decision = "" if line.decision == "bill" else decisions[line.decision]
        if line.reason_id:
            decision = f"{decision} · {line.reason_id.name}"
        changed = line.kind == "time" and line.hours != line.hours_proposed
        is_cut = line.currency_id.compare_amounts(line.amount, line.amount_proposed)
        return {
            "date": format_date(self.env, line.date),
            "narrative": line.narrative or line.category_id.name,
            "explanation": line.explanation or "",
            "decision": decision,
            "who": line.employee_id.name or "",
            "grade": line.grade_id.name or "",
            "hours": format_hours(line.hours),
            "hours_proposed": format_hours(line.hours_proposed) if changed else "",
            "rate": amount(line.rate) if line.rate else "",
            "proposed": amount(line.amount_proposed) if is_cut else "",
            "amount": amount(line.amount),
        }

    def _legal_get_print_figures(self):
        _ = self.env._
        rate = formatLang(self.env, self.realisation_percent, digits=0)
        rows = [
            (_("Hours"), format_hours(self.hours)),
            (
                _("Value at standard rates"),
                self._legal_format_money(self.amount_standard),
            ),
            (_("Written down"), self._legal_format_money(self.amount_writeoff)),
            (_("Realisation"), f"{rate}{NO_BREAK}%"),
        ]
        if not self.currency_id.is_zero(self.amount_provision):
            rows.append(
                (
                    _("Provisions deducted, excl. VAT"),
                    self._legal_format_money(self.amount_provision),
                )
            )
        return [{"label": label, "amount": amount} for label, amount in rows]

    def _legal_get_print_totals(self):
        _ = self.env._
        rows = [
            (_("Total excl. VAT"), self.amount_untaxed - self.amount_disbursements),
            (_("VAT"), self.amount_tax),
            (_("Disbursements, outside VAT"), self.amount_disbursements),
            (_("Total incl. VAT"), self.amount_total),
        ]
        return [
            {
                "label": label,
                "amount": self._legal_format_money(amount),
                "is_total": rank == len(rows) - 1,
            }
            for rank, (label, amount) in enumerate(rows)
        ]
