from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from odoo.addons.legal_billing.models.account_move_print import format_hours

from ..engine import interest
from ..engine.exceptions import RateGapError
from .legal_dunning_planning import to_decimal


class LegalTaxationFile(models.Model):
    """The sheets computed from the books, as blocks that one template prints.

    A block is ``{"kind": "text"|"title"|"table", …}``.
    """

    _inherit = "legal.taxation.file"

    def _money(self, amount):
        return self.currency_id.format(float(amount))

    def _day(self, day):
        return format_date(self.env, day) if day else ""

    def _text(self, *sentences):
        return [{"kind": "text", "text": text} for text in sentences if text]

    def _title(self, text):
        return {"kind": "title", "text": text}

    def _make_table(self, heads, rows, total=None, widths=None):
        """Return a table; the columns whose head starts with ``#`` hold figures."""
        return {
            "kind": "table",
            "heads": [
                {"text": head.lstrip("#"), "is_number": head.startswith("#")}
                for head in heads
            ],
            "widths": widths or [None] * len(heads),
            "rows": rows,
            "total": total,
        }

    def _get_sheet(self, kind):
        """Return (title, blocks) of a computed exhibit."""
        self.ensure_one()
        # sudo: see _get_wanted_pieces; narratives are those that the client reads.
        return getattr(self.sudo(), f"_get_{kind}_sheet")()

    # Work ---------------------------------------------------------------------

    def _get_work_sheet(self):
        _ = self.env._
        blocks = self._text(
            _("Work done, by invoice and by date, as the client was told of it.")
        )
        total = 0.0
        for move in self._get_all_moves():
            if move.move_type != "out_invoice":
                continue
            lines = move.invoice_line_ids.prebill_line_ids.filtered(
                lambda line: (
                    line.matter_id == self.matter_id
                    and line.kind not in ("cost", "provision", "discount", "cap")
                )
            ).sorted(lambda line: (line.date, line.id))
            if not lines:
                continue
            hours = sum(lines.mapped("hours"))
            total += hours
            blocks.append(
                self._title(
                    _(
                        "Invoice %(number)s of %(day)s",
                        number=move.name,
                        day=self._day(move.invoice_date),
                    )
                )
            )
            blocks.append(
                self._make_table(
                    [_("Date"), _("By"), _("Work"), _("#Time"), _("#Excl. VAT")],
                    [
                        [
                            self._day(line.date),
                            line.employee_id.sudo().name or "",
                            line.narrative or line.term_id.name or "",
                            format_hours(line.hours) if line.hours else "",
                            self._money(line.amount),
                        ]
                        for line in lines
                    ],
                    ["", "", _("Total"), format_hours(hours) or "", ""],
                    ["22mm", "34mm", None, "18mm", "26mm"],
                )
            )
        if len(blocks) == 1:
            blocks += self._text(
                _("No work is listed on the invoices: they state their purpose.")
            )
        else:
            blocks += self._text(
                _("Time in all: %(hours)s.", hours=format_hours(total) or "0 h")
            )
        return _("List of the work done"), blocks

    # Money --------------------------------------------------------------------

    def _get_payments_sheet(self):
        _ = self.env._
        rows, billed, received = [], 0.0, 0.0
        for move in self._get_all_moves():
            sign = 1 if move.move_type == "out_invoice" else -1
            billed += sign * move.amount_total
            rows.append(
                [
                    self._day(move.invoice_date),
                    move.name,
                    self._get_move_label(move),
                    self._money(sign * move.amount_total),
                    "",
                ]
            )
            for partial in move._get_all_reconciled_invoice_partials() or []:
                counterpart = partial["aml"].move_id
                if partial["is_exchange"] or counterpart.move_type in (
                    "out_invoice",
                    "out_refund",
                ):
                    continue
                received += sign * partial["amount"]
                rows.append(
                    [
                        self._day(partial["aml"].date),
                        counterpart.name,
                        _("on %(number)s", number=move.name),
                        "",
                        self._money(sign * partial["amount"]),
                    ]
                )
        left = billed - received
        blocks = self._text(
            _("All that was invoiced and received on the matter, by the ledger.")
        )
        blocks.append(
            self._make_table(
                [_("Date"), _("Number"), _("What"), _("#Invoiced"), _("#Received")],
                rows,
                [
                    "",
                    "",
                    _("Left to pay: %(amount)s", amount=self._money(left)),
                    self._money(billed),
                    self._money(received),
                ],
                ["22mm", "44mm", None, "27mm", "27mm"],
            )
        )
        return _("Payments and provisions"), blocks

    def _get_move_label(self, move):
        if move.move_type == "out_refund":
            return self.env._("Credit note")
        if move.is_legal_deposit:
            return self.env._("Deposit invoice (provision)")
        return self.env._("Invoice")

    def _get_costs_sheet(self):
        _ = self.env._
        costs = self._get_costs().sorted(lambda c: (c.date, c.id))
        rows = [
            [
                self._day(cost.date),
                cost.name,
                cost.category_id.name,
                ", ".join(cost.proof_attachment_ids.mapped("name"))
                or _("no proof kept"),
                self._money(cost.amount),
            ]
            for cost in costs
        ]
        table = self._make_table(
            [_("Date"), _("What"), _("Kind"), _("Proof"), _("#Excl. VAT")],
            rows,
            ["", _("Total"), "", "", self._money(sum(costs.mapped("amount")))],
            ["22mm", None, "30mm", "44mm", "26mm"],
        )
        return _("Expenses and disbursements"), [table]

    # Interest -----------------------------------------------------------------

    def _get_interest(self):
        """Return (total, [(invoice, engine result)], problem sentence or nothing)."""
        self.ensure_one()
        own = self.sudo()
        results, total = [], Decimal(0)
        try:
            for move in own.move_ids.sorted(lambda m: (m.invoice_date, m.id)):
                for result in own._compute_interest_of(move):
                    results.append((move, result))
                    total += result.amount
        except UserError as error:
            return Decimal(0), [], error.args[0]
        return total, results, ""

    def _compute_interest_of(self, move):
        day = self.interest_until
        terms = move._get_dunning_terms()
        if not terms or not day:
            return []
        if move._legal_get_client_kind() == "professional":
            asked = sum(terms.mapped("amount_residual_currency"))
            return move._compute_dunning_interest(asked, day)
        start = self.notice_received_on
        if not start or start >= day:
            return []
        rates = self.env["legal.interest.rate"]._get_rates("legal", start, day)
        try:
            return [
                interest.simple_interest(
                    to_decimal(move.currency_id, term.amount_currency),
                    term._get_dunning_payments(),
                    rates,
                    max(term.date_maturity, start),
                    day,
                    Decimal(str(move.currency_id.rounding)),
                    **move.company_id._get_interest_rules(),
                )
                for term in terms
            ]
        except RateGapError as gap:
            raise UserError(
                self.env._(
                    "No rate of legal interest is recorded for %(day)s: enter it with"
                    " its source under Configuration › Interest rates.",
                    day=self._day(gap.day),
                )
            ) from None

    def _get_interest_sheet(self):
        _ = self.env._
        total, results, problem = self._get_interest()
        rows = [
            [
                move.name,
                self._day(step.first_day),
                self._day(step.last_day),
                str(step.days),
                self._money(step.balance),
                _(
                    "%(rate)s %%",
                    rate=formatLang(self.env, float(step.percent), digits=2),
                ),
                self._money(round(step.exact, 2)),
            ]
            for move, result in results
            for step in result.steps
        ]
        blocks = self._text(
            problem,
            _(
                "Balance × rate × days / 365, stretch by stretch; rounded once for each"
                " invoice. Until %(day)s, to be completed on the day of payment.",
                day=self._day(self.interest_until),
            ),
        )
        blocks.append(
            self._make_table(
                [
                    _("Invoice"),
                    _("From"),
                    _("To"),
                    _("#Days"),
                    _("#Balance"),
                    _("#Rate"),
                    _("#Interest"),
                ],
                rows,
                ["", "", "", "", "", _("Total"), self._money(total)],
                [None, "25mm", "25mm", "14mm", "27mm", "19mm", "24mm"],
            )
        )
        return _("Computation of the interest"), blocks

    # Prescription -------------------------------------------------------------

    def _get_prescription_sheet(self):
        reading = self.matter_id._read_prescription().get(self.matter_id)
        sentences = self.matter_id._get_prescription_sentences(reading)
        return self.env._("Prescription sheet"), self._text(*sentences)
