from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: what kind of work an hour is; only work for a client is ever billed
WORK_KINDS = [
    ("client", "Work for a Client"),
    ("pro_bono", "Pro Bono"),
    ("internal", "Internal"),
    ("training", "Training"),
    ("prospecting", "Prospecting"),
]


class LegalActivityCode(models.Model):
    _name = "legal.activity.code"
    _description = "Activity Code"
    _order = "sequence, code"
    _check_company_auto = True
    _rec_names_search = ["code", "name", "client_label"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="The word typed after # in a quick entry, e.g. audience."
    )
    client_label = fields.Char(
        translate=True, help="What the client reads; the name is used when empty."
    )
    sequence = fields.Integer(default=10)
    is_billable = fields.Boolean(
        "Billable", default=True, help="Default for the entries of this activity."
    )
    work_kind = fields.Selection(
        WORK_KINDS,
        "Kind of Work",
        required=True,
        default="client",
        help="Anything but work for a client is counted apart and never billed.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to share this activity code."
    )

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "This activity code already exists."
    )

    @api.onchange("work_kind")
    def _onchange_work_kind(self):
        if self.work_kind != "client":
            self.is_billable = False

    @api.constrains("work_kind", "is_billable")
    def _check_never_billed(self):
        for activity in self:
            if activity.is_billable and activity.work_kind != "client":
                raise ValidationError(
                    self.env._(
                        "The activity “%(activity)s” is %(kind)s and cannot be"
                        " billable: untick Billable, or make it work for a client.",
                        activity=activity.name,
                        kind=activity._get_work_kind_label(),
                    )
                )

    def write(self, vals):
        kind = vals.get("work_kind")
        changed = self.filtered(lambda activity: kind and activity.work_kind != kind)
        # what is approved keeps the kind it had until now
        self.env["account.analytic.line"].flush_model(["work_kind"])
        result = super().write(vals)
        if changed:
            self.env["account.analytic.line"]._legal_recompute_kind(
                [("activity_code_id", "in", changed.ids)]
            )
        return result

    def _get_work_kind_label(self):
        self.ensure_one()
        selection = self._fields["work_kind"]._description_selection(self.env)
        return dict(selection)[self.work_kind]

    @api.depends("name", "code")
    def _compute_display_name(self):
        for activity in self:
            activity.display_name = activity.name or activity.code

    def _get_client_label(self):
        self.ensure_one()
        return self.client_label or self.name
