import logging
from smtplib import SMTPServerDisconnected

from markupsafe import Markup
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models, modules
from odoo.exceptions import UserError
from odoo.tools import formataddr, split_every

from .legal_dunning_action import OPEN_STATES

_logger = logging.getLogger(__name__)

CHUNK = 50
ATTEMPTS = 3


class LegalDunningAction(models.Model):
    """How messages leave: once, or not at all.

    Each batch goes through three transactions. The first locks the receivables,
    plans these payers again and makes the texts and files; it ends with every
    e-mail marked "may have left". The second hands the e-mails over. The third is
    the answer of the mail server. Should the process die in between, the mark
    stays, and no run sends such a message again without a person's word.
    """

    _inherit = "legal.dunning.action"

    # The run ------------------------------------------------------------------

    @api.model
    def _run(self, today=None, companies=None):
        """Plan and send what is due; return the messages of the day.

        Without ``today`` the clock decides, and nothing leaves outside the hours
        of sending. On a closed day nothing leaves either: the messages of the
        next open day are prepared and returned.

        :param date today: day to run for
        :param companies: companies to run for, or None for all
        """
        made = self.browse()
        if companies is None:
            companies = (
                self.env["res.company"].sudo().search([("dunning_off", "=", False)])
            )
        for company in companies:
            made |= self.sudo().with_company(company)._run_company(company, today)
        return made

    def _run_company(self, company, today):
        day = today or company._get_dunning_today()
        calendar = company._get_dunning_calendar()
        self._close_paid(company)
        self._tell_overdue(company, day)
        if not calendar.is_open(day):
            return self._prepare_day(company, calendar.on_or_after(day))
        made = self.browse()
        if today or company._is_dunning_open_now():
            made = self._retry(lambda: self._prepare_day(company, day))
            made._send(day)
        self._retry(lambda: self._prepare_day(company, calendar.after(day)))
        return made

    @api.model
    def _cron_run(self):
        self._run()

    # Batches ------------------------------------------------------------------

    def _send(self, day):
        """Send these messages on ``day``; each failure is kept on its message."""
        for ids in split_every(CHUNK, self.ids):
            self.browse(ids)._send_batch(day)

    def _send_batch(self, day):
        ready = self._retry(lambda: self._make(day))
        self._commit()
        ready._deliver(day)
        self._commit()

    def _retry(self, step):
        """Return what a step returns, done again when others wrote meanwhile.

        A payment may come in, or a second run be on its way: the books are then
        read anew, and what the other run has done is left alone.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._commit()
            try:
                result = step()
                self.env.flush_all()
                return result
            except (OperationalError, UniqueViolation):
                if attempt == ATTEMPTS or not self._may_commit():
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all()

    def _may_commit(self):
        return not modules.module.current_test

    def _commit(self):
        if self._may_commit():
            self.env["ir.cron"]._commit_progress()

    def _make(self, day):
        """Plan these payers again under lock and make what leaves; return e-mails."""
        actions = (
            self.exists()
            .try_lock_for_update()
            .filtered(
                lambda action: action.state in OPEN_STATES and not action.is_uncertain
            )
        )
        actions -= actions._get_locked_out()
        current = self.browse()
        for company, own in actions.grouped("company_id").items():
            for as_of, group in own.grouped(lambda a: max(a.planned_on, day)).items():
                plan = self._plan(as_of, company, group.partner_id)
                current |= self._materialise(plan) & group
        current = current.with_prefetch()
        # What was sent before and is enclosed, read for all of them at once.
        current.line_ids.move_id.dunning_line_ids.action_id.fetch(["state"])
        current.fetch(["enclosure_ids"])
        try:
            # All at once, as they nearly always are sound; else one by one.
            with self.env.cr.savepoint():
                for action in current:
                    action._make_sound(day)
        except OperationalError:
            raise
        except Exception:
            made = current.filtered(lambda action: action._make_one(day))
        else:
            made = current
        return made.filtered("is_uncertain")

    def _get_locked_out(self):
        """Return the messages one of whose invoices is being written right now."""
        terms = self.line_ids.move_id._get_dunning_terms()
        locked = terms.try_lock_for_update()
        busy = (terms - locked).move_id
        terms.invalidate_recordset()
        return self.filtered(lambda action: action.line_ids.move_id & busy)

    def _make_one(self, day):
        """Fix the words, amounts and file of one message; return whether it can go.

        What goes wrong here concerns this message alone.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._make_sound(day)
        except OperationalError:
            raise
        except UserError as error:
            self._mark_failed(error.args[0])
            return False
        except Exception as error:  # one bad message must not stop the others
            _logger.exception("Dunning message %s could not be made", self.id)
            self._mark_failed(str(error) or type(error).__name__)
            return False
        return True

    def _make_sound(self, day):
        self._check_edited()
        if self.planned_on != day:
            self.planned_on = day
        self._fix_amounts(day)
        self._make_left(*self._render(day))

    def _make_left(self, subject, text):
        """Make the files; hand it to a person, or mark it about to leave."""
        words = {"subject": subject, "body": text}
        if self.channel == "email":
            words["reply_to"] = self._get_reply_to()
        else:
            self.write(words)
            words = {}
        if self.channel in ("call", "manual"):
            self._make_task(text)
            return
        if self.channel != "sms":
            self._make_enclosures()
        if self.channel in ("letter", "registered"):
            self._check_address()
            self.body_sent = self._lay_out(text)
            self.attachment_id = self._make_letter()
            if self.channel == "letter" or self._get_provider() is None:
                self.write({"state": "ready", "failure_reason": False})
                return
        self.write(
            {
                **words,
                "body_sent": self._lay_out(text),
                "state": "failed",
                "is_uncertain": True,
                "failure_reason": self.env._(
                    "The sending was cut short: the message may have left. Ask whoever"
                    " carries it, then send it again or say that it left."
                ),
            }
        )

    @api.model
    def _close_paid(self, company):
        """Close what waits for a person once nothing is owed any more."""
        waiting = self.sudo().search(
            [("company_id", "=", company.id), ("state", "=", "ready")]
        )
        waiting.line_ids.move_id.fetch(["amount_residual", "state"])
        for action in waiting:
            moves = action.line_ids.move_id
            if any(m.state == "posted" and m.amount_residual for m in moves):
                continue
            action._close_activities(action._explain_hold("paid"))
            action._void(action._explain_hold("paid"))

    def _check_still_due(self):
        """Raise when nothing is owed any more of what a letter asks for."""
        for action in self:
            # sudo: a collector reads invoices; the residual is on the message.
            moves = action.sudo().line_ids.move_id
            if not any(m.state == "posted" and m.amount_residual for m in moves):
                raise UserError(
                    self.env._(
                        "%(numbers)s is paid since the letter was made: do not post"
                        " it.",
                        numbers=action.invoice_numbers,
                    )
                )

    def _check_edited(self):
        if self.is_edited and self.edited_facts != self._get_facts():
            raise UserError(
                self.env._(
                    "The invoices or the amounts have changed since the text for"
                    " %(payer)s was edited: read it again, then send it.",
                    payer=self.partner_id.name,
                )
            )

    def _check_address(self):
        partner = self.recipient_id
        if not (partner.street and partner.city):
            raise UserError(
                self.env._(
                    "%(payer)s has neither a usable e-mail address nor a postal"
                    " address: enter one on the client.",
                    payer=self.partner_id.name,
                )
            )

    def _get_reply_to(self):
        """Return where the answer to this e-mail goes.

        :raise UserError: to nobody
        """
        main = self.line_ids._sorted_main_first()[:1].move_id
        reply_to = main._get_dunning_contact()["reply_to"]
        if not reply_to:
            raise UserError(
                self.env._(
                    "Nobody would get the answer to this message: enter an e-mail"
                    " address for %(person)s or for %(company)s.",
                    person=self.user_id.name or self.env._("the responsible"),
                    company=self.company_id.name,
                )
            )
        return reply_to

    def _fix_amounts(self, day):
        """Write on each line what is claimed beside its balance, and why."""
        lines = {line.move_id: line for line in self.line_ids}
        for entry in self._get_entries(day):
            line = lines[entry.move]
            note = False
            if entry.percents:
                note = entry.move._get_dunning_interest_note(line, day)
            vals = {
                "amount_interest": entry.interest,
                "amount_indemnity": entry.indemnity,
                "interest_note": note,
            }
            if any(line[name] != value for name, value in vals.items()):
                line.write(vals)

    def _make_letter(self):
        """Return the letter as a private file on this message."""
        # Rendered for real in tests as well: our renderer asks no web server.
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, _kind = Report._render_qweb_pdf(
            "legal_dunning.report_letter", self.ids
        )
        return self.env["ir.attachment"].create(
            {
                "name": self._get_letter_filename(),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
                "public": False,
            }
        )

    def _get_letter_filename(self):
        number = self.line_ids._sorted_main_first()[:1].move_id.name
        safe = (number or str(self.id)).replace("/", "-")
        return f"{self.level_id.sequence}-{safe}-{self.partner_id.id}.pdf"

    # Delivery -----------------------------------------------------------------

    def _deliver(self, day):
        """Hand each message to whoever carries it, and keep the answer."""
        for channel, own in self.grouped("channel").items():
            if channel == "email":
                own._deliver_emails(day)
            elif channel == "sms":
                own._deliver_sms(day)
            else:
                own._deliver_registered(day)

    def _deliver_sms(self, day):
        """Hand text messages over; the addon that knows how does it."""
        self._mark_failed(self.env._("This database sends no text messages."))

    def _deliver_emails(self, day):
        """Hand the e-mails over in one session and keep the server's answer."""
        mails = self.env["mail.mail"].create(self._prepare_mails())
        try:
            mails.send()
        except SMTPServerDisconnected as error:
            mails.filtered(lambda mail: mail.state == "outgoing").write(
                {"state": "exception", "failure_reason": str(error)}
            )
        left = self.browse()
        for action, mail in zip(self, mails, strict=True):
            if action._take_answer(mail):
                left |= action
        left._mark_sent(day)

    def _prepare_mails(self):
        """Return the values of an e-mail each, in the order of the messages."""
        return [action._prepare_mail() for action in self]

    def _prepare_mail(self):
        self.ensure_one()
        company = self.company_id
        sender = company.partner_id
        return {
            "subject": self._get_full_subject(self.subject),
            "body_html": self._put_own_links(self.body_sent),
            "author_id": sender.id,
            "email_from": formataddr((company.name, company.email or self.reply_to)),
            "reply_to": self.reply_to,
            "email_to": formataddr((self.recipient_id.name or "", self.email_to)),
            "email_cc": self.email_cc,
            "attachment_ids": [(6, 0, self.enclosure_ids.ids)],
            "message_type": "email_outgoing",
            "auto_delete": False,
        }

    def _take_answer(self, mail):
        """Keep what the mail server said of one message; return whether it left."""
        self.ensure_one()
        if mail.state == "sent":
            self.message_ref = mail.message_id
            return True
        reason = mail.failure_reason or self.env._("The mail server gave no answer.")
        # Nobody but this message may send it again.
        mail.write({"state": "cancel"})
        self._mark_failed(
            self.env._(
                "The e-mail to %(address)s did not leave: %(reason)s",
                address=self.email_to,
                reason=reason,
            )
        )
        return False

    # Outcomes -----------------------------------------------------------------

    def _mark_failed(self, reason):
        self.write(
            {
                "state": "failed",
                "failure_reason": reason,
                "is_uncertain": False,
                "body_sent": False,
            }
        )

    def _mark_sent(self, day):
        self.write(
            {
                "state": "sent",
                "sent_on": day,
                "sent_at": fields.Datetime.now(),
                "planned_on": day,
                "is_uncertain": False,
                "is_postponed": False,
                "failure_reason": False,
            }
        )
        self._log_sent()

    def _mark_posted(self, day):
        """The letters left today; their text keeps the day they are dated."""
        self.write({"state": "sent", "sent_on": day, "sent_at": fields.Datetime.now()})
        self._log_sent()

    def _log_sent(self):
        """Write in the invoices' and the clients' logs what left, and to whom."""
        of_moves, of_partners = {}, {}
        for action in self:
            head = action._get_log_head()
            for move in action.line_ids.move_id:
                of_moves[move.id] = of_moves.get(move.id, Markup()) + head + action.body
            # Every colleague may read a client's log: no number, no amount.
            partner = action.partner_id
            of_partners[partner.id] = of_partners.get(partner.id, Markup()) + head
        self.env["res.partner"].browse(of_partners)._message_log_batch(
            bodies=of_partners
        )
        self.env["account.move"].browse(of_moves)._log_alike(of_moves)

    def _get_log_head(self):
        self.ensure_one()
        env = self.with_context(
            lang=self.company_id.partner_id.lang or self.env.lang
        ).env
        if self.channel == "call":
            text = env._("%(level)s: %(name)s was called.")
        elif self.channel == "sms":
            text = env._("%(level)s sent to %(name)s by text message.")
        elif self.channel == "registered":
            text = env._("%(level)s sent to %(name)s, registered, no. %(tracking)s.")
        elif self.channel == "letter":
            text = env._("%(level)s posted to %(name)s.")
        else:
            text = env._("%(level)s sent to %(name)s, %(address)s.")
        return Markup("<p><b>%s</b></p>") % (
            text
            % {
                "level": self.level_id.with_env(env).name,
                "name": self.recipient_id.name,
                "address": self.email_to,
                "tracking": self.tracking_number,
            }
        )
