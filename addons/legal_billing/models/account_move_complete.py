from markupsafe import Markup

from odoo import Command, api, models

from .memo import Memo

#: kinds of tax whose lines worked out here were compared equal with Odoo's own
PROVEN_TAXES = {"percent", "division", "group"}

#: The sync would find nothing to add, after asking a dozen times; and nothing paid an
#: invoice that was just made.
AT_ONCE = {
    "skip_invoice_sync": True,
    "skip_invoice_line_sync": True,
    "legal_at_once": True,
}


class AccountMove(models.Model):
    """Invoices created complete: with the lines of taxes and of payment terms.

    Given an invoice's own lines only, Odoo adds the others one by one afterwards,
    and works all of them out again at each step. Here its tax engine and its payment
    terms are asked beforehand, and everything is created in one go. What is not
    proven to come out equal goes the usual way.
    """

    _inherit = "account.move"

    @api.model
    def _legal_create_complete(self, vals_list):
        """Create customer invoices, with all their journal items where proven.

        :param vals_list: values with ``invoice_line_ids``, a date, a currency and a
            company, as for ``create``
        :return: the invoices, in the order of ``vals_list``
        """
        proven = [self._legal_is_proven(vals) for vals in vals_list]
        context = self.env.context
        silent = context.get("tracking_disable") or context.get("mail_create_nolog")
        done = {}
        for is_proven in (True, False):
            some = [
                (rank, vals)
                for rank, vals in enumerate(vals_list)
                if proven[rank] is is_proven
            ]
            if not some:
                continue
            model, values = self, [vals for _rank, vals in some]
            if is_proven:
                model = self.with_context(**AT_ONCE, mail_create_nolog=True)
                values = [self._legal_complete(vals) for vals in values]
                self._legal_add_journals(values)
            moves = model.create(values).with_env(self.env)
            if is_proven and not silent:
                moves._legal_log_creation()
            done.update(zip((rank for rank, _vals in some), moves, strict=True))
        return self.union(*(done[rank] for rank in range(len(vals_list))))

    @api.model
    def _legal_add_journals(self, vals_list):
        """Give each invoice its journal, looked up once a company and currency."""
        journals = {}
        for vals in vals_list:
            key = (vals["company_id"], vals["currency_id"])
            if key not in journals:
                move = self.new(
                    {
                        "move_type": "out_invoice",
                        **{name: vals[name] for name in ("company_id", "currency_id")},
                    }
                )
                journals[key] = move._search_default_journal().id
            vals.setdefault("journal_id", journals[key])

    @api.model
    def _legal_is_proven(self, vals):
        """Tell whether these values are of the kinds that were compared."""
        company = self.env["res.company"].browse(vals["company_id"])
        term = self.env["account.payment.term"].browse(
            vals.get("invoice_payment_term_id") or []
        )
        lines = self._legal_get_products(vals)
        taxes = self.env["account.tax"].union(*(line["tax_ids"] for line in lines))
        return (
            not self.env.context.get("legal_plain_invoices")
            and vals.get("move_type") == "out_invoice"
            and bool(lines)
            and not company.account_storno
            and not company.account_discount_expense_allocation_id
            and not company.account_discount_income_allocation_id
            and not term.early_discount
            and not vals.get("invoice_cash_rounding_id")
            and set((taxes | taxes.children_tax_ids).mapped("amount_type"))
            <= PROVEN_TAXES
        )

    def _legal_log_creation(self):
        """Say that these invoices were created: to followers who want to know one by
        one, for the others together."""
        subtype = self.env.ref("account.mt_invoice_created")
        # sudo: as the framework does, whoever may create may have it said
        followers = (
            self.env["mail.followers"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("subtype_ids", "in", subtype.ids),
                    ("partner_id", "!=", self.env.user.partner_id.id),
                ]
            )
        )
        told = self.browse(set(followers.mapped("res_id")))
        words = Markup('<div summary="o_mail_notification"><p>%s</p></div>')
        for move in told:
            move.sudo().message_post(
                subtype_id=subtype.id,
                author_id=self.env.user.partner_id.id,
                body=words % move._creation_message(),
            )
        others = self - told
        bodies = {move.id: words % move._creation_message() for move in others}
        notes = others._message_log_batch(bodies) if others else others.message_ids
        notes.write({"subtype_id": subtype.id, "is_internal": False})

    def _legal_post_at_once(self):
        """Post invoices that were just created complete, together."""
        shares = self.line_ids.mapped("analytic_distribution")
        ids = {
            int(key)
            for each in shares
            for key in ",".join(each or ()).split(",")
            if key
        }
        accounts = self.env["account.analytic.account"].browse(ids).exists()
        self.with_context(
            **AT_ONCE,
            legal_numbers=Memo(),
            legal_known_accounts=frozenset(accounts.ids),
        ).action_post()

    def _compute_reconciled_payment_ids(self):
        """Spare new invoices a query that joins the whole ledger with itself.

        It finds payments through reconciliations: without one there is none.
        """
        if not self.env.context.get("legal_at_once"):
            return super()._compute_reconciled_payment_ids()
        reconciled = self.filtered(
            lambda move: (
                move.line_ids.matched_debit_ids or move.line_ids.matched_credit_ids
            )
        )
        for move in self - reconciled:
            move.reconciled_payment_ids = move.matched_payment_ids
        return super(AccountMove, reconciled)._compute_reconciled_payment_ids()

    # -- lines -----------------------------------------------------------------

    @api.model
    def _legal_get_products(self, vals):
        """Return the product lines as the tax engine reads them."""
        Partner, Account = self.env["res.partner"], self.env["account.account"]
        company = self.env["res.company"].browse(vals["company_id"])
        partner = Partner.browse(vals["partner_id"]).commercial_partner_id
        currency = self.env["res.currency"].browse(vals["currency_id"])
        return [
            {
                "price_unit": line["price_unit"],
                "quantity": line["quantity"],
                "currency_id": currency,
                "company_id": company,
                "partner_id": partner,
                "account_id": Account.browse(line["account_id"]),
                "tax_ids": self.env["account.tax"].browse(line["tax_ids"][0][2]),
                "analytic_distribution": line.get("analytic_distribution"),
                "name": line["name"],
                "_legal_values": line,
            }
            for _command, _id, line in vals["invoice_line_ids"]
            if line.get("display_type", "product") == "product"
        ]

    @api.model
    def _legal_complete(self, vals):
        """Return the values with every journal item instead of the invoice's lines."""
        company = self.env["res.company"].browse(vals["company_id"])
        currency = self.env["res.currency"].browse(vals["currency_id"])
        rate = self.env["res.currency"]._get_conversion_rate(
            company.currency_id, currency, company, vals["invoice_date"]
        )
        Tax = self.env["account.tax"]
        bases = [
            Tax._prepare_base_line_for_taxes_computation(line, rate=rate, sign=-1)
            for line in self._legal_get_products(vals)
        ]
        Tax._add_tax_details_in_base_lines(bases, company)
        self._legal_add_line_totals(bases, company)
        Tax._round_base_lines_tax_details(bases, company)
        Tax._add_accounting_data_in_base_lines_tax_details(bases, company)
        found = Tax._prepare_tax_lines(bases, company)
        sums = {"untaxed": [0.0, 0.0], "tax": [0.0, 0.0]}
        for base, figures in found["base_lines_to_update"]:
            _add(sums["untaxed"], figures)
            base["record"]["_legal_values"].update(figures)
        taxes = []
        for figures in found["tax_lines_to_add"]:
            _add(sums["tax"], figures)
            taxes.append(Command.create({**figures, "display_type": "tax"}))
        terms = [
            Command.create(
                {
                    **figures,
                    "display_type": "payment_term",
                    "price_subtotal": 0.0,
                    "price_total": 0.0,
                }
            )
            for figures in self._legal_get_term_lines(vals, company, currency, sums)
        ]
        others = {name: vals[name] for name in vals if name != "invoice_line_ids"}
        return {**others, "line_ids": [*vals["invoice_line_ids"], *taxes, *terms]}

    @api.model
    def _legal_add_line_totals(self, bases, company):
        """Give each line the totals it shows: rounded alone, not with the document."""
        for base in bases:
            details = base["tax_details"]
            taxes = [dict(tax) for tax in details["taxes_data"]]
            alone = {**base, "tax_details": {**details, "taxes_data": taxes}}
            self.env["account.tax"]._round_base_lines_tax_details([alone], company)
            base["record"]["_legal_values"].update(
                price_subtotal=alone["tax_details"]["total_excluded_currency"],
                price_total=alone["tax_details"]["total_included_currency"],
            )

    @api.model
    def _legal_get_term_lines(self, vals, company, currency, sums):
        """Return the values of what the client owes, a due date each."""
        (untaxed, untaxed_own), (tax, tax_own) = sums["untaxed"], sums["tax"]
        own = company.currency_id
        term = self.env["account.payment.term"].browse(
            vals.get("invoice_payment_term_id") or []
        )
        if not term:
            return [
                {
                    "date_maturity": vals.get("invoice_date_due"),
                    "discount_date": False,
                    "amount_currency": currency.round(-untaxed - tax),
                    "balance": own.round(-untaxed_own - tax_own),
                }
            ]
        found = term._compute_terms(
            date_ref=vals["invoice_date"],
            currency=currency,
            company=company,
            tax_amount=own.round(-tax_own),
            tax_amount_currency=currency.round(-tax),
            untaxed_amount=own.round(-untaxed_own),
            untaxed_amount_currency=currency.round(-untaxed),
            sign=1,
        )
        by_date = {}
        for line in found["line_ids"]:
            figures = by_date.setdefault(line["date"], [0.0, 0.0])
            figures[0] += line["foreign_amount"]
            figures[1] += line["company_amount"]
        return [
            {
                "date_maturity": date,
                "discount_date": False,
                "amount_currency": amount,
                "balance": balance,
            }
            for date, (amount, balance) in by_date.items()
        ]


def _add(pair, figures):
    pair[0] += figures["amount_currency"]
    pair[1] += figures["balance"]
