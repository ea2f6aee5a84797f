from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_user_id = fields.Many2one(
        "res.users",
        "Owner of New Cases",
        domain="[('share', '=', False)]",
        help="Empty: the lead of the matter whose invoice is the oldest.",
    )
    collection_grace_days = fields.Integer(
        "Days of Grace of a Promise",
        default=2,
        help="A promise to pay is broken once these days are over as well.",
    )
    collection_answer_days = fields.Integer(
        "Days to Deal with an Answer",
        default=5,
        help="Once a client has answered a reminder, nothing leaves for so many days"
        " unless a person decides before.",
    )
    collection_catches_answers = fields.Boolean(
        "Answers Come to the Case",
        default=True,
        help="Answers to reminders are sent to the firm's catch-all address, from"
        " which they reach the case and its owner. Without such an address they go to"
        " the person who answers for the matter.",
    )
    collection_spares_punctual = fields.Boolean(
        "No Notice to Those Who Pay on Time",
        help="The reminder before the due date goes only to clients who are expected"
        " to pay late.",
    )
    collection_forecast_error = fields.Float(
        "Error of the Forecast (days)", readonly=True
    )
    collection_forecast_count = fields.Integer("Invoices Compared", readonly=True)

    _collection_days_positive = models.Constraint(
        "CHECK (collection_grace_days >= 0 AND collection_answer_days >= 0)",
        "Days of grace and days to deal with an answer cannot be negative.",
    )

    def _get_forecast_title(self):
        """Return the title of the expected payments, with how wrong they are."""
        self.ensure_one()
        company = self.sudo()
        if not company.collection_forecast_count:
            return self.env._("Expected payments (no paid invoice to learn from yet)")
        return self.env._(
            "Expected payments (typical error: %(days)s days, measured on %(count)s"
            " paid invoices)",
            days=f"{company.collection_forecast_error:g}",
            count=company.collection_forecast_count,
        )
