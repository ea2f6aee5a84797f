from dataclasses import dataclass
from datetime import date

from odoo import fields, models

from ..engine import fees, pace

KINDS = [
    ("cap", "Cap"),
    ("package", "Package"),
    ("estimate", "Estimate"),
]
UNITS = [("hours", "Hours"), ("amount", "Amount")]


@dataclass(frozen=True)
class CapState:
    """How far one limit agreed with a client is used today.

    :param term: the term it belongs to; empty for the estimate of the agreement
    :param period_from: first day of the period of a subscription, else ``None``
    """

    agreement: object
    term: object
    kind: str
    unit: str
    pace: pace.Pace
    draft: object
    period_from: date | None = None

    @property
    def key(self):
        return (self.agreement.id, self.term.id, self.period_from or False)


class LegalFeeAgreement(models.Model):
    """What was announced to the client, and how far it is used."""

    _inherit = "legal.fee.agreement"

    def _get_cap_states(self, today=None):
        """Return the :class:`CapState` of each limit of these agreements.

        A few grouped queries, however many agreements and entries.
        """
        today = today or fields.Date.context_today(self)
        # sudo: a lawyer lists only his own time, but who may read an agreement may
        # know how far it is used; nothing but sums leaves this method.
        agreements = self.sudo()
        terms = agreements.term_ids
        usages = terms._get_usages() if terms else {}
        estimated = agreements.filtered("estimate_amount")
        billed = estimated.term_ids._get_fees_billed() if estimated else {}
        states = []
        for agreement in agreements:
            for term in agreement.term_ids:
                state = term._get_cap_state(usages.get(term.root_id.id), today)
                if state:
                    states.append(state)
            if agreement.estimate_amount:
                states.append(agreement._get_estimate_state(usages, billed, today))
        return states

    def _get_estimate_state(self, usages, billed, today):
        """Return how far the fees have come against what was announced."""
        self.ensure_one()
        used = draft = fees.ZERO
        days = []
        for term in self.term_ids:
            root = term.root_id.id
            usage = usages.get(root)
            used += billed.get(root, fees.ZERO)
            if usage:
                used += term._get_unbilled_fees(usage)
                draft += usage.amount_draft
                days += usage.by_day
        since = min(
            [today, *(days or self.term_ids.root_id.agreement_id.mapped("date_from"))]
        )
        return CapState(
            self,
            self.env["legal.fee.term"],
            "estimate",
            "amount",
            pace.measure(fees.to_decimal(self.estimate_amount), used, since, today),
            draft,
        )


class LegalFeeTerm(models.Model):
    _inherit = "legal.fee.term"

    def _get_fees_billed(self):
        """Return {root of a term: fees on live pre-bills}, of whatever kind."""
        return {
            root.id: fees.to_decimal(amount)
            for root, amount in self.env["legal.prebill.line"]._read_group(
                [
                    ("term_root_id", "in", self.root_id.ids),
                    ("is_live", "=", True),
                    ("section", "=", "fees"),
                    ("decision", "!=", "write_off"),
                ],
                ["term_root_id"],
                ["amount_net:sum"],
            )
        }

    def _get_unbilled_fees(self, usage):
        """Return what approved work will add to the bill, never beyond a cap."""
        self.ensure_one()
        left = usage.amount_approved
        if self.cap_amount and self.kind == "hourly" and self.at_cap != "reduced":
            room = fees.to_decimal(self.cap_amount) - usage.amount_billed
            left = min(left, max(room, fees.ZERO))
        return left

    def _get_cap_state(self, usage, today):
        """Return the state of the term's cap or package, ``None`` without one."""
        self.ensure_one()
        unit, state = self._get_meter(usage, today)
        if not state or state.size <= 0:
            return None
        period = None
        if self.kind == "subscription":
            period = self._get_periods(today)[-1].date_from
        draft = fees.ZERO
        if usage:
            draft = usage.amount_draft if unit == "amount" else usage.hours_draft
        return CapState(
            self.agreement_id,
            self,
            "cap" if self.kind == "hourly" else "package",
            unit,
            state,
            draft,
            period,
        )
