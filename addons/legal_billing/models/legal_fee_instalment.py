from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import fees, schedule


class LegalFeeInstalment(models.Model):
    """One payment of a fixed fee: due on a date, at signature, at a milestone."""

    _name = "legal.fee.instalment"
    _description = "Fee Instalment"
    _inherit = ["legal.fee.sent.mixin"]
    _order = "due_on, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    term_id = fields.Many2one(
        "legal.fee.term", required=True, index=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        related="term_id.agreement_id", store=True, index=True
    )
    matter_id = fields.Many2one(related="term_id.matter_id", store=True, index=True)
    company_id = fields.Many2one(related="term_id.company_id", store=True)
    currency_id = fields.Many2one(related="term_id.currency_id")
    percent = fields.Float(
        string="Of the fee",
        help="Fill it and the amount follows; the last of them"
        " takes what rounding leaves.",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    trigger = fields.Selection(
        [
            ("signature", "At signature"),
            ("date", "On a date"),
            ("milestone", "At a milestone"),
        ],
        default="date",
        required=True,
    )
    due_on = fields.Date(string="Billable from")
    project_id = fields.Many2one(related="matter_id.project_id")
    milestone_id = fields.Many2one(
        "project.milestone",
        domain="[('project_id', '=', project_id)]",
        index="btree_not_null",
        ondelete="restrict",
        help="Confirming it in the project makes the instalment billable that day.",
    )
    prebill_line_ids = fields.One2many("legal.prebill.line", "instalment_id")
    is_billed = fields.Boolean(compute="_compute_is_billed", store=True)
    is_taken = fields.Boolean(
        compute="_compute_is_taken", help="On a pre-bill or an invoice already."
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An instalment must have an amount above zero."
    )
    _milestone_when_named = models.Constraint(
        "CHECK (trigger = 'milestone' OR milestone_id IS NULL)",
        "Only an instalment due at a milestone names one.",
    )
    _date_when_dated = models.Constraint(
        "CHECK (trigger != 'date' OR due_on IS NOT NULL)",
        "An instalment due on a date needs that date.",
    )

    @api.depends("percent", "term_id.amount", "term_id.instalment_ids.percent")
    def _compute_amount(self):
        """Give instalments in per cent their amount, exact together.

        Only the rows of a schedule that is all in per cent and makes 100 share the
        fee out; others are rounded one by one, and the check at signature tells.
        """
        for instalment in self:
            term = instalment.term_id
            if not instalment.percent:
                instalment.amount = instalment.amount or 0
                continue
            rows = term.instalment_ids
            percents = [fees.to_decimal(row.percent) for row in rows]
            quantum = fees.to_decimal(term.currency_id.rounding or 0.01)
            fee = fees.to_decimal(term.amount)
            if instalment in rows and all(percents) and sum(percents) == 100:
                shares = schedule.from_percentages(fee, percents, quantum)
                instalment.amount = float(shares[list(rows).index(instalment)])
            else:
                share = fee * fees.to_decimal(instalment.percent) / 100
                instalment.amount = float(fees.round_money(share, quantum))

    @api.depends("prebill_line_ids.is_live")
    def _compute_is_taken(self):
        for instalment in self:
            instalment.is_taken = any(instalment.prebill_line_ids.mapped("is_live"))

    @api.constrains("percent")
    def _check_percent(self):
        for instalment in self:
            if not 0 <= instalment.percent <= 100:
                raise ValidationError(
                    self.env._(
                        "The instalment “%(instalment)s” of “%(term)s” in %(place)s is"
                        " %(value)s %% of the fee: enter a percentage between 0 and"
                        " 100.",
                        instalment=instalment.name,
                        term=instalment.term_id.name,
                        place=instalment.term_id._get_term_place(),
                        value=f"{instalment.percent:g}",
                    )
                )

    @api.constrains("milestone_id", "term_id")
    def _check_milestone_of_matter(self):
        for instalment in self:
            milestone = instalment.milestone_id
            if milestone and milestone.project_id != instalment.project_id:
                raise ValidationError(
                    self.env._(
                        "The instalment “%(instalment)s” of %(matter)s names a"
                        " milestone of another matter: choose one of this matter's"
                        " project.",
                        instalment=instalment.name,
                        matter=instalment.matter_id._neutral_label(),
                    )
                )

    @api.depends("prebill_line_ids.is_live", "prebill_line_ids.prebill_id.state")
    def _compute_is_billed(self):
        for instalment in self:
            instalment.is_billed = any(
                line.is_live and line.prebill_id.state == "invoiced"
                for line in instalment.prebill_line_ids
            )

    def _set_signature_date(self, signed_on):
        """Make the instalments due at signature billable from that day."""
        self.filtered(lambda i: i.trigger == "signature").write({"due_on": signed_on})
        for instalment in self.filtered("milestone_id.is_reached"):
            reached = instalment.milestone_id.reached_date or signed_on
            instalment.due_on = max(reached, signed_on)

    def _set_reached(self, day):
        """Make instalments billable because their milestone is confirmed."""
        self.write({"due_on": day})
        for agreement, instalments in self.grouped("agreement_id").items():
            agreement._tell_billable(instalments)

    def _set_unreached(self):
        """Take back what a milestone confirmed by mistake made billable."""
        waiting = self.filtered(lambda instalment: not instalment.is_taken)
        waiting.write({"due_on": False})
        for agreement in waiting.agreement_id:
            due = agreement.term_ids.instalment_ids.filtered(
                lambda i: i.trigger == "milestone" and i.due_on and not i.is_taken
            )
            if not due:
                agreement._untell_billable()
