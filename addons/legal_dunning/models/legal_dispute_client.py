from odoo import models
from odoo.tools import format_datetime

from .account_move_contest import LONGEST_WORDS


class LegalDispute(models.Model):
    """The client's side: what he reads about his dispute, and what he answers."""

    _inherit = "legal.dispute"

    def _get_page(self):
        """Return plain values for the page of the invoice; callers are in sudo."""
        self.ensure_one()
        _ = self.env._
        move = self.move_id.with_env(self.env)
        is_question = self.kind == "question"
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "title": _("Your question") if is_question else _("Your objection"),
            "status": self._get_page_status(),
            "amount": "" if is_question else move._legal_format_money(self.amount),
            "lines": self.line_ids.mapped("label"),
            "words": [
                {
                    "is_mine": word.side == "client",
                    "who": word.partner_id.name or self.company_id.name,
                    "when": self._format_moment(word.said_at),
                    "body": word.body,
                    "files": word.attachment_ids.mapped("name"),
                }
                for word in self.exchange_ids
                if word.is_shared
            ],
            "mediator": self.mediator if not is_question and self.mediator else "",
            "may_reply": self.is_open and self.state in ("open", "answered"),
            "may_settle": self.state == "answered",
        }

    def _get_page_status(self):
        _ = self.env._
        if self.kind == "question":
            return {
                "open": _("We are preparing an answer."),
                "answered": _("We have answered."),
            }.get(self.state, _("Settled."))
        if self.is_open:
            return {
                "open": _("We are looking into it; nothing is asked for this part."),
                "answered": _("We have answered: does this settle it?"),
                "mediation": _("Before the mediator; nothing is asked for this part."),
                "bar": _("Before the bâtonnier; nothing is asked for this part."),
            }[self.state]
        return {
            "explained": _("Settled: thank you."),
            "rebate": _("Settled by a credit note."),
            "plan": _("Settled by a payment plan."),
            "maintained": _("We maintain the invoice; this part is to be paid."),
            "mediation": _("Settled in mediation."),
            "bar": _("Decided by the bâtonnier."),
            "withdrawn": _("Withdrawn."),
        }[self.outcome]

    def _format_moment(self, moment):
        return format_datetime(
            self.env,
            moment,
            tz=self.company_id._get_legal_tz().zone,
            dt_format="d MMMM y HH:mm",
        )

    def _client_reply(self, verb, words, contact, files=()):
        """Take the client's word on the firm's answer.

        :param verb: ``settle`` (the answer settles it) or ``reply``
        :return: ``done``, ``again`` (the very same word), ``empty`` or ``over``
        """
        self.ensure_one()
        self.move_id._legal_lock_payment()
        self.invalidate_recordset(["state"])
        words = (words or "").strip().replace("\r\n", "\n")[:LONGEST_WORDS]
        if self.state not in ("open", "answered"):
            return "over"
        if verb == "settle":
            if self.state != "answered":
                return "over"
            if words:
                self._say(words, side="client", partner=contact)
            self._do("accept")
            return "done"
        if not words:
            return "empty"
        last = self.exchange_ids[-1:]
        if last.side == "client" and last.body == words:
            return "again"
        files = self.move_id._check_files(files)
        self._say(words, side="client", partner=contact)._attach(files)
        if self.state == "answered":
            self._do("persist")
        self._take_client_word()
        return "done"

    def _take_client_word(self):
        """Put it before whoever owes the answer, and nobody else."""
        self.ensure_one()
        self._remind_owner()
        if self.user_id:
            self.message_notify(
                partner_ids=self.user_id.partner_id.ids,
                subject=self.display_name,
                body=self.env._(
                    "%(payer)s wrote about invoice %(number)s: read and answer it in"
                    " %(dispute)s.",
                    payer=self.partner_id.name,
                    number=self.move_id.name,
                    dispute=self.display_name,
                ),
                model=self._name,
                res_id=self.id,
            )
