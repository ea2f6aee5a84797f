from odoo import fields, models


class LegalBillingRun(models.Model):
    """One invoice a client: the clients who want it, or all of a run."""

    _inherit = "legal.billing.run"

    one_invoice_per_client = fields.Boolean(
        help="The matters of a client go on one invoice where currency, terms and"
        " presentation are the same; else those clients only who ask for it.",
    )

    def _begin(self, stage):
        if stage == "invoice":
            self._invoice_clients_together()
        return super()._begin(stage)

    def _invoice_clients_together(self):
        """Make the common invoices first, each by itself.

        Should one be refused, nothing of it remains and its matters are taken up one
        by one, so that only the one at fault fails, by name.
        """
        for run in self:
            todo = run.line_ids.filtered(lambda li: li.prebill_id.state == "approved")
            prebills = todo.prebill_id
            if run.one_invoice_per_client:
                prebills.is_combined = True
            by_prebill = {line.prebill_id: line for line in todo}
            for bundle in prebills._get_bundles():
                lines = todo.browse([by_prebill[prebill].id for prebill in bundle])
                lines._do_invoice_at_once()
