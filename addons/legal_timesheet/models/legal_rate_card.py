from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..engine import rates

#: sections of the card, in order
SECTIONS = ("grades", "people", "activities", "clients", "matters")
#: years shown before the chosen one
YEARS_BEFORE = 2


class LegalRate(models.Model):
    """The rates read as a card: what an hour costs, by scope and year.

    Rates are read with the rights of the reader: one of a walled matter shows to
    those inside only.
    """

    _inherit = "legal.rate"

    @api.readonly
    @api.model
    def get_card(self, day=None, company_id=None):
        """Return the card of a company on a day, as plain words.

        :param str day: today by default
        :return dict: ``years``, and ``sections`` of rows with a cell for each year
        """
        self.check_access("read")
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        company = self._get_card_company(company_id)
        found = self.search(
            Domain("company_id", "=", company.id)
            & (
                Domain("date_to", "=", False)
                | Domain("date_to", ">=", f"{day.year - YEARS_BEFORE}-01-01")
            ),
            order="date_from, id",
        )
        first = min((rate.date_from.year for rate in found), default=day.year)
        last = max((rate.date_from.year for rate in found), default=day.year)
        years = list(
            range(max(first, day.year - YEARS_BEFORE), max(last, day.year) + 1)
        )
        return {
            "day": fields.Date.to_string(day),
            "day_label": self._format_day(day),
            "company": company.name,
            "companies": [{"id": c.id, "name": c.name} for c in self.env.companies],
            "company_id": company.id,
            "years": [{"year": y, "is_current": y == day.year} for y in years],
            "sections": self._get_card_sections(found, years, day),
            "may_edit": self.has_access("write"),
        }

    @api.model
    def _get_card_company(self, company_id):
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        if company not in self.env.companies:
            raise AccessError(
                self.env._("Choose one of the companies you work in: %s.", company.id)
            )
        # sudo: the name of a company the user works in
        return company.sudo()

    def _get_card_sections(self, found, years, day):
        _ = self.env._
        titles = {
            "grades": _("By grade"),
            "people": _("By person"),
            "activities": _("By kind of work"),
            "clients": _("Agreed with clients"),
            "matters": _("Agreed for matters"),
        }
        rows = {name: {} for name in SECTIONS}
        for rate in found.sorted(lambda rate: (rate._get_card_rank(), rate.date_from)):
            key = rate._get_scope_key()
            rows[rate._get_card_section()].setdefault(key, []).append(rate)
        return [
            {
                "name": name,
                "title": titles[name],
                "rows": [
                    self._get_card_row(scope, years, day)
                    for scope in rows[name].values()
                    if any(rate._is_in_years(years) for rate in scope)
                ],
            }
            for name in SECTIONS
            if rows[name]
        ]

    def _get_card_section(self):
        if self.matter_id:
            return "matters"
        if self.partner_id:
            return "clients"
        if self.employee_id:
            return "people"
        return "activities" if self.activity_code_id else "grades"

    def _is_in_years(self, years):
        return self.date_from.year <= years[-1] and (
            not self.date_to or self.date_to.year >= years[0]
        )

    @api.model
    def _get_card_row(self, scope, years, day):
        """Return a row: the rates of one scope, a cell for each year."""
        rate = scope[0]
        currency = rate.currency_id
        label = rate.scope_label
        if currency != rate.company_id.sudo().currency_id:
            label = f"{label} ({currency.name})"
        cells = []
        before = self.browse()
        for year in years:
            of_year = self.union(*(r for r in scope if r._is_in_years([year])))
            cells.append(
                {
                    "year": year,
                    "prices": [other._get_card_price(year, day) for other in of_year],
                    "change": of_year[-1:]._format_change(before),
                }
            )
            before = of_year[-1:]
        return {"id": rate.id, "label": label, "cells": cells}

    def _format_change(self, before):
        """Return how far a price is from the one before it, e.g. "+3.5 %"."""
        if not self or not before or not before.amount or self == before:
            return ""
        change = round(100 * (self.amount / before.amount - 1), 1)
        if not change:
            return ""
        digits = 0 if change == int(change) else 1
        sign = "+" if change > 0 else "−"
        return f"{sign}{formatLang(self.env, abs(change), digits=digits)}\u00a0%"

    def _get_card_price(self, year, day):
        """Return a price within a year: when it begins or ends, if within it."""
        _ = self.env._
        begins = self.date_from.year == year and self.date_from != fields.Date.to_date(
            f"{year}-01-01"
        )
        ends = (
            self.date_to
            and self.date_to.year == year
            and self.date_to != fields.Date.to_date(f"{year}-12-31")
        )
        words = []
        if begins:
            words.append(_("from %s", self._format_day(self.date_from)))
        if ends:
            words.append(_("until %s", self._format_day(self.date_to)))
        return {
            "id": self.id,
            "amount": self._format_amount(),
            "words": " ".join(words),
            "in_force": self.date_from <= day
            and (not self.date_to or day <= self.date_to),
        }

    # ------------------------------------------------------------ what applies here

    @api.readonly
    @api.model
    def get_applicable(self, model, record_id, day=None):
        """Return the rates that apply to a client or a matter on a day.

        :param str model: ``res.partner`` or ``legal.matter``
        :return dict: ``title`` and ``rows``, one for each person or grade
        """
        if model not in ("res.partner", "legal.matter"):
            raise AccessError(self.env._("Rates apply to a client or to a matter."))
        self.check_access("read")
        record = self.env[model].browse(record_id)
        record.check_access("read")
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        company = (
            record.company_id if model == "legal.matter" else self.env.company
        ).sudo()
        subjects = (
            self._get_team_subjects(record, day)
            if model == "legal.matter"
            else self._get_grade_subjects()
        )
        common = self._prepare_place_request(record, company)
        requests = [
            rates.RateRequest(key=rank, on=day, **common, **subject["request"])
            for rank, subject in enumerate(subjects)
        ]
        results = self._resolve_requests(
            requests, {request.key: company.id for request in requests}
        )
        # sudo: currency of the matter or of the client, read above
        code = common["currency"]
        return {
            "title": self.env._(
                "%(what)s on %(day)s",
                what=record.display_name,
                day=self._format_day(day),
            ),
            "currency": code,
            "rows": [
                {
                    "id": rank,
                    "label": subject["label"],
                    **self._explain_price(results[rank]),
                }
                for rank, subject in enumerate(subjects)
            ],
        }

    @api.model
    def _prepare_place_request(self, record, company):
        # sudo: a place the user may read; what an hour costs there
        record = record.sudo()
        if record._name == "legal.matter":
            return self._prepare_matter_request(record)
        client = record.with_company(company)
        currency = client._get_legal_fee_currency() or company.currency_id
        return {
            "partners": self._get_partner_chain(client),
            "currency": currency.name,
            "currency_strict": currency != company.currency_id,
        }

    @api.model
    def _get_grade_subjects(self):
        return [
            {"label": grade.name, "request": {"grade": grade.id}}
            for grade in self.env["legal.grade"].search([])
        ]

    @api.model
    def _get_team_subjects(self, matter, day):
        """Return the people who may record time that day, each with the grade."""
        # sudo: names and grades of the team of a matter one may read
        matter = matter.sudo()
        users = (
            matter.responsible_id
            | matter.member_ids.filtered(lambda member: member._covers(day)).user_id
        )
        people = (
            self.env["hr.employee"]
            .sudo()
            .search(
                [
                    ("user_id", "in", users.ids),
                    ("company_id", "=", matter.company_id.id),
                ]
            )
        )
        grades = people._get_grades_on((person.id, day) for person in people)
        return [
            {
                "label": " – ".join(
                    filter(None, (person.name, grades[person.id, day].name))
                ),
                "request": {
                    "employee": person.id,
                    "grade": grades[person.id, day].id or None,
                },
            }
            for person in people
        ]

    @api.model
    def _get_card_action(self, record=None):
        action = self.env["ir.actions.client"]._for_xml_id(
            "legal_timesheet.legal_rate_card_action"
        )
        if record:
            action["params"] = {"model": record._name, "id": record.id}
            action["name"] = self.env._("Rates that apply here")
        return action
