from odoo import api, fields, models, tools

from ..engine import fees, review


class LegalReviewRule(models.Model):
    """How the pre-bills of a firm, or of one of its practices, are reviewed.

    Without any rule, the responsible or a billing manager approves alone.
    """

    _name = "legal.review.rule"
    _inherit = ["legal.kept.mixin"]
    _description = "Review of Pre-bills"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    practice_area_ids = fields.Many2many(
        "legal.practice.area",
        string="Practice Areas",
        check_company=True,
        help="Empty: every matter that no rule above takes.",
    )
    has_collaborators = fields.Boolean(
        "Each answers for own time",
        default=True,
        help="Those whose time is billed review their own lines first.",
    )
    is_in_order = fields.Boolean(
        "One after the other",
        default=True,
        help="Collaborators, then the responsible, then the approvers; otherwise all"
        " are asked at once.",
    )
    collaborator_days = fields.Integer("Days of a collaborator", default=3)
    owner_days = fields.Integer("Days of the responsible", default=3)
    remind_days = fields.Integer(
        "Remind every (days)", default=2, help="Once late; zero: never."
    )
    approver_ids = fields.One2many("legal.review.approver", "rule_id", copy=True)

    _days_positive = models.Constraint(
        "CHECK (collaborator_days >= 0 AND owner_days >= 0 AND remind_days >= 0)",
        "Days of a review are zero or more.",
    )

    @tools.ormcache("company_id")
    def _has_rules(self, company_id):
        # sudo: a setting of the firm that binds everybody
        found = self.sudo().search_count([("company_id", "=", company_id)], limit=1)
        return bool(found)

    @api.model
    def _get_for(self, prebills):
        """Return {pre-bill: rule}, an empty one where nothing is asked; one query."""
        companies = [c.id for c in prebills.company_id if self._has_rules(c.id)]
        # sudo: a setting of the firm that binds everybody
        rules = self.sudo()
        if companies:
            rules = rules.search([("company_id", "in", companies)])
        found = {}
        for prebill in prebills:
            # sudo: the practice of a matter decides, whoever asks
            area = prebill.sudo().matter_id.practice_area_id
            found[prebill] = next(
                (
                    rule
                    for rule in rules
                    if rule.company_id == prebill.company_id
                    and (not rule.practice_area_ids or area in rule.practice_area_ids)
                ),
                rules.browse(),
            )
        return found


class LegalReviewApprover(models.Model):
    """An approver asked beyond a threshold, or always without any."""

    _name = "legal.review.approver"
    _description = "Approver of Pre-bills"
    _order = "rule_id, sequence, id"
    _check_company_auto = True

    rule_id = fields.Many2one(
        "legal.review.rule", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    currency_id = fields.Many2one(related="rule_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Approver",
        required=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    deputy_id = fields.Many2one(
        "res.users",
        "Where the Wall keeps out",
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Asked instead on matters whose wall keeps the approver out; empty: the"
        " responsible approves alone there.",
    )
    amount_from = fields.Monetary(
        "From an amount of", help="Total excluding VAT; zero: the amount does not ask."
    )
    realisation_below = fields.Float(
        "Realisation below (%)", help="Zero: the realisation does not ask."
    )
    writeoff_above = fields.Monetary(
        "Given up beyond", help="Zero: what is given up does not ask."
    )
    days = fields.Integer("Days", default=3)

    _once = models.UniqueIndex(
        "(rule_id, user_id)", "This approver is already in the rule."
    )
    _figures_positive = models.Constraint(
        "CHECK (amount_from >= 0 AND writeoff_above >= 0 AND days >= 0"
        " AND realisation_below >= 0 AND realisation_below <= 100)",
        "Thresholds are zero or more; a realisation is at most 100 %.",
    )

    @api.depends("user_id")
    def _compute_display_name(self):
        for approver in self:
            approver.display_name = approver.user_id.name

    def _prepare_threshold(self, currency, day):
        """Return the engine's threshold, in the currency of a pre-bill."""
        self.ensure_one()

        def convert(amount):
            if not amount:
                return None
            if currency != self.currency_id:
                amount = self.currency_id._convert(
                    amount, currency, self.company_id, day
                )
            return fees.to_decimal(amount)

        return review.Threshold(
            convert(self.amount_from),
            fees.to_decimal(self.realisation_below) if self.realisation_below else None,
            convert(self.writeoff_above),
        )

    def _choose_user(self, matter):
        """Return who is asked on a matter: the wall lets him in, or nobody."""
        self.ensure_one()
        for user in (self.user_id, self.deputy_id):
            if user and user.active and matter._lets_in(user):
                return user
        return self.env["res.users"]
