import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine.durations import hours_from_minutes
from ..engine.pieces import Trace, group_traces, span_minutes, sum_minutes


class LegalTimeSuggestion(models.Model):
    """What the page shows and does: cards, each one piece of work.

    Every method acts for the current user alone: rows are found by a search, and
    a search only finds one's own.
    """

    _inherit = "legal.time.suggestion"

    # ----------------------------------------------------------------------- cards

    @api.model
    def get_cards(self, day=None):
        """Return what is suggested for a day, or for all days not vanished yet.

        :param str day: ``"2026-03-03"``; all days without it
        """
        today = fields.Date.context_today(self)
        first_day = fields.Date.to_date(day) or self._get_oldest_day()
        last_day = fields.Date.to_date(day) or today
        switch = self._get_switch()
        rows = self.browse()
        if switch == "on":
            self._gather(first_day, min(last_day, today))
            rows = self.search(
                Domain("state", "=", "proposed")
                & Domain("day", ">=", first_day)
                & Domain("day", "<=", last_day)
                & Domain("expires_on", ">=", today)
            )
        return {
            "switch": switch,
            "days_kept": self._get_days_kept(),
            "activities": self._read_activities() if rows else [],
            "cards": rows._make_cards(),
        }

    @api.model
    def _get_switch(self):
        if not self.env.user.company_id.sudo().legal_suggestions:
            return "off_firm"
        return "on" if self._is_on() else "off_person"

    @api.model
    def _read_activities(self):
        codes = self.env["legal.activity.code"].search(
            Domain("company_id", "in", [False, *self.env.companies.ids])
        )
        return [{"id": code.id, "name": code.name} for code in codes]

    def _make_cards(self):
        """Return the cards of these rows, the latest day first."""
        self.fetch()
        labels = self._get_matter_labels()
        cards = []
        for _day, rows in self.grouped("day").items():
            row_of = {row.id: row for row in rows}
            for piece in group_traces(row._to_trace() for row in rows):
                merged = self.browse([trace.id for trace in piece])
                cards.append(merged._make_card(piece, row_of[piece[0].id], labels))
        return cards

    def _get_matter_labels(self):
        """Return ``{matter id: its name}`` of those the user may still read."""
        ids = set(self.matter_id.ids)
        for row in self:
            ids.update(row.candidate_ids or ())
        matters = self.env["legal.matter"].browse(sorted(ids)).exists()
        return {
            matter.id: {
                "id": matter.id,
                "number": matter.matter_number,
                "name": matter.display_name,
            }
            for matter in matters._filtered_access("read")
        }

    def _to_trace(self):
        self.ensure_one()
        record = (self.record_model, self.record_id) if self.record_model else None
        return Trace(
            self.id,
            self.kind,
            self.minutes,
            self.matter_id.id or None,
            record,
            self.started_at or None,
            self.stopped_at or None,
        )

    def _make_card(self, piece, main, labels):
        """Return the card of the rows of one piece of work; ``main`` is the first."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "ids": self.ids,
            "day": fields.Date.to_string(main.day),
            "kind": main.kind,
            "kind_label": kinds[main.kind],
            "name": main.name,
            "minutes": sum_minutes(piece),
            "span": span_minutes(piece),
            "matter": labels.get(main.matter_id.id, False),
            "explanation": main.explanation or "",
            "candidates": [
                labels[number]
                for number in main.candidate_ids or ()
                if number in labels
            ],
            "narrative": self._merge_narratives(),
            "activity_id": main.activity_code_id.id,
            "sources": [row._make_source(kinds) for row in self],
        }

    def _make_source(self, kinds):
        return {
            "id": self.id,
            "kind": self.kind,
            "kind_label": kinds[self.kind],
            "name": self.name,
            "narrative": self.narrative or "",
            "minutes": self.minutes,
            "start": self._format_moment(self.started_at),
            "stop": self._format_moment(self.stopped_at),
        }

    def _format_moment(self, moment):
        if not moment:
            return ""
        local = pytz.utc.localize(moment).astimezone(self._get_timezone())
        return local.strftime("%H:%M")

    def _merge_narratives(self):
        return " ; ".join(dict.fromkeys(row.narrative for row in self if row.narrative))

    # ---------------------------------------------------------------------- accept

    @api.model
    def accept(self, ids, values=None):
        """Make one time entry of these suggestions, by the ordinary way in.

        What refuses an entry refuses it here, with its own sentence; then nothing
        is written and the suggestions stay.

        :param dict values: ``matter_id``, ``minutes``, ``narrative`` and
            ``activity_code_id``, where the user wants another than proposed
        :return dict: ``entry_id`` and ``message``
        """
        rows = self._take_proposed(ids)
        entry_values = rows._prepare_entry_values(values or {})
        matter = self.env["legal.matter"].browse(entry_values["matter_id"])
        # sudo: where the matter belongs; its entry is created with the user's rights
        company = matter.sudo().company_id
        entry = (
            self.env["account.analytic.line"].with_company(company).create(entry_values)
        )
        # sudo: nobody writes suggestions by hand
        rows.sudo().write({"state": "accepted", "entry_id": entry.id})
        return {
            "entry_id": entry.id,
            "message": self.env._(
                "%(time)s recorded on %(matter)s",
                time=self._format_hours(entry.unit_amount),
                matter=matter.matter_number,
            ),
        }

    @api.model
    def _format_hours(self, hours):
        minutes = round(hours * 60)
        return f"{minutes // 60} h {minutes % 60:02d}"

    @api.model
    def _take_proposed(self, ids):
        rows = self.search(Domain("id", "in", ids) & Domain("state", "=", "proposed"))
        if not rows or len(rows) != len(set(ids)):
            raise UserError(
                self.env._(
                    "This suggestion was handled already, in another window or on the"
                    " phone: reload the page."
                )
            )
        # in the order of the card: the first says most
        return rows.browse(ids)

    def _prepare_entry_values(self, values):
        main = self[0]
        matter_id = values.get("matter_id") or main.matter_id.id
        if not matter_id:
            raise UserError(
                self.env._(
                    "“%(work)s” has no matter yet: choose the one it was for.",
                    work=main.name,
                )
            )
        minutes = values.get("minutes")
        if minutes is None:
            minutes = sum_minutes([row._to_trace() for row in self])
        activity = values.get("activity_code_id", main.activity_code_id.id)
        prepared = {
            "matter_id": matter_id,
            "date": main.day,
            "unit_amount": float(hours_from_minutes(int(minutes))),
            "narrative": (
                values.get("narrative") or self._merge_narratives() or ""
            ).strip(),
            "activity_code_id": activity or False,
        }
        if task := self._get_task_of(matter_id):
            prepared["task_id"] = task.id
        return prepared

    def _get_task_of(self, matter_id):
        """Return the task that all of this was done on, if it is of the matter."""
        if {row.record_model for row in self} != {"project.task"}:
            return None
        task = self.env["project.task"].browse(self[0].record_id).exists()
        if len(set(self.mapped("record_id"))) > 1 or not task.has_access("read"):
            return None
        return task if task.matter_id.id == matter_id else None

    @api.model
    def undo_accept(self, ids):
        """Delete the entry again and suggest its work again."""
        rows = self.search(Domain("id", "in", ids) & Domain("state", "=", "accepted"))
        rows.entry_id.unlink()
        # sudo: nobody writes suggestions by hand
        rows.sudo().write({"state": "proposed", "entry_id": False})
        return True

    # --------------------------------------------------------------------- discard

    @api.model
    def discard(self, ids):
        """Delete suggestions for good; their sources are never suggested again.

        :return dict: what :meth:`restore` needs, for as long as the page is open;
            nothing of it is kept here
        """
        rows = self._take_proposed(ids)
        days = sorted(rows.mapped("day"))
        kept = {
            "sources": [[row.source_model, row.source_id] for row in rows],
            "first_day": fields.Date.to_string(days[0]),
            "last_day": fields.Date.to_string(days[-1]),
        }
        rows.unlink()
        return kept

    @api.model
    def restore(self, kept):
        """Suggest again what was just discarded, if it still exists."""
        self.env["legal.time.suggestion.seen"]._forget(
            [(str(model), int(res_id)) for model, res_id in kept["sources"]]
        )
        self._gather(
            fields.Date.to_date(kept["first_day"]),
            fields.Date.to_date(kept["last_day"]),
        )
        return True
