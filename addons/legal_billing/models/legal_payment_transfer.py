import hashlib
import json

from odoo import Command, api, fields, models

from ..engine.transfer import creditor_reference, group_by_four


class LegalPaymentTransfer(models.Model):
    """A bank transfer that a payer said he would make, and what it is for.

    Its reference is the only one he quotes; the firm finds the documents by it.
    """

    _name = "legal.payment.transfer"
    _description = "Announced Transfer"
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", "Payer", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    reference = fields.Char(readonly=True, index="btree_not_null", copy=False)
    digest = fields.Char(required=True, readonly=True, export_string_translation=False)
    line_ids = fields.One2many(
        "legal.payment.transfer.line", "transfer_id", "Is For", readonly=True
    )
    move_ids = fields.Many2many(
        "account.move", string="Invoices", compute="_compute_move_ids"
    )
    is_settled = fields.Boolean("Settled", compute="_compute_move_ids")

    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The one by which it came in, matched with what it is for.",
    )
    transaction_ids = fields.One2many(
        "payment.transaction", "legal_transfer_id", "Chosen in the Payment Form"
    )
    state = fields.Selection(
        [("announced", "Announced"), ("matched", "Matched"), ("settled", "Settled")],
        compute="_compute_state",
    )

    _one_choice = models.UniqueIndex(
        "(company_id, partner_id, digest) WHERE statement_line_id IS NULL",
        "The same choice has the same reference until it came in.",
    )
    _one_bank_line = models.UniqueIndex(
        "(statement_line_id) WHERE statement_line_id IS NOT NULL",
        "A bank line brings one announced transfer.",
    )
    _one_reference = models.UniqueIndex(
        "(company_id, reference) WHERE reference IS NOT NULL",
        "A reference is given once.",
    )

    @api.depends("line_ids.move_id.amount_residual", "line_ids.provision_id")
    def _compute_move_ids(self):
        for transfer in self:
            # sudo: a deposit invoice made since of a request
            lines = transfer.line_ids
            deposits = lines.provision_id.sudo().mapped("move_id").sudo(False)
            moves = lines.move_id | deposits
            transfer.move_ids = moves
            transfer.is_settled = bool(moves) and not any(
                moves.mapped("amount_residual")
            )

    @api.depends("statement_line_id", "is_settled")
    def _compute_state(self):
        for transfer in self:
            if transfer.statement_line_id:
                transfer.state = "matched"
            else:
                transfer.state = "settled" if transfer.is_settled else "announced"

    @api.model
    def _announce(self, payer, company, currency, values):
        """Return the transfer of this choice, the same one when asked again.

        :param values: of what it is for: move_id or provision_id, and amount
        """
        text = json.dumps(
            [
                [row.get("move_id"), row.get("provision_id"), f"{row['amount']:.6f}"]
                for row in values
            ]
        )
        digest = hashlib.sha256(f"{currency.id} {text}".encode()).hexdigest()
        domain = [
            ("company_id", "=", company.id),
            ("partner_id", "=", payer.id),
            ("digest", "=", digest),
            ("statement_line_id", "=", False),
        ]
        transfer = self.search(domain, limit=1)
        if transfer:
            return transfer
        transfer = self.create(
            {
                "partner_id": payer.id,
                "company_id": company.id,
                "currency_id": currency.id,
                "amount": currency.round(sum(row["amount"] for row in values)),
                "digest": digest,
                "line_ids": [
                    Command.create(
                        {
                            "move_id": row.get("move_id"),
                            "provision_id": row.get("provision_id"),
                            "amount": row["amount"],
                        }
                    )
                    for row in values
                ],
            }
        )
        transfer.reference = creditor_reference(f"{company.id:03d}{transfer.id:07d}")
        return transfer

    def _get_communication(self):
        """Return what the payer quotes; one invoice has its own reference."""
        self.ensure_one()
        move = self.line_ids.move_id
        if len(self.line_ids) == 1 and move and move.payment_reference:
            return move.payment_reference
        return group_by_four(self.reference)

    @api.model
    def _search_display_name(self, operator, value):
        """Find a reference as banks print it, in groups of four."""
        if isinstance(value, str) and value[:2].upper() == "RF":
            value = "".join(value.split()).upper()
        return super()._search_display_name(operator, value)

    def action_view_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.reference,
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.move_ids.ids)],
        }


class LegalPaymentTransferLine(models.Model):
    """One document of an announced transfer."""

    _name = "legal.payment.transfer.line"
    _description = "Document of an Announced Transfer"
    _order = "transfer_id, id"

    transfer_id = fields.Many2one(
        "legal.payment.transfer", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="transfer_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="transfer_id.currency_id")
    move_id = fields.Many2one("account.move", "Invoice", index="btree_not_null")
    provision_id = fields.Many2one(
        "legal.provision", "Provision", index="btree_not_null"
    )
    amount = fields.Monetary(required=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "What is paid of a document is above zero."
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    legal_transfer_line_ids = fields.One2many(
        "legal.payment.transfer.line",
        "move_id",
        "Announced Transfers",
        copy=False,
        groups="account.group_account_invoice",
    )
