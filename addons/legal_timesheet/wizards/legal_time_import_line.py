from odoo import fields, models

TARGETS = [
    ("date", "Day"),
    ("matter", "Matter"),
    ("person", "Person"),
    ("email", "E-mail of the Person"),
    ("activity", "Activity"),
    ("narrative", "Description"),
    ("hours", "Hours Worked"),
    ("hours_billable", "Billable Hours"),
    ("billable", "Billable (yes or no)"),
    ("non_billable", "Not Billable (yes or no)"),
    ("type", "Kind of Line (time or expense)"),
    ("external_id", "Identifier"),
]


class LegalTimeImportColumn(models.TransientModel):
    """A column of the file, and what it says."""

    _name = "legal.time.import.column"
    _description = "Column of an Import of Time"
    _order = "position"

    import_id = fields.Many2one("legal.time.import", required=True, ondelete="cascade")
    position = fields.Integer(readonly=True)
    heading = fields.Char("In the File", readonly=True)
    sample = fields.Char("Example", readonly=True)
    target = fields.Selection(TARGETS, "Says")


class LegalTimeImportLine(models.TransientModel):
    """A line of the file: what would become of it, and why not."""

    _name = "legal.time.import.line"
    _description = "Line of an Import of Time"
    _order = "rank, number"

    import_id = fields.Many2one("legal.time.import", required=True, ondelete="cascade")
    number = fields.Integer("Line", readonly=True)
    rank = fields.Integer(readonly=True)
    state = fields.Selection(
        [
            ("error", "To Correct"),
            ("ready", "Right"),
            ("known", "There Already"),
            ("done", "Imported"),
        ],
        readonly=True,
    )
    message = fields.Text("What to Know", readonly=True)
    day = fields.Char(readonly=True)
    matter = fields.Char(readonly=True)
    person = fields.Char(readonly=True)
    activity = fields.Char(readonly=True)
    narrative = fields.Char("Description", readonly=True)
    hours = fields.Float(readonly=True)
    entry_id = fields.Many2one(
        "account.analytic.line", readonly=True, ondelete="set null"
    )
