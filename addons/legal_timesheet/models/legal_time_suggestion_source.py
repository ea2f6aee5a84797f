from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import (
    email_domain_extract,
    email_normalize,
    email_split,
    html2plaintext,
)

from ..engine.pieces import MINUTES
from ..engine.routing import Person, Source

#: most rows of one sort read at once: more is not the work of a person
MOST_ROWS = 500
LONGEST_NAME = 120


@dataclass
class Found:
    """Something the user did, before it is known on which matter."""

    source: tuple
    kind: str
    day: date
    name: str
    narrative: str
    minutes: int
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    record: tuple | None = None
    hints: Source = field(default_factory=Source)
    # what leads to no matter at all is not suggested
    needs_matter: bool = True


class LegalTimeSuggestion(models.Model):
    """What the current user did in some days, read with that user's rights.

    One bounded search for each sort of source, however many there are.
    """

    _inherit = "legal.time.suggestion"

    @api.model
    def _collect(self, first_day, last_day):
        """Return everything the current user did, of the sorts wanted."""
        wanted = self._get_kinds_wanted()
        begin, end = self._get_bounds(first_day, last_day)
        events = self._search_meetings(begin, end)
        found = self._collect_messages(begin, end, events, wanted)
        if "meeting" in wanted:
            found += self._collect_meetings(events)
        if "activity" in wanted:
            found += self._collect_floating_activities(first_day, last_day)
        return [trace for trace in found if trace.kind in wanted]

    # ------------------------------------------------------------------------ days

    @api.model
    def _get_timezone(self):
        return pytz.timezone(self.env.user.tz or "UTC")

    @api.model
    def _get_bounds(self, first_day, last_day):
        """Return the beginning and the end of these days, in UTC."""
        zone = self._get_timezone()
        return tuple(
            zone.localize(datetime.combine(day, time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (first_day, last_day + timedelta(1))
        )

    @api.model
    def _get_day_of(self, moment):
        return pytz.utc.localize(moment).astimezone(self._get_timezone()).date()

    # -------------------------------------------------------------------- meetings

    @api.model
    def _search_meetings(self, begin, end):
        """Return the meetings attended and over, without those others keep
        private, and without the private life of the user."""
        user = self.env.user
        events = self.env["calendar.event"].search(
            Domain("start", ">=", begin)
            & Domain("start", "<", end)
            & Domain("stop", "<=", fields.Datetime.now())
            & Domain("allday", "=", False)
            & Domain(
                "attendee_ids",
                "any",
                Domain("partner_id", "=", user.partner_id.id)
                & Domain("state", "!=", "declined"),
            ),
            order="start, id",
            limit=MOST_ROWS,
        )
        return events.filtered(
            lambda event: (
                event.effective_privacy != "private"
                or (event.user_id == user and event.matter_id)
            )
        )

    @api.model
    def _collect_meetings(self, events):
        records = [
            (event.res_model, event.res_id)
            for event in events
            if event.res_model and event.res_id
        ]
        matter_of = self._get_matters_of(records)
        return [
            Found(
                source=("calendar.event", event.id),
                kind="meeting",
                day=self._get_day_of(event.start),
                name=event.name,
                narrative=self._word_meeting(event),
                minutes=min(
                    round((event.stop - event.start).total_seconds() / 60), 1440
                ),
                started_at=event.start,
                stopped_at=event.stop,
                hints=self._get_meeting_hints(event, matter_of),
                needs_matter=False,
            )
            for event in events
        ]

    @api.model
    def _get_meeting_hints(self, event, matter_of):
        record = (event.res_model, event.res_id)
        return Source(
            subject=event.name or "",
            named=event.matter_id.id or None,
            linked=matter_of.get(record),
            link=event.res_model_name or "",
            people=self._get_people(event.partner_ids),
            own_domains=self._get_own_domains(),
        )

    @api.model
    def _word_meeting(self, event):
        names = ", ".join(self._get_outside(event.partner_ids).mapped("name"))
        if names:
            return self.env._(
                "Meeting with %(people)s: %(subject)s",
                people=names,
                subject=event.name,
            )
        return self.env._("Meeting: %(subject)s", subject=event.name)

    # ---------------------------------------------------------------------- people

    @api.model
    def _get_outside(self, partners):
        """Return the partners who are not of the firm."""
        # sudo: who has a login, nothing more
        return partners.filtered(
            lambda partner: all(user.share for user in partner.sudo().user_ids)
        )

    @api.model
    def _get_people(self, partners, addresses=()):
        people = [
            Person(
                partner.name or "",
                partner.commercial_partner_id.id,
                email_normalize(partner.email) or "",
            )
            for partner in self._get_outside(partners)
        ]
        known = {person.email for person in people}
        return tuple(
            people + [Person("", None, mail) for mail in addresses if mail not in known]
        )

    @api.model
    def _get_own_domains(self):
        user = self.env.user
        mails = [user.email, user.company_id.email]
        return frozenset(
            domain for mail in mails if mail and (domain := email_domain_extract(mail))
        )

    # -------------------------------------------------------------------- records

    @api.model
    def _get_record_models(self):
        """Return the models on whose records work leaves traces; extensible."""
        return [
            "legal.matter",
            "project.project",
            "project.task",
            "project.milestone",
            "project.update",
        ]

    @api.model
    def _get_matters_of(self, records):
        """Return ``{(model, id): matter id}`` in one read a model."""
        matter_of = {}
        for name in self._get_record_models():
            ids = {res_id for model, res_id in records if model == name}
            if not ids:
                continue
            # sudo: routing asks afterwards whether the user may read the matter
            existing = self.env[name].sudo().browse(ids).exists()
            link = existing._legal_wall_field()
            for record in existing:
                matter = record.id if link == "id" else record[link][:1].id
                if matter:
                    matter_of[name, record.id] = matter
        return matter_of

    @api.model
    def _get_record_hints(self, record, matter_of, label, **hints):
        """Return the hints of what was done on a record."""
        matter = matter_of.get(record)
        if record[0] == "project.task":
            return Source(linked=matter, link=label, **hints)
        return Source(record=matter, **hints)

    # ------------------------------------------------------------------ activities

    @api.model
    def _collect_floating_activities(self, first_day, last_day):
        """Done activities of the user's own list, on no record."""
        activities = self.env["mail.activity"].search(
            Domain("active", "=", False)
            & Domain("user_id", "=", self.env.uid)
            & Domain("res_model", "=", False)
            & Domain("date_done", ">=", first_day)
            & Domain("date_done", "<=", last_day),
            order="id",
            limit=MOST_ROWS,
        )
        return [
            Found(
                source=("mail.activity", activity.id),
                kind=kind,
                day=activity.date_done,
                name=name,
                narrative=name,
                minutes=MINUTES[kind],
                hints=Source(subject=name),
            )
            for activity in activities
            for kind in [self._get_activity_kind(activity.activity_type_id)]
            for name in [self._shorten(activity.display_name)]
        ]

    @api.model
    def _get_activity_kind(self, activity_type):
        return "call" if activity_type.category == "phonecall" else "activity"

    @api.model
    def _shorten(self, text):
        line = " ".join((text or "").split())
        if len(line) <= LONGEST_NAME:
            return line
        return f"{line[: LONGEST_NAME - 1].rstrip()}…"

    @api.model
    def _read_addresses(self, text):
        return [mail for mail in map(email_normalize, email_split(text or "")) if mail]

    @api.model
    def _read_text(self, html):
        return self._shorten(html2plaintext(html or ""))
