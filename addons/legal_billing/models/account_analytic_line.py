from odoo import api, fields, models


class AccountAnalyticLine(models.Model):
    """A time entry that knows what became of it, down to the payment."""

    _name = "account.analytic.line"
    _inherit = ["account.analytic.line", "legal.alike.mixin"]

    billing_status = fields.Selection(
        selection_add=[
            ("on_prebill", "On a pre-bill"),
            ("billed", "Billed"),
            ("paid", "Paid"),
            ("written_off", "Written off"),
        ],
        ondelete={
            "on_prebill": "set approved",
            "billed": "set approved",
            "paid": "set approved",
            "written_off": "set approved",
        },
    )
    prebill_line_ids = fields.One2many(
        "legal.prebill.line", "entry_id", string="Pre-bill Lines"
    )

    @api.depends("prebill_line_ids.source_status")
    def _compute_billing_status(self):
        """Follow the live pre-bill line; without one, the approval decides."""
        res = super()._compute_billing_status()
        for entry in self.filtered("prebill_line_ids"):
            status = entry.prebill_line_ids._get_source_status()
            if status:
                entry.billing_status = status
        return res

    def _get_client_narrative(self):
        """Return what the client may read of this entry, never the stock name."""
        self.ensure_one()
        activity = self.activity_code_id
        return (
            self.narrative
            or activity.client_label
            or activity.name
            or self.env._("Work on the matter")
        )
