from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import fees, success


class LegalFeeOutcome(models.Model):
    """The result on which a success fee is due, with its proof."""

    _name = "legal.fee.outcome"
    _description = "Outcome"
    _inherit = ["legal.wall.mixin", "mail.thread"]
    _order = "decided_on desc, id desc"
    _check_company_auto = True

    term_id = fields.Many2one(
        "legal.fee.term",
        string="Success fee",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('kind', '=', 'success')]",
    )
    matter_id = fields.Many2one(related="term_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="term_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="term_id.currency_id")
    name = fields.Char(
        string="Result",
        required=True,
        help="What the client reads: which decision or settlement, of which day.",
    )
    decided_on = fields.Date(required=True, tracking=True)
    amount_obtained = fields.Monetary(
        string="Obtained",
        tracking=True,
        help="What the client gets, or must pay when the share is of what is saved.",
    )
    amount_claimed = fields.Monetary(
        string="Claimed", tracking=True, help="What the opponent had asked for."
    )
    amount_costs_award = fields.Monetary(
        string="Of which art. 700", help="Sums under article 700 CPC."
    )
    irrevocable_on = fields.Date(
        tracking=True, help="No appeal is possible any more, or both sides accepted."
    )
    paid_on = fields.Date(string="Client paid on", tracking=True)
    proof_attachment_ids = fields.Many2many("ir.attachment", string="Proof")
    due_on = fields.Date(string="Billable from", compute="_compute_due_on", store=True)
    fee_amount = fields.Monetary(string="Success fee due", compute="_compute_fee")
    explanation = fields.Char(compute="_compute_fee")
    prebill_line_ids = fields.One2many("legal.prebill.line", "outcome_id")
    is_billed = fields.Boolean(compute="_compute_is_billed")

    _once = models.UniqueIndex(
        "(term_id)",
        "The result of this success fee is already recorded: change that one.",
    )
    _not_negative = models.Constraint(
        "CHECK (COALESCE(amount_obtained, 0) >= 0 AND COALESCE(amount_claimed, 0) >= 0"
        " AND COALESCE(amount_costs_award, 0) >= 0)",
        "The amounts of a result cannot be negative.",
    )

    @api.depends("term_id.success_trigger", "decided_on", "irrevocable_on", "paid_on")
    def _compute_due_on(self):
        days = {
            "decision": "decided_on",
            "irrevocable": "irrevocable_on",
            "payment": "paid_on",
        }
        for outcome in self:
            outcome.due_on = outcome[
                days.get(outcome.term_id.success_trigger, "irrevocable_on")
            ]

    @api.depends("term_id", "amount_obtained", "amount_claimed", "amount_costs_award")
    def _compute_fee(self):
        for outcome in self:
            outcome.fee_amount, outcome.explanation = 0, ""
            if outcome.term_id.tier_ids:
                result = outcome._get_result()
                outcome.fee_amount = float(result.amount)
                outcome.explanation = outcome._explain(result)

    def _compute_is_billed(self):
        for outcome in self:
            outcome.is_billed = any(outcome.prebill_line_ids.mapped("is_live"))

    def _get_result(self):
        """Return the success fee as the engine works it out, with its slices."""
        self.ensure_one()
        term = self.term_id
        base = success.get_base(
            term.success_base,
            fees.to_decimal(self.amount_obtained),
            fees.to_decimal(self.amount_claimed),
            fees.to_decimal(self.amount_costs_award),
            term.with_costs_award,
        )
        return success.success_fee(
            base,
            term.tier_ids._prepare_success_tiers(),
            fees.to_decimal(term.currency_id.rounding),
            fees.to_decimal(term.floor_amount) or None,
            fees.to_decimal(term.ceiling_amount) or None,
        )

    def _explain(self, result):
        _ = self.env._
        term = self.term_id
        words = " + ".join(
            _(
                "%(percent)s of %(base)s = %(amount)s",
                percent=term._say_percent(float(part.percent)),
                base=term._say_money(float(part.base)),
                amount=term._say_money(float(part.amount)),
            )
            for part in result.slices
        )
        if result.limit == "floor":
            words = _("%(words)s; brought up to the agreed floor", words=words)
        elif result.limit == "ceiling":
            words = _("%(words)s; brought down to the agreed ceiling", words=words)
        return words

    @api.constrains("term_id")
    def _check_kind(self):
        for outcome in self:
            if outcome.term_id.kind != "success":
                raise ValidationError(
                    self.env._(
                        "“%(term)s” of %(place)s is no success fee: record the result"
                        " on one.",
                        term=outcome.term_id.name,
                        place=outcome.term_id._get_term_place(),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        outcomes = super().create(vals_list)
        outcomes._own_proofs()
        return outcomes

    def write(self, vals):
        guarded = {
            "term_id",
            "amount_obtained",
            "amount_claimed",
            "amount_costs_award",
        }
        if guarded & vals.keys():
            self._check_not_billed()
        result = super().write(vals)
        if "proof_attachment_ids" in vals:
            self._own_proofs()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed()

    def _check_not_billed(self):
        for outcome in self.filtered("is_billed"):
            raise UserError(
                self.env._(
                    "The result “%(outcome)s” of %(matter)s is on a pre-bill or an"
                    " invoice: correct it with a credit note.",
                    outcome=outcome.name,
                    matter=outcome.matter_id._neutral_label(),
                )
            )

    def _own_proofs(self):
        """Tie each proof to its result, whose wall it then shares."""
        for outcome in self:
            # sudo: only the person who uploaded a loose file may write on it.
            loose = outcome.proof_attachment_ids.sudo().filtered(lambda a: not a.res_id)
            loose.write({"res_model": self._name, "res_id": outcome.id})
