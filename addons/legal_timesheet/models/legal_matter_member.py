from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class LegalMatterMember(models.Model):
    """A person on a matter over a period: what the wall is computed from."""

    _name = "legal.matter.member"
    _description = "Member of a Matter"
    _order = "matter_id, role, date_from"
    _check_company_auto = True

    matter_id = fields.Many2one(
        "legal.matter", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    role = fields.Selection(
        [("lead", "Lead"), ("member", "Member"), ("assistant", "Assistant")],
        required=True,
        default="member",
        help="A lead approves time, like the responsible.",
    )
    date_from = fields.Date("From", help="First day included; empty: from the start.")
    date_to = fields.Date("To", help="Last day included; empty while on the team.")
    company_id = fields.Many2one(related="matter_id.company_id", store=True, index=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A person leaves a team after joining it.",
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int8range(COALESCE(matter_id, 0), COALESCE(matter_id, 0), '[]') WITH =,
            int8range(COALESCE(user_id, 0), COALESCE(user_id, 0), '[]') WITH =,
            daterange(date_from, date_to, '[]') WITH &&
        ) DEFERRABLE INITIALLY DEFERRED""",
        "A person is on a team once at a time.",
    )

    @api.depends("user_id", "role")
    def _compute_display_name(self):
        for member in self:
            member.display_name = member.user_id.name

    @api.constrains("matter_id", "user_id", "date_from", "date_to")
    def _check_overlap(self):
        for member in self:
            others = member.matter_id.member_ids.filtered(
                lambda m, member=member: m.user_id == member.user_id
            )
            for other in others - member:
                if member._overlaps(other):
                    raise ValidationError(
                        self.env._(
                            "%(person)s is twice on the team of %(matter)s at the same"
                            " time: keep one row, or end the first before the second.",
                            person=member.user_id.name,
                            matter=member.matter_id._neutral_label(),
                        )
                    )

    @api.constrains("user_id")
    def _check_internal(self):
        for member in self:
            if member.user_id.share:
                raise ValidationError(
                    self.env._(
                        "%(person)s is not a person of the firm: give a client access"
                        " through the portal, not through the team of %(matter)s.",
                        person=member.user_id.name,
                        matter=member.matter_id._neutral_label(),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["legal.matter"].browse(
            {vals.get("matter_id") for vals in vals_list if vals.get("matter_id")}
        )._check_can_change_wall()
        members = super().create(vals_list)
        members.matter_id._apply_wall()
        return members

    def write(self, vals):
        self.matter_id._check_can_change_wall()
        result = super().write(vals)
        self.matter_id._apply_wall()
        return result

    def unlink(self):
        matters = self.matter_id
        matters._check_can_change_wall()
        result = super().unlink()
        matters._apply_wall()
        return result

    def _covers(self, day):
        """Tell whether the person is on the team that day, both ends included."""
        self.ensure_one()
        return (not self.date_from or self.date_from <= day) and (
            not self.date_to or day <= self.date_to
        )

    def _overlaps(self, other):
        starts = max(filter(None, (self.date_from, other.date_from)), default=None)
        ends = min(filter(None, (self.date_to, other.date_to)), default=None)
        return not (starts and ends) or starts <= ends

    @api.model
    def _domain_on(self, day):
        """Return the domain of the members in force on a day."""
        return (Domain("date_from", "=", False) | Domain("date_from", "<=", day)) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        )
