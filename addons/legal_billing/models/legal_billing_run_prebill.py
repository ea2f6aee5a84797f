import logging

import psycopg2

from odoo import models
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)

#: pre-bills that are only looked at take no number
NO_NUMBER = "–"


class _SomeRefused(Exception):
    """Some matters of a batch cannot be billed: the others go on without them."""


class _Looked(Exception):
    """The figures were read: what was made to read them is undone."""


class LegalBillingRunLine(models.Model):
    """Pre-bills of a run: many matters together, to keep or only to look at."""

    _inherit = "legal.billing.run.line"

    def _gather(self):
        return self.env["legal.prebill"]._gather_sources(
            self.matter_id, self.run_id.date_to
        )

    # -- to keep -------------------------------------------------------------------

    def _do_prebills_at_once(self):
        """Make the pre-bills of these matters together.

        Matters that cannot be billed are left aside, to be named one by one.

        :return: the lines that are done; of the others nothing remains
        """
        return self._with_the_good(
            self._gather(), lambda good, found: good._keep(found)
        )

    def _with_the_good(self, sources, step):
        """Prepare these matters in one savepoint, and do a step for all of them.

        :return: the lines for which it was done, without those that are refused
        """
        good = self
        while good:
            try:
                with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                    prepared = good._prepare_prebills(sources)
                    if len(prepared) == len(good):
                        step(good, prepared)
                        return good
                    # Undoes what was written for those that are refused.
                    raise _SomeRefused
            except _SomeRefused:
                good = self.browse(line.id for line in prepared)
            except _Looked:
                return good
            except psycopg2.errors.IntegrityError:
                break
            except psycopg2.OperationalError:
                raise
            except Exception:
                _logger.info("Pre-bills of %s are made one by one", self.run_id.name)
                break
        return self.browse()

    def _prepare_prebills(self, sources):
        """Return {line: (open pre-bill, values, warnings)}, without the refused."""
        Prebill, prepared = self.env["legal.prebill"], {}
        for line in self:
            own = sources[line.matter_id]
            if own.open_prebill:
                prepared[line] = (own.open_prebill, None, [])
                continue
            try:
                prepared[line] = (
                    Prebill,
                    *Prebill._prepare_prebill(line.matter_id, own),
                )
            except psycopg2.Error:
                raise
            except Exception:
                # Why comes out, and is logged, when it is tried alone.
                _logger.debug("A matter of %s is set aside", line.run_id.name)
        return prepared

    def _create_prepared(self, prepared, **kw):
        """Return {line: (pre-bill, warnings)}, creating the new ones together."""
        new = [line for line in self if prepared[line][1]]
        made = self.env["legal.prebill"]._create_prepared(
            [{**prepared[line][1], **kw} for line in new]
        )
        by_line = dict(zip(new, made, strict=True))
        return {
            line: (by_line.get(line, prepared[line][0]), prepared[line][2])
            for line in self
        }

    def _keep(self, prepared):
        """Create what was prepared, and record how each matter ended."""
        self._record_all(
            {
                line: line._get_prebill_outcome(prebill, warnings)
                for line, (prebill, warnings) in self._create_prepared(prepared).items()
            }
        )
        self.env.flush_all()

    def _do_prebills(self):
        prebill, warnings = self.env["legal.prebill"]._generate(
            self.matter_id, self.run_id.date_to
        )
        return self._get_prebill_outcome(prebill, warnings)

    def _get_prebill_outcome(self, prebill, warnings):
        message = "\n".join(warnings) or False
        if not prebill:
            return "nothing", message, {}
        if prebill.is_held and prebill.held_until:
            if prebill.held_until <= self.run_id.date_to:
                prebill.action_release()
        outcome = "held" if prebill.is_held else "done"
        if warnings:
            prebill.message_post(body=message)
        return (
            outcome,
            message or prebill.hold_reason,
            {"prebill_id": prebill.id},
        )

    # -- to look at ----------------------------------------------------------------

    def _do_preview_at_once(self):
        """Work out every figure as the run will, then undo it all.

        The very same steps: nothing is left of them, and no number is used.
        """
        figures = {}

        def look(good, prepared):
            figures.update(good._read_figures(prepared))
            raise _Looked

        good = self._with_the_good(self._gather(), look)
        for line in good:
            line._record(*figures[line])
        return good

    def _do_preview(self):
        """Preview one matter, inside a savepoint of its own; say why it fails."""
        sources, found = self._gather(), {}
        own = sources[self.matter_id]
        prepared = (own.open_prebill, None, [])
        try:
            with self.env.cr.savepoint():
                if not own.open_prebill:
                    prepared = (
                        self.env["legal.prebill"],
                        *self.env["legal.prebill"]._prepare_prebill(
                            self.matter_id, own
                        ),
                    )
                found = self._read_figures({self: prepared})
                raise _Looked
        except _Looked:
            return found[self]

    def _read_figures(self, prepared):
        """Return {line: (outcome, message, values)} of what would be made."""
        figures = {}
        for line, (prebill, warnings) in self._create_prepared(
            prepared, name=NO_NUMBER
        ).items():
            outcome = "todo" if prebill else "nothing"
            if prebill.is_held:
                outcome = "held"
            figures[line] = (
                outcome,
                "\n".join(warnings) or prebill.hold_reason or False,
                {
                    "preview_untaxed": prebill.amount_untaxed,
                    "preview_tax": prebill.amount_tax,
                    "preview_total": prebill.amount_total,
                    "preview_hours": prebill.hours,
                },
            )
        return figures
