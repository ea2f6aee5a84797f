from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from .account_move_print import format_hours, place_symbol
from .legal_cap_state import KINDS, UNITS

NO_BREAK = "\N{NO-BREAK SPACE}"


class LegalCapMixin(models.AbstractModel):
    """Figures of a limit agreed with a client, and how they are said."""

    _name = "legal.cap.mixin"
    _description = "Use of a Limit"

    agreement_id = fields.Many2one(
        "legal.fee.agreement", required=True, index=True, readonly=True
    )
    term_id = fields.Many2one(
        "legal.fee.term",
        index=True,
        readonly=True,
        help="Empty: the estimate of the agreement.",
    )
    matter_id = fields.Many2one(
        related="agreement_id.matter_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="matter_id.partner_id", string="Client")
    responsible_id = fields.Many2one(
        related="matter_id.responsible_id", store=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    unit = fields.Selection(UNITS, required=True, readonly=True)
    period_from = fields.Date(
        string="Period from",
        readonly=True,
        help="First day of a subscription's period.",
    )
    limit = fields.Float(
        readonly=True, aggregator=None, help="Hours, or an amount excluding VAT."
    )
    consumed = fields.Float(
        string="Used",
        readonly=True,
        aggregator=None,
        help="Approved, on a pre-bill or billed.",
    )
    draft = fields.Float(
        string="Drafted",
        readonly=True,
        aggregator=None,
        help="Recorded, waiting for approval: not counted in what is used.",
    )
    percent = fields.Float(string="Used (%)", readonly=True, aggregator="max")
    used_up_on = fields.Date(readonly=True, help="At this pace.")
    what = fields.Char(compute="_compute_words", string="What")
    meter_text = fields.Char(compute="_compute_words", string="Draw-down")
    at_limit_text = fields.Char(compute="_compute_words", string="Beyond")

    @api.model
    def _prepare_figures(self, state):
        return {
            "limit": float(state.pace.size),
            "consumed": float(state.pace.consumed),
            "draft": float(state.draft),
            "percent": float(state.pace.percent),
            "used_up_on": state.pace.used_up_on or False,
        }

    @api.model
    def _prepare_key(self, state):
        return {
            "agreement_id": state.agreement.id,
            "term_id": state.term.id,
            "kind": state.kind,
            "unit": state.unit,
            "period_from": state.period_from or False,
        }

    def _get_key(self):
        self.ensure_one()
        return (self.agreement_id.id, self.term_id.id, self.period_from)

    # -- words -----------------------------------------------------------------

    @api.depends("kind", "limit", "consumed", "draft", "used_up_on")
    @api.depends_context("lang")
    def _compute_words(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            name = row.term_id.name
            row.what = (
                f"{labels.get(row.kind, '')} – {name}" if name else labels.get(row.kind)
            )
            row.meter_text = row._say_meter() if row.limit else ""
            row.at_limit_text = row._say_at_limit()

    def _say(self, value):
        """Return a figure with its unit: 4 120 €, 12 h 30."""
        self.ensure_one()
        if self.unit == "hours":
            return format_hours(value) or f"0{NO_BREAK}h"
        digits = 0 if float(value or 0).is_integer() else 2
        number = formatLang(self.env, value or 0.0, digits=digits)
        number = number.replace("\N{NARROW NO-BREAK SPACE}", NO_BREAK)
        symbol = self.currency_id.symbol or ""
        return place_symbol(symbol, number, self.currency_id.position)

    def _say_percent(self):
        return f"{self._get_shown_percent()}{NO_BREAK}%"

    def _get_shown_percent(self):
        """Return it as bars round it; nothing is reached before it is."""
        percent = round(self.percent)
        return min(percent, 99) if self.percent < 100 else percent

    def _say_limit(self, value=None):
        """Return the limit, said excluding VAT where it is money."""
        value = self.limit if value is None else value
        if self.unit == "hours":
            return self._say(value)
        return self.env._("%(amount)s excl. VAT", amount=self._say(value))

    def _say_used(self):
        return self.env._(
            "%(used)s of %(limit)s (%(percent)s)",
            used=self._say(self.consumed),
            limit=self._say_limit(),
            percent=self._say_percent(),
        )

    def _say_pace(self):
        """Return when the limit is reached at this pace, nothing once it is."""
        if self.percent >= 100 or not self.used_up_on:
            return ""
        words = {
            "cap": self.env._(
                "at the present pace, cap reached around %(date)s",
                date=self._say_day(self.used_up_on),
            ),
            "package": self.env._(
                "at the present pace, package used up around %(date)s",
                date=self._say_day(self.used_up_on),
            ),
            "estimate": self.env._(
                "at the present pace, estimate reached around %(date)s",
                date=self._say_day(self.used_up_on),
            ),
        }
        return words[self.kind]

    def _say_day(self, day):
        today = fields.Date.context_today(self)
        same_year = day.year == today.year
        return format_date(
            self.env, day, date_format="d MMM" if same_year else "d MMM y"
        )

    def _say_meter(self):
        """« 4 120 € sur 5 000 € HT (82 %) ; au rythme actuel, plafond atteint le … »"""
        self.ensure_one()
        words = self._say_used()
        if self.consumed > self.limit:
            return self.env._(
                "%(words)s; %(over)s beyond",
                words=words,
                over=self._say(self.consumed - self.limit),
            )
        if at_pace := self._say_pace():
            return self.env._("%(words)s; %(pace)s", words=words, pace=at_pace)
        return words

    def _say_at_limit(self):
        """Return what was agreed for the work beyond, as the client reads it."""
        self.ensure_one()
        _ = self.env._
        term = self.term_id
        if self.kind == "estimate":
            return _("An estimate is not a cap: we tell you before it is exceeded.")
        if self.kind == "cap":
            if term.at_cap == "stop":
                return _("At the cap we stop, and ask for your agreement to go on.")
            if term.at_cap == "reduced":
                return _(
                    "Beyond the cap, an hour is charged %(rate)s excl. VAT.",
                    rate=term._say_money(term.reduced_rate),
                )
            return _("Work beyond the cap is not charged to you.")
        if term.overage == "rate":
            return _(
                "Beyond the package, an hour is charged %(rate)s excl. VAT.",
                rate=term._say_money(term.overrun_rate),
            )
        if term.overage == "own":
            return _("Beyond the package, an hour is charged at each one's rate.")
        if term.overage == "ask":
            return _("Nothing beyond the package is charged without your agreement.")
        return ""
