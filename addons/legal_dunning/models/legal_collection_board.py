from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .legal_receivable_age import AGED_ON, AGES, BUCKETS

YEAR_DAYS = 365


class LegalCollectionBoard(models.AbstractModel):
    """Collection at one glance; each figure opens the list it is the sum of.

    Amounts are read from the aged balance as the user, so that they tie to the
    receivable accounts and keep its rules.
    """

    _name = "legal.collection.board"
    _description = "Board of Collection"

    # ----------------------------------------------------------------- public RPC

    @api.model
    def get_board(self):
        """Return the figures of the company, as plain values for the board."""
        self._check_reader()
        company = self.env.company
        day = company._get_dunning_today()
        total = self._get_ages(company, day)
        billed = self._get_billed(company, day)
        wip = self._get_wip(company, day)
        dso = self._to_days(total["amount"], billed["total"])
        wip_days = self._to_days(wip, billed["untaxed"])
        return {
            "currency_id": company.currency_id.id,
            "day": format_date(self.env, day, date_format="d MMMM yyyy"),
            "total": total,
            "ages": self._get_age_bars(total),
            "dso": dso,
            "wip": wip,
            "wip_days": wip_days,
            "lock_up": None if dso is None or wip_days is None else dso + wip_days,
            "queue": self._get_queue(company, day),
            "promises": self._get_promises(company, day),
            "disputes": self._get_disputes(company),
            "planned": self._get_planned(company),
            "forecast": self._get_forecast(company, day),
            "leads": self._get_leads(company, day),
            "online": self._get_online(company, day),
        }

    @api.model
    def get_action(self, figure, key=None):
        """Return the action that lists what a figure is the sum of."""
        self._check_reader()
        company = self.env.company
        day = company._get_dunning_today()
        openers = {
            "amount": lambda: self._open_ages(company, day),
            "overdue": lambda: self._open_ages(
                company, day, Domain("amount_overdue", ">", 0)
            ),
            "age": lambda: self._open_ages(company, day, Domain("age", "=", key)),
            "lead": lambda: self._open_ages(
                company,
                day,
                Domain("user_id", "=", key) & Domain("amount_overdue", ">", 0),
            ),
            "wip": lambda: self._open("legal_billing.legal_wip_report_action"),
            "queue": lambda: self._open(
                "legal_dunning.legal_collection_case_action_queue"
            ),
            "promises": lambda: self._open(
                "legal_dunning.legal_collection_promise_action",
                self._domain_promises(company, day),
            ),
            "broken": lambda: self._open(
                "legal_dunning.legal_collection_promise_action",
                self._domain_broken(company, day),
            ),
            "disputes": lambda: self._open(
                "account.action_move_out_invoice_type", self._domain_disputes(company)
            ),
            "planned": lambda: self.env["legal.dunning.action"].action_open_upcoming(),
            "online": lambda: self.env["legal.online.figures"]._get_action(
                company, day
            ),
            "forecast": lambda: {
                **self.env["legal.payment.forecast"].action_open_forecast(),
                "domain": list(self._domain_forecast(company, day)),
            },
        }
        if figure not in openers:
            raise UserError(
                self.env._(
                    "The board has no figure “%(figure)s”: open it again.",
                    figure=figure,
                )
            )
        return openers[figure]()

    # ---------------------------------------------------------------------- rights

    @api.model
    def _check_reader(self):
        if not self.env.user.has_group("legal_dunning.group_legal_collector"):
            raise AccessError(
                self.env._(
                    "The board of collection is for collectors: ask an administrator"
                    " for that role."
                )
            )

    # --------------------------------------------------------------------- figures

    @api.model
    def _get_online(self, company, day):
        """Return what clients paid online, to those who read payments."""
        figures = self.env["legal.online.figures"]
        return figures._get_figures(company, day) if figures._may_read() else None

    @api.model
    def _get_ages(self, company, day):
        names = ["amount", "amount_overdue", "amount_credit"]
        names += [name for name, *_rest in BUCKETS]
        Age = self.env["legal.receivable.age"].with_context(**{AGED_ON: str(day)})
        [row] = Age._read_group(
            [("company_id", "=", company.id)], [], [f"{name}:sum" for name in names]
        )
        return {
            name: company.currency_id.round(value or 0)
            for name, value in zip(names, row, strict=True)
        }

    @api.model
    def _get_age_bars(self, total):
        labels = dict(
            self.env["legal.receivable.age"]
            ._fields["age"]
            ._description_selection(self.env)
        )
        return [
            {"key": key, "label": labels[key], "amount": total[f"amount_{key}"]}
            for key, _label in AGES
        ]

    @api.model
    def _get_billed(self, company, day):
        """Return what was billed over a year, less credit notes."""
        # sudo: two totals of the firm; no document is shown.
        [(total, untaxed)] = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("state", "=", "posted"),
                    ("date", ">", day - timedelta(days=YEAR_DAYS)),
                    ("date", "<=", day),
                ],
                [],
                ["amount_total_signed:sum", "amount_untaxed_signed:sum"],
            )
        )
        return {"total": total or 0, "untaxed": untaxed or 0}

    @api.model
    def _get_wip(self, company, day):
        rows = self.env["legal.wip"]._get_rows(company, day)
        return company.currency_id.round(sum(row["amount_expected"] for row in rows))

    @api.model
    def _to_days(self, amount, year):
        """Return how many days of a year's billing an amount is, if any was."""
        return round(amount * YEAR_DAYS / year) if year > 0 else None

    @api.model
    def _get_queue(self, company, day):
        [(count, expected)] = self.env["legal.collection.case"]._read_group(
            [("company_id", "=", company.id), ("state", "!=", "closed")],
            [],
            ["__count", "expected_recovery:sum"],
        )
        return {"count": count, "expected": expected or 0}

    @api.model
    def _get_promises(self, company, day):
        Event = self.env["legal.collection.event"]
        [(count, amount)] = Event._read_group(
            self._domain_promises(company, day), [], ["__count", "amount:sum"]
        )
        return {
            "count": count,
            "amount": amount or 0,
            "broken": Event.search_count(self._domain_broken(company, day)),
        }

    @api.model
    def _domain_promises(self, company, day):
        return (
            Domain("company_id", "=", company.id)
            & Domain("promise_state", "=", "open")
            & Domain("due_on", "<=", day)
        )

    @api.model
    def _domain_broken(self, company, day):
        return (
            Domain("company_id", "=", company.id)
            & Domain("promise_state", "=", "broken")
            & Domain("judged_on", ">=", day - timedelta(days=30))
            & Domain("case_id.state", "!=", "closed")
        )

    @api.model
    def _domain_disputes(self, company):
        return (
            Domain("company_id", "=", company.id)
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("amount_residual", ">", 0)
            & Domain("disputed_amount", ">", 0)
            & Domain(
                "matter_ids", "not any", [("excluded_user_ids", "in", self.env.uid)]
            )
        )

    @api.model
    def _get_disputes(self, company):
        # sudo: invoices speak to collectors of numbers and amounts.
        moves = self.env["account.move"].sudo().search(self._domain_disputes(company))
        return {
            "count": len(moves),
            "amount": sum(
                move.currency_id._convert(
                    move.disputed_amount, company.currency_id, company, move.date
                )
                for move in moves
            ),
        }

    @api.model
    def _get_planned(self, company):
        day = company._get_dunning_upcoming_day()
        [(count, amount)] = self.env["legal.dunning.action"]._read_group(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("planned", "failed")),
                ("planned_on", "<=", day),
            ],
            [],
            ["__count", "amount_due:sum"],
        )
        return {
            "count": count,
            "amount": amount or 0,
            "day": format_date(self.env, day, date_format="EEEE d MMMM"),
        }

    @api.model
    def _domain_forecast(self, company, day):
        return (
            Domain("company_id", "=", company.id)
            & Domain("expected_on", ">=", day)
            & Domain("expected_on", "<=", day + timedelta(days=30))
        )

    @api.model
    def _get_forecast(self, company, day):
        [(amount,)] = self.env["legal.payment.forecast"]._read_group(
            self._domain_forecast(company, day), [], ["amount:sum"]
        )
        company_sudo = company.sudo()
        return {
            "amount": amount or 0,
            "error": company_sudo.collection_forecast_error,
            "count": company_sudo.collection_forecast_count,
        }

    @api.model
    def _get_leads(self, company, day):
        """Return a line for each lead, the most overdue first."""
        Age = self.env["legal.receivable.age"].with_context(**{AGED_ON: str(day)})
        rows = Age._read_group(
            [("company_id", "=", company.id)],
            ["user_id"],
            ["amount:sum", "amount_overdue:sum", "amount_older:sum"],
        )
        lines = [
            {
                "key": user.id,
                # sudo: names of colleagues.
                "name": user.sudo().name or self.env._("Without a matter"),
                "amount": amount,
                "overdue": overdue,
                "older": older,
            }
            for user, amount, overdue, older in rows
        ]
        return sorted(lines, key=lambda line: -line["overdue"])

    # --------------------------------------------------------------------- actions

    @api.model
    def _open(self, xml_id, domain=None):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        if domain is not None:
            action["domain"] = list(domain)
            action["context"] = {}
        return action

    @api.model
    def _open_ages(self, company, day, domain=Domain.TRUE):
        domain = Domain("company_id", "=", company.id) & domain
        return self.env["legal.receivable.age"]._open_on(day, domain=domain)
