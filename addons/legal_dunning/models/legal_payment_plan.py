from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount, format_date

from ..engine import instalments
from .legal_dunning_planning import to_decimal

STATES = [
    ("draft", "Being Prepared"),
    ("asked", "Asked by the Client"),
    ("offered", "To Accept by the Client"),
    ("running", "Under Way"),
    ("late", "Late"),
    ("done", "Settled"),
    ("broken", "Broken"),
    ("declined", "Declined"),
    ("cancelled", "Cancelled"),
]
#: no second plan may speak of an invoice while it is on one of these
LIVE = ("asked", "offered", "running", "late")
#: agreed and in force
IN_FORCE = ("running", "late")
BEFORE = ("draft", "asked", "offered")
TERMS = {
    "instalment_count",
    "first_on",
    "rhythm",
    "is_interest_frozen",
    "max_missed",
    "grace_days",
    "early_rebate_percent",
    "early_until",
    "contact_id",
    "user_id",
    "invoice_ids",
    "instalment_ids",
}


class LegalPaymentPlan(models.Model):
    """Invoices that a client pays by instalments, agreed on and followed.

    While it is kept, nothing is sent about its invoices. Whether it is kept is read
    from the ledger, never ticked.
    """

    _name = "legal.payment.plan"
    _inherit = [
        "legal.wall.mixin",
        "legal.evidence.mixin",
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _description = "Payment Plan"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Payer",
        compute="_compute_parties",
        store=True,
        index=True,
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_parties", store=True
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Signatory",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        help="Who reads and signs it for the payer, and gets the messages.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        index=True,
        domain=[("share", "=", False)],
    )
    matter_ids = fields.Many2many(
        "legal.matter",
        "legal_payment_plan_matter_rel",
        "plan_id",
        "matter_id",
        "Matters",
        compute="_compute_matter_ids",
        store=True,
        compute_sudo=True,
    )
    dispute_id = fields.Many2one(
        "legal.dispute", "Settles the Dispute", check_company=True, readonly=True
    )
    invoice_ids = fields.One2many(
        "legal.payment.plan.invoice", "plan_id", "Invoices", copy=False
    )
    instalment_ids = fields.One2many(
        "legal.payment.plan.instalment", "plan_id", "Instalments", copy=False
    )
    amount_total = fields.Monetary(
        "Sum of the Plan", compute="_compute_amount_total", store=True
    )
    instalment_count = fields.Integer("Number of Instalments", default=3)
    first_on = fields.Date(
        "First Instalment on",
        default=lambda self: self._default_first_on(),
    )
    rhythm = fields.Selection(
        [
            (instalments.MONTH, "Every month"),
            (instalments.FORTNIGHT, "Every two weeks"),
            (instalments.WEEK, "Every week"),
            ("custom", "On chosen days, in chosen amounts"),
        ],
        required=True,
        default=instalments.MONTH,
    )
    is_interest_frozen = fields.Boolean(
        "Interest Frozen while Kept",
        default=True,
        help="Late-payment interest does not run from the day it is accepted until it"
        " ends.",
    )
    max_missed = fields.Integer(
        "Ends at Missed Instalments",
        default=lambda self: self.env.company.plan_max_missed,
        help="After a notice, the whole of what is left falls due.",
    )
    grace_days = fields.Integer(
        default=lambda self: self.env.company.plan_grace_days,
        help="Days after its date before an instalment counts as missed.",
    )
    early_rebate_percent = fields.Float(
        "Rebate for Paying All at Once (%)",
        digits=(5, 2),
        help="Of what is left; given as a credit note when it is paid.",
    )
    early_until = fields.Date("Rebate until")
    proposed_by = fields.Selection(
        [("firm", "By the firm"), ("client", "By the client")],
        required=True,
        default="firm",
        readonly=True,
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        readonly=True,
        index=True,
        copy=False,
        tracking=True,
    )
    is_live = fields.Boolean(
        compute="_compute_is_live", store=True, export_string_translation=False
    )
    expires_on = fields.Date("Offer Holds until", readonly=True, copy=False)
    sent_attachment_id = fields.Many2one(
        "ir.attachment", "Document to Accept", readonly=True, copy=False
    )
    sent_digest = fields.Char("SHA-256 of the Document", readonly=True, copy=False)
    signed_attachment_id = fields.Many2one(
        "ir.attachment", "Accepted Document", readonly=True, copy=False
    )
    evidence_id = fields.Many2one("legal.evidence", readonly=True, copy=False)
    signed_on = fields.Date("Accepted on", readonly=True, copy=False)
    ended_on = fields.Date(readonly=True, copy=False)
    noticed_on = fields.Date("Warned on", readonly=True, copy=False)
    noticed_count = fields.Integer(readonly=True, copy=False)
    # What the ledger says
    amount_paid = fields.Monetary("Paid", compute="_compute_standing")
    amount_left = fields.Monetary("Left", compute="_compute_standing")
    missed_count = fields.Integer("Missed", compute="_compute_standing")
    next_on = fields.Date("Next on", compute="_compute_standing")
    next_amount = fields.Monetary("Next", compute="_compute_standing")

    # Defaults and computes ----------------------------------------------------------

    def _default_first_on(self):
        return self.env.company._get_dunning_today() + timedelta(days=7)

    @api.depends("invoice_ids.move_id")
    def _compute_parties(self):
        for plan in self:
            # sudo: the parties of the invoices, whoever prepares the plan
            moves = plan.invoice_ids.move_id.sudo()
            plan.partner_id = moves.commercial_partner_id[:1]
            plan.currency_id = moves.currency_id[:1] or plan.company_id.currency_id

    @api.depends("invoice_ids.move_id")
    def _compute_contact_id(self):
        for plan in self:
            # sudo: whom the firm writes to about these invoices
            moves = plan.invoice_ids.move_id.sudo()
            plan.contact_id = plan.contact_id or moves[:1]._get_dunning_partner_of()

    @api.depends("invoice_ids.move_id")
    def _compute_user_id(self):
        for plan in self:
            # sudo: who answers to the payer for these invoices
            moves = plan.invoice_ids.move_id.sudo()
            plan.user_id = plan.user_id or moves[:1]._get_dunning_user_of()

    @api.depends("invoice_ids.move_id.matter_ids")
    def _compute_matter_ids(self):
        for plan in self:
            plan.matter_ids = plan.invoice_ids.move_id.matter_ids

    @api.depends("invoice_ids.amount")
    def _compute_amount_total(self):
        for plan in self:
            plan.amount_total = sum(plan.invoice_ids.mapped("amount"))

    @api.depends("state")
    def _compute_is_live(self):
        for plan in self:
            plan.is_live = plan.state in LIVE

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for plan in self:
            number = plan.name if plan.name != "/" else self.env._("New plan")
            plan.display_name = f"{number} – {plan.partner_id.name or ''}"

    def _compute_access_url(self):
        res = super()._compute_access_url()
        for plan in self:
            plan.access_url = f"/my/plans/{plan.id}"
        return res

    @api.depends("instalment_ids.amount", "instalment_ids.due_on", "state")
    def _compute_standing(self):
        figures = self._get_figures()
        for plan in self:
            rows = plan._follow(figures.get(plan.id))
            left = [row for row in rows if row.left > 0]
            plan.amount_paid = float(sum((row.paid for row in rows), Decimal(0)))
            plan.amount_left = float(sum((row.left for row in rows), Decimal(0)))
            plan.missed_count = sum(row.is_missed for row in rows)
            plan.next_on = left[0].due_on if left else False
            plan.next_amount = float(left[0].left) if left else 0.0

    # What the ledger says -------------------------------------------------------

    def _get_figures(self):
        """Return {plan id: (paid, credited)} since each plan began, in few queries."""
        # sudo: sums of the payer's own invoices
        rows = self.sudo().invoice_ids
        credited = rows.move_id._get_credited()
        figures = {}
        for plan, own in rows.grouped("plan_id").items():
            paid = credits = Decimal(0)
            for row in own:
                move = row.move_id
                taken = credited.get(move.id, 0.0) - row.credited_start
                gone = row.residual_start - move.amount_residual - taken
                currency = move.currency_id
                paid += to_decimal(currency, gone)
                # what lies outside the plan is credited first
                credits += max(
                    to_decimal(currency, taken - row.amount_outside), Decimal(0)
                )
            figures[plan.id] = (paid, credits)
        return figures

    def _get_schedule(self):
        """Return the engine's schedule as it stands."""
        return [
            instalments.Instalment(row.due_on, to_decimal(self.currency_id, row.amount))
            for row in self.instalment_ids.sorted("due_on")
        ]

    def _follow(self, figures=None, today=None):
        """Return the engine's standing of each instalment, oldest first."""
        self.ensure_one()
        if self.state in BEFORE or not figures:
            figures = (Decimal(0), Decimal(0))
        today = today or self.company_id._get_dunning_today()
        return instalments.follow(
            self._get_schedule(), *figures, today, self.grace_days
        )

    # Schedule -------------------------------------------------------------------

    def _make_schedule(self):
        """Divide the sum again; a schedule of one's own is checked instead."""
        for plan in self:
            total = to_decimal(plan.currency_id, plan.amount_total)
            if plan.rhythm == "custom":
                plan._check_schedule()
                continue
            quantum = Decimal(str(plan.currency_id.rounding))
            try:
                schedule = instalments.equal(
                    total, plan.instalment_count, plan.first_on, quantum, plan.rhythm
                )
            except instalments.PlanError as error:
                raise UserError(plan._explain_schedule(error.reason)) from None
            # sudo: the schedule follows the terms, which the caller may write
            plan.sudo().instalment_ids = [
                Command.clear(),
                *(
                    Command.create({"due_on": row.due_on, "amount": float(row.amount)})
                    for row in schedule
                ),
            ]

    def _check_schedule(self):
        self.ensure_one()
        try:
            instalments.check(
                self._get_schedule(), to_decimal(self.currency_id, self.amount_total)
            )
        except instalments.PlanError as error:
            raise UserError(self._explain_schedule(error.reason)) from None

    def _explain_schedule(self, reason):
        total = format_amount(self.env, self.amount_total, self.currency_id)
        return {
            "few": self.env._("A plan has one instalment or more: say how many."),
            "small": self.env._(
                "%(total)s cannot be divided into %(count)s instalments: choose fewer.",
                total=total,
                count=self.instalment_count,
            ),
            "order": self.env._("Each instalment falls due on a day of its own."),
            "sum": self.env._(
                "The instalments must make %(total)s together, to the cent.",
                total=total,
            ),
        }[reason]

    @api.onchange("instalment_count", "first_on", "rhythm", "invoice_ids")
    def _onchange_terms(self):
        """Show the schedule that the terms make, before anything is saved."""
        if self.rhythm != "custom" and self.first_on and self.amount_total:
            try:
                schedule = instalments.equal(
                    to_decimal(self.currency_id, self.amount_total),
                    self.instalment_count,
                    self.first_on,
                    Decimal(str(self.currency_id.rounding)),
                    self.rhythm,
                )
            except instalments.PlanError:
                schedule = []
            self.instalment_ids = [
                Command.clear(),
                *(
                    Command.create({"due_on": row.due_on, "amount": float(row.amount)})
                    for row in schedule
                ),
            ]

    # Checks ---------------------------------------------------------------------

    @api.constrains("max_missed", "grace_days", "early_rebate_percent")
    def _check_terms(self):
        for plan in self:
            if (
                plan.max_missed < 1
                or plan.grace_days < 0
                or not 0 <= plan.early_rebate_percent < 100
            ):
                raise ValidationError(
                    self.env._(
                        "A plan ends at one missed instalment or more, its days of"
                        " grace are not negative, and a rebate lies between 0 and"
                        " 100 %."
                    )
                )

    # CRUD -----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                vals.update(state="draft", proposed_by="firm")
            company = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
            )
            # sudo: numbers are drawn for whoever may make a plan
            Sequence = self.env["ir.sequence"].sudo().with_company(company)
            vals["name"] = Sequence.next_by_code(self._name) or "/"
        plans = super().create(vals_list)
        for plan in plans:
            if plan.invoice_ids and plan.rhythm != "custom":
                plan._make_schedule()
        return plans

    def write(self, vals):
        own = {name for name in vals if self._is_own_field(name)}
        if not self.env.su:
            if own - TERMS:
                raise UserError(
                    self.env._(
                        "A plan is offered, accepted and ended with its buttons: only"
                        " its terms can be edited, before it is accepted."
                    )
                )
            fixed = self.filtered(lambda plan: plan.state not in ("draft", "asked"))
            if fixed and own - {"user_id", "contact_id"}:
                raise UserError(
                    self.env._(
                        "The terms of %(plan)s are before the client, or agreed:"
                        " cancel it to make another.",
                        plan=fixed[0].name,
                    )
                )
        res = super().write(vals)
        if own & {"instalment_count", "first_on", "rhythm", "invoice_ids"}:
            for plan in self:
                if plan.rhythm != "custom" and plan.state in BEFORE:
                    plan._make_schedule()
        return res

    def _is_own_field(self, name):
        field = self._fields.get(name)
        return not field or not name.startswith(("message_", "activity_", "access_"))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "%(plan)s was before the client and stays on record: cancel it"
                        " instead of deleting it.",
                        plan=plan.name,
                    )
                )

    @api.model
    def _legal_wall_field(self):
        return "matter_ids"

    def _get_state_label(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _format_money(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _format_date(self, day):
        if not day:
            return ""
        text = format_date(self.env, day, date_format="d MMMM y")
        if day.day == 1 and (self.env.lang or "").startswith("fr"):
            text = text.replace("1", "1er", 1)
        return text
