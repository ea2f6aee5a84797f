from odoo import Command, api, fields, models


class LegalPrebillReturn(models.TransientModel):
    """Sends a pre-bill back, with a word on the whole and on lines."""

    _name = "legal.prebill.return"
    _description = "Return a Pre-bill"

    prebill_id = fields.Many2one("legal.prebill", required=True, ondelete="cascade")
    earlier_step_ids = fields.Many2many(
        "legal.prebill.review", compute="_compute_earlier_step_ids"
    )
    step_id = fields.Many2one(
        "legal.prebill.review",
        "Back to",
        compute="_compute_step_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', earlier_step_ids)]",
        ondelete="cascade",
        help="Empty: to who submitted it.",
    )
    word = fields.Text("What is to change", required=True)
    line_ids = fields.One2many("legal.prebill.return.line", "return_id", "Lines")

    @api.depends("prebill_id")
    def _compute_earlier_step_ids(self):
        for wizard in self:
            steps = wizard.prebill_id.review_ids
            mine = wizard.prebill_id._get_my_steps()
            wizard.earlier_step_ids = steps.filtered(
                lambda s, m=mine: s.state == "done" and s not in m
            )

    @api.depends("prebill_id")
    def _compute_step_id(self):
        for wizard in self:
            steps = wizard.earlier_step_ids
            owner = steps.filtered(lambda s: s.role == "owner")
            wizard.step_id = (owner or steps.sorted("sequence"))[-1:]

    def action_return(self):
        self.ensure_one()
        prebill = self.prebill_id
        prebill.check_access("write")
        prebill._return(self.word, self.step_id)
        prebill.write(
            {
                "comment_ids": [
                    Command.create({"line_id": line.line_id.id, "body": line.body})
                    for line in self.line_ids
                ]
            }
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class LegalPrebillReturnLine(models.TransientModel):
    _name = "legal.prebill.return.line"
    _description = "Comment on a Returned Line"

    return_id = fields.Many2one(
        "legal.prebill.return", required=True, ondelete="cascade"
    )
    prebill_id = fields.Many2one(related="return_id.prebill_id")
    line_id = fields.Many2one(
        "legal.prebill.line",
        required=True,
        ondelete="cascade",
        domain="[('prebill_id', '=', prebill_id)]",
    )
    body = fields.Char("Comment", required=True)
