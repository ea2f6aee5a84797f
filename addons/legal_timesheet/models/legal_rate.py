from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..engine import rates

#: scope field of the model -> field of the engine, the most decisive first
SCOPE = {
    "matter_id": "matter",
    "partner_id": "partner",
    "employee_id": "employee",
    "grade_id": "grade",
    "activity_code_id": "activity",
}


class LegalRate(models.Model):
    """The price of an hour from a day on, for whatever its scope names."""

    _name = "legal.rate"
    _description = "Hourly Rate"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    amount = fields.Monetary("Rate per Hour", required=True, aggregator=None)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", help="Last day included; empty while in force.")
    matter_id = fields.Many2one(
        "legal.matter", index="btree_not_null", ondelete="cascade", check_company=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Client", index="btree_not_null", ondelete="cascade"
    )
    employee_id = fields.Many2one(
        "hr.employee", "Person", index="btree_not_null", check_company=True
    )
    grade_id = fields.Many2one(
        "legal.grade", index="btree_not_null", check_company=True
    )
    activity_code_id = fields.Many2one(
        "legal.activity.code", "Activity", check_company=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    scope_label = fields.Char("Applies to", compute="_compute_scope_label")
    name = fields.Char(compute="_compute_name", compute_sudo=True)
    active = fields.Boolean(default=True)

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A rate is not negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "The last day of a rate comes after its first day.",
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int8range(COALESCE(company_id, 0), COALESCE(company_id, 0), '[]') WITH =,
            int8range(COALESCE(matter_id, 0), COALESCE(matter_id, 0), '[]') WITH =,
            int8range(COALESCE(partner_id, 0), COALESCE(partner_id, 0), '[]') WITH =,
            int8range(COALESCE(employee_id, 0), COALESCE(employee_id, 0), '[]') WITH =,
            int8range(COALESCE(grade_id, 0), COALESCE(grade_id, 0), '[]') WITH =,
            int8range(COALESCE(activity_code_id, 0),
                      COALESCE(activity_code_id, 0), '[]')
                WITH =,
            daterange(date_from, date_to, '[]') WITH &&
        ) WHERE (active) DEFERRABLE INITIALLY DEFERRED""",
        "Two rates of the same scope cover the same day.",
    )

    @api.depends(
        "matter_id", "partner_id", "employee_id", "grade_id", "activity_code_id"
    )
    def _compute_scope_label(self):
        for rate in self:
            rate.scope_label = " × ".join(rate._scope_words()) or self.env._(
                "Everything"
            )

    @api.depends("scope_label", "amount", "currency_id", "date_from")
    def _compute_name(self):
        for rate in self:
            rate.name = self.env._(
                "%(scope)s: %(amount)s since %(since)s",
                scope=rate.scope_label,
                amount=rate._format_amount(),
                since=self._format_day(rate.date_from),
            )

    @api.constrains("date_from", "date_to", "active", "company_id", *SCOPE)
    def _check_overlap(self):
        for rate in self.filtered("active"):
            if other := self.search(rate._get_overlap_domain(), limit=1):
                raise ValidationError(
                    self.env._(
                        "The rate “%(first)s” and the rate “%(second)s” cover the same"
                        " days: end one the day before the other begins.",
                        first=other.name,
                        second=rate.name,
                    )
                )

    def _get_overlap_domain(self):
        self.ensure_one()
        domain = Domain("id", "!=", self.id) & Domain(
            "company_id", "=", self.company_id.id
        )
        for name in SCOPE:
            domain &= Domain(name, "=", self[name].id)
        domain &= Domain("date_to", "=", False) | Domain(
            "date_to", ">=", self.date_from
        )
        if self.date_to:
            domain &= Domain("date_from", "<=", self.date_to)
        return domain

    @api.model_create_multi
    def create(self, vals_list):
        created = super().create(vals_list)
        created._refresh_drafts()
        return created

    def write(self, vals):
        before = self._get_draft_domain()
        result = super().write(vals)
        self._refresh_drafts(before)
        return result

    def unlink(self):
        domain = self._get_draft_domain()
        result = super().unlink()
        self.env["account.analytic.line"]._legal_recompute_drafts(domain)
        return result

    # ---------------------------------------------------------------- resolution

    @api.model
    def _resolve_batch(self, entries):
        """Return the price of each entry, from one query on the rates.

        :param entries: ``account.analytic.line`` records
        :return dict: entry -> values to write (``rate``, ``rate_id``,
            ``rate_source``, ``grade_id``, ``legal_currency_id``), or ``None``
        """
        if not entries:
            return {}
        grades = self._get_entry_grades(entries)
        requests = [self._prepare_request(entry, grades[entry]) for entry in entries]
        # sudo: a lawyer's time is priced by rates he may not list
        rates_sudo = self.sudo().search(self._get_candidate_domain(entries, requests))
        priced = {}
        for company, group in entries.grouped("company_id").items():
            own = rates_sudo.filtered(lambda r, c=company: r.company_id == c)
            wanted = [r for r in requests if r.key in group._ids]
            for result in rates.resolve(
                wanted, [r._prepare_engine_rate() for r in own]
            ):
                priced[result.key] = result
        labels = {}
        return {
            entry: self._prepare_price(
                priced[entry.id or entry._ids[0]], grades[entry], labels
            )
            for entry in entries
        }

    @api.model
    def _get_entry_grades(self, entries):
        by_pair = (
            self.env["hr.employee"]
            .sudo()
            ._get_grades_on(
                (entry.employee_id._origin.id, entry.date)
                for entry in entries
                if entry.date
            )
        )
        none = self.env["legal.grade"]
        return {
            entry: by_pair.get((entry.employee_id._origin.id, entry.date), none)
            for entry in entries
        }

    @api.model
    def _prepare_request(self, entry, grade):
        matter_sudo = entry.matter_id.sudo()
        partner = matter_sudo.partner_id
        partners = [partner.id] if partner else []
        while partner := partner.parent_id:
            partners.append(partner.id)
        return rates.RateRequest(
            key=entry._ids[0],
            on=entry.date,
            matter=matter_sudo._origin.id or None,
            partners=tuple(partners),
            employee=entry.employee_id._origin.id or None,
            grade=grade.id or None,
            activity=entry.activity_code_id._origin.id or None,
        )

    @api.model
    def _get_candidate_domain(self, entries, requests):
        """Return the domain of every rate that may fit one of the requests."""
        days = [request.on for request in requests]
        domain = (
            Domain("company_id", "in", entries.company_id.ids)
            & Domain("date_from", "<=", max(days))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", min(days)))
        )
        for name, attribute in SCOPE.items():
            wanted = self._get_wanted_ids(attribute, requests)
            domain &= Domain(name, "in", [False, *wanted])
        return domain

    @api.model
    def _get_wanted_ids(self, attribute, requests):
        if attribute == "partner":
            return {partner for request in requests for partner in request.partners}
        return {getattr(request, attribute) for request in requests} - {None}

    def _prepare_engine_rate(self):
        return rates.Rate(
            id=self.id,
            amount=Decimal(str(self.amount)),
            currency=self.currency_id.name,
            date_from=self.date_from,
            date_to=self.date_to or None,
            **{engine: self[name].id or None for name, engine in SCOPE.items()},
        )

    @api.model
    def _prepare_price(self, result, grade, labels):
        if not result.found:
            return None
        rate_sudo = self.sudo().browse(result.rate_id)
        if rate_sudo not in labels:
            labels[rate_sudo] = rate_sudo._explain()
        return {
            "rate": rate_sudo.amount,
            "rate_id": rate_sudo.id,
            "rate_source": labels[rate_sudo],
            "grade_id": grade.id,
            "legal_currency_id": rate_sudo.currency_id.id,
        }

    # --------------------------------------------------------------------- words

    def _explain(self):
        """Return why an hour has this price, in one line."""
        self.ensure_one()
        return self.env._(
            "%(amount)s per hour: %(scope)s, since %(since)s, set by %(author)s",
            amount=self._format_amount(),
            scope=self.scope_label,
            since=self._format_day(self.date_from),
            author=self.create_uid.name,
        )

    def _scope_words(self):
        """Return the words of the scope, the most decisive first."""
        words = []
        if self.matter_id:
            words.append(
                self.env._("matter %s", self.matter_id.sudo()._neutral_label())
            )
        if self.partner_id:
            words.append(self.env._("client %s", self.partner_id.name))
        if self.employee_id:
            words.append(self.employee_id.sudo().name)
        if self.grade_id:
            words.append(self.grade_id.name)
        if self.activity_code_id:
            words.append(self.activity_code_id.name)
        return words

    def _format_amount(self):
        return formatLang(self.env, self.amount, currency_obj=self.currency_id)

    @api.model
    def _format_day(self, day):
        return format_date(self.env, day) if day else self.env._("no date")

    # -------------------------------------------------------------------- drafts

    def _get_draft_domain(self):
        """Return the domain of the entries these rates may price."""
        domains = []
        for rate in self:
            domain = Domain("company_id", "=", rate.company_id.id) & Domain(
                "date", ">=", rate.date_from
            )
            if rate.date_to:
                domain &= Domain("date", "<=", rate.date_to)
            if rate.matter_id:
                domain &= Domain("matter_id", "=", rate.matter_id.id)
            if rate.employee_id:
                domain &= Domain("employee_id", "=", rate.employee_id.id)
            domains.append(domain)
        return Domain.OR(domains)

    def _refresh_drafts(self, before=None):
        domain = self._get_draft_domain()
        if before is not None:
            domain |= before
        self.env["account.analytic.line"]._legal_recompute_drafts(domain)
