from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class HrExpense(models.Model):
    """What a person spent on a matter, charged to its client once approved."""

    _inherit = "hr.expense"

    matter_id = fields.Many2one(
        "legal.matter",
        check_company=True,
        index="btree_not_null",
        domain="[('state', '=', 'open'), ('company_id', '=', company_id)]",
        # Others approve the amount; the wall hides the object of the matter.
        groups="legal_timesheet.group_legal_user",
    )
    legal_category_id = fields.Many2one(
        "legal.money.category",
        string="Charged as",
        check_company=True,
        domain="[('section', 'in', ('expenses', 'disbursements'))]",
        help="Empty: an expense, with VAT.",
    )
    is_legal_billable = fields.Boolean(
        string="Charge to the client",
        default=True,
        help="When off, the firm bears it.",
    )

    @api.onchange("matter_id")
    def _onchange_matter_id(self):
        """Put the expense on the account of its matter."""
        account = self.matter_id.account_id
        if account:
            self.analytic_distribution = {str(account.id): 100}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("matter_id") and "analytic_distribution" not in vals:
                # sudo: the account of a matter that the person may choose.
                matter = self.env["legal.matter"].browse(vals["matter_id"]).sudo()
                if matter.account_id:
                    vals["analytic_distribution"] = {str(matter.account_id.id): 100}
        return super().create(vals_list)

    def write(self, vals):
        if {"matter_id", "legal_category_id", "is_legal_billable"} & vals.keys():
            self._check_not_charged()
        return super().write(vals)

    def _check_not_charged(self):
        """Refuse to change what a client was already asked to pay."""
        costs = self._get_legal_costs()
        for cost in costs.filtered(
            lambda c: c.billing_status not in ("to_bill", "cancelled")
        ):
            raise UserError(
                self.env._(
                    "The expense “%(expense)s” is on a pre-bill or an invoice of"
                    " %(matter)s: take it off there first.",
                    expense=cost.expense_id.name,
                    matter=cost.matter_id._neutral_label(),
                )
            )

    @api.constrains("matter_id", "approval_state")
    def _check_matter_is_open(self):
        for expense in self.sudo():
            if expense.matter_id.state == "closed" and not expense.approval_state:
                raise ValidationError(
                    self.env._(
                        "%(matter)s is closed: choose an open matter for the expense"
                        " “%(expense)s”.",
                        matter=expense.matter_id._neutral_label(),
                        expense=expense.name,
                    )
                )

    # -- its cost ------------------------------------------------------------------

    def _do_approve(self, check=True):
        res = super()._do_approve(check)
        self._legal_sync_cost()
        return res

    def _do_reset_approval(self):
        res = super()._do_reset_approval()
        self._legal_sync_cost()
        return res

    def _do_refuse(self, reason):
        res = super()._do_refuse(reason)
        self._legal_sync_cost()
        return res

    def action_post(self):
        res = super().action_post()
        self._legal_sync_cost()
        return res

    def _get_legal_costs(self):
        # sudo: an approver may be outside the wall of the matter.
        return self.env["legal.cost"].sudo().search([("expense_id", "in", self.ids)])

    def _legal_sync_cost(self):
        """Make the cost of each approved expense, or bring it up to date.

        sudo: whoever approves expenses may see nothing of their matters; the cost
        stands behind the wall.
        """
        known = {cost.expense_id: cost for cost in self._get_legal_costs()}
        for expense in self.sudo():
            cost = known.get(expense)
            is_due = (
                expense.approval_state == "approved"
                and expense.matter_id
                and expense.is_legal_billable
            )
            category = expense._get_legal_category() if is_due else None
            amount = expense._get_legal_amount(category) if is_due else 0.0
            if cost:
                cost._follow_source(amount, expense.name)
            elif amount > 0:
                cost = (
                    self.env["legal.cost"]
                    .sudo()
                    .create(expense._prepare_legal_cost(category, amount))
                )
            if cost:
                cost._add_proofs(expense.attachment_ids)

    def _get_legal_category(self):
        return self.legal_category_id or self.env["legal.money.category"]._get_by_code(
            "expense", self.company_id
        )

    def _get_legal_amount(self, category):
        """Return what the client bears: the exact sum of a disbursement, else HT."""
        if category.section == "disbursements":
            return self.total_amount
        return self.untaxed_amount

    def _prepare_legal_cost(self, category, amount):
        return {
            "matter_id": self.matter_id.id,
            "category_id": category.id,
            "date": self.date,
            "name": self.name,
            "unit_amount": amount,
            "employee_id": self.employee_id.id,
            "supplier_id": self.vendor_id.id,
            "expense_id": self.id,
            "source_document": self.name,
        }
