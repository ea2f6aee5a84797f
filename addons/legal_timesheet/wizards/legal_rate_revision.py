from datetime import date, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..engine import revision
from ..engine.exceptions import RevisionError
from ..models.legal_rate import SCOPE

#: what the plan depends on
PLAN_FIELDS = (
    "company_id",
    "date_from",
    "mode",
    "value",
    "step",
    "method",
    "currency_id",
    "grade_ids",
    "employee_ids",
    "activity_code_ids",
    "partner_ids",
    "matter_ids",
    "except_partner_ids",
    "except_matter_ids",
    "except_employee_ids",
)


class LegalRateRevision(models.TransientModel):
    """Revise many rates from a day on: each old row ends, a new one begins.

    What the table shows is what the button does: both come from :meth:`_plan`.
    Running it again finds rates that begin on the day already, and does nothing.
    """

    _name = "legal.rate.revision"
    _description = "Revision of the Rates"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_date_from()
    )
    mode = fields.Selection(
        [
            (revision.PERCENT, "By a percentage"),
            (revision.AMOUNT, "By an amount"),
            (revision.FIXED, "To a new amount"),
        ],
        "Revise",
        required=True,
        default=revision.PERCENT,
    )
    value = fields.Float("Of", digits=(16, 4), default=3.0)
    step = fields.Float(
        "Round to", default=5.0, help="A multiple of this; 0 rounds to the cent."
    )
    method = fields.Selection(
        [
            (revision.NEAREST, "Nearest"),
            (revision.UP, "Up"),
            (revision.DOWN, "Down"),
        ],
        "Rounding",
        required=True,
        default=revision.NEAREST,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Rates in other currencies are left alone.",
    )
    grade_ids = fields.Many2many("legal.grade", string="Only Grades")
    employee_ids = fields.Many2many("hr.employee", string="Only Persons")
    activity_code_ids = fields.Many2many(
        "legal.activity.code", string="Only Activities"
    )
    partner_ids = fields.Many2many(
        "res.partner", "legal_rate_revision_partner_rel", string="Only Clients"
    )
    matter_ids = fields.Many2many(
        "legal.matter", "legal_rate_revision_matter_rel", string="Only Matters"
    )
    except_partner_ids = fields.Many2many(
        "res.partner",
        "legal_rate_revision_except_partner_rel",
        string="Except Clients",
        help="Their rates, and those of their matters, stay as they are.",
    )
    except_matter_ids = fields.Many2many(
        "legal.matter", "legal_rate_revision_except_matter_rel", string="Except Matters"
    )
    except_employee_ids = fields.Many2many(
        "hr.employee",
        "legal_rate_revision_except_employee_rel",
        string="Except Persons",
    )
    preview = fields.Json(compute="_compute_preview")
    revised_count = fields.Integer(compute="_compute_preview")

    @api.model
    def _default_date_from(self):
        return date(fields.Date.context_today(self).year + 1, 1, 1)

    # ---------------------------------------------------------------------- plan

    @api.depends(*PLAN_FIELDS)
    def _compute_preview(self):
        for wizard in self:
            plan = wizard._plan() if wizard.date_from else []
            wizard.revised_count = len([row for row in plan if not row["reason"]])
            wizard.preview = wizard._show(plan)

    def _plan(self):
        """Return what happens to each rate in force on the day, in order.

        :return: ``[{rate, old, new, reason}]``; a reason means: left alone
        """
        self.ensure_one()
        in_force = self._get_rates_in_force()
        later = self._get_later_rates(in_force)
        return [self._plan_one(rate, later.get(rate)) for rate in in_force]

    def _get_rates_in_force(self):
        domain = (
            Domain("company_id", "=", self.company_id._origin.id)
            & Domain("currency_id", "=", self.currency_id._origin.id)
            & Domain("date_from", "<=", self.date_from)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", self.date_from))
        )
        for name in SCOPE:
            if wanted := self[self._filter_of(name)]._origin.ids:
                domain &= Domain(name, "in", wanted)
        rates = self.env["legal.rate"].search(domain)
        return rates.sorted(lambda rate: (rate._get_card_rank(), rate.id))

    @api.model
    def _filter_of(self, name):
        """Return the field of the wizard that narrows a field of the scope."""
        return f"{name}s"

    def _get_later_rates(self, rates):
        """Return ``{rate: the next rate of its scope}``, in one query."""
        after = self.env["legal.rate"].search(
            Domain("company_id", "in", rates.company_id.ids)
            & Domain("currency_id", "in", rates.currency_id.ids)
            & Domain("date_from", ">", self.date_from),
            order="date_from desc",
        )
        by_scope = {rate._get_scope_key(): rate for rate in after}
        found = {rate: by_scope.get(rate._get_scope_key()) for rate in rates}
        return {rate: other for rate, other in found.items() if other}

    def _plan_one(self, rate, later):
        row = {"rate": rate, "old": rate.amount, "new": rate.amount, "reason": ""}
        if reason := self._get_exception(rate) or self._get_conflict(rate, later):
            return {**row, "reason": reason}
        try:
            new = revision.revise(
                Decimal(str(rate.amount)),
                self.mode,
                Decimal(str(self.value)),
                Decimal(str(self.step)),
                self.method,
                Decimal(str(rate.currency_id.rounding)),
            )
        except RevisionError:
            return {**row, "reason": self.env._("It would fall below zero.")}
        if not rate.currency_id.compare_amounts(float(new), rate.amount):
            return {**row, "reason": self.env._("Nothing changes.")}
        return {**row, "new": float(new)}

    def _get_exception(self, rate):
        _ = self.env._
        # sudo: whose client a matter is, to leave it alone; the row is neutral
        client = rate.partner_id or rate.matter_id.sudo().partner_id
        chain = self.env["legal.rate"]._get_partner_chain(client.sudo())
        excepted = set(self.except_partner_ids._origin.ids) & set(chain)
        if excepted:
            partner = self.env["res.partner"].browse(min(excepted))
            return _("Client left out: %s.", partner.display_name)
        if rate.matter_id in self.except_matter_ids._origin:
            return _("Matter left out.")
        if rate.employee_id in self.except_employee_ids._origin:
            return _("Person left out.")
        return ""

    def _get_conflict(self, rate, later):
        _ = self.env._
        if rate.date_from == self.date_from:
            return _("It begins on that very day: revised already.")
        if later:
            return _(
                "A later rate is set already: %(amount)s from %(day)s.",
                amount=later._format_amount(),
                day=rate._format_day(later.date_from),
            )
        return ""

    # --------------------------------------------------------------------- words

    def _show(self, plan):
        """Return the table of the preview, in words."""
        _ = self.env._
        rows = [self._show_row(row) for row in plan]
        rows.sort(key=lambda row: row["muted"])
        revised = len([row for row in plan if not row["reason"]])
        return {
            "columns": [
                {"name": "scope", "label": _("Rate")},
                {"name": "old", "label": _("Until then"), "number": True},
                {"name": "new", "label": _("From then on"), "number": True},
                {"name": "gap", "label": _("Difference"), "number": True},
                {"name": "note", "label": _("Note")},
            ],
            "rows": rows,
            "summary": _(
                "%(revised)s rates revised, %(left)s left as they are.",
                revised=revised,
                left=len(plan) - revised,
            ),
            "empty": _("No rate is in force on that day for this choice."),
        }

    def _show_row(self, row):
        rate, currency = row["rate"], row["rate"].currency_id
        gap = row["new"] - row["old"]
        shown = {
            "id": rate.id,
            "scope": rate.scope_label,
            "old": rate._format_amount(),
            "new": "",
            "gap": "",
            "note": row["reason"],
            "muted": bool(row["reason"]),
        }
        if not row["reason"]:
            percent = (
                f" ({formatLang(self.env, 100 * gap / row['old'], digits=1)} %)"
                if row["old"]
                else ""
            )
            sign = "+" if gap > 0 else ""
            shown |= {
                "new": formatLang(self.env, row["new"], currency_obj=currency),
                "gap": f"{sign}{formatLang(self.env, gap, currency_obj=currency)}"
                f"{percent}",
                "note": self.env._("until %s", rate._format_day(rate.date_to))
                if rate.date_to
                else "",
            }
        return shown

    # --------------------------------------------------------------------- apply

    def action_apply(self):
        """End the old rates the day before, begin the new ones; all or nothing."""
        self.ensure_one()
        if not self.env["legal.rate"].has_access("write"):
            raise AccessError(
                self.env._("Rates are revised by the legal administrators.")
            )
        self._get_rates_in_force().lock_for_update()
        self.env["legal.rate"].invalidate_model()
        plan = [row for row in self._plan() if not row["reason"]]
        if not plan:
            raise UserError(
                self.env._(
                    "No rate changes on %(day)s: what is in force then was revised"
                    " already, or is left out.",
                    day=self.env["legal.rate"]._format_day(self.date_from),
                )
            )
        made = self._apply(plan)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_rate_action"
        )
        action["domain"] = [("id", "in", made.ids)]
        action["context"] = {}
        action["name"] = self.env._("%s revised rates", len(made))
        return action

    def _apply(self, plan):
        values = [
            {
                "amount": row["new"],
                "currency_id": row["rate"].currency_id.id,
                "company_id": row["rate"].company_id.id,
                "date_from": self.date_from,
                "date_to": row["rate"].date_to,
                **{name: row["rate"][name].id for name in SCOPE},
            }
            for row in plan
        ]
        old = self.env["legal.rate"].browse([row["rate"].id for row in plan])
        old.write({"date_to": self.date_from - timedelta(1)})
        return self.env["legal.rate"].create(values)
