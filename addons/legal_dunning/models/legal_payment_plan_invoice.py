from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalPaymentPlanInvoice(models.Model):
    """An invoice paid by a plan, and how it stood when the plan began."""

    _name = "legal.payment.plan.invoice"
    _description = "Invoice of a Payment Plan"
    _order = "plan_id, due_on, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        "legal.payment.plan", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('amount_residual', '>', 0)]",
    )
    due_on = fields.Date(related="move_id.invoice_date_due", store=True)
    currency_id = fields.Many2one(related="move_id.currency_id")
    residual = fields.Monetary(
        "Still to Pay", related="move_id.amount_residual", related_sudo=True
    )
    amount = fields.Monetary(
        "On the Plan",
        compute="_compute_amounts",
        store=True,
        precompute=True,
        help="What is still to pay and not in dispute.",
    )
    amount_outside = fields.Monetary(
        "In Dispute", compute="_compute_amounts", store=True, precompute=True
    )
    residual_start = fields.Monetary(
        compute="_compute_amounts", store=True, precompute=True
    )
    credited_start = fields.Monetary(
        compute="_compute_amounts", store=True, precompute=True
    )
    is_live = fields.Boolean(
        related="plan_id.is_live", store=True, export_string_translation=False
    )
    state = fields.Selection(related="plan_id.state")

    _one_live_plan = models.UniqueIndex(
        "(move_id) WHERE is_live",
        "This invoice is already on a payment plan.",
    )
    _once_a_plan = models.Constraint(
        "UNIQUE (plan_id, move_id)", "An invoice is on a plan once."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "What a plan asks for an invoice is not negative."
    )

    @api.depends("move_id")
    def _compute_amounts(self):
        """Take the figures of the day; they stay until the offer is renewed."""
        # sudo: amounts of the ledger, whoever prepares the plan
        credited = self.sudo().move_id._get_credited()
        for row in self:
            move = row.sudo().move_id
            outside = move.disputed_amount
            dispute = row.plan_id.sudo().dispute_id
            if dispute.is_suspending and dispute.move_id == move:
                outside = max(outside - dispute.amount, 0.0)
            row.amount_outside = outside
            row.residual_start = move.amount_residual
            row.amount = move.currency_id.round(move.amount_residual - outside)
            row.credited_start = credited.get(move.id, 0.0)

    def _is_current(self):
        """Tell whether the ledger still says what the plan was made of."""
        self.ensure_one()
        before = (self.amount, self.amount_outside)
        currency = self.currency_id
        move = self.sudo().move_id
        outside = move.disputed_amount
        dispute = self.plan_id.sudo().dispute_id
        if dispute.is_suspending and dispute.move_id == move:
            outside = max(outside - dispute.amount, 0.0)
        now = (move.amount_residual - outside, outside)
        return move.state == "posted" and all(
            not currency.compare_amounts(a, b) for a, b in zip(before, now, strict=True)
        )

    @api.constrains("move_id", "plan_id", "is_live")
    def _check_invoice(self):
        for plan, rows in self.grouped("plan_id").items():
            plan._check_invoices(rows)


class LegalPaymentPlanInstalment(models.Model):
    """A part of a plan and its day; what is paid of it is read from the ledger."""

    _name = "legal.payment.plan.instalment"
    _description = "Instalment"
    _order = "plan_id, due_on, id"

    plan_id = fields.Many2one(
        "legal.payment.plan", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    due_on = fields.Date("Due on", required=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    amount = fields.Monetary(required=True)
    amount_paid = fields.Monetary("Paid", compute="_compute_standing")
    amount_left = fields.Monetary("Left", compute="_compute_standing")
    is_missed = fields.Boolean("Missed", compute="_compute_standing")
    reminded_on = fields.Date("Announced on", readonly=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An instalment is above zero."
    )

    @api.depends("plan_id", "amount", "due_on")
    def _compute_standing(self):
        plans = self.plan_id
        figures = plans._get_figures()
        found = {}
        for plan in plans:
            rows = plan.instalment_ids.sorted("due_on")
            found.update(zip(rows, plan._follow(figures.get(plan.id)), strict=True))
        for row in self:
            standing = found.get(row)
            row.amount_paid = float(standing.paid) if standing else 0.0
            row.amount_left = float(standing.left) if standing else row.amount
            row.is_missed = bool(standing and standing.is_missed)

    @api.depends("due_on", "amount")
    def _compute_display_name(self):
        for row in self:
            row.display_name = (
                f"{row.plan_id.name} – {row.plan_id._format_date(row.due_on)}"
            )

    @api.constrains("amount", "due_on")
    def _check_before(self):
        for row in self:
            if not self.env.su and row.plan_id.state not in ("draft", "asked"):
                raise ValidationError(
                    self.env._(
                        "The instalments of %(plan)s are before the client, or agreed:"
                        " cancel it to make another.",
                        plan=row.plan_id.name,
                    )
                )
