from odoo import api, fields, models


class LegalNumberedMixin(models.AbstractModel):
    """A record of a matter, numbered by its company's sequence.

    The sequence bears the model's own name; a name that is given is kept.
    """

    _name = "legal.numbered.mixin"
    _description = "Numbered in its Company"

    @api.model_create_multi
    def create(self, vals_list):
        unnamed = {}
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                matter = self.env["legal.matter"].browse(vals.get("matter_id"))
                unnamed.setdefault(matter.company_id, []).append(vals)
        for company, some in unnamed.items():
            numbers = self._draw_numbers(company, len(some))
            for vals, number in zip(some, numbers, strict=True):
                vals["name"] = number or "/"
        return super().create(vals_list)

    @api.model
    def _draw_numbers(self, company, count):
        """Return the next numbers of a company, ``False`` where it has no sequence.

        The sequence and its range of the day are looked up once, and PostgreSQL is
        asked once, however many numbers are drawn.
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
            return [False] * count
        drawn, name = sequence, f"ir_sequence_{sequence.id:03d}"
        if sequence.use_date_range:
            drawn = self._get_range_of_today(sequence)
            drawn = drawn.with_context(ir_sequence_date_range=drawn.date_from)
            name = f"{name}_{drawn.id:03d}"
        if sequence.implementation != "standard":
            return [drawn._next() for _rank in range(count)]
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)", [name, count]
        )
        sequence = sequence.with_env(drawn.env)
        return [sequence.get_next_char(number) for (number,) in self.env.cr.fetchall()]

    @api.model
    def _get_range_of_today(self, sequence):
        today = fields.Date.today()
        dated = self.env["ir.sequence.date_range"].search(
            [
                ("sequence_id", "=", sequence.id),
                ("date_from", "<=", today),
                ("date_to", ">=", today),
            ],
            limit=1,
        )
        return dated or sequence._create_date_range_seq(today)
