from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

PERSON = "[('share', '=', False), ('company_ids', 'in', company_id)]"


class LegalApprovalDelegation(models.Model):
    """Who approves the time of an absent person's matters, and from when to when.

    It gives no sight of anything: a delegate approves only what the wall of each
    matter lets him read. It is not handed on: the delegate of a delegate is
    nobody.
    """

    _name = "legal.approval.delegation"
    _description = "Delegated Approval of Time"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    user_id = fields.Many2one(
        "res.users",
        "Absent",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
        domain=PERSON,
    )
    delegate_id = fields.Many2one(
        "res.users",
        "Approves instead",
        required=True,
        index=True,
        ondelete="cascade",
        domain=PERSON,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=fields.Date.context_today,
        help="First day, included.",
    )
    date_to = fields.Date("To", required=True, help="Last day, included.")
    reason = fields.Char(required=True, help="E.g. leave, hearing abroad.")
    covered_count = fields.Integer("Matters Covered", compute="_compute_covered")
    skipped_words = fields.Text(
        "Not Covered",
        compute="_compute_covered",
        help="Matters whose wall keeps the delegate out: they go on waiting.",
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "An absence ends after it starts."
    )
    _another_person = models.Constraint(
        "CHECK (delegate_id <> user_id)", "Choose somebody else to approve instead."
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int8range(user_id, user_id, '[]') WITH =,
            int8range(company_id, company_id, '[]') WITH =,
            daterange(date_from, date_to, '[]') WITH &&
        )""",
        "One person approves instead at a time: end the first delegation before the"
        " second starts.",
    )

    @api.depends("user_id", "delegate_id")
    def _compute_display_name(self):
        for delegation in self:
            delegation.display_name = self.env._(
                "%(delegate)s for %(absent)s",
                delegate=delegation.delegate_id.name or "…",
                absent=delegation.user_id.name or "…",
            )

    @api.depends("user_id", "delegate_id", "company_id")
    def _compute_covered(self):
        for delegation in self:
            covered, skipped = delegation._split_matters()
            delegation.covered_count = len(covered)
            delegation.skipped_words = delegation._name_skipped(skipped)

    @api.constrains("user_id", "delegate_id", "date_from", "company_id")
    def _check_delegate(self):
        for delegation in self:
            if delegation.delegate_id.share or delegation.user_id.share:
                raise ValidationError(
                    self.env._(
                        "Only people of the firm approve time: choose another person"
                        " than %s.",
                        delegation.delegate_id.name,
                    )
                )
            covered, skipped = delegation._split_matters()
            if skipped and not covered:
                raise ValidationError(
                    self.env._(
                        "%(delegate)s is outside the wall of every matter that"
                        " %(absent)s approves: choose somebody of their teams.",
                        delegate=delegation.delegate_id.name,
                        absent=delegation.user_id.name,
                    )
                )

    # ---------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        delegations = super().create(vals_list)
        delegations._check_may_set()
        return delegations

    def write(self, vals):
        self._check_may_set()
        result = super().write(vals)
        self._check_may_set()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_may_set(self):
        self._check_may_set()

    def _check_may_set(self):
        """An absence is handed over by the person or an administrator only."""
        user = self.env.user
        if self.env.su or user.has_group("legal_timesheet.group_legal_administrator"):
            return
        for delegation in self:
            if delegation.user_id != user:
                raise AccessError(
                    self.env._(
                        "Only %(absent)s or a legal administrator says who approves"
                        " instead of %(absent)s: ask one of them.",
                        absent=delegation.user_id.name,
                    )
                )

    def _name_skipped(self, skipped):
        """Name the matters whoever reads may know of, and count the others."""
        known = skipped.with_env(self.env).sudo(False)._filtered_access("read")
        names = [matter._neutral_label() for matter in known]
        if others := len(skipped) - len(known):
            names.append(self.env._("%s more", others))
        return ", ".join(names)

    # ------------------------------------------------------------------ business

    @api.model
    def _get_absent(self, user, day=None):
        """Return the persons for whom a user approves that day."""
        day = day or fields.Date.context_today(self)
        # sudo: whoever may read the delegation, it holds
        return (
            self.sudo()
            .search(
                Domain("delegate_id", "=", user.id)
                & Domain("date_from", "<=", day)
                & Domain("date_to", ">=", day)
                & Domain("company_id", "in", user.company_ids.ids)
            )
            .user_id
        )

    def _split_matters(self):
        """Return the running matters of the absent: for the delegate, and not."""
        self.ensure_one()
        # sudo: compares two persons' sight; see _name_skipped for what is told
        Matter = self.env["legal.matter"].sudo()
        if not self.user_id or not self.delegate_id:
            return Matter, Matter
        answered = Matter.search(
            Matter._domain_answers_for(self.user_id)
            & Domain("state", "=", "open")
            & Domain("company_id", "=", self.company_id.id)
        )
        covered = answered.filtered_domain(Matter._domain_let_in(self.delegate_id))
        return covered, answered - covered
