from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.date_utils import end_of, start_of

#: period: (months, how Babel words it)
PERIODS = {
    "month": (1, "MMMM yyyy"),
    "quarter": (3, "QQQQ yyyy"),
    "year": (12, "yyyy"),
}
GROUPS = ("employee_id", "grade_id", "practice_area_id", "matter_id", "work_kind")
MONTHS_IN_A_YEAR = 12


class LegalTimeBoard(models.AbstractModel):
    """The numbers at one glance; each figure opens the lines it is the sum of.

    Everything but the targets is read from ``legal.time.report`` as the user,
    so that rules and walls are those of the report.
    """

    _name = "legal.time.board"
    _description = "Board of the Numbers"

    # ------------------------------------------------------------------ public RPC

    @api.model
    def get_board(self, period="month", day=None, scope=None, groupby="employee_id"):
        """Return the figures of a period, as plain values for the board.

        :param str period: ``month``, ``quarter`` or ``year``
        :param day: a day of the period; today when empty
        :param str scope: ``me``, ``answer`` (matters I answer for) or ``firm``
        :param str groupby: what the lines are, one of ``GROUPS``
        """
        scope = self._check_scope(scope)
        self._check_words(period, groupby)
        first, last = self._get_days(period, day)
        domain = self._get_domain(scope, first, last)
        # targets are of a person's whole time, not of a part of it
        has_targets = scope != "answer"
        lines = self._get_lines(domain, groupby)
        targets = self._get_targets(scope, period, first, last) if has_targets else {}
        if groupby == "employee_id":
            lines = self._add_targets(lines, targets)
        return {
            "period": self._get_period(period, first, last),
            "scope": scope,
            "scopes": self._get_scopes(),
            "groupby": groupby,
            "currency_id": self.env.company.currency_id.id,
            "measures": self._measures(),
            "total": self._get_total(domain, targets),
            "lines": lines,
            "kinds": self._get_lines(domain, "work_kind"),
            "nameless": self._get_nameless(domain),
        }

    @api.model
    def get_action(self, period, day, scope, groupby=None, key=None, figure=None):
        """Return the action that lists what a figure of the board is the sum of."""
        scope = self._check_scope(scope)
        self._check_words(period, groupby or "employee_id")
        first, last = self._get_days(period, day)
        domain = self._get_domain(scope, first, last)
        if groupby:
            domain &= Domain(groupby, "=", key or False)
        if figure in self._measures():
            domain &= Domain(figure, "!=", 0)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_time_report_action"
        )
        return {
            **action,
            "view_mode": "list,pivot,graph",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": list(domain),
            "context": {},
        }

    # ---------------------------------------------------------------------- period

    @api.model
    def _check_words(self, period, groupby):
        if period not in PERIODS or groupby not in GROUPS:
            raise UserError(
                self.env._(
                    "The board knows no period “%(period)s” by “%(group)s”: choose a"
                    " month, a quarter or a year.",
                    period=period,
                    group=groupby,
                )
            )

    @api.model
    def _get_days(self, period, day):
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        return start_of(day, period), end_of(day, period)

    @api.model
    def _get_period(self, period, first, last):
        months, words = PERIODS[period]
        today = fields.Date.context_today(self)
        return {
            "kind": period,
            "label": format_date(self.env, first, date_format=words),
            "first": fields.Date.to_string(first),
            "last": fields.Date.to_string(last),
            "previous": fields.Date.to_string(first - relativedelta(months=months)),
            "next": fields.Date.to_string(first + relativedelta(months=months)),
            "is_current": first <= today <= last,
            "elapsed": self._get_elapsed(first, last),
        }

    @api.model
    def _get_elapsed(self, first, last):
        """Return the part of a period that is over, today included."""
        today = fields.Date.context_today(self)
        whole = (last - first).days + 1
        return min(max((today - first).days + 1, 0), whole) / whole

    # ----------------------------------------------------------------------- scope

    @api.model
    def _get_scopes(self):
        """Return the scopes that the user may choose, the widest last."""
        scopes = ["me"]
        if (
            self.env["legal.matter"]
            .with_context(active_test=False)
            .search_count([("responsible_id", "=", self.env.uid)], limit=1)
        ):
            scopes.append("answer")
        if self.env.user.has_group("legal_timesheet.group_legal_management"):
            scopes.append("firm")
        return scopes

    @api.model
    def _check_scope(self, scope):
        self.env["legal.time.report"].check_access("read")
        scopes = self._get_scopes()
        if not scope:
            return "firm" if "firm" in scopes else "me"
        if scope not in scopes:
            raise AccessError(
                self.env._(
                    "The numbers of the firm are for its management: ask an"
                    " administrator for that role, or look at your own numbers."
                )
            )
        return scope

    @api.model
    def _get_domain(self, scope, first, last):
        domain = (
            Domain("date", ">=", first)
            & Domain("date", "<=", last)
            & Domain("company_id", "=", self.env.company.id)
        )
        if scope == "me":
            domain &= Domain("user_id", "=", self.env.uid)
        elif scope == "answer":
            domain &= Domain("responsible_id", "=", self.env.uid)
        return domain

    # --------------------------------------------------------------------- figures

    @api.model
    def _measures(self):
        """Return the sums shown on the board; extended downstream."""
        return ["hours", "hours_billable", "amount", "amount_pro_bono"]

    @api.model
    def _rates(self):
        """Return the ratios shown on the board; extended downstream."""
        return ["utilisation"]

    @api.model
    def _read_figures(self, domain, groupby):
        names = [*self._measures(), *self._rates()]
        specs = [f"{name}:sum" for name in self._measures()] + [
            f"{name}:avg" for name in self._rates()
        ]
        rows = self.env["legal.time.report"]._read_group(domain, groupby, specs)
        width = len(groupby)
        return [
            (*row[:width], dict(zip(names, row[width:], strict=True))) for row in rows
        ]

    @api.model
    def _get_lines(self, domain, groupby):
        """Return a line for each group, the most hours first, nameless last."""
        lines = [
            {"key": self._get_key(value), "name": self._get_name(groupby, value)}
            | {name: figure or 0 for name, figure in figures.items()}
            for value, figures in self._read_figures(domain, [groupby])
        ]
        return sorted(lines, key=lambda line: (not line["key"], -line["hours"]))

    @api.model
    def _get_key(self, value):
        return value.id if isinstance(value, models.BaseModel) else value

    @api.model
    def _get_name(self, groupby, value):
        if not value:
            if groupby in ("employee_id", "matter_id"):
                return self.env._("Confidential matters")
            return self.env._("Confidential matters and others")
        if groupby == "work_kind":
            field = self.env["legal.time.report"]._fields[groupby]
            return dict(field._description_selection(self.env))[value]
        if groupby == "employee_id":
            # sudo: names of colleagues, whoever may read HR data
            return value.sudo().name
        return value.display_name

    @api.model
    def _get_total(self, domain, targets):
        [(figures,)] = self._read_figures(domain, [])
        total = {name: figure or 0 for name, figure in figures.items()}
        for name in ("target", "expected"):
            total[name] = sum(target[name] for target in targets.values())
        total["missing"] = max(total["expected"] - total["hours"], 0)
        total["chargeability"] = self._percent(
            total["hours_billable"], total["expected"]
        )
        return total

    @api.model
    def _get_nameless(self, domain):
        """Return the hours that no line of a person tells."""
        rows = self._read_figures(
            domain
            & Domain("matter_id", "=", False)
            & Domain("employee_id", "=", False),
            [],
        )
        return rows[0][0]["hours"] or 0

    @api.model
    def _percent(self, part, whole):
        return part * 100 / whole if whole else 0

    # --------------------------------------------------------------------- targets

    @api.model
    def _get_targets(self, scope, period, first, last):
        """Return ``{employee id: what is expected of a person}``.

        The target is of the whole period; expected hours run up to today. Nothing
        here tells recorded time: what is missing is counted from the hours that
        the reader sees, lest a gap betray hours behind a wall.
        """
        domain = Domain("company_id", "=", self.env.company.id)
        if scope == "me":
            domain &= Domain("user_id", "=", self.env.uid)
        # sudo: targets of the user, or of everybody for the management of the firm
        people_sudo = self.env["hr.employee"].sudo().search(domain)
        today = fields.Date.context_today(self)
        expected = people_sudo._get_expected_hours(first, min(last, today))
        months = PERIODS[period][0]
        return {
            employee.id: {
                "name": employee.name,
                "target": employee.legal_target_billable_hours_year
                * months
                / MONTHS_IN_A_YEAR,
                "expected": expected.get(employee.id, 0),
            }
            for employee in people_sudo
            if employee.legal_target_billable_hours_year or expected.get(employee.id)
        }

    @api.model
    def _add_targets(self, lines, targets):
        """Give each person the target, and a line to who recorded nothing."""
        known = {line["key"] for line in lines}
        nothing = dict.fromkeys([*self._measures(), *self._rates()], 0)
        lines = lines + [
            {"key": employee_id, "name": target["name"], **nothing}
            for employee_id, target in targets.items()
            if employee_id not in known
        ]
        for line in lines:
            target = targets.get(line["key"], {})
            line["target"] = target.get("target", 0)
            line["expected"] = target.get("expected", 0)
            line["missing"] = max(line["expected"] - line["hours"], 0)
            line["chargeability"] = self._percent(
                line["hours_billable"], line["expected"]
            )
        return sorted(lines, key=lambda line: (not line["key"], -line["hours"]))
