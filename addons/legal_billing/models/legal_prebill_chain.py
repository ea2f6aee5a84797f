from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..engine import fees, review

ICONS = {
    "waiting": "fa-circle-o",
    "todo": "fa-clock-o",
    "done": "fa-check-circle",
    "returned": "fa-undo",
}
RANKS = {"collaborator": 10, "owner": 20, "approver": 30}


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

    # -- the start -----------------------------------------------------------------

    def action_submit_review(self):
        result = super().action_submit_review()
        self._check_pending()
        self._start_chain()
        return result

    def _start_chain(self):
        """Ask those whom the firm's rule names; nobody where there is none."""
        rules = self.env["legal.review.rule"]._get_for(self)
        for prebill in self:
            # sudo: nobody writes a step by hand; the caller submitted the pre-bill
            prebill_sudo = prebill.sudo()
            if not rules[prebill] and not prebill_sudo.review_ids:
                continue
            prebill_sudo.write(
                {
                    "review_rule_id": rules[prebill].id
                    or prebill_sudo.review_rule_id.id,
                    "submitted_by_id": self.env.uid,
                }
            )
            prebill_sudo._refresh_chain()

    def _refresh_chain(self):
        """Bring the steps in line with the rule and the figures, then open the next.

        Runs elevated: it writes what only the chain writes.
        """
        for prebill in self.filtered(
            lambda p: p.state == "in_review" and p.review_rule_id
        ):
            steps = prebill.review_ids
            wanted = prebill._get_wanted_steps()
            known = {
                (s.role, s.approver_id.id or s.origin_user_id.id): s for s in steps
            }
            for step in (s for key, s in known.items() if key not in wanted):
                if step.state != "done":
                    step._unlink_activities()
                    step.unlink()
            self.env["legal.prebill.review"].create(
                [
                    {
                        "prebill_id": prebill.id,
                        "role": key[0],
                        "origin_user_id": values["user_id"],
                        **values,
                    }
                    for key, values in wanted.items()
                    if key not in known
                ]
            )
            prebill._ask_again()
            prebill._advance()

    def _get_wanted_steps(self):
        """Return {(role, approver or person): values} of the steps the rule wants."""
        self.ensure_one()
        rule, wanted = self.review_rule_id, {}
        if rule.has_collaborators:
            for user in self._get_collaborators():
                wanted["collaborator", user.id] = {
                    "user_id": user.id,
                    "sequence": RANKS["collaborator"],
                    "days": rule.collaborator_days,
                }
        owner = self.responsible_id
        wanted["owner", owner.id] = {
            "user_id": owner.id,
            "sequence": RANKS["owner"],
            "days": rule.owner_days,
        }
        figures = self._get_review_figures()
        for place, approver in enumerate(rule.approver_ids):
            limit = approver._prepare_threshold(self.currency_id, self.date_to)
            reasons = review.get_reasons(limit, figures)
            user = reasons and approver._choose_user(self.matter_id)
            if user:
                wanted["approver", approver.id] = {
                    "user_id": user.id,
                    "approver_id": approver.id,
                    "sequence": RANKS["approver"] + place,
                    "days": approver.days,
                    "reasons": list(reasons),
                }
        return wanted

    def _get_collaborators(self):
        """Return those who answer for lines of their own, whom the wall lets in."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda li: li.decision != "postpone")
        users = self.env["res.users"].union(*(li._get_reviewer() for li in lines))
        matter = self.matter_id
        return users.filtered(
            lambda user: (
                user != self.responsible_id
                and user.active
                and not user.share
                and matter._lets_in(user)
            )
        ).sorted("id")

    def _get_review_figures(self):
        self.ensure_one()
        return self._prepare_figures(
            self.amount_untaxed,
            self.realisation_percent if self.amount_standard else None,
            self.amount_writeoff,
        )

    @api.model
    def _prepare_figures(self, amount, realisation, writeoff):
        return review.Figures(
            fees.to_decimal(amount),
            None if realisation is None else fees.to_decimal(round(realisation, 6)),
            fees.to_decimal(writeoff),
        )

    def _ask_again(self):
        """Ask once more the approvers who approved less than is given up now."""
        self.ensure_one()
        now = self._get_review_figures()
        for step in self.review_ids:
            if step.state != "done" or not step.approver_id:
                continue
            limit = step.approver_id._prepare_threshold(self.currency_id, self.date_to)
            seen = self._prepare_figures(
                step.seen_amount,
                step.seen_realisation if step.seen_standard else None,
                step.seen_writeoff,
            )
            if review.must_ask_again(limit, seen, now):
                step._put_back()
                step.reasons = list(review.get_reasons(limit, now))
                self._message_log(
                    body=self.env._(
                        "%(person)s is asked again: %(reason)s.",
                        person=step.user_id.name,
                        reason=step.reason_text,
                    )
                )

    def _advance(self):
        """Open the steps whose turn has come, close those whose turn is not yet."""
        self.ensure_one()
        in_order = self.review_rule_id.is_in_order
        steps = self.review_ids
        left = steps.filtered(lambda s: s.state != "done")
        if in_order and left:
            first = min(left.mapped("sequence"))
            left.filtered(
                lambda s: s.state == "todo" and s.sequence > first
            )._put_back()
        rows = [review.Step(s.id, s.sequence, s.state) for s in steps]
        steps.browse(review.get_next(rows, in_order))._ask()

    @api.model
    def _check_now(self, ids):
        """What changed may cross a threshold: ask whom it concerns."""
        result = super()._check_now(ids)
        # sudo: nobody writes a step by hand
        self.sudo().browse(ids).exists()._refresh_chain()
        return result

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

    # -- approving -------------------------------------------------------------------

    def action_approve(self):
        """Approve one's own steps; the last of them approves the pre-bill."""
        self._check_state("draft", "in_review")
        rules = self.env["legal.review.rule"]._get_for(self)
        chained = self.filtered(lambda p: p.review_rule_id or rules[p])
        plain = self - chained
        result = super(LegalPrebill, plain).action_approve() if plain else None
        for prebill in chained:
            prebill._approve_in_turn()
        return result

    def _approve_in_turn(self, comment=None, by_link=False):
        """Approve what the user is asked, and all of it once nobody else is."""
        self.ensure_one()
        self._check_not_held()
        if self.state == "draft":
            self.action_submit_review()
        self._check_pending()
        # sudo: nobody writes a step by hand; who answers may have changed meanwhile
        self.sudo()._refresh_chain()
        mine = self._get_my_steps()
        if not mine:
            self._check_may_approve()
        while mine:
            self._check_steps(mine)
            # sudo: nobody writes a step by hand; these are the user's own
            mine.sudo()._close("done", comment, by_link)
            self._log_done(mine)
            self.sudo()._advance()
            mine = self._get_my_steps()
        if all(step.state == "done" for step in self.review_ids):
            super().action_approve()

    def _check_steps(self, steps):
        """Refuse while something in the user's part prevents approval."""
        if steps.filtered(lambda s: s.role != "collaborator"):
            refusals = self._get_refusals()
        else:
            people = steps.origin_user_id
            own = self.line_ids.filtered(lambda li: li._get_reviewer() in people)
            refusals = self._get_blocking_refusals(own)
        if refusals:
            raise UserError("\n".join(refusals))

    def _log_done(self, steps):
        for step in steps.filtered(lambda s: s.user_id != self.env.user):
            self._message_log(
                body=self.env._(
                    "%(delegate)s reviewed instead of %(absent)s, who is absent.",
                    delegate=self.env.user.name,
                    absent=step.user_id.name,
                )
            )

    # -- sending back ------------------------------------------------------------------

    def action_open_return(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return with a word"),
            "res_model": "legal.prebill.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_prebill_id": self.id},
        }

    def _return(self, word, step=None):
        """Send the pre-bill back: to an earlier step, else to who submitted it.

        :param step: a step that was done, and is asked again
        """
        self.ensure_one()
        self._check_state("in_review")
        word = (word or "").strip()
        mine = self._get_my_steps()
        if not mine:
            left = self.review_ids.filtered(lambda s: s.state != "done")
            raise UserError(self._say_who_is_awaited(left))
        if not word:
            raise UserError(
                self.env._(
                    "%(prebill)s was not returned: say in a word what is to change.",
                    prebill=self.display_name,
                )
            )
        # sudo: nobody writes a step by hand; these are the user's own
        mine.sudo()._close("returned", word)
        prebill_sudo = self.sudo()
        if step:
            step.sudo()._put_back()
            prebill_sudo._advance()
            to = step.user_id
        else:
            prebill_sudo.review_ids.filtered(
                lambda s: s.state != "returned"
            )._put_back()
            prebill_sudo.state = "draft"
            to = prebill_sudo.submitted_by_id or self.responsible_id
            if to != self.env.user:
                prebill_sudo.activity_schedule(
                    "legal_billing.mail_activity_review",
                    summary=self.env._("Returned to you: send it to review again"),
                    note=word,
                    user_id=to.id,
                )
        self.message_post(
            body=self.env._("Returned to %(to)s: %(word)s", to=to.name, word=word)
        )

    def action_reopen(self):
        """Approvals stand, unless what changes now crosses a threshold again."""
        result = super().action_reopen()
        for prebill in self.sudo():
            prebill.review_ids.filtered(lambda s: s.role == "owner")._put_back()
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self.sudo().review_ids.filtered(lambda s: s.state != "done")._put_back()
        return result

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
