from contextlib import closing
from dataclasses import dataclass, field

from psycopg2 import IntegrityError

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..engine import time_table

MINUTES = 60
BATCH = 250
RANKS = {"error": 0, "ready": 1, "known": 2, "done": 1}


@dataclass
class Row:
    """A line of the file on its way to an entry."""

    number: int
    said: dict
    cells: tuple
    values: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    is_known: bool = False
    entry_id: int | None = None
    key: str | None = None

    @property
    def state(self):
        if self.errors:
            return "error"
        if self.is_known:
            return "known"
        return "done" if self.entry_id else "ready"

    def text(self, name):
        cell = self.said.get(name)
        return time_table.arm(cell.strip()) if isinstance(cell, str) else cell

    def prepare_line(self):
        day = self.values.get("date") or self.said.get("date") or ""
        return {
            "number": self.number,
            "rank": RANKS[self.state],
            "state": self.state,
            "message": "\n".join(self.errors or self.notes),
            "day": str(day)[:10],
            "matter": str(self.text("matter") or ""),
            "person": str(self.text("person") or self.text("email") or ""),
            "activity": str(self.text("activity") or ""),
            "narrative": str(self.text("narrative") or ""),
            "hours": self.values.get("unit_amount", 0),
            "entry_id": self.entry_id,
        }


class LegalTimeImportCheck(models.AbstractModel):
    """Lines of a file -> entries, or sentences that say why not.

    What only a file can get wrong (names, words, repetitions) is found here, for
    all lines in a few queries. What an entry may not be is told by the entry
    itself: the lines are really created, and rolled back when it was but a look.
    """

    _name = "legal.time.import.check"
    _description = "Check of an Import of Time"

    def _check_rows(self, lines, write, partly=False):
        """Return the rows, each with its errors or its entry.

        :param lines: ``[(number, {what: cell}, cells)]``
        :param bool write: keep the entries, unless a line is wrong
        :param bool partly: keep the right ones even so
        """
        rows = [Row(number, said, tuple(cells)) for number, said, cells in lines]
        self._name_records(rows)
        self._find_repetitions(rows)
        ready = [row for row in rows if row.state == "ready"]
        with closing(self.env.cr.savepoint()) as savepoint:
            for start in range(0, len(ready), BATCH):
                self._create_rows(ready[start : start + BATCH])
            self._note_missing_rates(ready)
            wrong = any(row.errors for row in rows)
            if write and (partly or not wrong):
                savepoint.close(rollback=False)
                return rows
        for row in rows:
            row.entry_id = None
        return rows

    # ------------------------------------------------------------------- creation

    def _create_rows(self, rows):
        """Create a batch; on a refusal, halve it until the wrong line is alone."""
        if not rows:
            return
        try:
            with self.env.cr.savepoint():
                entries = self.env["account.analytic.line"].create(
                    [dict(row.values) for row in rows]
                )
                ids = entries.ids
        except (UserError, IntegrityError) as error:
            if len(rows) > 1:
                middle = len(rows) // 2
                self._create_rows(rows[:middle])
                self._create_rows(rows[middle:])
                return
            rows[0].errors.append(self._explain(error, rows[0]))
            return
        for row, entry_id in zip(rows, ids, strict=True):
            row.entry_id = entry_id

    def _explain(self, error, row):
        if isinstance(error, AccessError):
            return self.env._(
                "You may not record this time on %(matter)s: ask who answers for it.",
                matter=row.text("matter"),
            )
        if isinstance(error, IntegrityError):
            return self.env._("This line was imported already, under another form.")
        return str(error.args[0])

    def _note_missing_rates(self, rows):
        by_id = {row.entry_id: row for row in rows if row.entry_id}
        for entry in self.env["account.analytic.line"].browse(by_id):
            if entry.is_billable and not entry.rate_id:
                by_id[entry.id].notes.append(
                    self.env._(
                        "No rate fits this entry yet: it is approved once one does."
                    )
                )

    # ---------------------------------------------------------------- repetitions

    def _find_repetitions(self, rows):
        """Tell the lines that are there already, and those said twice."""
        right = [row for row in rows if not row.errors]
        mark = self.env["account.analytic.line"]._get_export_mark()
        for row in right:
            external = row.text("external_id")
            if external and not str(external).startswith(mark):
                row.key = f"x:{external}"
            else:
                row.key = self._make_key(row)
            row.values["import_key"] = row.key
        seen = {}
        for row in right:
            if first := seen.get(row.key):
                row.errors.append(
                    self.env._(
                        "Says the same as line %(number)s: change its description, or"
                        " take it out.",
                        number=first.number,
                    )
                )
            seen.setdefault(row.key, row)
        known = self._get_known_keys(right)
        for row in right:
            if row.key in known or self._make_key(row) in known:
                row.is_known = True
                row.notes.append(self.env._("There already: nothing to do."))

    def _make_key(self, row):
        values = row.values
        return self.env["account.analytic.line"]._make_import_key(
            values["date"],
            values["employee_id"],
            values["matter_id"],
            round(values["unit_amount"] * MINUTES),
            values.get("narrative"),
        )

    def _get_known_keys(self, rows):
        """Return the keys, of lines and of contents, that entries have already."""
        if not rows:
            return set()
        days = [row.values["date"] for row in rows]
        # sudo: a line imported once is not imported twice, even where its entry
        # moved behind a wall since; the answer says no more than "there already"
        keys = set(
            self.env["account.analytic.line"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "=", self.env.company.id),
                    ("import_key", "in", [row.key for row in rows]),
                ],
                ["import_key"],
            )
            .mapped("import_key")
        )
        entries = self.env["account.analytic.line"].search_fetch(
            Domain("matter_id", "!=", False)
            & Domain("project_id", "!=", False)
            & Domain("employee_id", "in", [r.values["employee_id"] for r in rows])
            & Domain("date", ">=", min(days))
            & Domain("date", "<=", max(days)),
            ["date", "employee_id", "matter_id", "unit_amount", "narrative"],
        )
        return keys | {entry._get_content_key() for entry in entries}

    # ---------------------------------------------------------------------- names

    def _name_records(self, rows):
        matters = self._find_matters(rows)
        people = self._find_people()
        activities = self._find_activities()
        for row in rows:
            self._take_kind(row)
            self._take_day(row)
            self._take_matter(row, matters)
            self._take_person(row, people)
            self._take_activity(row, activities)
            self._take_hours(row)
            row.values["narrative"] = str(row.text("narrative") or "") or False
            if not row.values["narrative"]:
                row.errors.append(
                    self.env._("No description: say what was done, for the client.")
                )

    def _take_kind(self, row):
        if "expense" in time_table.normal(row.text("type")):
            row.errors.append(
                self.env._("An expense and not time: enter it among the costs.")
            )

    def _take_day(self, row):
        cell = row.text("date")
        day = time_table.read_day(cell, self.day_order or "dmy")
        if not day:
            row.errors.append(
                self.env._(
                    "“%(cell)s” is no day: write it as 03/02/2026.", cell=cell or ""
                )
            )
        row.values["date"] = day

    @api.model
    def _get_matter_words(self, cell):
        """Return what of a cell may be a number: the cell, or its first words.

        Other programs write the object or the client behind the number.
        """
        text = str(cell or "").strip().upper()
        words = text.replace("_", " ").replace(":", " ").split()
        return [text, *(word.strip(".,;()[]") for word in words)]

    def _find_matters(self, rows):
        """Return the matters that the person may see, by number and by object."""
        cells = {str(row.text("matter") or "").strip() for row in rows}
        numbers = {word for cell in cells for word in self._get_matter_words(cell)}
        matters = self.env["legal.matter"].search_fetch(
            (
                Domain("matter_number", "in", list(numbers))
                | Domain("name", "in", list(cells))
            )
            & Domain("company_id", "=", self.env.company.id),
            ["matter_number", "name"],
        )
        found = {}
        for matter in matters:
            found.setdefault(matter.matter_number.upper(), set()).add(matter.id)
            found.setdefault(matter.name.strip().upper(), set()).add(matter.id)
        return found

    def _take_matter(self, row, matters):
        cell = row.text("matter")
        ids = next(
            (matters[w] for w in self._get_matter_words(cell) if w in matters), set()
        )
        if not cell:
            row.errors.append(
                self.env._("No matter: write its number, e.g. D2026-014.")
            )
        elif not ids:
            row.errors.append(
                self.env._(
                    "No matter “%(cell)s” among those you may see: check its number.",
                    cell=cell,
                )
            )
        elif len(ids) > 1:
            row.errors.append(
                self.env._(
                    "Several matters are called “%(cell)s”: write the number instead.",
                    cell=cell,
                )
            )
        else:
            row.values["matter_id"] = next(iter(ids))

    def _find_people(self):
        """Return ``({name: {ids}}, {e-mail or login: {ids}})`` of the company."""
        # sudo: names and addresses of colleagues, whoever may read HR data
        people_sudo = (
            self.env["hr.employee"]
            .sudo()
            .search_fetch(
                [("company_id", "=", self.env.company.id)],
                ["name", "work_email", "user_id"],
            )
        )
        names, addresses = {}, {}
        for person in people_sudo:
            names.setdefault(time_table.normal(person.name), set()).add(person.id)
            for address in (
                person.work_email,
                person.user_id.login,
                person.user_id.email,
            ):
                if address:
                    addresses.setdefault(address.strip().lower(), set()).add(person.id)
        return names, addresses

    def _take_person(self, row, people):
        names, addresses = people
        name, address = row.text("person"), row.text("email")
        said = address or name
        own = self.env.user.employee_id
        if not said:
            ids = set(self.employee_id.ids or own.ids)
        else:
            ids = (
                addresses.get(str(address or "").lower())
                or names.get(time_table.normal(name))
                or addresses.get(str(name or "").lower())
                or set()
            )
        if not ids:
            row.errors.append(
                self.env._(
                    "Nobody of the firm is called “%(name)s”: write the name or the"
                    " e-mail address as in the firm.",
                    name=said or "",
                )
            )
        elif len(ids) > 1:
            row.errors.append(
                self.env._(
                    "Several people are called “%(name)s”: write the e-mail address.",
                    name=said,
                )
            )
        elif ids != set(own.ids) and not self._may_import_for_others():
            row.errors.append(
                self.env._(
                    "Time of %(name)s: you import your own; the office imports that of"
                    " others.",
                    name=said or self.employee_id.sudo().name,
                )
            )
        else:
            row.values["employee_id"] = next(iter(ids))

    def _may_import_for_others(self):
        """The office types the time of others; whoever imports needs no more."""
        return self.env.user.has_group("legal_timesheet.group_legal_office")

    def _find_activities(self):
        found = {}
        for activity in self.env["legal.activity.code"].search(
            [("company_id", "in", [False, self.env.company.id])]
        ):
            for word in (activity.code, activity.name, activity.client_label):
                found.setdefault(time_table.normal(word), activity.id)
        found.pop("", None)
        return found

    def _take_activity(self, row, activities):
        cell = row.text("activity")
        if not cell:
            return
        activity_id = activities.get(time_table.normal(cell))
        if activity_id:
            row.values["activity_code_id"] = activity_id
        else:
            row.errors.append(
                self.env._(
                    "No activity “%(cell)s”: add it to the activity codes, or leave"
                    " the cell empty.",
                    cell=cell,
                )
            )

    def _take_hours(self, row):
        cell = row.text("hours")
        minutes = time_table.read_minutes(cell)
        if minutes is None:
            row.errors.append(
                self.env._(
                    "“%(cell)s” is no duration: write it as 1h30, 1:30 or 1,5.",
                    cell="" if cell is None else cell,
                )
            )
        else:
            row.values["unit_amount"] = minutes / MINUTES
        self._take_flags(row)
        billable = row.text("hours_billable")
        if billable not in (None, ""):
            minutes = time_table.read_minutes(billable)
            if minutes is None:
                row.errors.append(
                    self.env._(
                        "“%(cell)s” is no duration: write it as 1h30, 1:30 or 1,5.",
                        cell=billable,
                    )
                )
            elif minutes or row.values.get("is_billable") is not False:
                row.values["hours_billable"] = minutes / MINUTES

    def _take_flags(self, row):
        for name, meaning in (("billable", True), ("non_billable", False)):
            cell = row.text(name)
            if cell in (None, ""):
                continue
            flag = time_table.read_flag(cell)
            if flag is None:
                row.errors.append(
                    self.env._("“%(cell)s” is neither yes nor no.", cell=cell)
                )
            else:
                row.values["is_billable"] = flag is meaning
