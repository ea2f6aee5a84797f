from odoo import api, models
from odoo.tools import format_date

from .account_move_print import format_hours

#: how much of a narrative a sentence quotes
QUOTED = 60


class LegalPrebillAnomaly(models.Model):
    """What an anomaly says, in the language of who reads it.

    Other matters are named by their number alone, whoever reads.
    """

    _inherit = "legal.prebill.anomaly"

    @api.depends("code", "variant", "facts", "related_records")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for anomaly in self:
            say = getattr(anomaly, f"_say_{anomaly.code}", None)
            anomaly.sentence = say(anomaly.facts or {}) if say else anomaly.check_name

    # -- helpers -------------------------------------------------------------------

    def _get_related(self, kind):
        """Return the ids of the records of a kind that it is about."""
        self.ensure_one()
        return [row[1] for row in self.related_records or [] if row[0] == kind]

    def _get_related_entries(self):
        """Return the other entries it is about, elevated: name them neutrally."""
        # sudo: only the number of a matter and a length are told of them
        Entry_sudo = self.env["account.analytic.line"].sudo()
        return Entry_sudo.browse(self._get_related("entry")).exists()

    def _say_day(self):
        self.ensure_one()
        return format_date(self.env, self.line_id.date) if self.line_id else ""

    def _say_person(self):
        # sudo: the names of colleagues, whoever may read HR data
        return self.line_id.sudo().employee_id.name or ""

    def _say_hours(self, value):
        return format_hours(float(value or 0)) or "0\N{NO-BREAK SPACE}h"

    def _say_quoted(self, facts):
        """Quote words as they were written."""
        found = facts.get("said") or facts.get("words") or ()
        return ", ".join(self.env._("“%s”", words) for words in found)

    def _say_clock(self, minutes):
        minutes = int(minutes or 0) % (24 * 60)
        return f"{minutes // 60}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{minutes % 60:02d}"

    def _say_money(self, value):
        return self.currency_id.format(float(value or 0))

    # -- one sentence a check ----------------------------------------------------------

    def _say_duplicate(self, facts):
        other = self._get_related_entries()[:1]
        words = {"person": self._say_person(), "day": self._say_day()}
        if self.variant == "matter" and other:
            return self.env._(
                "%(person)s recorded the same words on %(day)s on %(matter)s too: the"
                " same work may be billed to two clients.",
                matter=other.matter_id._neutral_label(),
                **words,
            )
        return self.env._(
            "%(person)s recorded the same work twice on %(day)s (%(hours)s each).",
            hours=self._say_hours(facts.get("hours")),
            **words,
        )

    def _say_overlap(self, facts):
        other = self._get_related_entries()[:1]
        return self.env._(
            "%(person)s is at two things on %(day)s between %(start)s and %(end)s: see"
            " the entry on %(matter)s.",
            person=self._say_person(),
            day=self._say_day(),
            start=self._say_clock(facts.get("start")),
            end=self._say_clock(facts.get("end")),
            matter=other.matter_id._neutral_label() if other else "…",
        )

    def _say_off_team(self, facts):
        return self.env._(
            "%(person)s is not on the team of the matter on %(day)s.",
            person=self._say_person(),
            day=self._say_day(),
        )

    def _say_odd_hours(self, facts):
        hours = self._say_hours(facts.get("hours"))
        words = {"person": self._say_person(), "day": self._say_day(), "hours": hours}
        if self.variant == "long":
            return self.env._(
                "%(person)s has one entry of %(hours)s on %(day)s.", **words
            )
        if self.variant == "more":
            return self.env._(
                "%(hours)s are billed on %(day)s for %(worked)s worked by %(person)s.",
                worked=self._say_hours(facts.get("worked")),
                **words,
            )
        if self.variant == "clock":
            return self.env._(
                "The narrative of %(day)s tells of %(written)s by the clock, but"
                " %(hours)s are billed.",
                written=self._say_hours(facts.get("written", 0) / 60),
                **words,
            )
        return self.env._(
            "%(hours)s on %(day)s is no whole number of %(increment)s minutes, as"
            " agreed with the client.",
            increment=facts.get("increment"),
            **words,
        )

    def _say_long_day(self, facts):
        return self.env._(
            "%(person)s recorded %(hours)s on %(day)s, all matters together.",
            person=self._say_person(),
            day=self._say_day(),
            hours=self._say_hours(facts.get("hours")),
        )

    def _say_rest_day(self, facts):
        words = {"person": self._say_person(), "day": self._say_day()}
        if self.variant == "night":
            return self.env._(
                "%(person)s worked at night on %(day)s, and the client reads it.",
                **words,
            )
        return self.env._(
            "%(person)s worked on %(day)s, a Sunday or a public holiday: the client"
            " may ask why.",
            **words,
        )

    def _say_vague(self, facts):
        if self.variant == "empty":
            return self.env._(
                "The client reads nothing about the work of %(day)s.",
                day=self._say_day(),
            )
        words = (facts.get("words") or "")[:QUOTED]
        if self.variant == "short":
            return self.env._(
                "“%(words)s” is too short for the client to know what he pays for.",
                words=words,
            )
        return self.env._(
            "“%(words)s” could be said of any work: say what was done.", words=words
        )

    def _say_internal(self, facts):
        return self.env._(
            "%(words)s sounds like a word between us, and the client reads it.",
            words=self._say_quoted(facts),
        )

    def _say_secrecy(self, facts):
        words = self._say_quoted(facts)
        if self.variant == "name":
            return self.env._(
                "The narrative names %(words)s, who is no party to this matter.",
                words=words,
            )
        if self.variant == "matter":
            return self.env._(
                "The narrative names another matter, %(words)s.", words=words
            )
        if self.variant == "number":
            kinds = {
                "nir": self.env._("a social security number"),
                "iban": self.env._("a bank account"),
                "card": self.env._("the number of a payment card"),
            }
            found = ", ".join(kinds.get(kind, kind) for kind in facts.get("words", ()))
            return self.env._("The narrative shows %(what)s.", what=found)
        return self.env._(
            "%(words)s may tell what professional secrecy covers.", words=words
        )

    def _say_block(self, facts):
        return self.env._(
            "%(count)s acts are billed as one block of %(hours)s: the client cannot"
            " tell what each took.",
            count=facts.get("count"),
            hours=self._say_hours(facts.get("hours")),
        )

    def _say_rate(self, facts):
        rate = self._say_money(facts.get("rate"))
        proposed = self._say_money(facts.get("proposed"))
        if self.variant == "none":
            return self.env._(
                "The work of %(person)s on %(day)s has no rate.",
                person=self._say_person(),
                day=self._say_day(),
            )
        if self.variant == "raised":
            return self.env._(
                "The rate was raised to %(rate)s; the agreement gives %(proposed)s.",
                rate=rate,
                proposed=proposed,
            )
        return self.env._(
            "The agreement gives no rate of %(proposed)s for %(person)s.",
            proposed=proposed,
            person=self._say_person(),
        )

    def _say_cap(self, facts):
        hours = (self.variant or "").endswith("_hours")
        say = self._say_hours if hours else self._say_money
        kind = (self.variant or "").partition("_")[0]
        words = {"over": say(facts.get("over")), "size": say(facts.get("size"))}
        if kind == "estimate":
            return self.env._(
                "The estimate of %(size)s is passed by %(over)s, and the client was not"
                " told.",
                **words,
            )
        if kind == "package":
            return self.env._(
                "The package of %(size)s is passed by %(over)s, and the client was not"
                " told.",
                **words,
            )
        return self.env._(
            "The cap of %(size)s is passed by %(over)s, and the client was not told.",
            **words,
        )

    def _say_proof(self, facts):
        return self.env._(
            "The cost “%(cost)s” of %(amount)s has no proof attached.",
            cost=self.line_id._get_label() if self.line_id else "",
            amount=self._say_money(facts.get("amount")),
        )

    def _say_old(self, facts):
        # found on a line before it was found once for all of them
        day = facts.get("day")
        words = {"day": format_date(self.env, day) if day else self._say_day()}
        count = facts.get("count", 1)
        if count == 1:
            return self.env._(
                "Work of %(day)s is billed late: the client may not expect it any"
                " more.",
                **words,
            )
        return self.env._(
            "%(count)s entries are billed late, the oldest of them of %(day)s: the"
            " client may not expect them any more.",
            count=count,
            **words,
        )
