from odoo import fields, models

from .legal_payment_plan import IN_FORCE


class LegalPaymentShare(models.Model):
    """The part of a payment that an instalment of a plan gets."""

    _inherit = "legal.payment.share"

    # sudo on reading: the plan belongs to collectors, the payment to accountants
    instalment_id = fields.Many2one(
        "legal.payment.plan.instalment",
        "Instalment",
        readonly=True,
        index="btree_not_null",
        groups="legal_timesheet.group_legal_user,legal_dunning.group_legal_collector",
    )

    def _get_instalment(self):
        # sudo: the payer's own plan, to keep to it
        return self.sudo().instalment_id

    def _get_open(self, family):
        """Let an instalment be paid once, by the plan that is in force."""
        instalment = self._get_instalment()
        if not instalment:
            return super()._get_open(family)
        plan = instalment.plan_id
        if plan.state not in IN_FORCE:
            return 0.0
        due, _amount = plan._get_due(ignored=family)
        return super()._get_open(family) if due == instalment else 0.0

    def _get_row_keys(self):
        keys = []
        for share in self:
            instalment = share._get_instalment()
            if instalment:
                keys.append(f"n{instalment.id}")
            else:
                keys += super(LegalPaymentShare, share)._get_row_keys()
        return list(dict.fromkeys(keys))

    def _get_label(self):
        label = super()._get_label()
        instalment = self._get_instalment()
        if not instalment:
            return label
        plan = instalment.plan_id.with_env(self.sudo().env)
        return self.env._(
            "%(document)s, instalment of %(day)s",
            document=label,
            day=plan._format_date(instalment.due_on),
        )


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _post_process(self):
        """Say at once where the plans stand whose instalments were paid."""
        res = super()._post_process()
        # sudo: the plan follows the ledger, whoever pays
        shares = self.filtered("payment_id").sudo().legal_share_ids
        plans = shares.instalment_id.plan_id
        if plans:
            plans._refresh_state()
        return res
