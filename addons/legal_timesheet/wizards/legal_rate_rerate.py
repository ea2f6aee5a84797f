from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import formatLang

#: what a re-pricing may touch, as long as nothing else holds it
OPEN = ("draft", "submitted", "approved")


class LegalRateRerate(models.TransientModel):
    """Price unbilled time again by the rates of today, the difference shown first.

    Drafts follow the rates by themselves; approved time is frozen, and only this
    changes its price: on purpose, entry by entry nothing else, and told on the
    matter.
    """

    _name = "legal.rate.rerate"
    _description = "Price Time again"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date("Worked from")
    date_to = fields.Date("Worked until")
    matter_ids = fields.Many2many(
        "legal.matter", default=lambda self: self._default_matter_ids()
    )
    partner_ids = fields.Many2many("res.partner", string="Clients")
    employee_ids = fields.Many2many("hr.employee", string="Persons")
    with_approved = fields.Boolean(
        "Approved Time too",
        default=True,
        help="Approved time that is on no pre-bill. Time on a bill never changes.",
    )
    preview = fields.Json(compute="_compute_preview")
    change_count = fields.Integer(compute="_compute_preview")

    @api.model
    def _default_matter_ids(self):
        context = self.env.context
        if context.get("active_model") == "legal.matter":
            return self.env["legal.matter"].browse(context.get("active_ids", []))
        return self.env["legal.matter"]

    # ---------------------------------------------------------------------- plan

    @api.depends(
        "company_id",
        "date_from",
        "date_to",
        "matter_ids",
        "partner_ids",
        "employee_ids",
        "with_approved",
    )
    def _compute_preview(self):
        for wizard in self:
            changes, left = wizard._plan()
            wizard.change_count = len(changes)
            wizard.preview = wizard._show(changes, left)

    def _plan(self):
        """Return what changes, and what stays and why.

        :return: ``({entry: new values}, {sentence: entries})``
        """
        self.ensure_one()
        entries = self._get_entries()
        priced = self.env["legal.rate"]._resolve_batch(entries)
        changes, left = {}, {}
        for entry in entries:
            values = priced[entry]
            if values and not self._is_change(entry, values):
                continue
            reason = entry._get_rerate_refusal(values)
            if reason:
                left[reason] = left.get(reason, entry.browse()) | entry
            elif values:
                changes[entry] = values
        return changes, left

    def _get_entries(self):
        """Return the billable entries asked for that the user answers for."""
        states = OPEN if self.with_approved else OPEN[:-1]
        domain = (
            Domain("company_id", "=", self.company_id._origin.id)
            & Domain("project_id", "!=", False)
            & Domain("matter_id", "!=", False)
            & Domain("is_billable", "=", True)
            & Domain("approval_state", "in", states)
        )
        if self.date_from:
            domain &= Domain("date", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("date", "<=", self.date_to)
        if self.matter_ids:
            domain &= Domain("matter_id", "in", self.matter_ids._origin.ids)
        if self.partner_ids:
            domain &= Domain(
                "matter_id.partner_id", "child_of", self.partner_ids._origin.ids
            )
        if self.employee_ids:
            domain &= Domain("employee_id", "in", self.employee_ids._origin.ids)
        # billed time is not read at all: it can be most of what there is
        domain &= Domain("billing_status", "not in", ("billed", "paid", "written_off"))
        entries = self.env["account.analytic.line"].search(domain, order="date, id")
        allowed = entries.matter_id.filtered(lambda matter: matter._can_rerate())
        return entries.filtered(lambda entry: entry.matter_id in allowed)

    @api.model
    def _is_change(self, entry, values):
        return (
            values["legal_currency_id"] != entry.legal_currency_id.id
            or entry.legal_currency_id.compare_amounts(values["rate"], entry.rate) != 0
            or values["rate_id"] != entry.rate_id.id
        )

    # --------------------------------------------------------------------- words

    def _show(self, changes, left):
        """Return the table of the preview: by matter, person and price."""
        _ = self.env._
        groups = {}
        for entry, values in changes.items():
            key = (entry.matter_id, entry.employee_id, entry.rate, values["rate"])
            key += (entry.legal_currency_id.id, values["legal_currency_id"])
            groups.setdefault(key, []).append(entry)
        rows = [
            self._show_group(key, entries)
            for key, entries in sorted(
                groups.items(), key=lambda item: item[0][0].matter_number
            )
        ]
        rows += [
            {
                "id": f"left-{rank}",
                "matter": ", ".join(m._neutral_label() for m in entries.matter_id[:5]),
                "who": _("%s entries", len(entries)),
                "gap": reason,
                "muted": True,
            }
            for rank, (reason, entries) in enumerate(left.items())
        ]
        return {
            "columns": [
                {"name": "matter", "label": _("Matter")},
                {"name": "who", "label": _("Person")},
                {"name": "count", "label": _("Entries"), "number": True},
                {"name": "old", "label": _("Rate now"), "number": True},
                {"name": "new", "label": _("New rate"), "number": True},
                {"name": "gap", "label": _("Difference"), "number": True},
            ],
            "rows": rows,
            "summary": _(
                "%(count)s entries change: %(total)s.",
                count=len(changes),
                total=self._format_gaps(changes) or _("no difference"),
            ),
            "empty": _("Nothing to change: this time has the price of today's rates."),
        }

    def _show_group(self, key, entries):
        matter, _person, old, new, old_currency, new_currency = key
        Currency = self.env["res.currency"]
        entries = entries[0].union(*entries)
        values = {
            entry: {"rate": new, "legal_currency_id": new_currency} for entry in entries
        }
        return {
            "id": "-".join(map(str, (matter.id, entries[0].id))),
            "matter": matter._neutral_label(),
            # sudo: names of colleagues, whoever may read HR data
            "who": entries.employee_id.sudo().name,
            "count": len(entries),
            "old": formatLang(
                self.env, old, currency_obj=Currency.browse(old_currency)
            ),
            "new": formatLang(
                self.env, new, currency_obj=Currency.browse(new_currency)
            ),
            "gap": self._format_gaps(values),
        }

    def _get_gaps(self, changes):
        """Return ``{currency: difference in fees}`` of some changes."""
        gaps = {}
        for entry, values in changes.items():
            old = entry.legal_currency_id
            new = old.browse(values["legal_currency_id"])
            amount = new.round(values["rate"] * entry.hours_billable)
            gaps[old] = gaps.get(old, 0.0) - entry.amount_billable
            gaps[new] = gaps.get(new, 0.0) + amount
        return gaps

    def _format_gaps(self, changes):
        """Return the difference in words: one amount for each currency."""
        words = []
        for currency, gap in self._get_gaps(changes).items():
            amount = formatLang(self.env, gap, currency_obj=currency)
            words.append(f"+{amount}" if gap > 0 else amount)
        return ", ".join(words)

    # --------------------------------------------------------------------- apply

    def action_apply(self):
        self.ensure_one()
        self._get_entries().lock_for_update(allow_referencing=True)
        self.env["account.analytic.line"].invalidate_model()
        changes, _left = self._plan()
        if not changes:
            raise UserError(
                self.env._(
                    "Nothing to change: this time has the price of today's rates, or"
                    " may not change any more."
                )
            )
        by_matter = {}
        for entry, values in changes.items():
            by_matter.setdefault(entry.matter_id, {})[entry] = values
        told = {matter: self._format_gaps(some) for matter, some in by_matter.items()}
        self.env["account.analytic.line"]._legal_rerate(changes)
        for matter, some in by_matter.items():
            matter.message_post(
                body=self.env._(
                    "Time priced again: %(count)s entries, %(total)s.",
                    count=len(some),
                    total=told[matter],
                )
            )
        return {"type": "ir.actions.act_window_close"}


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    def _can_rerate(self):
        """Tell whether the user may price the time of this matter again."""
        self.ensure_one()
        return (
            self.env.su
            or self.env.user == self.responsible_id
            or self.env.user.has_group("legal_timesheet.group_legal_administrator")
        )

    def action_rerate(self):
        """Open the wizard for these matters."""
        for matter in self:
            if not matter._can_rerate():
                raise AccessError(
                    self.env._(
                        "The time of %(matter)s is priced again by %(responsible)s or"
                        " a legal administrator.",
                        matter=matter._neutral_label(),
                        responsible=matter.responsible_id.name,
                    )
                )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_rate_rerate_action"
        )
        action["context"] = {"default_matter_ids": self.ids}
        return action
