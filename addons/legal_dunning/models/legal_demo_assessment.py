from odoo import models

from odoo.addons.legal_billing.models.legal_demo_desk_data import DESK
from odoo.addons.legal_timesheet.models.legal_demo_data import MATTERS


class LegalDemo(models.AbstractModel):
    """One matter is over and unpaid: its clock runs, the bâtonnier's file is made."""

    _inherit = "legal.demo"

    def _job_final_account(self, company, folder):
        result = super()._job_final_account(company, folder)
        self._job_assessment(company, folder)
        return result

    def _job_assessment(self, company, folder):
        File = self.env["legal.taxation.file"]
        if File.search_count([("company_id", "=", company.id)]):
            return
        matter = self._job_unpaid_matter(company)
        if not matter:
            return
        self._job_end_mandate(matter)
        self.env["legal.matter"]._cron_refresh_prescription()
        matter.action_make_taxation_files()
        record = File.search([("matter_id", "=", matter.id)], limit=1)
        record.action_make()
        target = folder / "batonnier"
        target.mkdir(exist_ok=True)
        for attachment in record.pdf_attachment_id | record.zip_attachment_id:
            (target / attachment.name).write_bytes(attachment.raw)
        self._job_say(
            f"Dossier du bâtonnier {record.name} : {record.page_count} pages,"
            f" {record.pdf_attachment_id.name}"
        )

    def _job_unpaid_matter(self, company):
        """Return a matter whose overdue invoices were chased, with no work to come."""
        busy = [MATTERS[key]["name"] for key in DESK]
        actions = self.env["legal.dunning.action"].search(
            [("company_id", "=", company.id), ("state", "!=", "skipped")]
        )
        matters = actions.matter_ids.filtered(
            lambda m: m.name not in busy and m.state == "open" and not m.is_walled
        )
        quiet = matters.filtered(
            lambda m: m.company_id.currency_id.is_zero(m.amount_wip)
        )
        # First the one about which a partner is asked to decide.
        waiting = actions.filtered(lambda a: a.channel == "manual").matter_ids
        return (waiting & matters or quiet or matters).sorted("matter_number")[:1]

    def _job_end_mandate(self, matter):
        """Approve the last work, then close the matter on the day of it."""
        entries = self.env["account.analytic.line"].search(
            matter._get_time_domain(), order="date desc"
        )
        waiting = entries.filtered(lambda e: e.approval_state in ("draft", "submitted"))
        waiting._legal_approve()
        today = matter._get_prescription_today()
        matter.write(
            {
                "mandate_ended_on": entries[:1].date or today,
                "mandate_end_reason": "decision",
            }
        )
        matter.action_close()
