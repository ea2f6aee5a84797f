from odoo import api, fields, models
from odoo.exceptions import UserError

from .account_move_print import format_hours
from .columns import rows

#: what people decide on a line, in the order in which it is told
LINE_FIELDS = (
    "narrative",
    "hours",
    "rate",
    "decision",
    "reason_id",
    "amount",
    "presentation_group",
    "merged_into_id",
    "active",
)
#: what follows when a line is divided
PART_FIELDS = (
    "hours_proposed",
    "hours_package",
    "amount_proposed",
    "amount_standard",
)
PREBILL_FIELDS = (
    "client_message",
    "partner_id",
    "discount_percent",
    "discount_amount",
    "discount_reason_id",
)


def raw(record, name):
    """Return a value as it goes into JSON and back."""
    value = record[name]
    if isinstance(value, models.BaseModel):
        return value.id
    if name in ("narrative", "client_message", "presentation_group"):
        return value or False
    return value


def is_same(field, one, other):
    """Tell whether two raw values are the same, floats to the sixth digit."""
    if field.type in ("float", "monetary"):
        return round(float(one or 0) - float(other or 0), 6) == 0
    return (one or False) == (other or False)


class LegalPrebill(models.Model):
    """Keeping what people change, each act as one batch of revisions."""

    _name = "legal.prebill"
    _inherit = ["legal.prebill", "legal.redline.mixin"]

    revision_ids = fields.One2many("legal.prebill.revision", "prebill_id")
    told_revision_ids = fields.One2many(
        "legal.prebill.revision",
        "prebill_id",
        "What was Changed",
        domain=[("is_technical", "=", False)],
    )
    revision_count = fields.Integer("Changes", compute="_compute_revision_count")
    proposal = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The fees, and the caps, discounts and percentages first proposed.",
    )

    def _compute_revision_count(self):
        counts = {
            prebill.id: count
            for prebill, count in self.env["legal.prebill.revision"]._read_group(
                [("prebill_id", "in", self.ids), ("is_technical", "=", False)],
                ["prebill_id"],
                ["__count"],
            )
        }
        for prebill in self:
            prebill.revision_count = counts.get(prebill.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        """What a pre-bill is made of is the proposal, no revision."""
        return super(LegalPrebill, self._quietly()).create(vals_list).with_env(self.env)

    def write(self, vals):
        told = vals.keys() & {*PREBILL_FIELDS, "line_ids"}
        if not told or self._is_quiet():
            return super().write(vals)
        with self._as_act("edit") as prebills:
            prebills._touch()
            return super(LegalPrebill, prebills).write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_revised(self):
        for prebill in self:
            # sudo: whether there is a history, whoever reads it
            if prebill.sudo().revision_ids:
                raise UserError(
                    self.env._(
                        "The pre-bill %(name)s was worked on and keeps its history:"
                        " cancel it instead of deleting it.",
                        name=prebill.display_name,
                    )
                )

    def _sync_allowances(self):
        """Let the lines worked out from others follow once, at the end of an act."""
        act = self._get_act()
        if act:
            act.to_sync.update(self.ids)
            return None
        return super(LegalPrebill, self._quietly())._sync_allowances()

    def _sync_provisions(self):
        return super(LegalPrebill, self._quietly())._sync_provisions()

    def _keep_proposal(self):
        """Keep what is first proposed and moves later with the other lines."""
        field = self._fields["proposal"]
        for prebill in self:
            fees = sum(
                amount
                for section, amount in rows(prebill._get_lines(), "section", "amount")
                if section == "fees"
            )
            proposal = {
                "fees": prebill.currency_id.round(fees),
                "derived": [
                    [line.id, line._get_label(), line.section, line.amount]
                    for line in prebill._get_derived_lines().values()
                ],
            }
            # Nothing follows from it: it is saved with all else that is new.
            field.write(prebill, proposal)

    # -- acts ----------------------------------------------------------------------

    def _touch(self):
        """Remember how these pre-bills were before the act under way."""
        act = self._get_act()
        for prebill in self:
            if act and prebill.id not in act.prebills:
                act.prebills[prebill.id] = {
                    name: raw(prebill, name) for name in PREBILL_FIELDS
                }
                act.discounts[prebill.id] = prebill._get_discount_given()

    @api.model
    def _finish_act(self, act):
        """Let derived lines follow, then keep what the act changed: one create."""
        act.is_over = True
        prebills = self.browse(act.to_sync).exists()
        prebills._sync_allowances()
        Line = self.env["legal.prebill.line"]
        rows = Line.browse(act.lines)._prepare_line_revisions(act)
        rows += Line.browse(act.created)._prepare_added_revisions(act)
        rows += self.browse(act.prebills)._prepare_prebill_revisions(act)
        rows += act.rows
        common = {
            "act": act.kind,
            "batch": act.batch,
            "note": act.note or False,
            "undoes_batch": act.undoes or False,
            "user_id": self.env.uid,
        }
        # sudo: nobody writes the history by hand; what is kept was written by the
        # user just now, under his own rights
        self.env["legal.prebill.revision"].sudo().create(
            [{**common, **row} for row in rows]
        )

    def _prepare_prebill_revisions(self, act):
        rows = []
        for prebill in self:
            changed = [
                name
                for name in PREBILL_FIELDS
                if not is_same(
                    prebill._fields[name],
                    act.prebills[prebill.id][name],
                    raw(prebill, name),
                )
            ]
            change = prebill._get_discount_given() - act.discounts[prebill.id]
            for name in changed:
                is_discount = name in ("discount_percent", "discount_amount")
                old = act.prebills[prebill.id][name]
                rows.append(
                    {
                        **prebill._prepare_revision(),
                        "field_name": name,
                        "old_raw": {"value": old},
                        "new_raw": {"value": raw(prebill, name)},
                        "old_value": _say(prebill, name, old),
                        "new_value": _say(prebill, name, raw(prebill, name)),
                        "amount_change": -change if is_discount else 0.0,
                        "reason_id": is_discount and prebill.discount_reason_id.id,
                        "is_technical": name == "discount_reason_id",
                    }
                )
                if is_discount:
                    change = 0.0
        return rows

    def _prepare_revision(self):
        self.ensure_one()
        return {
            "prebill_id": self.id,
            "matter_id": self.matter_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
        }


class LegalPrebillLine(models.Model):
    _name = "legal.prebill.line"
    _inherit = ["legal.prebill.line", "legal.redline.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_quiet():
            return super().create(vals_list)
        with self._as_act("edit") as model:
            lines = super(LegalPrebillLine, model).create(vals_list)
            lines._get_act().created += lines.ids
        return lines.with_env(self.env)

    def write(self, vals):
        if not vals.keys() & {*LINE_FIELDS, *PART_FIELDS} or self._is_quiet():
            return super().write(vals)
        with self._as_act("edit") as lines:
            lines._touch()
            return super(LegalPrebillLine, lines).write(vals)

    def unlink(self):
        if self._is_quiet() or not self:
            return super().unlink()
        with self._as_act("edit") as lines:
            lines._get_act().rows += [
                line._prepare_removed_revision() for line in lines
            ]
            lines.prebill_id._sync_allowances()
            return super(LegalPrebillLine, lines).unlink()

    def _touch(self):
        """Remember how these lines were before the act under way."""
        act = self._get_act()
        for line in self:
            if line.id not in act.lines and line.id not in act.created:
                act.lines[line.id] = {
                    name: raw(line, name) for name in LINE_FIELDS + PART_FIELDS
                }

    def _get_billed(self):
        """Return what a line is billed, nothing once it left the pre-bill."""
        self.ensure_one()
        return self.amount if self.active else 0.0

    # -- revisions -------------------------------------------------------------------

    def _prepare_line_revisions(self, act):
        rows = []
        for line in self.exists():
            before = act.lines[line.id]
            changed = [
                name
                for name in LINE_FIELDS + PART_FIELDS
                if not is_same(line._fields[name], before[name], raw(line, name))
            ]
            was_billed = before["amount"] if before["active"] else 0.0
            change = line.currency_id.round(line._get_billed() - was_billed)
            teller = next((n for n in ("active", "amount") if n in changed), None)
            for name in changed:
                rows.append(
                    {
                        **line._prepare_revision(act, change),
                        "field_name": name,
                        "old_raw": {"value": before[name]},
                        "new_raw": {"value": raw(line, name)},
                        "old_value": line._say_before(name, before[name]),
                        "new_value": line._say_before(name, raw(line, name)),
                        "amount_change": change if name == teller else 0.0,
                        "is_technical": name in PART_FIELDS,
                    }
                )
        return rows

    def _prepare_added_revisions(self, act):
        rows = []
        for line in self.exists():
            change = line._get_billed()
            rows.append(
                {
                    **line._prepare_revision(act, change),
                    "field_name": "active",
                    "old_raw": {"value": False},
                    "new_raw": {"value": True},
                    "new_value": line._say_line(line.amount),
                    "amount_change": change,
                }
            )
        return rows

    def _prepare_removed_revision(self):
        self.ensure_one()
        change = -self._get_billed()
        return {
            **self._prepare_revision(self._get_act(), change),
            "line_id": False,
            "field_name": "line",
            "old_value": self._say_line(self.amount),
            "amount_change": change,
        }

    def _prepare_revision(self, act, change):
        self.ensure_one()
        reason = act.reason or (self.reason_id if change < 0 else self.browse())
        return {
            **self.prebill_id._prepare_revision(),
            "line_id": self.id,
            "label": self._get_label(),
            "reason_id": reason.id,
        }

    def _say_line(self, amount):
        hours = format_hours(self.hours)
        money = self.currency_id.format(amount)
        return ", ".join(filter(None, [hours, money]))

    def _say_before(self, name, value):
        if name == "active":
            return self._say_line(self.amount or self.amount_proposed) if value else ""
        return _say(self, name, value)


def _say(record, name, value):
    """Return a raw value in words, in the user's language."""
    field = record._fields[name]
    if field.type == "monetary":
        return record.currency_id.format(value or 0.0)
    if name.startswith("hours"):
        return format_hours(value) or "0"
    if field.type == "float":
        return f"{value or 0:g}".replace(".", ",")
    if field.type == "selection":
        return dict(field._description_selection(record.env)).get(value, "")
    if field.type == "many2one":
        other = record.env[field.comodel_name].browse(value or [])
        if field.comodel_name == "legal.prebill.line":
            return other._get_label() if other else ""
        return other.display_name or ""
    return value or ""
