from odoo import api, fields, models
from odoo.exceptions import UserError

ACTS = [
    ("edit", "Changed by hand"),
    ("decide", "Decided"),
    ("adjust", "Total adjusted"),
    ("discount", "Discount given"),
    ("restore", "Restored as proposed"),
    ("group", "Shown together"),
    ("merge", "Lines merged"),
    ("split", "Line split"),
    ("move", "Moved to another matter"),
    ("undo", "Undone"),
]


class LegalPrebillRevision(models.Model):
    """One change that a person made on a pre-bill: who, when, why, what it cost.

    Written by the pre-bill itself and never again; an undo is a revision too. What
    an act changed shares its ``batch``. The values are kept twice: in words, as they
    were read that day, and raw, so that the act can be undone exactly.
    """

    _name = "legal.prebill.revision"
    _description = "Pre-bill Revision"
    _order = "id desc"
    _rec_name = "label"
    _check_company_auto = True

    prebill_id = fields.Many2one(
        "legal.prebill", required=True, readonly=True, index=True, ondelete="restrict"
    )
    line_id = fields.Many2one(
        "legal.prebill.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    matter_id = fields.Many2one(
        "legal.matter", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    act = fields.Selection(ACTS, required=True, readonly=True)
    batch = fields.Char(
        required=True,
        readonly=True,
        index=True,
        help="What one person did in one go.",
    )
    field_name = fields.Char("Technical Field", required=True, readonly=True)
    field_label = fields.Char("What", compute="_compute_field_label")
    label = fields.Char(
        "Line in Words",
        readonly=True,
        help="The first words of the line, kept if it leaves.",
    )
    old_value = fields.Text("Before", readonly=True)
    new_value = fields.Text("After", readonly=True)
    old_raw = fields.Json(readonly=True, export_string_translation=False)
    new_raw = fields.Json(readonly=True, export_string_translation=False)
    is_technical = fields.Boolean(
        readonly=True, help="Follows from another change of the same act."
    )
    amount_change = fields.Monetary(
        "Change of the Bill",
        readonly=True,
        help="What it changed of the amount billed on the line, excluding VAT.",
    )
    reason_id = fields.Many2one(
        "legal.writeoff.reason", readonly=True, ondelete="restrict"
    )
    note = fields.Text(readonly=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, index=True
    )
    date = fields.Datetime(
        "On", required=True, readonly=True, default=fields.Datetime.now
    )
    undoes_batch = fields.Char(readonly=True, index="btree_not_null")
    undone_by_id = fields.Many2one(
        "legal.prebill.revision", "Undone by", compute="_compute_undone_by_id"
    )
    is_undone = fields.Boolean("Undone", compute="_compute_undone_by_id")
    is_head = fields.Boolean(
        "First of its Act",
        compute="_compute_is_head",
        help="Where the act that it is part of is undone.",
    )

    @api.depends("prebill_id.revision_ids.undoes_batch")
    def _compute_undone_by_id(self):
        undoing = {}
        for one in self.search(
            [
                ("prebill_id", "in", self.prebill_id.ids),
                ("undoes_batch", "in", list(set(self.mapped("batch")))),
            ]
        ):
            undoing[one.prebill_id, one.undoes_batch] = one
        for revision in self:
            found = undoing.get((revision.prebill_id, revision.batch))
            revision.undone_by_id = found
            revision.is_undone = bool(found)

    def _compute_is_head(self):
        heads = {
            head
            for *_key, head in self._read_group(
                [
                    ("prebill_id", "in", self.prebill_id.ids),
                    ("is_technical", "=", False),
                ],
                ["prebill_id", "batch"],
                ["id:max"],
            )
        }
        for revision in self:
            revision.is_head = revision.id in heads

    @api.depends("field_name", "line_id", "prebill_id")
    def _compute_field_label(self):
        words = self._get_words()
        for revision in self:
            name = revision.field_name
            revision.field_label = words.get(name) or self._get_field_label(name)

    @api.model
    def _get_words(self):
        """Return how what is no plain value of a field is called."""
        _ = self.env._
        return {
            "active": _("Line"),
            "line": _("Line"),
            "entry_move": _("Matter"),
            "cost_move": _("Matter"),
            "entry_split": _("Time entry"),
            "merged_into_id": _("Shown with"),
            "discount_percent": _("Discount shown, in percent"),
            "discount_amount": _("Discount shown"),
        }

    @api.model
    def _get_field_label(self, name):
        for model in ("legal.prebill.line", "legal.prebill"):
            field = self.env[model]._fields.get(name)
            if field:
                return field._description_string(self.env)
        return name

    def write(self, vals):
        if vals:
            raise UserError(
                self.env._(
                    "The history of the pre-bill %(prebill)s is kept as it was: undo"
                    " the change on the pre-bill instead.",
                    prebill=self[:1].prebill_id.display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        for revision in self:
            raise UserError(
                self.env._(
                    "The history of the pre-bill %(prebill)s is kept as it was: undo"
                    " the change on the pre-bill instead.",
                    prebill=revision.prebill_id.display_name,
                )
            )

    def action_undo(self):
        """Undo the whole act that this revision is part of."""
        self.ensure_one()
        return self.prebill_id.undo(self.batch)
