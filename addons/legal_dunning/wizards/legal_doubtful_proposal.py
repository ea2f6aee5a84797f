from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import bad_debt


class LegalDoubtfulProposal(models.TransientModel):
    """What the books should say of overdue receivables, proposed line by line."""

    _name = "legal.doubtful.proposal"
    _description = "Doubtful and Lost Receivables"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    mode = fields.Selection(
        [("doubtful", "Make doubtful and provide"), ("lost", "Write off")],
        required=True,
        default="doubtful",
    )
    day = fields.Date(
        "Date of the Entries",
        required=True,
        default=lambda self: fields.Date.context_today(self),
    )
    minimum_days = fields.Integer("Days Overdue", default=90)
    reason = fields.Text(
        "Why They Are Given up",
        help="Wanted for those that are not prescribed, which a partner decides.",
    )
    line_ids = fields.One2many(
        "legal.doubtful.proposal.line",
        "proposal_id",
        "Receivables",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    amount_total = fields.Monetary("Chosen incl. VAT", compute="_compute_amount_total")

    @api.depends("company_id", "mode", "minimum_days", "day")
    def _compute_line_ids(self):
        for wizard in self:
            rows = wizard._get_rows()
            wizard.line_ids = [Command.clear(), *map(Command.create, rows)]

    @api.depends("line_ids.is_chosen", "line_ids.amount")
    def _compute_amount_total(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_chosen")
            wizard.amount_total = sum(chosen.mapped("amount"))

    def _get_rows(self):
        self.ensure_one()
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", self.day),
            ],
            order="invoice_date_due, id",
        )
        moves.sudo().fetch(["matter_ids", "amount_residual_signed", "bad_debt_ids"])
        is_lost = self.mode == "lost"
        rows = []
        for move in moves:
            live = move.bad_debt_ids.filtered(lambda d: d.state == "doubtful")
            if bool(live) != is_lost:
                continue
            days = (self.day - move.invoice_date_due).days
            # sudo: the day of the prescription, no word of the matter.
            state = move.sudo().prescription_state
            found = bad_debt.propose(
                bad_debt.Facts(
                    days=days,
                    is_insolvent=move._is_payer_insolvent(),
                    is_disputed=not move.currency_id.is_zero(move.disputed_amount),
                    is_prescribed=state == "expired",
                )
            )
            is_insolvent = found and found[0] == "insolvency"
            if not found or (
                days < self.minimum_days and found[0] in ("age", "dispute")
            ):
                continue
            block = move._get_write_off_block() if is_lost else ""
            rows.append(
                {
                    "move_id": move.id,
                    "debt_id": live.id,
                    "days": days,
                    "amount": move.amount_residual_signed,
                    "reason": found[0],
                    "rate_percent": float(found[1]),
                    "block": block,
                    "is_chosen": not block and (not is_lost or bool(found)),
                    "is_insolvent": bool(is_insolvent),
                }
            )
        return rows

    def action_apply(self):
        """Book what is ticked."""
        self.ensure_one()
        Debt = self.env["legal.bad.debt"]
        Debt._check_accountant()
        chosen = self.line_ids.filtered("is_chosen")
        if not chosen:
            raise UserError(
                self.env._("Nothing is ticked: choose the receivables to book.")
            )
        debts = Debt
        for line in chosen:
            if self.mode == "lost":
                debt = line.debt_id
                debt.write_off_reason = self.reason or debt.write_off_reason
                debt._check_may_write_off()
                debt._book_loss(self.day)
            else:
                debt = Debt.create({"move_id": line.move_id.id, "reason": line.reason})
                debt._book_doubtful(self.day, line.rate_percent)
            debts |= debt
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Doubtful Receivables"),
            "res_model": "legal.bad.debt",
            "view_mode": "list,form",
            "domain": [("id", "in", debts.ids)],
        }


class LegalDoubtfulProposalLine(models.TransientModel):
    """One receivable of a proposal."""

    _name = "legal.doubtful.proposal.line"
    _description = "Receivable Proposed as Doubtful"

    proposal_id = fields.Many2one(
        "legal.doubtful.proposal", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="proposal_id.currency_id")
    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True)
    debt_id = fields.Many2one("legal.bad.debt", readonly=True)
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Payer"
    )
    due_on = fields.Date(related="move_id.invoice_date_due")
    days = fields.Integer("Days Overdue", readonly=True)
    amount = fields.Monetary("Left to Pay", readonly=True)
    reason = fields.Selection(
        [
            ("age", "Overdue for long"),
            ("insolvency", "Insolvent payer"),
            ("dispute", "Disputed"),
            ("prescribed", "Prescribed"),
            ("other", "Other"),
        ],
        readonly=True,
    )
    rate_percent = fields.Float("Depreciation (%)", digits=(5, 2))
    block = fields.Char("Kept Because", readonly=True)
    is_insolvent = fields.Boolean(readonly=True)
    is_chosen = fields.Boolean("Book It")
