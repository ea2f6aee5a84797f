from odoo import Command, api, fields, models
from odoo.exceptions import UserError

CORRECTIVE = "384"


class AccountMove(models.Model):
    """Corrective invoices (384), which cancel an issued invoice and replace it.

    The ledger never holds the sum twice: posting the corrective invoice reverses the
    one it replaces by a credit note of the books, which nobody is sent. What was
    paid, and the acts behind the invoice, go over to the corrective one.
    """

    _inherit = "account.move"

    legal_replaced_id = fields.Many2one(
        "account.move",
        string="Replaces the invoice",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    legal_replacement_ids = fields.One2many(
        "account.move", "legal_replaced_id", string="Corrective invoices"
    )

    def _legal_get_replacement(self):
        """Return the issued corrective invoice that took this one's place."""
        self.ensure_one()
        return self.legal_replacement_ids.filtered(lambda m: m.state == "posted")[:1]

    def _legal_is_book_credit(self):
        """Tell a credit note that only balances a replaced invoice in the books."""
        self.ensure_one()
        return self.move_type == "out_refund" and bool(
            self.reversed_entry_id._legal_get_replacement()
        )

    # -- making the draft --------------------------------------------------------------

    def action_legal_replace(self):
        """Ask for the date and the reason, then make the draft."""
        self.ensure_one()
        self._legal_check_replaceable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replace %(number)s", number=self.name),
            "res_model": "legal.invoice.replace",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def _legal_check_replaceable(self):
        """Refuse what a corrective invoice cannot stand for."""
        self.ensure_one()
        _ = self.env._
        if self.is_legal and not self.env.user.has_group(
            "legal_billing.group_legal_billing_manager"
        ):
            raise UserError(
                _("Only a billing manager can replace an invoice: ask one.")
            )
        self.check_access("write")
        label = self._legal_get_label()
        if self.move_type != "out_invoice" or self.state != "posted":
            raise UserError(
                _(
                    "%(invoice)s is no issued invoice: only those are replaced by a"
                    " corrective one.",
                    invoice=label,
                )
            )
        if self.is_legal_deposit:
            raise UserError(
                _(
                    "%(invoice)s is a deposit invoice: refund the provision by its"
                    " credit note and ask for it again.",
                    invoice=label,
                )
            )
        credits = self.reversal_move_ids.filtered(lambda m: m.state != "cancel")
        if credits:
            raise UserError(
                _(
                    "%(invoice)s has the credit note %(credits)s already: what is left"
                    " of it cannot be replaced, bill the rest anew.",
                    invoice=label,
                    credits=", ".join(credits.mapped("display_name")),
                )
            )
        others = self.legal_replacement_ids.filtered(lambda m: m.state != "cancel")
        if others:
            raise UserError(
                _(
                    "%(invoice)s has the corrective invoice %(others)s already: finish"
                    " that one, or delete its draft.",
                    invoice=label,
                    others=", ".join(others.mapped("display_name")),
                )
            )

    def _legal_replace(self, date, reason):
        """Make the draft corrective invoice of this one, of the same content.

        :param date: of the corrective invoice
        :param str reason: kept in both documents' histories
        """
        self.ensure_one()
        self._legal_check_replaceable()
        if date < self.invoice_date:
            raise UserError(
                self.env._(
                    "The corrective invoice of %(invoice)s would be dated before it:"
                    " give it a date from %(date)s on.",
                    invoice=self.name,
                    date=self._legal_format_date(self.invoice_date),
                )
            )
        # sudo: the acts of a matter stay behind its wall; a billing manager, or who
        # bills no matter, asked for the same lines under another number.
        draft = self.sudo().copy(self.sudo()._legal_prepare_replacement(date))
        lines = self.sudo().invoice_line_ids.sorted("id")
        for old, new in zip(lines, draft.invoice_line_ids.sorted("id"), strict=True):
            new.legal_replaced_line_id = old
        link = draft._get_html_link(title=self.env._("corrective invoice"))
        self.message_post(
            body=self.env._(
                "A draft %(link)s replaces this one once it is issued. %(reason)s",
                link=link,
                reason=reason,
            )
        )
        draft.message_post(body=reason)
        return draft.with_env(self.env)

    def _legal_prepare_replacement(self, date):
        self.ensure_one()
        due = self.invoice_date_due or date
        return {
            "legal_replaced_id": self.id,
            "invoice_date": date,
            "date": date,
            # What the client was told stays true; a due date cannot be earlier.
            "invoice_payment_term_id": False,
            "invoice_date_due": max(due, date),
            "ref": self.ref,
            "invoice_origin": self.invoice_origin,
            "payment_reference": False,
            "partner_bank_id": self.partner_bank_id.id,
            "delivery_date": self.delivery_date,
            "legal_period_from": self.legal_period_from,
            "legal_period_to": self.legal_period_to,
            "legal_payer_id": self.legal_payer_id.id,
            "legal_client_message": self.legal_client_message,
        }

    # -- issuing it --------------------------------------------------------------------

    def _post(self, soft=True):
        correctives = self.filtered(
            lambda m: m.legal_replaced_id and m.state == "draft"
        )
        paid = {}
        for move in correctives:
            # sudo: the replaced invoice is of the same company and matters; an
            # accountant who issues the corrective one may be outside their wall.
            origin = move.sudo().legal_replaced_id
            move._legal_check_origin_stands(origin)
            move.sudo()._legal_take_acts(origin)
            paid[move] = origin._legal_cancel_in_books(move.invoice_date)
        posted = super()._post(soft=soft)
        for move, payments in paid.items():
            if move in posted:
                move.sudo()._legal_take_payments(payments)
        return posted

    def _legal_check_origin_stands(self, origin):
        origin.lock_for_update()
        credits = origin.reversal_move_ids.filtered(lambda m: m.state == "posted")
        if origin.state != "posted" or credits or origin._legal_get_replacement():
            raise UserError(
                self.env._(
                    "The invoice %(invoice)s was credited or replaced meanwhile:"
                    " delete this draft, which would bill it twice.",
                    invoice=origin.name,
                )
            )

    def _legal_take_acts(self, origin):
        """Move the acts behind the replaced invoice over to this one."""
        self.ensure_one()
        for line in self.invoice_line_ids.filtered("legal_replaced_line_id"):
            old = line.legal_replaced_line_id
            if old.prebill_line_ids:
                line.prebill_line_ids = [Command.set(old.prebill_line_ids.ids)]
                old.prebill_line_ids = [Command.clear()]
        left = origin.invoice_line_ids.filtered("prebill_line_ids")[:1]
        if left:
            raise UserError(
                self.env._(
                    "The corrective invoice of %(invoice)s lacks its line “%(line)s”:"
                    " it takes over all of the work; to bill less, credit the invoice"
                    " instead.",
                    invoice=origin.name,
                    line=(left.name or "").split("\n")[0],
                )
            )

    def _legal_cancel_in_books(self, date):
        """Reverse this invoice by a credit note of the books; return its payments."""
        self.ensure_one()
        due = self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        partials = due.matched_credit_ids | due.matched_debit_ids
        payments = (partials.credit_move_id | partials.debit_move_id) - due
        move = self._legal_in_client_language()
        self._reverse_moves(
            [
                {
                    "date": date,
                    "invoice_date": date,
                    "invoice_date_due": date,
                    "invoice_payment_term_id": False,
                    "ref": move.env._(
                        "Cancels %(number)s, replaced by a corrective invoice",
                        number=self.name,
                    ),
                }
            ],
            cancel=True,
        )
        return payments

    def _legal_take_payments(self, payments):
        """Set what had paid the replaced invoice against this one."""
        self.ensure_one()
        due = self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        open_lines = (payments | due).filtered(
            lambda line: not line.reconciled and line.account_id in due.account_id
        )
        if payments & open_lines:
            open_lines.reconcile()

    # -- what it is --------------------------------------------------------------------

    def _legal_get_document_type_code(self):
        if self.legal_replaced_id:
            return CORRECTIVE
        return super()._legal_get_document_type_code()

    def _legal_get_preceding_invoices(self):
        """A corrective invoice names the one it replaces, and no other (BR-FR)."""
        return self.legal_replaced_id or super()._legal_get_preceding_invoices()

    def _legal_get_title(self, annex=False):
        if self.legal_replaced_id and not annex:
            return (
                self.env._("Corrective invoice")
                if self.state == "posted"
                else self.env._("Draft corrective invoice")
            )
        return super()._legal_get_title(annex)

    def _legal_get_replacing_sentence(self):
        """Return what a corrective invoice says of the one it replaces."""
        self.ensure_one()
        move = self._legal_in_client_language()
        if origin := self.legal_replaced_id:
            return move.env._(
                "Corrective invoice – cancels and replaces the invoice no. %(number)s"
                " of %(date)s",
                number=origin.name,
                date=move._legal_format_date(origin.invoice_date),
            )
        return ""

    def _legal_get_print_values(self, annex=False):
        values = super()._legal_get_print_values(annex)
        values["replacing"] = "" if annex else self._legal_get_replacing_sentence()
        return values

    def _legal_get_portal_name(self):
        if self.legal_replaced_id and self.name and self.name != "/":
            return self.env._("Corrective invoice %(number)s", number=self.name)
        return super()._legal_get_portal_name()

    # -- who is sent it ----------------------------------------------------------------

    def _legal_is_exchanged(self):
        """The platform gets the corrective invoice, which does both in one."""
        return super()._legal_is_exchanged() and not self._legal_is_book_credit()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    legal_replaced_line_id = fields.Many2one(
        "account.move.line",
        string="Line replaced",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _check_move_constraints(self, moves):
        """Keep a credit note of the books in the books: it would cancel twice."""
        for move in moves.filtered(lambda m: m._legal_is_book_credit()):
            raise UserError(
                self.env._(
                    "%(credit)s only balances %(origin)s in the books: send the"
                    " corrective invoice %(corrective)s, which replaces it.",
                    credit=move.name,
                    origin=move.reversed_entry_id.name,
                    corrective=move.reversed_entry_id._legal_get_replacement().name,
                )
            )
        return super()._check_move_constraints(moves)
