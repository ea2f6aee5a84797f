from datetime import timedelta

from odoo import fields, models

SHOWN = 3
#: what the first who can pays by one transfer, which the bank brought yesterday
TRANSFERRED = 2


class LegalDemo(models.AbstractModel):
    """The demo firm's clients get their links, as its e-mails would give them."""

    _inherit = "legal.demo"

    def _run_main_job(self, out_dir):
        result = super()._run_main_job(out_dir)
        company = self._demo_get_company()
        Link = self.env["legal.client.link"]
        for payer in self._demo_get_late_payers(company):
            link = Link._get_for(payer, company, payer)
            self._job_say(f"Page du client {payer.name} : {link._get_url()}")
            self._job_announce_transfer(link)
        self._job_commit()
        return result

    def _job_announce_transfer(self, link):
        """Let one payer transfer several invoices at once, for a person to match."""
        company, Line = link.company_id, self.env["account.bank.statement.line"]
        if self.env["legal.payment.transfer"].search_count([], limit=1):
            return
        moves = link._get_open_moves()[:TRANSFERRED]
        choice = link._choose([f"i{move.id}" for move in moves])
        journal = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
        )
        if len(choice.parts) < TRANSFERRED or not journal:
            return
        transfer = link._announce_transfer(choice)
        Line.create(
            {
                "journal_id": journal.id,
                "date": fields.Date.context_today(self) - timedelta(days=1),
                "payment_ref": f"VIR SEPA {transfer._get_communication()}",
                "amount": transfer.amount,
            }
        )

    def _demo_get_late_payers(self, company):
        """Return those who have most to pay."""
        groups = self.env["account.move"]._read_group(
            [
                ("company_id", "=", company.id),
                ("is_legal", "=", True),
                ("state", "=", "posted"),
                ("move_type", "=", "out_invoice"),
                ("amount_residual", ">", 0),
            ],
            ["commercial_partner_id"],
            ["amount_residual:sum"],
            order="amount_residual:sum desc, commercial_partner_id",
            limit=SHOWN,
        )
        return [payer for payer, _amount in groups]
