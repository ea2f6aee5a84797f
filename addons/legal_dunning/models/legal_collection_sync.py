from collections import defaultdict
from decimal import Decimal
from statistics import median

from odoo import api, models
from odoo.tools import format_amount

from ..engine import recovery, risk
from .legal_dunning_planning import to_decimal


class LegalCollectionCase(models.Model):
    """Cases follow the ledger: made, closed, opened again, weighed; all in batch."""

    _inherit = "legal.collection.case"

    @api.model
    def _sync(self, company, today=None):
        """Bring the cases of a company in line with its ledger; return them.

        Done again, it changes nothing. A bounded number of queries, however many
        payers.
        """
        day = today or company._get_dunning_today()
        # sudo: cases come of the ledger; who reads them is the rules' business.
        self_sudo = self.sudo().with_company(company)
        self_sudo = self_sudo.with_context(tracking_disable=True)
        ages = self_sudo.env["legal.receivable.age"]._get_payer_ages(company, day)
        late = [
            partner_id
            for partner_id, age in ages.items()
            if partner_id and age.amount_overdue > 0
        ]
        payers = self_sudo.env["res.partner"].browse(late)
        self_sudo._get_or_create_all(payers, company)
        cases = self_sudo.search([("company_id", "=", company.id)])
        cases._judge_promises(day)
        cases._follow_ledger(ages, day)
        cases._set_matters()
        live = cases.filtered(lambda case: case.state != "closed")
        live._set_owners()
        live._weigh(ages, day)
        return self.browse(live.ids)

    @api.model
    def _cron_sync(self):
        for company in self.env["res.company"].sudo().search([]):
            self._sync(company)
            self.env["legal.payment.forecast"]._refresh(company)

    # ---------------------------------------------------------------- the ledger

    def _judge_promises(self, day):
        waiting = self.env["legal.collection.event"].search(
            [("case_id", "in", self.ids), ("promise_state", "=", "open")]
        )
        waiting._judge(day)._tell_broken()

    def _follow_ledger(self, ages, day):
        """Open, hold, resume and close as of a day."""
        opened = self.browse()
        closed = self.browse()
        resumed = self.browse()
        for case in self:
            is_late = ages[case.partner_id.id].amount_overdue > 0
            is_held = case.state == "held" and case.hold_until and case.hold_until > day
            if not is_late and case.state != "closed" and not is_held:
                closed |= case
            elif is_late and case.state == "closed":
                opened |= case
            elif case.state == "held" and case.hold_until and not is_held:
                resumed |= case
        nothing = {"hold_until": False, "hold_reason": False, "answer_until": False}
        weighed = {
            "risk_score": 0,
            "risk_reasons": False,
            "recovery_percent": 0,
            "expected_recovery": 0,
            "recovery_reason": False,
        }
        if closed:
            closed.write({"state": "closed", "closed_on": day, **nothing, **weighed})
        if opened:
            opened.write(
                {"state": "open", "opened_on": day, "closed_on": False, **nothing}
            )
            for case in opened:
                case.opened_on = ages[case.partner_id.id].oldest_due_on or day
        if resumed:
            resumed.write({"state": "open", "hold_until": False, "hold_reason": False})
            resumed._tell_owner(self.env._("Pause over: reminders go on"))
        done = self.filtered(lambda case: case.answer_until and case.answer_until < day)
        if done:
            done.write({"answer_until": False})

    def _set_matters(self):
        """Write down which matters each case speaks of: the wall stands on it."""
        wanted = self._get_matters()
        for case in self:
            missing = wanted[case.id] - set(case.matter_ids.ids)
            if missing:
                case.matter_ids = [(4, matter_id) for matter_id in missing]

    def _get_matters(self):
        """Return {case id: matters of all posted documents of its payer}."""
        by_key = defaultdict(set)
        rows = self.env["account.move"]._read_group(
            [
                ("company_id", "in", self.company_id.ids),
                ("commercial_partner_id", "in", self.partner_id.ids),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
                ("matter_ids", "!=", False),
            ],
            ["company_id", "commercial_partner_id", "matter_ids"],
        )
        for company, partner, matter in rows:
            by_key[company.id, partner.id].add(matter.id)
        return {
            case.id: by_key[case.company_id.id, case.partner_id.id] for case in self
        }

    def _set_owners(self):
        """Give an owner to the cases without one: the collector, else the lead."""
        orphans = self.filtered(lambda case: not case.user_id)
        if not orphans:
            return
        collector = orphans.company_id.collection_user_id
        leads = {} if collector else orphans._get_leads()
        for case in orphans:
            owner = collector or leads.get(case.partner_id.id)
            if owner and case._may_be_seen_by(owner):
                case.user_id = owner

    def _get_leads(self):
        """Return {payer id: who answers for its oldest unpaid invoice}."""
        moves = self.env["account.move"].search_fetch(
            [
                ("company_id", "in", self.company_id.ids),
                ("commercial_partner_id", "in", self.partner_id.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
            ],
            ["commercial_partner_id", "matter_ids", "invoice_user_id"],
            order="invoice_date_due desc, id desc",
        )
        return {
            move.commercial_partner_id.id: move._get_dunning_user()
            for move in moves
            if move._get_dunning_user()
        }

    # -------------------------------------------------------------- risk and order

    def _weigh(self, ages, day):
        """Write the risk and the expected recovery, only where they changed."""
        if not self:
            return
        history = self.env["legal.payment.forecast"]._get_history(self.company_id, day)
        promised = self._count_promises()
        disputed = self._get_disputed()
        next_levels = self._get_next_messages()
        reminded = self._get_reminded_to_the_end(day)
        late = [a.amount_overdue for a in ages.values() if a.amount_overdue > 0]
        usual = median(late) if late else Decimal(0)
        for case in self:
            payer = case.partner_id.id
            age = ages[payer]
            count, habit = history.get_habit(payer)
            states = promised.get(case.id, {})
            found = risk.assess(
                risk.Facts(
                    habit_days=habit,
                    paid_count=count,
                    oldest_days=(day - age.oldest_due_on).days
                    if age.oldest_due_on
                    else 0,
                    overdue=age.amount_overdue,
                    usual=usual,
                    broken=states.get("broken", 0),
                    kept=states.get("kept", 0),
                    disputes=bool(disputed.get(payer)),
                )
            )
            asked = age.amount_overdue - disputed.get(payer, Decimal(0))
            asked += age.amount_credit
            effort, why = case._get_effort(
                payer in next_levels,
                bool(disputed.get(payer)),
                states,
                payer in reminded,
            )
            worth = recovery.expect(asked, found.score, effort)
            case._write_changes(
                {
                    "risk_score": found.score,
                    "risk_reasons": "\n".join(
                        case._explain_risk(reason, count) for reason in found.reasons
                    )
                    or False,
                    "recovery_percent": worth.percent,
                    "expected_recovery": float(worth.value),
                    "recovery_reason": case._explain_recovery(worth, why),
                }
            )

    def _write_changes(self, vals):
        self.ensure_one()
        changes = {
            name: value
            for name, value in vals.items()
            if (
                self.currency_id.compare_amounts(self[name], value)
                if name == "expected_recovery"
                else self[name] != value
            )
        }
        if changes:
            self.write(changes)

    def _count_promises(self):
        """Return {case id: {state: number of promises}}."""
        counts = defaultdict(dict)
        for case, state, count in self.env["legal.collection.event"]._read_group(
            [("case_id", "in", self.ids), ("promise_state", "!=", False)],
            ["case_id", "promise_state"],
            ["__count"],
        ):
            counts[case.id][state] = count
        return counts

    def _get_disputed(self):
        """Return {payer id: what is disputed}, in the currency of the company."""
        moves = self.env["account.move"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("commercial_partner_id", "in", self.partner_id.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
                ("disputed_amount", ">", 0),
            ]
        )
        disputed = defaultdict(Decimal)
        for move in moves:
            currency = move.company_id.currency_id
            amount = move.currency_id._convert(
                move.disputed_amount, currency, move.company_id, move.date
            )
            disputed[move.commercial_partner_id.id] += to_decimal(currency, amount)
        return disputed

    def _get_next_messages(self):
        """Return the payers to whom a message is already planned."""
        actions = self.env["legal.dunning.action"].search_fetch(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("state", "in", ("planned", "ready")),
            ],
            ["partner_id"],
        )
        return set(actions.partner_id.ids)

    def _get_reminded_to_the_end(self, day):
        """Return the payers all of whose overdue invoices have had the last reminder.

        What follows by their policy, if anything, is a person's decision.
        """
        last = {}
        for level in self.env["legal.dunning.level"].search(
            [("channel", "!=", "manual")], order="sequence"
        ):
            last[level.policy_id] = level.id
        lines = self.env["legal.dunning.action.line"].search_fetch(
            [
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "sent"),
                ("level_id", "in", list(last.values())),
                ("move_id.commercial_partner_id", "in", self.partner_id.ids),
            ],
            ["move_id"],
        )
        told = lines.move_id
        overdue = self.env["account.move"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("commercial_partner_id", "in", told.commercial_partner_id.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", day),
            ]
        )
        waiting = (overdue - told).commercial_partner_id
        return set((overdue.commercial_partner_id - waiting).ids)

    def _get_effort(self, has_message, is_disputed, promises_, is_reminded):
        """Return (quarters of an hour, what the next step is)."""
        self.ensure_one()
        _ = self.env._
        if is_disputed:
            return recovery.DISPUTE, _("settle the dispute")
        if self.answer_until:
            return recovery.ANSWER, _("answer the client")
        if promises_.get("open"):
            return recovery.MESSAGE, _("wait for the promise")
        if has_message:
            return recovery.MESSAGE, _("the planned message")
        if promises_.get("broken"):
            return recovery.CALL, _("call about the promise")
        if is_reminded:
            return recovery.DECISION, _("decide what follows the reminders")
        return recovery.CALL, _("call")

    def _explain_recovery(self, worth, why):
        return self.env._(
            "%(amount)s × %(percent)s %% for %(minutes)s min (%(step)s)",
            amount=format_amount(self.env, float(worth.amount), self.currency_id),
            percent=worth.percent,
            minutes=worth.effort * 15,
            step=why,
        )

    def _explain_risk(self, reason, count):
        """Return the sentence of one reason, with its points."""
        _ = self.env._
        value = reason.value
        words = {
            risk.UNKNOWN: lambda: _("Has never paid an invoice in full yet."),
            risk.HABIT: lambda: _(
                "Usually pays %(days)s days after the due date (%(count)s invoices).",
                days=f"{value:g}",
                count=count,
            ),
            risk.OLDEST: lambda: _(
                "The oldest unpaid invoice is %(days)s days late.", days=value
            ),
            risk.AMOUNT: lambda: _(
                "Owes %(times)s times what a late client usually owes.",
                times=f"{value:.1f}",
            ),
            risk.BROKEN: lambda: _("Promises not kept: %(count)s.", count=value),
            risk.KEPT: lambda: _("Promises kept: %(count)s.", count=value),
            risk.DISPUTE: lambda: _("Contests part of what is due."),
        }
        return f"{reason.points:+d}\N{NO-BREAK SPACE}: {words[reason.code]()}"
