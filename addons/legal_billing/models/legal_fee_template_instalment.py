from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import fees


class LegalFeeTemplateInstalment(models.Model):
    """One payment of a template's fixed fee: a share of it, and when."""

    _name = "legal.fee.template.instalment"
    _description = "Instalment of a Template"
    _order = "sequence, id"

    term_id = fields.Many2one(
        "legal.fee.template.term", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="term_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    percent = fields.Float(string="Of the fee", required=True)
    trigger = fields.Selection(
        [
            ("signature", "At signature"),
            ("date", "Days after the first day"),
            ("milestone", "At a milestone"),
        ],
        default="signature",
        required=True,
    )
    delay_days = fields.Integer(string="Days after")

    _in_range = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100 AND COALESCE(delay_days, 0) >= 0)",
        "An instalment is a share above 0 and up to 100 % of the fee, never before the"
        " first day.",
    )

    @api.constrains("percent", "term_id")
    def _check_whole(self):
        for term in self.term_id:
            total = sum(map(fees.to_decimal, term.instalment_ids.mapped("percent")))
            if total != 100:
                raise ValidationError(
                    self.env._(
                        "The instalments of “%(term)s” in %(template)s add up to"
                        " %(total)s %%: they must make 100 %%.",
                        term=term.name,
                        template=term.template_id.name,
                        total=f"{total:g}",
                    )
                )

    def _prepare_instalment(self, matter):
        """Return the values of this instalment in an agreement.

        A milestone is made in the matter's project, where confirming it bills.
        """
        self.ensure_one()
        values = {
            "name": self.name,
            "sequence": self.sequence,
            "percent": self.percent,
            "trigger": self.trigger,
        }
        if self.trigger == "date":
            today = fields.Date.context_today(self)
            values["due_on"] = today + timedelta(days=self.delay_days)
        if self.trigger == "milestone":
            # sudo: the matter's own project, of which its lawyer is no manager.
            milestone_sudo = (
                self.env["project.milestone"]
                .sudo()
                .create({"name": self.name, "project_id": matter.project_id.id})
            )
            values["milestone_id"] = milestone_sudo.id
        return values


class LegalFeeInstalment(models.Model):
    _inherit = "legal.fee.instalment"

    def _prepare_template_instalments(self):
        """Return the values of the same schedule as shares of any fee."""
        total = sum(map(fees.to_decimal, self.mapped("amount")))
        left = 100.0
        rows = []
        for rank, instalment in enumerate(self, 1):
            share = round(float(100 * fees.to_decimal(instalment.amount) / total), 4)
            # The last takes what rounding leaves: they make 100 exactly.
            share = round(left, 4) if rank == len(self) else share
            left -= share
            rows.append(instalment._prepare_template_instalment(rank, share))
        return rows

    def _prepare_template_instalment(self, rank, percent):
        self.ensure_one()
        is_dated = self.trigger == "date" and self.due_on
        delay = (self.due_on - self.agreement_id.date_from).days if is_dated else 0
        return {
            "name": self.env._("Instalment %s", rank),
            "sequence": 10 * rank,
            "percent": percent,
            "trigger": self.trigger,
            "delay_days": max(delay, 0),
        }
