from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_date

# How long the outcome of an attempt is told to who comes back to the page.
OUTCOME_SHOWN_FOR = timedelta(hours=24)


class AccountMove(models.Model):
    """The head of the client's page: what is asked, and how the last try ended."""

    _inherit = "account.move"

    def _legal_get_portal_hero(self, situation):
        """Return the one thing the page says: an amount, and what it asks."""
        _ = self.env._
        money = self._legal_format_money
        hero = {"tone": "calm", "amount": "", "headline": "", "detail": ""}
        if situation in ("due", "closed"):
            hero.update(self._legal_get_portal_due())
        elif situation == "pending":
            running = self._legal_get_running_transactions()
            hero.update(
                amount=money(sum(running.mapped("amount"))),
                headline=_("payment under way"),
                detail=_(
                    "You have nothing more to do: this page will say when the payment"
                    " has reached us, in general within minutes."
                ),
            )
        elif situation == "paid":
            hero.update(
                tone="done",
                amount=money(self.amount_total),
                headline=_("paid, thank you"),
                detail=_("Nothing is left to pay."),
            )
        elif situation == "credited":
            hero.update(
                tone="done",
                amount=money(0),
                headline=_("to pay"),
                detail=_("This invoice was credited in full: you owe nothing for it."),
            )
        elif situation == "credit_note":
            hero.update(
                tone="done",
                amount=money(self.amount_total),
                headline=_("in your favour"),
                detail=_("This is a credit note: you have nothing to pay."),
            )
        elif situation == "cancelled":
            hero.update(
                headline=_("This invoice was cancelled"),
                detail=_(
                    "You have nothing to pay for it. If you expected another one, ask"
                    " us: we will send it to you."
                ),
            )
        elif situation == "draft":
            hero.update(
                headline=_("This invoice is not ready yet"),
                detail=_(
                    "We are still preparing it and you have nothing to pay: we will"
                    " write to you when it is ready."
                ),
            )
        return hero

    def _legal_get_portal_due(self):
        """Return the amount asked for now, and its date in words."""
        _ = self.env._
        today = fields.Date.context_today(self)
        asked = self._legal_get_asked()
        due = asked["date"]
        date = self._legal_format_near_date(due, today)
        detail = ""
        if self.currency_id.compare_amounts(asked["amount"], self.amount_residual):
            detail = _(
                "An instalment: %(left)s is left in all.",
                left=self._legal_format_money(self.amount_residual),
            )
        elif self.currency_id.compare_amounts(self.amount_residual, self.amount_total):
            detail = _(
                "%(paid)s out of %(total)s is already paid.",
                paid=self._legal_format_money(self.amount_total - self.amount_residual),
                total=self._legal_format_money(self.amount_total),
            )
        if not due:
            tone, headline = "calm", _("to pay")
        elif due < today:
            tone, headline = "late", _("was due on %(date)s", date=date)
            detail = detail or _(
                "If you have just paid, thank you: please disregard this."
            )
        elif due == today:
            tone, headline = "calm", _("to pay today")
        elif due == today + timedelta(days=1):
            tone, headline = "calm", _("to pay by tomorrow")
        else:
            tone, headline = "calm", _("to pay by %(date)s", date=date)
        return {
            "tone": tone,
            "amount": self._legal_format_money(asked["amount"]),
            "headline": headline,
            "detail": detail,
        }

    def _legal_get_asked(self):
        """Return the amount asked for now and its date: the next instalment."""
        self.ensure_one()
        asked = self._get_invoice_next_payment_values()
        amount = asked.get("next_amount_to_pay") or self.amount_residual
        if asked.get("installment_state") == "epd":
            amount = asked["amount_due"]
        return {
            "amount": min(self.currency_id.round(amount), self.amount_residual),
            "date": asked.get("next_due_date") or self.invoice_date_due,
        }

    def _legal_format_near_date(self, date, today):
        """Write the year only when it is not this one."""
        if not date:
            return ""
        pattern = "d MMM" if date.year == today.year else "d MMM y"
        text = format_date(self.env, date, date_format=pattern)
        if date.day == 1 and (self.env.lang or "").startswith("fr"):
            text = text.replace("1", "1er", 1)
        return text

    # -- what became of the last attempt ----------------------------------------

    def _legal_get_portal_outcome(self, situation):
        """Return what to tell about the client's last online attempt, if recent."""
        _ = self.env._
        # sudo: of the transaction, only the outcome below is told.
        last = self.sudo().transaction_ids._get_last()
        if not last or situation not in ("due", "paid"):
            return {}
        recent = fields.Datetime.now() - OUTCOME_SHOWN_FOR
        if not last.last_state_change or last.last_state_change < recent:
            return {}
        amount = self._legal_format_money(last.amount)
        if last.state == "done":
            return {
                "tone": "done",
                "text": _(
                    "We received %(amount)s on %(date)s. Thank you. Keep this"
                    " reference: %(reference)s.",
                    amount=amount,
                    date=self._legal_format_date(
                        fields.Datetime.context_timestamp(self, last.last_state_change)
                    ),
                    reference=last.reference,
                ),
            }
        if situation == "paid":
            return {}
        if last.state == "pending":
            return {
                "tone": "calm",
                "text": _(
                    "You chose to pay by bank transfer: please quote the reference"
                    " below. You may still pay another way."
                ),
                "is_transfer": True,
            }
        if last.state == "cancel":
            return {
                "tone": "late",
                "text": _(
                    "The payment was interrupted and nothing was charged: you can"
                    " start again whenever you wish."
                ),
            }
        if last.state == "error":
            text = _(
                "The payment did not go through and nothing was charged: try again, or"
                " choose another means of payment."
            )
            if last.state_message:
                text = f"{text} ({last.state_message})"
            return {"tone": "late", "text": text}
        return {}
