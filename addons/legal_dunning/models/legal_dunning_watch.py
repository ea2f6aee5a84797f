from datetime import time, timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date, format_list

from .legal_dunning_action import OPEN_STATES

DIGEST_FROM, DIGEST_TO = time(6), time(13)


class LegalDunningAction(models.Model):
    """Who is told what, before the client is: overdue invoices, the day's messages."""

    _inherit = "legal.dunning.action"

    @api.model
    def _tell_overdue(self, company, day):
        """Tell the responsible of invoices that have fallen overdue; once each."""
        lines = (
            self.env["account.move.line"]
            .sudo()
            .with_company(company)
            .search(
                Domain("company_id", "=", company.id)
                & Domain("parent_state", "=", "posted")
                & Domain("move_id.move_type", "=", "out_invoice")
                & Domain("move_id.dunning_told_on", "=", False)
                & Domain("display_type", "=", "payment_term")
                & Domain("account_type", "=", "asset_receivable")
                & Domain("reconciled", "=", False)
                & Domain("date_maturity", "<", day)
            )
        )
        moves = lines.filtered(lambda line: line.amount_residual > 0).move_id
        if not moves:
            return
        by_matter = moves.grouped(lambda move: move.matter_ids[:1])
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(
            [
                matter._prepare_overdue_activity(own, day)
                for matter, own in by_matter.items()
                if matter.responsible_id.active
            ]
        )
        self.env.cr.execute(
            "UPDATE account_move SET dunning_told_on = %s WHERE id = ANY(%s)",
            [day, moves.ids],
        )
        moves.invalidate_recordset(["dunning_told_on"])

    # Digest -------------------------------------------------------------------

    @api.model
    def _send_digests(self, company):
        """Write each morning to the collectors and the responsibles; once a day."""
        now = company._get_dunning_now()
        day = now.date()
        if (
            not company.sudo().dunning_digest
            or company.sudo().dunning_digest_on == day
            or not DIGEST_FROM <= now.time() < DIGEST_TO
        ):
            return
        company.sudo().dunning_digest_on = day
        if not company._get_dunning_calendar().is_open(day):
            return  # nothing leaves today
        self.sudo()._retry(lambda: self.sudo()._prepare_day(company, day))
        actions = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("planned_on", "<=", day),
                ("state", "in", OPEN_STATES),
            ],
            order="user_id, partner_id",
        )
        waiting = self.sudo().search(
            [("company_id", "=", company.id), ("state", "=", "ready")]
        )
        collectors = company._get_dunning_collectors()
        mails = []
        for user in collectors | actions.user_id:
            is_collector = user in collectors
            own = (
                actions
                if is_collector
                else actions.filtered(lambda action, user=user: action.user_id == user)
            )
            tasks = (
                waiting
                if is_collector
                else waiting.filtered(lambda action, user=user: action.user_id == user)
            )
            # What a person may not read does not reach that person by e-mail.
            own = own.with_user(user)._filtered_access("read").sudo()
            tasks = tasks.with_user(user)._filtered_access("read").sudo()
            if (own or tasks) and user.email:
                mails.append(self._prepare_digest(company, user, own, tasks, day))
        if mails:
            self.env["mail.mail"].sudo().create(mails)

    def _prepare_digest(self, company, user, actions, tasks, day):
        lang = user.lang or company.partner_id.lang
        env = self.with_context(lang=lang).env
        when = format_date(env, day, date_format="EEEE d MMMM")
        subject = env._(
            "%(count)s reminders leave today, %(day)s", count=len(actions), day=when
        )
        body = env["ir.qweb"]._render(
            "legal_dunning.digest",
            {
                "company": company,
                "accent": company._get_dunning_accent(),
                "subject": subject,
                "actions": actions.with_env(actions.env(context=env.context)),
                "tasks": tasks.with_env(tasks.env(context=env.context)),
                "money": lambda action: format_amount(
                    env, action.amount_due, action.currency_id
                ),
                "address": f"{company.get_base_url()}/odoo/action-legal_dunning"
                ".legal_dunning_action_server_upcoming",
            },
        )
        return {
            "subject": subject,
            "body_html": body,
            "email_from": company.email_formatted,
            "email_to": user.email_formatted,
            "author_id": company.partner_id.id,
            "auto_delete": True,
        }

    @api.model
    def _cron_run(self):
        for company in self.env["res.company"].sudo().search([]):
            if not company.dunning_off:
                self._poll_registered(company)
                self._send_digests(company)
        return super()._cron_run()

    def action_take_over(self):
        """The responsible takes the payer's invoices in hand for some days."""
        for action in self:
            action.check_access("read")
            if self.env.user != action.user_id:
                raise AccessError(
                    self.env._(
                        "“%(message)s” is for %(person)s to take in hand.",
                        message=action.display_name,
                        person=action.user_id.name,
                    )
                )
            action._check_open()
            # sudo: a lawyer writes no invoice; only this decision of the responsible.
            own = action.sudo()
            own.line_ids.move_id._take_dunning(self.env.user)
            own._void(action._explain_hold("taken"))


class AccountMove(models.Model):
    _inherit = "account.move"

    def _take_dunning(self, user):
        """Hold these invoices while their responsible speaks with the client."""
        for company, moves in self.grouped("company_id").items():
            days = company.sudo().dunning_take_days
            until = company._get_dunning_today() + timedelta(days=days)
            moves.write({"dunning_taken_by_id": user.id, "dunning_taken_until": until})
            text = self.env._(
                "%(person)s takes the reminders in hand until %(day)s.",
                person=user.name,
                day=format_date(self.env, until),
            )
            moves._message_log_batch(bodies=dict.fromkeys(moves.ids, text))


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    dunning_overdue_count = fields.Integer(
        "Overdue Invoices", compute="_compute_dunning_overdue_count", compute_sudo=True
    )

    def _compute_dunning_overdue_count(self):
        for matter in self:
            matter.dunning_overdue_count = len(matter._get_dunning_overdue())

    def _get_dunning_overdue(self):
        """Return the invoices of this matter that are past due."""
        self.ensure_one()
        if not self._origin:
            return self.env["account.move"]
        # sudo: whoever may see the matter may see what is owed on it.
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("move_id.matter_ids", "in", self._origin.ids),
                    ("move_id.move_type", "=", "out_invoice"),
                    ("parent_state", "=", "posted"),
                    ("display_type", "=", "payment_term"),
                    ("account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("date_maturity", "<", self.company_id._get_dunning_today()),
                ]
            )
        )
        return lines.move_id

    def action_dunning_resume(self):
        """Let the reminders of the matter's overdue invoices go on."""
        for matter in self:
            matter.check_access("read")
            held = matter._get_dunning_overdue().filtered(
                lambda move: move.dunning_stop_reason or move.dunning_taken_until
            )
            held.with_user(self.env.user).action_dunning_resume()

    def _prepare_overdue_activity(self, moves, day):
        """Return the activity that asks whether the reminders may begin."""
        self.ensure_one()
        lead = self.responsible_id
        env = self.with_context(lang=lead.lang or self.company_id.partner_id.lang).env
        return {
            "res_model_id": env["ir.model"]._get_id("legal.matter"),
            "res_id": self.id,
            "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
            "user_id": lead.id,
            "date_deadline": day,
            "summary": env._("Overdue: take it in hand, or let the reminders begin"),
            "note": Markup("<p>%s</p>")
            % env._(
                "%(numbers)s: nothing has been paid on the due date. The client hears"
                " of"
                " it on the day of the next reminder, unless you take it in hand with"
                " the button above.",
                numbers=format_list(env, moves.mapped("name")),
            ),
        }

    def action_dunning_take_over(self):
        """The responsible takes the overdue invoices of the matter in hand."""
        for matter in self:
            matter.check_access("read")
            if self.env.user != matter.responsible_id:
                raise AccessError(
                    self.env._(
                        "The reminders of %(matter)s are for its responsible to take in"
                        " hand.",
                        matter=matter._neutral_label(),
                    )
                )
            moves = matter._get_dunning_overdue()
            if not moves:
                raise UserError(
                    self.env._(
                        "%(matter)s has no overdue invoice.",
                        matter=matter._neutral_label(),
                    )
                )
            moves._take_dunning(self.env.user)


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_take_days = fields.Integer(
        "Days in Hand",
        default=10,
        help="How long reminders wait once the responsible has taken them in hand.",
    )
    dunning_digest = fields.Boolean(
        "Morning E-mail",
        default=True,
        help="What leaves that day, to the collectors; to each responsible, what"
        " concerns his or her matters.",
    )
    dunning_digest_on = fields.Date(export_string_translation=False)
