from odoo import api, fields, models

from ..engine import instalments
from .legal_payment_plan import IN_FORCE, LIVE


class AccountMove(models.Model):
    """An invoice paid by instalments: nothing is sent about it while they are paid."""

    _inherit = "account.move"

    plan_line_ids = fields.One2many(
        "legal.payment.plan.invoice",
        "move_id",
        "Payment Plans",
        copy=False,
        groups="legal_timesheet.group_legal_user,legal_dunning.group_legal_collector",
    )
    live_plan_id = fields.Many2one(
        "legal.payment.plan", "Payment Plan", compute="_compute_live_plan_id"
    )

    @api.depends("plan_line_ids.is_live")
    def _compute_live_plan_id(self):
        for move in self:
            # sudo: that there is a plan is no secret to who reads the invoice
            lines = move.sudo().plan_line_ids.filtered("is_live")
            move.live_plan_id = lines.plan_id[:1].sudo(False)

    def _get_live_plan(self, states=LIVE):
        """Return the plan the invoice is on, in sudo."""
        # sudo: see above
        plan = self.sudo().plan_line_ids.filtered("is_live").plan_id[:1]
        return plan if plan.state in states else plan.browse()

    def _get_credited(self):
        """Return {invoice id: what credit notes took off it}, in one query."""
        # sudo: sums of the ledger
        rows = (
            self.env["account.partial.reconcile"]
            .sudo()
            ._read_group(
                [
                    ("debit_move_id.move_id", "in", self.ids),
                    ("credit_move_id.move_id.move_type", "=", "out_refund"),
                ],
                ["debit_move_id"],
                ["debit_amount_currency:sum"],
            )
        )
        credited = {}
        for line, amount in rows:
            credited[line.move_id.id] = credited.get(line.move_id.id, 0.0) + amount
        return credited

    def _get_dunning_partner_of(self):
        return self._get_dunning_partner() if self else self.env["res.partner"]

    def _get_dunning_user_of(self):
        return self._get_dunning_user() if self else self.env["res.users"]

    # Dunning ----------------------------------------------------------------------

    def _get_dunning_hold(self, policy):
        hold = super()._get_dunning_hold(policy)
        if hold:
            return hold
        plan = self._get_live_plan()
        if not plan:
            return None
        if plan.state in IN_FORCE:
            return "plan"
        today = self.company_id._get_dunning_today()
        if not plan.expires_on or plan.expires_on >= today:
            return "plan_proposed"
        return None

    def _get_dunning_rates(self, terms, day):
        """Let no interest run while a plan that freezes it was kept."""
        rates = super()._get_dunning_rates(terms, day)
        # sudo: dates of the payer's own plans
        plans = self.sudo().plan_line_ids.plan_id.filtered(
            lambda plan: plan.is_interest_frozen and plan.signed_on
        )
        spans = [(plan.signed_on, plan.ended_on or day) for plan in plans]
        return instalments.freeze(rates, spans) if spans else rates

    # Disputes -----------------------------------------------------------------------

    def _get_dispute_refusal(self):
        refusal = super()._get_dispute_refusal()
        plan = self._get_live_plan(IN_FORCE)
        if refusal or not plan:
            return refusal
        return self.env._(
            "Invoice %(number)s is paid by the instalments you agreed on (%(plan)s):"
            " ask us a question about it instead.",
            number=self.name,
            plan=plan.name,
        )

    # The page -------------------------------------------------------------------------

    def _legal_get_situation(self):
        situation = super()._legal_get_situation()
        if situation in ("due", "closed") and self._get_live_plan(IN_FORCE):
            return "planned"
        return situation

    def _legal_get_refusals(self):
        return {
            **super()._legal_get_refusals(),
            "planned": self.env._(
                "Invoice %(number)s is paid by instalments, so nothing was charged:"
                " pay them on the page of your payment plan.",
                number=self.name or "",
            ),
        }

    def _legal_get_portal_hero(self, situation):
        hero = super()._legal_get_portal_hero(situation)
        if situation != "planned":
            return hero
        plan = self._get_live_plan(IN_FORCE).with_context(self.env.context)
        hero.update(
            amount=self._legal_format_money(self.amount_residual),
            headline=self.env._("paid by instalments"),
            detail=self.env._(
                "Next: %(amount)s by %(day)s.",
                amount=self._legal_format_money(plan.next_amount),
                day=plan._format_date(plan.next_on),
            )
            if plan.next_on
            else "",
        )
        return hero

    def _legal_get_portal_values(self, reader=None):
        page = super()._legal_get_portal_values(reader)
        page["plan"] = {}
        if self.move_type != "out_invoice" or page["is_detail_hidden"]:
            return page
        plan = self._get_live_plan()
        if plan:
            plan._portal_ensure_token()
            page["plan"] = {
                "url": plan.get_portal_url(),
                "state": plan.state,
                "is_to_sign": plan.state == "offered",
            }
        elif page["situation"] == "due" and self._get_plan_limits():
            page["plan"] = {
                "url": self.get_portal_url(suffix="/plan"),
                "state": "",
                "is_to_sign": False,
            }
        return page

    def _get_plan_limits(self):
        """Return what the client may ask for on his page, or nothing.

        :return: {most (instalments), least (sum), total, first, last (days)}
        """
        self.ensure_one()
        company = self.company_id
        total = self.currency_id.round(self.amount_residual - self.disputed_amount)
        least = company.currency_id._convert(
            company.plan_min_amount,
            self.currency_id,
            company,
            fields.Date.context_today(self),
        )
        most = company.plan_max_instalments
        is_open = (
            company.plan_online
            and self.state == "posted"
            and self.move_type == "out_invoice"
            and self._legal_is_online_payment_open()
            and self.currency_id.compare_amounts(total, max(least, 0.01)) >= 0
            and most >= 2
            and not self._legal_get_running_transactions()
        )
        if not is_open:
            return {}
        today = company._get_dunning_today()
        return {
            "most": most,
            "total": total,
            "first": today,
            "last": fields.Date.add(today, days=company.plan_first_days),
        }

    # Screens ------------------------------------------------------------------------

    def action_prepare_plan(self):
        """Prepare a payment plan of these invoices of one payer."""
        self.check_access("read")
        plan = self.env["legal.payment.plan"]._prepare_for(self)
        return plan._get_form_action()

    def action_view_plan(self):
        self.ensure_one()
        return self.live_plan_id._get_form_action()


class LegalDunningAction(models.Model):
    _inherit = "legal.dunning.action"

    @api.model
    def _explain_hold(self, reason):
        if reason == "plan":
            return self.env._("It is paid by instalments, and they are kept.")
        if reason == "plan_proposed":
            return self.env._("A payment plan is being agreed on.")
        return super()._explain_hold(reason)
