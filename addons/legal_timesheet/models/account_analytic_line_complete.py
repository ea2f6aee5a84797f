from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

#: a list longer than this is read by nobody
COMPLETIONS = 6


class AccountAnalyticLine(models.Model):
    """Completion of the word being typed in a quick entry."""

    _inherit = "account.analytic.line"

    @api.model
    def _legal_quick_complete(self, line, caret, parts):
        """Return ``[{kind, label, detail, text, start, stop}]``: what may stand for
        the word at the caret, and the part of the line that it replaces."""
        line = line or ""
        caret = min(max(int(caret), 0), len(line))
        start = max(line.rfind(" ", 0, caret), line.rfind("\u00a0", 0, caret)) + 1
        word = line[start:caret]
        place = {"start": start, "stop": caret}
        return [
            {**found, **place}
            for found in self._legal_complete(word, parts)
            if found["text"] != word
        ]

    @api.model
    def _legal_complete(self, word, parts):
        Matter = self.env["legal.matter"]
        if word.startswith("#"):
            return self._legal_complete_activity(word[1:])
        if word.startswith("@@"):
            matters = Matter._find_by_client(word[2:], COMPLETIONS) if word[2:] else ()
            return [self._legal_complete_matter(matter) for matter in matters]
        if word.startswith("@"):
            return self._legal_complete_day(word[1:].lower())
        if parts["matter"] or len(word) < 2:
            return []
        return [
            self._legal_complete_matter(matter)
            for matter in Matter._find_by_words(word, COMPLETIONS)
        ]

    @api.model
    def _legal_complete_matter(self, matter):
        return {
            "kind": "matter",
            "label": matter.display_name,
            "detail": matter.partner_id.name or "",
            "text": matter.matter_number,
        }

    @api.model
    def _legal_complete_activity(self, word):
        return [
            {
                "kind": "activity",
                "label": activity.name,
                "detail": f"#{activity.code}",
                "text": f"#{activity.code}",
            }
            for activity in self._legal_quick_activities(word)[: 2 * COMPLETIONS]
        ]

    @api.model
    def _legal_complete_day(self, word):
        today = fields.Date.context_today(self)
        days = {"hier": 1, "avant-hier": 2}
        for back in range(3, 8):
            day = today - timedelta(days=back)
            # the engine reads French names of days, whatever the language
            days[format_date(self.env, day, "fr_FR", "EEEE")] = back
        return [
            {
                "kind": "day",
                "label": format_date(
                    self.env, today - timedelta(days=back), date_format="EEEE d MMMM"
                ),
                "detail": f"@{name}",
                "text": f"@{name}",
            }
            for name, back in days.items()
            if name.startswith(word)
        ][:COMPLETIONS]
