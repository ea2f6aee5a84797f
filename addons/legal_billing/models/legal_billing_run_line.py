import logging

import psycopg2

from odoo import fields, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)


class _SomeRefused(Exception):
    """Some matters of a batch cannot be billed: the others go on without them."""


class LegalBillingRunLine(models.Model):
    """What became of one matter in a run, and why."""

    _name = "legal.billing.run.line"
    _description = "Billing Run Matter"
    _order = "run_id, id"
    _check_company_auto = True

    run_id = fields.Many2one(
        "legal.billing.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    currency_id = fields.Many2one(related="run_id.currency_id")
    matter_id = fields.Many2one(
        "legal.matter", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="matter_id.partner_id")
    outcome = fields.Selection(
        [
            ("todo", "Not reached"),
            ("done", "Done"),
            ("nothing", "Nothing to bill"),
            ("held", "On hold"),
            ("failed", "Failed"),
        ],
        default="todo",
        required=True,
    )
    message = fields.Text()
    prebill_id = fields.Many2one("legal.prebill", check_company=True)
    prebill_state = fields.Selection(related="prebill_id.state")
    amount_untaxed = fields.Monetary(related="prebill_id.amount_untaxed")
    amount_total = fields.Monetary(related="prebill_id.amount_total")
    move_id = fields.Many2one("account.move", check_company=True)
    # One a payer; the first of them is ``move_id``.
    move_ids = fields.Many2many(related="prebill_id.move_ids", string="Invoices")
    is_sent = fields.Boolean()

    _matter_once = models.UniqueIndex(
        "(run_id, matter_id)", "This matter is already in the run."
    )

    def _isolate(self, step, *args):
        """Run one step in its own savepoint and record how it ended.

        A failure undoes this matter's step alone. Errors that Odoo retries by
        itself (serialization) are let through: the whole call is run again.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                outcome, message, values = step(*args)
        except (UserError, AccessError, MissingError) as error:
            outcome, message, values = "failed", str(error), {}
        except psycopg2.errors.IntegrityError as error:
            message = self.prebill_id._sql_error_to_message(error)
            outcome, values = "failed", {}
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("Billing of %s failed", self.matter_id.matter_number)
            outcome, values = "failed", {}
            message = self.env._(
                "%(matter)s met an unexpected error (%(error)s): the server's log has"
                " the details; run again once it is mended.",
                matter=self.matter_id.matter_number,
                error=error,
            )
        self._record(outcome, message, values)

    def _do_prebills_at_once(self, sources):
        """Make the pre-bills of these matters together.

        Matters that cannot be billed are left aside, to be named one by one.

        :return: the lines that are done; of the others nothing remains
        """
        good = self
        while good:
            try:
                with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                    prepared = good._prepare_prebills(sources)
                    if len(prepared) == len(good):
                        good._keep_prebills(prepared)
                        return good
                    # Undoes what was written for those that are refused.
                    raise _SomeRefused
            except _SomeRefused:
                good = self.browse(line.id for line in prepared)
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

    def _keep_prebills(self, prepared):
        """Create what was prepared, and record how each matter ended."""
        new = [line for line in self if prepared[line][1]]
        made = self.env["legal.prebill"]._create_prepared(
            [prepared[line][1] for line in new]
        )
        by_line = dict(zip(new, made, strict=True))
        for line in self:
            found, _values, warnings = prepared[line]
            prebill = by_line.get(line, found)
            line._record(*line._get_prebill_outcome(prebill, warnings))
        self.env.flush_all()

    def _record(self, outcome, message, values):
        self.write({"outcome": outcome, "message": message, **values})

    def _do_prebill(self, sources):
        prebill, warnings = self.env["legal.prebill"]._generate(
            self.matter_id, self.run_id.date_to, sources
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

    def _do_approve(self):
        self.prebill_id.action_approve()
        return "done", self.message, {}

    def _do_invoices_at_once(self):
        """Make and post the invoices of these matters together.

        :return bool: whether it was done; if not, nothing of it remains
        """
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                moves = self.prebill_id._create_invoices(self.run_id.invoice_date)
                moves._legal_post_at_once()
                by_prebill = {}
                for move in moves:
                    for prebill in move.prebill_ids:
                        by_prebill.setdefault(prebill, move)
                for line in self:
                    move = by_prebill.get(line.prebill_id, moves.browse())
                    line.write({"outcome": "done", "move_id": move.id})
                self.env.flush_all()
        except psycopg2.errors.IntegrityError:
            return False
        except psycopg2.OperationalError:
            raise
        except Exception:
            # Which of them is at fault, and why, comes out one by one.
            _logger.info("Invoices of %s are made one by one", self.run_id.name)
            return False
        return True

    def _do_invoice(self):
        moves = self.prebill_id._create_invoices(self.run_id.invoice_date)
        moves.action_post()
        return "done", self.message, {"move_id": moves[:1].id}

    def _do_send(self):
        """Send by e-mail with the PDF; a mail that did not leave is a failure.

        The documents are kept then, and a further try hands the same e-mails over
        again instead of writing new ones.
        """
        failures = []
        for move in self.move_ids.filtered(lambda move: move.state == "posted"):
            if not move.is_move_sent:
                self.env["account.move.send"]._generate_and_send_invoices(
                    move,
                    sending_methods=move._legal_get_sending_methods(),
                    allow_raising=True,
                )
            failures += move._legal_deliver_mails()
        if failures:
            return "failed", "\n".join(failures), {}
        # What was left out of the pre-bill stays told; a failure now mended does not.
        message = False if self.outcome == "failed" else self.message
        return "done", message, {"is_sent": True}
