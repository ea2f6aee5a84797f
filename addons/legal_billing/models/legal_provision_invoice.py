from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class LegalProvision(models.Model):
    """The ledger of a provision: deposit invoice, refund, move to another matter."""

    _inherit = "legal.provision"

    def _lock(self):
        """Let one decision at a time use these provisions; see account.move."""
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE legal_provision SET write_date = write_date WHERE id IN %s",
                    tuple(self.ids),
                ),
                log_exceptions=False,  # losing the race is no incident
            )
            self.invalidate_recordset()

    # -- deposit invoice ---------------------------------------------------------

    def action_issue_invoice(self):
        """Issue the deposit invoice (386) today, before or when it is paid."""
        self._check_may_invoice()
        for provision in self:
            provision._issue_deposit(fields.Date.context_today(provision))
        return self.action_view_invoice()

    def action_register_payment(self):
        """Issue the deposit invoice if need be, and record what the client paid."""
        self.ensure_one()
        self._check_may_invoice()
        if not self._get_deposit_move():
            self._issue_deposit(fields.Date.context_today(self))
        return self._get_deposit_move().sudo(False).action_register_payment()

    def action_view_invoice(self):
        moves = self.env["account.move"].browse(
            [provision._get_deposit_move().id for provision in self]
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "name": self.env._("Deposit invoice"),
            "view_mode": "form" if len(moves) == 1 else "list,form",
            "res_id": moves.id if len(moves) == 1 else False,
            "domain": [("id", "in", moves.ids)],
        }

    def _check_may_invoice(self):
        self.check_access("write")
        manager = "legal_billing.group_legal_billing_manager"
        if not (self.env.su or self.env.user.has_group(manager)):
            raise UserError(
                self.env._(
                    "Only a billing manager can invoice, refund or move provisions:"
                    " ask one of them."
                )
            )

    def _issue_deposit(self, date, is_paid=False):
        """Make and post the deposit invoice, once.

        :param date: of the invoice; the day of payment when it comes first
        :param is_paid: the payment is there, so that nothing falls due later
        :return: account.move of type 386
        """
        self.ensure_one()
        self._lock()
        if self.move_id:
            return self.move_id
        self._check_state("draft", "requested")
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .with_context(default_move_type="out_invoice")
            .create(self._prepare_deposit(date, is_paid))
        )
        self.write(
            {
                "move_id": move.id,
                "stage": "requested",
                "requested_on": self.requested_on or date,
            }
        )
        move.action_post()
        return move

    def _prepare_deposit(self, date, is_paid=False):
        category = self._get_category()
        category._check_usable()
        fiscal_position = self._get_fiscal_position()
        agreement = self.matter_id.agreement_id
        return {
            "move_type": "out_invoice",
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": date,
            "invoice_date_due": max((not is_paid and self.due_on) or date, date),
            "invoice_payment_term_id": False,
            "invoice_origin": self.name,
            "fiscal_position_id": fiscal_position.id,
            "invoice_user_id": self.responsible_id.id,
            "invoice_text_policy": agreement.invoice_text_policy or "detailed",
            "legal_client_kind": self.matter_id.client_kind,
            "legal_provision_id": self.id,
            "narration": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": self._get_line_name(),
                        "quantity": 1.0,
                        "price_unit": self.amount_untaxed,
                        "account_id": fiscal_position.map_account(
                            category.account_id
                        ).id,
                        "tax_ids": [Command.set(self._get_taxes().ids)],
                        "matter_id": self.matter_id.id,
                        "legal_category_id": category.id,
                        "legal_provision_id": self.id,
                    }
                )
            ],
        }

    def _get_line_name(self):
        """Return the neutral label of the deposit in the ledger."""
        provision = self.with_context(lang=self.partner_id.lang or self.env.lang)
        matter = self.matter_id._neutral_label()
        if self.kind == "disbursements":
            return provision.env._(
                "Provision on disbursements – matter %(matter)s", matter=matter
            )
        return provision.env._("Provision on fees – matter %(matter)s", matter=matter)

    def _get_deduction_name(self, amount):
        """Return the line that takes it off a final invoice, as the law words it.

        :param float amount: deducted, excluding VAT, above zero
        """
        self.ensure_one()
        move = self._get_deposit_move()._legal_in_client_language()
        result = self._get_taxes().compute_all(amount, self.currency_id)
        return move.env._(
            "To deduct: deposit invoice no. %(number)s of %(date)s, %(untaxed)s excl."
            " VAT, VAT %(tax)s",
            number=move.name,
            date=move._legal_format_short_date(move.invoice_date),
            untaxed=move._legal_format_money(amount),
            tax=move._legal_format_money(
                result["total_included"] - result["total_excluded"]
            ),
        )

    # -- guards --------------------------------------------------------------------

    def _check_not_overdrawn(self):
        """Refuse what would use more than the client paid.

        Called after posting: the ledger has the last word.
        """
        self.ensure_one()
        self.env.flush_all()
        self.invalidate_recordset()
        compare = self.currency_id.compare_amounts
        over_used = self.amount_deducted and (
            compare(self.amount_deducted, self.amount_received) > 0
        )
        if over_used or compare(self.balance, 0.0) < 0:
            raise UserError(
                self.env._(
                    "The provision %(name)s would be used beyond the %(received)s"
                    " received: lower what is deducted.",
                    name=self.display_name,
                    received=self.currency_id.format(self.amount_received),
                )
            )

    def _check_nothing_used(self):
        """Refuse to touch a deposit invoice on which another document relies."""
        for provision in self:
            others = provision.move_line_ids.filtered(
                lambda line, p=provision: (
                    line.parent_state == "posted" and line.move_id != p.move_id
                )
            )
            if others:
                raise UserError(
                    self.env._(
                        "The deposit invoice of %(name)s is deducted or refunded by"
                        " %(documents)s: credit those first.",
                        name=provision.display_name,
                        documents=", ".join(others.move_id.mapped("name")),
                    )
                )

    # -- refund ------------------------------------------------------------------

    def action_refund(self):
        """Give back what is left: a credit note (503) of the deposit invoice."""
        self.ensure_one()
        self._check_may_invoice()
        refund = self._refund(fields.Date.context_today(self))
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "name": self.env._("Credit note"),
            "view_mode": "form",
            "res_id": refund.id,
        }

    def _refund(self, date, amount=None):
        """Credit what is left, or part of it.

        :return: the posted credit note; its payment to the client is recorded
            with the stock button
        :raise UserError: nothing, or less than asked, is left
        """
        self.ensure_one()
        self._lock()
        amount = self.balance if amount is None else amount
        reserved = self._get_reserved().get(self, 0.0)
        left = self.currency_id.round(self.balance - reserved)
        if amount <= 0 or self.currency_id.compare_amounts(amount, left) > 0:
            raise UserError(
                self.env._(
                    "Only %(left)s is left of the provision %(name)s: refund that, or"
                    " take it off the pre-bill first.",
                    left=self.currency_id.format(left),
                    name=self.display_name,
                )
            )
        origin = self._get_deposit_move()
        if self.env.su is False:
            origin = origin.sudo(False)
        refund = origin._reverse_moves(
            [
                {
                    "date": date,
                    "invoice_date": date,
                    "invoice_date_due": date,
                    "ref": self.env._(
                        "Reversal of: %(number)s, provision not used",
                        number=origin.name,
                    ),
                    "legal_provision_id": self.id,
                }
            ]
        )
        line = refund.invoice_line_ids.filtered("legal_provision_id")
        line.write(
            {
                "quantity": 1.0,
                "price_unit": amount,
                "legal_provision_id": self.id,
                "matter_id": self.matter_id.id,
            }
        )
        refund.action_post()
        return refund

    # -- to another matter ---------------------------------------------------------

    def _move_to(self, matter, amount, consent_on, consent_note, date, files=None):
        """Move part of it to another matter of the client, who agreed.

        :param files: ir.attachment that prove the consent
        :return: the provision of the other matter
        :raise UserError: no consent, another client, or too much
        """
        self.ensure_one()
        self._lock()
        if not consent_on or not (consent_note or "").strip():
            raise UserError(
                self.env._(
                    "The provision %(name)s stays with its matter until its client"
                    " agrees: enter when and how the consent was given.",
                    name=self.display_name,
                )
            )
        if matter == self.matter_id or (
            matter.partner_id.commercial_partner_id
            != self.partner_id.commercial_partner_id
        ):
            raise UserError(
                self.env._(
                    "The provision %(name)s can move only to another matter of"
                    " %(client)s: choose one.",
                    name=self.display_name,
                    client=self.partner_id.display_name,
                )
            )
        left = self.currency_id.round(
            self.amount_available - self._get_reserved().get(self, 0.0)
        )
        if amount <= 0 or self.currency_id.compare_amounts(amount, left) > 0:
            raise UserError(
                self.env._(
                    "Only %(left)s of the provision %(name)s can move: enter no more.",
                    left=self.currency_id.format(left),
                    name=self.display_name,
                )
            )
        target = self.create(
            {
                "matter_id": matter.id,
                "partner_id": self.partner_id.id,
                "kind": self.kind,
                "work": self.work,
                "date": date,
                "amount_untaxed": amount,
                "source_id": self.id,
                "stage": "requested",
                "consent_on": consent_on,
                "consent_note": consent_note,
            }
        )
        self._post_transfer(target, amount, date)
        words = self.env._(
            "%(amount)s moved from %(origin)s to %(target)s with the client's consent"
            " of %(date)s: %(note)s",
            amount=self.currency_id.format(amount),
            origin=self.name,
            target=target.name,
            date=fields.Date.to_string(consent_on),
            note=consent_note,
        )
        self.message_post(
            body=words, attachment_ids=(files or self.env["ir.attachment"]).ids
        )
        target.message_post(body=words)
        return target

    def _post_transfer(self, target, amount, date):
        """Book the move inside account 4191, so that each matter keeps its own."""
        origin = self._get_deposit_move()
        account = origin.invoice_line_ids.filtered("legal_provision_id").account_id
        label = self.env._(
            "Provision moved from %(origin)s to %(target)s",
            origin=self.matter_id._neutral_label(),
            target=target.matter_id._neutral_label(),
        )
        common = {
            "account_id": account.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "name": label,
            "currency_id": self.currency_id.id,
        }
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "date": date,
                    "ref": label,
                    "line_ids": [
                        Command.create(
                            {
                                **common,
                                "amount_currency": amount,
                                "legal_provision_id": self.id,
                                "matter_id": self.matter_id.id,
                            }
                        ),
                        Command.create(
                            {
                                **common,
                                "amount_currency": -amount,
                                "legal_provision_id": target.id,
                                "matter_id": target.matter_id.id,
                            }
                        ),
                    ],
                }
            )
        )
        move.action_post()
        return move

    # -- what is promised elsewhere --------------------------------------------------

    @api.model
    def _get_reserved_domain(self):
        """Return the pre-bill lines that promise provisions, not posted yet."""
        return [
            ("kind", "=", "provision"),
            ("is_live", "=", True),
            ("source_status", "not in", ("billed", "paid")),
        ]

    def _get_reserved(self, ignored=None):
        """Return {provision: promised by pre-bills that are not invoiced yet}.

        :param ignored: pre-bills that do not count
        """
        domain = [("provision_id", "in", self.ids), *self._get_reserved_domain()]
        if ignored:
            domain.append(("prebill_id", "not in", ignored.ids))
        # sudo: whoever may use a provision must not use it twice.
        groups = (
            self.env["legal.prebill.line"]
            .sudo()
            ._read_group(domain, ["provision_id"], ["amount:sum"])
        )
        return {
            self.browse(provision.id): -amount for provision, amount in groups if amount
        }
