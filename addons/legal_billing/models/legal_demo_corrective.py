from odoo import models

from .legal_demo_job import UNSAFE

#: what the client's purchasing department wants to read on it
ORDER = "BC-2026-0417"
REASON = "Le client demande son numéro de bon de commande sur la facture."


class LegalDemo(models.AbstractModel):
    """One invoice of the demo firm was replaced by a corrective one (384)."""

    _inherit = "legal.demo"

    def _job_collect(self, company, today, folder):
        self._job_replace_invoice(company, today, folder)
        return super()._job_collect(company, today, folder)

    def _job_replace_invoice(self, company, today, folder):
        """Once: give a paid invoice the order number that its client asked for."""
        Move = self.env["account.move"]
        mine = [("company_id", "=", company.id), ("is_legal", "=", True)]
        if Move.search_count([*mine, ("legal_replaced_id", "!=", False)], limit=1):
            return
        origin = self._job_get_replaceable(Move.search(self._job_paid_domain(mine)))
        if not origin:
            return
        manager = self.env["res.users"].search([("login", "=", "helene")], limit=1)
        # sudo: as the job; the manager is who asks for it, by the screen's own method.
        origin = origin.with_user(manager or self.env.user).sudo()
        draft = origin._legal_replace(today, REASON)
        draft.ref = ORDER
        draft.action_post()
        self.env["account.move.send"]._generate_and_send_invoices(
            draft, sending_methods=draft._legal_get_sending_methods()
        )
        target = folder / "factures"
        target.mkdir(exist_ok=True)
        path = target / f"{draft.name.translate(UNSAFE)}.pdf"
        path.write_bytes(draft.invoice_pdf_report_id.raw)
        self._job_say(
            f"Facture rectificative {draft.name} : annule et remplace {origin.name}"
        )

    def _job_paid_domain(self, mine):
        return [
            *mine,
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("payment_state", "in", ("paid", "in_payment")),
            ("currency_id", "=", self.env.company.currency_id.id),
        ]

    def _job_get_replaceable(self, moves):
        """Return the latest small invoice to a business in France, without deposits."""
        plain = moves.filtered(
            lambda move: (
                not move.is_legal_deposit
                and not move.reversal_move_ids
                and move._legal_get_processing_code() == "B2B"
                and "provision"
                not in move.invoice_line_ids.prebill_line_ids.mapped("kind")
                and move.invoice_line_ids.prebill_line_ids.mapped("kind").count("time")
            )
        )
        return plain.sorted(lambda move: (move.amount_total, move.id))[:1]
