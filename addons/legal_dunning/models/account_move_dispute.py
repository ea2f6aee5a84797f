from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from ..engine import disputes
from .legal_dunning_planning import to_decimal


class AccountMove(models.Model):
    """What the client contests of an invoice; the rest stays payable."""

    _inherit = "account.move"

    dispute_ids = fields.One2many(
        "legal.dispute",
        "move_id",
        "Disputes",
        copy=False,
        # As for the disputes themselves; accountants read the amount.
        groups="legal_timesheet.group_legal_user,legal_dunning.group_legal_collector",
    )
    disputed_amount = fields.Monetary(
        "Disputed",
        compute="_compute_disputed_amount",
        inverse="_inverse_disputed_amount",
        compute_sudo=True,
        store=True,
        readonly=False,
        copy=False,
        help="What the client contests of this invoice. Nothing is asked for it; the"
        " rest stays payable.",
    )
    settled_dispute_id = fields.Many2one(
        "legal.dispute",
        "Settles the Dispute",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Posting this credit note ends the dispute.",
    )
    open_dispute_count = fields.Integer(compute="_compute_open_dispute_count")

    @api.depends(
        "dispute_ids.amount",
        "dispute_ids.state",
        "dispute_ids.kind",
        "amount_residual",
        "state",
    )
    def _compute_disputed_amount(self):
        invoices = self.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        (self - invoices).disputed_amount = 0.0
        for move in invoices:
            own = move.dispute_ids.filtered("is_suspending")
            if not own:
                move.disputed_amount = 0.0
                continue
            currency = move.currency_id
            move.disputed_amount = float(
                disputes.suspended(
                    [to_decimal(currency, dispute.amount) for dispute in own],
                    to_decimal(currency, move.amount_residual),
                )
            )

    def _inverse_disputed_amount(self):
        """Let a figure entered by hand open, change or end a dispute of its own."""
        for move in self:
            move._set_disputed_by_hand(move.disputed_amount)

    def _compute_open_dispute_count(self):
        # sudo: how many, not what about
        counts = dict(
            self.env["legal.dispute"]
            .sudo()
            ._read_group(
                [("move_id", "in", self.ids), ("state", "in", disputes.OPEN)],
                ["move_id"],
                ["__count"],
            )
        )
        for move in self:
            move.open_dispute_count = counts.get(move.sudo(), 0)

    def _set_disputed_by_hand(self, amount):
        self.ensure_one()
        currency = self.currency_id
        # sudo: who may write the invoice may say how much of it is contested.
        own = self.sudo().dispute_ids.filtered("is_suspending")
        by_hand = own.filtered("is_by_hand")
        rest = currency.round(amount - sum((own - by_hand).mapped("amount")))
        if (
            currency.compare_amounts(amount, 0) < 0
            or currency.compare_amounts(rest, 0) < 0
            or currency.compare_amounts(amount, self.amount_residual) > 0
        ):
            raise ValidationError(
                self.env._(
                    "The disputed amount of %(number)s must lie between zero and"
                    " what is still to pay, %(residual)s.",
                    number=self.name,
                    residual=format_amount(self.env, self.amount_residual, currency),
                )
            )
        if by_hand and currency.is_zero(rest):
            by_hand._do("withdraw")
        elif by_hand:
            by_hand.amount_stated = rest
        elif not currency.is_zero(rest):
            self.env["legal.dispute"].sudo().create(
                {
                    "move_id": self.id,
                    "scope": "part",
                    "amount_stated": rest,
                    "is_by_hand": True,
                }
            )

    # What may be asked ----------------------------------------------------------

    def _get_undisputed_open(self):
        """Return what is still to pay and not contested, payments under way
        deducted."""
        self.ensure_one()
        left = self._legal_get_open_amount() - self.disputed_amount
        return max(self.currency_id.round(left), 0.0)

    def _get_lines_to_contest(self):
        """Return the lines a client may contest: work and costs, not deposits."""
        self.ensure_one()
        return self.invoice_line_ids.filtered(
            lambda line: (
                line.display_type == "product"
                and not line.legal_provision_id
                and line.currency_id.compare_amounts(line.price_total, 0) > 0
            )
        )

    # What others do to the invoice ----------------------------------------------

    def _post(self, soft=True):
        """End the disputes that a credit note settles, or credits in full."""
        posted = super()._post(soft=soft)
        refunds = posted.filtered(
            lambda move: move.move_type == "out_refund" and move.reversed_entry_id
        )
        # sudo: an accountant credits invoices of matters he does not see.
        for refund in refunds.sudo():
            origin = refund.reversed_entry_id
            ended = refund.settled_dispute_id.filtered("is_open")
            if origin.currency_id.is_zero(origin.amount_residual):
                ended |= origin.dispute_ids.filtered("is_suspending")
            ended._close_by_credit(refund)
        return posted

    def button_cancel(self):
        res = super().button_cancel()
        # sudo: as above
        for dispute in self.sudo().dispute_ids.filtered("is_open"):
            dispute._do("withdraw")
            dispute._log(self.env._("The invoice was cancelled."))
        return res

    # Screens ----------------------------------------------------------------------

    def action_open_dispute(self):
        """Open the form of a new dispute of this invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record a Dispute of %(number)s", number=self.name),
            "res_model": "legal.dispute",
            "view_mode": "form",
            "context": {"default_move_id": self.id},
        }

    def action_view_disputes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_dispute_action"
        )
        action["domain"] = [("move_id", "=", self.id)]
        action["context"] = {"default_move_id": self.id}
        return action
