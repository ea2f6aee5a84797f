from odoo import api, models

from odoo.addons.legal_timesheet.engine.durations import (
    format_duration,
    minutes_from_hours,
)


class LegalPrebillLine(models.Model):
    """Why the rate of a line on a pre-bill: that of its entry, or the reviewer's."""

    _inherit = "legal.prebill.line"

    @api.readonly
    def legal_explain_rate(self):
        """Return why this line has its rate; see the entry's own explanation."""
        self.ensure_one()
        self.check_access("read")
        return self._legal_explain_rates()

    def _legal_explain_rates(self):
        """Return one explanation for each line that stands for hours."""
        return [
            line._legal_explain_line()
            # sudo: the caller may read the line, and so what its hours cost and why
            for line in self.sudo()
            if line.entry_id
        ]

    def _legal_explain_line(self):
        self.ensure_one()
        currency = self.currency_id
        explained = self.entry_id._legal_explain_rate()
        explained["hours"] = self.env._(
            "%(hours)s, that is %(amount)s",
            hours=format_duration(minutes_from_hours(self.hours)),
            amount=currency.format(self.amount),
        )
        notes = explained["notes"]
        if currency.compare_amounts(self.rate, self.rate_proposed):
            notes.insert(
                0,
                self.env._(
                    "The reviewer of the pre-bill chose %(rate)s instead of"
                    " %(proposed)s per hour.",
                    rate=currency.format(self.rate),
                    proposed=currency.format(self.rate_proposed),
                ),
            )
            explained["rate"] = self.env._("%s per hour", currency.format(self.rate))
        elif currency.compare_amounts(self.rate, self.entry_id.rate):
            notes.insert(
                0,
                self.env._(
                    "The fee agreement charges %(rate)s per hour here (%(term)s).",
                    rate=currency.format(self.rate),
                    term=self.term_id.name,
                ),
            )
            explained["rate"] = self.env._("%s per hour", currency.format(self.rate))
        return explained


class AccountMoveLine(models.Model):
    """Why the rate of an invoice line: the rates behind it, with their hours."""

    _inherit = "account.move.line"

    @api.readonly
    def legal_explain_rate(self):
        """Return the rates behind this line, each with its hours.

        The pre-bill lines are searched with the rights of the reader: the wall of
        the matter stands, an accountant outside of it is told nothing.
        """
        self.ensure_one()
        self.check_access("read")
        lines = self.env["legal.prebill.line"].search(
            [("invoice_line_ids", "in", self.ids), ("entry_id", "!=", False)]
        )
        by_rate = {}
        for line in lines:
            # sudo: the lines were found with the reader's rights
            entry = line.sudo().entry_id
            key = (line.rate, line.rate_proposed, entry.rate, entry.rate_id.id)
            by_rate.setdefault(key, []).append(line)
        return [self._legal_explain_group(lines) for lines in by_rate.values()]

    def _legal_explain_group(self, lines):
        """Return one explanation for the hours of one rate."""
        lines = lines[0].union(*lines)
        [explained] = lines[0]._legal_explain_rates()
        currency = lines.currency_id
        explained["hours"] = self.env._(
            "%(hours)s, that is %(amount)s",
            hours=format_duration(minutes_from_hours(sum(lines.mapped("hours")))),
            amount=currency.format(sum(lines.mapped("amount"))),
        )
        if len(lines) > 1:
            explained["title"] = self.env._(
                "%(count)s entries, the first: %(title)s",
                count=len(lines),
                title=explained["title"],
            )
        return explained
