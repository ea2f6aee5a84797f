from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class LegalPrebill(models.Model):
    """Several matters of one client on one invoice, a section and a subtotal each."""

    _inherit = "legal.prebill"

    is_combined = fields.Boolean(
        string="On the Client's Common Invoice",
        compute="_compute_is_combined",
        store=True,
        precompute=True,
        readonly=False,
        help="Invoiced together with the client's other pre-bills of the same run.",
    )

    @api.depends("partner_id")
    def _compute_is_combined(self):
        for prebill in self:
            client = prebill.partner_id.commercial_partner_id
            prebill.is_combined = client.legal_combine_invoices

    # -- what may go together --------------------------------------------------------

    def action_invoice_together(self):
        """Make one invoice of these approved pre-bills, dated today."""
        self.check_access("write")
        moves = self._invoice_together(fields.Date.context_today(self))
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "name": self.env._("Invoice"),
            "view_mode": "form",
            "res_id": moves.id,
        }

    def _invoice_together(self, invoice_date):
        """Make the one invoice of these pre-bills.

        :raise UserError: one of them cannot be on the same invoice, and why
        """
        self._check_state("approved")
        if len(self) < 2:
            raise UserError(
                self.env._("Choose two pre-bills or more of the same client.")
            )
        refusal = self._get_combine_refusal()
        if refusal:
            raise UserError(refusal)
        self.is_combined = True
        return self._create_invoices(invoice_date)

    def _get_combine_refusal(self):
        """Return why these pre-bills cannot be on one invoice, nothing if they can."""
        first, _ = self[:1], self.env._
        for prebill in self:
            words = {"one": first.display_name, "other": prebill.display_name}
            if prebill._get_payers():
                return _(
                    "%(other)s is shared between several payers: it is invoiced on its"
                    " own.",
                    **words,
                )
            if prebill.part_ids:
                return _(
                    "%(other)s is divided into several invoices: make it one again"
                    " before it is put together with others.",
                    **words,
                )
            if prebill.partner_id != first.partner_id:
                return _(
                    "%(one)s and %(other)s are invoiced to different clients"
                    " (%(client)s, %(another)s): one invoice has one client.",
                    client=first.partner_id.display_name,
                    another=prebill.partner_id.display_name,
                    **words,
                )
            if prebill.company_id != first.company_id:
                return _("%(one)s and %(other)s belong to two companies.", **words)
            if prebill.currency_id != first.currency_id:
                return _(
                    "%(one)s is in %(currency)s and %(other)s in %(another)s: one"
                    " invoice has one currency.",
                    currency=first.currency_id.name,
                    another=prebill.currency_id.name,
                    **words,
                )
            if prebill._get_agreed_term() != first._get_agreed_term():
                return _(
                    "%(one)s and %(other)s are to be paid on different terms: invoice"
                    " them apart, or agree on the same terms.",
                    **words,
                )
            if prebill._get_reading() != first._get_reading():
                return _(
                    "%(one)s and %(other)s show the work to the client in different"
                    " ways: give their agreements the same presentation of invoices.",
                    **words,
                )
        return None

    def _get_agreed_term(self):
        self.ensure_one()
        term = self.agreement_id.payment_term_id
        return term or self.partner_id.property_payment_term_id

    def _get_reading(self):
        self.ensure_one()
        return self.agreement_id.invoice_text_policy, self.matter_id.client_kind

    def _get_bundles(self):
        """Return [pre-bills of one invoice], those that may go together."""
        bundles = defaultdict(lambda: self.browse())
        for prebill in self.filtered("is_combined"):
            key = (prebill.company_id, prebill.partner_id, prebill.currency_id)
            key += (prebill._get_agreed_term(), prebill._get_reading())
            if not prebill._get_payers() and not prebill.part_ids:
                bundles[key] |= prebill
        return [
            bundle.sorted(lambda p: (p.matter_id.matter_number or "", p.id))
            for bundle in bundles.values()
            if len(bundle) > 1
        ]

    # -- the invoice -------------------------------------------------------------------

    def _prepare_invoices(self, invoice_date):
        bundles = self._get_bundles()
        together = self.browse().union(*bundles)
        vals_list = super(LegalPrebill, self - together)._prepare_invoices(invoice_date)
        for bundle in bundles:
            vals_list += bundle._prepare_common_invoice(invoice_date)
        return vals_list

    def _prepare_common_invoice(self, invoice_date):
        """Return the values of one invoice, in a list; none when nothing is due."""
        own = []
        for prebill in self:
            vals_list = super(LegalPrebill, prebill)._prepare_invoices(invoice_date)
            own += [(prebill, vals) for vals in vals_list]
        if len(own) < 2:
            return [vals for _prebill, vals in own]
        common = dict(own[0][1])
        commands, sequence = [], 0
        for prebill, vals in own:
            sequence += 10
            label = prebill._get_matter_heading()
            commands.append(
                Command.create(
                    {
                        "display_type": "line_section",
                        "name": label,
                        "sequence": sequence,
                    }
                )
            )
            for _command, _id, line in vals["invoice_line_ids"]:
                sequence += 10
                line = {**line, "sequence": sequence}
                if line.get("display_type") == "line_section":
                    line["display_type"] = "line_subsection"
                commands.append(Command.create(line))
        messages = [
            f"{prebill._get_matter_heading()}{prebill._get_colon()}{message}"
            for prebill, vals in own
            if (message := vals.get("legal_client_message"))
        ]
        common.update(
            invoice_line_ids=commands,
            invoice_origin=", ".join(prebill.name for prebill, _vals in own),
            legal_period_from=min(vals["legal_period_from"] for _p, vals in own),
            legal_period_to=max(vals["legal_period_to"] for _p, vals in own),
            legal_client_message="\n".join(messages) or False,
        )
        return [common]

    def _get_matter_heading(self):
        self.ensure_one()
        prebill = self.with_context(lang=self.partner_id.lang or self.env.lang)
        return prebill.env._(
            "Matter %(matter)s", matter=self.matter_id._neutral_label()
        )

    def _get_colon(self):
        """Return the colon as the client's language sets it."""
        french = (self.partner_id.lang or "").startswith("fr")
        return "\N{NO-BREAK SPACE}: " if french else ": "

    def _check_common_total(self, move):
        """Assert that a common invoice is what was approved of all its pre-bills.

        VAT is rounded once, on the sum: it is worked out as on the invoice.
        """
        groups = [
            group
            for prebill in self
            for _payer, own in prebill._get_invoice_parts()
            for group in own
        ]
        payer = self.env["legal.payer"]
        untaxed = sum(self.mapped("amount_untaxed"))
        total = untaxed + self[:1]._get_part_tax(payer, groups)
        currency = move.currency_id
        for found, wanted in (
            (move.amount_untaxed, untaxed),
            (move.amount_total, total),
        ):
            if currency.compare_amounts(found, wanted):
                raise UserError(
                    self.env._(
                        "The invoice of %(prebills)s would be %(invoice)s but"
                        " %(approved)s was approved: check the taxes of its lines.",
                        prebills=", ".join(self.mapped("display_name")),
                        invoice=currency.format(found),
                        approved=currency.format(wanted),
                    )
                )


class ResPartner(models.Model):
    _inherit = "res.partner"

    legal_combine_invoices = fields.Boolean(
        string="One Invoice for All Matters",
        help="A billing run puts the matters of this client on one invoice, with a"
        " section and a subtotal each.",
    )
