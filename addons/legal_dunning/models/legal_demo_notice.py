from datetime import timedelta

from markupsafe import Markup

from odoo import api, models

from odoo.addons.legal_timesheet.models.legal_demo_data import CLIENTS


class LegalDemo(models.AbstractModel):
    """The demo firm's past reminders: one payer under formal notice, another past it.

    The second pays on receipt and has not: about his first invoice a partner decides
    whether the bâtonnier is asked, and his file is ready; about the next one he gets
    the formal notice today.
    """

    _inherit = "legal.demo"

    @api.model
    def _demo_clients(self, demo):
        clients = super()._demo_clients(demo)
        at_once = self.env.ref("account.account_payment_term_immediate")
        clients["dubreuil"].property_payment_term_id = at_once
        return clients

    def _job_collect(self, company, today, folder):
        Action = self.env["legal.dunning.action"]
        if not Action.search_count([("company_id", "=", company.id)], limit=1):
            dubreuil = CLIENTS["dubreuil"]["name"]
            for kind, payer, days, ranks in (
                ("professional", None, 41, (1, 2, 3)),
                ("consumer", dubreuil, 60, (1, 2, 3)),
                ("consumer", dubreuil, 35, (1, 2)),
            ):
                move = self._job_find_overdue(company, kind, today, days, payer)
                if move:
                    self._job_remind_before(move, ranks)
        return super()._job_collect(company, today, folder)

    def _job_find_overdue(self, company, kind, today, days, payer=None):
        """Return the oldest unpaid invoice of a kind of client, late by ``days``, about
        which nothing was said yet."""
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "=", "not_paid"),
                ("disputed_amount", "=", 0),
                ("dunning_line_ids", "=", False),
                *([("commercial_partner_id.name", "=", payer)] if payer else []),
                ("invoice_date_due", "<=", today - timedelta(days=days)),
            ],
            order="invoice_date_due, id",
        )
        return moves.filtered(lambda m: m._legal_get_client_kind() == kind)[:1]

    def _job_remind_before(self, move, ranks):
        """Write the messages that left in the past, each on its day."""
        calendar = move.company_id._get_dunning_calendar()
        policy = move._get_dunning_policies()[move]
        for level in policy.level_ids.filtered(lambda lv: lv.sequence in ranks):
            day = calendar.on_or_after(
                move.invoice_date_due + timedelta(days=level.offset_days)
            )
            action = self._job_past_message(move, level, day)
            if level.is_formal_notice:
                action.tracking_number = f"1A2{move.id % 10**10:010d}"
                received = calendar.on_or_after(day + timedelta(4))
                action._mark_notified(
                    received=received, receipt=self._job_draw_receipt(action, received)
                )
            self._job_say(
                f"Relance passée : {action.partner_id.name}, {level.name},"
                f" le {day:%d/%m/%Y}"
            )

    def _job_draw_receipt(self, action, day):
        """Return (file name, PDF) of what stands for the card of the post office."""
        lines = (
            "AVIS DE RÉCEPTION (spécimen du cabinet de démonstration)",
            f"Lettre recommandée n° {action.tracking_number}",
            f"Destinataire : {action.recipient_id.name}",
            f"{action.recipient_id.street}, {action.recipient_id.zip}"
            f" {action.recipient_id.city}",
            f"Distribuée le {day:%d/%m/%Y}, signature du destinataire",
        )
        rows = Markup("").join(Markup("<p>%s</p>") % line for line in lines)
        page = Markup("<html lang='fr'><head><title>%s</title></head>%s</html>")
        content = self.env["ir.actions.report"]._legal_lay_out(
            str(page % (lines[0], Markup("<body>%s</body>") % rows))
        )
        return f"AR_{action.tracking_number}.pdf", content

    def _job_past_message(self, move, level, day):
        action = self.env["legal.dunning.action"].create(
            {
                "company_id": move.company_id.id,
                "partner_id": move.commercial_partner_id.id,
                "kind": move._legal_get_client_kind(),
                "level_id": level.id,
                "planned_on": day,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "move_id": move.id,
                            "level_id": level.id,
                            "sequence": level.sequence,
                            "due_on": move.invoice_date_due,
                            "currency_id": move.currency_id.id,
                            "amount_due": move.amount_residual,
                        },
                    )
                ],
            }
        )
        action._fix_amounts(day)
        subject, text = action._render(day)
        action.write({"subject": subject, "body": text})
        action.body_sent = action._lay_out(text)
        if action._is_paper():
            action._make_enclosures()
            action.attachment_id = action._make_letter()
        action._mark_sent(day)
        return action
