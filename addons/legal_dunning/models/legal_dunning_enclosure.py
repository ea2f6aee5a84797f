from odoo import fields, models
from odoo.exceptions import UserError


class LegalDunningAction(models.Model):
    """What goes with a message: the invoices and the agreement its text announces."""

    _inherit = "legal.dunning.action"

    enclosure_ids = fields.Many2many(
        "ir.attachment",
        "legal_dunning_action_enclosure_rel",
        "action_id",
        "attachment_id",
        "Enclosed",
        readonly=True,
        copy=False,
        # The file of an invoice is the value of one of its fields.
        context={"skip_res_field_check": True},
        help="The files as they left. Those of a matter behind a wall show to who may"
        " see the matter.",
    )

    def _make_enclosures(self):
        """Gather what the text announces; none of it is made anew."""
        self.ensure_one()
        level = self.level_id
        files = self.env["ir.attachment"]
        moves = self.line_ids._sorted_main_first().move_id
        if level.attach_invoices:
            moves._make_dunning_pdfs()
            files += moves.invoice_pdf_report_id
        if level.attach_agreement:
            files += moves._get_dunning_agreement_files()
        if files != self.enclosure_ids:
            self.enclosure_ids = files

    def action_download_enclosures(self):
        """Open the letter and its enclosures as one file, ready to print."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/legal/dunning/{self.id}/print",
            "target": "new",
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_dunning_agreement_files(self):
        """Return the signed agreements of the matters, each version's own file."""
        # sudo: the client signed them, and it is the client who is written to.
        agreements = (
            self.sudo()
            .matter_ids.agreement_ids.filtered(lambda a: a.state == "signed")
            .sorted("date_from")
        )
        files = self.env["ir.attachment"].sudo()
        for agreement in agreements:
            files += agreement.signed_attachment_id or agreement.sent_attachment_id
        return files

    def _make_dunning_pdfs(self):
        """Make sure that each invoice has its own file."""
        without = self.filtered(lambda move: not move.invoice_pdf_report_id)
        if without:
            self.env["account.move.send"]._generate_and_send_invoices(
                without, sending_methods=["manual"], allow_fallback_pdf=False
            )
            without.invalidate_recordset(["invoice_pdf_report_id"])
        for move in without:
            if not move.invoice_pdf_report_id:
                raise UserError(
                    self.env._(
                        "The file of %(number)s, which the letter encloses, could not"
                        " be made: print the invoice and mend what it says.",
                        number=move.name,
                    )
                )
