from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..engine import disputes
from .legal_dispute import TODO


class LegalDispute(models.Model):
    """What is done about a dispute, by the table of the engine."""

    _inherit = "legal.dispute"

    # Acts -------------------------------------------------------------------------

    def _do(self, act, by=None):
        """Take these disputes where ``act`` leads; the caller checked who acts.

        :raise UserError: it leads nowhere from where a dispute stands
        """
        for dispute in self:
            # Two people, or two tabs, act one after the other.
            dispute.sudo().move_id._legal_lock_payment()
            step = disputes.step(dispute.state, act, dispute.kind == "question")
            if not step:
                raise UserError(
                    self.env._(
                        "%(dispute)s has gone on meanwhile (%(state)s), so nothing"
                        " was changed: reload the page.",
                        dispute=dispute.display_name,
                        state=dispute._get_state_label(),
                    )
                )
            # sudo: the state is the table's, not a person's to write.
            dispute.sudo().write(dispute._prepare_step(act, step))
            if step.state == disputes.CLOSED:
                dispute._log_closed()

    def _prepare_step(self, act, step):
        today = self.company_id._get_dunning_today()
        vals = {"state": step.state}
        if act == "answer":
            vals["answered_on"] = today
            days = self.company_id.sudo().dispute_days
            vals["deadline"] = fields.Date.add(today, days=days)
        elif act == "persist":
            days = self.company_id.sudo().dispute_days
            vals["deadline"] = fields.Date.add(today, days=days)
        elif act == "mediate":
            vals["mediation_on"] = today
        elif act == "refer":
            vals["referred_on"] = today
        if step.outcome:
            vals.update(
                outcome=step.outcome,
                closed_on=today,
                closed_by_id=False if self.env.user._is_public() else self.env.uid,
            )
        return vals

    def _get_state_label(self):
        self.ensure_one()
        if self.state == disputes.CLOSED and self.outcome:
            field, value = self._fields["outcome"], self.outcome
        else:
            field, value = self._fields["state"], self.state
        return dict(field._description_selection(self.env))[value]

    def _close_by_credit(self, refunds):
        """End these disputes by the credit notes that settle them."""
        for dispute in self:
            dispute.sudo().credit_note_ids |= refunds
            dispute._do("rebate")

    # Beginning and end --------------------------------------------------------------

    def _start(self):
        self.ensure_one()
        if self.kind == "dispute":
            self._log(
                self.env._(
                    "%(amount)s contested on %(day)s: nothing is asked for it until"
                    " the dispute is settled.",
                    amount=self._format_money(self.amount),
                    day=format_date(self.env, self.received_on),
                )
            )
        self._remind_owner()

    def _log_closed(self):
        self.ensure_one()
        # sudo: the reminder of whoever answers goes with what it was about.
        self.sudo().activity_unlink([TODO])
        if self.kind == "dispute":
            self._log(
                self.env._(
                    "Dispute of %(amount)s closed: %(outcome)s.",
                    amount=self._format_money(self.amount),
                    outcome=self._get_state_label().lower(),
                )
            )

    def _log(self, text):
        """Write in the log of the invoice: amounts and days, no narrative."""
        # sudo: a lawyer settles a dispute without rights on the ledger.
        self.ensure_one()
        self.sudo().move_id._message_log(body=text)

    def _format_money(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _format_day(self, day):
        # sudo: the language its payer reads
        lang = self.sudo().partner_id._get_dunning_lang(self.company_id)
        return format_date(self.env, day, lang_code=lang)

    def _remind_owner(self):
        """Keep one dated task for whoever owes the next word."""
        for dispute in self:
            # sudo: the task follows the dispute, whoever moves it.
            own = dispute.sudo()
            own.activity_unlink([TODO])
            if not own.is_open or not own.user_id:
                continue
            summaries = {
                "open": self.env._("Answer the client"),
                "answered": self.env._("No word from the client since: settle it"),
                "mediation": self.env._("Where does the mediation stand?"),
                "bar": self.env._("Where does the bâtonnier's decision stand?"),
            }
            own.activity_schedule(
                TODO,
                date_deadline=own.deadline,
                user_id=own.user_id.id,
                summary=summaries[own.state],
            )

    # Words ------------------------------------------------------------------------

    def _say(self, body, side, is_grounds=False, is_shared=True, partner=None, **vals):
        """Keep a word about this dispute; return the exchange."""
        self.ensure_one()
        partner = partner or (
            self.contact_id if side == "client" else self.env.user.partner_id
        )
        # sudo: exchanges are written here alone; the caller checked who speaks.
        return (
            self.env["legal.dispute.exchange"]
            .sudo()
            .create(
                {
                    "dispute_id": self.id,
                    "side": side,
                    "partner_id": partner.id,
                    "body": body,
                    "is_grounds": is_grounds,
                    "is_shared": is_shared,
                    **vals,
                }
            )
        )

    def _check_words(self):
        """Refuse who may not read what the dispute is about to speak for the firm."""
        self.ensure_one()
        self.check_access("write")
        if not self._may_read_words():
            raise UserError(
                self.env._(
                    "%(dispute)s is about a matter that is closed to you: its owner"
                    " answers it.",
                    dispute=self.display_name,
                )
            )

    def _may_read_words(self):
        """Tell whether the wall of each matter lets this person in."""
        self.ensure_one()
        # sudo(False): the very rights of who asks
        matters = self.sudo().matter_ids.sudo(False)
        return self.env.su or all(matter.has_access("read") for matter in matters)

    def _answer(self, text, act=None):
        """Say something to the client, and settle the dispute or not.

        :param act: what becomes of it, or None for a mere word
        """
        self.ensure_one()
        self._check_words()
        text = (text or "").strip()
        if not text:
            raise UserError(
                self.env._(
                    "Write to the client what you decide about %(dispute)s, and why.",
                    dispute=self.display_name,
                )
            )
        if act:
            self._check_act(act)
            self._do(act)
        self._say(text, side="firm")
        self._tell_client()

    def _check_act(self, act):
        """Refuse what the law keeps for others."""
        if act == "mediate" and not self.mediator:
            raise UserError(
                self.env._(
                    "The mediator of the profession hears consumers alone, and needs"
                    " to be named under Configuration › Legal values: %(payer)s cannot"
                    " be sent to mediation.",
                    payer=self.partner_id.name,
                )
            )

    def _tell_client(self):
        """Send the client the link under which the firm's answer stands."""
        self.ensure_one()
        self._send_link("legal_dunning.mail_template_dispute_answer", self.contact_id)

    def _send_link(self, template, contact=None):
        """Send a message with the link of the invoice, which nobody here reads.

        The e-mail hangs on no record: the client's key stays out of every log.
        """
        self.ensure_one()
        # sudo: the words are the firm's own, about the client's own invoice.
        dispute = self.sudo()
        contact = contact or dispute.move_id._get_dunning_partner()
        if not contact.email:
            dispute._message_log(
                body=self.env._(
                    "%(name)s has no e-mail address: tell the client by another way.",
                    name=contact.name,
                )
            )
            return
        lang = contact._get_dunning_lang(dispute.company_id)
        url = dispute.move_id._get_dunning_link(contact)
        template = (
            self.env.ref(template).sudo().with_context(lang=lang, dispute_url=url)
        )
        template.send_mail(
            dispute.id,
            email_values={
                "model": False,
                "res_id": False,
                "email_to": contact.email_formatted,
                "recipient_ids": [],
            },
        )
        dispute._message_log(
            body=Markup("<p>%s</p>")
            % self.env._("Told %(name)s by e-mail.", name=contact.name)
        )

    # Buttons ------------------------------------------------------------------------

    def action_answer(self):
        """Open the dialog in which the firm answers, and decides."""
        self.ensure_one()
        self._check_words()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer %(payer)s", payer=self.partner_id.name),
            "res_model": "legal.dispute.answer",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_dispute_id": self.id,
                "default_decision": self.env.context.get("decision", "answer"),
            },
        }

    def action_rebate(self):
        """Open the credit note of the contested lines; issuing it ends the dispute."""
        self.ensure_one()
        self._check_words()
        if not disputes.step(self.state, "rebate", self.kind == "question"):
            raise UserError(
                self.env._(
                    "%(dispute)s is closed: there is nothing left to credit for it.",
                    dispute=self.display_name,
                )
            )
        action = self.move_id.action_reverse()
        context = action.get("context") or {}
        if isinstance(context, str):
            context = {}
        action["context"] = {
            **context,
            "active_model": "account.move",
            "active_ids": self.move_id.ids,
            "active_id": self.move_id.id,
            "default_dispute_id": self.id,
        }
        return action

    def action_withdraw(self):
        """The client no longer contests: the whole is asked for again."""
        for dispute in self:
            dispute.check_access("write")
            dispute._do("withdraw")

    def action_view_invoice(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
