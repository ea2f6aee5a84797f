from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models

from .legal_demo_data import ASKED, HOURS_A_DAY

EVIDENCE = {"ip": "203.0.113.24", "agent": "Demo", "user_id": False}


class LegalDemo(models.AbstractModel):
    """Who approves in the demo firm: an absence, a client, what each records."""

    _inherit = "legal.demo"

    @api.model
    def _demo_steps(self):
        return [*super()._demo_steps(), "expected", "delegation", "client_time"]

    @api.model
    def _demo_expected(self, demo):
        for key, hours in HOURS_A_DAY.items():
            employee = demo["people"][key].employee_ids[:1]
            employee.legal_target_hours_day = hours
        return dict(HOURS_A_DAY)

    @api.model
    def _demo_delegation(self, demo):
        """Antoine is away for two weeks; Claire stands in where she may look."""
        return self.env["legal.approval.delegation"].create(
            {
                "user_id": demo["people"]["antoine"].id,
                "delegate_id": demo["people"]["claire"].id,
                "company_id": demo["company"].id,
                "date_from": demo["today"],
                "date_to": demo["today"] + timedelta(days=13),
                "reason": "Congés",
            }
        )

    @api.model
    def _demo_client_time(self, demo):
        """Return the client's answer on the past, then the request of last month."""
        matter = demo["matters"][ASKED["matter"]]
        contact = matter.partner_id.child_ids[:1]
        matter.write(
            {"client_approves_time": True, "client_time_contact_ids": contact.ids}
        )
        Approval = self.env["legal.time.client.approval"]
        month = demo["today"].replace(day=1)
        last_month = month - relativedelta(months=1)
        made = Approval
        sent_before = self.env["mail.mail"].search([], order="id desc", limit=1).id
        for first, last, message in (
            (matter.opened_on, last_month - timedelta(1), False),
            (last_month, month - timedelta(1), ASKED["message"]),
        ):
            entries = demo["time"][ASKED["matter"]].filtered(
                lambda e, first=first, last=last: (
                    e.approval_state == "approved"
                    and e.is_billable
                    and first <= e.date <= last
                )
            )
            if entries:
                made |= self._demo_ask(matter, contact, entries, first, last, message)
        for past in made[:-1]:
            past._client_approve(contact.name, past.shown_digest, EVIDENCE)
        # nobody lives at these addresses: nothing leaves
        self.env["mail.mail"].search([("id", ">", sent_before or 0)]).unlink()
        return made

    @api.model
    def _demo_ask(self, matter, contact, entries, first, last, message):
        """Ask as the responsible would."""
        approval = self.env["legal.time.client.approval"]._ask(
            matter.with_user(matter.responsible_id).sudo(),
            contact,
            entries,
            date_from=first,
            date_to=last,
            show_amounts=True,
            message=message,
        )
        approval.asked_by_id = matter.responsible_id
        return approval
