from odoo import api, fields, models
from odoo.fields import Domain

from ..engine.quick_entry import is_part_of, number_keys, part_words, plain

#: more matters than this hold a word: it names none of them
PART_LIMIT = 40


class LegalMatter(models.Model):
    """Finding a matter by what somebody types: a number in the firm's own format,
    a part of it, a word of its client's name."""

    _inherit = "legal.matter"

    number_key = fields.Char(
        "Number without Signs",
        compute="_compute_number_key",
        store=True,
        index=True,
        export_string_translation=False,
    )

    @api.depends("matter_number")
    def _compute_number_key(self):
        for matter in self:
            matter.number_key = plain(matter.matter_number)

    @api.model
    def _find_numbers(self, line):
        """Return ``{plain number: id}`` of the numbers written in a line, as far as
        the user may see their matters."""
        keys = number_keys(line)
        if not keys:
            return {}
        found = self.search_fetch(
            [("number_key", "in", list(keys))], ["number_key"], order="state, id desc"
        )
        return {matter.number_key: matter.id for matter in found}

    @api.model
    def _find_parts(self, line):
        """Return ``{word: id}`` of the words that belong to one open matter only."""
        words = part_words(line)
        digits = {word: plain(word).lstrip("0") for word in words}
        # a part is found whatever its separators: look for its last digits
        wanted = Domain.OR(
            Domain("matter_number", "ilike", self._last_run(word))
            for word in words
            if digits[word]
        )
        if not words or wanted.is_false():
            return {}
        candidates = self.search_fetch(
            Domain("state", "=", "open") & wanted, ["matter_number"]
        )
        found = {}
        for word in words:
            fit = [m.id for m in candidates if is_part_of(word, m.matter_number)]
            if len(fit) == 1:
                found[word] = fit[0]
        return found

    @api.model
    def _last_run(self, word):
        """Return the last digits of a word, without the zeros before them."""
        runs = "".join(c if c.isdigit() else " " for c in word).split()
        return (runs[-1].lstrip("0") or "0") if runs else word

    @api.model
    def _find_by_client(self, word, limit=PART_LIMIT):
        """Return the open matters of the clients whose name holds a word."""
        return self.search(
            Domain("state", "=", "open") & Domain("partner_id.name", "ilike", word),
            limit=limit,
        )

    @api.model
    def _find_recent(self, limit=6):
        """Return the open matters on which the user last recorded time."""
        employee_ids = self.env.user.sudo().employee_ids.ids
        if not employee_ids:
            return self.browse()
        rows = self.env["account.analytic.line"]._read_group(
            Domain("employee_id", "in", employee_ids)
            & Domain("project_id", "!=", False)
            & Domain("matter_id.state", "=", "open"),
            ["matter_id"],
            ["date:max", "id:max"],
            order="date:max desc, id:max desc",
            limit=limit,
        )
        return self.browse([matter.id for matter, _day, _id in rows])

    @api.model
    def _find_by_words(self, text, limit=6):
        """Return the open matters of the user that a search text may mean, those
        of his latest work first."""
        domain = Domain("state", "=", "open") & Domain.AND(
            Domain("matter_number", "ilike", word)
            | Domain("name", "ilike", word)
            | Domain("partner_id.name", "ilike", word)
            for word in text.split()
        )
        recent = self._find_recent(limit=20).filtered_domain(domain)
        others = self.search(domain & Domain("id", "not in", recent.ids), limit=limit)
        return (recent + others)[:limit]

    def _prepare_label(self):
        """Return what a list to choose from says of a matter."""
        self.ensure_one()
        return {
            "id": self.id,
            "number": self.matter_number,
            "name": self.name,
            "client": self.partner_id.name or False,
            "is_open": self.state == "open",
        }
