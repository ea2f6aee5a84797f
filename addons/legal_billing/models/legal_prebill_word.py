from odoo import api, fields, models, tools

from ..engine import wording


class LegalPrebillWord(models.Model):
    """A word, or a few, that a narrative read by the client should not hold.

    Accents, capitals and punctuation make no difference. Words that begin an act
    tell how many acts one entry bills.
    """

    _name = "legal.prebill.word"
    _inherit = ["legal.kept.mixin"]
    _description = "Word Checked in Narratives"
    _order = "kind, name"
    _rec_name = "name"

    name = fields.Char("Words", required=True)
    kind = fields.Selection(
        [
            ("secrecy", "Breaches secrecy"),
            ("internal", "Sounds internal"),
            ("vague", "Says nothing by itself"),
            ("act", "Begins an act"),
        ],
        required=True,
    )
    language = fields.Selection([("fr", "French"), ("en", "English")])
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: every company."
    )
    active = fields.Boolean(default=True)

    _once = models.UniqueIndex(
        "(kind, lower(name), COALESCE(company_id, 0))", "These words are there already."
    )

    @api.model
    def _get_rows(self, company):
        """Return {kind: [(words, id)]} of a company, kept by the registry."""
        return {
            kind: [(name, word_id) for name, word_id in rows]
            for kind, rows in self._get_cached_rows(company.id)
        }

    @tools.ormcache("company_id")
    def _get_cached_rows(self, company_id):
        # sudo: a setting of the firm that binds everybody
        found = {}
        for word in self.sudo().search([("company_id", "in", (False, company_id))]):
            found.setdefault(word.kind, []).append((word.name, word.id))
        return tuple((kind, tuple(rows)) for kind, rows in found.items())

    @api.model
    def _get_phrases(self, company, *kinds):
        """Return the phrases of some kinds, ready to be looked for."""
        rows = self._get_rows(company)
        return wording.Phrases([row for kind in kinds for row in rows.get(kind, ())])

    @api.model
    def _get_acts(self, company):
        """Return the words that begin an act, folded."""
        rows = self._get_rows(company).get("act", ())
        return frozenset(
            found[0] for name, _id in rows if (found := wording.words(name))
        )
