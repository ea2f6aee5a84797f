from odoo import api, fields, models


class LegalInvoiceCredit(models.TransientModel):
    """Crediting what a client contests, which ends the dispute."""

    _inherit = "legal.invoice.credit"

    dispute_id = fields.Many2one("legal.dispute", readonly=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        dispute = self.env["legal.dispute"].browse(
            self.env.context.get("default_dispute_id")
        )
        if not dispute:
            return values
        values.update(
            reason=self.env._(
                "your objection of %(day)s",
                day=dispute._format_day(dispute.received_on),
            ),
            with_others=False,
        )
        if dispute.scope != "lines":
            return values
        values["scope"] = "lines"
        # sudo: which acts a contested line bills; the wizard checked the wall.
        acts = dispute.sudo().line_ids._get_acts()
        for command in values.get("line_ids", ()):
            if command[2]["prebill_line_id"] in acts.ids:
                command[2].update(is_chosen=True, outcome="write_off")
        return values

    def _credit(self):
        refunds = super()._credit()
        dispute = self.dispute_id
        if dispute and dispute.is_open:
            own = refunds.filtered(lambda r: r.reversed_entry_id == dispute.move_id)
            dispute._close_by_credit(own or refunds)
        return refunds


class AccountMoveReversal(models.TransientModel):
    """The same for an invoice that was not made from a pre-bill."""

    _inherit = "account.move.reversal"

    dispute_id = fields.Many2one("legal.dispute", readonly=True)

    def _prepare_default_reversal(self, move):
        values = super()._prepare_default_reversal(move)
        if self.dispute_id.move_id == move:
            values["settled_dispute_id"] = self.dispute_id.id
        return values
