from odoo import models
from odoo.exceptions import UserError


class AccountAnalyticLine(models.Model):
    """Time on its way to a bill is corrected there, and nowhere else."""

    _inherit = "account.analytic.line"

    def _check_can_return(self):
        super()._check_can_return()
        self._check_not_on_its_way()

    def _check_not_frozen(self, values):
        if (
            self._legal_frozen_fields() & values.keys()
            and "approval_state" not in values
        ):
            self._check_not_on_its_way()
        return super()._check_not_frozen(values)

    def _check_not_on_its_way(self):
        """:raise UserError: naming the bill, and the way to correct it"""
        for entry in self.filtered("prebill_line_ids"):
            if entry.billing_status in ("billed", "paid"):
                raise UserError(
                    self.env._(
                        "The entry of %(person)s on %(matter)s on %(day)s is billed:"
                        " correct it with a credit note of its invoice.",
                        **entry._entry_words(),
                    )
                )
            if entry.billing_status in ("on_prebill", "written_off"):
                # sudo: the name of the pre-bill, whoever may open it
                prebill_sudo = entry.sudo().prebill_line_ids.prebill_id[-1:]
                raise UserError(
                    self.env._(
                        "The entry of %(person)s on %(matter)s on %(day)s is on the"
                        " pre-bill %(prebill)s: correct or postpone it there.",
                        prebill=prebill_sudo.display_name,
                        **entry._entry_words(),
                    )
                )
