from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount, format_date

from ..engine import promises
from .legal_dunning_planning import to_decimal


class LegalCollectionEvent(models.Model):
    """A promise to pay: it pauses what it covers, and the ledger judges it."""

    _inherit = "legal.collection.event"

    amount = fields.Monetary("Promised")
    made_on = fields.Date("Promised on")
    promise_state = fields.Selection(
        [
            ("open", "Awaited"),
            ("kept", "Was kept"),
            ("broken", "Broken"),
            ("cancelled", "Withdrawn"),
        ],
        readonly=True,
        index=True,
    )
    judged_on = fields.Date("Decided on", readonly=True)
    last_day = fields.Date(
        "Waits until",
        compute="_compute_last_day",
        store=True,
        help="The day promised, and the days of grace that the bank is given.",
    )
    grace_days = fields.Integer(
        "Days of Grace",
        default=lambda self: self.env.company.collection_grace_days,
    )
    move_ids = fields.Many2many(
        "account.move",
        "legal_collection_promise_move_rel",
        "event_id",
        "move_id",
        "Invoices Covered",
    )
    move_names = fields.Char("Invoices", compute="_compute_move_names")

    _promise_whole = models.Constraint(
        "CHECK (kind != 'promise' OR (amount > 0 AND due_on IS NOT NULL AND made_on IS"
        " NOT NULL AND promise_state IS NOT NULL))",
        "A promise to pay has an amount above zero and a day.",
    )

    @api.depends("due_on", "grace_days")
    def _compute_last_day(self):
        for event in self:
            event.last_day = event.due_on and event.due_on + timedelta(
                days=event.grace_days
            )

    @api.depends("move_ids")
    def _compute_move_names(self):
        for event in self:
            # sudo: numbers of invoices, which the log says to its readers anyway.
            event.move_names = ", ".join(event.sudo().move_ids.mapped("name"))

    @api.constrains("kind", "due_on", "made_on", "amount")
    def _check_promise(self):
        for event in self.filtered(lambda event: event.kind == "promise"):
            if event.due_on and event.made_on and event.due_on < event.made_on:
                raise ValidationError(
                    self.env._(
                        "%(payer)s cannot promise to pay on %(day)s, which is past:"
                        " enter the day promised.",
                        payer=event.partner_id.name,
                        day=format_date(self.env, event.due_on),
                    )
                )

    # ------------------------------------------------------------------- business

    @api.model
    def _prepare_promise(self, case, amount, due_on, moves, **vals):
        """Return the values of a promise made today."""
        company = case.company_id
        return {
            "case_id": case.id,
            "kind": "promise",
            "amount": amount,
            "due_on": due_on,
            "made_on": company._get_dunning_today(),
            "grace_days": company.collection_grace_days,
            "move_ids": [(6, 0, moves.ids)],
            "promise_state": "open",
            "user_id": self.env.uid,
            **vals,
        }

    def _judge(self, today):
        """Decide the promises still awaited by what the ledger says.

        :return: those broken by this call
        """
        waiting = self.filtered(lambda event: event.promise_state == "open")
        received = waiting._get_received()
        broken = self.browse()
        for event in waiting:
            moves = event.move_ids
            left = sum(
                (abs(to_decimal(event.currency_id, m.amount_residual_signed)))
                for m in moves
            )
            state = promises.judge(
                promises.Promise(
                    to_decimal(event.currency_id, event.amount),
                    event.made_on,
                    event.due_on,
                    event.grace_days,
                ),
                received[event.id],
                left if moves else Decimal(1),
                today,
            )
            if state != "open":
                event.write({"promise_state": state, "judged_on": today})
            if state == "broken":
                broken |= event
        return broken

    def _get_received(self):
        """Return {promise id: [(day, amount)]}: matched, or on the account."""
        lines = self.move_ids.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        partials = lines.matched_credit_ids
        partials.fetch(["max_date", "amount", "credit_move_id", "debit_move_id"])
        free = self._get_free_payments()
        received = {}
        for event in self:
            currency = event.currency_id
            own = [
                (partial.max_date, to_decimal(currency, partial.amount))
                for partial in (lines & event.move_ids.line_ids).matched_credit_ids
                if partial.credit_move_id.move_id.move_type != "out_refund"
            ]
            received[event.id] = own + free.get(
                (event.partner_id.id, event.company_id.id), []
            )
        return received

    def _get_free_payments(self):
        """Return {(payer, company): [(day, amount)]} received and not matched yet."""
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("amount_residual", "<", 0),
                ("move_id.move_type", "!=", "out_refund"),
                ("partner_id", "child_of", self.partner_id.ids),
            ]
        )
        free = {}
        for line in lines:
            key = (line.partner_id.commercial_partner_id.id, line.company_id.id)
            amount = to_decimal(line.company_id.currency_id, -line.amount_residual)
            free.setdefault(key, []).append((line.date, amount))
        return free

    def _tell_broken(self):
        """Tell the owner of each case that its client did not keep the promise."""
        for event in self:
            event.case_id._tell_owner(
                self.env._("Promise not kept"),
                self.env._(
                    "%(amount)s was promised for %(day)s and did not come: reminders"
                    " go on. Call the client.",
                    amount=format_amount(self.env, event.amount, event.currency_id),
                    day=format_date(self.env, event.due_on),
                ),
            )

    def action_cancel_promise(self):
        """Withdraw a promise that does not stand: reminders go on."""
        self.check_access("write")
        waiting = self.filtered(lambda event: event.promise_state == "open")
        # sudo: the state is the model's to write.
        waiting.sudo().write(
            {
                "promise_state": "cancelled",
                "judged_on": fields.Date.context_today(self),
            }
        )
