from odoo import api, models


class LegalNumberedMixin(models.AbstractModel):
    """A record of a matter, numbered by its company's sequence.

    The sequence bears the model's own name; a name that is given is kept.
    """

    _name = "legal.numbered.mixin"
    _description = "Numbered in its Company"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                matter = self.env["legal.matter"].browse(vals.get("matter_id"))
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(matter.company_id)
                    .next_by_code(self._name)
                    or "/"
                )
        return super().create(vals_list)
