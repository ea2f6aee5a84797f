from collections import defaultdict
from decimal import Decimal

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, float_round, format_date

from .legal_money_category import SECTIONS
from .memo import Memo

#: kinds of line that an invoice shows above the hours
BEFORE_TIME = ("opening", "instalment", "subscription")


class LegalPrebill(models.Model):
    """Turning approved pre-bills into native invoices.

    Invoice lines are few and neutral: they end in the ledger, the FEC and the
    e-invoice, where the nature of a lawyer's work has no place. The acts stay on
    the pre-bill's lines, from which the printed invoice and the portal read them.
    """

    _inherit = "legal.prebill"

    def action_invoice(self):
        """Make draft invoices dated today."""
        moves = self._create_invoices(fields.Date.context_today(self))
        action = self[:1].action_view_moves()
        if len(moves) > 1:
            action["domain"] = [("id", "in", moves.ids)]
        return action

    def _create_invoices(self, invoice_date):
        """Make the draft invoice of each pre-bill and link its lines.

        :param date invoice_date: printed date, which starts the payment terms
        :return: account.move, one per pre-bill that has an amount
        :raise UserError: a pre-bill is not approved or was invoiced already
        """
        self = self.with_context(legal_invoice_date=invoice_date)
        # A second click or a second run waits here, then finds the state moved.
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        self._check_state("approved")
        moves = self.env["account.move"]
        for company, prebills in self.grouped("company_id").items():
            vals_list = prebills._prepare_invoices(invoice_date)
            moves |= (
                self.env["account.move"]
                .with_company(company)
                .with_context(default_move_type="out_invoice")
                ._legal_create_complete(vals_list)
            )
        moves._legal_take_scales()
        self.write({"state": "invoiced"})
        return moves

    def _prepare_invoices(self, invoice_date):
        """Return the values of the invoices of these pre-bills, all to be created
        in one go: one a payer; a pre-bill without an amount has none."""
        vals_list = []
        # Looked up once a client, in this call.
        for prebill in self.with_context(legal_positions=Memo()):
            parts = prebill._get_invoice_parts()
            grouped = self.env["legal.prebill.line"].union(
                *[group["lines"] for _payer, groups in parts for group in groups]
            )
            for payer, groups in parts:
                vals_list.append(
                    prebill._prepare_invoice_vals(groups, grouped, invoice_date, payer)
                )
        return vals_list

    def _prepare_invoice_vals(self, groups, grouped, invoice_date, payer):
        """Return the values of an invoice, each line tied to its pre-bill lines.

        :param grouped: pre-bill lines that are on any of the invoices
        :param payer: whose part it is, empty when the client pays all
        """
        self.ensure_one()
        partner = payer.partner_id or self.partner_id
        fiscal_position = self._get_fiscal_position_of(partner)
        commands = []
        followers = self._get_lines_without_group(groups, grouped)
        prebill = self.with_context(lang=partner.lang or self.env.lang)
        titles = prebill.env["legal.money.category"]._get_section_titles()
        sequence = 10
        for section, _label in SECTIONS:
            in_section = [group for group in groups if group["section"] == section]
            if not in_section:
                continue
            commands.append(
                Command.create(
                    {
                        "display_type": "line_section",
                        "name": titles[section],
                        "sequence": sequence,
                    }
                )
            )
            for group in in_section:
                sequence += 10
                vals = self._prepare_invoice_line(group, fiscal_position, sequence)
                lines = group["lines"] | followers.pop(id(group), self.line_ids[:0])
                vals["prebill_line_ids"] = [Command.set(lines.ids)]
                commands.append(Command.create(vals))
            sequence += 10
        vals = {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": invoice_date,
            "invoice_origin": self.name,
            "fiscal_position_id": fiscal_position.id,
            "invoice_user_id": self.matter_id.responsible_id.id,
            **self._prepare_reader_vals(payer, groups),
            "legal_period_from": self.date_from,
            "legal_period_to": self.date_to,
            "narration": False,
            "invoice_line_ids": commands,
        }
        term = payer.payment_term_id
        if not payer or partner == self.partner_id:
            term = term or self.agreement_id.payment_term_id
        term = term or partner.property_payment_term_id
        if term:
            vals["invoice_payment_term_id"] = term.id
        else:
            # No term agreed: 30 days (C. com. L441-10 I, counted from the invoice).
            vals["invoice_payment_term_id"] = False
            vals["invoice_date_due"] = fields.Date.add(
                invoice_date,
                days=int(
                    self.env["legal.parameter"]._get_decimal(
                        "default_payment_days", invoice_date
                    )
                ),
            )
        return vals

    def _prepare_reader_vals(self, payer, groups):
        """Return what depends on who reads the invoice: kind, policy, message."""
        client = self.matter_id.partner_id.commercial_partner_id
        if not payer or payer.partner_id.commercial_partner_id == client:
            kind = self.matter_id.client_kind
            policy = self.agreement_id.invoice_text_policy
            message = self.client_message or ""
        else:
            # What is written to the client is not for those who pay in his place.
            kind = payer.partner_id.commercial_partner_id.commercial_client_kind
            policy = payer.invoice_text_policy
            message = ""
        sentences = [message, self._get_part_sentence(payer, groups) if payer else ""]
        return {
            "legal_payer_id": payer.id,
            "ref": payer.reference or False,
            "legal_client_kind": kind,
            "invoice_text_policy": policy,
            "legal_client_message": "\n".join(filter(None, sentences)) or False,
        }

    def _prepare_invoice_line(self, group, fiscal_position, sequence):
        category = group["category"]
        category._check_usable()
        vals = {
            "display_type": "product",
            "sequence": sequence,
            "name": group["label"],
            "quantity": group["quantity"],
            "price_unit": group["price_unit"],
            "account_id": fiscal_position.map_account(category.account_id).id,
            "tax_ids": [Command.set(fiscal_position.map_tax(category._get_tax()).ids)],
            "matter_id": self.matter_id.id,
            "legal_category_id": category.id,
        }
        if self.matter_id.account_id and category.section != "disbursements":
            vals["analytic_distribution"] = {str(self.matter_id.account_id.id): 100}
        if group["is_hours"]:
            # Known by its name without the query that ``ref`` makes for each line.
            vals["product_uom_id"] = self.env["ir.model.data"]._xmlid_to_res_id(
                "uom.product_uom_hour", raise_if_not_found=True
            )
        return vals

    def _get_lines_without_group(self, groups, grouped):
        """Return {id of a group: the pre-bill lines that go with it}.

        Time inside a package has no invoice line of its own: it goes with the first
        group of its term, or of the invoice, so that its status follows the payment.
        """
        sections = [code for code, _label in SECTIONS]
        ordered = sorted(groups, key=lambda group: sections.index(group["section"]))
        by_term = {}
        for group in ordered:
            for term in group["lines"].term_id:
                by_term.setdefault(term, group)
        followers = defaultdict(lambda: self.env["legal.prebill.line"])
        for line in self.line_ids - grouped:
            if line.decision in ("bill", "no_charge", "write_down"):
                followers[id(by_term.get(line.term_id, ordered[0]))] |= line
        return followers

    # -- grouping --------------------------------------------------------------

    def _group_lines(self):
        """Return the groups that become invoice lines, fees first.

        Each is a dict: section, category, label, quantity, price_unit,
        is_hours, lines. Quantity × price is exactly the sum of its lines.
        """
        self.ensure_one()
        prebill = self.with_context(lang=self.partner_id.lang or self.env.lang)
        groups = prebill._group_time()
        others = self.line_ids.filtered(
            lambda line: (
                line.kind != "time"
                and line.decision in ("bill", "write_down")
                and not line.currency_id.is_zero(line.amount)
            )
        ).sorted(lambda line: (line.kind_rank, line.date, line.id))
        agreed = [
            prebill._prepare_group(line, line, prebill._get_line_label(line))
            for line in others.filtered(lambda line: line.kind in BEFORE_TIME)
        ]
        rest = [
            prebill._prepare_group(line, line, prebill._get_line_label(line))
            for line in others.filtered(lambda line: line.kind not in BEFORE_TIME)
        ]
        return agreed + groups + rest

    def _prepare_group(self, line, lines, label, quantity=1.0, price_unit=None):
        amount = sum(lines.mapped("amount"))
        if price_unit is None:
            # EN 16931 wants prices above zero: what is taken off is a negative
            # quantity, never a negative price (BR-27).
            quantity = -1.0 if amount < 0 else 1.0
            price_unit = self.currency_id.round(abs(amount))
        return {
            "section": line.section,
            "category": line.category_id,
            "label": label,
            "quantity": quantity,
            "price_unit": price_unit,
            "is_hours": False,
            "lines": lines,
            "amount": amount,
        }

    def _group_time(self):
        """Group charged time by person and rate."""
        buckets = defaultdict(lambda: self.env["legal.prebill.line"])
        for line in self.line_ids:
            charged = line.decision in ("bill", "write_down")
            if line.kind == "time" and charged and line.amount:
                key = (line.employee_id, line.grade_id, line.rate, line.category_id)
                buckets[key] |= line
        groups = []
        for (employee, grade, rate, _category), lines in buckets.items():
            hours = sum(
                Decimal(str(line.hours)) - Decimal(str(line.hours_package))
                for line in lines
            )
            groups.append(self._prepare_time_group(employee, grade, rate, hours, lines))
        return groups

    def _prepare_time_group(self, employee, grade, rate, hours, lines):
        """Return hours × rate where that is the exact sum, else one amount.

        Hours of odd increments (5 minutes) or an amount the reviewer chose are
        no product of two decimals of quantity by the rate: then the line is one
        amount whose label says the hours.
        """
        amount = sum(lines.mapped("amount"))
        quantity = float_round(float(hours), precision_digits=2)
        exact = (
            float_compare(quantity, float(hours), precision_digits=6) == 0
            and self.currency_id.compare_amounts(quantity * rate, amount) == 0
        )
        label = self._get_time_label(employee, grade)
        if exact:
            group = self._prepare_group(lines[0], lines, label, quantity, rate)
            group["is_hours"] = True
            return group
        label = self.env._(
            "%(label)s (%(hours)s h)",
            label=label,
            hours=f"{float(hours):.2f}".replace(".", ","),
        )
        return self._prepare_group(lines[0], lines, label)

    def _get_time_label(self, employee, grade):
        """Return the neutral label of a person's hours: no narrative, ever."""
        return self.env._(
            "Fees – matter %(matter)s – %(who)s",
            matter=self.matter_id._neutral_label(),
            who=grade.name or self.env._("Lawyer"),
        )

    def _get_line_label(self, line):
        """Return the neutral label of what is no hour: its kind, never its object."""
        _ = self.env._
        matter = self.matter_id._neutral_label()
        if line.kind == "subscription" and line.period_id:
            return _(
                "Fees – matter %(matter)s – subscription from %(from)s to %(to)s",
                **{
                    "matter": matter,
                    "from": format_date(self.env, line.period_id.date_from),
                    "to": format_date(self.env, line.period_id.date_to),
                },
            )
        labels = {
            "opening": _(
                "Fees – matter %(matter)s – opening of the file", matter=matter
            ),
            "instalment": _("Fees – matter %(matter)s – instalment", matter=matter),
            "minimum": _(
                "Fees – matter %(matter)s – complement to the minimum", matter=matter
            ),
            "success": _("Fees – matter %(matter)s – success fee", matter=matter),
            "discount": _("Agreed discount – matter %(matter)s", matter=matter),
            "cap": _("Agreed cap – matter %(matter)s", matter=matter),
        }
        if line.kind in labels:
            return labels[line.kind]
        return _(
            "%(category)s – matter %(matter)s",
            category=line.category_id.name,
            matter=matter,
        )

    def _check_posted_total(self, moves):
        """Assert that the invoices are what was approved, to the cent.

        :param moves: all the invoices of this pre-bill, one a payer
        :raise UserError: totals differ (a tax or a price list interfered)
        """
        self.ensure_one()
        total = sum(moves.mapped("amount_total"))
        if self.currency_id.compare_amounts(total, self.amount_total):
            raise UserError(
                self.env._(
                    "The invoice of %(prebill)s would be %(invoice)s but %(approved)s"
                    " was approved: check the taxes of its lines.",
                    prebill=self.display_name,
                    invoice=self.currency_id.format(total),
                    approved=self.currency_id.format(self.amount_total),
                )
            )
