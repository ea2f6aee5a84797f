from odoo import Command, api, fields, models


class LegalBillingRunWizard(models.TransientModel):
    _name = "legal.billing.run.wizard"
    _description = "Start a Billing Run"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_to = fields.Date(
        string="Work up to", required=True, default=lambda self: self._default_date_to()
    )
    invoice_date = fields.Date(required=True, default=fields.Date.context_today)
    practice_area_ids = fields.Many2many("legal.practice.area")
    responsible_ids = fields.Many2many("res.users")
    partner_ids = fields.Many2many("res.partner", string="Clients")

    @api.model
    def _default_date_to(self):
        """Propose the end of last month."""
        return fields.Date.subtract(
            fields.Date.start_of(fields.Date.context_today(self), "month"), days=1
        )

    def action_start(self):
        """Create the run, make its pre-bills and open it."""
        run = self.env["legal.billing.run"].create(
            {
                "company_id": self.company_id.id,
                "date_to": self.date_to,
                "invoice_date": self.invoice_date,
                "practice_area_ids": [Command.set(self.practice_area_ids.ids)],
                "responsible_ids": [Command.set(self.responsible_ids.ids)],
                "partner_ids": [Command.set(self.partner_ids.ids)],
            }
        )
        run._run_prebills()
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.billing.run",
            "view_mode": "form",
            "res_id": run.id,
        }
