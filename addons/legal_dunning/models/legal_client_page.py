from odoo import models

from .legal_payment_plan import IN_FORCE

OFFERED = "offered"


class LegalClientLink(models.Model):
    """Plans, their instalments and the answers to disputes on the payer's page."""

    _inherit = "legal.client.link"

    def _owns(self, record):
        if record._name != "legal.payment.plan":
            return super()._owns(record)
        return record in self._get_own_plans([("id", "=", record.id)])

    def _get_keyed_documents(self, payers, company):
        # sudo: only their keys are written
        plans = self.env["legal.payment.plan"].sudo()
        return [
            *super()._get_keyed_documents(payers, company),
            plans.search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "in", payers.ids),
                    ("access_token", "!=", False),
                ]
            ),
        ]

    def _get_own_plans(self, domain):
        """Return the payer's plans that the holder of the link may read."""
        Plan = self.env["legal.payment.plan"].with_context(self.env.context)
        plans = Plan.search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("state", "!=", "draft"),
                *domain,
            ]
        )
        private = self._get_private_clients()
        if private:
            plans = plans.filtered(
                lambda plan: (
                    not plan.invoice_ids.move_id.matter_ids.partner_id & private
                )
            )
        return self._keep_readable(plans)

    # -- rows ----------------------------------------------------------------------

    def _get_due_rows(self):
        """The instalments missed and the next one are paid like invoices."""
        plans = [row for row, is_asked in self._get_plan_rows() if is_asked]
        return [*super()._get_due_rows(), *plans]

    def _get_coming_rows(self):
        rows = super()._get_coming_rows()
        for row, is_next in self._get_plan_rows():
            if not is_next:
                rows.append(
                    {"label": row["label"], "on": row["on"], "amount": row["amount"]}
                )
        return rows

    def _get_plan_rows(self):
        """Return [(row, whether it is asked now)] of the instalments left."""
        plans = self._get_own_plans([("state", "in", IN_FORCE)])
        figures = plans._get_figures() if plans else {}
        rows = []
        for plan in plans:
            moves = plan.invoice_ids.move_id
            if moves._legal_get_running_transactions():
                continue
            is_open = moves[:1]._legal_is_online_payment_open()
            instalments = plan.instalment_ids.sorted("due_on")
            standings = plan._follow(figures.get(plan.id))
            has_first = has_next = False
            for instalment, row in zip(instalments, standings, strict=True):
                if row.left <= 0:
                    continue
                is_asked = row.is_missed or not has_next
                has_next = has_next or not row.is_missed
                rows.append(
                    (
                        self._prepare_row(
                            f"n{instalment.id}",
                            self.env._("Plan %(number)s, instalment", number=plan.name),
                            row.due_on,
                            float(row.left),
                            plan.currency_id,
                            url=plan.get_portal_url(),
                            situation=self._get_instalment_situation(
                                is_open, has_first
                            ),
                            about=", ".join(moves.mapped("name")),
                        ),
                        is_asked,
                    )
                )
                has_first = True
        return rows

    def _get_instalment_situation(self, is_open, has_first):
        """Return whether it may be ticked: they are paid one after the other."""
        if not is_open:
            return "closed"
        return "waiting" if has_first else "due"

    def _get_move_note(self, move, asked):
        """Say what is not asked because it is contested."""
        if not move.disputed_amount:
            return super()._get_move_note(move, asked)
        return self.env._(
            "%(amount)s is contested and not asked for meanwhile.",
            amount=self._format_money(
                min(move.disputed_amount, move.amount_residual), move.currency_id
            ),
        )

    # -- what awaits an answer -------------------------------------------------------

    def _get_page_tasks(self):
        return [
            *super()._get_page_tasks(),
            *self._get_plan_tasks(),
            *self._get_dispute_tasks(),
        ]

    def _get_plan_tasks(self):
        _ = self.env._
        return [
            {
                "label": _("Payment plan to accept"),
                "detail": _(
                    "%(total)s in %(count)s instalments",
                    total=plan._format_money(plan.amount_total),
                    count=len(plan.instalment_ids),
                ),
                "url": plan.get_portal_url(),
                "verb": _("Read and accept"),
            }
            for plan in self._get_own_plans([("state", "=", OFFERED)])
        ]

    def _get_dispute_tasks(self):
        """An answer to a question or an objection waits for the payer's word."""
        _ = self.env._
        disputes = self.env["legal.dispute"].search(
            [
                ("move_id", "in", self._get_moves().ids),
                ("state", "=", "answered"),
            ]
        )
        return [
            {
                "label": _("We have answered your question")
                if dispute.kind == "question"
                else _("We have answered your objection"),
                "detail": dispute.move_id._legal_get_portal_name(),
                "url": dispute.move_id.with_context(self.env.context).get_portal_url(
                    anchor=f"dispute_{dispute.id}"
                ),
                "verb": _("Read and answer"),
            }
            for dispute in disputes
        ]
