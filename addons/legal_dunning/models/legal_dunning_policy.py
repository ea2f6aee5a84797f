from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.legal_timesheet.models.res_partner import CLIENT_KINDS

# Whose texts may not speak of penalties or of any cost.
PROTECTED_KINDS = ("consumer", "nonprofessional")


class LegalDunningPolicy(models.Model):
    """A ladder of dated messages for the clients of one kind."""

    _name = "legal.dunning.policy"
    _description = "Dunning Policy"
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, export_string_translation=False)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Empty for the models that each company's own policies are copied from.",
    )
    client_kind = fields.Selection(
        CLIENT_KINDS,
        "For",
        help="The kind of client this policy is meant for. Empty: any client.",
    )
    level_ids = fields.One2many("legal.dunning.level", "policy_id", "Levels", copy=True)
    model_id = fields.Many2one(
        "legal.dunning.policy",
        "Copied From",
        copy=False,
        index="btree_not_null",
        export_string_translation=False,
    )
    offered_rank = fields.Integer(
        default=2,
        copy=False,
        export_string_translation=False,
        help="Highest level of the model that was ever copied here: what the firm has"
        " removed since does not come back.",
    )
    level_summary = fields.Char("Messages", compute="_compute_level_summary")

    @api.depends("level_ids.offset_days", "level_ids.offset_from")
    def _compute_level_summary(self):
        for policy in self:
            policy.level_summary = " · ".join(
                level._get_offset_label() for level in policy.level_ids
            )

    @api.constrains("level_ids")
    def _check_order(self):
        for policy in self:
            policy.level_ids._check_offsets()

    @api.constrains("client_kind")
    def _check_claims(self):
        self.level_ids._check_text()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = (
            self.env["legal.dunning.action.line"]
            .sudo()
            .search([("level_id.policy_id", "in", self.ids)], limit=1)
        )
        if used:
            raise UserError(
                self.env._(
                    "Messages were made with the policy “%(policy)s”: archive it"
                    " instead, so that they can still be read.",
                    policy=used.level_id.policy_id.name,
                )
            )

    def copy_data(self, default=None):
        rows = super().copy_data(default)
        if default and ("name" in default or "model_id" in default):
            return rows
        for policy, row in zip(self, rows, strict=True):
            row["name"] = self.env._("%(name)s (copy)", name=policy.name)
        return rows

    def action_duplicate_for_company(self):
        """Make a policy of the current company out of a model."""
        self.ensure_one()
        policy = self.copy({"company_id": self.env.company.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": policy.id,
            "view_mode": "form",
        }

    @api.model
    def _get_default(self, company, kind):
        """Return the company's policy for a kind of client, if it has one.

        A legal person outside any professional activity hears what a consumer
        does, unless the firm has a policy of its own for it.
        """
        kinds = [kind] + (["consumer"] if kind == "nonprofessional" else [])
        policies = self.sudo().search(
            [("company_id", "=", company.id), ("client_kind", "in", kinds)]
        )
        return next(
            (p for wanted in kinds for p in policies if p.client_kind == wanted),
            company.sudo().dunning_policy_id,
        )

    @api.model
    def _get_models(self):
        return self.with_context(active_test=False).search(
            Domain("company_id", "=", False)
        )

    def _copy_for(self, company):
        """Copy a model for a company, with the words of each language."""
        self.ensure_one()
        rank = max(self.level_ids.mapped("sequence"), default=-1)
        return self.copy(
            {"company_id": company.id, "model_id": self.id, "offered_rank": rank}
        )

    def _complete_from_model(self):
        """Add what the model has gained since: levels after the last, new words.

        A firm that has gone further with levels of its own keeps them alone, and
        whatever it wrote stays.
        """
        for policy in self.filtered("model_id"):
            for level, origin in policy._pair_levels():
                for name in ("sms_text", "call_script"):
                    if not level[name] and origin[name]:
                        source = level.with_context(lang="en_US")
                        source[name] = origin.with_context(lang="en_US")[name]
            levels = policy.model_id.level_ids
            last = max(policy.level_ids.mapped("sequence"), default=-1)
            latest = max(policy.level_ids.mapped("offset_days"), default=-1)
            for origin in levels.sorted("sequence"):
                if (
                    origin.sequence > max(policy.offered_rank, last)
                    and origin.offset_days > latest
                ):
                    origin.copy({"policy_id": policy.id})
            policy.offered_rank = max(levels.mapped("sequence"), default=-1)

    @api.model
    def _complete_translations(self, langs):
        """Add to copies the words that their models have and they lack.

        Only a language the copy has no word of its own in is filled, and only
        while its English still is the model's: the firm's own texts stay.
        """
        copies = self.with_context(active_test=False).search(
            [("model_id", "!=", False)]
        )
        for policy in copies:
            policy._complete_from(policy.model_id, ["name"], langs)
            for level, origin in policy._pair_levels():
                level._complete_from(origin, level._get_text_fields(), langs)

    def _pair_levels(self):
        """Return pairs (own level, the model's level of the same rank)."""
        by_rank = {level.sequence: level for level in self.model_id.level_ids}
        return [
            (level, by_rank[level.sequence])
            for level in self.level_ids
            if level.sequence in by_rank
        ]

    def _complete_from(self, origin, names, langs):
        complete_translations(self, origin, names, langs)

    def _check_protected(self):
        """Raise when a text that claims money is meant for a consumer."""
        for policy in self.filtered(lambda p: p.client_kind in PROTECTED_KINDS):
            for level in policy.level_ids:
                claim = level._find_claim()
                if claim:
                    raise ValidationError(
                        self.env._(
                            "The level “%(level)s” of “%(policy)s” speaks of"
                            " “%(claim)s”: a consumer may be asked for no penalty,"
                            " indemnity or cost (CPCE, art. L. 111-8). Take it out of"
                            " the text.",
                            level=level.name,
                            policy=policy.name,
                            claim=claim,
                        )
                    )


def complete_translations(record, origin, names, langs):
    """Copy to ``record`` the translations it lacks of ``origin``."""
    for name in names:
        field = record._fields[name]
        own = field._get_stored_translations(record) or {}
        model = field._get_stored_translations(origin) or {}
        source = model.get("en_US")
        if own.get("en_US") != source:
            continue
        new = {
            lang: model[lang]
            for lang in langs
            if lang in model and own.get(lang) in (None, source)
        }
        if new and callable(field.translate):  # texts are translated term by term
            terms = field.get_translation_dictionary(source, new)
            new = {
                lang: {term: words[lang] for term, words in terms.items()}
                for lang in new
            }
        if new:
            record.sudo()._update_field_translations(name, new)
