import logging
from collections import defaultdict

from psycopg2 import errors

from odoo import api, fields, models

from ..engine import fees, pace
from .legal_cap_event import OPEN

_logger = logging.getLogger(__name__)
#: matters looked at together by the daily round
BATCH = 200
QUEUE = "legal_cap_queue"


class LegalMatter(models.Model):
    """Notices when a limit agreed with the client is crossed."""

    _inherit = "legal.matter"

    def _update_caps(self, signed=None):
        """Refresh the meters of these matters and record each crossing, once.

        One computation for all of them, however many entries brought it about.

        :param signed: agreements just signed: what a new version finds already used
            is noted, not told again
        """
        # sudo: who saves time need not be allowed to see sums; nothing is shown.
        matters = self.sudo()
        agreements = (
            self.env["legal.fee.agreement"]
            .sudo()
            .search([("matter_id", "in", matters.ids), ("state", "=", "signed")])
        )
        today = fields.Date.context_today(self)
        agreements = agreements.filtered(lambda a: a._holds_on(today))
        states = agreements._get_cap_states(today) if agreements else []
        self.env["legal.cap.meter"].sudo()._refresh(matters, states)
        self.env["legal.cap.event"].sudo()._record(
            matters, states, signed or self.env["legal.fee.agreement"]
        )

    @api.model
    def _cron_update_caps(self):
        """The daily net: days pass, periods end, and nobody saved anything."""
        agreements = self.env["legal.fee.agreement"].search(
            [("state", "=", "signed"), ("matter_id.state", "=", "open")]
        )
        metered = self.env["legal.cap.meter"].search([]).matter_id
        matters = agreements.matter_id | metered
        for start in range(0, len(matters), BATCH):
            matters[start : start + BATCH]._update_caps()

    # -- after the change, once ------------------------------------------------

    @api.model
    def _queue_caps(self, records):
        """Look at the matters of these records when the transaction ends.

        Nothing is computed now: a thousand entries saved together cost one look.
        """
        precommit = self.env.cr.precommit
        queue = precommit.data.get(QUEUE)
        if queue is None:
            queue = precommit.data[QUEUE] = defaultdict(set)
            precommit.add(self.sudo().browse()._run_cap_queue)
        queue[records._name].update(records.ids)

    def _run_cap_queue(self):
        queue = self.env.cr.precommit.data.pop(QUEUE, {})
        matters = self.browse()
        for name, ids in queue.items():
            records = self.env[name].browse(ids).exists()
            matters |= records if name == self._name else records.matter_id
        signed = self.env["legal.fee.agreement"].browse(
            queue.get("legal.fee.agreement", ())
        )
        if not matters:
            return
        try:
            with self.env.cr.savepoint():
                matters._update_caps(signed.exists())
        except errors.UniqueViolation:
            # Another transaction recorded the same crossing a moment before.
            self.env.invalidate_all()
        except Exception:
            # Work is saved whatever the meter says: the daily round comes back to it.
            self.env.invalidate_all()
            _logger.exception("The meters of %s matters were not updated", len(matters))


class LegalCapEvent(models.Model):
    _inherit = "legal.cap.event"

    @api.model
    def _record(self, matters, states, signed):
        """Create what was crossed and not recorded yet, tell the responsible."""
        live = {state.key: state for state in states}
        before = self.search([("matter_id", "in", matters.ids)])
        done = defaultdict(set)
        for event in before:
            done[event._get_key()].add(event.threshold)
        values = []
        for key, state in live.items():
            levels = state.agreement.company_id._get_cap_thresholds()
            crossed = pace.crossed(
                state.pace.size, fees.ZERO, state.pace.consumed, levels
            )
            for level in crossed:
                if level in done[key]:
                    continue
                values.append(
                    {
                        **self._prepare_key(state),
                        **self._prepare_figures(state),
                        "per_week": float(state.pace.per_week),
                        "threshold": level,
                        **self._prepare_muted(state, level, crossed, done[key], signed),
                    }
                )
        events = self.with_context(mail_create_nolog=True).create(values)
        self._mute_overtaken(before, events, live)
        events.filtered(lambda e: e.state == "new")._tell_responsible()
        return events

    @api.model
    def _prepare_muted(self, state, level, crossed, done, signed):
        """Return why a crossing is only noted: the responsible is told the highest."""
        if any(other > level for other in (*crossed, *done)):
            return {
                "state": "dismissed",
                "dismiss_word": self.env._("A higher threshold was crossed."),
            }
        carried = state.agreement in signed and (
            state.term.continues_id if state.term else state.agreement._get_previous()
        )
        if carried and level < 100:
            return {
                "state": "dismissed",
                "dismiss_word": self.env._(
                    "It was crossed already when the agreement was signed."
                ),
            }
        return {}

    @api.model
    def _mute_overtaken(self, before, events, live):
        """Dismiss what nobody need look at any more."""
        top = {}
        for event in events | before:
            key = event._get_key()
            top[key] = max(top.get(key, 0), event.threshold)
        waiting = before.filtered(lambda e: e.state in OPEN)
        overtaken = waiting.filtered(
            lambda e: e._get_key() in live and e.threshold < top[e._get_key()]
        )
        over = waiting.filtered(lambda e: e._get_key() not in live)
        if overtaken:
            overtaken._dismiss(self.env._("A higher threshold was crossed."))
        if over:
            over._dismiss(self.env._("The agreement or its period is over."))


class LegalFeeAgreement(models.Model):
    _inherit = "legal.fee.agreement"

    def _get_previous(self):
        """Return the version this agreement amends, empty for the first."""
        self.ensure_one()
        return self["previous_id"] if "previous_id" in self._fields else self.browse()

    def write(self, vals):
        result = super().write(vals)
        if {"state", "date_from", "date_to", "estimate_amount"} & vals.keys():
            self.env["legal.matter"]._queue_caps(self)
        return result


class LegalPrebill(models.Model):
    _inherit = "legal.prebill"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.env["legal.matter"]._queue_caps(self)
        return result


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env["legal.matter"]._queue_caps(lines)
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {"hours", "rate", "amount", "decision", "hours_package"} & vals.keys():
            self.env["legal.matter"]._queue_caps(self)
        return result

    def unlink(self):
        self.env["legal.matter"]._queue_caps(self.matter_id)
        return super().unlink()


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env["legal.matter"]._queue_caps(lines)
        return lines

    def write(self, vals):
        result = super().write(vals)
        self.env["legal.matter"]._queue_caps(self)
        return result
