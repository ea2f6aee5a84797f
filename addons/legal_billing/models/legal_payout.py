from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount, format_date


class LegalPayout(models.Model):
    """What a provider of online payments paid to the bank in one sum.

    Payments less refunds, less what the provider kept. Until it is booked it is a
    proposal: nothing is in the books of it.
    """

    _name = "legal.payout"
    _description = "Payout of a Provider"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    reference = fields.Char(
        string="Provider's reference", copy=False, help="As the provider calls it."
    )
    method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Provider",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("payment_provider_id", "!=", False)],
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank line",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
    journal_id = fields.Many2one(
        related="statement_line_id.journal_id", string="Bank", store=True
    )
    bank_move_id = fields.Many2one(
        related="statement_line_id.move_id", string="Bank entry"
    )
    line_ids = fields.One2many("legal.payout.line", "payout_id", copy=False)
    payment_count = fields.Integer(compute="_compute_amounts", store=True)
    amount_gross = fields.Monetary(
        string="Payments", compute="_compute_amounts", store=True
    )
    amount_refunded = fields.Monetary(
        string="Refunds", compute="_compute_amounts", store=True
    )
    amount_other = fields.Monetary(
        string="Others", compute="_compute_amounts", store=True
    )
    amount_net = fields.Monetary(string="Paid to the bank", required=True)
    amount_fee = fields.Monetary(
        string="Kept by the provider", compute="_compute_amounts", store=True
    )
    fee_percent = fields.Float(
        string="Fee (%)",
        digits=(5, 2),
        compute="_compute_amounts",
        store=True,
        aggregator=None,
    )
    origin = fields.Selection(
        [("bank", "A bank line"), ("file", "A file"), ("hand", "By hand")],
        string="Found by",
        required=True,
        readonly=True,
        default="hand",
    )
    hint = fields.Char(string="How sure it is", readonly=True, copy=False)
    warning = fields.Char(compute="_compute_warning")
    state = fields.Selection(
        [("draft", "To check"), ("booked", "Booked")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    is_waiting = fields.Boolean(
        string="Waits for the bank", compute="_compute_is_waiting", store=True
    )
    booked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    booked_on = fields.Datetime(readonly=True, copy=False)

    _one_line = models.UniqueIndex(
        "(statement_line_id) WHERE statement_line_id IS NOT NULL",
        "This bank line already has a payout: open that one.",
    )
    _one_reference = models.UniqueIndex(
        "(method_line_id, reference) WHERE reference IS NOT NULL",
        "This payout of the provider is already here: it cannot be read in twice.",
    )

    # -- figures --------

    @api.depends("line_ids.amount", "line_ids.kind", "amount_net")
    def _compute_amounts(self):
        for payout in self:
            sums = dict.fromkeys(("payment", "refund", "other"), 0.0)
            for line in payout.line_ids:
                sums[line.kind] += line.amount
            rounded = payout.currency_id.round
            payout.payment_count = len(
                payout.line_ids.filtered(lambda line: line.kind == "payment")
            )
            payout.amount_gross = rounded(sums["payment"])
            payout.amount_refunded = rounded(-sums["refund"])
            payout.amount_other = rounded(sums["other"])
            payout.amount_fee = rounded(sum(sums.values()) - payout.amount_net)
            payout.fee_percent = (
                100 * payout.amount_fee / payout.amount_gross
                if payout.amount_gross
                else 0.0
            )

    @api.depends("state", "statement_line_id")
    def _compute_is_waiting(self):
        for payout in self:
            payout.is_waiting = payout.state == "draft" and not payout.statement_line_id

    @api.depends("amount_fee", "line_ids.account_id", "statement_line_id", "state")
    def _compute_warning(self):
        for payout in self:
            refusals = payout._get_refusals() if payout.state == "draft" else []
            payout.warning = refusals[0] if refusals else payout._get_doubt()

    @api.depends("name", "method_line_id", "date")
    def _compute_display_name(self):
        for payout in self:
            day = format_date(self.env, payout.date)
            payout.display_name = f"{payout.name} – {payout.method_line_id.name}, {day}"

    def _get_rule(self):
        self.ensure_one()
        return self.env["legal.payout.rule"]._get_rule(self.method_line_id, self.date)

    def _say(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _get_doubt(self):
        """Return what to look at before booking, though it could be booked."""
        self.ensure_one()
        rule = self._get_rule()
        if self.state == "booked" or not rule or self.amount_fee <= 0:
            return False
        count = self.payment_count
        least = self.amount_gross * rule.percent_from / 100 + rule.each_from * count
        most = self.amount_gross * rule.percent_to / 100 + rule.each_to * count
        slack = self.currency_id.rounding * max(count, 1)
        if least - slack <= self.amount_fee <= most + slack:
            return False
        return self.env._(
            "%(provider)s kept %(fee)s, which its rule puts between %(least)s and"
            " %(most)s: check that no payment is missing or too many.",
            provider=self.method_line_id.name,
            fee=self._say(self.amount_fee),
            least=self._say(least),
            most=self._say(most),
        )

    # -- life --------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code(self._name) or "/"
        return super().create(vals_list)

    def write(self, vals):
        kept = {"line_ids", "method_line_id", "amount_net", "statement_line_id", "date"}
        if kept & vals.keys():
            for payout in self.filtered(lambda payout: payout.state == "booked"):
                raise UserError(
                    self.env._(
                        "The payout %(payout)s is booked: undo it before changing it.",
                        payout=payout.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        for payout in self:
            if payout.state == "booked":
                raise UserError(
                    self.env._(
                        "The payout %(payout)s is booked: undo it before deleting it.",
                        payout=payout.name,
                    )
                )

    @api.constrains("statement_line_id", "currency_id", "line_ids")
    def _check_alike(self):
        for payout in self:
            line = payout.statement_line_id
            currency = line.foreign_currency_id or line.currency_id
            if line and currency != payout.currency_id:
                raise ValidationError(
                    self.env._(
                        "The bank line of %(day)s is in %(theirs)s, and the payments of"
                        " %(payout)s are in %(ours)s: choose the line in the same"
                        " currency.",
                        day=format_date(self.env, line.date),
                        theirs=currency.name,
                        payout=payout.name,
                        ours=payout.currency_id.name,
                    )
                )
            for own in payout.line_ids.payment_id:
                if own.currency_id != payout.currency_id:
                    raise ValidationError(
                        self.env._(
                            "The payment %(payment)s is in %(theirs)s, and the payout"
                            " %(payout)s in %(ours)s: take it out.",
                            payment=own.name,
                            theirs=own.currency_id.name,
                            payout=payout.name,
                            ours=payout.currency_id.name,
                        )
                    )

    def action_open_bank_entry(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.bank_move_id.id,
            "view_mode": "form",
        }
