from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from .columns import linked, rows
from .legal_prebill_kinds import ALLOWANCES
from .monetary import BatchMonetary

#: decisions by which a line is on the bill
BILLED = ("bill", "write_down", "no_charge")
SUMMED = ("decision", "amount_standard", "amount_lost", "hours")


class LegalPrebill(models.Model):
    """Pre-bill (préfacture): what one matter is about to be billed, and why.

    Nothing leaves the firm before a person approved it; nothing that was
    approved is re-keyed on the invoice.
    """

    _name = "legal.prebill"
    _description = "Pre-bill"
    _inherit = [
        "legal.numbered.mixin",
        "legal.log.mixin",
        "legal.wall.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, copy=False, readonly=True, default="/"
    )
    matter_id = fields.Many2one(
        "legal.matter", required=True, index=True, ondelete="restrict", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Invoiced to", required=True, check_company=True
    )
    responsible_id = fields.Many2one(related="matter_id.responsible_id", store=True)
    agreement_id = fields.Many2one(
        "legal.fee.agreement", required=True, readonly=True, check_company=True
    )
    company_id = fields.Many2one(related="matter_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id", store=True)
    date_from = fields.Date(string="Period from", required=True)
    date_to = fields.Date(string="Period to", required=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("in_review", "In review"),
            ("approved", "Approved"),
            ("invoiced", "Invoiced"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    is_held = fields.Boolean(string="On hold", readonly=True, tracking=True)
    held_until = fields.Date(readonly=True, tracking=True)
    hold_reason = fields.Char(readonly=True, tracking=True)
    line_ids = fields.One2many("legal.prebill.line", "prebill_id")
    client_message = fields.Text(
        help="Printed on the invoice and shown to the client online."
    )
    amount_standard = BatchMonetary(
        compute="_compute_amounts",
        store=True,
        help="Value of the time on this pre-bill at its standard rates.",
    )
    amount_fees = BatchMonetary(compute="_compute_amounts", store=True)
    amount_expenses = BatchMonetary(compute="_compute_amounts", store=True)
    amount_disbursements = BatchMonetary(compute="_compute_amounts", store=True)
    amount_untaxed = BatchMonetary(
        string="Total excl. VAT", compute="_compute_amounts", store=True
    )
    amount_tax = BatchMonetary(string="VAT", compute="_compute_amounts", store=True)
    amount_total = BatchMonetary(
        string="Total incl. VAT", compute="_compute_amounts", store=True
    )
    amount_writeoff = BatchMonetary(
        string="Written down", compute="_compute_amounts", store=True
    )
    realisation_percent = fields.Float(
        compute="_compute_amounts",
        store=True,
        aggregator="avg",
        help="Fees billed over the value of the time at standard rates.",
    )
    hours = fields.Float(compute="_compute_amounts", store=True)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Invoices"
    )
    move_count = fields.Integer(compute="_compute_move_ids")

    # One open pre-bill a matter: a second run meets the first one's instead of
    # making another beside it.
    _one_open = models.UniqueIndex(
        "(matter_id) WHERE state IN ('draft', 'in_review', 'approved')",
        "This matter already has an open pre-bill: finish or cancel it first.",
    )
    _period_in_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A pre-bill's period must end after it starts."
    )

    # -- computes --------------------------------------------------------------

    @api.depends("name", "matter_id.matter_number")
    def _compute_display_name(self):
        for prebill in self:
            number = prebill.matter_id.matter_number or ""
            prebill.display_name = f"{prebill.name} – {number}"

    @api.depends(
        "line_ids.active",
        "line_ids.amount",
        "line_ids.decision",
        "line_ids.hours",
        "line_ids.amount_standard",
        "line_ids.amount_lost",
        "line_ids.category_id.tax_id",
        "partner_id",
        "matter_id.payer_ids",
    )
    def _compute_amounts(self):
        positions = defaultdict(dict)
        for prebill in self:
            totals = dict.fromkeys(("fees", "expenses", "disbursements"), 0.0)
            billed = prebill._get_billed_lines()
            for section, amount in rows(billed, "section", "amount"):
                totals[section] += amount
            derived = prebill._get_derived_amounts()
            for category, amount in derived:
                totals[category.section] += amount
            for section, amount in totals.items():
                prebill[f"amount_{section}"] = amount
            shown = [
                row
                for row in rows(prebill._get_lines(), *SUMMED)
                if row[0] != "postpone"
            ]
            prebill.amount_standard = sum(standard for _d, standard, *_rest in shown)
            prebill.amount_writeoff = sum(lost for _d, _s, lost, _hours in shown)
            prebill.hours = sum(
                hours for decision, *_sums, hours in shown if decision != "write_off"
            )
            prebill.amount_untaxed = sum(totals.values())
            prebill.amount_tax = prebill._compute_tax_amount(
                derived, positions[prebill.company_id]
            )
            prebill.amount_total = prebill.amount_untaxed + prebill.amount_tax
            standard = prebill.amount_standard
            prebill.realisation_percent = (
                100 * totals["fees"] / standard if standard else 0
            )

    @api.depends("line_ids.invoice_line_ids.move_id")
    def _compute_move_ids(self):
        for prebill in self:
            moves = prebill.line_ids.invoice_line_ids.move_id
            prebill.move_ids = moves
            prebill.move_count = len(moves)

    def _get_moves_domain(self):
        """Return the domain of the invoices made from these pre-bills."""
        return [("line_ids.prebill_line_ids.prebill_id", "in", self.ids)]

    def _get_billed_lines(self):
        """Return the lines that carry an amount of their own.

        Not those worked out from them: caps, discounts, minimum, percentages.
        """
        lines, apart = self._get_lines(), self._get_kinds_apart()
        billed = [
            line_id
            for line_id, kind, key, decision in rows(
                lines, "id", "kind", "allowance_key", "decision"
            )
            if kind not in apart and not key and decision in BILLED
        ]
        return lines.browse(billed).with_prefetch(lines._prefetch_ids)

    def _get_lines(self):
        """Return the lines, as ``line_ids`` does, where they are read many times."""
        return linked(self, "line_ids")

    @api.model
    def _get_kinds_apart(self):
        """Return the kinds of line that carry no amount of their own; extended."""
        return ALLOWANCES

    def _compute_tax_amount(self, derived, positions):
        """Return the VAT of this pre-bill, by Odoo's own tax engine.

        :param derived: [(category, amount)] worked out from the other lines
        :param dict positions: what was found for earlier pre-bills of the same
            company: {client: fiscal position} and {(position, what decides): taxes}
        """
        self.ensure_one()
        if not self._get_lines() or not self.currency_id:
            return 0.0
        if self._get_payers():
            # Each payer's VAT is rounded on an invoice of its own.
            return sum(
                self._get_part_tax(payer, groups)
                for payer, groups in self._get_invoice_parts()
            )
        fiscal_position = positions.get(self.partner_id)
        if fiscal_position is None:
            fiscal_position = positions[self.partner_id] = self._get_fiscal_position()
        bases, amounts = {}, []
        lines = self._get_taxed_lines()
        names = ("id", "amount", *lines._get_taxes_key())
        for line_id, amount, *key in rows(lines, *names):
            key = (fiscal_position, *key)
            if key not in positions:
                positions[key] = lines.browse((line_id,))._get_taxes(fiscal_position)
            amounts.append((positions[key], amount))
        amounts += [
            (fiscal_position.map_tax(category._get_tax()), amount)
            for category, amount in derived
        ]
        for taxes, amount in amounts:
            bases[taxes] = bases.get(taxes, 0.0) + amount
        total = 0.0
        for taxes, base in bases.items():
            total += taxes._legal_get_amount(base, self.currency_id, self.partner_id)
        return self.currency_id.round(total)

    def _get_taxed_lines(self):
        """Return the lines whose amounts make the base of the VAT; a hook."""
        return self._get_billed_lines()

    def _get_fiscal_position(self):
        return self._get_fiscal_position_of(self.partner_id)

    def _get_fiscal_position_of(self, partner):
        self.ensure_one()
        known = self.env.context.get("legal_positions", {})
        key = self.company_id, partner
        if key not in known:
            positions = self.env["account.fiscal.position"]
            known[key] = positions.with_company(self.company_id)._get_fiscal_position(
                partner
            )
        return known[key]

    # -- actions ---------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for prebill in self:
            # sudo: a lawyer without accounting rights is told all the same
            is_invoiced = prebill.sudo().move_ids
            if prebill.state not in ("draft", "cancelled") or is_invoiced:
                raise UserError(
                    self.env._(
                        "The pre-bill %(name)s is under way and cannot be deleted:"
                        " cancel it instead.",
                        name=prebill.display_name,
                    )
                )

    def action_submit_review(self):
        self._check_state("draft")
        self.write({"state": "in_review"})

    def action_approve(self):
        """Approve, so that the invoice may be made.

        :raise UserError: on hold, already approved, nothing left to bill, or a
            person who may not approve
        """
        self._check_state("draft", "in_review")
        for prebill in self:
            prebill._check_may_approve()
            prebill._check_not_held()
            refusals = prebill._get_refusals()
            if refusals:
                raise UserError("\n".join(refusals))
        self._sync_allowances()
        self.write(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_on": fields.Datetime.now(),
            }
        )

    def action_reopen(self):
        self._check_state("approved")
        self._check_no_invoice()
        self.write({"state": "draft", "approved_by_id": False, "approved_on": False})

    def action_cancel(self):
        """Let every source of these pre-bills go back to unbilled."""
        self._check_state("draft", "in_review", "approved")
        self._check_no_invoice()
        self.write({"state": "cancelled", "is_held": False})

    def action_release(self):
        self.write({"is_held": False, "held_until": False, "hold_reason": False})

    def _hold(self, reason, until=None):
        """Keep these pre-bills from being approved, for a reason.

        :param date until: the run takes them up again from that day by itself
        """
        self._check_state("draft", "in_review")
        self.write({"is_held": True, "hold_reason": reason, "held_until": until})

    def action_open_hold(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Put on hold"),
            "res_model": "legal.prebill.hold",
            "view_mode": "form",
            "target": "new",
            "context": {"default_prebill_ids": self.ids},
        }

    def action_view_moves(self):
        action = {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "name": self.env._("Invoices"),
            "view_mode": "list,form",
            "domain": [("id", "in", self.move_ids.ids)],
        }
        if len(self.move_ids) == 1:
            action.update(view_mode="form", res_id=self.move_ids.id)
        return action

    # -- rules -----------------------------------------------------------------

    def _check_state(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for prebill in self:
            if prebill.state not in states:
                raise UserError(
                    self.env._(
                        "The pre-bill %(name)s is “%(state)s”: this can be done only"
                        " while it is “%(wanted)s”.",
                        name=prebill.display_name,
                        state=labels[prebill.state],
                        wanted=labels[states[-1]],
                    )
                )

    def _check_no_invoice(self):
        # sudo: who answers for a matter may be no accountant
        if self.sudo().move_ids.filtered(lambda move: move.state != "cancel"):
            raise UserError(
                self.env._("An invoice was already made from it: cancel that first.")
            )

    def _check_not_held(self):
        for prebill in self:
            if prebill.is_held:
                raise UserError(
                    self.env._(
                        "The pre-bill %(name)s is on hold (%(reason)s): release it"
                        " before approving it.",
                        name=prebill.display_name,
                        reason=prebill.hold_reason,
                    )
                )

    def _check_may_approve(self):
        """Leave approval to the matter's responsible and billing managers."""
        self.ensure_one()
        allowed = (
            self.env.su
            or self.responsible_id == self.env.user
            or self.env.user.has_group("legal_billing.group_legal_billing_manager")
        )
        if not allowed:
            raise UserError(
                self.env._(
                    "Only %(responsible)s or a billing manager can approve the"
                    " pre-bill %(name)s.",
                    responsible=self.responsible_id.name,
                    name=self.display_name,
                )
            )

    def _get_refusals(self):
        """Return a sentence for each thing that stands in the way of billing."""
        self.ensure_one()
        refusals = [
            refusal
            for line in self._get_billed_lines().filtered("cost_id")
            if (refusal := line.cost_id._get_refusal())
        ]
        # Provisions may pay for it all: what is billed is before them.
        billed = self.amount_untaxed + self.amount_provision
        nothing = self.currency_id.is_zero(billed)
        written_off = any(line.decision == "write_off" for line in self.line_ids)
        if nothing and not written_off:
            refusals.append(
                self.env._(
                    "The pre-bill %(name)s has nothing to bill: cancel it, or write"
                    " its lines off.",
                    name=self.display_name,
                )
            )
        return refusals

    # -- hooks -----------------------------------------------------------------------

    @api.model
    def _get_entry_domain(self, matters, date_to):
        """Return the domain of the time to bill; extended, so it stands first."""
        return [
            ("matter_id", "in", matters.ids),
            ("billing_status", "=", "approved"),
            ("date", "<=", date_to),
        ]
