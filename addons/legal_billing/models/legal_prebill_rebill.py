from odoo import api, models
from odoo.exceptions import UserError


class LegalPrebill(models.Model):
    """Billing again what a credit note gave back."""

    _inherit = "legal.prebill"

    def _get_billed_lines(self):
        lines = super()._get_billed_lines()
        if gone := self.env.context.get("legal_lines_gone"):
            lines = lines.filtered(lambda line: line.id not in gone)
        return lines

    def _get_allowances_without(self, gone):
        """Return {(term, key): amount} of what follows from the lines that stay.

        Discounts, caps and expenses in per cent are worked out by the very rule that
        made them, so a credit note gives back what these hours really cost.

        :param gone: pre-bill lines that are credited
        """
        self.ensure_one()
        prebill = self.with_context(legal_lines_gone=frozenset(gone.ids))
        return {
            (one.term, one.key): float(one.amount)
            for one in prebill._get_derived()
            if one.kind != "minimum"
        }

    @api.model
    def _rebill(self, lines):
        """Make the pre-bills of what credit notes gave back, a matter each.

        :param lines: pre-bill lines that are not live any more
        :return: the new pre-bills
        :raise UserError: a matter has another pre-bill open, or nothing is free
        """
        prebills = self.browse()
        for matter, own in lines.grouped("matter_id").items():
            prebills |= self._rebill_matter(matter, own)
        return prebills

    @api.model
    def _rebill_matter(self, matter, lines):
        date_to = max(lines.prebill_id.mapped("date_to"))
        sources = self._gather_sources(matter, date_to)[matter]
        if sources.open_prebill:
            raise UserError(
                self.env._(
                    "%(matter)s already has the open pre-bill %(prebill)s: finish or"
                    " cancel it, then bill again what was credited.",
                    matter=matter._neutral_label(),
                    prebill=sources.open_prebill.name,
                )
            )
        sources.entries = [e for e in sources.entries if e in lines.entry_id]
        sources.costs = [c for c in sources.costs if c in lines.cost_id]
        sources.instalments = [
            i for i in sources.instalments if i in lines.instalment_id
        ]
        sources.outcomes = [o for o in sources.outcomes if o in lines.outcome_id]
        prebill, warnings = self._generate(matter, date_to, sources)
        if not prebill:
            raise UserError(
                self.env._(
                    "Nothing that the credit note gave back on %(matter)s can be"
                    " billed now. %(why)s",
                    matter=matter._neutral_label(),
                    why="\n".join(warnings),
                )
            )
        prebill._keep_wording(lines)
        if warnings:
            prebill.message_post(body="\n".join(warnings))
        return prebill

    def _keep_wording(self, credited):
        """Say the work as the reviewer had worded it on the credited bill."""
        self.ensure_one()
        words = {
            source: line.narrative
            for line in credited
            if (source := line.entry_id or line.cost_id)
        }
        for line in self.line_ids:
            narrative = words.get(line.entry_id or line.cost_id)
            if narrative and narrative != line.narrative:
                line._set_figures({"narrative": narrative})

    def action_view_rebilled(self):
        """Open these pre-bills."""
        action = {
            "type": "ir.actions.act_window",
            "res_model": "legal.prebill",
            "name": self.env._("Pre-bills"),
            "view_mode": "list,form",
            "domain": [("id", "in", self.ids)],
        }
        if len(self) == 1:
            action.update(view_mode="form", res_id=self.id)
        return action
