from odoo import models
from odoo.tools import format_amount, format_date


class LegalCollectionCase(models.Model):
    """What to have before the eyes when one calls, and what follows a call."""

    _inherit = "legal.collection.case"

    def _sync_one(self):
        """Weigh these cases again, after something was said or done on them."""
        for company, cases in self.sudo().grouped("company_id").items():
            day = company._get_dunning_today()
            cases = cases.with_company(company).with_context(tracking_disable=True)
            ages = cases._get_ages(company, day)
            cases._follow_ledger(ages, day)
            everyone = self.env["legal.receivable.age"]._get_payer_ages(company, day)
            cases.filtered(lambda case: case.state != "closed")._weigh(everyone, day)

    def _get_overdue_moves(self):
        """Return the unpaid invoices of the payer that are past due."""
        moves = self.env["account.move"]
        for case in self:
            # sudo: the invoices whose numbers the case says to its readers.
            moves |= moves.sudo().search(
                [
                    ("company_id", "=", case.company_id.id),
                    ("commercial_partner_id", "=", case.partner_id.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("amount_residual", ">", 0),
                    ("invoice_date_due", "<", case.company_id._get_dunning_today()),
                ],
                order="invoice_date_due, id",
            )
        return moves.with_env(self.env)

    def _get_call_script(self):
        """Return what to have before the eyes on the telephone."""
        self.ensure_one()
        # sudo: the billing contact, and numbers and amounts of the case.
        case = self.sudo()
        recipient = case.partner_id._get_dunning_recipient()
        today = case.company_id._get_dunning_today()

        def money(amount, currency=case.currency_id):
            return format_amount(self.env, amount, currency)

        promise = case.event_ids.filtered(
            lambda event: event.promise_state in ("open", "broken")
        )[:1]
        last_call = case.event_ids.filtered(lambda event: event.kind == "call")[:1]
        phone = case.phone or ""
        return self.env["ir.qweb"]._render(
            "legal_dunning.collection_call_script",
            {
                "contact": recipient.name,
                "payer": case.partner_id.name,
                "phone": phone,
                "tel": "".join(c for c in phone if c.isdigit() or c == "+"),
                "caller": self.env.user.name,
                "firm": case.company_id.name,
                "overdue": money(case.amount_overdue),
                "since": case.oldest_due_on
                and format_date(self.env, case.oldest_due_on),
                "rows": [
                    {
                        "number": move.name,
                        "due": format_date(self.env, move.invoice_date_due),
                        "days": (today - move.invoice_date_due).days,
                        "residual": money(move.amount_residual, move.currency_id),
                        "disputed": move.disputed_amount
                        and money(move.disputed_amount, move.currency_id),
                    }
                    for move in case._get_overdue_moves().sudo()
                ],
                "promise": promise and promise._get_title(),
                "promise_state": promise.promise_state,
                "last_call": last_call and last_call._get_dated_title(),
                "note": case.note,
            },
        )
