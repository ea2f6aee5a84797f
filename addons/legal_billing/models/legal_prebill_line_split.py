from odoo import models
from odoo.exceptions import UserError

from ..engine import adjust, fees, split
from .account_move_print import format_hours

#: less than a second: hours of a third come as floats
NOTHING = fees.Decimal("0.0002")


class LegalPrebillLine(models.Model):
    """Dividing one entry of time in parts that are decided each by itself.

    The time entry is divided, not only what is shown of it: a part may then be
    postponed, moved to another matter or written off, and each entry still has one
    line and one status. Only the reviewer's figures could be lost by this, so a line
    is divided as it was proposed.
    """

    _inherit = "legal.prebill.line"

    def split_entry(self, parts, note=None):
        """Divide the line and its time entry; the sums stay exact.

        :param parts: hours of each part, or ``{"hours": …, "narrative": …}``
        :return list: ids of the lines, the first is this one
        """
        self.ensure_one()
        self._check_may_decide()
        self._check_are_time()
        self._check_is_as_proposed()
        parts = [one if isinstance(one, dict) else {"hours": one} for one in parts]
        hours = self._get_part_hours(parts)
        with self._as_act("split", note=note) as line:
            new = line._divide(hours)
            for one, part in zip(line | new, parts, strict=True):
                if part.get("narrative"):
                    one.narrative = part["narrative"]
            return (line | new).ids

    def _check_is_as_proposed(self):
        self.ensure_one()
        same = self.currency_id.compare_amounts(self.amount, self.amount_proposed) == 0
        if self.decision != "bill" or self.hours != self.hours_proposed or not same:
            raise UserError(
                self.env._(
                    "The line “%(line)s” of %(prebill)s was changed: restore it as"
                    " proposed, then divide it.",
                    line=self._get_label(),
                    prebill=self.prebill_id.display_name,
                )
            )

    def _get_part_hours(self, parts):
        """Return the Decimal hours of the parts; the last takes what is left."""
        whole = fees.to_decimal(self.hours)
        hours = [fees.to_decimal(part["hours"]) for part in parts]
        if len(hours) < 2 or abs(sum(hours) - whole) > NOTHING or min(hours) <= 0:
            raise self._make_parts_error(sum(hours))
        hours[-1] = whole - sum(hours[:-1])
        return hours

    def _make_parts_error(self, hours):
        return UserError(
            self.env._(
                "The parts of “%(line)s” make %(parts)s and the line has %(whole)s:"
                " give two parts or more that make the whole.",
                line=self._get_label(),
                parts=format_hours(float(hours)) or "0",
                whole=format_hours(self.hours),
            )
        )

    def _divide(self, hours):
        """Divide line and entry; return the new lines."""
        quantum = fees.to_decimal(self.currency_id.rounding)
        # sudo: see account.analytic.line._keep
        entry = self.entry_id
        kept = entry.sudo()._keep()
        shares = self._share_out(hours, quantum)
        try:
            others = entry._divide(hours)
        except adjust.PartsDiffer:
            raise self._make_parts_error(sum(hours)) from None
        new = self.browse()
        for other, values in zip(others, shares[1:], strict=True):
            new |= self.copy({**values, "entry_id": other.id, "active": True})
        self.write(shares[0])
        self._get_act().rows.append(
            {
                **self._prepare_revision(self._get_act(), 0.0),
                "field_name": "entry_split",
                "old_value": format_hours(float(sum(hours))),
                "new_value": " + ".join(format_hours(float(one)) for one in hours),
                "old_raw": kept,
                "new_raw": {
                    "entry": entry.id,
                    "others": others.ids,
                    "lines": new.ids,
                },
            }
        )
        return new

    def _share_out(self, hours, quantum):
        """Return the figures of each part; package hours go to the first parts."""
        left = fees.to_decimal(self.hours_package)
        inside = []
        for part in hours:
            inside.append(min(left, part))
            left -= inside[-1]
        beyond = [part - own for part, own in zip(hours, inside, strict=True)]
        amounts = split.by_weights(
            fees.to_decimal(self.amount_proposed),
            beyond if any(beyond) else hours,
            quantum,
        )
        standard = split.by_weights(
            fees.to_decimal(self.amount_standard), hours, quantum
        )
        return [
            {
                "hours": float(part),
                "hours_proposed": float(part),
                "hours_package": float(own),
                "amount_proposed": float(amount),
                "amount_standard": float(worth),
                "amount": float(amount),
            }
            for part, own, amount, worth in zip(
                hours, inside, amounts, standard, strict=True
            )
        ]


class LegalPrebill(models.Model):
    _inherit = "legal.prebill"

    def _undo_entry_split(self, revision):
        """Join the entry and its line again; nothing may have come of the parts."""
        data = revision.new_raw
        lines = self.env["legal.prebill.line"].browse(data["lines"]).exists()
        entry = self.env["account.analytic.line"].browse(data["entry"]).exists()
        # sudo: see account.analytic.line._keep
        others = entry.browse(data["others"]).exists().sudo()
        touched = self.revision_ids.filtered(
            lambda one: (
                one.id > revision.id
                and one.batch != revision.batch
                and one.line_id in lines
                and one.act != "undo"
                and not one.is_undone
            )
        )
        on_it = all(
            line.active and line.prebill_id == self and line.decision != "postpone"
            for line in lines
        )
        if touched or not on_it or len(others) != len(data["others"]) or not entry:
            raise self._make_later_error(touched[-1:] or revision)
        lines.write({"active": False, "entry_id": False})
        entry._join(others.sudo(False), revision.old_raw)
