from odoo import fields, models

ACTIVITY = "legal_billing.mail_activity_instalment"


class LegalFeeAgreement(models.Model):
    """Telling the people who bill that something may be billed."""

    _inherit = "legal.fee.agreement"

    def _get_billing_users(self):
        """Return the responsible and the billing managers the wall lets in."""
        self.ensure_one()
        # sudo: the members of a group, to be filtered by what each may read.
        group_sudo = self.env.ref("legal_billing.group_legal_billing_manager").sudo()
        users = group_sudo.all_user_ids | self.matter_id.responsible_id
        return users.filtered(
            lambda user: (
                user.active
                and self.company_id in user.company_ids
                and self.with_user(user).has_access("read")
            )
        )

    def _tell_billable(self, instalments):
        """Leave each billing person an activity that names what became billable."""
        self.ensure_one()
        names = ", ".join(
            f"{i.name} ({i.currency_id.format(i.amount)})" for i in instalments
        )
        # sudo: who confirms a milestone need not be among those who bill; the
        # activity names people the wall lets in, on an agreement he can see.
        agreement_sudo = self.sudo()
        for user in self._get_billing_users():
            agreement_sudo.activity_schedule(
                ACTIVITY,
                date_deadline=fields.Date.context_today(self),
                summary=self.env._("Instalment to bill: %(names)s", names=names),
                user_id=user.id,
            )

    def _untell_billable(self):
        # sudo: as above, it takes back what the same click had left.
        self.sudo().activity_unlink([ACTIVITY])
