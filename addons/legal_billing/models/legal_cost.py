from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalCost(models.Model):
    """Expense (frais) or disbursement (débours) on a matter."""

    _name = "legal.cost"
    _description = "Matter Cost"
    _inherit = ["legal.wall.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Justification",
        required=True,
        help="What the client reads: what it was for, on which day, paid to whom.",
    )
    matter_id = fields.Many2one(
        "legal.matter", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="matter_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="matter_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    category_id = fields.Many2one(
        "legal.money.category",
        required=True,
        check_company=True,
        domain=[("section", "in", ("expenses", "disbursements"))],
    )
    section = fields.Selection(related="category_id.section", store=True)
    quantity = fields.Float(default=1, required=True)
    unit_amount = fields.Monetary(
        required=True, help="Excluding VAT; a disbursement is the exact sum paid."
    )
    amount = fields.Monetary(compute="_compute_amount", store=True)
    employee_id = fields.Many2one("hr.employee", check_company=True)
    supplier_id = fields.Many2one("res.partner", string="Paid to")
    has_mandate = fields.Boolean(
        string="Mandated by the client",
        help="The client asked beforehand that it be paid in his name.",
    )
    is_in_client_name = fields.Boolean(
        string="Made out to the client",
        help="The supplier's document bears the client's name, not the firm's.",
    )
    proof_attachment_ids = fields.Many2many("ir.attachment", string="Proof")
    is_cancelled = fields.Boolean(
        readonly=True,
        copy=False,
        help="Nothing is left to bill: the vendor took it back.",
    )
    prebill_line_ids = fields.One2many("legal.prebill.line", "cost_id")
    billing_status = fields.Selection(
        [
            ("to_bill", "To bill"),
            ("on_prebill", "On a pre-bill"),
            ("billed", "Billed"),
            ("paid", "Paid"),
            ("written_off", "Written off"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_billing_status",
        store=True,
        index=True,
    )

    _positive = models.Constraint(
        "CHECK (quantity > 0 AND unit_amount > 0)",
        "A cost needs a quantity and an amount above zero.",
    )

    @api.depends("quantity", "unit_amount", "currency_id")
    def _compute_amount(self):
        for cost in self:
            amount = cost.quantity * cost.unit_amount
            cost.amount = cost.currency_id.round(amount) if cost.currency_id else amount

    @api.depends("prebill_line_ids.source_status")
    def _compute_billing_status(self):
        for cost in self:
            cost.billing_status = (
                cost.prebill_line_ids._get_source_status() or "to_bill"
            )

    @api.model_create_multi
    def create(self, vals_list):
        costs = super().create(vals_list)
        costs._own_proofs()
        return costs

    def _own_proofs(self):
        """Tie each proof to its cost, whose wall it then shares."""
        for cost in self:
            # sudo: only the person who uploaded a loose file may write on it.
            loose = cost.proof_attachment_ids.sudo().filtered(lambda a: not a.res_id)
            loose.write({"res_model": self._name, "res_id": cost.id})

    def _add_proofs(self, attachments):
        """Attach copies of files kept elsewhere, each once, behind this wall."""
        self.ensure_one()
        known = set(self.proof_attachment_ids.mapped("checksum"))
        for attachment in attachments:
            if attachment.checksum not in known:
                self.proof_attachment_ids |= attachment.copy(
                    {"res_model": self._name, "res_id": self.id}
                )

    def write(self, vals):
        guarded = {
            "matter_id",
            "date",
            "category_id",
            "quantity",
            "unit_amount",
            "name",
        }
        if guarded & vals.keys():
            for cost in self:
                if cost.billing_status in ("billed", "paid"):
                    raise UserError(
                        self.env._(
                            "The cost “%(cost)s” of %(matter)s is billed: correct it"
                            " with a credit note.",
                            cost=cost.name,
                            matter=cost.matter_id.display_name,
                        )
                    )
        result = super().write(vals)
        if "proof_attachment_ids" in vals:
            self._own_proofs()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for cost in self:
            if cost.billing_status != "to_bill":
                raise UserError(
                    self.env._(
                        "The cost “%(cost)s” of %(matter)s is on a pre-bill or an"
                        " invoice and cannot be deleted: write it off there.",
                        cost=cost.name,
                        matter=cost.matter_id.display_name,
                    )
                )

    def _get_missing_conditions(self):
        """Return what a disbursement lacks to be billed outside VAT.

        The four conditions of CGI art. 267 II 2°: prior mandate, in the
        client's name, exact account (the amount is a plain copy), proof. One
        that fails makes the sum an expense, which bears VAT.
        """
        self.ensure_one()
        if self.section != "disbursements" or self.category_id.code == "pleading_duty":
            return []
        missing = []
        if not self.has_mandate:
            missing.append(self.env._("the client's prior mandate"))
        if not self.is_in_client_name:
            missing.append(self.env._("a document made out to the client"))
        if not self.proof_attachment_ids:
            missing.append(self.env._("its proof"))
        return missing

    def _get_refusal(self):
        """Return the sentence that says why this cannot be billed, or ``None``."""
        self.ensure_one()
        missing = self._get_missing_conditions()
        if not missing:
            return None
        return self.env._(
            "The disbursement “%(cost)s” of %(amount)s on %(matter)s lacks %(missing)s:"
            " attach or tick it, or change its category to an expense with VAT.",
            cost=self.name,
            amount=self.currency_id.format(self.amount),
            matter=self.matter_id.matter_number,
            missing=", ".join(missing),
        )
