from odoo import api, fields, models
from odoo.tools import format_list

from .legal_billing_run_line import OPEN_STATES


class LegalBillingRun(models.Model):
    """Approval of a run: where others are awaited, they are asked and waited for."""

    _inherit = "legal.billing.run"

    to_approve_count = fields.Integer(
        compute="_compute_approval_counts", export_string_translation=False
    )
    awaited_count = fields.Integer(
        string="Waiting for review", compute="_compute_approval_counts"
    )

    @api.depends(
        "line_ids.outcome",
        "line_ids.is_excluded",
        "line_ids.prebill_id.state",
        "line_ids.prebill_id.is_held",
    )
    def _compute_approval_counts(self):
        for run in self:
            run.line_ids.prebill_id.fetch(["state", "is_held"])
            free = run.line_ids.filtered(
                lambda li: (
                    li.prebill_id.state in OPEN_STATES
                    and not li.prebill_id.is_held
                    and not li.is_excluded
                )
            )
            awaited = free.filtered(lambda li: li.outcome == "awaited")
            run.awaited_count = len(awaited)
            run.to_approve_count = len(free - awaited)

    def _get_to_retry(self):
        """Those who were awaited may have answered: ask for these matters again."""
        found = super()._get_to_retry()
        if self.awaited_count:
            found["approve"] = found.get("approve", 0) + self.awaited_count
        return found

    def action_view_awaited(self):
        self.ensure_one()
        lines = self.line_ids.filtered(lambda li: li.outcome == "awaited")
        return {
            **self.action_view_prebills(),
            "domain": [("id", "in", lines.prebill_id.ids)],
        }

    def _say_end(self, stage):
        body = super()._say_end(stage)
        if stage != "approve" or not self.awaited_count:
            return body
        waiting = (
            self.env._("1 matter waits for its reviewers.")
            if self.awaited_count == 1
            else self.env._(
                "%(count)s matters wait for their reviewers.", count=self.awaited_count
            )
        )
        return f"{body} {waiting}"


class LegalBillingRunLine(models.Model):
    """What approval comes to for one matter: done, on hold, or waiting for names."""

    _inherit = "legal.billing.run.line"

    def _get_prebill_outcome(self, prebill, warnings):
        """A pre-bill that colleagues review already waits for them."""
        outcome, message, values = super()._get_prebill_outcome(prebill, warnings)
        if outcome == "done" and prebill.state == "in_review" and prebill.review_ids:
            names = not prebill._get_my_steps() and prebill._name_awaited()
            if names:
                words = self.env._("Waits for %(names)s.", names=names)
                return "awaited", message or words, values
        return outcome, message, values

    def _do_approve_at_once(self):
        """Approve together what nobody else reviews; the others are asked for
        one by one."""
        rules = self.env["legal.review.rule"]._get_for(self.prebill_id)
        plain = self.filtered(
            lambda line: not (line.prebill_id.review_rule_id or rules[line.prebill_id])
        )

        if not plain:
            return plain

        def approve():
            free = plain.filtered(lambda line: not line.prebill_id.is_held)
            free.prebill_id.action_approve()
            free._record_all(
                {line: ("done", line._get_kept_message(), {}) for line in free}
            )
            for line in plain - free:
                line._record(*line._do_approve())

        return plain._try_together(approve, "Pre-bills of %s are approved one by one")

    def _do_approve(self):
        if self.prebill_id.is_held:
            return "held", self.prebill_id.hold_reason, {}
        names = self.prebill_id._approve_or_ask()
        if names:
            return "awaited", self.env._("Waits for %(names)s.", names=names), {}
        return "done", self._get_kept_message(), {}


class LegalPrebill(models.Model):
    _inherit = "legal.prebill"

    def _approve_or_ask(self):
        """Approve what the user is asked for; have the others asked.

        :return str: who is awaited, with since when; nothing once it is approved
        """
        self.ensure_one()
        if self.review_rule_id or self.env["legal.review.rule"]._get_for(self)[self]:
            if self.state == "draft":
                self.action_submit_review()
            self._check_pending()
            # sudo: nobody writes a step by hand; who answers may have changed
            self.sudo()._refresh_chain()
            if not self._get_my_steps() and self._name_awaited():
                return self._name_awaited()
        self.action_approve()
        return "" if self.state == "approved" else self._name_awaited()

    def _name_awaited(self):
        left = self.review_ids.filtered(lambda s: s.state != "done")
        todo = left.filtered(lambda s: s.state == "todo") or left
        return format_list(
            self.env, [f"{s.user_id.name} ({s._say_state()})" for s in todo]
        )

    def _approve_in_turn(self, comment=None, by_link=False):
        """A run that waited for the last of the reviewers learns that it is done."""
        result = super()._approve_in_turn(comment, by_link)
        if self.state == "approved":
            # sudo: whoever reviews need not see runs; it says that it is approved
            lines_sudo = self.env["legal.billing.run.line"].sudo()
            lines_sudo.search(
                [("prebill_id", "=", self.id), ("outcome", "=", "awaited")]
            ).write({"outcome": "done", "message": False})
        return result
