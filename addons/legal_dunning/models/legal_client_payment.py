from odoo import models
from odoo.exceptions import UserError

from odoo.addons.legal_billing.models.legal_client_payment import PayPart, Sentence

from .legal_payment_plan import IN_FORCE


class LegalClientLink(models.Model):
    """Instalments of plans among what a payer chooses to pay."""

    _inherit = "legal.client.link"

    def _get_pay_readers(self):
        return {**super()._get_pay_readers(), "n": self._read_pay_instalments}

    def _read_pay_instalments(self, ids, lock):
        # sudo: the payer's own plans; the link is the right
        rows = self.env["legal.payment.plan.instalment"].sudo()
        rows = rows.search(
            [
                ("id", "in", ids),
                ("plan_id.partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        parts, problems = [], []
        if len(rows) < len(set(ids)):
            problems.append(self._get_gone_sentence())
        for plan, own in rows.with_env(self.env).grouped("plan_id").items():
            if lock:
                plan._lock()
            try:
                part = self._read_pay_plan(plan)
            except UserError as error:
                problems.append(Sentence(error.args[0]))
                continue
            if part.key in {f"n{row.id}" for row in own}:
                parts.append(part)
            if any(f"n{row.id}" != part.key for row in own):
                problems.append(
                    self.env._(
                        "The instalments of %(plan)s are paid one after the other:"
                        " the first one is that of %(day)s.",
                        plan=plan.name,
                        day=plan._format_date(part.day),
                    )
                )
        return parts, problems

    def _read_pay_plan(self, plan):
        """Return the next instalment of a plan, as it may be paid now."""
        if plan.state not in IN_FORCE:
            raise UserError(plan._get_over_sentence())
        moves = plan.invoice_ids.move_id
        if moves._legal_get_running_transactions():
            raise UserError(
                self.env._(
                    "A payment of this plan is already under way, so nothing was"
                    " charged a second time: reload the page to follow it."
                )
            )
        instalment, amount = plan._get_due()
        if not instalment or plan.currency_id.compare_amounts(amount, 0.0) <= 0:
            raise UserError(plan._get_over_sentence())
        return PayPart(
            key=f"n{instalment.id}",
            label=self.env._(
                "Instalment of %(day)s, plan %(plan)s",
                day=plan._format_date(instalment.due_on),
                plan=plan.name,
            ),
            day=instalment.due_on,
            record=moves[:1],
            asked=amount,
            most=amount,
            account=moves.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            ).account_id[:1],
            shares=lambda share: plan._spread(share, instalment),
            is_whole=True,
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _legal_get_payable_amount(self):
        """What the payer contests is not eaten by a payment of the rest."""
        return min(super()._legal_get_payable_amount(), self._get_undisputed_open())
