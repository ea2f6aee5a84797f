from collections import namedtuple
from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine import claims, escalation, messages
from .legal_dunning_action import MADE_STATES, OPEN_STATES

# Room for a level to be moved past a run of closed days.
MARGIN_DAYS = 7

Plan = namedtuple("Plan", "day company_id partner_ids messages held")
Receivable = namedtuple("Receivable", "move claim policy kind step hold")


class LegalDunningAction(models.Model):
    """What is to leave on a day, found without writing anything.

    The same plan is shown on the screen, kept as planned messages, and computed
    again at the moment of sending.
    """

    _inherit = "legal.dunning.action"

    # Pure part ----------------------------------------------------------------

    @api.model
    def _plan(self, day, company, partners=None):
        """Return what leaves on ``day`` for a company, and what is held and why.

        Writes nothing.

        :param partners: only these payers, or None for all
        :return Plan: ``messages`` of the engine, ``held`` as {invoice id: reason}
        """
        held, items = {}, []
        decided = self._get_decided_moves(company)
        if company.dunning_off:
            return Plan(day, company.id, partners and partners.ids, [], held)
        for row in self._get_receivables(day, company, partners):
            if row.hold:
                held[row.move.id] = row.hold
            elif row.step.level is None:
                held[row.move.id] = row.step.reason
            elif row.step.on == day:
                items.append(self._prepare_item(row, row.move.id in decided))
        found = messages.gather(items, self._get_busy_payers(day, company))
        ids = None if partners is None else partners.ids
        return Plan(day, company.id, ids, found, held)

    def _get_decided_moves(self, company):
        """Return the invoices about which a partner has decided to go on."""
        lines = (
            self.env["legal.dunning.action.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", OPEN_STATES),
                    ("action_id.is_decided", "=", True),
                ]
            )
        )
        return set(lines.move_id.ids)

    def _prepare_item(self, row, is_decided=False):
        level = row.policy.level_ids.filtered(
            lambda level: level.sequence == row.step.level.rank
        )
        return messages.Item(
            key=row.move.id,
            payer=row.claim.payer,
            kind=row.kind,
            level=level.id,
            rank=level.sequence,
            due_on=row.claim.due_on,
            asked=row.claim.asked,
            on=row.step.on,
            apart=level.channel == "manual" and not is_decided,
        )

    @api.model
    def _get_receivables(self, day, company, partners=None, moves=None):
        """Return one row an invoice: what it owes, its next step, why it waits."""
        self = self.with_context(dunning_day=day)
        by_move = self._get_open_terms(day, company, partners, moves)
        all_moves = self.env["account.move"].browse([move.id for move in by_move])
        histories = self._get_histories(all_moves, day)
        settled = {
            claim.key: claim
            for claim in claims.settle(
                [
                    move._get_dunning_claim(terms, day)
                    for move, terms in by_move.items()
                ],
                self._get_free_credits(company, all_moves.commercial_partner_id),
            )
        }
        paying = self._get_moves_being_paid(all_moves)
        calendars = company._get_dunning_calendars(all_moves.commercial_partner_id)
        policies = all_moves._get_dunning_policies()
        rows = []
        for move in by_move:
            claim = settled[move.id]
            policy = policies[all_moves.browse(move.id)]
            hold = move._get_dunning_hold(policy) or claim.held
            if not hold and move in paying:
                hold = "being_paid"
            step = escalation.next_step(
                policy.level_ids._get_engine_levels(),
                claim.due_on,
                histories.get(move.id, escalation.History()),
                day,
                calendars[move.commercial_partner_id.country_id],
            )
            kind = move._legal_get_client_kind()
            rows.append(Receivable(move, claim, policy, kind, step, hold))
        return rows

    def _get_open_terms(self, day, company, partners, moves):
        """Return {invoice: its open receivable lines}, oldest due date first."""
        earliest = (
            self.env["legal.dunning.level"]
            .sudo()
            .search(
                [("company_id", "in", [company.id, False])],
                order="offset_days",
                limit=1,
            )
        )
        ahead = max(-earliest.offset_days, 0) + MARGIN_DAYS
        domain = (
            Domain("company_id", "=", company.id)
            & Domain("parent_state", "=", "posted")
            & Domain("move_id.move_type", "=", "out_invoice")
            & Domain("display_type", "=", "payment_term")
            & Domain("account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
        )
        if moves is not None:
            domain &= Domain("move_id", "in", moves.ids)
        else:
            domain &= Domain("date_maturity", "<=", day + timedelta(days=ahead))
        if partners is not None:
            domain &= Domain("move_id.commercial_partner_id", "in", partners.ids)
        # sudo: the run answers for the whole firm; what it shows is the ledger's.
        lines = (
            self.env["account.move.line"]
            .sudo()
            .with_company(company)
            .search(domain, order="date_maturity, id")
        )
        return lines.filtered(lambda line: line.amount_residual_currency > 0).grouped(
            "move_id"
        )

    def _get_histories(self, moves, day):
        """Return {invoice id: what it has heard, and what a person decided}."""
        lines = (
            self.env["legal.dunning.action.line"]
            .sudo()
            .search([("move_id", "in", moves.ids)])
        )
        return {
            move.id: self._prepare_history(own)
            for move, own in lines.grouped("move_id").items()
        }

    def _prepare_history(self, lines):
        postponed = lines.filtered(
            lambda line: line.state in OPEN_STATES and line.action_id.is_postponed
        )
        return escalation.History(
            sent=tuple(
                (line.sequence, line.action_id._get_counting_day())
                for line in lines
                if line.state == "sent"
            ),
            skipped=tuple(
                (line.sequence, line.action_id.skipped_on)
                for line in lines
                if line.action_id.skipped_by_id and line.action_id.skipped_on
            ),
            held_until=max(postponed.mapped("planned_on"), default=None),
            is_awaiting=any(
                line.state == "ready" or line.action_id.is_uncertain for line in lines
            ),
        )

    def _get_free_credits(self, company, partners):
        """Return {(payer id, currency id): credit not matched to any invoice}."""
        rows = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("amount_residual", "<", 0),
                    ("partner_id", "child_of", partners.ids),
                ],
                ["partner_id", "currency_id"],
                ["amount_residual_currency:sum"],
            )
        )
        credits = {}
        for partner, currency, amount in rows:
            key = (partner.commercial_partner_id.id, currency.id)
            credits[key] = credits.get(key, Decimal(0)) + to_decimal(currency, -amount)
        return credits

    def _get_moves_being_paid(self, moves):
        """Return the invoices with an online payment under way."""
        transactions = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("invoice_ids", "in", moves.ids),
                    "|",
                    ("state", "in", ("pending", "authorized")),
                    "&",
                    ("state", "=", "done"),
                    ("is_post_processed", "=", False),
                ]
            )
        )
        return transactions.invoice_ids & moves

    def _get_busy_payers(self, day, company):
        """Return the payers who already have their message of that day."""
        made = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("planned_on", "=", day),
                ("channel", "!=", "manual"),
                "|",
                ("state", "in", MADE_STATES),
                ("is_uncertain", "=", True),
            ]
        )
        return set(made.partner_id.ids)

    # Planned messages ---------------------------------------------------------

    @api.model
    def _materialise(self, plan):
        """Make the planned messages say what the plan says; return those of its day.

        Messages a person postponed keep their day. Messages that lost their
        object are closed with the reason. Nothing is sent.
        """
        company = self.env["res.company"].browse(plan.company_id)
        self_sudo = self.sudo().with_company(company)
        every_action = self_sudo._get_open_actions(plan)
        # Those that another run holds are its own business.
        open_actions = every_action.try_lock_for_update()
        elsewhere = (every_action - open_actions).partner_id.ids
        by_payer = {}
        for action in open_actions:
            by_payer.setdefault((action.partner_id.id, action._is_apart()), action)
        wanted = self_sudo.browse()
        to_create = []
        for message in plan.messages:
            action = by_payer.get((message.payer, message.apart))
            if message.payer in elsewhere:
                continue
            if action:
                action._apply_message(message, plan.day)
                wanted |= action
            else:
                to_create.append(self._prepare_action(message, plan))
        late = (open_actions - wanted).filtered(lambda a: a.planned_on <= plan.day)
        late._void_by_plan(plan)
        return self.browse((wanted | self_sudo.create(to_create)).ids)

    def _get_open_actions(self, plan):
        """Return the messages the plan may rewrite, oldest first."""
        domain = (
            Domain("company_id", "=", plan.company_id)
            & Domain("state", "in", OPEN_STATES)
            & Domain("is_uncertain", "=", False)
            & (
                Domain("is_postponed", "=", False)
                | Domain("planned_on", "<=", plan.day)
            )
        )
        if plan.partner_ids is not None:
            domain &= Domain("partner_id", "in", plan.partner_ids)
        return self.search(domain, order="planned_on, id")

    def _prepare_action(self, message, plan):
        return {
            "company_id": plan.company_id,
            "partner_id": message.payer,
            "kind": message.kind,
            "level_id": message.level,
            "planned_on": plan.day,
            "line_ids": [(0, 0, self._prepare_line(item)) for item in message.items],
        }

    def _prepare_line(self, item):
        move = self.env["account.move"].browse(item.key)
        return {
            "move_id": item.key,
            "level_id": item.level,
            "sequence": item.rank,
            "due_on": item.due_on,
            "currency_id": move.currency_id.id,
            "amount_due": float(item.asked),
        }

    def _apply_message(self, message, day):
        """Bring a planned message up to date, writing only what changed."""
        self.ensure_one()
        wanted = {item.key: self._prepare_line(item) for item in message.items}
        commands = []
        for line in self.line_ids:
            vals = wanted.pop(line.move_id.id, None)
            if vals is None:
                commands.append((2, line.id))
                continue
            changed = line._get_changes(vals)
            if changed:
                commands.append((1, line.id, changed))
        commands += [(0, 0, vals) for vals in wanted.values()]
        new = {"kind": message.kind, "level_id": message.level, "planned_on": day}
        vals = {
            name: value
            for name, value in new.items()
            if (self[name].id if name == "level_id" else self[name]) != value
        }
        if commands:
            vals["line_ids"] = commands
        if vals:
            self.write(vals)

    def _void_by_plan(self, plan):
        for action in self:
            reasons = {
                plan.held.get(move.id)
                or ("paid" if not move.amount_residual else "later")
                for move in action.line_ids.move_id
            }
            texts = [self._explain_hold(reason) for reason in sorted(reasons)]
            action._void("\n".join(texts))

    @api.model
    def _explain_hold(self, reason):
        """Return the sentence for a reason nothing is sent."""
        return {
            "paid": self.env._("Paid."),
            claims.DISPUTED: self.env._("All that is due is disputed."),
            claims.COVERED: self.env._(
                "Payments or credit notes not yet matched cover it."
            ),
            claims.NOTHING_DUE: self.env._("Nothing is due yet."),
            escalation.DONE: self.env._("All messages of its policy have been sent."),
            escalation.AWAITING: self.env._("A message about it is still to leave."),
            "being_paid": self.env._("An online payment is under way."),
            "excluded": self.env._("The invoice is excluded from reminders."),
            "matter_off": self.env._("Reminders are off for the matter."),
            "client_off": self.env._("Reminders are off for the client."),
            "company_off": self.env._("Reminders are off for the firm."),
            "no_policy": self.env._("No dunning policy applies to it."),
            "later": self.env._("Another message comes first, or its day has changed."),
        }[reason]

    # The days ahead -----------------------------------------------------------

    @api.model
    def _prepare_day(self, company, day):
        """Show the messages of a coming day; return them."""
        return self._materialise(self._plan(day, company))

    @api.model
    def _next_sending_day(self, company, day):
        """Return the first day from ``day`` on which the company's messages leave."""
        return company._get_dunning_calendar().on_or_after(day)

    @api.model
    def action_open_upcoming(self):
        """Open what leaves on the next sending day, brought up to date."""
        self.check_access("write")
        days = []
        for company in self.env.companies:
            day = company._get_dunning_upcoming_day()
            self._prepare_day(company, day)
            days.append(day)
        last = max(days)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_dunning_action_action_upcoming"
        )
        action["domain"] = [
            ("state", "in", OPEN_STATES),
            ("planned_on", "<=", last),
        ]
        count = self.search_count(action["domain"])
        words = {
            0: self.env._("Nothing leaves on %(day)s"),
            1: self.env._("One message leaves on %(day)s at 9:00"),
        }.get(count) or self.env._("%(count)s messages leave on %(day)s at 9:00")
        action["display_name"] = action["name"] = words % {
            "count": count,
            "day": format_date(self.env, last, date_format="EEEE d MMMM"),
        }
        return action


def to_decimal(currency, amount):
    """Return an amount of the ledger as an exact decimal of its currency."""
    return Decimal(str(currency.round(amount)))
