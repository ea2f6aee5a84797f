from odoo import api, fields, models


class LegalDunningActionLine(models.Model):
    """One invoice of a message, at the level it has reached.

    Says no more than the ledger does: a number, dates and amounts.
    """

    _name = "legal.dunning.action.line"
    _description = "Invoice of a Dunning Message"
    _order = "action_id desc, sequence desc, due_on, id"
    _check_company_auto = True

    action_id = fields.Many2one(
        "legal.dunning.action", "Message", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="action_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="action_id.partner_id", store=True, index=True, string="Payer"
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    matter_ids = fields.Many2many(
        "legal.matter",
        "legal_dunning_line_matter_rel",
        "line_id",
        "matter_id",
        "Matters",
        compute="_compute_matter_ids",
        store=True,
        compute_sudo=True,
    )
    level_id = fields.Many2one(
        "legal.dunning.level", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(
        "Rank", required=True, help="Place of the level when the message was made."
    )
    due_on = fields.Date("Due Date", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    amount_due = fields.Monetary("Asked")
    amount_interest = fields.Monetary("Penalties")
    amount_indemnity = fields.Monetary("Indemnity")
    amount_total = fields.Monetary("Total", compute="_compute_amount_total", store=True)
    interest_note = fields.Char(
        "How the Penalties Come About", help="Balance, rate and days of each stretch."
    )
    state = fields.Selection(related="action_id.state", store=True)
    is_live = fields.Boolean(
        compute="_compute_is_live", store=True, export_string_translation=False
    )
    sent_on = fields.Date(related="action_id.sent_on", store=True)
    planned_on = fields.Date(related="action_id.planned_on")
    channel = fields.Selection(related="action_id.channel")
    reason = fields.Text(related="action_id.failure_reason")

    _one_message_a_level = models.UniqueIndex(
        "(move_id, level_id) WHERE is_live",
        "This invoice already has a message at this level.",
    )

    @api.depends("action_id.state")
    def _compute_is_live(self):
        for line in self:
            line.is_live = line.action_id.state not in (False, "skipped")

    @api.depends("amount_due", "amount_interest", "amount_indemnity")
    def _compute_amount_total(self):
        for line in self:
            line.amount_total = (
                line.amount_due + line.amount_interest + line.amount_indemnity
            )

    @api.depends("move_id.matter_ids")
    def _compute_matter_ids(self):
        for line in self:
            line.matter_ids = line.move_id.matter_ids

    @api.depends("move_id", "level_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.move_id.name} – {line.level_id.name}"

    def action_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.dunning.action",
            "res_id": self.action_id.id,
            "view_mode": "form",
        }

    def _get_reminder_days(self):
        """Return the days of the messages sent, oldest first.

        A notice before the due date reminded of nothing.
        """
        late = self.filtered(lambda line: line.sent_on > line.due_on) or self
        return sorted(set(late.mapped("sent_on")))

    def _sorted_main_first(self):
        """Return the lines as the message lists them, the one it speaks of first."""
        return self.sorted(lambda line: (-line.sequence, line.due_on, line.move_id.id))

    def _get_changes(self, vals):
        """Return the part of ``vals`` that this line does not say already."""
        self.ensure_one()
        changes = {}
        for name, value in vals.items():
            own = self[name]
            if name == "amount_due":
                same = not self.currency_id.compare_amounts(own, value)
            else:
                same = (own.id if name.endswith("_id") else own) == value
            if not same:
                changes[name] = value
        return changes
