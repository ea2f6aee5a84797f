from odoo import api, fields, models
from odoo.fields import Domain


class AccountAnalyticLine(models.Model):
    """The time entry: a timesheet line on the project of a matter.

    Hours worked stay in the stock ``unit_amount`` and the cost in ``amount``;
    what the client may read and pay has its own fields. A line of the ledger on
    the account of a matter carries ``matter_id`` too (the wall stands before
    it), but it is no time entry: it has no project.
    """

    _inherit = "account.analytic.line"

    matter_id = fields.Many2one(
        "legal.matter",
        compute="_compute_matter_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        domain="[('state', '=', 'open')]",
    )
    activity_code_id = fields.Many2one(
        "legal.activity.code", "Activity", index="btree_not_null", check_company=True
    )
    narrative = fields.Text(help="What the client may read on the bill.")
    hours_billable = fields.Float(
        "Billable Hours",
        compute="_compute_hours_billable",
        store=True,
        readonly=False,
        help="Hours worked, rounded by the increment of the matter.",
    )
    is_hours_by_hand = fields.Boolean(
        "Billable Hours by Hand",
        copy=False,
        readonly=True,
        help="Somebody chose the billable hours: no rounding of the day touches them.",
    )
    is_billable = fields.Boolean(
        "Chargeable", compute="_compute_is_billable", store=True, readonly=False
    )
    legal_currency_id = fields.Many2one(
        "res.currency", "Fee Currency", compute="_compute_rate", store=True
    )
    rate = fields.Monetary(
        "Hourly Rate",
        currency_field="legal_currency_id",
        compute="_compute_rate",
        store=True,
        aggregator=None,
    )
    rate_id = fields.Many2one(
        "legal.rate",
        "Rate Applied",
        compute="_compute_rate",
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    rate_source = fields.Char("Why this Rate", compute="_compute_rate", store=True)
    grade_id = fields.Many2one(
        "legal.grade",
        compute="_compute_rate",
        store=True,
        help="Grade of the person on that day, frozen on approval.",
    )
    amount_billable = fields.Monetary(
        "Fee Amount",
        currency_field="legal_currency_id",
        compute="_compute_amount_billable",
        store=True,
    )

    @api.depends("project_id.matter_id", "account_id.matter_id")
    def _compute_matter_id(self):
        for line in self:
            line.matter_id = line.project_id.matter_id or line.account_id.matter_id

    @api.depends("activity_code_id", "matter_id")
    def _compute_is_billable(self):
        for line in self:
            line.is_billable = bool(line.matter_id and line.project_id) and (
                not line.activity_code_id or line.activity_code_id.is_billable
            )

    @api.depends("rate", "hours_billable", "legal_currency_id")
    def _compute_amount_billable(self):
        for line in self:
            amount = line.rate * line.hours_billable
            currency = line.legal_currency_id
            line.amount_billable = currency.round(amount) if currency else amount

    @api.onchange("matter_id")
    def _onchange_matter_id(self):
        if self.matter_id and self.matter_id.project_id != self.project_id:
            self.project_id = self.matter_id.project_id

    @api.model
    def default_get(self, fields):
        """Name the user from the start: rate and rounding depend on who worked."""
        values = super().default_get(fields)
        if "matter_id" in fields and "employee_id" in fields:
            values["employee_id"] = (
                values.get("employee_id") or self.env.user.employee_id.id
            )
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._take_project_of_matter(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._take_project_of_matter(vals)
        return super().write(vals)

    def _take_project_of_matter(self, vals):
        """Naming the matter names its project: the only link that is stored."""
        if vals.get("matter_id"):
            # sudo: the check of the wall comes with the line itself
            matter_sudo = self.env["legal.matter"].sudo().browse(vals["matter_id"])
            vals["project_id"] = matter_sudo.project_id.id
        vals.pop("matter_id", None)

    def _is_time_entry(self):
        self.ensure_one()
        return bool(self.matter_id and self.project_id)

    def _get_employee_sudo(self):
        # sudo: names of colleagues, whoever may read HR data
        return self.employee_id.sudo()

    def _domain_project_id(self):
        return super()._domain_project_id() | (
            Domain("allow_timesheets", "=", True) & Domain("matter_id", "!=", False)
        )

    def _timesheet_get_portal_domain(self):
        """The portal searches with sudo: no entry of a matter leaks there."""
        domain = Domain(super()._timesheet_get_portal_domain())
        if self.env.user._is_internal():
            return domain
        return domain & Domain("matter_id", "=", False)
