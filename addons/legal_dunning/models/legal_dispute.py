from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount, format_date

from ..engine import disputes

#: what people write by themselves; the rest goes by the buttons
EDITABLE = {
    "user_id",
    "deadline",
    "received_on",
    "contact_id",
    "amount_stated",
    "scope",
    "line_ids",
}
STATES = [
    ("open", "To Answer"),
    ("answered", "Answered"),
    ("mediation", "In Mediation"),
    ("bar", "Before the Bâtonnier"),
    ("closed", "Closed"),
]
OUTCOMES = [
    ("explained", "Explained"),
    ("rebate", "Rebate"),
    ("plan", "Payment Plan"),
    ("maintained", "Maintained"),
    ("mediation", "Settled in Mediation"),
    ("bar", "Decided by the Bâtonnier"),
    ("withdrawn", "Withdrawn"),
]
TODO = "mail.mail_activity_data_todo"


class LegalDispute(models.Model):
    """A client who contests an invoice, some of its lines, or asks about them.

    Says what the ledger says: numbers, amounts, days. What was said about the work
    is in the exchanges, behind the wall of the matter.
    """

    _name = "legal.dispute"
    _inherit = ["legal.wall.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Dispute of an Invoice"
    _order = "deadline, id"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted')]",
    )
    company_id = fields.Many2one(
        related="move_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id",
        store=True,
        index=True,
        string="Payer",
        precompute=True,
    )
    currency_id = fields.Many2one(
        related="move_id.currency_id", store=True, precompute=True
    )
    matter_ids = fields.Many2many(
        "legal.matter",
        "legal_dispute_matter_rel",
        "dispute_id",
        "matter_id",
        "Matters",
        compute="_compute_matter_ids",
        store=True,
        compute_sudo=True,
    )
    kind = fields.Selection(
        [("dispute", "Dispute"), ("question", "Question")],
        required=True,
        default="dispute",
        readonly=True,
    )
    scope = fields.Selection(
        [
            ("whole", "The whole invoice"),
            ("lines", "Chosen lines"),
            ("part", "An amount"),
        ],
        required=True,
        default="whole",
    )
    line_ids = fields.One2many("legal.dispute.line", "dispute_id", "Contested Lines")
    amount_stated = fields.Monetary(
        "Amount Contested", help="VAT included, of what is still to pay."
    )
    amount = fields.Monetary(
        "Contested", compute="_compute_amount", store=True, precompute=True
    )
    invoice_residual = fields.Monetary(
        "Still to Pay", related="move_id.amount_residual", related_sudo=True
    )
    is_by_hand = fields.Boolean(
        "Entered on the Invoice", readonly=True, export_string_translation=False
    )
    received_on = fields.Date(
        required=True, default=lambda self: self.env.company._get_dunning_today()
    )
    raised_by = fields.Selection(
        string="Came In",
        selection=[
            ("firm", "Recorded by the firm"),
            ("client", "By the client online"),
        ],
        required=True,
        default="firm",
        readonly=True,
    )
    contact_id = fields.Many2one("res.partner", "Raised by", index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        index=True,
        domain=[("share", "=", False)],
        help="Who answers the client: the lead of the matter unless somebody else is"
        " chosen.",
    )
    deadline = fields.Date(
        "Answer by", compute="_compute_deadline", store=True, readonly=False
    )
    state = fields.Selection(
        STATES, required=True, default="open", readonly=True, index=True, tracking=True
    )
    outcome = fields.Selection(OUTCOMES, readonly=True, tracking=True)
    is_open = fields.Boolean(
        compute="_compute_is_open", store=True, export_string_translation=False
    )
    is_suspending = fields.Boolean(
        compute="_compute_is_open", store=True, export_string_translation=False
    )
    answered_on = fields.Date(readonly=True)
    mediation_on = fields.Date("In Mediation since", readonly=True)
    referred_on = fields.Date("Before the Bâtonnier since", readonly=True)
    closed_on = fields.Date(readonly=True)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True)
    credit_note_ids = fields.Many2many(
        "account.move",
        "legal_dispute_credit_rel",
        "dispute_id",
        "move_id",
        "Credit Notes",
        readonly=True,
        check_company=True,
    )
    exchange_ids = fields.One2many("legal.dispute.exchange", "dispute_id", "Exchanges")
    grounds = fields.Text(
        compute="_compute_words",
        inverse="_inverse_grounds",
        compute_sudo=False,
        help="What the client contests and why. Read by the team of the matter alone.",
    )
    acts_allowed = fields.Char(
        compute="_compute_acts_allowed", export_string_translation=False
    )
    mediator = fields.Char(compute="_compute_mediator")

    _one_open_on_whole = models.UniqueIndex(
        "(move_id) WHERE is_suspending AND scope = 'whole'",
        "This whole invoice is already in dispute.",
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "A contested amount is not negative."
    )

    # Computes -------------------------------------------------------------------

    @api.depends("move_id.matter_ids")
    def _compute_matter_ids(self):
        for dispute in self:
            dispute.matter_ids = dispute.move_id.matter_ids

    @api.depends("scope", "amount_stated", "line_ids.amount", "kind")
    def _compute_amount(self):
        for dispute in self:
            if dispute.kind == "question":
                dispute.amount = 0.0
            elif dispute.scope == "lines":
                dispute.amount = sum(dispute.line_ids.mapped("amount"))
            else:
                dispute.amount = dispute.amount_stated

    @api.depends("move_id")
    def _compute_user_id(self):
        for dispute in self:
            # sudo: who answers for the matter is on each letter to its client.
            dispute.user_id = dispute.move_id.sudo()._get_dunning_user()

    @api.depends("received_on", "company_id")
    def _compute_deadline(self):
        for dispute in self:
            days = dispute.company_id.sudo().dispute_days
            dispute.deadline = dispute.received_on and (
                dispute.received_on + timedelta(days=days)
            )

    @api.depends("state", "kind")
    def _compute_is_open(self):
        for dispute in self:
            dispute.is_open = dispute.state in disputes.OPEN
            dispute.is_suspending = dispute.is_open and dispute.kind == "dispute"

    @api.depends("move_id.name", "received_on", "kind")
    def _compute_display_name(self):
        for dispute in self:
            # sudo: the number of the invoice, which the ledger tells as well
            number = dispute.move_id.sudo().name or ""
            label = (
                self.env._("Question about %(number)s", number=number)
                if dispute.kind == "question"
                else self.env._("Dispute of %(number)s", number=number)
            )
            day = dispute.received_on
            dispute.display_name = (
                f"{label} ({format_date(self.env, day)})" if day else label
            )

    @api.depends("exchange_ids.body")
    @api.depends_context("uid")
    def _compute_words(self):
        for dispute in self:
            first = dispute.exchange_ids.filtered(lambda word: word.is_grounds)[:1]
            dispute.grounds = first.body or False

    def _inverse_grounds(self):
        for dispute in self:
            first = dispute.exchange_ids.filtered(lambda word: word.is_grounds)[:1]
            if first and first.body != dispute.grounds:
                raise UserError(
                    self.env._(
                        "What the client said stays as he said it: add an exchange to"
                        " %(dispute)s instead.",
                        dispute=dispute.display_name,
                    )
                )
            if not first and dispute.grounds:
                dispute._say(dispute.grounds, side=dispute.raised_by, is_grounds=True)

    @api.depends("state", "kind")
    def _compute_acts_allowed(self):
        for dispute in self:
            found = disputes.acts(dispute.state, dispute.kind == "question")
            dispute.acts_allowed = f",{','.join(found)},"

    @api.depends("received_on", "partner_id")
    def _compute_mediator(self):
        Parameter = self.env["legal.parameter"]
        for dispute in self:
            day = dispute.received_on or fields.Date.context_today(self)
            parts = [
                Parameter._find(f"mediator_{key}", day)
                for key in ("name", "address", "email", "site")
            ]
            is_consumer = dispute.move_id.sudo()._legal_get_client_kind() == "consumer"
            dispute.mediator = is_consumer and ", ".join(filter(None, parts))

    # Checks -----------------------------------------------------------------------

    @api.constrains("move_id", "scope", "amount", "kind", "state")
    def _check_part(self):
        for dispute in self:
            if dispute.is_suspending:
                dispute._check_one_part()

    def _check_one_part(self):
        """Refuse what is contested twice, too high, nothing or no longer owed."""
        self.ensure_one()
        # sudo: other disputes of the invoice count, whoever may read them.
        move = self.sudo().move_id
        currency = move.currency_id
        number = move.name

        def money(amount):
            return format_amount(self.env, amount, currency)

        if move.state != "posted" or move.move_type != "out_invoice":
            raise ValidationError(
                self.env._(
                    "%(number)s is no issued invoice: nothing of it can be contested.",
                    number=move._legal_get_label(),
                )
            )
        if currency.compare_amounts(self.amount, 0) <= 0:
            raise ValidationError(
                self.env._(
                    "Say what is contested of %(number)s: the whole invoice, lines of"
                    " it, or an amount above zero.",
                    number=number,
                )
            )
        others = move.dispute_ids.filtered("is_suspending") - self.sudo()
        if others and (self.scope == "whole" or "whole" in others.mapped("scope")):
            raise ValidationError(
                self.env._(
                    "%(number)s is already in dispute (%(other)s): a dispute of the"
                    " whole invoice stands alone.",
                    number=number,
                    other=others[0].display_name,
                )
            )
        left = move.amount_residual - sum(others.mapped("amount"))
        if currency.compare_amounts(self.amount, left) > 0:
            raise ValidationError(
                self.env._(
                    "%(amount)s of %(number)s cannot be contested: only %(left)s of it"
                    " is still to pay and not in dispute.",
                    amount=money(self.amount),
                    number=number,
                    left=money(max(left, 0.0)),
                )
            )

    # CRUD -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Record disputes; the words stand apart, behind the wall."""
        Move = self.env["account.move"]
        words = [vals.pop("grounds", False) for vals in vals_list]
        for vals in vals_list:
            if not self.env.su:
                vals.update(state="open", raised_by="firm")
            if (vals.get("amount_stated") or 0) < 0:
                vals["amount_stated"] = 0.0  # refused below, with a sentence
            if vals.get("scope", "whole") == "whole" and vals.get("move_id"):
                vals["amount_stated"] = (
                    Move.browse(vals["move_id"]).sudo().amount_residual
                )
        # sudo: the lock alone; whoever comes second sees what the first one left.
        Move.browse(
            [vals["move_id"] for vals in vals_list]
        ).sudo()._legal_lock_payment()
        records = super().create(vals_list)
        for dispute, grounds in zip(records, words, strict=True):
            if grounds:
                dispute._say(grounds, side=dispute.raised_by, is_grounds=True)
            dispute._start()
        return records

    def write(self, vals):
        if not self.env.su:
            own = {name for name in vals if self._is_own_field(name)}
            if own - EDITABLE - {"grounds"}:
                raise UserError(
                    self.env._(
                        "A dispute is answered, settled and closed with its buttons:"
                        " only its part, owner and dates can be edited."
                    )
                )
            closed = self.filtered(lambda dispute: not dispute.is_open)
            if closed and own:
                raise UserError(
                    self.env._(
                        "%(dispute)s is closed and stays as it was settled.",
                        dispute=closed[0].display_name,
                    )
                )
        res = super().write(vals)
        if "deadline" in vals or "user_id" in vals:
            self._remind_owner()
        return res

    def _is_own_field(self, name):
        """Tell a field of ours from those of the log and of activities."""
        field = self._fields.get(name)
        return (
            not field
            or not field.inherited
            and not name.startswith(("message_", "activity_"))
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        for dispute in self:
            raise UserError(
                self.env._(
                    "%(dispute)s is part of the record of the invoice: withdraw it"
                    " instead of deleting it.",
                    dispute=dispute.display_name,
                )
            )

    # The wall ---------------------------------------------------------------------

    @api.model
    def _legal_wall_field(self):
        return "matter_ids"
