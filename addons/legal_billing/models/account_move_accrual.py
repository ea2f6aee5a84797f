from odoo import fields, models


class AccountMove(models.Model):
    """The entry of invoices to be made out, and its reversal the next day."""

    _inherit = "account.move"

    legal_accrual_date = fields.Date(
        string="Invoices to Be Made Out On",
        readonly=True,
        copy=False,
        help="This entry values the work in progress of that day.",
    )

    _legal_accrual_once = models.UniqueIndex(
        "(company_id, legal_accrual_date)"
        " WHERE legal_accrual_date IS NOT NULL AND state != 'cancel'",
        "The invoices to be made out on this day are entered already.",
    )

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        for move in posted.filtered("legal_accrual_date"):
            if not move.reversal_move_ids:
                move._legal_reverse_accrual()
        return posted

    def _legal_reverse_accrual(self):
        """Take the entry back the day after, by itself if that day is to come."""
        self.ensure_one()
        day = fields.Date.add(self.legal_accrual_date, days=1)
        is_past = day <= fields.Date.context_today(self)
        self._reverse_moves(
            [
                {
                    "date": day,
                    "ref": self.env._("Reversal of: %(entry)s", entry=self.ref),
                    **({} if is_past else {"auto_post": "at_date"}),
                }
            ],
            cancel=is_past,
        )

    def button_draft(self):
        """Let the reversal go with the entry it takes back."""
        for move in self.filtered("legal_accrual_date"):
            reversal = move.reversal_move_ids.filtered(lambda m: m.state != "cancel")
            reversal.filtered(lambda m: m.state == "posted").button_draft()
            # The trail of a firm whose entries are sealed keeps what was posted.
            kept = reversal.filtered(lambda m: m._is_protected_by_audit_trail())
            kept.button_cancel()
            (reversal - kept).unlink()
        return super().button_draft()
