from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, models

#: one client in so many pays by the link of the invoice
PAYS_ONLINE = 3
#: what the demonstration provider keeps, in per cent
FEE = 1.5
WORDS = "DEMO PAY"


class LegalDemo(models.AbstractModel):
    """Some clients of the demo firm pay online, and their provider pays out.

    A payout is booked, the next one waits for a person, the last payments for the
    bank.
    """

    _inherit = "legal.demo"

    def _job_receive_payments(self, run, today):
        self._job_receive_online(run, today)
        return super()._job_receive_payments(run, today)

    def _job_receive_online(self, run, today):
        """Let one client in three pay by the link, some days before the others."""
        line = self._job_online_line(run.company_id)
        late = self._demo_late_payers()
        if not line:
            return
        moves = run.line_ids.move_ids.filtered(
            lambda move: (
                move.payment_state == "not_paid"
                and move.state == "posted"
                and move.partner_id not in late
            )
        ).sorted("id")
        for move in moves[::PAYS_ONLINE]:
            paid_on = move.invoice_date + relativedelta(days=9)
            if paid_on < today:
                self._job_pay_online(line, move, paid_on)

    def _job_online_line(self, company):
        """Return how the demonstration provider is known in the bank's journal."""
        return self.env["account.payment.method.line"].search(
            [
                ("company_id", "=", company.id),
                ("payment_provider_id.code", "=", "demo"),
                ("payment_account_id", "!=", False),
            ],
            limit=1,
        )

    def _job_pay_online(self, line, move, paid_on):
        """Take a transaction through its life on a day gone by."""
        provider = line.payment_provider_id
        at = datetime.combine(paid_on, time(18, 40))
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "reference": move.name,
                "provider_reference": f"demo-{move.name}",
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "operation": "online_direct",
                "invoice_ids": [Command.set(move.ids)],
                "legal_is_told": True,
            }
        )
        tx._set_done()
        tx.last_state_change = at
        tx._create_payment(date=paid_on)
        tx._post_process()
        sent_at = datetime.combine(move.invoice_date, time(9, 5))
        move.legal_sent_on = sent_at
        move.legal_reading_ids.date = sent_at
        self.env["legal.reading.event"]._log(
            "opened", move, address=move.legal_sent_to, ip="192.0.2.17"
        ).date = at - timedelta(minutes=2)

    # -- paying out ------------------------------------------------------------

    def _job_fill_desk(self, company, today):
        result = super()._job_fill_desk(company, today)
        self._job_pay_out(company, today)
        return result

    def _job_pay_out(self, company, today):
        """Bring the payouts to the bank: one booked, one to check."""
        Payout = self.env["legal.payout"]
        line = self._job_online_line(company)
        if not line or Payout.search_count([("company_id", "=", company.id)], limit=1):
            return
        currency = company.currency_id
        waiting = self.env["account.payment"].search(
            [
                ("company_id", "=", company.id),
                ("payment_transaction_id", "!=", False),
                ("is_matched", "=", False),
                ("currency_id", "=", currency.id),
            ],
            order="date, id",
        )
        days = sorted(set(waiting.mapped("date")))
        if not days:
            return
        self.env["legal.payout.rule"].create(
            {
                "method_line_id": line.id,
                "date_from": today + relativedelta(years=-1),
                "percent_from": 1.0,
                "percent_to": 2.5,
                "bank_words": WORDS,
            }
        )
        company.legal_online_user_ids = self._job_person("marine")
        made = Payout
        for rank, day in enumerate(days):
            gross = sum(
                waiting.filtered(lambda p, day=day: p.date == day).mapped("amount")
            )
            statement = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": line.journal_id.id,
                    "date": min(day + timedelta(days=3), today),
                    "payment_ref": f"VIR {WORDS} REF {4711 + rank}",
                    "amount": currency.round(gross * (1 - FEE / 100)),
                }
            )
            made |= Payout._make_from_bank(statement, line)
        made[:-1].action_book()
        self._job_say(
            f"Paiements en ligne : {len(waiting)}, dont {len(made)} versements du"
            " prestataire"
        )
