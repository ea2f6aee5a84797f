from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from ..engine.weeks import monday_of, week_state

#: read by nobody through the interface, whatever the group
NOBODY = "."
STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("returned", "Returned"),
    ("approved", "Approved"),
    ("mixed", "In parts"),
]


class LegalTimeSheet(models.Model):
    """A week of a person, from the first time it is submitted.

    It holds nothing of the work: whose week, and which. Its entries keep their
    own state, for each matter has its own approver, and everything shown of them
    is computed with the rights of who looks.
    """

    _name = "legal.time.sheet"
    _description = "Week of Time"
    _order = "monday desc, employee_id"
    _check_company_auto = True

    employee_id = fields.Many2one(
        "hr.employee",
        "Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    user_id = fields.Many2one(related="employee_id.user_id", store=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    monday = fields.Date("Week of", required=True, readonly=True, index=True)
    sunday = fields.Date(compute="_compute_sunday")
    entry_ids = fields.One2many(
        "account.analytic.line",
        "legal_sheet_id",
        "Entries",
        readonly=True,
        # the ids alone would count what a wall hides: read by nobody, see
        # `_get_readable_entries`
        groups=NOBODY,
    )

    entry_count = fields.Integer("Number of Entries", compute="_compute_figures")
    hours = fields.Float(compute="_compute_figures")
    hours_billable = fields.Float("Billable Hours", compute="_compute_figures")
    amounts = fields.Char("Value", compute="_compute_figures")
    state = fields.Selection(STATES, compute="_compute_figures", search="_search_state")
    summary = fields.Char("Where it Stands", compute="_compute_figures")
    to_approve_count = fields.Integer("For me", compute="_compute_figures")
    is_for_me = fields.Boolean(
        "Waits for me", compute="_compute_figures", search="_search_is_for_me"
    )
    can_return = fields.Boolean(compute="_compute_figures")
    return_word = fields.Char("Returned with", compute="_compute_figures")
    is_mine = fields.Boolean(compute="_compute_is_mine")

    _one_a_week = models.Constraint(
        "UNIQUE (employee_id, company_id, monday)", "A person has one sheet a week."
    )
    _starts_on_monday = models.Constraint(
        "CHECK (EXTRACT(ISODOW FROM monday) = 1)", "A week starts on a Monday."
    )

    @api.depends("monday", "employee_id")
    def _compute_display_name(self):
        for sheet in self:
            sheet.display_name = self.env._(
                "%(person)s, week of %(day)s",
                # sudo: names of colleagues, whoever may read HR data
                person=sheet.employee_id.sudo().name,
                day=self.env["legal.rate"]._format_day(sheet.monday),
            )

    @api.depends("monday")
    def _compute_sunday(self):
        for sheet in self:
            sheet.sunday = sheet.monday and sheet.monday + timedelta(days=6)

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_is_mine(self):
        for sheet in self:
            sheet.is_mine = sheet.user_id == self.env.user

    @api.depends_context("uid", "lang", "allowed_company_ids")
    @api.depends(
        "entry_ids.approval_state",
        "entry_ids.unit_amount",
        "entry_ids.hours_billable",
        "entry_ids.amount_billable",
        "entry_ids.return_word",
        "entry_ids.matter_id",
    )
    def _compute_figures(self):
        """Add up what the user may read, for all the sheets at once."""
        parts = self._get_groups()
        for sheet in self:
            sheet.update(sheet._prepare_figures(parts.get(sheet.id, [])))

    def _get_groups(self):
        """Return ``{sheet id: [group]}``: one a matter, state and currency."""
        Line = self.env["account.analytic.line"]
        rows = Line._read_group(
            [("legal_sheet_id", "in", self.ids)],
            ["legal_sheet_id", "matter_id", "approval_state", "legal_currency_id"],
            [
                "__count",
                "unit_amount:sum",
                "hours_billable:sum",
                "amount_billable:sum",
                "return_word:array_agg",
            ],
        )
        matters = self.env["legal.matter"].browse({row[1].id for row in rows})
        approvers = matters._get_time_approvers()
        result = {}
        for (
            sheet,
            matter,
            state,
            currency,
            count,
            hours,
            billable,
            amount,
            word,
        ) in rows:
            result.setdefault(sheet.id, []).append(
                {
                    "matter": matter,
                    "is_mine": matter in approvers,
                    "state": state,
                    "currency": currency,
                    "count": count,
                    "hours": hours,
                    "hours_billable": billable,
                    "amount": amount,
                    "words": [w for w in word if w] if state == "draft" else [],
                }
            )
        return result

    def _prepare_figures(self, groups):
        self.ensure_one()
        words = [word for group in groups for word in group["words"]]
        states = {"returned" if group["words"] else group["state"] for group in groups}
        mine = sum(
            g["count"] for g in groups if g["state"] == "submitted" and g["is_mine"]
        )
        amounts = {}
        for group in groups:
            currency = group["currency"] or self.company_id.currency_id
            amounts[currency] = amounts.get(currency, 0.0) + group["amount"]
        return {
            "entry_count": sum(g["count"] for g in groups),
            "hours": sum(g["hours"] for g in groups),
            "hours_billable": sum(g["hours_billable"] for g in groups),
            "amounts": " + ".join(
                formatLang(self.env, amount, currency_obj=currency)
                for currency, amount in amounts.items()
                if amount
            ),
            "state": week_state(states),
            "summary": self._get_summary(groups),
            "to_approve_count": mine,
            "is_for_me": bool(mine),
            "can_return": any(
                g["is_mine"] and g["state"] in ("submitted", "approved") for g in groups
            ),
            "return_word": words[0] if words else False,
        }

    def _get_summary(self, groups):
        """Say in one line what is done and what waits, and for whom."""
        count = {}
        waiting = {}
        for group in groups:
            if group["state"] == "submitted" and not group["is_mine"]:
                # sudo: the name of a colleague, whoever may read users
                name = group["matter"].responsible_id.sudo().name
                waiting[name] = waiting.get(name, 0) + group["count"]
                continue
            key = "returned" if group["words"] else group["state"]
            count[key] = count.get(key, 0) + group["count"]
        _ = self.env._
        said = [
            (count.get("submitted"), _("%s waiting for you")),
            (count.get("returned"), _("%s returned")),
            (count.get("draft"), _("%s not submitted")),
            (count.get("approved"), _("%s approved")),
        ]
        words = [sentence % number for number, sentence in said if number]
        words[1:1] = [
            _("%(count)s waiting for %(person)s", count=number, person=name)
            for name, number in sorted(waiting.items())
        ]
        return " · ".join(words)

    def _search_is_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = self._domain_having(
            self.env["account.analytic.line"]._domain_to_approve()
        )
        return mine if True in value else ~mine

    def _search_state(self, operator, value):
        """Find the weeks with an entry in one of these states."""
        if operator != "in":
            return NotImplemented
        returned = Domain("approval_state", "=", "draft") & Domain(
            "return_word", "!=", False
        )
        wanted = Domain("approval_state", "in", [state for state in value if state])
        return self._domain_having(wanted | returned if "returned" in value else wanted)

    @api.model
    def _domain_having(self, domain):
        """Return the domain of the weeks with an entry that the user may read."""
        query = self.env["account.analytic.line"]._search(
            domain & Domain("legal_sheet_id", "!=", False)
        )
        link = SQL.identifier(query.table, "legal_sheet_id")
        return Domain("id", "in", query.subselect(link))

    def _get_readable_entries(self):
        """Return the entries of these weeks that the user may read."""
        return self.env["account.analytic.line"].search(
            [("legal_sheet_id", "in", self.ids)]
        )

    # ---------------------------------------------------------------- the person

    @api.model
    def submit_week(self, monday):
        """Submit what the user still has in draft this week.

        :return dict: ``count`` of entries and their ``hours``
        """
        entries = self._get_my_entries(monday)._entries_in("draft")
        entries.action_submit()
        return {"count": len(entries), "hours": sum(entries.mapped("unit_amount"))}

    @api.model
    def withdraw_week(self, monday):
        """Take the user's week back, while nobody approved any of it."""
        entries = self._get_my_entries(monday)
        approved = entries._entries_in("approved").filtered(
            lambda entry: entry.approved_by_id != self.env.user
        )
        if approved:
            raise UserError(
                self.env._(
                    "%(approver)s approved part of the week of %(day)s: ask for the"
                    " entry to be returned to you.",
                    approver=approved[0].approved_by_id.sudo().name,
                    day=self.env["legal.rate"]._format_day(fields.Date.to_date(monday)),
                )
            )
        submitted = entries._entries_in("submitted")
        submitted.action_withdraw()
        return {"count": len(submitted), "hours": sum(submitted.mapped("unit_amount"))}

    @api.model
    def get_week_state(self, monday):
        """Return where the user's week stands, and what is missing from it."""
        monday = monday_of(fields.Date.to_date(monday))
        entries = self._get_my_entries(monday)
        submitted = entries._entries_in("submitted")
        others = entries._entries_in("approved").filtered(
            lambda entry: entry.approved_by_id != self.env.user
        )
        return {
            **self._get_state_of(entries),
            "drafts": len(entries._entries_in("draft")),
            "can_withdraw": bool(submitted) and not others,
            "waiting_for": sorted(
                # sudo: the names of colleagues, whoever may read users
                set(submitted.matter_id.sudo().responsible_id.mapped("name"))
            ),
            "missing": self._get_my_missing(monday),
        }

    @api.model
    def _get_state_of(self, entries):
        """Return what a week most needs: what came back, what is left to submit."""
        drafts = entries._entries_in("draft")
        returned = drafts.filtered("return_word")
        if returned:
            state = "returned"
        elif drafts or not entries:
            state = "draft"
        else:
            state = "submitted" if entries._entries_in("submitted") else "approved"
        return {"state": state, "word": returned[:1].return_word or False}

    def action_submit_week(self):
        self._check_is_own()
        self.submit_week(self.monday)
        return True

    def action_withdraw_week(self):
        self._check_is_own()
        self.withdraw_week(self.monday)
        return True

    @api.model
    def _get_my_entries(self, monday):
        monday = monday_of(fields.Date.to_date(monday))
        return self.env["account.analytic.line"].search(
            Domain("user_id", "=", self.env.uid)
            & Domain("matter_id", "!=", False)
            & Domain("project_id", "!=", False)
            & Domain("company_id", "in", self.env.companies.ids)
            & Domain("date", ">=", monday)
            & Domain("date", "<=", monday + timedelta(days=6))
        )

    @api.model
    def _get_my_missing(self, monday):
        """Return ``[{date, hours}]`` short of the user's target, past days only."""
        # sudo: one's own target, which only HR reads elsewhere
        employee_sudo = self.env.user.sudo().employee_id
        until = fields.Date.context_today(self) - timedelta(days=1)
        missing = employee_sudo._get_missing_time(
            monday, min(monday + timedelta(days=6), until)
        )
        return [
            {"date": fields.Date.to_string(day), "hours": hours}
            for day, hours in missing.get(employee_sudo.id, [])
        ]

    def _check_is_own(self):
        self.ensure_one()
        if self.user_id != self.env.user:
            raise AccessError(
                self.env._(
                    "%(sheet)s is not your week: only its author submits it or takes"
                    " it back.",
                    sheet=self.display_name,
                )
            )

    @api.model
    def _get_week_action(self):
        """Return the path of the screen that shows a person's week."""
        return "my-week"

    # -------------------------------------------------------------- the approver

    def get_parts(self):
        """Return the week by matter, for the screen: whose approval each awaits."""
        self.ensure_one()
        self.check_access("read")
        entries = self._get_readable_entries()
        approvers = entries.matter_id._get_time_approvers()
        return [
            {
                "matter_id": matter.id,
                "label": matter.display_name,
                "responsible": matter.responsible_id.sudo().name,
                "instead_of": approvers[matter].sudo().name
                if matter in approvers and approvers[matter] != self.env.user
                else False,
                "is_mine": matter in approvers,
                "hours": sum(entries.mapped("unit_amount")),
                "entries": [entry._get_part_row() for entry in entries],
            }
            for matter, entries in entries.sorted(
                lambda e: (e.matter_id.matter_number, e.date, e.id)
            )
            .grouped("matter_id")
            .items()
        ]

    def action_approve(self):
        """Approve what is mine to approve of these weeks; say what still waits."""
        self.check_access("read")
        mine = self._get_mine_to_approve()
        if not mine:
            raise UserError(
                self.env._(
                    "Nothing of %(sheets)s waits for you: %(summary)s.",
                    sheets=", ".join(self[:3].mapped("display_name")),
                    summary=self[:1].summary or self.env._("nothing is submitted"),
                )
            )
        mine.action_approve()
        return self._make_approved_notification(mine)

    def action_return(self):
        """Return what is mine of these weeks, with a word."""
        self.check_access("read")
        mine = self._get_mine_to_approve()
        if not mine:
            raise UserError(
                self.env._("Nothing of these weeks waits for you: nothing to return.")
            )
        return mine.action_return()

    def _get_mine_to_approve(self):
        Line = self.env["account.analytic.line"]
        return Line.search(
            Domain("legal_sheet_id", "in", self.ids) & Line._domain_to_approve()
        )

    def _make_approved_notification(self, approved):
        self.invalidate_recordset()
        left = [
            self.env._(
                "%(sheet)s: %(summary)s", sheet=s.display_name, summary=s.summary
            )
            for s in self
            if s.state != "approved"
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "title": self.env._("%s entries approved", len(approved)),
                "message": "\n".join(left[:5]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -------------------------------------------------------------------- making

    @api.model
    def _find_for(self, entries):
        """Return the sheets of these entries by key, in one query."""
        keys = {entry._get_sheet_key() for entry in entries}
        if not keys:
            return {}
        # sudo: a link to a week, which tells nothing of it
        sheets = self.sudo().search_fetch(
            Domain("employee_id", "in", list({key[0] for key in keys}))
            & Domain("monday", "in", list({key[2] for key in keys})),
            ["employee_id", "company_id", "monday"],
        )
        return {
            (sheet.employee_id.id, sheet.company_id.id, sheet.monday): sheet.id
            for sheet in sheets
        }

    @api.model
    def _ensure_for(self, entries):
        """Make the weeks that these entries are submitted with."""
        entries = entries.filtered(lambda e: e.employee_id and e.date)
        keys = {entry._get_sheet_key() for entry in entries} - set(
            self._find_for(entries)
        )
        # sudo: nobody makes a week by hand
        return self.sudo().create(
            [
                {"employee_id": employee, "company_id": company, "monday": monday}
                for employee, company, monday in sorted(keys)
            ]
        )

    @api.model_create_multi
    def create(self, vals_list):
        sheets = super().create(vals_list)
        sheets._take_entries()
        return sheets

    def _take_entries(self):
        """Link the entries written before the week was submitted."""
        Line = self.env["account.analytic.line"].sudo()
        weeks = [
            Domain("employee_id", "=", sheet.employee_id.id)
            & Domain("company_id", "=", sheet.company_id.id)
            & Domain("date", ">=", sheet.monday)
            & Domain("date", "<=", sheet.monday + timedelta(days=6))
            for sheet in self
        ]
        if not weeks:
            return
        lines = Line.search(
            Domain("matter_id", "!=", False)
            & Domain("project_id", "!=", False)
            & Domain.OR(weeks)
        )
        self.env.add_to_compute(Line._fields["legal_sheet_id"], lines)
        lines.modified(["legal_sheet_id"])

    @api.constrains("monday")
    def _check_monday(self):
        for sheet in self:
            if sheet.monday.weekday():
                raise ValidationError(
                    self.env._("A week starts on a Monday: %s does not.", sheet.monday)
                )
