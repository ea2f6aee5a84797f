import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date

ACTIVITY = "legal_billing.mail_activity_review"
#: read by nobody through the interface, whatever the group
NOBODY = "."


class LegalPrebillReview(models.Model):
    """One step of the review of one pre-bill: who, on what account, until when.

    Written by the chain of :class:`legal.prebill`, never by hand; every person who
    sees the pre-bill sees where it stands.
    """

    _name = "legal.prebill.review"
    _description = "Step of a Review"
    _order = "prebill_id, sequence, id"
    _check_company_auto = True

    prebill_id = fields.Many2one(
        "legal.prebill", required=True, index=True, ondelete="cascade", readonly=True
    )
    matter_id = fields.Many2one(
        related="prebill_id.matter_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="prebill_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="prebill_id.currency_id")
    partner_id = fields.Many2one(related="prebill_id.partner_id")
    amount_fees = fields.Monetary(related="prebill_id.amount_fees", string="Fees")
    amount_total = fields.Monetary(related="prebill_id.amount_total", string="Total")
    realisation_percent = fields.Float(
        related="prebill_id.realisation_percent", string="Realisation %"
    )
    role = fields.Selection(
        [
            ("collaborator", "Own time"),
            ("owner", "Responsible"),
            ("approver", "Approver"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", "Asked of", required=True, index=True, readonly=True
    )
    origin_user_id = fields.Many2one(
        "res.users",
        "Named by the Rule",
        readonly=True,
        required=True,
        help="Whose step it is, should another person answer it.",
    )
    approver_id = fields.Many2one(
        "legal.review.approver", readonly=True, ondelete="set null"
    )
    sequence = fields.Integer(readonly=True)
    days = fields.Integer(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Not yet"),
            ("todo", "Awaited"),
            ("done", "Done"),
            ("returned", "Returned"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    reasons = fields.Json(readonly=True)
    reason_text = fields.Char("Why Asked", compute="_compute_reason_text")
    asked_on = fields.Date(readonly=True)
    due_on = fields.Date("Due on", readonly=True)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    done_on = fields.Datetime(readonly=True)
    done_by_id = fields.Many2one("res.users", "Done by", readonly=True)
    by_link = fields.Boolean("By the Link of an E-mail", readonly=True)
    comment = fields.Text("Word", readonly=True)
    reminded_on = fields.Date(readonly=True)
    # -- what was approved
    seen_amount = fields.Monetary("Amount approved", readonly=True)
    seen_realisation = fields.Float("Realisation approved", readonly=True)
    seen_standard = fields.Monetary("Standard value approved", readonly=True)
    seen_writeoff = fields.Monetary("Given up approved", readonly=True)
    link_key = fields.Char(groups=NOBODY, copy=False)

    _once = models.UniqueIndex(
        "(prebill_id, role, origin_user_id, COALESCE(approver_id, 0))",
        "This person is already asked about this pre-bill.",
    )

    @api.depends("user_id", "role", "state")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for step in self:
            step.display_name = f"{step.user_id.name} – {roles.get(step.role, '')}"

    @api.depends("state", "due_on")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for step in self:
            step.is_late = step.state == "todo" and step.due_on and step.due_on < today

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return [("state", "=", "todo"), ("due_on", "<", today)]

    @api.depends("reasons", "role")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        _ = self.env._
        for step in self:
            # sudo: the figures of a setting that explains who is asked
            limit = step.sudo().approver_id
            money = limit.currency_id.format if limit else str
            words = {
                "amount": lambda a=limit, m=money: _(
                    "total from %(amount)s", amount=m(a.amount_from)
                ),
                "realisation": lambda a=limit: _(
                    "realisation below %(percent)s %%",
                    percent=f"{a.realisation_below:g}",
                ),
                "writeoff": lambda a=limit, m=money: _(
                    "more than %(amount)s given up", amount=m(a.writeoff_above)
                ),
                "always": lambda: _("asked about every pre-bill"),
            }
            step.reason_text = ", ".join(
                words[code]() for code in step.reasons or [] if code in words
            )

    # -- who -----------------------------------------------------------------------

    @api.model
    def _domain_waiting_for(self, user):
        """Return the domain of the steps that wait for a person, or one absent."""
        absent = self.env["legal.approval.delegation"]._get_absent(user)
        persons = user | absent
        return Domain("state", "=", "todo") & Domain("user_id", "in", persons.ids)

    @api.model
    def _get_waiting_for(self, user):
        """Return the steps that wait for a person, and that the wall lets him see."""
        return self.with_user(user).search(
            self._domain_waiting_for(user) & Domain("prebill_id.is_held", "=", False),
            order="due_on, id",
        )

    def _is_for(self, user):
        """Tell whether a person answers this step, himself or for one absent."""
        self.ensure_one()
        return self.user_id in (
            user | self.env["legal.approval.delegation"]._get_absent(user)
        )

    # -- life ----------------------------------------------------------------------

    def _ask(self):
        """Open these steps: their persons are told, with a day to answer by."""
        today = fields.Date.context_today(self)
        for step in self:
            due = today + timedelta(step.days)
            step.write(
                {
                    "state": "todo",
                    "asked_on": today,
                    "due_on": due,
                    "reminded_on": False,
                    "link_key": secrets.token_urlsafe(24),
                }
            )
            prebill = step.prebill_id.with_context(lang=step.user_id.lang)
            prebill.activity_schedule(
                ACTIVITY,
                date_deadline=due,
                summary=prebill.env._("Review this pre-bill"),
                note=step.with_context(lang=step.user_id.lang).reason_text or False,
                user_id=step.user_id.id,
            )

    def _close(self, state, comment=None, by_link=False):
        """End these steps: done or returned, by who calls."""
        values = {"state": state, "link_key": False, "by_link": by_link}
        if comment:
            values["comment"] = comment
        if state == "done":
            values |= {"done_on": fields.Datetime.now(), "done_by_id": self.env.uid}
        for step in self:
            prebill = step.prebill_id
            step.write(
                {
                    **values,
                    "seen_amount": prebill.amount_untaxed,
                    "seen_realisation": prebill.realisation_percent,
                    "seen_standard": prebill.amount_standard,
                    "seen_writeoff": prebill.amount_writeoff,
                }
            )
            step._unlink_activities()

    def _put_back(self):
        """Let these steps wait for their turn."""
        for step in self:
            step.write({"state": "waiting", "link_key": False, "due_on": False})
            step._unlink_activities()

    def _unlink_activities(self):
        for step in self:
            kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
            # sudo: the activity is the reviewer's own, whoever ends the step
            step.prebill_id.sudo().activity_ids.filtered(
                lambda a, s=step, k=kind: (
                    a.activity_type_id == k and a.user_id == s.user_id
                )
            ).unlink()

    def _say_state(self):
        """Return where this step stands, in few words."""
        self.ensure_one()
        _ = self.env._
        if self.state == "done":
            who = self.done_by_id != self.user_id and self.done_by_id.name
            day = format_date(self.env, self.done_on.date()) if self.done_on else ""
            if who:
                return _("done on %(day)s by %(who)s", day=day, who=who)
            return _("done on %(day)s", day=day)
        if self.state == "returned":
            return _("returned it")
        if self.state == "todo":
            day = format_date(self.env, self.due_on)
            if self.is_late:
                return _("late since %(day)s", day=day)
            return _("awaited until %(day)s", day=day)
        return _("not yet")

    # -- buttons -------------------------------------------------------------------

    def action_open_prebill(self):
        self.ensure_one()
        return self.prebill_id._get_records_action()

    def action_approve(self):
        """Approve the pre-bills of these steps, as far as the user is asked."""
        return self.prebill_id.action_approve()

    def action_open_hand_over(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand this review over"),
            "res_model": "legal.prebill.hand.over",
            "view_mode": "form",
            "target": "new",
            "context": {"default_step_id": self.id},
        }

    def action_hand_over(self, user_id):
        """Have another person answer this step: the office's way out of an absence."""
        self.ensure_one()
        user = self.env["res.users"].browse(user_id)
        self.prebill_id.check_access("write")
        manager = "legal_billing.group_legal_billing_manager"
        may = self.env.user.has_group(manager) or self._is_for(self.env.user)
        if not may:
            raise AccessError(
                self.env._(
                    "Only %(person)s or a billing manager hands this review over: ask"
                    " one of them.",
                    person=self.user_id.name,
                )
            )
        # sudo: who may see the matter; a person outside its wall is never asked
        if user.share or not self.sudo().matter_id._lets_in(user):
            raise AccessError(
                self.env._(
                    "%(person)s is outside the wall of %(matter)s: choose somebody of"
                    " its team.",
                    person=user.name,
                    matter=self.matter_id._neutral_label(),
                )
            )
        # sudo: nobody writes a step by hand, see the checks above
        step = self.sudo()
        if step.state == "done":
            return
        before = step.user_id.name
        step._unlink_activities()
        step.write({"user_id": user.id})
        if step.state == "todo":
            step._ask()
        step.prebill_id._message_log(
            body=self.env._(
                "Review handed over from %(before)s to %(after)s.",
                before=before,
                after=user.name,
            )
        )
