from odoo import fields, models
from odoo.tools import format_date, format_datetime
from odoo.tools.misc import formatLang

from .account_move_print import _plain_spaces, format_hours

#: lines struck from one end to the other
STRUCK = ("given_up", "postponed", "moved", "removed")
#: told beside: the reason stands with the act
UNTOLD = ("reason_id", "discount_reason_id")


class LegalPrebill(models.Model):
    """What the printed redline shows, as plain values. Never for the client."""

    _inherit = "legal.prebill"

    def _legal_get_redline_print_values(self):
        self.ensure_one()
        _ = self.env._
        redline = self.get_redline()
        totals = redline["totals"]
        return {
            "title": _("Changes to the pre-bill %(number)s", number=self.name),
            "firm": self.company_id._legal_get_letterhead(),
            "meta": self._legal_get_print_meta(),
            "notice": _("internal document, not for the client"),
            "box": {
                "old": self._legal_format_money(totals["proposed"]),
                "new": self._legal_format_money(totals["billed"]),
                "label": _("billed, excl. VAT"),
            },
            "sections": [self._legal_format_section(s) for s in redline["sections"]],
            "steps": self._legal_get_redline_steps(totals),
            "figures": self._legal_get_print_figures(),
            "acts": [self._legal_format_redline_act(act) for act in redline["acts"]],
            "words": {
                "date": _("Date"),
                "act": _("Work done"),
                "who": _("By"),
                "hours": _("Time"),
                "rate": _("Rate excl. VAT"),
                "billed": _("Billed"),
                "history": _("What was done"),
                "nothing": _("Nothing was changed: it is billed as it was proposed."),
                "when": _("When"),
                "what": _("What"),
                "effect": _("Effect excl. VAT"),
                "undone": _("undone since"),
            },
        }

    def _get_redline_file_name(self):
        self.ensure_one()
        name = self.env._("%(prebill)s changes", prebill=self.name)
        return name.replace("/", "-")

    def _legal_format_section(self, section):
        return {
            "title": section["title"],
            "rows": [self._legal_format_redline_row(row) for row in section["lines"]],
            "subtotal_label": self.env._(
                "Subtotal %(section)s", section=section["title"].lower()
            ),
            "old": self._legal_format_money(section["old"]),
            "new": self._legal_format_money(section["new"]),
            "is_changed": section["old"] != section["new"],
        }

    def _legal_format_redline_row(self, row):
        is_struck = row["status"] in STRUCK or not (
            row["narrative"]["new"] or row["amount"]["new"]
        )
        last = row["by"][-1:] and row["by"][-1]
        return {
            "date": format_date(self.env, row["date"]) if row["date"] else "",
            "is_struck": is_struck,
            "is_changed": row["status"] != "same",
            "old": row["narrative"]["old"] if row["narrative"]["is_changed"] else "",
            "narrative": row["narrative"]["new"] or row["narrative"]["old"],
            "is_gone": not row["narrative"]["new"],
            "who": row["who"],
            "grade": row["grade"],
            "hours": self._legal_format_pair(row["hours"], format_hours),
            "rate": self._legal_format_pair(row["rate"], self._legal_format_figure),
            "amount": self._legal_format_pair(
                row["amount"],
                self._legal_format_figure,
                empty=self._legal_format_figure(0.0),
            ),
            "tags": row["tags"],
            "under": row["shown_under"]
            and self.env._("shown with “%(words)s”", words=row["shown_under"]),
            "by": last
            and self.env._(
                "%(who)s, %(when)s",
                who=last["who"],
                when=self._legal_format_moment(last["date"]),
            ),
            "notes": list(
                dict.fromkeys(one["note"] for one in row["by"] if one["note"])
            ),
        }

    def _legal_format_pair(self, pair, say, empty=""):
        """Return both values in words; nothing is ``empty``."""
        old, new = (say(pair[key]) if pair[key] else empty for key in ("old", "new"))
        return {"old": old if pair["is_changed"] and pair["old"] else "", "new": new}

    def _legal_format_figure(self, amount):
        return _plain_spaces(formatLang(self.env, amount + 0.0, digits=2))

    def _legal_format_moment(self, moment):
        return format_datetime(
            self.env, fields.Datetime.to_datetime(moment), dt_format="short"
        )

    def _legal_get_redline_steps(self, totals):
        _ = self.env._
        rows = [(_("Proposed, excl. VAT"), totals["proposed"], "")]
        rows += [(step["label"], step["amount"], "step") for step in totals["steps"]]
        rows.append((_("Billed, excl. VAT"), totals["billed"], "total"))
        return [
            {"label": label, "amount": self._legal_format_money(amount), "kind": kind}
            for label, amount, kind in rows
        ]

    def _legal_format_redline_act(self, act):
        lines = {}
        for change in act["changes"]:
            if change["field"] in UNTOLD:
                continue
            # the words themselves are in the table above
            told = change["field"] != "narrative"
            lines.setdefault((change["line_id"], change["label"]), []).append(
                {
                    "what": change["what"],
                    "old": change["old"] if told else "",
                    "new": change["new"] if told else "",
                }
            )
        changes = [
            {"label": label, "values": values}
            for (_line, label), values in lines.items()
        ]
        why = ", ".join(filter(None, [act["reason"], act["note"]]))
        return {
            **act,
            "when": self._legal_format_moment(act["date"]),
            "why": why,
            "effect": self._legal_format_money(act["amount_change"])
            if act["amount_change"]
            else "",
            "changes": changes[:8],
            "more": len(changes) > 8
            and self.env._("and %(count)s more lines", count=len(changes) - 8),
        }
