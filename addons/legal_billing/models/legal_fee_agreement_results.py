from contextlib import contextmanager
from datetime import timedelta

from odoo import fields, models

from ..engine import fees

QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "legal_preview": True,
}


class LegalFeeAgreement(models.Model):
    """What the same work would be billed under two versions, before one signs."""

    _inherit = "legal.fee.agreement"

    def _compare_results(self, date_to=None):
        """Return what work not billed yet costs under the version before and this one.

        Only what falls from this version's first day on: the rest stays under the
        version before whatever happens. Both figures come from the generation of
        pre-bills itself, run on a matter that is put back afterwards, so they are
        those of the bill to come, caps, packages and minimum fees included.

        :return: {"date_from", "date_to", "rows": [{term, before, after}], "before",
            "after", "left_out": [sentences]}; amounts excluding VAT as Decimals
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: a lawyer lists only his own time; nothing but sums by term leaves.
        version = self.sudo().with_context(**QUIET)
        day = version.date_from
        date_to = date_to or max(day, fields.Date.context_today(self))
        with version._put_back():
            version._free_open_prebills()
            before = version._bill_up_to(day - timedelta(days=1))[0]
        with version._put_back():
            version._free_open_prebills()
            old = version._bill_up_to(date_to)[0]
        with version._put_back():
            version._free_open_prebills()
            version.write({"state": "signed", "signed_on": day})
            version.term_ids.instalment_ids._set_signature_date(day)
            new, left_out = version._bill_up_to(date_to)
        rows = []
        for root in {**old, **new}:
            earlier = before.get(root, fees.ZERO)
            row = {
                "term": root,
                "before": old.get(root, fees.ZERO) - earlier,
                "after": new.get(root, fees.ZERO) - earlier,
            }
            if row["before"] or row["after"]:
                rows.append(row)
        return {
            "date_from": day,
            "date_to": date_to,
            "rows": rows,
            "before": sum((row["before"] for row in rows), fees.ZERO),
            "after": sum((row["after"] for row in rows), fees.ZERO),
            "left_out": left_out,
        }

    @contextmanager
    def _put_back(self):
        """Undo everything done inside, in the database and in memory."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def _free_open_prebills(self):
        """Count the work on a pre-bill that is no invoice yet as unbilled."""
        self.env["legal.prebill"].search(
            [
                ("matter_id", "=", self.matter_id.id),
                ("state", "in", ("draft", "in_review", "approved")),
            ]
        ).filtered(lambda p: not p.move_ids).write(
            {"state": "cancelled", "is_held": False}
        )

    def _bill_up_to(self, date_to):
        """Return ({root term: amount}, sentences about what was left out)."""
        Prebill = self.env["legal.prebill"]
        matter = self.matter_id
        sources = Prebill._gather_sources(matter, date_to)[matter]
        # Costs are the same under any version.
        sources.costs = []
        if not sources.agreement or sources.open_prebill:
            return {}, []
        prebill, left_out = Prebill._generate(matter, date_to, sources)
        amounts = {}
        for line in prebill.line_ids:
            root = line.term_id.root_id
            amounts[root] = amounts.get(root, fees.ZERO) + fees.to_decimal(line.amount)
        return amounts, left_out

    def action_compare_results(self):
        """Show both results in a window, nothing written."""
        self.ensure_one()
        return self.env["legal.fee.agreement.results"]._open_for(self)
