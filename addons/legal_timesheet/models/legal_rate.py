from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, formatLang

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
            int8range(COALESCE(currency_id, 0), COALESCE(currency_id, 0), '[]')
                WITH =,
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

    @api.constrains(
        "date_from", "date_to", "active", "company_id", "currency_id", *SCOPE
    )
    def _check_overlap(self):
        """Name two rates of one scope that share a day; one query for a whole import.

        SQL: a rate that the wall hides from the user still stands in the way. Its
        name says no more than the number of the matter.
        """
        if pair := self._find_overlap():
            first, second = self.sudo().browse(pair)
            raise ValidationError(
                self.env._(
                    "The rate “%(first)s” and the rate “%(second)s” cover the same"
                    " days: end one the day before the other begins.",
                    first=first.name,
                    second=second.name,
                )
            )

    def _find_overlap(self):
        """Return the ids of two rates that overlap, the one that was there first."""
        fields_ = ["active", "company_id", "currency_id", "date_from", "date_to"]
        self.flush_model([*fields_, *SCOPE])
        same = SQL(" AND ").join(
            SQL("a.%(name)s IS NOT DISTINCT FROM b.%(name)s", name=SQL.identifier(name))
            for name in ("company_id", "currency_id", *SCOPE)
        )
        self.env.cr.execute(
            SQL(
                """SELECT least(a.id, b.id), greatest(a.id, b.id)
                     FROM legal_rate a JOIN legal_rate b ON a.id != b.id AND %(same)s
                    WHERE a.id IN %(ids)s AND a.active AND b.active
                      AND daterange(a.date_from, a.date_to, '[]')
                       && daterange(b.date_from, b.date_to, '[]')
                    ORDER BY 1, 2 LIMIT 1""",
                same=same,
                ids=tuple(self.ids) or (0,),
            )
        )
        return self.env.cr.fetchone()

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

    def _get_scope_key(self):
        """Return what two rates share when one may follow the other."""
        self.ensure_one()
        scope = tuple(self[name].id for name in SCOPE)
        return (self.company_id.id, self.currency_id.id, *scope)

    def _get_card_rank(self):
        """Return where a rate stands on the card: grades, people, work, exceptions."""
        self.ensure_one()
        return (
            bool(self.matter_id),
            bool(self.partner_id),
            bool(self.employee_id),
            bool(self.activity_code_id),
            self.grade_id.sequence,
            self.scope_label or "",
        )

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
