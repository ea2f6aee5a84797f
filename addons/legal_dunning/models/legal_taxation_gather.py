from odoo import models
from odoo.tools import format_date, html2plaintext

from .legal_taxation_piece import SHEETS

#: exchanges proposed, the latest first; a person takes those that go in
MOST_EXCHANGES = 60


class LegalTaxationFile(models.Model):
    """Gathering the exhibits: all that the books know, nothing twice."""

    _inherit = "legal.taxation.file"

    def action_gather(self):
        """Look again for exhibits; what a person chose or took out stays so."""
        self.check_access("write")
        self._check_draft()
        # sudo: see _get_wanted_pieces.
        own = self.sudo()
        own._refresh_amounts()
        own._gather()
        return True

    def _gather(self):
        for record in self:
            known = {
                (piece.kind, piece.res_model or False, piece.res_id or 0)
                for piece in record.piece_ids
            }
            rows = [
                row
                for row in record._get_wanted_pieces()
                if (row["kind"], row.get("res_model", False), row.get("res_id", 0))
                not in known
            ]
            self.env["legal.taxation.piece"].create(
                [{**row, "file_id": record.id} for row in rows]
            )

    def _get_wanted_pieces(self):
        """Return the values of each exhibit the books have for this file."""
        self.ensure_one()
        # sudo: who may read the matter may put its documents into the file; the
        # exhibits stand behind the same wall.
        own = self.sudo()
        rows = [
            *own._get_agreement_pieces(),
            *own._get_invoice_pieces(),
            *own._get_account_pieces(),
            *own._get_cost_pieces(),
            *own._get_reminder_pieces(),
            *own._get_exchange_pieces(),
            *own._get_objection_pieces(),
        ]
        kinds = dict(self.env["legal.taxation.piece"]._fields["kind"].selection)
        labels = dict(
            self.env["legal.taxation.piece"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        for kind in SHEETS:
            if kind in kinds and own._has_sheet(kind):
                rows.append({"kind": kind, "name": labels[kind]})
        return rows

    def _has_sheet(self, kind):
        if kind == "costs":
            return bool(self._get_costs())
        if kind == "interest":
            return bool(self._get_interest()[1])
        if kind == "reading":
            return bool(self._get_readings())
        if kind in ("work", "prescription"):
            return bool(self.matter_id)
        return True

    def _piece(self, kind, record, name, day=False, **values):
        return {
            "kind": kind,
            "name": name,
            "date": day,
            "res_model": record._name,
            "res_id": record.id,
            **values,
        }

    # Agreement ----------------------------------------------------------------

    def _get_agreements(self):
        """Return the signed versions, the first one first."""
        if not self.matter_id:
            return self.env["legal.fee.agreement"]
        return (
            self.env["legal.fee.agreement"]
            .sudo()
            .search(
                [
                    ("matter_id", "=", self.matter_id.id),
                    ("state", "in", ("signed", "ended")),
                ],
                order="date_from, version, id",
            )
        )

    def _get_agreement_pieces(self):
        return [
            self._piece(
                "agreement",
                agreement,
                self.env._(
                    "%(label)s %(number)s",
                    label=agreement.version_label,
                    number=agreement.name,
                ),
                agreement.signed_on or agreement.date_from,
                sequence=rank,
            )
            for rank, agreement in enumerate(self._get_agreements())
        ]

    # Invoices, account, costs -------------------------------------------------

    def _get_all_moves(self):
        """Return all that was invoiced to this payer on the matter."""
        if not self.matter_id:
            return self.move_ids.sorted(lambda m: (m.invoice_date, m.id))
        moves = self.matter_id._get_final_moves(self.partner_id)
        return (moves | self.move_ids).sorted(lambda m: (m.invoice_date, m.id))

    def _get_invoice_pieces(self):
        rows = []
        for move in self._get_all_moves():
            kind = "credit" if move.move_type == "out_refund" else "invoice"
            if move.is_legal_deposit:
                kind = "deposit"
            labels = {
                "credit": self.env._("Credit note %(number)s", number=move.name),
                "deposit": self.env._("Deposit invoice %(number)s", number=move.name),
                "invoice": self.env._("Invoice %(number)s", number=move.name),
            }
            rows.append(self._piece(kind, move, labels[kind], move.invoice_date))
        return rows

    def _get_final_account(self):
        accounts = self.matter_id.final_account_ids.filtered(
            lambda a: (
                a.partner_id.commercial_partner_id
                == self.partner_id.commercial_partner_id
                and a.state in ("issued", "draft")
            )
        )
        return accounts.sorted(lambda a: (a.state != "issued", -a.id))[:1]

    def _get_account_pieces(self):
        if not self.matter_id:
            return []
        account = self._get_final_account()
        if not account:
            account = self.env["legal.final.account"].create(
                {
                    "matter_id": self.matter_id.id,
                    "partner_id": self.partner_id.id,
                    "reason": "bar",
                }
            )
        return [
            self._piece(
                "account",
                account,
                self.env._("Detailed final account %(number)s", number=account.name),
                account.date,
            )
        ]

    def _get_costs(self):
        return self._get_all_moves().invoice_line_ids.prebill_line_ids.cost_id

    def _get_cost_pieces(self):
        return [
            self._piece(
                "proof",
                attachment,
                self.env._("%(cost)s: %(file)s", cost=cost.name, file=attachment.name),
                cost.date,
            )
            for cost in self._get_costs()
            for attachment in cost.proof_attachment_ids
        ]

    # Reminders and exchanges --------------------------------------------------

    def _get_actions(self):
        """Return the messages that left about these invoices, the first one first."""
        return (
            self.env["legal.dunning.action"]
            .sudo()
            .search(
                [
                    ("line_ids.move_id", "in", self.move_ids.ids),
                    ("state", "=", "sent"),
                ],
                order="sent_on, id",
            )
        )

    def _get_notices(self):
        return self._get_actions().filtered("is_formal_notice")

    def _get_reminder_pieces(self):
        rows = []
        for action in self._get_actions():
            kind = "notice" if action.is_formal_notice else "reminder"
            rows.append(
                self._piece(
                    kind,
                    action,
                    self.env._(
                        "%(level)s of %(day)s",
                        level=action.level_id.name,
                        day=format_date(self.env, action.sent_on),
                    ),
                    action.sent_on,
                )
            )
            if kind == "notice":
                rows += [
                    self._piece("receipt", receipt, receipt.name, action.sent_on)
                    for receipt in action.posting_proof_id | action.receipt_id
                ]
        return rows

    def _get_exchange_pieces(self):
        """Propose what was written with the client on the invoices; none is taken
        until a person says so."""
        messages = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", "account.move"),
                    ("res_id", "in", self.move_ids.ids),
                    ("message_type", "in", ("email", "email_outgoing", "comment")),
                    ("is_internal", "=", False),
                    ("subtype_id.internal", "=", False),
                ],
                order="id desc",
                limit=MOST_EXCHANGES,
            )
        )
        return [
            self._piece(
                "exchange",
                message,
                self.env._(
                    "Message of %(author)s: %(subject)s",
                    author=message.author_id.name or message.email_from or "",
                    subject=(message.subject or html2plaintext(message.body))[:70],
                ),
                message.date.date(),
                is_included=False,
            )
            for message in messages
            if html2plaintext(message.body or "").strip()
        ]

    def _get_objection_pieces(self):
        """Propose what the client objected to, in his own words; a person takes it."""
        exchanges = (
            self.env["legal.dispute.exchange"]
            .sudo()
            .search(
                [
                    ("dispute_id.move_id", "in", self.move_ids.ids),
                    ("side", "=", "client"),
                ],
                order="said_at, id",
            )
        )
        return [
            self._piece(
                "objection",
                exchange,
                self.env._(
                    "Objection of the client of %(day)s",
                    day=format_date(self.env, exchange.said_at.date()),
                ),
                exchange.said_at.date(),
                is_included=False,
            )
            for exchange in exchanges
        ]
