from datetime import timedelta

from odoo import api, models

GROUNDS = (
    "La réunion figure deux fois au relevé, et nous n'y étions qu'une fois."
    " Merci de vérifier."
)
SIGNATORY = "Élise Van Damme"
PROOF = {"channel": "link", "ip": "192.0.2.17", "agent": "Mozilla/5.0 (iPhone)"}


class LegalDemo(models.AbstractModel):
    """The demo firm's clients who contest a line, or pay by instalments."""

    _inherit = "legal.demo"

    def _job_collect(self, company, today, folder):
        self._job_disputes(company, today, folder)
        return super()._job_collect(company, today, folder)

    @api.model
    def _job_disputes(self, company, today, folder):
        """Once: contest a line of one late invoice, agree on a plan of another."""
        Plan = self.env["legal.payment.plan"]
        if Plan.search_count([("company_id", "=", company.id)], limit=1):
            return
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("is_legal", "=", True),
                ("payment_state", "=", "not_paid"),
                ("currency_id", "=", company.currency_id.id),
                ("disputed_amount", "=", 0),
            ],
            order="invoice_date_due desc, id desc",
        )
        moves = moves.filtered(lambda m: m.amount_residual >= 300)
        contested = moves.filtered(lambda m: m._get_contestable_acts())[:1]
        planned = moves.filtered(
            lambda m: (
                m.commercial_partner_id != contested.commercial_partner_id
                and m._legal_get_client_kind() == "professional"
            )
        )[:1]
        if contested:
            self._job_contest(contested)
        if planned:
            self._job_plan(planned, today, folder)

    def _job_contest(self, move):
        acts = move._get_contestable_acts()
        key = f"a{max(acts, key=acts.get)[1]}"
        _outcome, dispute = move._legal_in_client_language()._client_contest(
            "dispute", [key], "", GROUNDS, move._get_dunning_partner()
        )
        self._job_say(
            f"Contestation : {move.commercial_partner_id.name}, {move.name},"
            f" {dispute.amount:.2f} €, à répondre avant le {dispute.deadline:%d/%m/%Y}"
        )

    def _job_plan(self, move, today, folder):
        plan = self.env["legal.payment.plan"]._prepare_for(
            move, instalment_count=4, first_on=today + timedelta(days=5)
        )
        plan._offer()
        contact = move._get_dunning_partner()
        name = SIGNATORY if contact.is_company else contact.name
        outcome = plan._in_client_language()._client_accept(
            name, "", "", True, plan.sent_digest, PROOF
        )
        target = folder / "echeanciers"
        target.mkdir(exist_ok=True)
        document = plan.signed_attachment_id or plan.sent_attachment_id
        (target / document.name).write_bytes(document.raw)
        self._job_say(
            f"Échéancier : {plan.partner_id.name}, {plan.name}, 4 échéances,"
            f" {plan.amount_total:.2f} €, {outcome}, {document.name}"
        )
