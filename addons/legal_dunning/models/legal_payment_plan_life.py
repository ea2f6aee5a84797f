import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from .legal_dispute import TODO
from .legal_payment_plan import BEFORE, IN_FORCE

_logger = logging.getLogger(__name__)


class LegalPaymentPlan(models.Model):
    """From a proposal to its end: what people do about a plan."""

    _inherit = "legal.payment.plan"

    # Preparing ----------------------------------------------------------------------

    @api.model
    def _prepare_for(self, moves, **values):
        """Return a new plan of these invoices; the checks say what cannot be."""
        if not moves:
            raise UserError(self.env._("Choose the invoices to pay by instalments."))
        plan = self.create(
            {
                "company_id": moves[0].company_id.id,
                **values,
                "invoice_ids": [
                    Command.create({"move_id": move.id})
                    for move in moves.sorted(lambda m: (m.invoice_date_due, m.id))
                ],
            }
        )
        return plan

    def _check_invoices(self, rows=None):
        """Refuse what one plan cannot speak of together, or at all."""
        self.ensure_one()
        if self.state not in BEFORE:
            return
        # sudo: other plans of the invoices count, whoever may read them.
        own = self.sudo().invoice_ids
        moves = own.move_id
        if not moves:
            return
        for row in own:
            self._check_one_invoice(row)
        alike = (
            moves.commercial_partner_id,
            moves.currency_id,
            moves.company_id | self.sudo().company_id,
            moves._get_dunning_terms().account_id,
        )
        if any(len(records) > 1 for records in alike):
            raise ValidationError(
                self.env._(
                    "A plan is about invoices of one payer, in one currency, on one"
                    " account: %(numbers)s are not. Make a plan for each.",
                    numbers=", ".join(moves.mapped("name")),
                )
            )
        if len(own) > 1 and any(own.mapped("amount_outside")):
            disputed = own.filtered("amount_outside")[:1].move_id
            raise ValidationError(
                self.env._(
                    "A part of %(number)s is in dispute: settle that first, or make a"
                    " plan of this invoice alone.",
                    number=disputed.name,
                )
            )

    def _check_one_invoice(self, row):
        move = row.move_id
        if (
            move.state != "posted"
            or move.move_type != "out_invoice"
            or move.currency_id.compare_amounts(row.amount, 0) <= 0
        ):
            raise ValidationError(
                self.env._(
                    "Nothing of %(number)s is left to pay by instalments: it is paid,"
                    " credited, in dispute or not issued.",
                    number=move._legal_get_label(),
                )
            )
        twin = (move.plan_line_ids.filtered("is_live") - row).plan_id[:1]
        if twin:
            raise ValidationError(
                self.env._(
                    "%(number)s is already on the payment plan %(plan)s: end that one"
                    " first.",
                    number=move.name,
                    plan=twin.name,
                )
            )

    def _lock(self):
        """Let one answer, payment or run at a time decide on these plans."""
        moves = self.sudo().invoice_ids.move_id
        moves._legal_lock_payment()
        self.invalidate_recordset(["state", "sent_digest"])

    def _refresh_amounts(self):
        """Take the ledger's figures again, and divide them anew.

        :return: whether something had changed
        """
        self.ensure_one()
        rows = self.sudo().invoice_ids
        stale = rows.filtered(lambda row: not row._is_current())
        if not stale:
            return False
        gone = stale.filtered(
            lambda row: (
                row.move_id.state != "posted"
                or row.currency_id.compare_amounts(
                    row.move_id.amount_residual, row.move_id.disputed_amount
                )
                <= 0
            )
        )
        (stale - gone)._compute_amounts()
        gone.unlink()
        if self.invoice_ids:
            self.sudo()._make_schedule()
        return True

    # Offering -----------------------------------------------------------------------

    def action_offer(self):
        """Send the plan to the client, to accept online."""
        for plan in self:
            plan.check_access("write")
            plan._lock()
            if plan.state not in ("draft", "asked"):
                raise UserError(
                    self.env._(
                        "%(plan)s is %(state)s: it is not to be offered now.",
                        plan=plan.name,
                        state=plan._get_state_label().lower(),
                    )
                )
            plan._offer()
            plan._send_link("legal_dunning.mail_template_plan_offer")

    def _offer(self):
        """Fix what the client reads: terms, document, its hash and its last day."""
        self.ensure_one()
        self._refresh_amounts()
        if not self.invoice_ids:
            raise UserError(
                self.env._(
                    "Nothing is left to pay on the invoices of %(plan)s: cancel it.",
                    plan=self.name,
                )
            )
        self._check_invoices()
        self._check_schedule()
        today = self.company_id._get_dunning_today()
        if self.instalment_ids.sorted("due_on")[:1].due_on < today:
            raise UserError(
                self.env._(
                    "The first instalment of %(plan)s would fall due in the past: give"
                    " it a later day.",
                    plan=self.name,
                )
            )
        # sudo: states and documents are not a person's to write
        plan = self.sudo()
        plan.write(
            {
                "state": "offered",
                "expires_on": today + timedelta(days=plan.company_id.plan_offer_days),
            }
        )
        attachment = plan._make_document()
        plan.write(
            {
                "sent_attachment_id": attachment.id,
                "sent_digest": self.env["legal.evidence"]._hash(attachment.raw),
            }
        )
        plan.activity_unlink([TODO])
        plan._portal_ensure_token()

    def action_decline(self):
        """Tell the client that his proposal cannot be agreed to."""
        for plan in self:
            plan.check_access("write")
            plan._lock()
            plan._leave(("asked",), "declined")
            plan._send_link("legal_dunning.mail_template_plan_declined")

    def action_cancel(self):
        """Take the plan back, or end it as agreed with the client."""
        for plan in self:
            plan.check_access("write")
            plan._lock()
            plan._leave((*BEFORE, *IN_FORCE), "cancelled")

    def action_break(self):
        """End a plan that is not kept, once the client has been warned."""
        for plan in self:
            plan.check_access("write")
            plan._lock()
            if not plan.noticed_on:
                raise UserError(
                    self.env._(
                        "%(payer)s has not been warned yet: %(plan)s ends by itself"
                        " once the notice is past.",
                        payer=plan.partner_id.name,
                        plan=plan.name,
                    )
                )
            plan._break()

    def _leave(self, states, target):
        self.ensure_one()
        if self.state not in states:
            raise UserError(
                self.env._(
                    "%(plan)s is %(state)s by now, so nothing was changed: reload the"
                    " page.",
                    plan=self.name,
                    state=self._get_state_label().lower(),
                )
            )
        # sudo: states are not a person's to write
        plan = self.sudo()
        was_agreed = plan.state in IN_FORCE
        plan.write(
            {
                "state": target,
                "ended_on": plan.company_id._get_dunning_today()
                if was_agreed
                else False,
            }
        )
        plan.activity_unlink([TODO])
        if was_agreed:
            plan._log_on_invoices(
                self.env._(
                    "Payment plan %(plan)s: %(state)s.",
                    plan=plan.name,
                    state=plan._get_state_label().lower(),
                )
            )

    def _break(self):
        self._leave(IN_FORCE, "broken")
        self._send_link("legal_dunning.mail_template_plan_broken")

    # Agreeing -----------------------------------------------------------------------

    def _begin(self, evidence_values):
        """Let the plan run, with the proof of who accepted what.

        Called in sudo, after who accepts was checked.
        """
        self.ensure_one()
        _ = self.env._
        today = self.company_id._get_dunning_today()
        matters = self.matter_ids
        evidence = self.env["legal.evidence"]._record(
            self,
            attachment_id=self.sent_attachment_id.id,
            matter_id=(matters.filtered("is_walled") or matters)[:1].id,
            **evidence_values,
        )
        self.write({"state": "running", "signed_on": today, "evidence_id": evidence.id})
        if self.dispute_id.is_open:
            self.dispute_id._do("plan")
        self.signed_attachment_id = self._make_document()
        self._log_on_invoices(
            _(
                "Payment plan %(plan)s accepted by %(name)s: %(total)s in %(count)s"
                " instalments from %(day)s. No reminder while it is kept.",
                plan=self.name,
                name=evidence.typed_name,
                total=self._format_money(self.amount_total),
                count=len(self.instalment_ids),
                day=self._format_date(min(self.instalment_ids.mapped("due_on"))),
            )
        )
        self._tell_owner(_("%(plan)s was accepted online.", plan=self.name))
        self._send_link(
            "legal_dunning.mail_template_plan_accepted", self.signed_attachment_id
        )

    # Telling ------------------------------------------------------------------------

    def _log_on_invoices(self, text):
        """Write in the logs of the invoices: numbers, amounts and days."""
        moves = self.sudo().invoice_ids.move_id
        moves._message_log_batch(bodies=dict.fromkeys(moves.ids, text))

    def _tell_owner(self, text):
        self.ensure_one()
        if self.user_id:
            self.message_notify(
                partner_ids=self.user_id.partner_id.ids,
                subject=self.display_name,
                body=text,
            )

    def _ask_owner(self, summary):
        self.ensure_one()
        self.activity_unlink([TODO])
        if self.user_id:
            self.activity_schedule(TODO, user_id=self.user_id.id, summary=summary)

    def _send_link(self, template, attachment=None, **words):
        """Send the signatory a message with the link, which nobody here reads."""
        self.ensure_one()
        # sudo: the words are the firm's own, about the payer's own plan
        plan = self.sudo()
        contact = plan._get_contact()
        if not contact.email:
            plan._message_log(
                body=self.env._(
                    "%(name)s has no e-mail address: tell the client by another way.",
                    name=contact.name,
                )
            )
            return
        lang = contact._get_dunning_lang(plan.company_id)
        template = (
            self.env.ref(template)
            .sudo()
            .with_context(lang=lang, plan_url=plan._get_mail_url(), **words)
        )
        values = {
            "model": False,
            "res_id": False,
            "email_to": contact.email_formatted,
            "recipient_ids": [],
        }
        if attachment:
            values["attachment_ids"] = [Command.set(attachment.ids)]
        template.send_mail(plan.id, email_values=values)
        shown = template.with_context(plan_url="#")
        subject = shown._render_field("subject", plan.ids, compute_lang=True)[plan.id]
        plan._message_log(
            body=self.env._(
                "Sent to %(name)s: %(subject)s", name=contact.name, subject=subject
            )
        )

    # Following ----------------------------------------------------------------------

    def _refresh_state(self, today=None):
        """Bring the state of agreed plans in line with the ledger; return standings.

        :return: {plan: the engine's standings}
        """
        own = self.filtered(lambda plan: plan.state in IN_FORCE)
        figures = own._get_figures()
        found = {}
        for plan in own:
            day = today or plan.company_id._get_dunning_today()
            rows = plan._follow(figures.get(plan.id), day)
            found[plan] = rows
            missed = sum(row.is_missed for row in rows)
            if not any(row.left > 0 for row in rows):
                plan.write({"state": "done", "ended_on": day})
                plan._log_on_invoices(
                    self.env._("Payment plan %(plan)s settled.", plan=plan.name)
                )
            elif missed and plan.state != "late":
                plan.state = "late"
            elif not missed and plan.state == "late":
                plan.write(
                    {"state": "running", "noticed_on": False, "noticed_count": 0}
                )
        self.invalidate_recordset(["amount_left", "amount_paid"], flush=False)
        return found

    @api.model
    def _cron_follow(self, today=None):
        """Announce instalments, warn of missed ones, end what is not kept."""
        # sudo: the clock speaks for the firm
        plans = self.sudo()
        companies = self.env["res.company"].sudo().search([])
        for company in companies:
            day = today or company._get_dunning_today()
            own = plans.with_company(company).search(
                [("company_id", "=", company.id), ("state", "in", IN_FORCE)]
            )
            standings = own._refresh_state(day)
            plans._expire_offers(company, day)
            may_write = company._get_dunning_calendar().is_open(day) and (
                today or company._is_dunning_open_now()
            )
            if not may_write:
                continue
            for plan, rows in standings.items():
                if plan.state not in IN_FORCE:
                    continue
                plan._follow_alone(rows, day)

    def _follow_alone(self, rows, day):
        """Follow one plan: what goes wrong with it concerns no other."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._follow_one(rows, day)
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("Payment plan %s could not be followed", self.name)
            self._ask_owner(
                self.env._(
                    "%(plan)s could not be followed today: %(error)s",
                    plan=self.name,
                    error=str(error) or type(error).__name__,
                )
            )

    def _follow_one(self, rows, day):
        """Send one message at the most about a plan on a day."""
        self.ensure_one()
        if self.invoice_ids.move_id._legal_get_running_transactions():
            return  # paying it right now: neither warned nor ended meanwhile
        company = self.company_id
        missed = sum(row.is_missed for row in rows)
        notice = timedelta(days=company.plan_notice_days)
        if (
            missed >= self.max_missed
            and self.noticed_count >= self.max_missed
            and self.noticed_on + notice < day
        ):
            self._break()
            return
        if missed > self.noticed_count:
            is_last = missed >= self.max_missed
            self.write({"noticed_on": day, "noticed_count": missed})
            self._send_link(
                "legal_dunning.mail_template_plan_late",
                is_last=is_last,
                late_amount=self._format_money(
                    float(sum(row.left for row in rows if row.is_missed))
                ),
                until=self._format_date(day + notice),
            )
            self._ask_owner(
                self.env._("%(count)s missed instalments of a plan", count=missed)
            )
            return
        ahead = day + timedelta(days=company.plan_reminder_days)
        pairs = zip(self.instalment_ids.sorted("due_on"), rows, strict=True)
        for instalment, row in pairs:
            if (
                row.left > 0
                and day <= row.due_on <= ahead
                and not instalment.reminded_on
            ):
                instalment.reminded_on = day
                self._send_link(
                    "legal_dunning.mail_template_plan_reminder",
                    due_amount=self._format_money(float(row.left)),
                    due_day=self._format_date(row.due_on),
                )
                return

    @api.model
    def _expire_offers(self, company, day):
        """Close the offers that were not accepted in time."""
        offers = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "offered"),
                ("expires_on", "<", day),
            ]
        )
        for plan in offers:
            plan.state = "declined"
            plan._tell_owner(
                self.env._("%(plan)s was not accepted in time.", plan=plan.name)
            )

    # Screens ------------------------------------------------------------------------

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment Plan"),
            "res_model": self._name,
            "view_mode": "form",
            "res_id": self.id,
        }

    def action_preview(self):
        """Open the page as the client reads it."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/plans/{self.id}",
            "target": "new",
        }


class LegalDispute(models.Model):
    """A dispute that ends in a plan."""

    _inherit = "legal.dispute"

    plan_ids = fields.One2many("legal.payment.plan", "dispute_id", "Payment Plans")

    def action_prepare_plan(self):
        """Prepare a plan of the invoice; accepting it ends the dispute."""
        self.ensure_one()
        self.check_access("write")
        plan = self.env["legal.payment.plan"]._prepare_for(
            # sudo: the invoice of a dispute one may settle
            self.sudo().move_id.sudo(False),
            dispute_id=self.id,
        )
        return plan._get_form_action()
