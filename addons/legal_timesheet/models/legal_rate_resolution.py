from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from ..engine import rates
from .legal_rate import SCOPE

FIELDS = ["amount", "currency_id", "company_id", "date_from", "date_to", "create_uid"]


class LegalRate(models.Model):
    """Which rate prices an hour: the ORM around :mod:`..engine.rates`."""

    _inherit = "legal.rate"

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
        companies = {entry._ids[0]: entry.company_id.id for entry in entries}
        resolved = self._resolve_requests(requests, companies)
        labels = {}
        return {
            entry: self._prepare_price(resolved[entry._ids[0]], grades[entry], labels)
            for entry in entries
        }

    @api.model
    def _resolve_requests(self, requests, companies):
        """Return ``{key: RateResult}``, from one query on the rates.

        :param dict companies: key of a request -> id of its company
        """
        # sudo: a lawyer's time is priced by rates he may not list
        candidates = self.sudo().search_fetch(
            self._get_candidate_domain(requests, set(companies.values())),
            [*FIELDS, *SCOPE],
        )
        card = {}
        for rate in candidates:
            card.setdefault(rate.company_id.id, []).append(rate._prepare_engine_rate())
        wanted = {}
        for request in requests:
            wanted.setdefault(companies[request.key], []).append(request)
        return {
            result.key: result
            for company_id, group in wanted.items()
            for result in rates.resolve(group, card.get(company_id, ()))
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
        return rates.RateRequest(
            key=entry._ids[0],
            on=entry.date,
            employee=entry.employee_id._origin.id or None,
            grade=grade.id or None,
            activity=entry.activity_code_id._origin.id or None,
            # sudo: what an hour costs depends on the matter, not on who asks
            **self._prepare_matter_request(entry.matter_id.sudo()),
        )

    @api.model
    def _prepare_matter_request(self, matter):
        """Return what a matter gives to a request: client, group and currency."""
        return {
            "matter": matter._origin.id or None,
            "partners": self._get_partner_chain(matter.partner_id),
            "currency": matter.currency_id.name or None,
            "currency_strict": matter.currency_id != matter.company_id.currency_id,
        }

    @api.model
    def _get_partner_chain(self, partner):
        """Return the ids of a client and of the companies it belongs to."""
        chain = []
        while partner and partner._origin.id not in chain:
            chain.append(partner._origin.id)
            partner = partner.parent_id
        return tuple(chain)

    @api.model
    def _get_candidate_domain(self, requests, company_ids):
        """Return the domain of every rate that may fit one of the requests."""
        days = [request.on for request in requests]
        domain = (
            Domain("company_id", "in", list(company_ids))
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
