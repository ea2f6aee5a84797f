from odoo import api, fields, models


class AccountMove(models.Model):
    """What a case knows of an invoice: promises, and the day it should be paid."""

    _inherit = "account.move"

    collection_promise_ids = fields.Many2many(
        "legal.collection.event",
        "legal_collection_promise_move_rel",
        "move_id",
        "event_id",
        "Promises to Pay",
        copy=False,
        groups="legal_timesheet.group_legal_user",
        domain=[("kind", "=", "promise")],
    )
    payment_forecast_ids = fields.One2many(
        "legal.payment.forecast",
        "move_id",
        copy=False,
        groups="legal_timesheet.group_legal_user",
    )
    expected_payment_on = fields.Date(
        compute="_compute_expected_payment",
        groups="legal_timesheet.group_legal_user",
    )
    expected_payment_reason = fields.Char(
        "Why this Day",
        compute="_compute_expected_payment",
        groups="legal_timesheet.group_legal_user",
    )

    @api.depends("payment_forecast_ids")
    def _compute_expected_payment(self):
        for move in self:
            forecast = move.payment_forecast_ids[:1]
            move.expected_payment_on = forecast.expected_on
            move.expected_payment_reason = forecast.explanation

    def _post(self, soft=True):
        """A case learns at once which matters it speaks of: the wall stands on it."""
        posted = super()._post(soft)
        bills = posted.filtered(
            lambda move: move.move_type in ("out_invoice", "out_refund")
        )
        if bills:
            # sudo: the cases of these payers, whoever posts.
            self.env["legal.collection.case"].sudo().search(
                [
                    ("company_id", "in", bills.company_id.ids),
                    ("partner_id", "in", bills.commercial_partner_id.ids),
                ]
            )._set_matters()
        return posted

    def _log_page_opened(self):
        """Keep that the client opened the page of this invoice, once a day."""
        self.ensure_one()
        # sudo: whoever holds the link speaks for the client, not for a user.
        move = self.sudo()
        if not move.company_id.legal_logs_reading:
            return
        case = move.commercial_partner_id.collection_case_ids.filtered(
            lambda case: case.company_id == move.company_id
        )
        today = move.company_id._get_dunning_today()
        known = case.event_ids.filtered(
            lambda event: (
                event.kind == "opened"
                and event.body == move.name
                and event.date.date() == today
            )
        )
        if case and not known:
            case._log("opened", body=move.name).user_id = False

    def _get_dunning_hold(self, policy):
        return super()._get_dunning_hold(policy) or self._get_collection_hold()

    def _get_collection_hold(self):
        """Return why a person, or a promise, keeps this invoice from reminders.

        The day asked about comes in the context: a promise holds until its own.
        """
        self.ensure_one()
        # sudo: what holds an invoice holds it whoever looks.
        move = self.sudo()
        day = fields.Date.to_date(self.env.context.get("dunning_day"))
        day = day or self.company_id._get_dunning_today()
        if any(
            event.promise_state == "open" and event.last_day >= day
            for event in move.collection_promise_ids
        ):
            return "promised"
        case = move.commercial_partner_id.collection_case_ids.filtered(
            lambda case: case.company_id == move.company_id
        )
        if case.state == "held" and (not case.hold_until or case.hold_until > day):
            return "case_held"
        if case.answer_until and case.answer_until >= day:
            return "answered"
        return None
