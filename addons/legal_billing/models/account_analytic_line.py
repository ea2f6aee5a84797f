from collections import defaultdict

from odoo import api, fields, models

from .columns import rows


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
        statuses = self._get_source_statuses()
        # Known what they are, those that stay so are not saved again: thousands, when
        # the pre-bills of a run are approved.
        rows(self.browse(filter(None, statuses)), "billing_status")
        followed = self.browse(statuses)
        res = super(AccountAnalyticLine, self - followed)._compute_billing_status()
        by_status = defaultdict(list)
        for entry_id, status in statuses.items():
            by_status[status].append(entry_id)
        for status, ids in by_status.items():
            self.browse(ids).billing_status = status
        return res

    def _get_source_statuses(self):
        """Return {id: what became of it} of those that a live pre-bill line bills."""
        saved = self.browse(filter(None, self._ids))
        found = {}
        for entry_id, status, is_live in rows(
            saved.prebill_line_ids, "entry_id", "source_status", "is_live"
        ):
            if is_live:
                found.setdefault(entry_id, status)
        for entry in self - saved:
            status = entry.prebill_line_ids._get_source_status()
            found.update(dict.fromkeys(entry._ids, status))
        return {entry_id: status for entry_id, status in found.items() if status}

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
