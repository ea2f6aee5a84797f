from odoo import Command, api, fields, models

from .legal_fee_term_mixin import TERM_FIELDS

TIER_FIELDS = ("above_amount", "above_hours", "percent", "rate")


class LegalFeeTemplateTerm(models.Model):
    """A way of charging in a template; its figures may be left to each agreement."""

    _name = "legal.fee.template.term"
    _description = "Fee Term of a Template"
    _inherit = ["legal.fee.term.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    template_id = fields.Many2one(
        "legal.fee.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    tier_ids = fields.One2many("legal.fee.tier", "template_term_id", copy=True)
    rate_ids = fields.One2many(
        "legal.fee.rate", "template_term_id", string="Agreed rates", copy=True
    )
    instalment_ids = fields.One2many(
        "legal.fee.template.instalment", "term_id", copy=True
    )

    @api.depends("template_id.company_id")
    def _compute_currency_id(self):
        for term in self:
            company = term.template_id.company_id or self.env.company
            term.currency_id = company.currency_id

    def _get_term_place(self):
        self.ensure_one()
        return self.template_id.display_name

    def _say_money(self, amount):
        """Return an amount; one left to each agreement is a blank to fill."""
        if amount:
            return super()._say_money(amount)
        currency = self.currency_id or self.env.company.currency_id
        return f"…\N{NO-BREAK SPACE}{currency.symbol}"

    def _say_tiers(self):
        return [*super()._say_tiers()] or [self.env._("share of the result to agree")]

    def _prepare_term(self, matter):
        """Return the values of the same term in an agreement of a matter."""
        self.ensure_one()
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in TERM_FIELDS[self.kind]
        }
        return {
            **values,
            "name": self.name,
            "kind": self.kind,
            "sequence": self.sequence,
            "activity_code_ids": [Command.set(self.activity_code_ids.ids)],
            "tier_ids": [
                Command.create({name: tier[name] for name in TIER_FIELDS})
                for tier in self.tier_ids
            ],
            "rate_ids": [Command.create(row._prepare_copy()) for row in self.rate_ids],
            "instalment_ids": [
                Command.create(row._prepare_instalment(matter))
                for row in self.instalment_ids
                if self.amount
            ],
        }


class LegalFeeTerm(models.Model):
    _inherit = "legal.fee.term"

    def _prepare_template_term(self):
        """Return the values of a template's term: how it charges, not for whom."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in TERM_FIELDS[self.kind]
        }
        rates = self.rate_ids.filtered(lambda row: not row.employee_id)
        return {
            **values,
            "name": kinds[self.kind],
            "kind": self.kind,
            "sequence": self.sequence,
            "activity_code_ids": [Command.set(self.activity_code_ids.ids)],
            "tier_ids": [
                Command.create({name: tier[name] for name in TIER_FIELDS})
                for tier in self.tier_ids
            ],
            "rate_ids": [Command.create(row._prepare_copy()) for row in rates],
            "instalment_ids": [
                Command.create(values)
                for values in self.instalment_ids._prepare_template_instalments()
            ],
        }


class LegalFeeTier(models.Model):
    _inherit = "legal.fee.tier"

    template_term_id = fields.Many2one(
        "legal.fee.template.term", index="btree_not_null", ondelete="cascade"
    )


class LegalFeeRate(models.Model):
    _inherit = "legal.fee.rate"

    template_term_id = fields.Many2one(
        "legal.fee.template.term", index="btree_not_null", ondelete="cascade"
    )

    def _prepare_copy(self):
        self.ensure_one()
        return {
            "grade_id": self.grade_id.id,
            "employee_id": self.employee_id.id,
            "activity_code_id": self.activity_code_id.id,
            "amount": self.amount,
        }
