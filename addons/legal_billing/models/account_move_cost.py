from odoo import fields, models

from ..engine import costs, fees


class AccountMove(models.Model):
    """Vendor bills that matters pay for: each line becomes a cost, once."""

    _inherit = "account.move"

    legal_cost_count = fields.Integer(compute="_compute_legal_cost_count")

    def _compute_legal_cost_count(self):
        # sudo: a number of costs, neutral for whoever keeps the ledger.
        counts = {
            move.id: count
            for move, count in self.env["legal.cost"]
            .sudo()
            ._read_group(
                [("source_move_id", "in", self.ids)],
                ["source_move_id"],
                ["__count"],
            )
        }
        for move in self:
            move.legal_cost_count = counts.get(move.id, 0)

    def action_legal_make_costs(self):
        """Make the costs of these bills, or bring them up to date."""
        self.check_access("write")
        self._legal_sync_costs()
        return self.action_legal_view_costs()

    def action_legal_view_costs(self):
        """Open the costs of these bills that the user may see."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.cost",
            "name": self.env._("Costs"),
            "view_mode": "list,form",
            "domain": [("source_move_id", "in", self.ids)],
            "context": {"create": False},
        }

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted.filtered(lambda m: m._legal_follows_costs())._legal_sync_costs()
        return posted

    def button_draft(self):
        # sudo: analytic lines stand behind the wall, see _create_analytic_lines.
        bills = self.sudo().filtered(
            lambda m: m.is_purchase_document(include_receipts=True)
        )
        lines = bills.line_ids.analytic_line_ids
        lines.with_context(skip_analytic_sync=True).unlink()
        res = super().button_draft()
        self._legal_suspend_costs()
        return res

    def button_cancel(self):
        res = super().button_cancel()
        self._legal_suspend_costs()
        return res

    def _legal_follows_costs(self):
        """Tell whether posting this document makes or changes costs by itself.

        What became a cost follows its bill in any case; new ones are made when
        the firm chose so.
        """
        self.ensure_one()
        return self.is_purchase_document(include_receipts=True) and (
            self.company_id.legal_cost_from_bills
            or self.move_type == "in_refund"
            or bool(self.legal_cost_count)
        )

    # -- bills -----------------------------------------------------------------

    def _legal_sync_costs(self):
        """Make or update the costs of posted vendor bills and refunds.

        sudo: an accountant posts bills of matters he does not see. What he gets
        back is neutral, and the costs stand behind their matter's wall.
        """
        for move in self.sudo().filtered(lambda m: m.state == "posted"):
            if move.move_type in ("in_invoice", "in_receipt"):
                move._legal_sync_bill()
            elif move.move_type == "in_refund":
                move._legal_sync_refund()

    def _legal_get_cost_lines(self):
        """Return the lines that may be charged to a matter; a hook."""
        self.ensure_one()
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _legal_sync_bill(self):
        shares = self._legal_get_cost_lines()._legal_share_out()
        existing = {
            (cost.source_line_id, cost.matter_id): cost
            for cost in self.env["legal.cost"].search(
                [("source_line_id", "in", self.invoice_line_ids.ids)]
            )
        }
        for key, (category, amount) in shares.items():
            amount = self._legal_in_currency_of(key[1], amount)
            cost = existing.pop(key, None)
            if cost:
                cost._follow_source(amount - cost.refunded_amount, self._legal_label())
                cost._add_proofs(self._legal_get_proofs())
            elif self.company_currency_id.compare_amounts(amount, 0.0) > 0:
                line, matter = key
                self.env["legal.cost"].create(
                    self._legal_prepare_cost(line, matter, category, amount)
                )._add_proofs(self._legal_get_proofs())
        for cost in existing.values():  # the line is on this matter no more
            cost._follow_source(0.0, self._legal_label())

    def _legal_prepare_cost(self, line, matter, category, amount):
        name = (line.name or "").split("\n")[0] or line.product_id.name
        supplier = self.commercial_partner_id
        return {
            "matter_id": matter.id,
            "category_id": category.id,
            "date": self.invoice_date or self.date,
            "name": ", ".join(filter(None, (name, supplier.name))),
            "unit_amount": amount,
            "supplier_id": supplier.id,
            "source_line_id": line.id,
            "source_document": self._legal_label(),
        }

    def _legal_in_currency_of(self, matter, amount):
        """Return an amount of the ledger in the currency a matter is billed in."""
        own = self.company_currency_id
        if matter.currency_id == own:
            return amount
        date = self.invoice_date or self.date
        return own._convert(amount, matter.currency_id, self.company_id, date)

    def _legal_label(self):
        return ", ".join(filter(None, (self.ref, self.name)))

    def _legal_get_proofs(self):
        """Return the files of this document that are worth showing the client."""
        main = self.message_main_attachment_id
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id)]
        )
        return main or attachments.filtered(
            lambda a: a.mimetype in ("application/pdf", "image/jpeg", "image/png")
        )

    # -- refunds, drafts -------------------------------------------------------

    def _legal_sync_refund(self):
        """Take what a vendor gives back off the costs of the bill it refunds."""
        bill = self.reversed_entry_id
        open_costs = self.env["legal.cost"].search(
            [("source_line_id", "in", bill.invoice_line_ids.ids)], order="id"
        )
        known = open_costs.refund_line_ids
        lines = self._legal_get_cost_lines() - known
        for (line, matter), (category, amount) in lines._legal_share_out().items():
            amount = self._legal_in_currency_of(matter, amount)
            costs_of_matter = open_costs.filtered(
                lambda c, m=matter, k=category: c.matter_id == m and c.category_id == k
            ).sorted(lambda c, li=line: c.source_line_id.name != li.name)
            for cost in costs_of_matter:
                source = cost.amount if not cost.is_cancelled else 0.0
                taken = min(source, amount)
                if self.company_currency_id.compare_amounts(taken, 0.0) <= 0:
                    continue
                amount -= taken
                left = cost.amount - taken
                cost.refund_line_ids |= line
                cost.refunded_amount += taken
                cost._follow_source(left, self._legal_label())

    def _legal_suspend_costs(self):
        """Keep from billing what comes from a bill that is no longer posted."""
        # sudo: see _legal_sync_costs.
        bills = self.sudo().filtered(
            lambda m: m.move_type in ("in_invoice", "in_receipt")
        )
        for cost in (
            self.env["legal.cost"]
            .sudo()
            .search([("source_line_id", "in", bills.invoice_line_ids.ids)])
        ):
            cost._follow_source(0.0, cost.source_document or "")
        refunds = self.sudo().filtered(lambda m: m.move_type == "in_refund")
        for refund in refunds.filtered("reversed_entry_id"):
            refund._legal_undo_refund()

    def _legal_undo_refund(self):
        """Forget a refund that is no longer posted, and count its bill again."""
        costs_of_refund = self.env["legal.cost"].search(
            [("refund_line_ids", "in", self.invoice_line_ids.ids)]
        )
        for cost in costs_of_refund:
            cost.refund_line_ids -= self.invoice_line_ids
            cost.refunded_amount = 0.0
        bill = self.reversed_entry_id
        if costs_of_refund and bill.state == "posted":
            bill._legal_sync_bill()
            other = bill.reversal_move_ids.filtered(lambda m: m.state == "posted")
            (other - self)._legal_sync_costs()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _legal_share_out(self):
        """Return {(line, matter): (category, amount)} of lines of vendor bills.

        Amounts are in the company's currency, above zero on bills and refunds:
        without the VAT that was deducted as an expense, the exact sum paid as a
        disbursement.
        """
        shares = {}
        accounts = {
            int(account)
            for line in self
            for key in line.analytic_distribution or {}
            for account in key.split(",")
        }
        matters = {
            matter.account_id.id: matter
            for matter in self.env["legal.matter"].search(
                [("account_id", "in", list(accounts))]
            )
        }
        for line in self:
            percents = line._legal_get_percents(matters)
            if not percents:
                continue
            category = line._legal_get_cost_category()
            amount = fees.to_decimal(line._legal_get_cost_amount(category))
            quantum = fees.to_decimal(line.company_currency_id.rounding)
            parts = costs.share_out(amount, percents.values(), quantum)
            for matter, part in zip(percents, parts, strict=True):
                shares[line, matter] = (category, float(part))
        return shares

    def _legal_get_percents(self, matters):
        """Return {matter: percentage} of this line."""
        self.ensure_one()
        if self.matter_id:
            return {self.matter_id: fees.to_decimal(100)}
        percents = {}
        for key, percent in (self.analytic_distribution or {}).items():
            for account in key.split(","):
                if matter := matters.get(int(account)):
                    known = percents.get(matter, 0)
                    percents[matter] = known + fees.to_decimal(percent)
        return percents

    def _legal_get_cost_category(self):
        """Return the category: a disbursement on a third-party account."""
        Category = self.env["legal.money.category"]
        company = self.company_id
        for code in ("pleading_duty", "disbursement"):
            category = Category._get_by_code(code, company)
            if self.account_id == category.account_id:
                return category
        return (
            category
            if self._legal_is_third_party(category)
            else Category._get_by_code("expense", company)
        )

    def _legal_is_third_party(self, category):
        """Tell whether this line is on an account of the disbursements' family."""
        own, family = self.account_id.code or "", category.account_id.code or ""
        return bool(family) and own[:3] == family[:3]

    def _legal_get_cost_amount(self, category):
        """Return what the client is to bear, in the company's currency."""
        sign = -1 if self.move_id.move_type == "in_refund" else 1
        rate = self.currency_rate or 1.0
        if category.section == "disbursements":
            return self.company_currency_id.round(self.price_total / rate)
        kept = 0.0
        result = self.tax_ids.compute_all(
            self.price_unit * (1 - (self.discount or 0.0) / 100),
            self.currency_id,
            self.quantity,
            product=self.product_id,
            partner=self.partner_id,
            is_refund=self.move_id.move_type == "in_refund",
        )
        for tax in result["taxes"]:
            repartition = self.env["account.tax.repartition.line"].browse(
                tax["tax_repartition_line_id"]
            )
            if not repartition.account_id:  # VAT that nobody gives back
                kept += tax["amount"]
        return self.company_currency_id.round(
            sign * self.balance + self.currency_id.round(kept) / rate
        )
