from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, models

from ..engine import anomalies, fees, wording
from .columns import rows

#: what the name of a firm ends with, and nobody says
LEGAL_FORMS = frozenset(
    "sa sas sasu sarl eurl sci snc selarl selas scp scm gie eirl asbl bv nv sprl srl"
    " gmbh ag ltd llc inc plc spa societe cabinet".split()
)
SHORTEST_NAME = 5
ENTRY_FIELDS = ("id", "matter_id", "employee_id", "date", "unit_amount", "rate_id")
OTHER_FIELDS = (
    "employee_id",
    "matter_id",
    "date",
    "narrative",
    "unit_amount",
    "hours_billable",
    "billing_status",
)
LINE_FIELDS = (
    "id",
    "prebill_id",
    "entry_id",
    "matter_id",
    "term_id",
    "decision",
    "narrative",
    "hours_proposed",
    "hours",
    "hours_package",
    "rate",
    "rate_proposed",
)


@dataclass
class Case:
    """All that the checks read of some pre-bills of one company."""

    checks: dict
    prebills: object
    lines: object
    works: list = field(default_factory=list)
    others: list = field(default_factory=list)
    #: what the same persons recorded on those days, for whatever it is
    all_others: list = field(default_factory=list)
    expenses: list = field(default_factory=list)
    until: dict = field(default_factory=dict)


class LegalPrebill(models.Model):
    """Reading what the checks need, in a fixed number of queries."""

    _inherit = "legal.prebill"

    def _gather_check_case(self, checks):
        """Read these pre-bills of one company as the engine wants them.

        Runs elevated: a duplicate is one wherever it is. What comes out of it names
        other matters by their number alone.
        """
        lines = self.line_ids.filtered(
            lambda line: line.decision not in ("write_off", "postpone")
        )
        case = Case(checks, self, lines)
        case.until = {prebill.id: prebill.date_to for prebill in self}
        timed = lines.filtered(lambda line: line.kind == "time" and line.entry_id)
        case.works = self._prepare_works_to_check(timed)
        given_up = (self.line_ids - lines).entry_id
        self._gather_others(case, timed.entry_id, given_up)
        case.expenses = [
            anomalies.Expense(
                line.prebill_id.id,
                line.id,
                line.cost_id.id,
                line.date,
                fees.to_decimal(line.amount),
                bool(line.cost_id.proof_attachment_ids),
            )
            for line in lines
            if line.cost_id
        ]
        return case

    @api.model
    def _prepare_works_to_check(self, lines):
        entries = lines.entry_id
        matters = entries.matter_id
        increments = matters._get_time_increments(
            {(entry.matter_id.id, entry.date) for entry in entries}
        )
        rest = self._get_rest_days(lines)
        agreed = {}
        for rate in lines.term_id.agreement_id.term_ids.rate_ids:
            if rate.term_id.kind == "hourly":
                agreed.setdefault(rate.term_id.agreement_id, set()).add(rate.rate_id.id)
        rates_of = {
            term.id: agreed.get(term.agreement_id)
            for term in lines.term_id
            if term.kind == "hourly" and not term.blended_rate
        }
        recorded = {row[0]: row for row in rows(entries, *ENTRY_FIELDS)}
        users = {person.id: person.user_id for person in entries.employee_id}
        known = {matter.id: matter for matter in lines.matter_id}
        works = []
        for line in rows(lines, *LINE_FIELDS):
            key, bill, source, matter_id, term_id, decision, text, *figures = line
            _id, recorded_on, person, day, worked, rate_id = recorded[source]
            hours_proposed, hours, package, rate, rate_proposed = figures
            increment = increments.get((recorded_on, day))
            by_day = not increment or increment.scope == "day"
            proposed = fees.to_decimal(rate_proposed)
            rates = rates_of.get(term_id)
            if rates:
                rates = frozenset([proposed] if rate_id in rates else ())
            user, matter = users.get(person), known[matter_id]
            works.append(
                anomalies.Work(
                    bill=bill,
                    key=key,
                    source=source,
                    person=person,
                    matter=matter_id,
                    day=day,
                    hours=fees.to_decimal(hours_proposed),
                    narrative=text or "",
                    worked=fees.to_decimal(worked),
                    increment=0 if by_day else increment.minutes,
                    rate=fees.to_decimal(rate),
                    rate_proposed=proposed,
                    agreed=rates,
                    is_covered=decision == "no_charge" or package >= hours,
                    is_on_team=bool(user) and matter._is_on_team(user, day),
                    is_rest=day in rest,
                )
            )
        return works

    @api.model
    def _get_rest_days(self, lines):
        """Return the Sundays and public holidays among the days of these lines."""
        days = set(lines.mapped("date"))
        if not days:
            return days
        rest = {day for day in days if day.weekday() == 6}
        # sudo: the calendar of the firm is no secret to who works in it
        holidays = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", [False, *lines.company_id.ids]),
                    ("date_from", "<=", max(days) + timedelta(1)),
                    ("date_to", ">=", min(days) - timedelta(1)),
                ]
            )
        )
        # Their bounds are in UTC: the middle of a day is in it wherever one lives.
        for leave in holidays:
            first, last = leave.date_from, leave.date_to
            rest |= {
                day
                for day in days
                if first.date() <= day <= last.date()
                and (last - first).total_seconds() >= 6 * 3600
                and not (day == first.date() and first.hour >= 18)
            }
        return rest

    @api.model
    def _gather_others(self, case, entries, given_up):
        """Read all that these persons recorded on these days, in one query."""
        if not entries:
            return
        found = self.env["account.analytic.line"].search_fetch(
            [
                ("employee_id", "in", entries.employee_id.ids),
                ("date", "in", list(set(entries.mapped("date")))),
                ("project_id", "!=", False),
                ("id", "not in", entries.ids),
            ],
            OTHER_FIELDS,
            order="id",
        )
        apart = set(given_up._ids)
        for *common, text, worked, hours, status in rows(found, "id", *OTHER_FIELDS):
            told = text or ""
            other = anomalies.Other(*common, fees.to_decimal(worked), told)
            case.all_others.append(other)
            is_billed = status in ("approved", "on_prebill", "billed", "paid")
            if other.matter and is_billed and other.source not in apart:
                hours = fees.to_decimal(hours)
                case.others.append(anomalies.Other(*common, hours, told))

    # -- names ---------------------------------------------------------------------

    @api.model
    def _get_client_names(self, company):
        """Return the names of the firm's clients, as phrases standing for their ids."""
        partners = (
            self.env["legal.matter"]
            .with_context(active_test=False)
            ._read_group(
                [("company_id", "=", company.id), ("partner_id", "!=", False)],
                ["partner_id"],
            )
        )
        clients = self.env["res.partner"].union(*(row[0] for row in partners))
        rows = []
        for client in clients.commercial_partner_id:
            told = [w for w in wording.words(client.name) if w not in LEGAL_FORMS]
            telling = [w for w in told if w not in wording.STOP]
            # One short word, e.g. « Axa », is too often an ordinary one; the first
            # name of a person alone tells nobody.
            if len(telling) >= 2 or (
                client.is_company and telling and len(telling[0]) >= SHORTEST_NAME
            ):
                rows.append((" ".join(told), client.id))
                if not client.is_company:
                    rows.append((" ".join(reversed(told)), client.id))
        return wording.Phrases(rows)

    @api.model
    def _get_matter_numbers(self, company):
        rows = (
            self.env["legal.matter"]
            .with_context(active_test=False)
            .search_fetch([("company_id", "=", company.id)], ["matter_number"])
        )
        return wording.Phrases(
            [
                (matter.matter_number, matter.id)
                for matter in rows
                # A number of one word is an ordinary word or year.
                if len(wording.words(matter.matter_number)) > 1
            ]
        )

    @api.model
    def _get_named_parties(self, matters):
        """Return {matter: ids of those whom its narratives may name}."""
        parties = {}
        for matter in matters:
            partners = (
                matter.partner_id
                | matter.opposing_party_ids
                | matter.payer_ids.partner_id
            )
            parties[matter.id] = frozenset(
                (partners | partners.commercial_partner_id).ids
            )
        return parties
