from odoo import api, models

from ..engine.exceptions import LegalValueGapError


class PrescriptionValues:
    """The periods of the law, read once for a whole batch."""

    def __init__(self, rows):
        self._rows = rows

    def find(self, key, day):
        """Return (number, source) of a value on a day.

        :raise LegalValueGapError: none is recorded for that day
        """
        for row in self._rows.get(key, ()):
            if row[0] <= day and (not row[1] or day <= row[1]) and row[2]:
                return int(row[2]), row[3]
        raise LegalValueGapError(key, day)

    def get_years(self, kind, day):
        key = "consumer" if kind == "consumer" else "default"
        return self.find(f"prescription_{key}_years", day)

    def get_minimum_months(self, day):
        return self.find("prescription_mediation_months", day)[0]


class LegalParameter(models.Model):
    _inherit = "legal.parameter"

    @api.model
    def _get_legal_values(self, prefix):
        """Return {key: [(from, to, value, source)]} of the keys with that prefix."""
        # sudo: published law.
        found = self.sudo().search([("key", "=like", f"{prefix}%")])
        return {
            key: [(r.date_from, r.date_to, r.value, r.source) for r in rows]
            for key, rows in found.grouped("key").items()
        }

    @api.model
    def _get_prescription_values(self):
        return PrescriptionValues(self._get_legal_values("prescription_"))
