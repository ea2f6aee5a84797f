from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS
from odoo.tools import format_date


class LegalDisputeLine(models.Model):
    """One contested line of an invoice, as the ledger labels it."""

    _name = "legal.dispute.line"
    _description = "Contested Line"
    _order = "dispute_id, id"
    _check_company_auto = True

    dispute_id = fields.Many2one(
        "legal.dispute", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True
    )
    move_id = fields.Many2one(related="dispute_id.move_id")
    move_line_id = fields.Many2one(
        "account.move.line",
        "Line",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
    )
    # What the line billed is behind the wall: only `label` tells it, to whom it may.
    act_id = fields.Many2one(
        "legal.prebill.line",
        "Act",
        ondelete="restrict",
        index="btree_not_null",
        readonly=True,
        groups=NO_ACCESS,
    )
    label = fields.Char("What", compute="_compute_label", compute_sudo=False)
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    amount_line = fields.Monetary(
        "Line incl. VAT", compute="_compute_amount_line", compute_sudo=True
    )
    amount = fields.Monetary(
        "Contested",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="VAT included; all of it unless a part is entered.",
    )
    is_open = fields.Boolean(
        related="dispute_id.is_suspending",
        store=True,
        export_string_translation=False,
    )

    _one_open_a_line = models.UniqueIndex(
        "(move_line_id, COALESCE(act_id, 0)) WHERE is_open",
        "This line of the invoice is already in dispute.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The contested part of a line is above zero."
    )

    @api.depends("move_line_id", "act_id")
    def _compute_amount_line(self):
        for line in self:
            line.amount_line = line._get_part_amount()

    @api.depends("move_line_id", "act_id")
    def _compute_amount(self):
        for line in self:
            # sudo: an amount, which the invoice shows
            line.amount = line.sudo()._get_part_amount()

    def _get_part_amount(self):
        """Return what the line, or the act of it, amounts to, VAT included."""
        move_line = self.move_line_id
        if not self.act_id:
            return move_line.price_total
        return move_line.move_id._get_contestable_acts().get(
            (move_line.id, self.act_id.id), 0.0
        )

    def _get_acts(self):
        """Return the pre-bill lines behind these lines; callers are in sudo."""
        acts = self.env["legal.prebill.line"]
        for line in self:
            own = line.move_line_id.prebill_line_ids
            if line.act_id:
                groups = own._group_shown().values()
                own = acts.union(*(g for g in groups if line.act_id in g))
            acts |= own
        return acts

    @api.depends("move_line_id", "act_id")
    @api.depends_context("uid", "lang")
    def _compute_label(self):
        for line in self:
            # sudo: the narrative only for whom the wall of the matter lets in
            act = line.sudo().act_id
            name = (line.sudo().move_line_id.name or "").split("\n")[0]
            if act and line.dispute_id._may_read_words():
                name = f"{format_date(self.env, act.date)} – {act.narrative or name}"
            line.label = name

    @api.depends("move_line_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.move_line_id.display_name

    @api.constrains("move_line_id", "amount", "is_open")
    def _check_line(self):
        for line in self:
            # sudo: other disputes of the line count, whoever may read them.
            own = line.sudo()
            move_line = own.move_line_id
            if move_line.move_id != own.dispute_id.move_id:
                raise ValidationError(
                    self.env._(
                        "A line of another invoice cannot be contested with"
                        " %(number)s.",
                        number=own.dispute_id.move_id.name,
                    )
                )
            if line.currency_id.compare_amounts(line.amount, line.amount_line) > 0:
                raise ValidationError(
                    self.env._(
                        "No more of a line of %(number)s can be contested than it"
                        " amounts to, VAT included.",
                        number=own.dispute_id.move_id.name,
                    )
                )
            if not own.is_open:
                continue
            self._check_free([(move_line.id, own.act_id.id)], but=self)

    @api.model
    def _check_free(self, parts, but=()):
        """Refuse to contest twice what an open dispute is about.

        Acts of the same line may be contested one by one.

        :param parts: [(invoice line id, act id or False)]
        :param but: contested lines that do not count
        """
        # sudo: other disputes of the line count, whoever may read them.
        taken = self.sudo().search(
            [("move_line_id", "in", [row[0] for row in parts]), ("is_open", "=", True)]
        )
        for line in taken - self.browse(getattr(but, "ids", ())):
            for line_id, act_id in parts:
                same = line.move_line_id.id == line_id
                if same and (not act_id or not line.act_id or line.act_id.id == act_id):
                    raise ValidationError(
                        self.env._(
                            "This line of %(number)s is already in dispute: see"
                            " %(other)s.",
                            number=line.dispute_id.move_id.name,
                            other=line.dispute_id.display_name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_free(
            [(vals.get("move_line_id"), vals.get("act_id")) for vals in vals_list]
        )
        return super().create(vals_list)
