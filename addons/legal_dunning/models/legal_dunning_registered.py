import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

EVIDENCE = ("posting_proof_id", "receipt_id")


class LegalDunningAction(models.Model):
    """Registered letters: posted, presented, received, with the proof of each."""

    _inherit = "legal.dunning.action"

    is_formal_notice = fields.Boolean(related="level_id.is_formal_notice", store=True)
    tracking_number = fields.Char(readonly=True, copy=False)
    presented_on = fields.Date("First Presented on", readonly=True, copy=False)
    received_on = fields.Date("Received on", readonly=True, copy=False)
    return_reason = fields.Selection(
        [
            ("unclaimed", "Not claimed"),
            ("refused", "Refused"),
            ("unknown", "Unknown at the address"),
        ],
        "Came Back",
        readonly=True,
        copy=False,
    )
    posting_proof_id = fields.Many2one(
        "ir.attachment", "Proof of Posting", readonly=True, copy=False
    )
    receipt_id = fields.Many2one("ir.attachment", "Receipt", readonly=True, copy=False)
    registered_provider = fields.Char(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The service that carried it; empty when it was posted by hand.",
    )
    notice_on = fields.Date(
        "Notified on",
        compute="_compute_notice_on",
        store=True,
        help="Received, else first presented: the days to answer and the interest of a"
        " private individual count from it.",
    )
    answer_until = fields.Date("To Be Paid until", compute="_compute_answer_until")

    @api.depends("received_on", "presented_on")
    def _compute_notice_on(self):
        for action in self:
            action.notice_on = action.received_on or action.presented_on

    @api.depends("notice_on", "sent_on", "level_id.answer_days")
    def _compute_answer_until(self):
        for action in self:
            start = action.notice_on or (not action.is_formal_notice and action.sent_on)
            action.answer_until = start and action.level_id._get_answer_date(start)

    def _get_counting_day(self):
        """Return the day from which the next level counts."""
        self.ensure_one()
        return self.notice_on or self.sent_on

    def _get_posting_note(self):
        """Return the words that a registered letter bears above its address."""
        self.ensure_one()
        if self.channel != "registered":
            return ""
        return self.env._("Registered letter with acknowledgement of receipt")

    # Posting ------------------------------------------------------------------

    def action_open_posting(self):
        return self._open_posting("posted", self.env._("Posted"))

    def action_open_receipt(self):
        return self._open_posting("received", self.env._("What Became of the Letter"))

    def _open_posting(self, step, title):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "legal.dunning.posting",
            "view_mode": "form",
            "target": "new",
            "context": {"default_action_id": self.id, "default_step": step},
        }

    def _mark_posted_registered(self, day, tracking, proof=None):
        """The letter was posted on ``day``: its number and its proof are kept."""
        self.ensure_one()
        self._check_still_due()
        if self.state != "ready" or self.channel != "registered":
            raise UserError(
                self.env._(
                    "“%(message)s” is no registered letter to post.",
                    message=self.display_name,
                )
            )
        today = self.company_id._get_dunning_today()
        if day > today or day < self.planned_on:
            raise UserError(
                self.env._(
                    "The letter is dated %(dated)s and today is %(today)s: it was"
                    " posted"
                    " between the two.",
                    dated=format_date(self.env, self.planned_on),
                    today=format_date(self.env, today),
                )
            )
        if not (tracking or "").strip():
            raise UserError(
                self.env._(
                    "Enter the number of the registered letter: without it nothing"
                    " proves that it was posted."
                )
            )
        self.tracking_number = tracking.replace(" ", "").upper()
        if proof:
            self.posting_proof_id = self._keep_proof(*proof)
        self._mark_posted(day)

    def _mark_notified(
        self, presented=None, received=None, returned=None, receipt=None
    ):
        """Record what became of a registered letter, with its receipt."""
        self.ensure_one()
        if self.state != "sent" or self.channel != "registered":
            raise UserError(
                self.env._(
                    "“%(message)s” is no registered letter on its way.",
                    message=self.display_name,
                )
            )
        vals = {
            "presented_on": presented or self.presented_on,
            "received_on": received or self.received_on,
            "return_reason": returned or self.return_reason,
        }
        today = self.company_id._get_dunning_today()
        days = [day for day in (vals["presented_on"], vals["received_on"]) if day]
        if any(day < self.sent_on or day > today for day in days):
            raise ValidationError(
                self.env._(
                    "The letter was posted on %(posted)s: it cannot have arrived"
                    " before, nor after today.",
                    posted=format_date(self.env, self.sent_on),
                )
            )
        if len(days) == 2 and days[1] < days[0]:
            raise ValidationError(
                self.env._("A letter is received after it was first presented.")
            )
        if vals["received_on"] and vals["return_reason"]:
            raise ValidationError(
                self.env._("A letter that came back was not received: choose one.")
            )
        self.write(vals)
        if receipt:
            self.receipt_id = self._keep_proof(*receipt)
        self._log_notified()

    def _keep_proof(self, name, content):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "res_model": self._name,
                "res_id": self.id,
                "public": False,
            }
        )

    def _log_notified(self):
        env = self.with_context(
            lang=self.company_id.partner_id.lang or self.env.lang
        ).env
        if self.received_on:
            text = env._(
                "%(level)s received on %(day)s.",
                level=self.level_id.with_env(env).name,
                day=format_date(env, self.received_on),
            )
        elif self.return_reason:
            reasons = dict(self._fields["return_reason"]._description_selection(env))
            text = env._(
                "%(level)s came back: %(reason)s.",
                level=self.level_id.with_env(env).name,
                reason=reasons[self.return_reason].lower(),
            )
        else:
            text = env._(
                "%(level)s first presented on %(day)s.",
                level=self.level_id.with_env(env).name,
                day=format_date(env, self.presented_on),
            )
        moves = self.line_ids.move_id
        moves._message_log_batch(bodies=dict.fromkeys(moves.ids, text))

    def _get_evidence(self):
        """Return the files that prove this message: letter, enclosures, posting,
        receipt, in that order."""
        # sudo: callers have checked that their reader may see the message.
        own = self.sudo()
        return (
            own.attachment_id
            + own.enclosure_ids
            + own.posting_proof_id
            + own.receipt_id
        )

    # Electronic ---------------------------------------------------------------

    def _get_provider(self):
        """Return the service that may carry this letter, or None: on paper then."""
        self.ensure_one()
        provider = self.env["legal.registered.provider"]._for(self.company_id)
        if provider is None:
            return None
        try:
            provider._check_consent(self)
        except UserError as error:
            self.partner_id._message_log(body=error.args[0])
            return None
        return provider

    def _deliver_registered(self, day):
        """Hand these letters to their service, and keep its proof."""
        for action in self:
            provider = self.env["legal.registered.provider"]._for(action.company_id)
            files = [(file.name, file.raw) for file in action._get_evidence()]
            try:
                answer = provider._submit(action, files)
            except UserError as error:
                action._mark_failed(error.args[0])
                continue
            except OperationalError:
                raise
            except Exception as error:
                # It may have been deposited all the same: a person finds out.
                _logger.exception("Registered letter %s: no clear answer", action.id)
                action.failure_reason = self.env._(
                    "The service gave no clear answer (%(error)s): the letter to"
                    " %(payer)s may have left. Look at the service, then send it again"
                    " or say that it left.",
                    error=str(error) or type(error).__name__,
                    payer=action.partner_id.name,
                )
                continue
            action.write(
                {
                    "tracking_number": answer["reference"],
                    "registered_provider": provider._name,
                }
            )
            if answer.get("proof"):
                action.posting_proof_id = action._keep_proof(*answer["proof"])
            action._mark_sent(day)

    @api.model
    def _poll_registered(self, company):
        """Ask the services what became of the letters on their way."""
        waiting = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("channel", "=", "registered"),
                ("state", "=", "sent"),
                ("registered_provider", "!=", False),
                ("received_on", "=", False),
                ("return_reason", "=", False),
            ]
        )
        for name, actions in waiting.grouped("registered_provider").items():
            if name not in self.env.registry:
                continue
            try:
                found = self.env[name]._poll(actions)
            except Exception:  # a service that is down is asked again the next time
                _logger.exception("%s does not tell what became of letters", name)
                continue
            for action in actions:
                if action in found:
                    action._take_news(found[action])

    def _take_news(self, news):
        """Keep what a service says of one letter; what it says wrongly stops no other.

        :param dict news: see :meth:`legal.registered.provider._poll`
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._mark_notified(
                    presented=news.get("presented_on"),
                    received=news.get("received_on"),
                    returned=news.get("return_reason"),
                    receipt=news.get("receipt"),
                )
        except UserError as error:
            self.partner_id._message_log(
                body=self.env._(
                    "What the service says of the registered letter %(number)s does"
                    " not fit: %(error)s",
                    number=self.tracking_number,
                    error=error.args[0],
                )
            )


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_registered_provider = fields.Selection(
        [],
        "Electronic Registered Letters",
        help="Empty: registered letters are printed and posted by hand.",
    )
