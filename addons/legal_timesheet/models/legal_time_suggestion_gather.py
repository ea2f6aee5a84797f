import logging
from datetime import timedelta

from odoo import api, fields, models, modules
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

#: longer than any suggestion may live, so that nothing seen comes back
FORGET_AFTER_DAYS = 120
#: the cron looks back this far, for who did not open the page
CRON_DAYS = 2


class LegalTimeSuggestion(models.Model):
    """How suggestions come and go.

    They are gathered on demand for the person who looks at a day, and once a
    night for everybody, so that what is deleted later is not lost. No write of
    any other model is hooked. Gathering twice changes nothing.
    """

    _inherit = "legal.time.suggestion"

    # ------------------------------------------------------------------ switches

    @api.model
    def _is_on(self):
        """Tell whether the firm and the current user want suggestions."""
        user = self.env.user
        return bool(
            user.company_id.sudo().legal_suggestions
            and user.legal_suggestions
            and user.has_group("legal_timesheet.group_legal_user")
        )

    @api.model
    def _get_kinds_wanted(self):
        user = self.env.user
        wanted = {
            "meeting": user.legal_suggest_meetings,
            "call": user.legal_suggest_activities,
            "activity": user.legal_suggest_activities,
            "task": user.legal_suggest_tasks,
            "message": user.legal_suggest_messages,
            "document": user.legal_suggest_documents,
        }
        return {kind for kind, is_wanted in wanted.items() if is_wanted}

    @api.model
    def _get_days_kept(self):
        return self.env.user.company_id.sudo().legal_suggestion_days

    @api.model
    def _get_oldest_day(self):
        """Return the first day whose suggestions have not vanished."""
        return fields.Date.context_today(self) - timedelta(self._get_days_kept())

    # ------------------------------------------------------------------ gathering

    @api.model
    def _gather(self, first_day, last_day):
        """Suggest what the current user did in these days, each source once."""
        first_day = max(first_day, self._get_oldest_day())
        if first_day > last_day or not self._is_on():
            return
        found = self._collect(first_day, last_day)
        routed = self._route_found(found, first_day, last_day)
        rows = self._find_rows(found, first_day, last_day)
        row_of = {(row.source_model, row.source_id): row for row in rows}
        self._drop_stale(rows, {trace.source for trace in found}, first_day, last_day)
        fresh = []
        for values in self._prepare_rows(routed):
            source = (values["source_model"], values["source_id"])
            row = row_of.get(source)
            if row is None:
                fresh.append((source, values))
            elif row.state == "proposed":
                row._refresh(values)
        self._create_fresh(fresh)

    @api.model
    def _route_found(self, found, first_day, last_day):
        """Return ``[(trace, route)]``, without what leads nowhere."""
        routes = self.env["legal.matter"]._route(
            [trace.hints for trace in found], first_day, last_day
        )
        return [
            (trace, found_route)
            for trace, found_route in zip(found, routes, strict=True)
            if not trace.needs_matter or found_route.matter or found_route.candidates
        ]

    @api.model
    def _find_rows(self, found, first_day, last_day):
        """Return the rows of these days, and of these sources on any day."""
        domain = Domain("day", ">=", first_day) & Domain("day", "<=", last_day)
        ids_of = {}
        for trace in found:
            ids_of.setdefault(trace.source[0], []).append(trace.source[1])
        for name, ids in ids_of.items():
            domain |= Domain("source_model", "=", name) & Domain("source_id", "in", ids)
        # sudo: a row behind a wall that has risen since still counts as seen
        return self.sudo().search(domain)

    def _drop_stale(self, rows_sudo, sources, first_day, last_day):
        """Drop what no longer is: declined, moved away, sort switched off.

        What was deleted stays: the work was done, and this is all that is left.
        """
        stale = rows_sudo.filtered(
            lambda row: (
                row.state == "proposed"
                and first_day <= row.day <= last_day
                and (row.source_model, row.source_id) not in sources
            )
        )
        gone = stale.browse()
        for name, rows in stale.grouped("source_model").items():
            ids = rows.mapped("source_id")
            existing = set(self.env[name].sudo().browse(ids).exists().ids)
            gone |= rows.filtered(lambda row, kept=existing: row.source_id in kept)
        gone._take_back()

    def _take_back(self):
        """Delete rows as though their sources had never been seen."""
        sources = [(row.source_model, row.source_id) for row in self]
        self.env["legal.time.suggestion.seen"]._forget(sources)
        self.sudo().unlink()

    def _refresh(self, values):
        changed = {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changed:
            self.write(changed)

    @api.model
    def _create_fresh(self, fresh):
        forget_on = fields.Date.context_today(self) + timedelta(FORGET_AFTER_DAYS)
        new = self.env["legal.time.suggestion.seen"]._mark_new(
            [source for source, _values in fresh], forget_on
        )
        # sudo: nobody writes suggestions by hand
        self.sudo().create([values for source, values in fresh if source in new])

    @api.model
    def _prepare_rows(self, routed):
        """Yield the values of each suggestion; what they share is read once."""
        Matter = self.env["legal.matter"]
        phrases = {
            is_written: Matter._get_routing_phrases(is_written)
            for is_written in (False, True)
        }
        code_of = self._get_activity_codes()
        days_kept = self._get_days_kept()
        for trace, found_route in routed:
            matter = Matter.browse(found_route.matter or [])
            # sudo: the company of a matter that routing has just read
            company = matter.sudo().company_id or self.env.user.company_id
            yield {
                **self._prepare_trace_values(trace),
                "user_id": self.env.uid,
                "company_id": company.id,
                "matter_id": matter.id,
                "explanation": self._explain(
                    found_route, phrases[trace.kind == "message"]
                ),
                "candidate_ids": list(found_route.candidates) or False,
                "activity_code_id": code_of.get(trace.kind, False),
                "expires_on": trace.day + timedelta(days_kept),
            }

    @api.model
    def _prepare_trace_values(self, trace):
        record_model, record_id = trace.record or (False, False)
        return {
            "kind": trace.kind,
            "day": trace.day,
            "started_at": trace.started_at or False,
            "stopped_at": trace.stopped_at or False,
            "minutes": trace.minutes,
            "name": trace.name,
            "narrative": trace.narrative,
            "source_model": trace.source[0],
            "source_id": trace.source[1],
            "record_model": record_model,
            "record_id": record_id,
        }

    @api.model
    def _explain(self, found_route, phrases):
        if found_route.matter:
            return found_route.explain(phrases)
        if len(found_route.candidates) > 1:
            return self.env._("several matters fit as well: choose one")
        return False

    @api.model
    def _get_activity_codes(self):
        """Return ``{kind: activity id}``, of the activities that still exist."""
        names = {
            "meeting": "activity_meeting",
            "call": "activity_call",
            "message": "activity_mail",
        }
        codes = {
            kind: self.env.ref(f"legal_timesheet.{name}", False)
            for kind, name in names.items()
        }
        return {kind: code.id for kind, code in codes.items() if code and code.active}

    # -------------------------------------------------------------------- vanishing

    @api.model
    def _cron_gather(self, today=None):
        """Gather for everybody what they did since yesterday; then let go of
        what is too old."""
        today = today or fields.Date.context_today(self)
        self._drop_expired(today)
        users = self._get_users_to_gather_for()
        for done, user in enumerate(users, 1):
            self._gather_for(user, today)
            if not self._commit_and_has_time(done, len(users) - done):
                break

    @api.model
    def _get_users_to_gather_for(self):
        group = self.env.ref("legal_timesheet.group_legal_user")
        return group.all_user_ids.filtered(
            lambda user: user.active and not user.share and user.employee_ids
        )

    @api.model
    def _gather_for(self, user, today):
        own = self.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=user.company_ids.ids
        )
        try:
            with self.env.cr.savepoint():
                own._gather(today - timedelta(CRON_DAYS), today)
                own.env.flush_all()
        except Exception as error:
            if modules.module.current_test:
                raise
            # no traceback: it would quote what was being suggested
            _logger.error(
                "Suggestions of user %s not gathered: %s", user.id, type(error).__name__
            )

    @api.model
    def _commit_and_has_time(self, done, remaining):
        if modules.module.current_test:
            return True
        left = self.env["ir.cron"]._commit_progress(processed=1, remaining=remaining)
        return bool(left)

    @api.model
    def _drop_expired(self, today):
        """Delete what is past its day, in SQL: nobody may read it to do so."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM legal_time_suggestion WHERE expires_on < %s", [today]
        )
        self.env["legal.time.suggestion.seen"]._forget_old(today)
        self.env.invalidate_all()
