import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)

OPEN_STATES = ("draft", "in_review")
#: outcomes whose message holds no longer once the matter went on
UNDER_WAY = ("failed", "busy", "awaited")


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
    responsible_id = fields.Many2one(related="matter_id.responsible_id")
    outcome = fields.Selection(
        [
            ("todo", "Not reached"),
            ("done", "Done"),
            ("nothing", "Nothing to bill"),
            ("held", "On hold"),
            ("awaited", "Waiting for review"),
            ("busy", "In use elsewhere"),
            ("failed", "Failed"),
        ],
        default="todo",
        required=True,
    )
    message = fields.Text()
    failed_stage = fields.Char(export_string_translation=False)
    is_excluded = fields.Boolean(string="Left out")
    # The launch of the run that looked at this line last: those below wait.
    launch = fields.Integer(export_string_translation=False)
    preview_untaxed = fields.Monetary(string="Previewed, excl. VAT")
    preview_tax = fields.Monetary(string="VAT previewed")
    preview_total = fields.Monetary(string="Previewed, incl. VAT")
    preview_hours = fields.Float(string="Hours previewed")
    prebill_id = fields.Many2one("legal.prebill", check_company=True)
    prebill_state = fields.Selection(related="prebill_id.state")
    amount_untaxed = fields.Monetary(related="prebill_id.amount_untaxed")
    amount_total = fields.Monetary(related="prebill_id.amount_total")
    move_id = fields.Many2one("account.move", check_company=True)
    # One a payer; the first of them is ``move_id``.
    move_ids = fields.Many2many(related="prebill_id.move_ids", string="Invoices")
    is_printed = fields.Boolean(string="PDF")
    is_sent = fields.Boolean(string="Sent")

    _matter_once = models.UniqueIndex(
        "(run_id, matter_id)", "This matter is already in the run."
    )

    # -- what a stage does ---------------------------------------------------------

    def _is_chosen(self):
        self.ensure_one()
        return not self.is_excluded and self.outcome != "nothing"

    @api.model
    def _get_due_domain(self, stage):
        """Return the domain of the lines for which a stage has something to do."""
        unmade, posted = ("prebill_id", "=", False), ("move_id.state", "=", "posted")
        if stage == "preview":
            return ["|", unmade, ("prebill_id.state", "in", OPEN_STATES)]
        if stage == "prebills":
            done = ("prebill_id.state", "in", ("approved", "invoiced"))
            return ["|", unmade, "!", done]
        if stage == "approve":
            return [("prebill_id.state", "in", OPEN_STATES)]
        if stage == "invoice":
            return [("prebill_id.state", "=", "approved")]
        return [
            posted,
            ("is_printed" if stage == "documents" else "is_sent", "=", False),
        ]

    def _without_posted(self):
        """Return these lines but those whose letters wait to be posted."""
        return self - self._get_in_post()

    def _do_stage(self, stage):
        """Do one stage for these matters: together where that is known to work, and
        matter by matter for those that were refused, so that each is named."""
        done = self._leave_busy(stage) if stage == "prebills" else self.browse()
        todo = self - done
        at_once = getattr(todo, f"_do_{stage}_at_once", None)
        if at_once and todo:
            todo -= at_once()
        for line in todo:
            line._isolate(stage, getattr(line, f"_do_{stage}"))

    def _leave_busy(self, stage):
        """Skip the matters that another run or person holds now, and say so."""
        matters = self.matter_id
        # sudo: a lock is no secret, and takes the right to change the matter.
        held = matters - matters.sudo().try_lock_for_update(
            allow_referencing=True
        ).sudo(False)
        busy = self.filtered(lambda line: line.matter_id in held)
        for line in busy:
            line._record(
                "busy",
                self.env._(
                    "%(matter)s is being billed or changed by somebody else: look for"
                    " work again in a moment.",
                    matter=line.matter_id._neutral_label(),
                ),
                {},
            )
        return busy

    def _isolate(self, stage, step):
        """Run one step in its own savepoint and record how it ended.

        A failure undoes this matter's step alone. Errors that Odoo retries by
        itself (serialization) are let through: the whole call is run again.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                outcome, message, values = step()
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
        if outcome == "failed":
            values["failed_stage"] = stage
        self._record(outcome, message, values)

    def _record(self, outcome, message, values):
        self.write(
            {"failed_stage": False, "outcome": outcome, "message": message, **values}
        )

    @api.model
    def _record_all(self, outcomes):
        """Record how each matter ended: what is the same for many, in one write.

        :param outcomes: {line: (outcome, message, values)}
        """
        alike, links = {}, {}
        for line, (outcome, message, values) in outcomes.items():
            alike.setdefault((outcome, message), []).append(line.id)
            for name, value in values.items():
                links.setdefault(name, []).append((line, value))
        for (outcome, message), ids in alike.items():
            self.browse(ids)._record(outcome, message, {})
        for name, pairs in links.items():
            lines = self.browse(line.id for line, _value in pairs)
            field = self._fields[name]
            # As write does, for as many values at once: what depends on the field is
            # told of it, and the database gets all of them in one statement.
            lines.modified([name], before=True)
            for line, value in pairs:
                field.write(line, value)
            lines.modified([name])
            lines._check_company([name])

    def _try_together(self, step, sentence):
        """Run one step for all these matters; undo it all should one be refused.

        :return: these lines, or none if nothing of it remains
        """
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                step()
                self.env.flush_all()
        except psycopg2.errors.IntegrityError:
            return self.browse()
        except psycopg2.OperationalError:
            raise
        except Exception:
            # Which of them is at fault, and why, comes out one by one.
            _logger.info(sentence, self.run_id.name)
            return self.browse()
        return self

    def _get_kept_message(self):
        """Return what was left out of the pre-bill, which stays told; a failure that
        is mended does not."""
        return False if self.outcome in UNDER_WAY else self.message

    # -- invoices ------------------------------------------------------------------

    def _do_invoice_at_once(self):
        """Make and post the invoices of these matters together, which costs a
        fraction of one by one."""

        def invoice():
            moves = self.prebill_id._create_invoices(self.run_id.invoice_date)
            moves._legal_post_at_once()
            by_prebill = {}
            for move in moves:
                for prebill in move.prebill_ids:
                    by_prebill.setdefault(prebill, move)
            none = moves.browse()
            self._record_all(
                {
                    line: (
                        "done",
                        line._get_kept_message(),
                        {"move_id": by_prebill.get(line.prebill_id, none).id},
                    )
                    for line in self
                }
            )

        return self._try_together(invoice, "Invoices of %s are made one by one")

    def _do_invoice(self):
        moves = self.prebill_id._create_invoices(self.run_id.invoice_date)
        moves.action_post()
        return "done", self._get_kept_message(), {"move_id": moves[:1].id}

    # -- documents and sending -----------------------------------------------------

    def _get_posted(self):
        moves = self.move_ids | self.move_id
        return moves.filtered(lambda move: move.state == "posted")

    def _get_unsent(self):
        """Return the invoices that were never handed over, by whatever way."""
        return self._get_posted().filtered(
            lambda move: move._legal_is_waiting() and not move.legal_sent_on
        )

    def _do_documents_at_once(self):
        """Write the PDFs of these matters side by side.

        :return: the lines that have theirs; the others say one by one why not
        """
        moves = self._get_posted()
        self.env["account.move.send"]._legal_print_together(
            moves, lambda move: {"manual"}
        )
        done = self.filtered(
            lambda line: all(move.invoice_pdf_report_id for move in line._get_posted())
        )
        done._record_all(
            {
                line: ("done", line._get_kept_message(), {"is_printed": True})
                for line in done
            }
        )
        return done

    def _do_documents(self):
        """Write the PDF of each invoice, with its data; nothing leaves the firm."""
        for move in self._get_posted().filtered(lambda m: not m.invoice_pdf_report_id):
            self.env["account.move.send"]._generate_and_send_invoices(
                move, sending_methods={"manual"}, allow_raising=True
            )
        return "done", self._get_kept_message(), {"is_printed": True}

    def _do_send_at_once(self):
        """Write the PDFs that are missing side by side; each is then sent alone."""
        self.env["account.move.send"].with_context(
            legal_sends_in_mass=True
        )._legal_print_together(
            self._get_unsent(), lambda move: move._legal_get_sending_methods()
        )
        return self.browse()

    def _do_send(self):
        """Hand each invoice over as its payer prefers; e-mails leave after that.

        What was handed over is never made anew: an e-mail that did not leave is
        handed to the server again by :meth:`_deliver`.
        """
        for move in self._get_unsent():
            self.env["account.move.send"].with_context(
                legal_run_word=self.run_id.client_message, legal_sends_in_mass=True
            )._generate_and_send_invoices(
                move,
                sending_methods=move._legal_get_sending_methods(),
                allow_raising=True,
            )
        return "done", self._get_kept_message(), {"is_printed": True}

    def _deliver(self):
        """Hand the e-mails of these matters to the server, and tell what did not
        leave. Their invoices are sent by then, whatever becomes of this."""
        for line in self.filtered(lambda line: line.outcome == "done"):
            failures = []
            for move in line._get_posted():
                sentences = move._legal_deliver_mails()
                if move.legal_sent_on:
                    move._legal_mark_send_error(sentences)
                failures += sentences
            if failures:
                line._record("failed", "\n".join(failures), {"failed_stage": "send"})
            elif line._is_in_post():
                line._record("done", line._say_in_post(), {})
            else:
                line.is_sent = True

    def _is_in_post(self):
        """Tell whether letters of this matter wait to be posted, and nothing else."""
        self.ensure_one()
        posted = self._get_posted()
        return bool(posted.legal_post_batch_id) and not posted.filtered(
            lambda move: move._legal_is_waiting()
        )

    def _get_in_post(self):
        """Return the lines of which only letters are left, to be posted by hand."""
        domain = self.prebill_id._get_moves_domain()
        batched = self.env["account.move"].search(
            [("legal_post_batch_id", "!=", False), *domain]
        )
        # Few have any: the invoices of the others need not be looked up.
        prebills = batched.prebill_ids
        return self.filtered(
            lambda line: line.prebill_id in prebills and line._is_in_post()
        )

    def _say_in_post(self):
        kept = self._get_kept_message()
        sentence = self.env._("Among the letters to print and post.")
        if kept and sentence in kept:
            return kept
        return "\n".join(filter(None, (kept, sentence)))

    def _mark_posted(self, moves):
        """Follow letters that were posted: their matters are sent."""
        prebills = moves.invoice_line_ids.prebill_line_ids.prebill_id
        lines = self.search([("prebill_id", "in", prebills.ids)])
        for line in lines.filtered(
            lambda line: not line._get_posted().filtered(lambda m: not m.legal_sent_on)
        ):
            line.write({"is_sent": True, "message": False})

    def action_open(self):
        """Open the furthest that was made of this matter: invoice, pre-bill, matter."""
        self.ensure_one()
        record = self.move_id or self.prebill_id or self.matter_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
