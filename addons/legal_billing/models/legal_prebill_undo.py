from odoo import models
from odoo.exceptions import UserError

from .legal_prebill_recording import is_same, raw


class LegalPrebill(models.Model):
    """Taking back what was done to a pre-bill, act by act, exactly."""

    _inherit = "legal.prebill"

    def undo_last(self):
        """Take back the last act that still stands.

        :return bool: False when there is nothing to take back
        """
        self.ensure_one()
        self.check_access("read")
        undone = set(self.revision_ids.filtered("undoes_batch").mapped("undoes_batch"))
        for revision in self.revision_ids.sorted("id", reverse=True):
            if revision.act != "undo" and revision.batch not in undone:
                return self.undo(revision.batch)
        return False

    def undo(self, batch, note=None):
        """Take back one act: every value is again what it was before it.

        :param str batch: ``batch`` of its revisions
        :raise UserError: something done later depends on it; the sentence names it
        """
        self.ensure_one()
        self.check_access("write")
        self._check_may_review(self.env["legal.prebill.line"])
        revisions = self.revision_ids.filtered(lambda one: one.batch == batch)
        self._check_undoable(revisions)
        with self._as_act("undo", note=note, undoes=batch) as prebill:
            for revision in revisions.with_env(prebill.env):
                handler = getattr(prebill, f"_undo_{revision.field_name}", None)
                if handler:
                    handler(revision)
            prebill._undo_values(revisions.with_env(prebill.env))
        return True

    def _check_undoable(self, revisions):
        if not revisions or revisions.filtered(lambda r: r.act == "undo"):
            raise UserError(
                self.env._(
                    "There is no such act to undo on the pre-bill %(prebill)s: choose"
                    " one in its history.",
                    prebill=self.display_name,
                )
            )
        if revisions[:1].is_undone:
            raise UserError(
                self.env._(
                    "This was undone already on the pre-bill %(prebill)s: nothing is"
                    " left to take back.",
                    prebill=self.display_name,
                )
            )
        for revision in revisions:
            if not self._is_still(revision):
                raise self._make_later_error(revision)

    def _is_still(self, revision):
        """Tell whether a value is still what this revision made it."""
        name = revision.field_name
        if getattr(self, f"_undo_{name}", None):
            return True  # it checks for itself
        record = self
        if revision.label:
            record = revision.line_id
            if not record:
                return False
        field = record._fields.get(name)
        return bool(field) and is_same(
            field, raw(record, name), revision.new_raw["value"]
        )

    def _make_later_error(self, revision):
        later = self.revision_ids.filtered(
            lambda one: (
                one.id > revision.id
                and one.batch != revision.batch
                and one.line_id == revision.line_id
                and not one.is_undone
                and one.act != "undo"
            )
        ).sorted("id")[-1:]
        if not later:
            return UserError(
                self.env._(
                    "“%(what)s” of “%(line)s” on %(prebill)s changed since then: it"
                    " cannot be undone any more.",
                    what=revision.field_label,
                    line=revision.label or self.name,
                    prebill=self.display_name,
                )
            )
        return UserError(
            self.env._(
                "“%(what)s” of “%(line)s” on %(prebill)s was changed again by %(who)s:"
                " undo that first.",
                what=later.field_label,
                line=revision.label or self.name,
                prebill=self.display_name,
                who=later.user_id.name,
            )
        )

    def _undo_values(self, revisions):
        """Write the values from before, all of a line in one go."""
        of_lines, of_prebill = {}, {}
        for revision in revisions:
            name = revision.field_name
            if getattr(self, f"_undo_{name}", None):
                continue
            if revision.label:
                vals = of_lines.setdefault(revision.line_id, {})
            else:
                vals = of_prebill
            vals[name] = revision.old_raw["value"]
        for line, vals in of_lines.items():
            if "amount" not in vals:
                # given with the rest, so that nothing works it out anew
                vals["amount"] = line.amount
        if of_lines:
            next(iter(of_lines))._write_each(of_lines)
        if of_prebill:
            self.write(of_prebill)

    def _check_may_review(self, lines):
        """Refuse changes once a pre-bill is approved; a hook for who may what.

        :param lines: the lines it is about, empty for the whole
        """
        self._check_state("draft", "in_review")

    def action_undo_last(self):
        """Button: take back the last act, and say when there is none."""
        if self.undo_last():
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("Nothing is left to undo."),
            },
        }

    def action_print_redline(self):
        """Print the pre-bill with its changes, for the firm only."""
        self.check_access("read")
        report = self.env.ref("legal_billing.action_report_prebill_redline")
        return report.report_action(self)
