from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..engine import fees
from .account_move_print import format_hours


class LegalWip(models.AbstractModel):
    """What was done by a day and not billed by that day, and what it will bring.

    Bills, write-offs and credit notes count from their accounting date: work billed
    in January is in progress on 31 December, work credited in January is not. A
    fixed number of queries, however many matters.
    """

    _name = "legal.wip"
    _description = "Work in Progress on a Day"

    @api.model
    def _get_rows(self, company, date):
        """Return the rows of a company's work in progress, as plain values."""
        # sudo: the total is the firm's; callers hide what their reader may not see.
        wip = self.sudo().with_company(company)
        wip.env.flush_all()
        rows = defaultdict(lambda: defaultdict(float))
        meta = {}
        for source in (
            *wip._get_time(company, date),
            *wip._get_costs(company, date),
            *wip._get_instalments(company, date),
            *wip._get_subscriptions(company, date),
        ):
            matter, employee, term, kind, stage, day, hours, standard = source[:8]
            expected, explanation, source_id = source[8:]
            age = wip.env["legal.wip.line"]._get_age(day, date)
            key = (matter.id, employee.id, term and term.id, kind, stage, age)
            row = rows[key]
            row["hours"] += hours
            row["count"] += 1
            row["amount_standard"] += standard
            row["amount_expected"] += expected
            known = meta.setdefault(
                key, {"matter": matter, "oldest": day, "why": set(), "ids": []}
            )
            known["oldest"] = min(known["oldest"], day)
            known["ids"].append(source_id)
            if explanation:
                known["why"].add(explanation)
        return [wip._prepare_row(key, rows[key], meta[key], company) for key in rows]

    @api.model
    def _prepare_row(self, key, sums, meta, company):
        _matter_id, employee_id, term_id, kind, stage, age = key
        matter, money = meta["matter"], company.currency_id.round
        return {
            "matter_id": matter.id,
            "matter_label": matter._neutral_label(),
            "partner_id": matter.partner_id.id,
            "responsible_id": matter.responsible_id.id,
            "practice_area_id": matter.practice_area_id.id,
            "employee_id": employee_id,
            "term_id": term_id,
            "kind": kind,
            "stage": stage,
            "age": age,
            "oldest_on": meta["oldest"],
            "count": int(sums["count"]),
            "hours": sums["hours"],
            "amount_standard": money(sums["amount_standard"]),
            "amount_expected": money(sums["amount_expected"]),
            "explanation": " ".join(sorted(meta["why"])) or False,
            "source_ids": meta["ids"],
        }

    # -- what was billed by then -----------------------------------------------------

    @api.model
    def _lines_in_force(self, company, date):
        """Return the SQL of the pre-bill lines that stood on a bill on a day."""
        return SQL(
            """SELECT l.id
                 FROM legal_prebill_line l
                 JOIN legal_prebill p ON p.id = l.prebill_id
                WHERE p.company_id = %(company)s
                  AND p.state IN ('approved', 'invoiced')
                  AND (EXISTS (
                       SELECT 1
                         FROM legal_prebill_line_move_line_rel r
                         JOIN account_move_line il ON il.id = r.account_move_line_id
                         JOIN account_move mv ON mv.id = il.move_id
                        WHERE r.legal_prebill_line_id = l.id
                          AND mv.state = 'posted' AND mv.move_type = 'out_invoice'
                          AND mv.date <= %(date)s
                          AND NOT EXISTS (
                              SELECT 1 FROM legal_prebill_credit c
                                JOIN account_move cm ON cm.id = c.move_id
                               WHERE c.prebill_line_id = l.id
                                 AND c.origin_line_id = il.id
                                 AND c.outcome = 'give_back' AND c.is_in_force
                                 AND cm.date <= %(date)s))
                   OR l.decision = 'write_off' AND COALESCE((
                       SELECT MIN(mv.date)
                         FROM legal_prebill_line o
                         JOIN legal_prebill_line_move_line_rel r
                           ON r.legal_prebill_line_id = o.id
                         JOIN account_move_line il ON il.id = r.account_move_line_id
                         JOIN account_move mv ON mv.id = il.move_id
                        WHERE o.prebill_id = p.id AND mv.state = 'posted'),
                       p.approved_on::date) <= %(date)s)""",
            company=company.id,
            date=date,
        )

    @api.model
    def _find(self, model, domain, column, company, date):
        """Return the records of a domain that no bill held on a day."""
        query = self.env[model]._search(domain)
        query.add_where(
            SQL(
                "NOT EXISTS (SELECT 1 FROM legal_prebill_line b WHERE b.%(column)s ="
                " %(id)s AND b.id IN (%(lines)s))",
                column=SQL.identifier(column),
                id=SQL.identifier(query.table, "id"),
                lines=self._lines_in_force(company, date),
            )
        )
        return self.env[model].browse(query)

    @api.model
    def _to_company(self, company, currency, amount, date):
        if not currency or currency == company.currency_id:
            return amount
        return currency._convert(amount, company.currency_id, company, date)

    # -- time ------------------------------------------------------------------------

    @api.model
    def _get_time(self, company, date):
        entries = self._find(
            "account.analytic.line",
            [
                ("company_id", "=", company.id),
                ("matter_id", "!=", False),
                ("project_id", "!=", False),
                ("is_billable", "=", True),
                ("date", "<=", date),
                ("hours_billable", ">", 0),
            ],
            "entry_id",
            company,
            date,
        ).sorted(lambda entry: (entry.date, entry.id))
        expected = self._get_expected(entries, company, date)
        stages = {
            "draft": "unapproved",
            "submitted": "unapproved",
            "approved": "approved",
            "on_prebill": "on_prebill",
        }
        for entry in entries:
            term, amount, why = expected[entry.id]
            currency = entry.legal_currency_id
            yield (
                entry.matter_id,
                entry.employee_id,
                term,
                "time",
                stages.get(entry.billing_status, "since"),
                entry.date,
                entry.hours_billable,
                self._to_company(company, currency, entry.amount_billable, date),
                self._to_company(company, currency, amount, date),
                why,
                entry.id,
            )

    @api.model
    def _get_expected(self, entries, company, date):
        """Return {entry id: (term, what the agreement lets bill, why)}."""
        Term = self.env["legal.fee.term"]
        find = Term._get_finder(entries.matter_id)
        by_term, found = defaultdict(list), {}
        for entry in entries:
            term = find(entry.matter_id, entry.activity_code_id, entry.date)
            if term:
                by_term[term].append(entry)
            else:
                found[entry.id] = (None, entry.amount_billable, False)
        billed = self._get_billed_days(Term.union(*by_term), company, date)
        for term, own in by_term.items():
            inside = (
                dict(term._draw(own, billed[term.root_id.id]))
                if term._has_package()
                else {}
            )
            for entry in own:
                amount, why = self._price(term, entry, inside.get(entry))
                found[entry.id] = (term, amount, why)
        return found

    @api.model
    def _get_billed_days(self, terms, company, date):
        """Return {root id: {day: (hours, value)}} of what bills had drawn by a day."""
        billed = defaultdict(dict)
        if not terms:
            return billed
        rows = self.env.execute_query(
            SQL(
                """SELECT b.term_root_id, b.date, SUM(b.hours), SUM(b.amount_standard)
                     FROM legal_prebill_line b
                    WHERE b.term_root_id IN %s AND b.kind = 'time'
                      AND b.decision != 'write_off' AND b.id IN (%s)
                    GROUP BY b.term_root_id, b.date""",
                tuple(terms.root_id.ids),
                self._lines_in_force(company, date),
            )
        )
        for root, day, hours, value in rows:
            billed[root][day] = (fees.to_decimal(hours), fees.to_decimal(value or 0))
        return billed

    @api.model
    def _price(self, term, entry, inside):
        """Return (expected value, why it differs) of an unbilled entry.

        :param Decimal inside: hours that its package or cap covers
        """
        hours = fees.to_decimal(entry.hours_billable)
        value = fees.to_decimal(entry.amount_billable)
        _ = self.env._
        if term.kind == "hourly":
            price = term._estimate_price(hours, value)
            why = _("Agreed rates of “%(term)s”.", term=term.name)
            if inside is not None and inside < hours:
                beyond = hours - inside
                reduced = fees.ZERO
                if term.at_cap == "reduced":
                    reduced = beyond * fees.to_decimal(term.reduced_rate)
                price = price * inside / hours + reduced
                why = _("Beyond the cap of “%(term)s”.", term=term.name)
        else:
            beyond = hours - (hours if inside is None else inside)
            price = fees.ZERO
            why = _("Covered by “%(term)s”.", term=term.name)
            if beyond and term.overage != "ask":
                rate = term._get_overrun_rate()
                own = value / hours if hours else fees.ZERO
                price = beyond * (own if rate is None else rate)
                why = _(
                    "%(hours)s beyond “%(term)s”.",
                    hours=format_hours(float(beyond)),
                    term=term.name,
                )
        price = fees.round_money(price, term._get_quantum())
        return float(price), False if price == value else why

    # -- costs, instalments, subscriptions ---------------------------------------------

    @api.model
    def _get_costs(self, company, date):
        costs = self._find(
            "legal.cost",
            [
                ("company_id", "=", company.id),
                ("date", "<=", date),
                ("is_cancelled", "=", False),
            ],
            "cost_id",
            company,
            date,
        )
        stages = {"to_bill": "approved", "on_prebill": "on_prebill"}
        for cost in costs:
            amount = self._to_company(company, cost.currency_id, cost.amount, date)
            is_advance = cost.section == "disbursements"
            yield (
                cost.matter_id,
                cost.employee_id,
                None,
                "disbursement" if is_advance else "expense",
                stages.get(cost.billing_status, "since"),
                cost.date,
                0.0,
                amount,
                amount,
                False,
                cost.id,
            )

    @api.model
    def _get_instalments(self, company, date):
        instalments = self._find(
            "legal.fee.instalment",
            [
                ("company_id", "=", company.id),
                ("due_on", "<=", date),
                ("agreement_id.state", "in", ("signed", "ended")),
            ],
            "instalment_id",
            company,
            date,
        )
        for instalment in instalments:
            term = instalment.term_id
            amount = self._to_company(
                company, instalment.currency_id, instalment.amount, date
            )
            stage = "approved"
            if instalment.is_taken:
                stage = "since" if instalment.is_billed else "on_prebill"
            yield (
                instalment.matter_id,
                self.env["hr.employee"],
                term,
                "instalment",
                stage,
                instalment.due_on,
                0.0,
                amount,
                amount,
                False,
                instalment.matter_id.id,
            )

    @api.model
    def _get_subscriptions(self, company, date):
        """Yield the periods that were due and on no bill, of any version."""
        terms = self.env["legal.fee.term"].search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "subscription"),
                ("agreement_id.state", "in", ("signed", "ended")),
                ("agreement_id.date_from", "<=", date),
            ]
        )
        periods = self.env["legal.fee.period"].search(
            [("root_id", "in", terms.root_id.ids)]
        )
        open_periods = self._find(
            "legal.fee.period", [("id", "in", periods.ids)], "period_id", company, date
        )
        billed = defaultdict(list)
        for period in periods - open_periods:
            billed[period.root_id].append(period)
        for term in terms:
            for period in term._get_periods(date):
                in_advance = term.billed_when == "advance"
                due = period.date_from if in_advance else period.date_to
                if due > date or any(
                    record.date_from <= period.date_from <= record.date_to
                    for record in billed[term.root_id]
                ):
                    continue
                amount, _explanation = term._price_period(period)
                amount = self._to_company(
                    company, term.currency_id, float(amount), date
                )
                yield (
                    term.matter_id,
                    self.env["hr.employee"],
                    term,
                    "subscription",
                    "approved",
                    due,
                    0.0,
                    amount,
                    amount,
                    False,
                    term.matter_id.id,
                )
