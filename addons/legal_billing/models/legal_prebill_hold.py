from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

ACTIVITY = "legal_billing.mail_activity_review"


class LegalPrebill(models.Model):
    """Holds: what a pre-bill waits for, and how it comes back by itself."""

    _inherit = "legal.prebill"

    hold_kind = fields.Selection(
        [
            ("open", "Until released"),
            ("date", "Until a day"),
            ("milestone", "Until a milestone"),
            ("provision", "Until a provision is paid"),
        ],
        readonly=True,
        copy=False,
    )
    hold_milestone_id = fields.Many2one(
        "project.milestone",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    hold_provision_id = fields.Many2one(
        "legal.provision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    held_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    hold_text = fields.Char("Held", compute="_compute_hold_text")

    @api.depends(
        "is_held",
        "hold_kind",
        "hold_reason",
        "held_until",
        "hold_milestone_id",
        "hold_provision_id",
    )
    @api.depends_context("lang")
    def _compute_hold_text(self):
        _ = self.env._
        for prebill in self:
            words = {"reason": prebill.hold_reason or ""}
            if not prebill.is_held:
                prebill.hold_text = False
            elif prebill.held_until:
                prebill.hold_text = _(
                    "On hold until %(day)s: %(reason)s",
                    day=format_date(self.env, prebill.held_until),
                    **words,
                )
            elif prebill.hold_milestone_id:
                prebill.hold_text = _(
                    "On hold until “%(milestone)s” is reached: %(reason)s",
                    milestone=prebill.hold_milestone_id.name,
                    **words,
                )
            elif prebill.hold_provision_id:
                prebill.hold_text = _(
                    "On hold until the provision %(provision)s is paid: %(reason)s",
                    provision=prebill.hold_provision_id.name,
                    **words,
                )
            else:
                prebill.hold_text = _("On hold until released: %(reason)s", **words)

    def _hold(self, reason, until=None, milestone=None, provision=None):
        """Keep these pre-bills from being approved, for a reason.

        :param date until: the first day on which it is asked again
        :param milestone: a milestone of the matter, asked again once it is reached
        :param provision: a provision of the matter, asked again once it is paid
        """
        self._check_hold(until, milestone, provision)
        super()._hold(reason, until)
        kinds = {"date": until, "milestone": milestone, "provision": provision}
        self.write(
            {
                "hold_kind": next((k for k, value in kinds.items() if value), "open"),
                "hold_milestone_id": milestone.id if milestone else False,
                "hold_provision_id": provision.id if provision else False,
                "held_by_id": self.env.uid,
            }
        )
        for prebill in self:
            prebill._unlink_review_activities()

    def _check_hold(self, until, milestone, provision):
        for prebill in self:
            project = prebill.matter_id.project_id
            if milestone and milestone.project_id != project:
                raise UserError(
                    self.env._(
                        "The milestone “%(milestone)s” is not of the matter of"
                        " %(prebill)s: choose one of its own.",
                        milestone=milestone.name,
                        prebill=prebill.display_name,
                    )
                )
            if provision and provision.matter_id != prebill.matter_id:
                raise UserError(
                    self.env._(
                        "The provision %(provision)s is not of the matter of"
                        " %(prebill)s: choose one of its own.",
                        provision=provision.name,
                        prebill=prebill.display_name,
                    )
                )
            if (milestone and milestone.is_reached) or (
                provision and provision._is_paid_up()
            ):
                raise UserError(
                    self.env._(
                        "What %(prebill)s would wait for is there already: review it"
                        " now.",
                        prebill=prebill.display_name,
                    )
                )

    def action_release(self):
        result = super().action_release()
        self.write(
            {
                "hold_kind": False,
                "hold_milestone_id": False,
                "hold_provision_id": False,
                "held_by_id": False,
            }
        )
        for prebill in self.sudo():
            # sudo: nobody writes a step by hand; those asked are asked again
            prebill.review_ids.filtered(lambda s: s.state == "todo")._ask()
        return result

    def _unlink_review_activities(self):
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        # sudo: activities of colleagues, about a pre-bill that waits
        self.sudo().activity_ids.filtered(lambda a: a.activity_type_id == kind).unlink()

    # -- coming back ---------------------------------------------------------------

    def _wake(self):
        """Release the holds whose time has come, and ask those who review again."""
        for prebill in self.filtered("is_held"):
            before, by = prebill.hold_text, prebill.held_by_id
            prebill.action_release()
            prebill.message_post(
                body=self.env._("Back to review by itself. It was: %s", before)
            )
            who = prebill.responsible_id
            if not prebill.review_ids.filtered(lambda s: s.state == "todo"):
                words = prebill.with_context(lang=(by or who).lang)
                words.activity_schedule(
                    ACTIVITY,
                    summary=words.env._("The hold is over: review this pre-bill"),
                    note=before,
                    user_id=who.id,
                )

    @api.model
    def _domain_to_wake(self, today):
        return (
            Domain("is_held", "=", True)
            & Domain("state", "in", ("draft", "in_review"))
            & (
                (Domain("held_until", "!=", False) & Domain("held_until", "<=", today))
                | Domain("hold_milestone_id.is_reached", "=", True)
                | Domain(
                    "hold_provision_id.state", "in", ("paid", "partly", "allocated")
                )
                # what it waited for is no more: somebody decides
                | (
                    Domain("hold_kind", "=", "milestone")
                    & Domain("hold_milestone_id", "=", False)
                )
                | (
                    Domain("hold_kind", "=", "provision")
                    & (
                        Domain("hold_provision_id", "=", False)
                        | Domain("hold_provision_id.state", "=", "cancelled")
                    )
                )
            )
        )

    @api.model
    def _cron_wake(self, today=None):
        """Each morning, and once what is waited for may have come."""
        today = today or fields.Date.context_today(self)
        for prebill in self.search(self._domain_to_wake(today)):
            prebill._wake()


class LegalProvision(models.Model):
    _inherit = "legal.provision"

    hold_prebill_ids = fields.One2many("legal.prebill", "hold_provision_id")

    def _is_paid_up(self):
        self.ensure_one()
        return self.state in ("paid", "partly", "allocated")


class ProjectMilestone(models.Model):
    _inherit = "project.milestone"

    hold_prebill_ids = fields.One2many(
        "legal.prebill",
        "hold_milestone_id",
        groups="legal_timesheet.group_legal_user",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_reached"):
            # sudo: whoever confirms the milestone starts its billing
            held = self.sudo().hold_prebill_ids.filtered("is_held")
            held._wake()
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    def _invoice_paid_hook(self):
        """A provision just paid brings back at once what waited for it."""
        result = super()._invoice_paid_hook()
        # sudo: who records a payment need not see the matter
        provisions = self.sudo().legal_provision_id
        held = provisions.hold_prebill_ids.filtered("is_held")
        held.filtered(lambda p: p.hold_provision_id._is_paid_up())._wake()
        return result
