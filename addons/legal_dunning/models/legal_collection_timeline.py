from datetime import datetime, time

from odoo import api, fields, models
from odoo.tools import format_amount, format_date

LONGEST = 150


class LegalCollectionCase(models.Model):
    """One readable list of everything that happened, the latest first."""

    _inherit = "legal.collection.case"

    timeline = fields.Html(compute="_compute_timeline", sanitize=False)
    next_step = fields.Char("Next Reminder", compute="_compute_next_step")

    @api.depends("event_ids", "state")
    @api.depends_context("uid", "lang")
    def _compute_timeline(self):
        for case in self:
            rows = case._get_timeline()
            case.timeline = self.env["ir.qweb"]._render(
                "legal_dunning.collection_timeline",
                {"rows": rows[:LONGEST], "more": max(len(rows) - LONGEST, 0)},
            )

    @api.depends("partner_id", "state")
    def _compute_next_step(self):
        """Say which message is planned, or why none is."""
        Action = self.env["legal.dunning.action"]
        actions = Action.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "in", ("planned", "ready", "failed")),
            ],
            order="planned_on desc, id desc",
        )
        planned = {(a.company_id, a.partner_id): a for a in actions}
        for case in self:
            action = planned.get((case.company_id, case.partner_id))
            if case.answer_until:
                case.next_step = Action._explain_hold("answered")
            elif case.state == "held":
                case.next_step = Action._explain_hold("case_held")
            elif action:
                case.next_step = self.env._(
                    "%(level)s on %(day)s",
                    level=action.level_id.name,
                    day=format_date(self.env, action.planned_on),
                )
            else:
                case.next_step = self.env._("None planned")

    def _get_timeline(self):
        """Return the rows of the time line, as plain values, latest first."""
        self.ensure_one()
        rows = [
            *self._get_event_rows(),
            *self._get_message_rows(),
            *self._get_dispute_rows(),
            *self._get_plan_rows(),
            *self._get_ledger_rows(),
        ]
        return sorted(rows, key=lambda row: row["at"], reverse=True)

    def _prepare_row(self, at, kind, icon, title, **more):
        moment = at if isinstance(at, datetime) else datetime.combine(at, time.min)
        return {
            "at": moment,
            "day": format_date(self.env, at),
            "kind": kind,
            "icon": icon,
            "title": title,
            "who": "",
            "text": "",
            "tone": "",
            "files": (),
            "url": False,
            **more,
        }

    def _get_event_rows(self):
        icons = {
            "call": "fa-phone",
            "promise": "fa-handshake-o",
            "answer": "fa-reply",
            "meeting": "fa-users",
            "letter": "fa-envelope-open-o",
            "hold": "fa-pause",
            "statement": "fa-file-text-o",
            "bounce": "fa-exclamation-triangle",
            "automatic": "fa-moon-o",
            "opened": "fa-eye",
        }
        tones = {"kept": "success", "broken": "danger", "open": "info"}
        states = dict(
            self.env["legal.collection.event"]
            ._fields["promise_state"]
            ._description_selection(self.env)
        )
        for event in self.event_ids:
            title = event._get_title()
            if event.promise_state:
                title = f"{title} – {states[event.promise_state]}"
            # sudo: names of colleagues and files, of a log already open to the reader.
            event_sudo = event.sudo()
            yield self._prepare_row(
                event.date,
                event.kind,
                icons.get(event.kind, "fa-sticky-note-o"),
                title,
                who=event_sudo.user_id.name or "",
                text=event.body or "",
                tone="danger"
                if event.kind == "bounce"
                else tones.get(event.promise_state, ""),
                files=[
                    {"name": file.name, "url": f"/web/content/{file.id}?download=true"}
                    for file in event_sudo.attachment_ids
                ],
                url=f"/odoo/legal.collection.event/{event.id}",
            )

    def _get_message_rows(self):
        actions = self.env["legal.dunning.action"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                "|",
                ("state", "in", ("sent", "ready", "failed")),
                ("skipped_by_id", "!=", False),
            ]
        )
        states = dict(actions._fields["state"]._description_selection(self.env))
        channels = dict(actions._fields["channel"]._description_selection(self.env))
        for action in actions:
            yield self._prepare_row(
                action._get_log_moment(),
                "message",
                "fa-paper-plane-o" if action.channel == "email" else "fa-envelope-o",
                f"{action.level_id.name} – {channels[action.channel]},"
                f" {states[action.state].lower()}",
                who=action.skipped_by_id.name or action._get_log_address(),
                text=" – ".join(
                    part
                    for part in (
                        action.invoice_numbers,
                        format_amount(self.env, action.amount_due, action.currency_id),
                        action.failure_reason if action.state != "sent" else "",
                    )
                    if part
                ),
                tone="danger" if action.state == "failed" else "",
                url=f"/odoo/legal.dunning.action/{action.id}",
            )

    def _get_dispute_rows(self):
        """Return what the client contests, as far as the reader may see it."""
        found = self.env["legal.dispute"].search(
            [
                ("partner_id", "child_of", self.partner_id.ids),
                ("company_id", "=", self.company_id.id),
            ]
        )
        states = dict(found._fields["state"]._description_selection(self.env))
        kinds = dict(found._fields["kind"]._description_selection(self.env))
        for dispute in found:
            yield self._prepare_row(
                dispute.received_on or dispute.create_date,
                "dispute",
                "fa-balance-scale",
                f"{kinds[dispute.kind]} – {states[dispute.state].lower()}",
                text=" – ".join(
                    part
                    for part in (
                        dispute.move_id.sudo().name,
                        dispute.amount
                        and format_amount(
                            self.env, dispute.amount, dispute.currency_id
                        ),
                    )
                    if part
                ),
                tone="warning" if dispute.is_open else "",
                url=f"/odoo/legal.dispute/{dispute.id}",
            )

    def _get_plan_rows(self):
        """Return the payment plans, as far as the reader may see them."""
        found = self.env["legal.payment.plan"].search(
            [
                ("partner_id", "child_of", self.partner_id.ids),
                ("company_id", "=", self.company_id.id),
            ]
        )
        states = dict(found._fields["state"]._description_selection(self.env))
        for plan in found:
            yield self._prepare_row(
                plan.signed_on or plan.create_date,
                "plan",
                "fa-calendar",
                self.env._("Payment plan – %(state)s", state=states[plan.state]),
                text=plan.name or "",
                url=f"/odoo/legal.payment.plan/{plan.id}",
            )

    def _get_ledger_rows(self):
        """Return invoices, credit notes and payments: numbers and amounts."""
        # sudo: what the ledger says of this payer, which the whole case is about.
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("partner_id", "child_of", self.partner_id.ids),
                ],
                order="date desc, id desc",
                limit=2 * LONGEST,
            )
        )
        for move, own in lines.grouped("move_id").items():
            balance = sum(own.mapped("balance"))
            kind, icon, title, tone = self._describe_move(move, balance)
            amount = format_amount(self.env, abs(balance), self.company_id.currency_id)
            yield self._prepare_row(
                move.date, kind, icon, f"{title} {amount}", text=move.name, tone=tone
            )

    def _describe_move(self, move, balance):
        _ = self.env._
        if move.move_type == "out_invoice":
            return "invoice", "fa-file-o", _("Invoice"), "muted"
        if move.move_type == "out_refund":
            return "credit", "fa-undo", _("Credit note"), "muted"
        if move.origin_payment_id or move.statement_line_id:
            if balance < 0:
                return "payment", "fa-check", _("Payment received"), "success"
            return "payment", "fa-undo", _("Payment returned"), "danger"
        return "entry", "fa-book", _("Entry"), "muted"
