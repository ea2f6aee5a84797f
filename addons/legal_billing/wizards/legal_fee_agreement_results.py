from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalFeeAgreementResults(models.TransientModel):
    """Both results of an amendment side by side, before it is signed."""

    _name = "legal.fee.agreement.results"
    _description = "Results of an Amendment"

    agreement_id = fields.Many2one("legal.fee.agreement", required=True, readonly=True)
    date_to = fields.Date(
        string="Work until", required=True, default=fields.Date.context_today
    )
    results_html = fields.Html(compute="_compute_results_html", sanitize=False)

    @api.model
    def _open_for(self, agreement):
        if not agreement.previous_id or agreement._is_binding():
            raise UserError(
                self.env._(
                    "%(agreement)s amends nothing that could still change: only an"
                    " amendment not signed yet has two results to compare.",
                    agreement=agreement.display_name,
                )
            )
        today = fields.Date.context_today(self)
        wizard = self.create(
            {
                "agreement_id": agreement.id,
                "date_to": max(today, agreement.date_from),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("What the unbilled work would cost"),
        }

    @api.depends("agreement_id", "date_to")
    def _compute_results_html(self):
        for wizard in self:
            agreement = wizard.agreement_id
            results = agreement._compare_results(wizard.date_to)
            currency = agreement.currency_id
            wizard.results_html = self.env["ir.qweb"]._render(
                "legal_billing.fee_agreement_results",
                {
                    "agreement": agreement,
                    "results": results,
                    "rows": [
                        {**row, "name": row["term"].name or self.env._("Other")}
                        for row in results["rows"]
                    ],
                    "money": lambda amount, c=currency: c.format(float(amount)),
                },
            )
