from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: account code of the French chart -> what it is for
DOUBTFUL, PROVISION, CHARGE, RELEASE = "416", "491", "68174", "78174"
LOSS_YEAR, LOSS_BEFORE = "6541", "6544"


class LegalBadDebt(models.Model):
    """A receivable that is doubtful, then lost or recovered, with its entries.

    The invoice stays open while it is doubtful: it is still chased, and a payment is
    matched with it as ever. Each entry can be taken back by a reversal.
    """

    _name = "legal.bad.debt"
    _description = "Doubtful Receivable"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "doubtful_on desc, id desc"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", store=True, index=True, string="Payer"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("doubtful", "Doubtful"),
            ("lost", "Lost"),
            ("recovered", "Recovered"),
            ("reversed", "Taken back"),
        ],
        required=True,
        default="doubtful",
        readonly=True,
        index=True,
        tracking=True,
    )
    reason = fields.Selection(
        [
            ("age", "Overdue for long"),
            ("insolvency", "Insolvent payer"),
            ("dispute", "Disputed"),
            ("prescribed", "Prescribed"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    doubtful_on = fields.Date(readonly=True)
    lost_on = fields.Date("Written off on", readonly=True)
    amount_doubtful = fields.Monetary("On Account 416", readonly=True)
    amount_base = fields.Monetary("Excl. VAT", readonly=True)
    rate_percent = fields.Float("Depreciation (%)", digits=(5, 2), readonly=True)
    amount_provision = fields.Monetary("Provision", readonly=True)
    amount_lost = fields.Monetary("Loss Excl. VAT", readonly=True)
    amount_vat = fields.Monetary("VAT Not Due or Recovered", readonly=True)
    is_vat_recovered = fields.Boolean(
        readonly=True,
        help="The VAT was due when the invoice was issued: the notice below must be"
        " sent to the client before it is deducted.",
    )
    vat_note_id = fields.Many2one(
        "ir.attachment", "VAT Recovery Note", readonly=True, ondelete="restrict"
    )
    amount_paid_since = fields.Monetary(
        compute="_compute_amount_paid_since",
        help="Paid or credited since it became doubtful: adjust the account 416.",
    )
    entry_ids = fields.One2many("account.move", "bad_debt_id", "Entries", readonly=True)
    decision_reason = fields.Text(readonly=True, tracking=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    write_off_reason = fields.Text(
        "Why It Is Given up",
        help="While the fees are not prescribed, a partner says why they are lost.",
    )

    _one_live = models.UniqueIndex(
        "(move_id) WHERE state IN ('doubtful', 'lost')",
        "This invoice is doubtful or lost already.",
    )

    @api.depends("move_id", "state")
    def _compute_display_name(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        for debt in self:
            debt.display_name = f"{debt.move_id.name} – {states.get(debt.state, '')}"

    @api.depends("move_id.amount_residual", "amount_doubtful", "state")
    def _compute_amount_paid_since(self):
        for debt in self:
            residual = abs(debt.move_id.amount_residual_signed)
            debt.amount_paid_since = (
                max(debt.amount_doubtful - residual, 0.0)
                if debt.state == "doubtful"
                else 0.0
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        for debt in self.filtered("entry_ids"):
            raise UserError(
                self.env._(
                    "%(invoice)s has entries as a doubtful receivable: take them back"
                    " instead of deleting it.",
                    invoice=debt.move_id.name,
                )
            )

    # Rights -----------------------------------------------------------------------

    def _check_accountant(self):
        self.check_access("write")
        if not (
            self.env.su or self.env.user.has_group("account.group_account_manager")
        ):
            raise UserError(
                self.env._(
                    "Doubtful and lost receivables are booked by an accounting"
                    " administrator: ask one."
                )
            )

    def _is_partner(self, user):
        """Tell whether a person decides for the firm: a partner, or its management."""
        if user.has_group("legal_timesheet.group_legal_management"):
            return True
        # sudo: the grade of the very person who asks.
        employee = user.sudo().employee_id
        grade = employee and employee._get_grade_on(fields.Date.context_today(self))
        return bool(grade) and grade == self.env.ref("legal_timesheet.grade_partner")

    def _get_block(self):
        """Return why this receivable may not be written off by itself, or nothing."""
        self.ensure_one()
        return self.move_id._get_write_off_block()

    def _check_may_write_off(self):
        for debt in self:
            block = debt._get_block()
            if not block:
                continue
            if not (debt.write_off_reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(block)s Write why it is given up all the same, and have a"
                        " partner write it off.",
                        block=block,
                    )
                )
            if not self._is_partner(self.env.user):
                raise UserError(
                    self.env._(
                        "%(block)s Only a partner gives up %(invoice)s before that:"
                        " ask one.",
                        block=block,
                        invoice=debt.move_id.name,
                    )
                )

    # Buttons ----------------------------------------------------------------------

    def action_write_off(self):
        """Book the loss and close the invoice."""
        self._check_accountant()
        self._check_may_write_off()
        for debt in self:
            debt._check_state("doubtful")
            debt._book_loss(debt.company_id._get_dunning_today())
        return True

    def action_take_back(self):
        """Reverse the entries: the invoice is an ordinary receivable again."""
        self._check_accountant()
        for debt in self:
            debt._check_state("doubtful", "lost")
            debt._reverse_entries(debt.company_id._get_dunning_today())
            debt.write({"state": "reversed", "vat_note_id": False})
        return True

    def action_adjust(self):
        """Take what was paid since off account 416 and off the provision."""
        self._check_accountant()
        for debt in self:
            debt._check_state("doubtful")
            debt._book_recovery(debt.company_id._get_dunning_today())
        return True

    def _check_state(self, *states):
        if self.state not in states:
            raise UserError(
                self.env._(
                    "%(debt)s: nothing more can be booked on it.",
                    debt=self.display_name,
                )
            )

    def action_open_invoice(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    bad_debt_id = fields.Many2one(
        "legal.bad.debt", readonly=True, copy=False, index="btree_not_null"
    )
    bad_debt_ids = fields.One2many(
        "legal.bad.debt",
        "move_id",
        "Doubtful",
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _get_write_off_block(self):
        """Return the sentence that keeps an invoice from being written off by itself:
        its prescription still runs, or is stopped."""
        self.ensure_one()
        # sudo: a day; nothing is said of the matter.
        move = self.sudo()
        move.invalidate_recordset(["prescription_state", "prescription_on"])
        if move.prescription_state == "running":
            return self.env._(
                "%(invoice)s can still be claimed until %(day)s.",
                invoice=self.name,
                day=format_date(self.env, move.prescription_on),
            )
        if move.prescription_state in ("suspended", "interrupted"):
            return self.env._(
                "%(invoice)s is being claimed: its prescription is stopped.",
                invoice=self.name,
            )
        return ""
