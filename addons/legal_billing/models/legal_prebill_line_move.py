from odoo import models
from odoo.exceptions import UserError


class LegalPrebillLine(models.Model):
    """Giving time or costs that were recorded on the wrong matter to the right one."""

    _inherit = "legal.prebill.line"

    def move_to_matter(self, matter_id, note=None):
        """Move these lines' time and costs to another matter, really.

        Time takes the other matter's price, and waits there to be billed, or to be
        approved by who approves the time of that matter. The lines leave this
        pre-bill; undoing brings all back as it was.

        :param matter_id: the other matter, which the user must be able to open
        :raise UserError: something else than time or a cost, or no place there
        """
        self._check_may_decide()
        matter = self._browse_matter(matter_id)
        self._check_may_move_to(matter)
        with self._as_act("move", note=note) as lines:
            for line in lines:
                line._move_to(matter)
            lines.prebill_id._sync_allowances()
        return True

    def _browse_matter(self, matter_id):
        if isinstance(matter_id, models.BaseModel):
            return matter_id
        return self.env["legal.matter"].browse(matter_id)

    def _check_may_move_to(self, matter):
        matter.ensure_one()
        matter.check_access("read")
        words = {"matter": matter._neutral_label()}
        for line in self:
            words["line"] = line._get_label()
            if not line.entry_id and not line.cost_id:
                raise UserError(
                    self.env._(
                        "“%(line)s” follows from the agreement of its own matter: only"
                        " time and costs are moved to %(matter)s.",
                        **words,
                    )
                )
            if matter == line.matter_id or matter.company_id != line.company_id:
                raise UserError(
                    self.env._(
                        "“%(line)s” cannot be moved to %(matter)s: choose another"
                        " matter of the same firm.",
                        **words,
                    )
                )
            if matter.is_internal or matter.state != "open":
                raise UserError(
                    self.env._(
                        "“%(line)s” cannot be moved to %(matter)s, where nothing is"
                        " billed: choose an open matter of a client.",
                        **words,
                    )
                )
            if line.cost_id:
                line._check_cost_may_move(matter)

    def _check_cost_may_move(self, matter):
        cost = self.cost_id
        if cost.source_line_id or matter.currency_id != cost.currency_id:
            raise UserError(
                self.env._(
                    "“%(line)s” cannot be moved to %(matter)s: it comes from a"
                    " supplier's bill or is in another currency, change the matter on"
                    " that document.",
                    line=self._get_label(),
                    matter=matter._neutral_label(),
                )
            )

    def _move_to(self, matter):
        self.ensure_one()
        source, entry, cost = self.matter_id, self.entry_id, self.cost_id
        row = {
            **self._prepare_revision(self._get_act(), 0.0),
            "field_name": "entry_move" if entry else "cost_move",
            "old_value": source._neutral_label(),
            "new_value": matter._neutral_label(),
            "new_raw": {"record": (entry or cost).id, "matter": matter.id},
            # sudo: see account.analytic.line._keep
            "old_raw": entry.sudo()._keep() if entry else {"matter_id": source.id},
        }
        self.write({"active": False, "entry_id": False, "cost_id": False})
        self._get_act().rows.append(row)
        if entry:
            entry._move_to(matter)
        else:
            cost.write({"matter_id": matter.id})


class LegalPrebill(models.Model):
    _inherit = "legal.prebill"

    def _undo_entry_move(self, revision):
        data = revision.new_raw
        # sudo: see account.analytic.line._keep; the rights on both are checked here
        entry = self.env["account.analytic.line"].sudo().browse(data["record"]).exists()
        self._check_still_there(revision, entry, ("draft", "submitted", "approved"))
        entry._put_back(revision.old_raw)
        revision.line_id.write({"active": True, "entry_id": entry.id})

    def _undo_cost_move(self, revision):
        cost = self.env["legal.cost"].browse(revision.new_raw["record"]).exists()
        self._check_still_there(revision, cost, ("to_bill",))
        cost.write(revision.old_raw)
        revision.line_id.write({"active": True, "cost_id": cost.id})

    def _check_still_there(self, revision, record, statuses):
        """Refuse to bring back what the other matter did something with."""
        matter = self.env["legal.matter"].browse(revision.new_raw["matter"])
        if record and record.matter_id == matter:
            matter.check_access("read")
            if record.billing_status in statuses and revision.line_id:
                return
        raise UserError(
            self.env._(
                "“%(line)s” is no longer waiting on the matter %(matter)s: take it off"
                " its bill there first.",
                line=revision.label,
                matter=revision.new_value,
            )
        )
