from odoo import api, fields, models


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
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to share this activity code."
    )

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "This activity code already exists."
    )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for activity in self:
            activity.display_name = activity.name or activity.code

    def _get_client_label(self):
        self.ensure_one()
        return self.client_label or self.name
