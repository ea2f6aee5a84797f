from odoo import fields, models


class LegalCost(models.Model):
    _inherit = "legal.cost"

    expense_id = fields.Many2one(
        "hr.expense",
        string="Expense",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        # Whoever sees the cost needs no access to people's expenses.
        groups="hr_expense.group_hr_expense_team_approver",
    )

    # Approved twice, approved then posted, a double click: one cost.
    _expense_once = models.UniqueIndex(
        "(expense_id) WHERE expense_id IS NOT NULL",
        "This expense already is a cost of a matter.",
    )
