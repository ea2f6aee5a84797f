from odoo import models

SHOWN = 3


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
        self._job_commit()
        return result

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
