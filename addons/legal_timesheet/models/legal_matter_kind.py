from odoo import api, fields, models
from odoo.exceptions import UserError

from .legal_activity_code import WORK_KINDS

#: matters of the firm itself: no client, no bill, everybody records there
FIRM_KINDS = ("internal", "training", "prospecting")


class LegalMatter(models.Model):
    """What a matter is worked on for: a client, for free, or the firm itself.

    A matter of the firm takes the firm as its client and, unless it is walled,
    lets each lawyer in: own time is typed there as anywhere else.
    """

    _inherit = "legal.matter"

    work_kind = fields.Selection(
        WORK_KINDS,
        "Kind of Work",
        required=True,
        default="client",
        tracking=True,
        help="Pro bono time is shown at its value and never billed. Internal time,"
        " training and prospecting are recorded on matters of the firm itself.",
    )
    is_internal = fields.Boolean(
        "Matter of the Firm", compute="_compute_is_internal", store=True
    )

    @api.depends("work_kind")
    def _compute_is_internal(self):
        for matter in self:
            matter.is_internal = matter.work_kind in FIRM_KINDS

    @api.depends("is_internal")
    def _compute_open_group_id(self):
        result = super()._compute_open_group_id()
        lawyers = self.env.ref("legal_timesheet.group_legal_user")
        for matter in self:
            if matter.is_internal and not matter.is_walled:
                matter.open_group_id = lawyers
        return result

    @api.onchange("work_kind")
    def _onchange_work_kind(self):
        firm = self.company_id.partner_id
        if self.is_internal:
            self.partner_id = firm
        elif self.partner_id == firm:
            self.partner_id = False

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("work_kind") in FIRM_KINDS:
                company = self.env["res.company"].browse(
                    vals.get("company_id") or self.env.company.id
                )
                vals["partner_id"] = company.partner_id.id
        return super().create(vals_list)

    def write(self, vals):
        kind = vals.get("work_kind")
        if kind:
            self._check_may_become(kind)
            changed = self.filtered(lambda matter: matter.work_kind != kind)
            # what is approved keeps the kind it had until now
            self.env["account.analytic.line"].flush_model(["work_kind"])
        if kind in FIRM_KINDS and len(self.company_id) == 1:
            vals = {**vals, "partner_id": self.company_id.partner_id.id}
        result = super().write(vals)
        if kind:
            self.env["account.analytic.line"]._legal_recompute_kind(
                [("matter_id", "in", changed.ids)]
            )
        return result

    @api.model
    def _wall_fields(self):
        return super()._wall_fields() | {"work_kind"}

    def _check_may_become(self, kind):
        """A client's file is not opened to the whole firm by a change of kind."""
        for matter in self:
            if (kind in FIRM_KINDS) != matter.is_internal and matter.state != "draft":
                raise UserError(
                    self.env._(
                        "%(matter)s is open already: a matter of a client and a matter"
                        " of the firm do not change into each other, open another one.",
                        matter=matter._neutral_label(),
                    )
                )

    def _is_on_team(self, user, day):
        """Everybody of the firm works on its own matters, unless walled."""
        if super()._is_on_team(user, day):
            return True
        matter_sudo = self.sudo()
        return (
            matter_sudo.is_internal
            and user.has_group("legal_timesheet.group_legal_user")
            and matter_sudo._lets_in(user)
        )
