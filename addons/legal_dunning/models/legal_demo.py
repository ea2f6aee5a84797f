from odoo import api, models


class LegalDemo(models.AbstractModel):
    """The demo firm's reminders: who sends them, and what is chased."""

    _inherit = "legal.demo"

    @api.model
    def _demo_company(self, demo):
        company = super()._demo_company(demo)
        company._legal_setup_dunning_policies()
        return company

    @api.model
    def _demo_people(self, demo):
        people = super()._demo_people(demo)
        collector = self.env.ref("legal_dunning.group_legal_collector")
        for key in ("helene", "marine"):
            people[key].group_ids |= collector
        return people

    def _job_collect(self, company, today, folder):
        """Chase what is overdue, and write each message as its client reads it."""
        result = super()._job_collect(company, today, folder)
        Action = self.env["legal.dunning.action"]
        day = Action._next_sending_day(company, today)
        actions = Action._run(today=day, companies=company)
        actions |= Action.search(
            [("company_id", "=", company.id), ("planned_on", "=", day)]
        )
        target = folder / "relances"
        target.mkdir(exist_ok=True)
        for action in actions:
            path = self._job_write_reminder(action, target)
            self._job_say(self._job_describe_reminder(action, path))
        return result

    def _job_write_reminder(self, action, target):
        """Write a letter as PDF, an e-mail as a page; return the path."""
        name = action._get_letter_filename()
        for _name, content in action._legal_documents():
            path = target / name
            path.write_bytes(content)
            return path
        path = (target / name).with_suffix(".html")
        path.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{action.preview_html}")
        return path

    def _job_describe_reminder(self, action, path):
        labels = dict(action._fields["state"]._description_selection(self.env))
        text = (
            f"Relance : {action.partner_id.name}, {action.level_id.name},"
            f" {action.amount_due:.2f} €, {labels[action.state].lower()}, {path.name}"
        )
        if action.state == "failed":
            text += f"\n  {action.failure_reason}"
        return text
