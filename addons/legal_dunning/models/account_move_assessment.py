from odoo import Command, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Crediting an amount including VAT that an authority decided."""

    _inherit = "account.move"

    def _credit_incl_vat(self, amount, day, reason, reason_id):
        """Credit this invoice by an amount incl. VAT, the latest work first.

        :return: the posted credit note, matched with the invoice
        :raise UserError: the amount cannot be reached to the cent
        """
        self.ensure_one()
        currency = self.currency_id
        if self._legal_has_acts():
            refund = self._credit_acts_incl_vat(amount, day, reason, reason_id)
        else:
            refund = self._credit_lines_incl_vat(amount, day, reason)
        if currency.compare_amounts(refund.amount_total, amount):
            raise UserError(
                self.env._(
                    "A credit note of %(amount)s on %(invoice)s comes to %(found)s with"
                    " its VAT and discounts: credit the invoice by hand, then execute"
                    " the decision.",
                    amount=currency.format(amount),
                    invoice=self.name,
                    found=currency.format(refund.amount_total),
                )
            )
        self._match_credit(refund)
        return refund

    def _match_credit(self, refund):
        lines = (self | refund).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        if len(lines.move_id) == 2:
            lines.reconcile()

    def _credit_acts_incl_vat(self, amount, day, reason, reason_id):
        """Take it off the acts through the product's own credit notes."""
        currency = self.currency_id
        lines = self.invoice_line_ids.filtered("prebill_line_ids")
        spots = [
            (prebill_line, line, share)
            for line, shares in lines._legal_get_left().items()
            for prebill_line, share in shares.items()
            if share > 0
            and prebill_line.kind != "provision"
            and not self._legal_follows(prebill_line)
        ]
        spots.sort(
            key=lambda spot: (
                not spot[1].tax_ids.filtered("amount"),
                -spot[0].date.toordinal(),
                -spot[0].id,
            )
        )
        choices, left = {}, amount
        for prebill_line, line, share in spots:
            if currency.is_zero(left):
                break
            ratio = line.price_total / line.price_subtotal if line.price_subtotal else 1
            whole = share * ratio
            if currency.compare_amounts(whole, left) <= 0:
                choices[prebill_line] = ("write_off", None)
                left -= whole
            else:
                choices[prebill_line] = ("reduce", currency.round(left / ratio))
                left = 0.0
        return self._legal_credit(choices, day, reason, reason_id)

    def _credit_lines_incl_vat(self, amount, day, reason):
        """Take it off the lines of an invoice that no pre-bill made."""
        currency = self.currency_id
        refund = self._reverse_moves([self._legal_prepare_credit_note(day, reason)])
        commands, left = [], amount
        for line in refund.invoice_line_ids.sorted("id"):
            if line.display_type != "product":
                continue
            if currency.is_zero(left) or line.price_total <= 0:
                commands.append(Command.delete(line.id))
                continue
            part = min(left, line.price_total)
            left -= part
            if currency.compare_amounts(part, line.price_total):
                ratio = line.price_total / line.price_subtotal
                vals = {"quantity": 1, "price_unit": currency.round(part / ratio)}
                commands.append(Command.update(line.id, vals))
        refund.write({"invoice_line_ids": commands})
        refund.action_post()
        return refund

    # Making a file ------------------------------------------------------------

    def action_make_taxation_files(self):
        """Make a file for each matter and payer of these overdue invoices."""
        self.check_access("read")
        File = self.env["legal.taxation.file"]
        files = File
        moves = self.filtered(
            lambda m: (
                m.move_type == "out_invoice"
                and m.state == "posted"
                and m.payment_state in ("not_paid", "partial")
            )
        )
        if not moves:
            raise UserError(
                self.env._(
                    "None of these invoices is unpaid: there is nothing to claim."
                )
            )
        # The first matter of an invoice takes it: it is claimed once.
        groups = moves.grouped(
            lambda m: (m.matter_ids[:1], m.commercial_partner_id, m.currency_id)
        )
        for (matter, payer, _currency), own in groups.items():
            matter.check_access("read")
            files |= File._open_for(own, matter, payer)
        return files._get_list_action()


class LegalTaxationFile(models.Model):
    _inherit = "legal.taxation.file"

    def _get_list_action(self):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Assessment Files"),
            "res_model": "legal.taxation.file",
            "view_mode": "list,form",
            "domain": [("id", "in", self.ids)],
        }
        if len(self) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=self.id)
        return action


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    def action_make_taxation_files(self):
        """Make the file of what is unpaid on this matter, one for each payer."""
        self.ensure_one()
        self.check_access("read")
        # sudo: the matter's own open invoices; its reader may claim them.
        today = self._get_prescription_today()
        moves = self.sudo()._get_prescription_moves()
        moves = moves.filtered(lambda m: m.invoice_date_due < today)
        if not moves:
            raise UserError(
                self.env._(
                    "Nothing is overdue on %(matter)s: there is nothing to claim.",
                    matter=self._neutral_label(),
                )
            )
        File = self.env["legal.taxation.file"]
        files = File
        for (payer, _currency), own in moves.grouped(
            lambda m: (m.commercial_partner_id, m.currency_id)
        ).items():
            files |= File._open_for(own.sudo(False), self, payer.sudo(False))
        return files._get_list_action()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_make_taxation_files(self):
        """Make the files of all that this payer owes and should have paid."""
        self.ensure_one()
        moves = self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("company_id", "in", self.env.companies.ids),
                ("invoice_date_due", "<", self.env.company._get_dunning_today()),
            ]
        )
        if not moves:
            raise UserError(
                self.env._(
                    "%(payer)s has no overdue invoice: there is nothing to claim.",
                    payer=self.name,
                )
            )
        return moves.action_make_taxation_files()
