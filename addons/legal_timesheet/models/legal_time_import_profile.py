from odoo import fields, models


class LegalTimeImportProfile(models.Model):
    """What the columns of a file say, kept for the next file alike."""

    _name = "legal.time.import.profile"
    _description = "Saved Columns of an Import of Time"
    _order = "name"

    name = fields.Char(required=True)
    mapping = fields.Json(required=True, help="Heading in plain letters: what it says.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    _name_unique = models.Constraint(
        "UNIQUE (company_id, name)", "Columns are saved under this name already."
    )
