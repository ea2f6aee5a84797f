from odoo import api, models
from odoo.tools import format_date

from .account_move_print import format_hours


class LegalPrebill(models.Model):
    """What the agreement does not allow to bill, said when a pre-bill is made."""

    _inherit = "legal.prebill"

    @api.model
    def _get_left_out(self, matter, sources):
        return [
            *super()._get_left_out(matter, sources),
            *self._get_withdrawal_warnings(matter, sources),
            *self._get_rate_warnings(matter, sources),
        ]

    @api.model
    def _get_withdrawal_warnings(self, matter, sources):
        """Name work done while the client could withdraw, which he did not ask for."""
        warnings = []
        for agreement in sources.agreements:
            until = agreement.withdrawal_until
            if not until or agreement.has_early_start_request:
                continue
            early = [
                entry
                for entry in sources.entries
                if agreement._holds_on(entry.date) and entry.date <= until
            ]
            if early:
                warnings.append(
                    self.env._(
                        "%(hours)s on %(matter)s was worked up to %(day)s, while the"
                        " client could withdraw, without the client asking for it: it"
                        " cannot be billed, write it off or have the request in"
                        " writing.",
                        hours=format_hours(sum(e.hours_billable for e in early)),
                        matter=matter.matter_number,
                        day=format_date(self.env, until),
                    )
                )
        return warnings

    @api.model
    def _get_rate_warnings(self, matter, sources):
        """Name hours at a rate that an agreement with its own rates does not give."""
        warnings = []
        for agreement in sources.agreements:
            hourly = agreement.term_ids.filtered(lambda term: term.kind == "hourly")
            agreed = hourly.rate_ids.rate_id
            if not agreed:
                continue
            others = [
                entry
                for entry in sources.entries
                if agreement._holds_on(entry.date)
                and entry.hours_billable
                and entry.rate_id not in agreed
                and any(term._takes(entry) for term in hourly if not term.blended_rate)
            ]
            if others:
                warnings.append(
                    self.env._(
                        "%(hours)s on %(matter)s is at a rate that %(agreement)s does"
                        " not give: have an amendment signed or change the rate.",
                        hours=format_hours(sum(e.hours_billable for e in others)),
                        matter=matter.matter_number,
                        agreement=agreement.name,
                    )
                )
        return warnings
