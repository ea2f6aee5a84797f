from odoo import api, fields, models


class LegalNumberedMixin(models.AbstractModel):
    """A record of a matter, numbered by its company's sequence.

    The sequence bears the model's own name; a name that is given is kept.
    """

    _name = "legal.numbered.mixin"
    _description = "Numbered in its Company"

    @api.model_create_multi
    def create(self, vals_list):
        drawers = {}
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                matter = self.env["legal.matter"].browse(vals.get("matter_id"))
                company = matter.company_id
                if company not in drawers:
                    drawers[company] = self._get_drawer(company)
                vals["name"] = drawers[company]() or "/"
        return super().create(vals_list)

    @api.model
    def _get_drawer(self, company):
        """Return a function that draws the next number of a company.

        The sequence and its range of the day are looked up once, however many
        numbers are drawn.
        """
        Sequence = self.env["ir.sequence"].with_company(company)
        Sequence.check_access("read")
        sequence = Sequence.search(
            [
                ("code", "=", self._name),
                ("company_id", "in", [company.id or self.env.company.id, False]),
            ],
            order="company_id",
            limit=1,
        )
        if not sequence:
            return lambda: False
        if not sequence.use_date_range:
            return sequence._next
        today = fields.Date.today()
        dated = self.env["ir.sequence.date_range"].search(
            [
                ("sequence_id", "=", sequence.id),
                ("date_from", "<=", today),
                ("date_to", ">=", today),
            ],
            limit=1,
        )
        dated = dated or sequence._create_date_range_seq(today)
        return dated.with_context(ir_sequence_date_range=dated.date_from)._next
