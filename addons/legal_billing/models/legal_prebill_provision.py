from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ..engine import fees, provisions
from .columns import rows
from .monetary import BatchMonetary


class LegalPrebill(models.Model):
    """What of the client's provisions a pre-bill uses up.

    The figures of fees, expenses and disbursements stay whole; the provisions
    come off after them, under the tax they were invoiced with.
    """

    _inherit = "legal.prebill"

    amount_provision = BatchMonetary(
        string="Provisions deducted", compute="_compute_amounts", store=True
    )
    provision_balance = fields.Monetary(
        compute="_compute_provision_balance",
        string="Provisions available",
        help="Received of this client on this matter and not used yet, excluding VAT.",
    )

    def _compute_provision_balance(self):
        # sudo: whoever reads the pre-bill reads what it may use.
        balances = {
            (matter.id, partner.id): amount
            for matter, partner, amount in self.env["legal.provision"]
            .sudo()
            ._read_group(
                [("matter_id", "in", self.matter_id.ids)],
                ["matter_id", "partner_id"],
                ["amount_available:sum"],
            )
        }
        for prebill in self:
            prebill.provision_balance = sum(
                balances.get((prebill.matter_id.id, partner.id), 0.0)
                for partner in prebill._get_provision_payers()
            )

    @api.model
    def _get_kinds_apart(self):
        return (*super()._get_kinds_apart(), "provision")

    def _get_provision_lines(self):
        lines = self._get_lines()
        return lines.browse(
            line_id
            for line_id, kind, decision in rows(lines, "id", "kind", "decision")
            if kind == "provision" and decision != "postpone"
        )

    def _get_taxed_lines(self):
        lines, provisions = super()._get_taxed_lines(), self._get_provision_lines()
        return lines | provisions if provisions else lines

    @api.depends("line_ids.amount", "line_ids.decision", "line_ids.kind")
    def _compute_amounts(self):
        res = super()._compute_amounts()
        for prebill in self:
            deducted = -sum(prebill._get_provision_lines().mapped("amount"))
            prebill.amount_provision = deducted
            prebill.amount_untaxed -= deducted
            prebill.amount_total = prebill.amount_untaxed + prebill.amount_tax
        return res

    # -- proposal ------------------------------------------------------------------

    def _sync_allowances(self):
        res = super()._sync_allowances()
        self._sync_provisions()
        return res

    def _sync_provisions(self):
        """Propose the provisions received, oldest first; keep what was chosen.

        A choice that the pre-bill no longer covers is brought down to it.
        """
        prebills = self.filtered(lambda p: p.state in ("draft", "in_review"))
        known = prebills._find_provisions()
        for prebill in prebills:
            available = prebill._get_available_provisions(known)
            lines = {
                line.provision_id: line
                for line in prebill._get_lines_of_kind("provision")
            }
            if not available and not lines:
                continue
            plan = provisions.allocate(
                prebill._prepare_claims(available, lines), prebill._get_billed_by_tax()
            )
            for provision, amount in available.items():
                line = lines.pop(provision, None)
                prebill._apply_claim(provision, line, amount, float(plan[provision.id]))
            for line in lines.values():  # nothing is left of these provisions
                line.unlink()

    def _get_lines_of_kind(self, kind):
        lines = self._get_lines()
        return lines.browse(
            line_id for line_id, own in rows(lines, "id", "kind") if own == kind
        )

    def _find_provisions(self):
        """Return the provisions of these matters that are not used up."""
        # sudo: a reviewer without accounting rights decides on his matter's money.
        return (
            self.env["legal.provision"]
            .sudo()
            .search(
                [
                    ("matter_id", "in", self.matter_id.ids),
                    ("amount_available", ">", 0),
                ],
                order="date, id",
            )
        )

    def _get_available_provisions(self, known):
        """Return {provision: amount that this pre-bill may use}, oldest first.

        :param known: provisions of its matter, as found for several at once
        """
        self.ensure_one()
        of_matter = known.filtered(lambda p: p.matter_id == self.matter_id)
        if not of_matter:
            return {}
        payers = self._get_provision_payers()
        found = of_matter.filtered(
            lambda p: p.partner_id in payers and p.currency_id == self.currency_id
        )
        reserved = found._get_reserved(ignored=self)
        return {
            provision.sudo(False): provision.amount_available
            - reserved.get(provision, 0)
            for provision in found
            if provision.amount_available > reserved.get(provision, 0)
        }

    def _prepare_claims(self, available, lines):
        claims = []
        for provision, amount in available.items():
            line = lines.get(provision)
            claims.append(
                provisions.Claim(
                    provision.id,
                    (
                        provision.partner_id.id,
                        tuple(provision.sudo()._get_taxes().ids),
                    ),
                    fees.to_decimal(amount),
                    line._get_wanted() if line else None,
                )
            )
        return claims

    def _get_billed_by_tax(self):
        """Return {(payer, taxes): amount billed to him under them, excluding VAT}."""
        self.ensure_one()
        billed = defaultdict(lambda: fees.ZERO)
        if self._get_payers():
            for payer, groups in self._get_invoice_parts():
                position = self._get_fiscal_position_of(payer.partner_id)
                for group in groups:
                    line = group["lines"][:1]
                    if line.kind != "provision":
                        taxes = tuple(line._get_taxes(position).ids)
                        amount = fees.to_decimal(group["amount"])
                        billed[payer.partner_id.id, taxes] += amount
            return dict(billed)
        fiscal_position = self._get_fiscal_position()
        for line in self.line_ids:
            if line.kind == "provision" or line.decision == "postpone":
                continue
            taxes = tuple(line._get_taxes(fiscal_position).ids)
            billed[self.partner_id.id, taxes] += fees.to_decimal(line.amount)
        return dict(billed)

    def _get_provision_payers(self):
        """Return whose provisions this bill may use: those who pay it."""
        self.ensure_one()
        return self._get_payers().partner_id or self.partner_id

    def _share_groups(self, payers, groups):
        """Take each provision off the invoice of the payer it came from, whole."""
        own = {
            rank: group["lines"][:1].provision_id
            for rank, group in enumerate(groups)
            if group["lines"][:1].kind == "provision"
        }
        shared = [
            {**group, "amount": 0.0} if rank in own else group
            for rank, group in enumerate(groups)
        ]
        shares = super()._share_groups(payers, shared)
        for rank, provision in own.items():
            payer = payers.filtered(
                lambda p, partner=provision.partner_id: p.partner_id == partner
            )[:1]
            amount = fees.to_decimal(groups[rank]["amount"])
            shares[payer.id].by_line[rank] = amount
        return shares

    def _apply_claim(self, provision, line, available, amount):
        if not line:
            if self.currency_id.is_zero(amount):
                return
            self.env["legal.prebill.line"].create(
                self._prepare_provision_line(provision, amount)
            )
            return
        is_chosen = line._get_wanted() is not None
        if not is_chosen and self.currency_id.is_zero(amount):
            line.unlink()
        elif line.decision == "postpone":
            line._set_deduction(line.amount_proposed, 0.0)
        elif is_chosen:
            line._set_deduction(-available, -amount)
        else:
            line._set_deduction(-amount, -amount)

    def _prepare_provision_line(self, provision, amount):
        category = provision.sudo()._get_category()
        return {
            "prebill_id": self.id,
            "kind": "provision",
            "category_id": category.id,
            "provision_id": provision.id,
            "date": provision.deposit_date or provision.date,
            "narrative": provision._get_prebill_narrative(),
            "amount_proposed": -amount,
            "amount": -amount,
        }

    # -- invoice ------------------------------------------------------

    def _get_line_label(self, line):
        if line.kind == "provision":
            return line.provision_id._get_deduction_name(-line.amount)
        return super()._get_line_label(line)

    def _prepare_invoice_line(self, group, fiscal_position, sequence):
        provision = group["lines"][:1].provision_id
        vals = super()._prepare_invoice_line(group, fiscal_position, sequence)
        if provision:
            # sudo: the account and taxes of the deposit invoice itself.
            deposit = (
                provision._get_deposit_move()
                .sudo()
                .invoice_line_ids.filtered("legal_provision_id")
            )
            vals.update(
                account_id=deposit.account_id.id,
                tax_ids=[Command.set(deposit.tax_ids.ids)],
                legal_provision_id=provision.id,
            )
            vals.pop("analytic_distribution", None)
        return vals

    def _create_invoices(self, invoice_date):
        """Hold the provisions while invoices use them."""
        self.line_ids.provision_id.sudo()._lock()
        return super()._create_invoices(invoice_date)


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    kind = fields.Selection(
        selection_add=[("provision", "Provision")], ondelete={"provision": "cascade"}
    )
    provision_id = fields.Many2one(
        "legal.provision", index=True, readonly=True, ondelete="restrict"
    )

    _provision_once = models.UniqueIndex(
        "(prebill_id, provision_id) WHERE provision_id IS NOT NULL",
        "A provision is deducted once from a pre-bill.",
    )

    def _get_taxes_key(self):
        return (*super()._get_taxes_key(), "provision_id")

    def _get_taxes(self, fiscal_position):
        if self.provision_id:
            return self.provision_id.sudo()._get_taxes()  # those it was invoiced with
        return super()._get_taxes(fiscal_position)

    @api.constrains("amount", "decision", "reason_id", "kind")
    def _check_lost_value_has_reason(self):
        deductions = self.browse(
            line_id for line_id, kind in rows(self, "id", "kind") if kind == "provision"
        )
        for line in deductions:
            if line.amount > 0:
                raise ValidationError(
                    self.env._(
                        "The provision “%(line)s” is taken off: enter a negative"
                        " amount, or zero to keep it for later.",
                        line=line._get_label(),
                    )
                )
            if line.decision not in ("bill", "postpone"):
                raise ValidationError(
                    self.env._(
                        "The provision “%(line)s” can be deducted or kept for later,"
                        " not written off: the client's money stays the client's.",
                        line=line._get_label(),
                    )
                )
        others = self - deductions
        return super(LegalPrebillLine, others)._check_lost_value_has_reason()

    @api.onchange("hours", "rate", "amount")
    def _onchange_value(self):
        if self.kind != "provision":
            return super()._onchange_value()
        return None

    def write(self, vals):
        result = super().write(vals)
        if {"amount", "decision"} & vals.keys():
            # The others did it in their own turn.
            self.filtered("is_derived").prebill_id._sync_provisions()
        return result

    def _get_wanted(self):
        """Return what the reviewer chose to deduct, ``None`` if nobody chose."""
        self.ensure_one()
        if self.decision == "postpone":
            return fees.ZERO
        if not self.currency_id.compare_amounts(self.amount, self.amount_proposed):
            return None
        return fees.to_decimal(-self.amount)

    def _set_deduction(self, proposed, amount):
        """Write what the rule gives: nobody's decision, so no guard."""
        if self.amount == amount and self.amount_proposed == proposed:
            return None
        return self._set_figures({"amount_proposed": proposed, "amount": amount})
