from collections import defaultdict

from odoo import fields, models

#: invoices shown beside a pre-bill, the latest first
LAST = 3


class LegalPrebill(models.Model):
    """The figures a partner decides by, for many pre-bills at once."""

    _inherit = "legal.prebill"

    def get_review_figures(self):
        """Return the figures beside these pre-bills, in a fixed number of queries.

        :return: {id: dict} with ``standard``, ``billed`` (fees), ``proposed``,
            ``realisation`` (%), ``lost`` ([{reason, amount}]), ``caps`` ([{what, unit,
            limit, used, left, text}], the pre-bill counted), ``provisions`` ([{partner,
            available}]), ``invoices`` (the last three of the matter, with what is
            left to pay), ``client_due`` (all that the client owes the firm) and
            ``call`` ({planned_on, done_on}); amounts in ``currency_id``, those of
            ``client_due`` in the firm's
        """
        self.check_access("read")
        caps = self._get_caps_left()
        provisions = self._get_provisions_left()
        invoices = self._get_last_invoices()
        due = self._get_client_due()
        return {
            prebill.id: {
                "currency_id": prebill.currency_id.id,
                "standard": prebill.amount_standard,
                "proposed": prebill._get_fees_proposed(),
                "billed": prebill.amount_fees,
                "realisation": prebill.realisation_percent,
                "writeoff": prebill.amount_writeoff,
                "lost": prebill._get_lost_by_reason(),
                "caps": caps[prebill.agreement_id.id],
                "provisions": provisions[prebill.id],
                "provision_deducted": prebill.amount_provision,
                "invoices": invoices[prebill.matter_id.id],
                "client_due": due[prebill.id],
                "company_currency_id": prebill.company_id.currency_id.id,
                "call": {
                    "planned_on": fields.Date.to_string(prebill.call_planned_on),
                    "done_on": fields.Date.to_string(prebill.call_done_on),
                },
            }
            for prebill in self
        }

    def _get_fees_proposed(self):
        """Return the fees as they were first proposed, caps and discounts off."""
        self.ensure_one()
        if self.proposal:
            return self.proposal["fees"]
        return self._round_sum(
            line.amount_proposed for line in self.line_ids if line.section == "fees"
        )

    def _get_lost_by_reason(self):
        """Return what is given up, reason by reason, the largest first."""
        self.ensure_one()
        lost = defaultdict(float)
        for line in self.line_ids:
            if line.decision != "postpone" and line.amount_lost:
                lost[line.reason_id] += line.amount_lost
        return sorted(
            (
                {
                    "reason_id": reason.id,
                    "reason": reason.name or self.env._("Without a reason"),
                    "amount": self.currency_id.round(amount),
                }
                for reason, amount in lost.items()
            ),
            key=lambda row: -row["amount"],
        )

    def _get_caps_left(self):
        """Return {agreement id: caps, packages and estimate, and what is left}."""
        Meter = self.env["legal.cap.meter"]
        rows = defaultdict(list)
        for state in self.agreement_id._get_cap_states():
            meter = Meter.new(
                {**Meter._prepare_key(state), **Meter._prepare_figures(state)}
            )
            rows[state.agreement.id].append(
                {
                    "kind": state.kind,
                    "what": meter.what,
                    "unit": state.unit,
                    "limit": meter.limit,
                    "used": meter.consumed,
                    "left": max(float(state.pace.size - state.pace.consumed), 0.0),
                    "percent": meter.percent,
                    "text": meter.meter_text,
                }
            )
        return rows

    def _get_provisions_left(self):
        """Return {id: what each who pays has left of his provisions}."""
        # sudo: whoever reads the pre-bill reads what it may use.
        left = {
            (matter.id, partner.id): amount
            for matter, partner, amount in self.env["legal.provision"]
            .sudo()
            ._read_group(
                [("matter_id", "in", self.matter_id.ids)],
                ["matter_id", "partner_id"],
                ["amount_available:sum"],
            )
        }
        return {
            prebill.id: [
                {
                    "partner_id": partner.id,
                    "partner": partner.sudo().name,
                    "available": left.get((prebill.matter_id.id, partner.id), 0.0),
                }
                for partner in prebill._get_provision_payers()
            ]
            for prebill in self
        }

    def _get_last_invoices(self):
        """Return {matter id: its last invoices and what is left to pay of them}."""
        moves = defaultdict(lambda: self.env["account.move"].sudo())
        # sudo: whoever reads the pre-bill of a matter may know how its last bills
        # were paid; numbers, dates and sums leave this method, nothing else.
        for matter, move in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("matter_id", "in", self.matter_id.ids),
                    ("parent_state", "=", "posted"),
                    ("move_id.move_type", "in", ("out_invoice", "out_refund")),
                ],
                ["matter_id", "move_id"],
            )
        ):
            moves[matter.id] |= move
        today = fields.Date.context_today(self)
        return defaultdict(
            list,
            {
                matter: [
                    move._legal_describe_for_review(today)
                    for move in found.sorted(
                        lambda m: (m.invoice_date or m.date, m.id), reverse=True
                    )[:LAST]
                ]
                for matter, found in moves.items()
            },
        )

    def _get_client_due(self):
        """Return {id: what the client owes the firm in all}, from the ledger."""
        clients = self.matter_id.partner_id.sudo().commercial_partner_id
        # sudo: a sum of the ledger, which tells nothing of any matter
        due = {
            (company.id, partner.id): amount
            for company, partner, amount in self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", clients.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("parent_state", "=", "posted"),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("amount_residual", "!=", 0),
                ],
                ["company_id", "partner_id"],
                ["amount_residual:sum"],
            )
        }
        return {
            prebill.id: due.get(
                (
                    prebill.company_id.id,
                    prebill.matter_id.partner_id.sudo().commercial_partner_id.id,
                ),
                0.0,
            )
            for prebill in self
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    def _legal_describe_for_review(self, today):
        """Return an invoice in a few figures, signed as the client owes them."""
        self.ensure_one()
        sign = -1 if self.move_type == "out_refund" else 1
        late = self.invoice_date_due and self.invoice_date_due < today
        return {
            "id": self.id,
            "number": self.name,
            "date": fields.Date.to_string(self.invoice_date),
            "due_on": fields.Date.to_string(self.invoice_date_due),
            "total": sign * self.amount_total,
            "residual": sign * self.amount_residual,
            "currency_id": self.currency_id.id,
            "is_late": bool(late and self.amount_residual),
            "payment_state": self.payment_state,
        }
