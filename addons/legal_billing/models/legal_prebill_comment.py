from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class LegalPrebillComment(models.Model):
    """A word about a line, or about the whole, that waits for an answer."""

    _name = "legal.prebill.comment"
    _description = "Comment on a Pre-bill"
    _order = "prebill_id, is_resolved, id"
    _rec_name = "body"
    _check_company_auto = True

    prebill_id = fields.Many2one(
        "legal.prebill", required=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "legal.prebill.line",
        "About the Line",
        index="btree_not_null",
        ondelete="set null",
        domain="[('prebill_id', '=', prebill_id)]",
    )
    line_label = fields.Char("About", compute="_compute_line_label")
    matter_id = fields.Many2one(
        related="prebill_id.matter_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="prebill_id.company_id", store=True, precompute=True
    )
    author_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, default=lambda s: s.env.user
    )
    user_id = fields.Many2one(
        "res.users",
        "Addressed to",
        required=True,
        index=True,
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False)]",
        help="Empty: whose time it is, else the responsible.",
    )
    body = fields.Text("Comment", required=True)
    answer = fields.Text()
    is_resolved = fields.Boolean("Settled", readonly=True)
    resolved_by_id = fields.Many2one("res.users", "Settled by", readonly=True)
    resolved_on = fields.Datetime(readonly=True)

    @api.depends("line_id")
    def _compute_line_label(self):
        for comment in self:
            comment.line_label = comment.line_id._get_label() if comment.line_id else ""

    @api.depends("line_id", "prebill_id")
    def _compute_user_id(self):
        for comment in self:
            author = comment.author_id or self.env.user
            theirs = comment.line_id._get_reviewer() if comment.line_id else False
            owner = comment.prebill_id.responsible_id
            comment.user_id = (
                comment.user_id
                or (theirs if theirs and theirs != author else False)
                or owner
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su or "author_id" not in vals:
                vals["author_id"] = self.env.uid
        comments = super().create(vals_list)
        for comment in comments:
            comment._check_addressee()
        comments.prebill_id._count_comments()
        return comments

    def write(self, vals):
        settled = {"is_resolved", "resolved_by_id", "resolved_on", "author_id"}
        if not self.env.su:
            if settled & vals.keys():
                raise AccessError(
                    self.env._(
                        "A comment is settled by its button, with who and when: press"
                        " “Settle”."
                    )
                )
            if "body" in vals and self.author_id - self.env.user:
                raise AccessError(
                    self.env._(
                        "Only its author rewrites a comment: write an answer under it."
                    )
                )
        result = super().write(vals)
        if "user_id" in vals:
            for comment in self:
                comment._check_addressee()
        return result

    def _check_addressee(self):
        """A person outside the wall is told nothing, not even that he was asked."""
        self.ensure_one()
        # sudo: who may see the matter
        if self.user_id.share or not self.sudo().matter_id._lets_in(self.user_id):
            raise UserError(
                self.env._(
                    "%(person)s does not see %(prebill)s: address the comment to"
                    " somebody of the matter's team.",
                    person=self.user_id.name,
                    prebill=self.prebill_id.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_others(self):
        for comment in self:
            if not self.env.su and comment.author_id != self.env.user:
                raise AccessError(
                    self.env._("Only its author takes a comment back: settle it.")
                )

    def action_resolve(self):
        self.check_access("write")
        # sudo: see write; the button says who
        self.sudo().filtered(lambda c: not c.is_resolved).write(
            {
                "is_resolved": True,
                "resolved_by_id": self.env.uid,
                "resolved_on": fields.Datetime.now(),
            }
        )
        self.prebill_id._count_comments()

    def action_raise_again(self):
        self.check_access("write")
        # sudo: see write; the button says who
        self.sudo().write(
            {"is_resolved": False, "resolved_by_id": False, "resolved_on": False}
        )
        self.prebill_id._count_comments()

    def action_open_prebill(self):
        self.ensure_one()
        return self.prebill_id._get_records_action()

    @api.model
    def _domain_waiting_for(self, user):
        """Return the domain of the comments that a person has to answer."""
        return [
            ("user_id", "=", user.id),
            ("is_resolved", "=", False),
            ("prebill_id.state", "in", ("draft", "in_review")),
        ]

    @api.model
    def _get_waiting_for(self, user):
        return self.with_user(user).search(self._domain_waiting_for(user))
