from collections import defaultdict

from odoo import api, fields, models


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    agreement_ids = fields.One2many("legal.fee.agreement", "matter_id")
    agreement_id = fields.Many2one(
        "legal.fee.agreement",
        string="Agreement in force",
        compute="_compute_agreement_id",
    )
    fee_term_ids = fields.Many2many(
        "legal.fee.term", string="Terms in force", compute="_compute_fee_term_ids"
    )
    cost_ids = fields.One2many("legal.cost", "matter_id")
    prebill_ids = fields.One2many("legal.prebill", "matter_id")
    prebill_count = fields.Integer(compute="_compute_billing_figures")
    cost_count = fields.Integer(compute="_compute_billing_figures")
    move_count = fields.Integer(compute="_compute_billing_figures")
    amount_wip = fields.Monetary(
        string="Work in progress",
        compute="_compute_billing_figures",
        help="Approved time not billed yet, at its frozen rates, and unbilled costs.",
    )
    amount_billed = fields.Monetary(
        string="Billed", compute="_compute_billing_figures", help="Excluding VAT."
    )
    amount_unpaid = fields.Monetary(
        string="Unpaid",
        compute="_compute_billing_figures",
        help="What the client still owes, VAT included, on this matter's invoices.",
    )

    @api.depends("agreement_ids.state")
    def _compute_agreement_id(self):
        today = fields.Date.context_today(self)
        for matter in self:
            matter.agreement_id = matter.agreement_ids.filtered(
                lambda a: (
                    a.state == "signed"
                    and a.date_from <= today
                    and (not a.date_to or a.date_to >= today)
                )
            )[:1]

    @api.depends("agreement_id")
    def _compute_fee_term_ids(self):
        for matter in self:
            matter.fee_term_ids = matter.agreement_id.term_ids

    def _compute_billing_figures(self):
        """Add the figures up in a few grouped queries.

        Invoices are read with elevated rights: whoever may see the matter may
        see what it cost its client, accountant or not.
        """
        ids = self.ids
        time = dict(
            self.env["account.analytic.line"]._read_group(
                [("matter_id", "in", ids), ("billing_status", "=", "approved")],
                ["matter_id"],
                ["amount_billable:sum"],
            )
        )
        costs = dict(
            self.env["legal.cost"]._read_group(
                [("matter_id", "in", ids), ("billing_status", "=", "to_bill")],
                ["matter_id"],
                ["amount:sum"],
            )
        )
        cost_counts = dict(
            self.env["legal.cost"]._read_group(
                [("matter_id", "in", ids)], ["matter_id"], ["__count"]
            )
        )
        prebills = dict(
            self.env["legal.prebill"]._read_group(
                [("matter_id", "in", ids), ("state", "!=", "cancelled")],
                ["matter_id"],
                ["__count"],
            )
        )
        # sudo: amounts of the matter's own invoices, see the docstring.
        billed = defaultdict(list)
        for matter, *figures in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("matter_id", "in", ids),
                    ("parent_state", "=", "posted"),
                    ("display_type", "=", "product"),
                    ("move_id.move_type", "in", ("out_invoice", "out_refund")),
                ],
                ["matter_id", "currency_id", "legal_category_id"],
                ["amount_currency:sum", "balance:sum", "move_id:recordset"],
            )
        ):
            billed[matter.id].append(figures)
        for matter in self:
            rows = billed[matter.id]
            moves = self.env["account.move"].sudo().union(*(row[-1] for row in rows))
            matter.amount_wip = time.get(matter, 0.0) + costs.get(matter, 0.0)
            # Money received in advance is billed when a final invoice uses it up.
            matter.amount_billed = -sum(
                matter._get_own_amount(currency, amount, balance)
                for currency, category, amount, balance, _moves in rows
                if category.section != "provisions"
            )
            matter.amount_unpaid = sum(
                matter._get_own_amount(
                    move.currency_id,
                    move.amount_residual * -move.direction_sign,
                    move.amount_residual_signed,
                )
                for move in moves
            )
            matter.move_count = len(moves)
            matter.prebill_count = prebills.get(matter, 0)
            matter.cost_count = cost_counts.get(matter, 0)

    def _get_own_amount(self, currency, amount, balance):
        """Return an amount of the ledger in the currency of the matter.

        :param amount: in ``currency``
        :param balance: the same in the currency of the company
        """
        self.ensure_one()
        if currency == self.currency_id:
            return amount
        company = self.company_id
        if company.currency_id == self.currency_id:
            return balance
        today = fields.Date.context_today(self)
        return company.currency_id._convert(balance, self.currency_id, company, today)

    # -- what an agreement says about time ---------------------------------------

    def _can_change_currency(self):
        """A signed agreement, a pre-bill or a cost is in the currency it was made."""
        return (
            super()._can_change_currency()
            and "signed" not in self.agreement_ids.mapped("state")
            and not self.prebill_ids
            and not self.cost_ids
        )

    def _get_time_increments(self, pairs):
        """Let the signed agreement of a day replace the rule of the matter."""
        pairs = list(pairs)
        increments = super()._get_time_increments(pairs)
        # sudo: how time is counted binds whoever records it
        signed = self.sudo().agreement_ids.filtered(
            lambda agreement: agreement.state != "draft" and agreement.has_time_rule
        )
        if not signed:
            return increments
        today = fields.Date.context_today(self)
        for matter_id, day in pairs:
            agreement = signed.filtered(
                lambda a, m=matter_id, d=day or today: a._rules_time_of(m, d)
            )[:1]
            if agreement:
                increments[matter_id, day] = agreement._get_time_rule()
        return increments

    def action_view_agreements(self):
        return self._action_view_satellite(
            "legal.fee.agreement", self.env._("Fee agreements")
        )

    def action_view_costs(self):
        return self._action_view_satellite("legal.cost", self.env._("Costs"))

    def action_view_prebills(self):
        return self._action_view_satellite("legal.prebill", self.env._("Pre-bills"))

    def action_view_invoices(self):
        action = self._action_view_satellite("account.move", self.env._("Invoices"))
        action["domain"] = [("matter_ids", "in", self.ids)]
        action["context"] = {"create": False}
        return action

    def _action_view_satellite(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "name": name,
            "view_mode": "list,form",
            "domain": [("matter_id", "in", self.ids)],
            "context": {"default_matter_id": self[:1].id},
        }

    def action_prebill(self):
        """Make this matter's pre-bill up to today and open it."""
        self.ensure_one()
        prebill, warnings = self.env["legal.prebill"]._generate(
            self, fields.Date.context_today(self)
        )
        if not prebill:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "warning" if warnings else "info",
                    "message": "\n".join(warnings)
                    or self.env._(
                        "Nothing to bill on %(matter)s: no approved time, cost or"
                        " instalment is waiting.",
                        matter=self.matter_number,
                    ),
                },
            }
        if warnings:
            prebill.message_post(body="\n".join(warnings))
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.prebill",
            "view_mode": "form",
            "res_id": prebill.id,
        }
