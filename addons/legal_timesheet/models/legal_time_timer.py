from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import timers

#: what a person may say about the work being timed
WORDS = ("matter_id", "activity_code_id", "task_id", "narrative")


class LegalTimeTimer(models.Model):
    """The timer of a person: one that runs or is paused, and those set aside.

    It belongs to its person alone: a global rule closes it to everybody else, and
    only the methods below write it, always on the timers of who calls. What the
    browser knows of a person's silence never comes here.
    """

    _name = "legal.time.timer"
    _description = "Timer"
    _order = "stopped_at desc, started_at desc, id desc"
    _rec_name = "started_at"

    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    matter_id = fields.Many2one(
        "legal.matter", index="btree_not_null", ondelete="set null"
    )
    activity_code_id = fields.Many2one(
        "legal.activity.code", "Activity", ondelete="set null"
    )
    task_id = fields.Many2one("project.task", index="btree_not_null")
    narrative = fields.Text()
    started_at = fields.Datetime(
        required=True, help="The time entry is of the day on which the timer started."
    )
    running_since = fields.Datetime(help="Empty while the timer is paused.")
    accumulated_seconds = fields.Integer(help="Counted before the last pause.")
    stopped_at = fields.Datetime(
        "Set Aside on",
        help="Another work took its place: an entry is to be made of it.",
    )
    touched_at = fields.Datetime(
        "Last Touched on", help="When the person last did something with this timer."
    )
    asked_at = fields.Datetime(
        "All Kept on", help="When the person last said that all of it counts."
    )
    state = fields.Selection(
        [("running", "Running"), ("paused", "Paused"), ("aside", "To Complete")],
        compute="_compute_state",
    )
    is_paused = fields.Boolean(compute="_compute_state")

    _one_per_person = models.UniqueIndex(
        "(user_id) WHERE stopped_at IS NULL",
        "A timer of yours runs already: pause it, stop it or switch it.",
    )
    _seconds_positive = models.Constraint(
        "CHECK (accumulated_seconds >= 0)", "A timer does not count backwards."
    )

    @api.depends("running_since", "stopped_at")
    def _compute_state(self):
        for timer in self:
            timer.is_paused = not timer.running_since
            if timer.stopped_at:
                timer.state = "aside"
            else:
                timer.state = "paused" if timer.is_paused else "running"

    # ----------------------------------------------------------------------- RPC

    @api.model
    def start(self, values=None):
        """Start a timer; refuse when one of the person's runs or is paused."""
        self._check_may_time()
        if timer := self._get_current():
            raise UserError(
                self.env._(
                    "Your timer on %(matter)s counts already: switch it, stop it or"
                    " discard it.",
                    matter=timer._get_label(),
                )
            )
        self._begin(values)
        return self._tell()

    @api.model
    def pause(self):
        timer = self._get_current(required=True)
        if timer.running_since:
            timer._freeze(timer._elapsed())
        return self._tell()

    @api.model
    def resume(self):
        timer = self._get_current(required=True)
        if not timer.running_since:
            now = fields.Datetime.now()
            timer.write({"running_since": now, "touched_at": now})
        return self._tell()

    @api.model
    def revise(self, values):
        """Change what the present timer is about."""
        timer = self._get_current(required=True)
        now = fields.Datetime.now()
        timer.write({**self._prepare_words(values), "touched_at": now})
        return self._tell()

    @api.model
    def switch(self, values=None):
        """Take up another work at once: the present one becomes an entry; or waits to
        be completed when words, or an answer, are still missing for one."""
        self._check_may_time()
        outcome = {}
        if timer := self._get_current():
            outcome = timer._put_away()
        self._begin(values)
        return {**self._tell(), "outcome": outcome}

    @api.model
    def stop(self, values=None, timer_id=None):
        """Make an entry of a timer: the present one, or one set aside.

        :param dict values: ``minutes``, ``date`` and the words of the entry; what is
            not said is what the timer proposes
        :raise UserError: the entry is refused, or the timer has a question that
            ``minutes`` do not answer; the timer stays as it is
        """
        timer = self._get_own(timer_id)
        values = values or {}
        if not values.get("minutes") and timer._get_question():
            raise UserError(
                self.env._(
                    "Your timer on %(matter)s ran for %(hours).1f hours without you:"
                    " say how much of it to keep.",
                    matter=timer._get_label(),
                    hours=timer._elapsed() / 3600,
                )
            )
        outcome = timer._make_entry(values)
        return {**self._tell(), "outcome": outcome}

    @api.model
    def discard(self, timer_id=None):
        """Forget a timer: no time is recorded."""
        self._get_own(timer_id).unlink()
        return self._tell()

    @api.model
    def answer(self, keep, value=None, go_on=False):
        """Say what to keep of a timer that ran without its person.

        :param str keep: ``all``; ``day`` (until the end of the day it started);
            ``until`` (``value``: the moment, in UTC); ``minutes`` (``value``)
        :param bool go_on: count again from now; else the timer is paused
        """
        timer = self._get_current(required=True)
        now = fields.Datetime.now()
        if keep == "all":
            timer.write({"asked_at": now, "touched_at": now})
        else:
            timer._freeze(timer._seconds_kept(keep, value))
            if go_on:
                timer.write({"running_since": now, "asked_at": now})
        return self._tell()

    # ------------------------------------------------------------------ own timers

    @api.model
    def _check_may_time(self):
        self.browse().check_access("read")
        self.env["account.analytic.line"].check_access("create")

    @api.model
    def _domain_mine(self):
        return [("user_id", "=", self.env.uid)]

    @api.model
    def _get_current(self, required=False):
        """Return the timer of the user that runs or is paused."""
        self.browse().check_access("read")
        # sudo: nobody has the right to write timers, these methods do; the domain
        # keeps them to those of the caller
        timer_sudo = self.sudo().search(
            [*self._domain_mine(), ("stopped_at", "=", False)], limit=1
        )
        if required and not timer_sudo:
            raise UserError(
                self.env._(
                    "No timer of yours runs: it was stopped elsewhere, start another."
                )
            )
        return timer_sudo

    @api.model
    def _get_own(self, timer_id=None):
        """Return one of the user's timers, the present one by default."""
        if not timer_id:
            return self._get_current(required=True)
        self.browse().check_access("read")
        # sudo: as above
        timer_sudo = self.sudo().search(
            [*self._domain_mine(), ("id", "=", int(timer_id))]
        )
        if not timer_sudo:
            raise UserError(
                self.env._("This timer is no more: it was completed or discarded.")
            )
        return timer_sudo

    @api.model
    def _begin(self, values):
        now = fields.Datetime.now()
        words = self._prepare_words(values)
        matter = self.env["legal.matter"].browse(words.get("matter_id"))
        # sudo: as above; the words were read with the rights of the caller
        return self.sudo().create(
            {
                **words,
                "user_id": self.env.uid,
                "company_id": (matter.company_id or self.env.company).id,
                "started_at": now,
                "running_since": now,
                "touched_at": now,
            }
        )

    @api.model
    def _prepare_words(self, values):
        """Return what a browser sent about the work, as far as the user may read it."""
        values = {name: v for name, v in (values or {}).items() if name in WORDS}
        known = self.env["account.analytic.line"]._legal_quick_defaults(values)
        words = {}
        for name, key in (
            ("matter_id", "matter"),
            ("activity_code_id", "activity"),
            ("task_id", "task"),
        ):
            if name in values:
                words[name] = known[key].id
        if "narrative" in values:
            words["narrative"] = known["narrative"]
        if known["task"] and not words.get("matter_id"):
            words["matter_id"] = known["task"].matter_id.id
        if words.get("matter_id"):
            matter = self.env["legal.matter"].browse(words["matter_id"])
            words["company_id"] = matter.company_id.id
        return words

    # -------------------------------------------------------------------- counting

    def _as_engine(self):
        self.ensure_one()
        return timers.Timer(
            started_at=self.started_at,
            running_since=self.running_since or None,
            accumulated=self.accumulated_seconds,
            touched_at=self.touched_at or None,
            asked_at=self.asked_at or None,
        )

    def _now(self):
        """Return until when this timer counts: now, or when it was set aside."""
        return self.stopped_at or fields.Datetime.now()

    def _elapsed(self):
        return timers.elapsed(self._as_engine(), self._now())

    def _get_zone(self):
        return self.user_id.tz or "UTC"

    def _get_question(self):
        """Return what this timer has to ask before it counts any further."""
        return timers.question(
            self._as_engine(),
            self._now(),
            self.company_id.legal_timer_ask_hours,
            self._get_zone(),
        )

    def _get_day(self):
        """Return the day of the entry: that on which the person started."""
        end = timers.day_end(self.started_at, self._get_zone())
        return fields.Date.context_today(
            self.with_context(tz=self._get_zone()), end - timedelta(seconds=1)
        )

    def _seconds_kept(self, keep, value=None):
        """Return the seconds that an answer keeps, never more than were counted."""
        if keep == "minutes":
            return max(int(value or 0), 0) * timers.SECONDS_PER_MINUTE
        if keep == "day":
            moment = timers.day_end(self.started_at, self._get_zone())
        elif keep == "until":
            moment = fields.Datetime.to_datetime(value) or self._now()
        else:
            raise UserError(
                self.env._("Say what to keep: all, until a moment, or a duration.")
            )
        return timers.until(self._as_engine(), moment, self._now())

    def _freeze(self, seconds):
        """Pause with so many seconds counted."""
        self.write(
            {
                "accumulated_seconds": seconds,
                "running_since": False,
                "touched_at": fields.Datetime.now(),
            }
        )

    # ----------------------------------------------------------------- the entry

    def _put_away(self):
        """Make room for another timer, and return what became of this one."""
        self.ensure_one()
        words = self._get_own_narratives()
        if self._elapsed() < timers.SECONDS_PER_MINUTE and not self.narrative:
            self.unlink()
            return {"kind": "discarded"}
        if words and not self._get_question():
            try:
                with self.env.cr.savepoint():
                    return self._make_entry({"narrative": words[0]})
            except UserError:
                # refused for now: it waits with all its words and minutes
                self.invalidate_recordset()
        self.write({"stopped_at": fields.Datetime.now()})
        # the index lets the next one in only once this one is out of the way
        self.flush_recordset()
        return {"kind": "aside", "matter": self._get_label()}

    def _make_entry(self, values):
        """Create the entry with all its checks, then forget the timer."""
        self.ensure_one()
        proposal = self._propose()
        words = {name: proposal[name] for name in WORDS}
        # back to the rights of the person: the entry passes every check
        owner = self.with_user(self.env.uid)
        words.update(owner._prepare_words(values))
        owner = owner.with_context(allowed_company_ids=self._get_companies(words).ids)
        Line = owner.env["account.analytic.line"]
        parts = Line._legal_quick_parse(
            "",
            {
                **words,
                "minutes": values.get("minutes") or proposal["minutes"],
                "date": values.get("date") or proposal["date"],
            },
        )
        if not parts["matter"] and words.get("matter_id"):
            raise UserError(
                self.env._(
                    "%(matter)s is closed to you now: choose another matter for this"
                    " time, or discard it.",
                    matter=self._get_label(),
                )
            )
        if parts["missing"]:
            raise UserError(parts["missing"])
        entry = Line.create(Line._legal_quick_values(parts))
        shown = Line._legal_quick_describe(parts, entry)
        self.unlink()
        return {"kind": "entry", "id": entry.id, "sentence": shown["understood"]}

    def _get_companies(self, words):
        """Return the companies to work in: that of the matter first."""
        # sudo: which company a matter is of is no secret to who named it
        matter_sudo = self.env["legal.matter"].sudo().browse(words.get("matter_id"))
        user_sudo = self.env.user.sudo()
        first = matter_sudo.company_id & user_sudo.company_ids
        return first | self.env.companies | user_sudo.company_id

    # ------------------------------------------------------------------------ hooks

    def _tell(self):
        """Let the other tabs and devices of the person know, and return the state.

        The message is empty: what is timed is read by the tab itself.
        """
        self.env.user._bus_send("legal.time.timer/changed", {})
        return self.get_state()
