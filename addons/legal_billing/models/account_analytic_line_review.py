from odoo import fields, models

from ..engine import adjust, fees, split

#: in the context of a division, whose sum stays what it was, and of a price put back
#: as it was: no caller from outside can put these very objects there
DIVIDE, PUT_BACK = object(), object()
#: the price and the approval of an entry, exactly as they were
KEPT = (
    "project_id",
    "task_id",
    "unit_amount",
    "hours_billable",
    "is_hours_by_hand",
    "is_billable",
    "work_kind",
    "rate",
    "rate_id",
    "rate_source",
    "grade_id",
    "legal_currency_id",
    "amount_billable",
    "amount_standard",
    "approval_state",
    "approved_by_id",
    "approved_for_id",
    "approved_on",
    "client_state",
)
#: what follows from the others, written after them, each after what it follows from
PRICE = ("rate", "rate_id", "rate_source", "grade_id", "legal_currency_id", "work_kind")
SUMS = ("amount_billable", "amount_standard")
MINUTE = fees.Decimal(1)


class AccountAnalyticLine(models.Model):
    """What a review does to the time itself: move it, divide it.

    Callers checked the reviewer's rights on the pre-bill and its matter; the sudo
    below is for lawyers who list their own time only.
    """

    _inherit = "account.analytic.line"

    def _check_not_frozen(self, values):
        if self.env.context.get("legal_review") in (DIVIDE, PUT_BACK):
            return None
        return super()._check_not_frozen(values)

    def _is_in_locked_period(self):
        """A division changes no sum of a person, day and matter: the lock holds."""
        if self.env.context.get("legal_review") is DIVIDE:
            return False
        return super()._is_in_locked_period()

    def _keep(self):
        """Return price and approval as plain values, to be put back by undo."""
        self.ensure_one()
        kept = {}
        for name in KEPT:
            value = self[name]
            if isinstance(value, models.BaseModel):
                value = value.id
            elif self._fields[name].type == "datetime":
                value = fields.Datetime.to_string(value)
            kept[name] = value
        return kept

    # -- moving ------------------------------------------------------------------------

    def _move_to(self, matter):
        """Give approved time to another matter, at that one's price.

        It is approved there if the user approves the time of that matter, else it is
        submitted to who does.
        """
        entry_sudo = self.sudo()
        values = {
            "project_id": matter.sudo().project_id.id,
            "task_id": False,
            "approval_state": "draft",
            "approved_by_id": False,
            "approved_for_id": False,
            "approved_on": False,
            "client_state": False,
        }
        if entry_sudo.is_hours_by_hand:
            values["hours_billable"] = entry_sudo.hours_billable
        entry_sudo.write(values)
        if matter._can_approve_time():
            entry_sudo._legal_approve()
        else:
            entry_sudo.action_submit()

    def _put_back(self, kept):
        """Make an entry again exactly what :meth:`_keep` kept of it."""
        self.sudo()._write_kept(kept)

    def _write_kept(self, values):
        """Write figures that Odoo would work out anew, exactly as they are given."""
        self.write({k: v for k, v in values.items() if k not in PRICE + SUMS})
        entry = self
        if self.env.context.get("legal_review") is not DIVIDE:
            entry = self.with_context(legal_review=PUT_BACK)
        for names in (PRICE, SUMS):
            if found := {name: values[name] for name in names if name in values}:
                entry.write(found)

    # -- dividing ----------------------------------------------------------------

    def _divide(self, parts):
        """Divide an entry in parts of its billable hours; return the new entries.

        The first part stays this entry. Hours worked, hours billed and amounts add up
        to what they were, so neither the person's day nor the matter's sum moves.

        :param parts: Decimal hours, which add up to ``hours_billable``
        :raise adjust.PartsDiffer: they do not, or there is no minute for each
        """
        entry_sudo = self.sudo().with_context(legal_review=DIVIDE)
        hours = fees.to_decimal(entry_sudo.hours_billable)
        quantum = fees.to_decimal(entry_sudo.legal_currency_id.rounding or 0.01)
        sums = [entry_sudo.amount_billable, entry_sudo.amount_standard]
        shares = adjust.divide(
            hours, [fees.to_decimal(s) for s in sums], parts, quantum
        )
        worked = fees.to_decimal(entry_sudo.unit_amount)
        minutes = split.by_weights(round(worked * 60), parts, MINUTE)
        if not all(minutes):
            raise adjust.PartsDiffer(hours, sum(parts))
        own = [float(one / 60) for one in minutes]
        own[-1] = entry_sudo.unit_amount - sum(own[:-1])
        values = [
            {
                "unit_amount": unit,
                "hours_billable": float(part),
                "amount_billable": float(billable),
                "amount_standard": float(standard),
            }
            for unit, (part, (billable, standard)) in zip(own, shares, strict=True)
        ]
        kept = entry_sudo._keep()
        entry_sudo._write_kept(values[0])
        others = self.browse()
        for more in values[1:]:
            other_sudo = entry_sudo.copy({**kept, **more})
            other_sudo._write_kept({**kept, **more})
            others |= self.browse(other_sudo.id)
        return others

    def _join(self, others, kept):
        """Undo a division: drop the other parts, give this one all again."""
        others_sudo = others.sudo().with_context(legal_review=DIVIDE)
        others_sudo.write({"approval_state": "draft"})
        others_sudo.unlink()
        self.sudo().with_context(legal_review=DIVIDE)._write_kept(kept)
