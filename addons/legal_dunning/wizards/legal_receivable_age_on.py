from odoo import fields, models
from odoo.exceptions import UserError


class LegalReceivableAgeOn(models.TransientModel):
    """Ask for the aged balance of a day, by payer, matter, lead or age."""

    _name = "legal.receivable.age.on"
    _description = "Aged Balance on a Day"

    day = fields.Date(
        "On",
        required=True,
        default=fields.Date.context_today,
        help="Today, or any day in the past: the balance is that of the books then.",
    )
    group_by = fields.Selection(
        [
            ("partner_id", "Payer"),
            ("matter", "Matter"),
            ("user_id", "Responsible"),
            ("age", "Age"),
        ],
        "By",
        required=True,
        default="partner_id",
    )

    def action_open(self):
        self.ensure_one()
        Age = self.env["legal.receivable.age"]
        Age.check_access("read")
        if self.day > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The books of a day to come are not written yet: choose today or a"
                    " day before."
                )
            )
        return Age._open_on(self.day, self.group_by)
