from collections import defaultdict

from odoo import fields, models

from ..engine import fees


class AccountAnalyticLine(models.Model):
    """Which term takes a time entry, and whether its package covers it."""

    _inherit = "account.analytic.line"

    fee_term_id = fields.Many2one(
        "legal.fee.term", string="Charged under", compute="_compute_fee_term"
    )
    package_status = fields.Selection(
        [
            ("inside", "Included"),
            ("partly", "Partly included"),
            ("beyond", "Beyond what is included"),
        ],
        string="Package",
        compute="_compute_fee_term",
        help="Whether the fixed fee, the subscription or the cap covers this time.",
    )

    def _compute_fee_term(self):
        """Follow the live pre-bill line; without one, draw unbilled time in order.

        A fixed number of queries for a list of entries.
        """
        self.fee_term_id = self.package_status = False
        # sudo: the agreement is behind the matter's wall, as the entry is; a lawyer
        # lists his own time only, but a package is drawn by everybody's.
        entries_sudo = self.filtered("matter_id").sudo()
        waiting = entries_sudo.browse()
        for entry_sudo in entries_sudo:
            line = entry_sudo.prebill_line_ids.filtered("is_live")[:1]
            if not line:
                waiting |= entry_sudo
                continue
            entry = self.browse(entry_sudo.id)
            entry.fee_term_id = line.term_id.id
            if line.term_id._has_package():
                entry.package_status = _status(line.hours, line.hours_package)
        if not waiting:
            return
        found = waiting._draw_unbilled()
        for entry in self & self.browse(waiting.ids):
            term, status = found.get(entry.id, (False, False))
            entry.fee_term_id = term and term.id
            entry.package_status = status

    def _draw_unbilled(self):
        """Return {entry id: (term, package status)} of the matters' unbilled time."""
        Term = self.env["legal.fee.term"]
        find = Term._get_finder(self.matter_id)
        unbilled = self.search(
            [
                ("matter_id", "in", self.matter_id.ids),
                ("project_id", "!=", False),
                ("is_billable", "=", True),
                ("billing_status", "in", ("draft", "submitted", "approved")),
            ],
            order="date, id",
        )
        found, by_term = {}, defaultdict(list)
        for entry in unbilled | self:
            term = entry.date and find(
                entry.matter_id, entry.activity_code_id, entry.date
            )
            if term:
                found[entry.id] = (term, False)
                if term._has_package():
                    by_term[term].append(entry)
        if by_term:
            terms = Term.union(*by_term)
            billed = defaultdict(dict)
            terms._add_billed_days(billed)
            for term, entries in by_term.items():
                for entry, inside in term._draw(entries, billed[term.root_id.id]):
                    found[entry.id] = (term, _status(entry.hours_billable, inside))
        return found


def _status(hours, inside):
    inside, hours = fees.to_decimal(inside), fees.to_decimal(hours)
    if inside >= hours:
        return "inside"
    return "partly" if inside > 0 else "beyond"
