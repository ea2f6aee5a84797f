from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import adjust, fees
from .legal_prebill_allowance import ALLOWANCES


class LegalPrebillLine(models.Model):
    """What a reviewer does with chosen lines: decide, restore, show together.

    Each public method checks rights and state, is one act, and can be undone by
    ``legal.prebill.undo``. Showing lines together touches how the client reads them
    and nothing else: time entries, amounts and the ledger stay as they are.
    """

    _inherit = "legal.prebill.line"

    active = fields.Boolean(
        default=True,
        readonly=True,
        help="A line that left the pre-bill is kept, so that this can be undone.",
    )
    presentation_group = fields.Char(
        "Shown under",
        help="Lines with the same words here are shown to the client as one line.",
    )
    merged_into_id = fields.Many2one(
        "legal.prebill.line",
        "Shown with",
        index="btree_not_null",
        ondelete="set null",
        help="The line that the client reads instead: the hours add up.",
    )

    # -- deciding ------------------------------------------------------------------

    def act(self, decision, reason_id=None, percent=None, amount=None, note=None):
        """Decide the same for these lines, in one act.

        :param str decision: a value of ``decision``; ``bill`` bills what was proposed
        :param reason_id: needed where value is given up
        :param percent: with ``write_down``, what is taken off each line's proposal
        :param amount: with ``write_down``, what is taken off all of them together, in
            proportion, the cents exact
        :return bool: True
        """
        self._check_may_decide()
        reason = self._get_reason(reason_id)
        with self._as_act("decide", reason, note) as lines:
            if decision == "bill":
                lines._bill_as_proposed()
            elif decision == "write_down":
                lines._write_down(reason, percent, amount)
            else:
                keeps = decision == "postpone"
                lines.write(
                    {
                        "decision": decision,
                        "reason_id": False if keeps else reason.id,
                    }
                )
        return True

    def _bill_as_proposed(self):
        self._write_each(
            {
                line: {
                    "decision": "bill",
                    "hours": line.hours_proposed,
                    "rate": line.rate_proposed,
                    "amount": line.amount_proposed,
                    "reason_id": False,
                }
                for line in self
            }
        )

    def _write_down(self, reason, percent, amount):
        quantum = fees.to_decimal(self.currency_id.rounding or 0.01)
        proposed = [fees.to_decimal(line.amount_proposed) for line in self]
        off = fees.to_decimal(amount)
        if percent:
            off = adjust.percent_of(sum(proposed), fees.to_decimal(percent), quantum)
        try:
            left = adjust.cut(proposed, off, quantum)
        except adjust.AdjustError:
            raise UserError(
                self.env._(
                    "%(off)s cannot be taken off %(total)s on the pre-bill %(prebill)s:"
                    " enter an amount between zero and that.",
                    off=self.currency_id.format(float(off)),
                    total=self.currency_id.format(float(sum(proposed))),
                    prebill=self.prebill_id.display_name,
                )
            ) from None
        self._write_amounts(dict(zip(self, left, strict=True)), reason)

    def _write_amounts(self, amounts, reason):
        """Bill these amounts, as a write-down below what was proposed.

        :param dict amounts: line -> Decimal
        """
        values = {}
        for line, amount in amounts.items():
            amount = float(amount)
            below = line.currency_id.compare_amounts(amount, line.amount_proposed) < 0
            values[line] = {
                "amount": amount,
                "decision": "write_down" if below else "bill",
                "reason_id": reason.id or line.reason_id.id,
            }
        self._write_each(values)

    def _write_each(self, values):
        """Write on each line, those that get the same in one go.

        :param dict values: line -> values
        """
        groups = {}
        for line, vals in values.items():
            groups.setdefault(tuple(vals.items()), self.browse())
            groups[tuple(vals.items())] |= line
        for items, lines in groups.items():
            lines.write(dict(items))

    # -- restoring -----------------------------------------------------------------

    def restore(self, note=None):
        """Give these lines the figures and the words they were proposed with."""
        self._check_may_decide()
        words = self._get_words_proposed()
        with self._as_act("restore", note=note) as lines:
            lines._bill_as_proposed()
            lines._write_each(
                {
                    line: {
                        "narrative": words.get(line.id, line.narrative),
                        "presentation_group": False,
                        "merged_into_id": False,
                    }
                    for line in lines
                }
            )
        return True

    def _get_words_proposed(self):
        """Return {line id: narrative} of those whose words were changed."""
        words = {}
        for revision in self.env["legal.prebill.revision"].search(
            [("line_id", "in", self.ids), ("field_name", "=", "narrative")], order="id"
        ):
            words.setdefault(revision.line_id.id, revision.old_raw["value"])
        return words

    # -- showing together --------------------------------------------------------------

    def group(self, label, note=None):
        """Show these lines to the client as one, under a label; none separates them."""
        self._check_may_decide()
        self._check_are_time()
        label = (label or "").strip() or False
        with self._as_act("group", note=note) as lines:
            lines.write({"presentation_group": label})
        return True

    def merge_with(self, line_ids, narrative=None, note=None):
        """Show other lines of the same person and price with this one, hours added.

        The time entries stay as each person wrote them: what is merged is what the
        client reads. So nothing is lost, each entry keeps its own status, and taking
        the lines apart again is exact.

        :param line_ids: the lines that this one then stands for
        :param narrative: the words of the merged line; else those of all, in order
        """
        self.ensure_one()
        others = self._browse_lines(line_ids) - self
        together = self | others | self._get_merged(self | others)
        together._check_may_decide()
        together._check_are_time()
        keys = {
            (li.prebill_id, li.employee_id, li.grade_id, li.rate) for li in together
        }
        if len(keys) > 1:
            raise UserError(
                self.env._(
                    "These lines of %(prebill)s are not of the same person at the same"
                    " rate: show them together under a label instead.",
                    prebill=self.prebill_id.display_name,
                )
            )
        if not narrative:
            words = [(line.narrative or "").strip() for line in together]
            narrative = "\n".join(dict.fromkeys(filter(None, words)))
        with together._as_act("merge", note=note) as lines:
            main = lines.filtered(lambda line: line.id == self.id)
            main.write({"merged_into_id": False, "narrative": narrative})
            (lines - main).write({"merged_into_id": self.id})
        return True

    def unmerge(self, note=None):
        """Show again each by itself the lines that are shown with these."""
        together = self | self._get_merged(self)
        together._check_may_decide()
        with together._as_act("merge", note=note) as lines:
            lines.write({"merged_into_id": False})
        return True

    @api.model
    def _get_merged(self, mains):
        return mains.prebill_id.line_ids.filtered(lambda li: li.merged_into_id in mains)

    # -- rules -----------------------------------------------------------------------

    def _check_may_decide(self):
        """Refuse whoever may not write here, and pre-bills that were approved."""
        self.check_access("write")
        self.prebill_id._check_may_review(self)
        for line in self:
            if line.kind in ALLOWANCES or not line.active:
                raise UserError(
                    self.env._(
                        "The line “%(line)s” of %(prebill)s follows from the others:"
                        " change these instead.",
                        line=line._get_label(),
                        prebill=line.prebill_id.display_name,
                    )
                )

    def _check_are_time(self):
        for line in self:
            if line.kind != "time":
                raise UserError(
                    self.env._(
                        "The line “%(line)s” of %(prebill)s is no time: only time is"
                        " shown together or divided.",
                        line=line._get_label(),
                        prebill=line.prebill_id.display_name,
                    )
                )

    def _get_reason(self, reason_id):
        """Return the reason of an act, given as an id or as a record."""
        Reason = self.env["legal.writeoff.reason"]
        if isinstance(reason_id, models.BaseModel):
            return reason_id
        return Reason.browse(reason_id or []).exists()

    def _browse_lines(self, line_ids):
        """Return lines given as ids or as records."""
        if isinstance(line_ids, models.BaseModel):
            return line_ids
        return self.browse(line_ids or []).exists()

    # -- what the client reads ---------------------------------------------------------

    def _describe_acts(self):
        """Return the acts that the client reads: one for lines shown together."""
        acts = []
        for key, lines in self._group_shown().items():
            # What one reads of its entry is read for all at once.
            lines = lines.with_prefetch(self._ids)  # noqa: PLW2901
            if len(lines) > 1 or key != lines.id:
                acts.append(lines._describe_together(key))
            else:  # alone, and under no other's name
                acts.append(lines._describe_act())
        return acts

    def _group_shown(self):
        """Return {what names them: lines that the client reads as one act}."""
        shown = {}
        for line in self:
            key = line.presentation_group or (line.merged_into_id or line).id
            shown.setdefault(key, self.browse())
            shown[key] |= line
        return shown

    def _describe_together(self, key):
        """Return several lines as one act: hours and amounts added up."""
        ordered = self.sorted(lambda line: (line.date, line.id))
        main = self.browse(key) if isinstance(key, int) else ordered[:1]
        described = [line._describe_act() for line in ordered]
        rates = {act["rate"] for act in described}
        people = [act["who"] for act in described]
        grades = {act["grade"] for act in described}
        amount = self.prebill_id[:1].currency_id.round(
            sum(act["amount"] for act in described)
        )
        package = sum(act["hours_package"] for act in described)
        return {
            **described[0],
            "id": main.id,
            "date": main.date,
            "narrative": main.narrative or "" if main.id == key else key,
            "who": ", ".join(dict.fromkeys(filter(None, people))),
            "grade": grades.pop() if len(grades) == 1 else "",
            "hours": sum(act["hours"] for act in described),
            "hours_package": package,
            "rate": rates.pop() if len(rates) == 1 else 0.0,
            "amount": amount,
            "is_package": bool(package) and not amount,
            "is_no_charge": all(act["is_no_charge"] for act in described),
        }
