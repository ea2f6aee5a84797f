from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalPrebillCheck(models.Model):
    """One thing looked for on every pre-bill, and what the firm makes of it.

    The records without a company hold for every firm; a record of the same code
    with a company replaces it there.
    """

    _name = "legal.prebill.check"
    _description = "Check of Pre-bills"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: every company."
    )
    severity = fields.Selection(
        [("off", "Not checked"), ("warn", "Warns"), ("block", "Prevents approval")],
        required=True,
        default="warn",
    )
    help_text = fields.Text("What it finds", translate=True)
    # -- parameters, each of one check
    same_minutes = fields.Integer(
        "Same length within (minutes)",
        default=6,
        help="Two entries of the same words are one when their lengths differ by no"
        " more.",
    )
    same_percent = fields.Integer("Words in common (%)", default=80)
    longest_entry_hours = fields.Float("Longest entry", default=10)
    longest_day_hours = fields.Float("Longest day", default=12)
    shortest_characters = fields.Integer("Shortest narrative (characters)", default=15)
    most_acts = fields.Integer("Acts in one entry, at most", default=2)
    acts_from_hours = fields.Float("From a length of", default=2)
    oldest_days = fields.Integer("Oldest work (days)", default=120)
    proof_from_amount = fields.Float(
        "From an amount of",
        digits=(16, 2),
        help="In the currency of the matter; costs below it need no proof to be"
        " billed.",
    )

    _code_once = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "This check is already set for this company.",
    )
    _sensible = models.Constraint(
        "CHECK (same_minutes >= 0 AND same_percent BETWEEN 1 AND 100"
        " AND longest_entry_hours >= 0 AND longest_day_hours >= 0"
        " AND shortest_characters >= 0 AND most_acts >= 1 AND acts_from_hours >= 0"
        " AND oldest_days >= 0 AND proof_from_amount >= 0)",
        "The figures of a check are zero or more; its percentage is from 1 to 100.",
    )

    @api.constrains("code")
    def _check_code_is_known(self):
        known = self.env["legal.prebill"]._get_check_codes()
        for check in self:
            if check.code not in known:
                raise ValidationError(
                    self.env._(
                        "No check of pre-bills is called “%(code)s”: copy one of those"
                        " there are.",
                        code=check.code,
                    )
                )

    def copy_data(self, default=None):
        """A copy is the own setting of a company."""
        default = {"company_id": self.env.company.id, **(default or {})}
        return super().copy_data(default)

    def action_make_own(self):
        """Open the own setting of the current company, made of this one."""
        self.ensure_one()
        company = self.env.company
        own = self if self.company_id == company else self.browse()
        own = own or self.search(
            [("code", "=", self.code), ("company_id", "=", company.id)], limit=1
        )
        return (own or self.copy())._get_records_action()

    @api.model
    def _get_for(self, company):
        """Return {code: check} in force in a company; those off are left out."""
        # sudo: a setting of the firm that binds everybody
        rows = self.sudo().search(
            [("company_id", "in", (False, company.id))], order="company_id nulls first"
        )
        found = {}
        for check in rows.sorted(lambda c: bool(c.company_id)):
            found[check.code] = check
        return {code: c for code, c in found.items() if c.severity != "off"}
