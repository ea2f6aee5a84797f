from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

ICONS = {
    "waiting": "fa-circle-o",
    "todo": "fa-clock-o",
    "done": "fa-check-circle",
    "returned": "fa-undo",
}


class LegalPrebill(models.Model):
    """The review of a pre-bill: who is asked, in turn, and who approves at last.

    Without a rule of the firm nothing here speaks: the responsible or a billing
    manager approves, as :class:`legal.prebill` says.
    """

    _inherit = "legal.prebill"

    review_rule_id = fields.Many2one(
        "legal.review.rule", readonly=True, copy=False, ondelete="restrict"
    )
    review_ids = fields.One2many("legal.prebill.review", "prebill_id", readonly=True)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    awaited_text = fields.Char("Waits for", compute="_compute_chain")
    chain_strip = fields.Html(
        "Where the Review Stands", compute="_compute_chain_strip", sanitize=False
    )
    is_my_turn = fields.Boolean(compute="_compute_chain", search="_search_is_my_turn")
    comment_ids = fields.One2many("legal.prebill.comment", "prebill_id")
    comment_count = fields.Integer("Comments", compute="_compute_comment_count")

    @api.depends("review_ids.state", "review_ids.user_id", "review_ids.due_on", "state")
    @api.depends_context("uid", "lang")
    def _compute_chain(self):
        absent = self.env["legal.approval.delegation"]._get_absent(self.env.user)
        persons = self.env.user | absent
        for prebill in self:
            todo = prebill.review_ids.filtered(lambda s: s.state == "todo")
            running = prebill.state == "in_review"
            prebill.awaited_text = running and ", ".join(todo.user_id.mapped("name"))
            prebill.is_my_turn = running and bool(todo.user_id & persons)

    @api.depends("review_ids.state", "review_ids.user_id", "review_ids.due_on")
    @api.depends_context("lang")
    def _compute_chain_strip(self):
        for prebill in self:
            prebill.chain_strip = prebill.review_ids and prebill._render_chain()

    def _search_is_my_turn(self, operator, value):
        if operator != "in":
            return NotImplemented
        steps = self.env["legal.prebill.review"]._domain_waiting_for(self.env.user)
        return [("state", "=", "in_review"), ("review_ids", "any", list(steps))]

    def _compute_comment_count(self):
        counts = dict(
            self.env["legal.prebill.comment"]._read_group(
                [("prebill_id", "in", self.ids), ("is_resolved", "=", False)],
                ["prebill_id"],
                ["__count"],
            )
        )
        for prebill in self:
            prebill.comment_count = counts.get(prebill._origin, 0)

    def _count_comments(self):
        self.invalidate_recordset(["comment_count"])

    def _get_chain_values(self):
        """Return the steps as plain values, for screens."""
        self.ensure_one()
        roles = dict(
            self.env["legal.prebill.review"]
            ._fields["role"]
            ._description_selection(self.env)
        )
        return [
            {
                "id": step.id,
                "role": step.role,
                "role_label": roles[step.role],
                "user_id": step.user_id.id,
                "person": step.user_id.name,
                "state": step.state,
                "icon": ICONS[step.state],
                "is_late": step.is_late,
                "words": step._say_state(),
                "why": step.reason_text or "",
                "comment": step.comment or "",
            }
            for step in self.review_ids.sorted(lambda s: (s.sequence, s.id))
        ]

    def _render_chain(self):
        self.ensure_one()
        return self.env["ir.qweb"]._render(
            "legal_billing.review_chain_strip", {"steps": self._get_chain_values()}
        )

    # -- whose turn ------------------------------------------------------------------

    def _is_reviewer(self):
        """Tell whether the user answers for the whole, be it his turn or not."""
        self.ensure_one()
        user = self.env.user
        return (
            self.env.su
            or self.responsible_id == user
            or user.has_group("legal_billing.group_legal_billing_manager")
            or any(
                s.role != "collaborator" and s._is_for(user) for s in self.review_ids
            )
        )

    def _get_my_steps(self):
        """Return the open steps that the user answers, himself or for one absent."""
        self.ensure_one()
        absent = self.env["legal.approval.delegation"]._get_absent(self.env.user)
        persons = self.env.user | absent
        return self.review_ids.filtered(
            lambda s: s.state == "todo" and s.user_id in persons
        )

    def _check_may_dismiss(self):
        if self.review_ids and self._is_reviewer():
            return
        super()._check_may_dismiss()

    def _check_may_approve(self):
        """While people are awaited, nobody approves over their heads."""
        if not self.review_rule_id:
            return super()._check_may_approve()
        left = self.review_ids.filtered(lambda s: s.state != "done")
        if left:
            raise UserError(self._say_who_is_awaited(left))
        if not self._is_reviewer() and self.env.user not in self.review_ids.done_by_id:
            raise UserError(
                self.env._(
                    "%(prebill)s was reviewed by everybody asked: %(owner)s or a"
                    " billing manager approves it now.",
                    prebill=self.display_name,
                    owner=self.responsible_id.name,
                )
            )
        return None

    def _say_who_is_awaited(self, left):
        todo = left.filtered(lambda s: s.state == "todo") or left
        names = format_list(
            self.env, [f"{s.user_id.name} ({s._say_state()})" for s in todo]
        )
        if left.filtered(lambda s: s._is_for(self.env.user)):
            return self.env._(
                "It is not your turn yet on %(prebill)s: it waits for %(names)s.",
                prebill=self.display_name,
                names=names,
            )
        return self.env._(
            "%(prebill)s waits for %(names)s: you are not asked to approve it.",
            prebill=self.display_name,
            names=names,
        )

    # -- who changes what --------------------------------------------------------------

    def _check_may_review(self, lines):
        """While it is in review, collaborators change their own lines alone."""
        super()._check_may_review(lines)
        for prebill in self:
            if prebill.state != "in_review" or not prebill.review_ids:
                continue
            if prebill._is_reviewer():
                continue
            asked = prebill.review_ids.filtered(
                lambda s: s.role == "collaborator" and s._is_for(self.env.user)
            )
            own = lines.filtered(lambda li, p=prebill: li.prebill_id == p)
            others = own.filtered(
                lambda li, a=asked: li._get_reviewer() not in a.origin_user_id
            )
            if asked and own and not others:
                continue
            if asked:
                raise UserError(
                    self.env._(
                        "On %(prebill)s you answer for your own lines: write a comment"
                        " on the others.",
                        prebill=prebill.display_name,
                    )
                )
            raise UserError(
                self.env._(
                    "%(prebill)s is in review by %(names)s: write them a comment to"
                    " have it changed.",
                    prebill=prebill.display_name,
                    names=format_list(
                        self.env, sorted(set(prebill.review_ids.user_id.mapped("name")))
                    ),
                )
            )


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    reviewer_id = fields.Many2one(
        "res.users",
        "Answered for by",
        domain="[('share', '=', False)]",
        help="Reviews this line instead of who did the work.",
    )
    comment_ids = fields.One2many("legal.prebill.comment", "line_id")

    def _get_reviewer(self):
        """Return who answers for this line: assigned, else whose time it is."""
        self.ensure_one()
        # sudo: the user of a colleague, whoever may read HR data
        return self.reviewer_id or self.entry_id.sudo().employee_id.user_id

    def write(self, vals):
        decided = self._get_checked_fields() | {"reason_id", "reviewer_id"}
        if decided & vals.keys() and not self.env.su:
            for prebill in self.prebill_id:
                if prebill.state == "in_review":
                    prebill._check_may_review(
                        self.filtered(
                            lambda li, p=prebill: (
                                li.prebill_id == p and not li.is_derived
                            )
                        )
                    )
        return super().write(vals)
