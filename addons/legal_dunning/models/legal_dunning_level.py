import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext, is_html_empty

from ..engine import escalation, letters
from ..engine.exceptions import LoneBraceError, PlaceholderError
from .legal_dunning_policy import PROTECTED_KINDS, complete_translations

CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("call", "Call"),
    ("letter", "Letter"),
    ("registered", "Registered letter"),
    ("manual", "Decision of a partner"),
]
CLAIMING = ("taux", "penalites", "indemnite", "total")
CLAIMING_WORDS = re.compile(
    r"pénalit[ée]s?|indemnité|(?:art\.\s*)?L\.?\s*441-10|(?<!\d)(?<!\d[.,\s])40\s*(?:€|euros)"
    r"|penalt(?:y|ies)|indemnity",
    re.IGNORECASE,
)


class LegalDunningLevel(models.Model):
    """One message of a policy: when it leaves, how, and its words."""

    _name = "legal.dunning.level"
    _description = "Dunning Level"
    _order = "policy_id, sequence, id"
    _check_company_auto = True

    policy_id = fields.Many2one(
        "legal.dunning.policy", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        "Level",
        required=True,
        default=lambda self: self._default_sequence(),
        help="Place in the policy. A level starts only once the one before was sent.",
    )
    offset_days = fields.Integer(
        "Days",
        required=True,
        help="Counted from the due date: negative or zero is up to it, as a courtesy.",
    )
    offset_from = fields.Selection(
        [("due", "from the due date"), ("previous", "from the message before")],
        "Counted",
        required=True,
        default="due",
        help="From the message before: the day it was sent, or the day a formal"
        " notice was received.",
    )
    grace_days = fields.Integer(
        "Days since the Message before",
        default=7,
        help="The least number of days between the message before and this one."
        " After a formal notice they count from its receipt.",
    )
    answer_days = fields.Integer(
        "Days to Answer",
        default=8,
        help="Gives the date {limite} of the text, counted from the sending.",
    )
    channel = fields.Selection(
        CHANNELS,
        required=True,
        default="email",
        help="A payer without a mobile number gets an e-mail, one without a usable"
        " address a letter.",
    )
    subject = fields.Char(required=True, translate=True)
    body_html = fields.Html(
        "Text", required=True, translate=True, sanitize_attributes=True
    )
    is_claiming = fields.Boolean(
        "Claims Penalties",
        compute="_compute_is_claiming",
        store=True,
        help="The text claims the penalties and the indemnity due between"
        " professionals; they are computed on the day it leaves.",
    )

    _rank_unique = models.Constraint(
        "UNIQUE (policy_id, sequence)",
        "Two levels of a policy have the same number.",
    )
    _days_positive = models.Constraint(
        "CHECK (grace_days >= 0 AND answer_days >= 0)",
        "Days of grace and days to answer cannot be negative.",
    )

    def _default_sequence(self):
        policy = self.env.context.get("default_policy_id")
        if not policy:
            return 0
        levels = self.search([("policy_id", "=", policy)])
        return max(levels.mapped("sequence"), default=-1) + 1

    @api.depends("subject", "body_html")
    def _compute_is_claiming(self):
        for level in self:
            names = letters.used(f"{level.subject or ''} {level.body_html or ''}")
            level.is_claiming = bool(set(names) & set(CLAIMING))

    @api.depends("name")
    def _compute_display_name(self):
        for level in self:
            level.display_name = level.name

    @api.constrains("subject", "body_html", "sms_text", "call_script")
    def _check_text(self):
        """Refuse a text that could not be filled when it is to leave."""
        known = list(self._get_placeholders())
        for level in self:
            if is_html_empty(level.body_html):
                raise ValidationError(
                    self.env._(
                        "The level “%(level)s” has no text: write what the client is"
                        " to read.",
                        level=level.name,
                    )
                )
            for name in level._get_text_fields()[1:]:
                level._check_placeholders(level[name], known)
        self.policy_id._check_protected()

    def _check_placeholders(self, text, known):
        self.ensure_one()
        try:
            letters.check(text, known)
            letters.check_passages(text)
        except PlaceholderError as error:
            advice = (
                self.env._("Did you mean {%(name)s}?", name=error.suggestion)
                if error.suggestion
                else self.env._("Those that exist are listed beside the text.")
            )
            raise ValidationError(
                self.env._(
                    "The text of the level “%(level)s” holds the placeholder"
                    " {%(name)s}, which does not exist. %(advice)s",
                    level=self.name,
                    name=error.name,
                    advice=advice,
                )
            ) from None
        except LoneBraceError as error:
            raise ValidationError(
                self.env._(
                    "The text of the level “%(level)s” has a brace or a double bracket"
                    " without its pair near “%(excerpt)s”: close it, or take it out.",
                    level=self.name,
                    excerpt=error.excerpt,
                )
            ) from None

    @api.constrains("sequence", "offset_days", "offset_from", "policy_id")
    def _check_offsets(self):
        for level in self:
            if level.offset_from == "previous" and level.offset_days < 1:
                raise ValidationError(
                    self.env._(
                        "“%(level)s” counts from the message before it: give it one"
                        " day at the least.",
                        level=level.name,
                    )
                )
        for policy in self.policy_id:
            levels = policy.level_ids.sorted("sequence")
            levels = levels.filtered(lambda level: level.offset_from == "due")
            for before, after in zip(levels, levels[1:], strict=False):
                if after.offset_days <= before.offset_days:
                    raise ValidationError(
                        self.env._(
                            "In “%(policy)s”, the level “%(after)s” must leave later"
                            " than “%(before)s”, which comes before it.",
                            policy=policy.name,
                            after=after.name,
                            before=before.name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = (
            self.env["legal.dunning.action.line"]
            .sudo()
            .search([("level_id", "in", self.ids)], limit=1)
        )
        if used:
            raise UserError(
                self.env._(
                    "Messages were made at the level “%(level)s”: archive its policy"
                    " and make another, so that they can still be read.",
                    level=used.level_id.name,
                )
            )

    def _update_field_translations(
        self, field_name, translations, digest=None, source_lang=""
    ):
        """Check each language's words as they are saved."""
        if field_name in self._get_text_fields()[1:]:
            known = list(self._get_placeholders())
            for words in translations.values():
                texts = words.values() if isinstance(words, dict) else [words]
                for text in texts:
                    self._check_placeholders(text or "", known)
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    # Business ---------------------------------------------------------------

    @api.model
    def _get_text_fields(self):
        return ["name", "subject", "body_html", "sms_text", "call_script"]

    def _complete_from(self, origin, names, langs):
        complete_translations(self, origin, names, langs)

    def _get_engine_levels(self):
        return [
            escalation.Level(
                level.sequence,
                level.offset_days,
                level.grace_days,
                level.offset_from == "previous",
            )
            for level in self
        ]

    def _get_offset_label(self):
        """Return "D-3" or "D+7", the way a plan of reminders is drawn."""
        self.ensure_one()
        if self.offset_from == "previous":
            return self.env._("+%(days)s d", days=self.offset_days)
        return self.env._("D%(days)s", days=f"{self.offset_days:+d}")

    def _find_claim(self, text=None):
        """Return the first word of the text that claims money beside the debt."""
        self.ensure_one()
        if text is None:
            names = self._get_text_fields()[1:]
            text = " ".join(self[name] or "" for name in names)
        for name in letters.used(text):
            if name in CLAIMING:
                return f"{{{name}}}"
        found = CLAIMING_WORDS.search(html2plaintext(text))
        return found.group(0) if found else None

    def _check_kind(self, kind, text=None):
        """Raise when this text may not be sent to that kind of client."""
        self.ensure_one()
        if kind not in PROTECTED_KINDS:
            return
        claim = self._find_claim(text)
        if claim:
            raise UserError(
                self.env._(
                    "“%(level)s” speaks of “%(claim)s”, which a consumer may not be"
                    " asked for (CPCE, art. L. 111-8): give this client a policy for"
                    " consumers, or take it out of the text.",
                    level=self.name,
                    claim=claim,
                )
            )

    def _get_answer_date(self, day):
        self.ensure_one()
        return day + timedelta(days=self.answer_days)
