from odoo import fields, models

from ..engine import fees
from .legal_prebill_allowance import ALLOWANCES


class LegalPrebillLine(models.Model):
    """Lines as the page of the review shows and edits them."""

    _inherit = "legal.prebill.line"

    def _get_page_rows(self, anomalies, words, locked):
        """Return the lines of a section in the order in which the client reads them.

        What is shown together stands together: a label above the lines of a group,
        lines merged into another right below it.

        :param dict anomalies: line id -> what is to look at
        :param dict words: line id -> narrative that was proposed, if it changed
        :param locked: the lines that others answer for
        """
        merged = {}
        for line in self.filtered("merged_into_id"):
            merged.setdefault(line.merged_into_id, []).append(line)
        rows, told = [], set()
        for line in self:
            label = line.presentation_group
            if line.merged_into_id in self or (label and label in told):
                continue
            block = line
            if label:
                told.add(label)
                block = self.filtered(
                    lambda li, name=label: (
                        li.presentation_group == name and li.merged_into_id not in self
                    )
                )
                rows.append(block._get_page_group(label))
            for one in block:
                rows.append(one._get_page_row(anomalies, words, locked))
                rows += [
                    other._get_page_row(anomalies, words, locked)
                    for other in merged.get(one, ())
                ]
        return rows

    def _get_page_group(self, label):
        return {
            "type": "group",
            "label": label,
            "line_ids": self.ids,
            "hours": sum(self.mapped("hours")),
            "amount": self.prebill_id.currency_id.round(sum(self.mapped("amount"))),
        }

    def _get_page_row(self, anomalies, words, locked):
        self.ensure_one()
        decisions = dict(self._fields["decision"]._description_selection(self.env))
        # sudo: the names of colleagues, whoever may read HR data
        line_sudo = self.sudo()
        old_words = words.get(self.id)
        return {
            "type": "line",
            "id": self.id,
            "kind": self.kind,
            "date": fields.Date.to_string(self.date),
            "who": line_sudo.employee_id.name or "",
            "employee_id": line_sudo.employee_id.id,
            "grade": self.grade_id.name or "",
            "narrative": self.narrative or self.category_id.name or "",
            "old_narrative": (
                old_words if old_words and old_words != self.narrative else ""
            ),
            "explanation": self.explanation or "",
            "hours": self.hours,
            "old_hours": self.hours_proposed,
            "hours_package": self.hours_package,
            "rate": self.rate,
            "old_rate": self.rate_proposed,
            "rate_source": line_sudo.rate_source or "",
            "amount": self.amount,
            "old_amount": self.amount if self.is_derived else self.amount_proposed,
            "standard": self.amount_standard,
            "decision": self.decision,
            "decision_label": decisions[self.decision],
            "reason_id": self.reason_id.id,
            "reason": self.reason_id.name or "",
            "group": self.presentation_group or "",
            "merged_into": self.merged_into_id.id,
            "is_derived": self.kind in ALLOWANCES,
            "is_locked": self in locked,
            "is_fixed": self.kind in ALLOWANCES or self in locked,
            "anomalies": anomalies.get(self.id, []),
        }

    # -- editing -------------------------------------------------------------------

    def _edit_for_review(self, vals):
        """Write what was typed on one line; below the proposal it is a write-down.

        :param dict vals: those of ``hours``, ``rate``, ``amount``, ``narrative`` and
            ``reason_id`` that were typed
        """
        self.ensure_one()
        vals = {
            name: value
            for name, value in vals.items()
            if name in ("hours", "rate", "amount", "narrative", "reason_id")
        }
        if vals.keys() & {"hours", "rate", "amount"}:
            vals.setdefault("amount", self._charge(vals))
            below = self.kind != "provision" and (
                self.currency_id.compare_amounts(vals["amount"], self.amount_proposed)
                < 0
            )
            vals["decision"] = "write_down" if below else "bill"
            reason = vals.get("reason_id") or self.reason_id.id
            vals["reason_id"] = below and reason
        self.write(vals)

    def _charge(self, vals):
        """Return what hours at a rate come to, as the agreement counts them."""
        return float(
            fees.charge_amount(
                fees.to_decimal(vals.get("hours", self.hours)),
                fees.to_decimal(self.hours_package),
                fees.to_decimal(vals.get("rate", self.rate)),
                fees.to_decimal(self.currency_id.rounding or 0.01),
            )
        )
