from odoo import api, models
from odoo.exceptions import ValidationError

#: what one person alone may read, and what nobody may
PERSONAL_MODELS = ("legal.time.suggestion", "legal.time.suggestion.seen")


class IrModelFields(models.Model):
    """Keeps custom fields from leading to what is personal.

    A search through a related field joins the table of what it leads to, past
    the rules and the searches of that model.
    """

    _inherit = "ir.model.fields"

    @api.constrains("relation")
    def _check_no_link_to_personal_models(self):
        for field in self:
            if field.relation in PERSONAL_MODELS:
                raise ValidationError(
                    self.env._(
                        "The field %(field)s cannot lead to the suggestions of time:"
                        " each person's are for that person alone. Choose another"
                        " model.",
                        field=field.name,
                    )
                )
