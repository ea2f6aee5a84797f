from odoo import api, fields, models


class LegalBillingRun(models.Model):
    """What each button of a run will touch, in words: “Approve 12 pre-bills”."""

    _inherit = "legal.billing.run"

    prebills_label = fields.Char(
        compute="_compute_labels", export_string_translation=False
    )
    approve_label = fields.Char(
        compute="_compute_labels", export_string_translation=False
    )
    invoice_label = fields.Char(
        compute="_compute_labels", export_string_translation=False
    )
    documents_label = fields.Char(
        compute="_compute_labels", export_string_translation=False
    )
    send_label = fields.Char(compute="_compute_labels", export_string_translation=False)
    retry_label = fields.Char(
        compute="_compute_labels", export_string_translation=False
    )
    retry_count = fields.Integer(
        compute="_compute_labels", export_string_translation=False
    )

    @api.depends(
        "chosen_count",
        "to_approve_count",
        "approved_count",
        "to_print_count",
        "to_send_count",
        "awaited_count",
        "line_ids.outcome",
        "line_ids.failed_stage",
    )
    @api.depends_context("lang")
    def _compute_labels(self):
        _ = self.env._
        for run in self:
            count = run.chosen_count
            run.prebills_label = (
                _("Make the pre-bill of 1 matter")
                if count == 1
                else _("Make the pre-bills of %(count)s matters", count=count)
            )
            count = run.to_approve_count
            run.approve_label = (
                _("Approve 1 pre-bill")
                if count == 1
                else _("Approve %(count)s pre-bills", count=count)
            )
            count = run.approved_count
            run.invoice_label = (
                _("Post the invoices of 1 matter")
                if count == 1
                else _("Post the invoices of %(count)s matters", count=count)
            )
            count = run.to_print_count
            run.documents_label = (
                _("Write the PDFs of 1 matter")
                if count == 1
                else _("Write the PDFs of %(count)s matters", count=count)
            )
            count = run.to_send_count
            run.send_label = (
                _("Send the invoices of 1 matter")
                if count == 1
                else _("Send the invoices of %(count)s matters", count=count)
            )
            _stage, count = run._get_next_retry()
            run.retry_count = count
            run.retry_label = (
                _("Take up 1 matter again")
                if count == 1
                else _("Take up %(count)s matters again", count=count)
            )
