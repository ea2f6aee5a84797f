from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..engine import timers
from ..engine.durations import format_duration

#: words of earlier entries proposed for the next one
NARRATIVES = 3


class LegalTimeTimer(models.Model):
    """What the screens show of a timer, and what it proposes when it stops."""

    _inherit = "legal.time.timer"

    @api.model
    def get_state(self):
        """Return the timers of the user and what is needed to start another."""
        current = self._get_current()
        # sudo: the user's own, as everywhere in this model
        aside_sudo = self.sudo().search(
            [*self._domain_mine(), ("stopped_at", "!=", False)]
        )
        company = self.env.company
        settings = self.env["res.users.settings"]._find_or_create_for_user(
            self.env.user
        )
        return {
            "timer": current._describe() if current else False,
            "aside": [timer._describe() for timer in aside_sudo],
            "recent": [
                matter._prepare_label()
                for matter in self.env["legal.matter"]._find_recent()
            ],
            "idle_minutes": company.legal_timer_idle_minutes,
            "asks_idle": settings.legal_timer_asks_idle,
        }

    @api.model
    def get_matters(self, text):
        """Return the matters that a search text may mean, to start a timer on one."""
        self.browse().check_access("read")
        matters = self.env["legal.matter"]._find_by_words((text or "")[:100])
        return [matter._prepare_label() for matter in matters]

    @api.model
    def get_proposal(self, timer_id=None):
        """Return the entry a timer would make, and what else it could say."""
        timer = self._get_own(timer_id)
        activities = self.env["legal.activity.code"].search([])
        return {
            **timer._describe(),
            **timer._propose(),
            "narratives": timer._get_narratives(),
            "activities": [
                {"id": activity.id, "name": activity.name} for activity in activities
            ],
        }

    @api.model
    def set_asks_idle(self, asks):
        """Let the browser ask after a silence, or not: a choice of each person."""
        self.browse().check_access("read")
        settings = self.env["res.users.settings"]._find_or_create_for_user(
            self.env.user
        )
        # sudo: the user's own settings
        settings.sudo().legal_timer_asks_idle = bool(asks)
        return self._tell()

    def _describe(self):
        """Return a timer as plain values."""
        self.ensure_one()
        question = self._get_question()
        seconds = self._elapsed()
        return {
            "id": self.id,
            "state": self.state,
            "seconds": seconds,
            "matter": self._describe_matter(),
            "activity_code_id": self.activity_code_id.id,
            "activity": self.activity_code_id.name or False,
            "task": self._get_readable("task_id").name or False,
            "narrative": self.narrative or "",
            "started": format_datetime(
                self.env, self.started_at, self._get_zone(), "EEEE d MMMM, HH:mm"
            ),
            "is_of_today": self._get_day() == self._get_today(),
            "question": question or False,
            "choices": self._get_choices() if question else [],
        }

    def _get_today(self):
        return fields.Date.context_today(self.with_context(tz=self._get_zone()))

    def _get_readable(self, name):
        """Return a link of the timer, if its person may still follow it."""
        record = self[name].with_user(self.env.uid)
        companies = self.env.user.sudo().company_ids
        record = record.with_context(allowed_company_ids=companies.ids)
        return record if record and record.has_access("read") else record.browse()

    def _describe_matter(self):
        """Return the matter; its number alone once it is closed to the person."""
        if not self.matter_id:
            return False
        matter = self._get_readable("matter_id")
        if matter:
            return {**matter._prepare_label(), "is_lost": False}
        return {
            "id": self.matter_id.id,
            "number": self.matter_id._neutral_label(),
            "name": "",
            "client": False,
            "is_open": False,
            "is_lost": True,
        }

    def _get_label(self):
        """Return what names the timer in a sentence."""
        return (
            self.matter_id._neutral_label()
            if self.matter_id
            else self.env._("no matter yet")
        )

    def _get_choices(self):
        """Return what may be kept of a timer that asks."""
        all_minutes = timers.whole_minutes(self._elapsed())
        choices = [
            {
                "keep": "all",
                "minutes": all_minutes,
                "label": self.env._("Keep all: %s", format_duration(all_minutes)),
            }
        ]
        kept = self._seconds_kept("day")
        if kept < self._elapsed():
            minutes = timers.whole_minutes(kept)
            choices.append(
                {
                    "keep": "day",
                    "minutes": minutes,
                    "label": self.env._(
                        "Until the end of that day: %s", format_duration(minutes)
                    ),
                }
            )
        return choices

    # ----------------------------------------------------------------- proposal

    def _propose(self):
        """Return the entry that this timer makes if nothing else is said."""
        self.ensure_one()
        return {
            "matter_id": self.matter_id.id,
            "activity_code_id": self.activity_code_id.id,
            "task_id": self._get_readable("task_id").id,
            "minutes": timers.whole_minutes(self._elapsed()),
            "date": fields.Date.to_string(self._get_day()),
            "narrative": next(iter(self._get_narratives()), ""),
            "is_short": self._elapsed() < timers.SECONDS_PER_MINUTE,
        }

    def _get_narratives(self):
        """Return words to propose, the most fitting first: those of this work, then
        those of the person's last entries on this matter."""
        found = self._get_own_narratives() + self._get_last_narratives()
        return list(dict.fromkeys(found))

    def _get_own_narratives(self):
        """Return what this timer itself says: words typed, task, activity."""
        activity = self.activity_code_id
        words = [
            (self.narrative or "").strip(),
            self._get_readable("task_id").name,
            activity._get_client_label() if activity else "",
        ]
        return [word for word in words if word]

    def _get_last_narratives(self):
        matter = self._get_readable("matter_id")
        if not matter:
            return []
        Line = self.env["account.analytic.line"].with_user(self.env.uid)
        lines = Line.search_fetch(
            Domain("matter_id", "=", matter.id)
            & Domain("project_id", "!=", False)
            & Domain("user_id", "=", self.env.uid)
            & Domain("narrative", "!=", False),
            ["narrative", "activity_code_id"],
            order="date desc, id desc",
            limit=5 * NARRATIVES,
        )
        if self.activity_code_id:
            lines = lines.sorted(lambda e: e.activity_code_id != self.activity_code_id)
        found = dict.fromkeys(line.narrative.strip() for line in lines)
        return list(found)[:NARRATIVES]
