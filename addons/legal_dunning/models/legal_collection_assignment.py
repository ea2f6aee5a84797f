from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

EXTERNAL = "legal_dunning.group_legal_external_collector"


class LegalCollectionAssignment(models.Model):
    """Unpaid invoices of a payer, given to an external collector for a time.

    It is all that he sees: a payer, numbers, days and amounts; no work, no file. What
    he may read is copied here, so that he needs no right on the ledger.
    """

    _name = "legal.collection.assignment"
    _description = "Collection Given to an External Collector"
    _order = "is_in_force desc, date_from desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", "Payer", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", "Collector", required=True, index=True, ondelete="restrict"
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: fields.Date.context_today(self)
    )
    date_to = fields.Date("Until")
    is_in_force = fields.Boolean(
        "In Force", compute="_compute_is_in_force", store=True, index=True
    )
    fee_percent = fields.Float("Fee (%)", digits=(5, 2))
    instructions = fields.Text(help="Read by the collector.")
    line_ids = fields.One2many(
        "legal.collection.assignment.line", "assignment_id", "Invoices"
    )
    log_ids = fields.One2many("legal.external.log", "assignment_id", "Log")
    payer_name = fields.Char(compute="_compute_payer", compute_sudo=True)
    payer_phone = fields.Char("Phone", compute="_compute_payer", compute_sudo=True)
    payer_email = fields.Char("E-mail", compute="_compute_payer", compute_sudo=True)
    payer_address = fields.Char("Address", compute="_compute_payer", compute_sudo=True)
    amount_assigned = fields.Monetary(
        "Assigned", compute="_compute_amounts", store=True
    )
    amount_residual = fields.Monetary(
        "Left to Pay", compute="_compute_amounts", store=True
    )
    amount_recovered = fields.Monetary("Recovered", compute="_compute_recovered")
    amount_cost = fields.Monetary("Cost of Collection", compute="_compute_recovered")

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "An assignment ends after it starts.",
    )
    _fee_in_range = models.Constraint(
        "CHECK (fee_percent BETWEEN 0 AND 100)", "A fee is between 0 and 100 %."
    )
    _one_in_force = models.UniqueIndex(
        "(partner_id, company_id) WHERE is_in_force",
        "This payer is with a collector already: end that assignment first.",
    )

    @api.depends("date_from", "date_to")
    def _compute_is_in_force(self):
        for record in self:
            today = fields.Date.context_today(record)
            record.is_in_force = bool(
                record.date_from
                and record.date_from <= today
                and (not record.date_to or record.date_to >= today)
            )

    @api.depends("payer_name", "date_from")
    def _compute_display_name(self):
        for record in self:
            record.display_name = record.payer_name or ""

    @api.depends("partner_id")
    def _compute_payer(self):
        for record in self:
            payer = record.partner_id
            contact = payer._get_dunning_recipient() if payer else payer
            town = " ".join(filter(None, (payer.zip, payer.city)))
            record.payer_name = payer.name
            record.payer_phone = contact.phone or payer.phone
            record.payer_email = contact.email or payer.email
            record.payer_address = ", ".join(filter(None, (payer.street, town)))

    @api.depends("line_ids.amount_start", "line_ids.amount_residual")
    def _compute_amounts(self):
        for record in self:
            record.amount_assigned = sum(record.line_ids.mapped("amount_start"))
            record.amount_residual = sum(record.line_ids.mapped("amount_residual"))

    @api.depends("line_ids", "date_from", "date_to", "fee_percent")
    def _compute_recovered(self):
        # sudo: sums of the very assignments that the reader may read.
        rows = dict(
            self.env["legal.collection.result"]
            .sudo()
            ._read_group(
                [("assignment_id", "in", self.ids)],
                ["assignment_id"],
                ["amount:sum"],
            )
        )
        for record in self:
            amount = rows.get(record.sudo(), 0.0)
            record.amount_recovered = amount
            record.amount_cost = record.currency_id.round(
                amount * record.fee_percent / 100
            )

    @api.constrains("user_id")
    def _check_user(self):
        for record in self:
            if not record.user_id.has_group(EXTERNAL):
                raise ValidationError(
                    self.env._(
                        "%(user)s is no external collector: choose a user with that"
                        " role alone.",
                        user=record.user_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records.filtered(lambda r: not r.line_ids):
            record._take_overdue()
        return records

    def _take_overdue(self):
        """Take every overdue invoice of the payer."""
        self.ensure_one()
        moves = self.env["account.move"].search(
            [
                (
                    "commercial_partner_id",
                    "=",
                    self.partner_id.commercial_partner_id.id,
                ),
                ("company_id", "=", self.company_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", self.date_from),
                ("id", "not in", self.line_ids.move_id.ids),
            ]
        )
        self.line_ids = [Command.create({"move_id": move.id}) for move in moves]

    def action_take_overdue(self):
        self.check_access("write")
        for record in self:
            record._take_overdue()

    def action_end(self):
        """Take the collection back today."""
        self.check_access("write")
        self.date_to = fields.Date.context_today(self)
        self.is_in_force = False

    @api.model
    def _cron_refresh(self):
        """At midnight, open what begins and close what ended."""
        records = self.search([])
        records._compute_is_in_force()


class LegalCollectionAssignmentLine(models.Model):
    """One invoice of an assignment, as much as its collector needs of it."""

    _name = "legal.collection.assignment.line"
    _description = "Invoice Given to an External Collector"
    _order = "due_on, id"
    _check_company_auto = True

    assignment_id = fields.Many2one(
        "legal.collection.assignment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="assignment_id.company_id", store=True)
    user_id = fields.Many2one(related="assignment_id.user_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    matter_ids = fields.Many2many(
        "legal.matter",
        "legal_collection_line_matter_rel",
        "line_id",
        "matter_id",
        compute="_compute_matter_ids",
        store=True,
        compute_sudo=True,
        groups="legal_timesheet.group_legal_user",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_facts", store=True)
    number = fields.Char(compute="_compute_facts", store=True)
    issued_on = fields.Date(compute="_compute_facts", store=True)
    due_on = fields.Date(compute="_compute_facts", store=True)
    amount_total = fields.Monetary("Total", compute="_compute_facts", store=True)
    amount_start = fields.Monetary("Assigned", readonly=True)
    amount_residual = fields.Monetary(
        "Left to Pay", compute="_compute_residual", store=True, compute_sudo=True
    )

    _invoice_once = models.UniqueIndex(
        "(assignment_id, move_id)", "This invoice is in the assignment already."
    )

    @api.depends("move_id.matter_ids")
    def _compute_matter_ids(self):
        for line in self:
            line.matter_ids = line.move_id.matter_ids

    @api.depends("move_id")
    def _compute_facts(self):
        for line in self:
            # sudo: a number, days and an amount, which are what is given to collect.
            move = line.sudo().move_id
            line.currency_id = move.currency_id
            line.number = move.name
            line.issued_on = move.invoice_date
            line.due_on = move.invoice_date_due
            line.amount_total = move.amount_total

    @api.depends("move_id.amount_residual")
    def _compute_residual(self):
        for line in self:
            line.amount_residual = line.move_id.amount_residual

    @api.depends("number")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.number or ""

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for line in lines.sudo():
            payer = line.assignment_id.partner_id.commercial_partner_id
            if line.move_id.commercial_partner_id != payer:
                raise UserError(
                    self.env._(
                        "%(invoice)s is not made out to %(payer)s.",
                        invoice=line.move_id.name,
                        payer=payer.name,
                    )
                )
            line.amount_start = line.move_id.amount_residual
        return lines


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_assignment_ids = fields.One2many(
        "legal.collection.assignment",
        "partner_id",
        groups="legal_dunning.group_legal_collector",
    )


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.constrains("group_ids")
    def _check_external_collector(self):
        """An external collector has that role alone: any other would open the firm."""
        outside = self.env.ref(EXTERNAL, raise_if_not_found=False)
        if not outside:
            return
        barred = [
            "legal_timesheet.group_legal_user",
            "account.group_account_readonly",
            "account.group_account_invoice",
            "base.group_system",
        ]
        for user in self:
            if outside in user.all_group_ids and any(
                user.has_group(xmlid) for xmlid in barred
            ):
                raise ValidationError(
                    self.env._(
                        "%(user)s is an external collector and can have no other role"
                        " in the firm: take the others away.",
                        user=user.name,
                    )
                )


class AccountMove(models.Model):
    """What an external collector has in hand is not chased by the firm as well."""

    _inherit = "account.move"

    collection_line_ids = fields.One2many(
        "legal.collection.assignment.line",
        "move_id",
        groups="legal_dunning.group_legal_collector",
    )

    def _get_dunning_hold(self, policy):
        hold = super()._get_dunning_hold(policy)
        if hold:
            return hold
        # sudo: whether somebody else chases it.
        lines = self.sudo().collection_line_ids
        return "external" if any(lines.assignment_id.mapped("is_in_force")) else None


class LegalDunningAction(models.Model):
    _inherit = "legal.dunning.action"

    def _explain_hold(self, reason):
        if reason == "external":
            return self.env._("An external collector has it in hand.")
        return super()._explain_hold(reason)
