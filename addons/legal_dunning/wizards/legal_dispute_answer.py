from odoo import fields, models


class LegalDisputeAnswer(models.TransientModel):
    """The firm's word to the client, and what becomes of the dispute with it."""

    _name = "legal.dispute.answer"
    _description = "Answer a Dispute"

    dispute_id = fields.Many2one("legal.dispute", required=True, readonly=True)
    acts_allowed = fields.Char(related="dispute_id.acts_allowed", related_sudo=False)
    partner_id = fields.Many2one(related="dispute_id.partner_id", related_sudo=False)
    grounds = fields.Text(related="dispute_id.grounds", related_sudo=False)
    mediator = fields.Char(related="dispute_id.mediator", related_sudo=False)
    is_question = fields.Boolean(compute="_compute_is_question")
    decision = fields.Selection(
        [
            ("answer", "Explain, and wait for the client's word"),
            ("maintain", "Maintain the invoice: ask for all of it again"),
            ("mediate", "Go to the mediator of the profession"),
            ("mediated", "The mediation has ended"),
            ("refer", "The bâtonnier has been seized"),
            ("decided", "The bâtonnier has decided"),
        ],
        required=True,
        default="answer",
    )
    text = fields.Text(
        "To the Client",
        required=True,
        help="Shown on the page of the invoice; the e-mail only says that an answer"
        " waits there.",
    )

    def _compute_is_question(self):
        for wizard in self:
            wizard.is_question = wizard.dispute_id.kind == "question"

    def action_answer(self):
        """Send the answer and do what was decided."""
        self.ensure_one()
        self.dispute_id._answer(self.text, self.decision)
