from collections import defaultdict

from odoo import fields, models

from .legal_money_category import SECTIONS
from .legal_prebill_allowance import ALLOWANCES
from .legal_prebill_line import DECISIONS_THAT_LOSE_VALUE

#: kinds that are no part of what the work is billed
OUTSIDE = ("provision",)
MOVES = ("entry_move", "cost_move")


class LegalPrebill(models.Model):
    """The pre-bill beside what was proposed: each change, by whom and why.

    For the firm alone. What the client reads is the bill itself.
    """

    _inherit = "legal.prebill"

    def get_redline(self):
        """Return the pre-bill with tracked changes, as plain values.

        A fixed number of queries, whatever the number of lines.

        :return dict: ``sections`` of ``lines``, each with ``status`` (``same``,
            ``changed``, ``given_up``, ``postponed``, ``moved``, ``added``, ``removed``,
            ``derived``) and a ``{"old", "new", "is_changed"}`` for each of
            narrative, hours, rate and amount; ``acts``, the latest first; ``totals``,
            from what was proposed to what is billed. Amounts exclude VAT
        """
        self.ensure_one()
        self.check_access("read")
        revisions = self._get_revisions()
        lines = self._get_redline_lines(revisions)
        titles = self.env["legal.money.category"]._get_section_titles()
        sections = []
        for code, _label in SECTIONS:
            own = [line for line in lines if line["section"] == code]
            if own:
                sections.append(
                    {
                        "code": code,
                        "title": titles[code],
                        "lines": own,
                        "old": self._round_sum(li["amount"]["old"] for li in own),
                        "new": self._round_sum(li["amount"]["new"] for li in own),
                    }
                )
        return {
            "id": self.id,
            "name": self.name,
            "matter": self.matter_id.display_name,
            "state": self.state,
            "currency_id": self.currency_id.id,
            "sections": sections,
            "acts": self._get_redline_acts(revisions),
            "totals": self._get_redline_totals(lines),
        }

    def _get_revisions(self):
        """Return the revisions, the earliest first, all read at once."""
        return self.env["legal.prebill.revision"].search(
            [("prebill_id", "=", self.id)], order="id"
        )

    def _round_sum(self, amounts):
        return self.currency_id.round(sum(amounts))

    # -- lines -----------------------------------------------------------------------

    def _get_redline_lines(self, revisions):
        by_line = revisions.grouped("line_id")
        derived = (self.proposal or {}).get("derived", [])
        proposed = {row[0]: row[1:] for row in derived}
        all_lines = self.with_context(active_test=False).line_ids
        rows = []
        for line in all_lines.sorted(
            lambda li: (li.section_rank, li.kind_rank, li.date, li.id)
        ):
            own = by_line.get(line, revisions.browse())
            moved = own.filtered(lambda r: r.field_name in MOVES and not r.is_undone)
            if (line.active or moved) and line.kind not in OUTSIDE:
                old = None
                if line.is_derived and self.proposal:
                    old = proposed.pop(line.id, [None, None, 0.0])[2]
                rows.append(line._get_redline_row(own, moved, old))
        rows += [
            self._get_gone_row(label, section, amount)
            for label, section, amount in proposed.values()
            if amount
        ]
        rows += [
            self._get_gone_row(one.label, "fees", -one.amount_change, one)
            for one in revisions.filtered(lambda r: r.field_name == "line")
        ]
        return rows

    def _get_gone_row(self, label, section, amount, revision=None):
        """Return a line that was proposed and is no more."""
        return {
            "id": False,
            "section": section,
            "kind": "removed" if revision else "derived",
            "status": "removed" if revision else "derived",
            "date": False,
            "who": "",
            "grade": "",
            "explanation": "",
            "narrative": _pair(label, "", True),
            "hours": _pair(0.0, 0.0),
            "rate": _pair(0.0, 0.0),
            "amount": _pair(amount, 0.0, True),
            "decision": False,
            "tags": [],
            "reason_id": False,
            "reason": "",
            "shown_under": "",
            "by": [revision._describe()] if revision else [],
        }

    # -- acts ------------------------------------------------------------------------

    def _get_redline_acts(self, revisions):
        """Return what people did, act by act, the latest first."""
        acts = []
        for batch, rows in revisions.grouped("batch").items():
            first = rows[0]
            told = rows.filtered(lambda row: not row.is_technical)
            acts.append(
                {
                    "batch": batch,
                    "act": first.act,
                    "label": first._get_act_label(),
                    "who": first.user_id.name,
                    "user_id": first.user_id.id,
                    "date": fields.Datetime.to_string(first.date),
                    "reason": ", ".join(rows.reason_id.mapped("name")),
                    "note": first.note or "",
                    "amount_change": self._round_sum(rows.mapped("amount_change")),
                    "is_undone": first.is_undone,
                    "undoes": first.undoes_batch or False,
                    "line_ids": rows.line_id.ids,
                    "changes": [row._describe() for row in told],
                }
            )
        return acts[::-1]

    # -- totals ------------------------------------------------------------------------

    def _get_redline_totals(self, lines):
        """Return the way from what was proposed to what is billed; it adds up."""
        parts = defaultdict(float)
        for line in lines:
            change = line["amount"]["new"] - line["amount"]["old"]
            parts[self._get_change_part(line, change)] += change
        labels = self._get_part_labels()
        steps = [
            {
                "kind": kind,
                "reason_id": reason_id,
                "label": label or labels[kind],
                "amount": self.currency_id.round(amount),
            }
            for (kind, reason_id, label), amount in parts.items()
            if kind and not self.currency_id.is_zero(amount)
        ]
        order = list(labels)
        steps.sort(key=lambda s: (order.index(s["kind"]), s["amount"]))
        return {
            "proposed": self._round_sum(line["amount"]["old"] for line in lines),
            "billed": self._round_sum(line["amount"]["new"] for line in lines),
            "steps": steps,
            "lost": [step for step in steps if step["kind"] == "lost"],
            "standard": self.amount_standard,
            "fees": self.amount_fees,
            "writeoff": self.amount_writeoff,
            "realisation": self.realisation_percent,
        }

    def _get_change_part(self, line, change):
        if not change:
            return (False, False, "")
        if line["status"] in ("moved", "postponed", "removed"):
            return (line["status"], False, "")
        if line["reason_id"] and change < 0:
            return ("lost", line["reason_id"], line["reason"])
        if line["status"] == "derived":
            return ("derived", False, "")
        return ("raised", False, "") if change > 0 else ("lost", False, "")

    def _get_part_labels(self):
        _ = self.env._
        return {
            "lost": _("Without a reason"),
            "postponed": _("Postponed"),
            "moved": _("Moved to another matter"),
            "removed": _("Taken off"),
            "derived": _("Caps, agreed discounts and percentages follow"),
            "raised": _("Written up"),
        }


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    def _get_redline_row(self, revisions, moved, derived):
        """Return one line beside what was proposed.

        :param revisions: its own, the earliest first
        :param moved: the revision that took it to another matter, if any
        :param derived: what was proposed of a line worked out from others
        """
        self.ensure_one()
        is_time = self.kind == "time"
        words = revisions.filtered(lambda r: r.field_name == "narrative")[:1]
        added = revisions.filtered(
            lambda r: r.field_name == "active" and not r.old_raw["value"]
        )
        added = added.filtered(lambda r: r.act != "undo")
        old_words = words.old_raw["value"] if words else self.narrative
        if added:
            old_words = ""
        old = self.amount_proposed if derived is None else derived
        new = self._get_billed()
        status = self._get_redline_status(moved, derived is not None, old, new)
        standing = revisions.filtered(
            lambda r: not r.is_technical and r.act != "undo" and not r.is_undone
        )
        hours = (self.hours_proposed, self.hours) if is_time else (0.0, 0.0)
        rate = (self.rate_proposed, self.rate) if is_time else (0.0, 0.0)
        narrative = _pair(old_words or "", self.narrative or "")
        pairs = [_pair(*hours), _pair(*rate), _pair(old, new), narrative]
        if status == "same" and any(pair["is_changed"] for pair in pairs):
            status = "added" if added else "changed"
        return {
            "id": self.id,
            "section": self.section,
            "kind": self.kind,
            "status": status,
            "date": fields.Date.to_string(self.date),
            # sudo: names of colleagues, whoever may read HR data
            "who": self.employee_id.sudo().name or "",
            "grade": self.grade_id.name or "",
            "explanation": self.explanation or "",
            "narrative": narrative,
            "hours": pairs[0],
            "rate": pairs[1],
            "amount": pairs[2],
            "decision": self.decision,
            "tags": self._get_redline_tags(moved, added),
            "reason_id": self.reason_id.id,
            "reason": self.reason_id.name or "",
            "shown_under": self.presentation_group
            or (self.merged_into_id and self.merged_into_id._get_label())
            or "",
            "by": [one._describe() for one in standing],
        }

    def _get_redline_status(self, moved, is_derived, old, new):
        if moved:
            return "moved"
        if self.decision == "postpone":
            return "postponed"
        if self.decision == "write_off":
            return "given_up"
        if is_derived and (self.kind in ALLOWANCES or self.decision == "bill"):
            changed = self.currency_id.compare_amounts(old, new)
            return "derived" if changed else "same"
        same = self.decision == "bill" and not self.currency_id.compare_amounts(
            old, new
        )
        return "same" if same else "changed"

    def _get_redline_tags(self, moved, added):
        """Return what was decided and why, in few words."""
        tags = []
        if added:
            tags.append(
                self.env._("Part of a divided entry")
                if added[0].act == "split"
                else self.env._("Added")
            )
        if moved:
            tags.append(self.env._("Moved to %(matter)s", matter=moved[-1].new_value))
        elif self.decision != "bill":
            labels = self._fields["decision"]._description_selection(self.env)
            tags.append(dict(labels)[self.decision])
        elif self.currency_id.compare_amounts(self.amount, self.amount_proposed) > 0:
            if self.kind == "time":
                tags.append(self.env._("Written up"))
        gives_up = self.decision in DECISIONS_THAT_LOSE_VALUE
        if self.reason_id and (gives_up or self.kind in ALLOWANCES):
            tags.append(self.reason_id.name)
        return tags


class LegalPrebillRevision(models.Model):
    _inherit = "legal.prebill.revision"

    def _describe(self):
        """Return one change as plain values."""
        self.ensure_one()
        return {
            "id": self.id,
            "batch": self.batch,
            "act": self.act,
            "line_id": self.line_id.id,
            "label": self.label or "",
            "field": self.field_name,
            "what": self.field_label,
            "old": self.old_value or "",
            "new": self.new_value or "",
            "who": self.user_id.name,
            "date": fields.Datetime.to_string(self.date),
            "reason": self.reason_id.name or "",
            "note": self.note or "",
            "amount_change": self.amount_change,
            "is_undone": self.is_undone,
        }

    def _get_act_label(self):
        self.ensure_one()
        return dict(self._fields["act"]._description_selection(self.env))[self.act]


def _pair(old, new, is_changed=None):
    if is_changed is None:
        same = (
            round(old - new, 6) == 0
            if isinstance(old, float) and isinstance(new, float)
            else (old or "") == (new or "")
        )
        is_changed = not same
    return {"old": old, "new": new, "is_changed": is_changed}
