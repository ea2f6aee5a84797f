from odoo import fields, models


class ResCompany(models.Model):
    """Within which limits clients pay by instalments."""

    _inherit = "res.company"

    plan_online = fields.Boolean(
        "Clients Ask for Plans Online",
        default=True,
        help="“Pay in instalments” on the page of an invoice.",
    )
    plan_max_instalments = fields.Integer("Instalments at Most", default=6)
    plan_min_amount = fields.Monetary("From an Amount of", default=300.0)
    plan_auto_amount = fields.Monetary(
        "Accepted by Itself up to",
        help="A client's proposal within the limits is offered at once; above, the"
        " owner answers. Zero: always the owner.",
    )
    plan_first_days = fields.Integer("First Instalment within (days)", default=30)
    plan_offer_days = fields.Integer("An Offer Holds (days)", default=15)
    plan_reminder_days = fields.Integer("Announce Instalments (days before)", default=5)
    plan_grace_days = fields.Integer("Days of Grace", default=3)
    plan_max_missed = fields.Integer("Ends at Missed Instalments", default=2)
    plan_notice_days = fields.Integer("Notice before It Ends (days)", default=8)

    _plan_limits = models.Constraint(
        "CHECK (plan_max_instalments >= 2 AND plan_min_amount >= 0"
        " AND plan_auto_amount >= 0 AND plan_first_days >= 0"
        " AND plan_offer_days > 0 AND plan_reminder_days >= 0"
        " AND plan_grace_days >= 0 AND plan_max_missed >= 1"
        " AND plan_notice_days >= 1)",
        "The limits of payment plans: two instalments or more, one missed at the"
        " least, no negative days or sums.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    plan_online = fields.Boolean(related="company_id.plan_online", readonly=False)
    plan_max_instalments = fields.Integer(
        related="company_id.plan_max_instalments", readonly=False
    )
    plan_min_amount = fields.Monetary(
        related="company_id.plan_min_amount", readonly=False
    )
    plan_auto_amount = fields.Monetary(
        related="company_id.plan_auto_amount", readonly=False
    )
    plan_first_days = fields.Integer(
        related="company_id.plan_first_days", readonly=False
    )
    plan_offer_days = fields.Integer(
        related="company_id.plan_offer_days", readonly=False
    )
    plan_reminder_days = fields.Integer(
        related="company_id.plan_reminder_days", readonly=False
    )
    plan_grace_days = fields.Integer(
        related="company_id.plan_grace_days", readonly=False
    )
    plan_max_missed = fields.Integer(
        related="company_id.plan_max_missed", readonly=False
    )
    plan_notice_days = fields.Integer(
        related="company_id.plan_notice_days", readonly=False
    )
