from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import prescription
from ..engine.exceptions import LegalValueGapError

ALERT_MONTHS = (12, 6, 3)
BATCH = 500
#: what moves the clock when it is written on a matter
MOVING = {
    "mandate_ended_on",
    "judgment_on",
    "file_returned_on",
    "client_kind",
    "partner_id",
    "state",
}


class Claim(NamedTuple):
    """One claim with a clock of its own: an invoice, or the matter's other fees."""

    move: object
    kind: str
    clock: object
    source: str


class Reading(NamedTuple):
    """What is known of a matter's clock on a day.

    :param start_name: ``mandate``, or which fact the conservative start comes from
    :param claims: a :class:`Claim` for each open invoice, else one for the matter
    :param error: sentence that says what is missing, when nothing can be computed
    """

    start: object
    start_name: str
    claims: tuple
    residual: float
    error: str = ""

    @property
    def nearest(self):
        """Return the claim that needs care first: running, then stopped, then lost."""

        def urgency(claim):
            deadline = claim.clock.deadline or claim.clock.fallback
            return (ORDER.index(claim.clock.state), deadline)

        return min(self.claims, key=urgency) if self.claims else None


ORDER = (
    prescription.RUNNING,
    prescription.SUSPENDED,
    prescription.INTERRUPTED,
    prescription.EXPIRED,
)


class LegalMatter(models.Model):
    """The clock of a matter's fees, kept by the night and by what moves it."""

    _inherit = "legal.matter"

    judgment_on = fields.Date(
        "Judgment on",
        copy=False,
        tracking=True,
        help="Does not end the mandate by itself; used as the earliest plausible end"
        " while the real one is unknown.",
    )
    file_returned_on = fields.Date(
        "File Given Back on",
        copy=False,
        tracking=True,
        help="Used as the earliest plausible end of the mandate while the real one is"
        " unknown.",
    )
    prescription_event_ids = fields.One2many(
        "legal.prescription.event", "matter_id", "Prescription Events"
    )
    prescription_state = fields.Selection(
        [
            ("running", "Time Is Running"),
            ("suspended", "Suspended"),
            ("interrupted", "Interrupted"),
            ("expired", "Prescribed"),
        ],
        "Prescription",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    prescription_on = fields.Date(
        "Prescribed after",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Last day on which the fees may still be claimed; empty while the clock is"
        " stopped.",
    )
    prescription_days = fields.Integer(
        "Days Left", readonly=True, copy=False, aggregator="min"
    )
    prescription_is_conservative = fields.Boolean(
        "Conservative",
        readonly=True,
        copy=False,
        help="The end of the mandate is not recorded: counted from the earliest"
        " plausible day.",
    )
    prescription_at_stake = fields.Monetary(
        "At Stake",
        currency_field="prescription_currency_id",
        readonly=True,
        copy=False,
        help="Left to pay on the invoices of this matter, in the company's currency.",
    )
    prescription_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company"
    )
    prescription_alerted_on = fields.Date(readonly=True, copy=False)
    prescription_alerted_months = fields.Integer(readonly=True, copy=False)
    prescription_explanation = fields.Html(
        compute="_compute_prescription_explanation", sanitize=False
    )

    def write(self, vals):
        result = super().write(vals)
        if MOVING & vals.keys():
            self._refresh_prescription()
        return result

    def _compute_prescription_explanation(self):
        readings = self._read_prescription()
        for matter in self:
            reading = readings.get(matter)
            matter.prescription_explanation = matter._explain_prescription(reading)

    # The facts ----------------------------------------------------------------

    def _get_prescription_today(self):
        self.ensure_one()
        return self.company_id._get_dunning_today()

    def _read_prescription(self):
        """Return {matter: :class:`Reading`}, whatever their number in a few queries."""
        # sudo: dates of work and payments of the matter's own invoices; who asks has
        # read access to the matter, and only days and amounts leave.
        matters = self.sudo().filtered(lambda m: m.state != "draft" and m.partner_id)
        matters = matters.filtered(lambda m: not m.is_internal)
        periods = self.env["legal.parameter"]._get_prescription_values()
        last_acts = matters._get_prescription_last_acts()
        moves = matters._get_prescription_moves()
        payments = moves._get_prescription_payments()
        readings = {}
        for matter in matters:
            readings[matter.with_env(self.env)] = matter._make_prescription_reading(
                periods,
                last_acts.get(matter),
                moves.filtered(lambda move, m=matter: m in move.matter_ids),
                payments,
            )
        return readings

    def _make_prescription_reading(self, periods, last_act, moves, payments):
        self.ensure_one()
        if self.mandate_ended_on:
            name, start = "mandate", self.mandate_ended_on
        else:
            found = prescription.earliest_end(
                {
                    "last_act": last_act,
                    "judgment": self.judgment_on,
                    "file": self.file_returned_on,
                }
            )
            if not found:
                return Reading(None, "", (), 0.0)
            name, start = found
        today = self._get_prescription_today()
        residual = sum(abs(move.amount_residual_signed) for move in moves)
        try:
            events = [
                event._get_engine_event(periods.get_minimum_months(event.date))
                for event in self.prescription_event_ids
            ]
            claims = tuple(
                self._make_prescription_claim(
                    move, periods, start, today, events, payments.get(move, [])
                )
                for move in moves or [self.env["account.move"]]
            )
        except LegalValueGapError as gap:
            return Reading(start, name, (), residual, self._explain_legal_gap(gap))
        return Reading(start, name, claims, residual)

    def _make_prescription_claim(self, move, periods, start, today, events, payments):
        kind = (move and move._legal_get_client_kind()) or self.client_kind
        years, source = periods.get_years(kind, start)
        own = [
            event
            for event in events
            if not event.key.move_ids or (move and move in event.key.move_ids)
        ]
        clock = prescription.run(start, years, own + payments, today)
        return Claim(move, kind, clock, source)

    def _get_prescription_last_acts(self):
        rows = self.env["account.analytic.line"]._read_group(
            self._get_time_domain(), ["matter_id"], ["date:max"]
        )
        return dict(rows)

    def _get_prescription_moves(self):
        """Return the open invoices of these matters."""
        moves = self.env["account.move"].search(
            [
                ("matter_ids", "in", self.ids),
                ("state", "=", "posted"),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            order="invoice_date, id",
        )
        moves.fetch(
            [
                "matter_ids",
                "amount_residual_signed",
                "legal_client_kind",
                "commercial_partner_id",
            ]
        )
        return moves

    # What is kept -------------------------------------------------------------

    def _refresh_prescription(self):
        """Write down where the clock of these matters stands now.

        One statement for all of them: nothing is computed from these columns, and
        each night they change on every matter.
        """
        matters = self.exists()
        if not matters:
            return
        matters.flush_recordset()
        readings = matters._read_prescription()
        rows = [
            matter._prepare_prescription(readings.get(matter)) for matter in matters
        ]
        names = list(rows[0])
        self.env.cr.execute(
            SQL(
                "UPDATE legal_matter m SET %s FROM (VALUES %s) AS v (id, %s)"
                " WHERE m.id = v.id",
                SQL(", ").join(
                    SQL("%s = v.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in names
                    if name != "id"
                ),
                SQL(", ").join(
                    SQL(
                        "(%s, %s::varchar, %s::date, %s::integer, %s::boolean,"
                        " %s::numeric)",
                        *row.values(),
                    )
                    for row in rows
                ),
                SQL(", ").join(SQL.identifier(name) for name in names if name != "id"),
            )
        )
        matters.invalidate_recordset(
            [*(name for name in names if name != "id"), "prescription_explanation"],
            flush=False,
        )

    def _prepare_prescription(self, reading):
        self.ensure_one()
        claim = reading.nearest if reading else None
        clock = claim.clock if claim else None
        left = clock.days_left(self._get_prescription_today()) if clock else None
        return {
            "id": self.id,
            "prescription_state": clock.state if clock else None,
            "prescription_on": clock.deadline if clock else None,
            "prescription_days": left,
            "prescription_is_conservative": bool(
                clock and reading.start_name != "mandate"
            ),
            "prescription_at_stake": reading.residual if reading else 0.0,
        }

    @api.model
    def _cron_refresh_prescription(self):
        """Each night: count the days, and warn whom the fees are lost to otherwise."""
        domain = Domain("state", "!=", "draft") & Domain("is_internal", "=", False)
        matters = self.with_context(active_test=False).search(domain, order="id")
        done = 0
        for start in range(0, len(matters), BATCH):
            batch = matters[start : start + BATCH]
            batch._refresh_prescription()
            batch._alert_prescription()
            done += len(batch)
            self.env["ir.cron"]._commit_progress(
                processed=len(batch), remaining=len(matters) - done
            )

    def _alert_prescription(self):
        """Give the responsible a task at 12, 6 and 3 months, each once."""
        for matter in self.filtered(
            lambda m: m.prescription_state == "running" and m._has_prescription_stake()
        ):
            deadline = matter.prescription_on
            months = prescription.alert_due(
                deadline, matter._get_prescription_today(), ALERT_MONTHS
            )
            is_known = matter.prescription_alerted_on == deadline and (
                months is None or matter.prescription_alerted_months <= months
            )
            if months is None or is_known:
                continue
            matter._schedule_prescription_alert(months)
            matter.write(
                {
                    "prescription_alerted_on": deadline,
                    "prescription_alerted_months": months,
                }
            )

    def _has_prescription_stake(self):
        """Tell whether something would be lost: unpaid, or worked and not billed."""
        self.ensure_one()
        return not (
            self.prescription_currency_id.is_zero(self.prescription_at_stake)
            and self.currency_id.is_zero(self.amount_wip)
        )
