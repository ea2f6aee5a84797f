from odoo import models

from ..engine import anomalies, fees


class LegalPrebill(models.Model):
    """The checks: each hands the engine what it reads and what the firm set."""

    _inherit = "legal.prebill"

    def _check_secrecy(self, case):
        company = self.company_id
        matters = case.lines.matter_id
        return anomalies.find_breaches(
            case.works,
            self.env["legal.prebill.word"]._get_phrases(company, "secrecy"),
            self._get_client_names(company),
            self._get_matter_numbers(company),
            self._get_named_parties(matters),
        )

    def _check_internal(self, case):
        phrases = self.env["legal.prebill.word"]._get_phrases(
            self.company_id, "internal"
        )
        return anomalies.find_phrases(case.works, phrases, "internal")

    def _check_vague(self, case):
        return anomalies.find_vague(
            case.works,
            case.checks["vague"].shortest_characters,
            self.env["legal.prebill.word"]._get_phrases(self.company_id, "vague"),
        )

    def _check_duplicate(self, case):
        check = case.checks["duplicate"]
        return anomalies.find_duplicates(
            case.works, case.others, check.same_minutes, check.same_percent / 100
        )

    def _check_overlap(self, case):
        return anomalies.find_overlaps(case.works, case.others)

    def _check_off_team(self, case):
        return anomalies.find_off_team(case.works)

    def _check_odd_hours(self, case):
        longest = fees.to_decimal(case.checks["odd_hours"].longest_entry_hours)
        return anomalies.find_odd_hours(case.works, longest)

    def _check_long_day(self, case):
        longest = fees.to_decimal(case.checks["long_day"].longest_day_hours)
        return anomalies.find_long_days(case.works, case.all_others, longest)

    def _check_rest_day(self, case):
        return anomalies.find_rest_days(case.works)

    def _check_block(self, case):
        check = case.checks["block"]
        return anomalies.find_blocks(
            case.works,
            self.env["legal.prebill.word"]._get_acts(self.company_id),
            check.most_acts,
            fees.to_decimal(check.acts_from_hours),
        )

    def _check_rate(self, case):
        return anomalies.find_rates(case.works)

    def _check_cap(self, case):
        return anomalies.find_ceilings(self._get_ceilings())

    def _check_proof(self, case):
        amount = fees.to_decimal(case.checks["proof"].proof_from_amount)
        return anomalies.find_unproven(case.expenses, amount)

    def _check_old(self, case):
        return anomalies.find_old(
            case.works, case.until, case.checks["old"].oldest_days
        )

    def _get_ceilings(self):
        """Return what was announced to the clients of these pre-bills, and its use."""
        agreements = self.agreement_id
        told = {
            (event.agreement_id.id, event.term_id.id)
            for event in self.env["legal.cap.event"].search(
                [
                    ("agreement_id", "in", agreements.ids),
                    ("threshold", ">=", 100),
                    ("state", "not in", ("new", "prepared")),
                ]
            )
        }
        bills = {prebill.agreement_id.id: prebill.id for prebill in self}
        return [
            anomalies.Ceiling(
                bills[state.agreement.id],
                state.term.id or 0,
                f"{state.kind}_{state.unit}",
                state.pace.size,
                state.pace.over,
                (state.agreement.id, state.term.id) in told,
            )
            for state in agreements._get_cap_states()
        ]
