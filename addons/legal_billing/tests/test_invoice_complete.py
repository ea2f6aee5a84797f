from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..models import legal_alike_mixin
from .test_provision import ProvisionCommon

DAY = date(2026, 4, 30)


class _Undo(Exception):
    """Takes back what was made to be looked at."""


@tagged("post_install", "-at_install")
class TestInvoiceComplete(ProvisionCommon):
    """Invoices created complete are those that Odoo makes step by step, to the cent
    and to the word: over taxes, currencies, payment terms, payers and deposits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What a run does for many is done for a few here.
        cls.startClassPatcher(patch.object(legal_alike_mixin, "FEW", 1))
        cls.fee = cls.env["legal.money.category"]._get_by_code("fee", cls.company)
        cls.usual_tax = cls.fee.tax_id
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        cls.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 1.0837,
                "currency_id": cls.dollar.id,
                "company_id": cls.company.id,
            }
        )

    # -- what is compared --------------------------------------------------------

    def _describe_line(self, line):
        names = (
            "name display_type sequence quantity price_unit discount price_subtotal"
            " price_total debit credit balance amount_currency amount_residual"
            " amount_residual_currency currency_rate date_maturity discount_date"
            " discount_balance tax_base_amount analytic_distribution reconciled"
            " account_id currency_id partner_id product_uom_id tax_line_id"
            " tax_repartition_line_id group_tax_id tax_group_id matter_id"
            " legal_category_id legal_provision_id parent_state ref invoice_date date"
        ).split()
        found = {name: line[name] for name in names}
        for name in ("tax_ids", "tax_tag_ids", "prebill_line_ids"):
            found[name] = sorted(line[name].ids)
        found["analytic"] = sorted(
            (a.account_id.id, a.amount, a.name, a.date) for a in line.analytic_line_ids
        )
        return found

    def _describe(self, move):
        names = (
            "name state move_type partner_id commercial_partner_id currency_id"
            " journal_id company_id fiscal_position_id invoice_date invoice_date_due"
            " date delivery_date invoice_payment_term_id invoice_origin"
            " payment_reference payment_state amount_untaxed amount_tax amount_total"
            " amount_residual amount_untaxed_signed amount_tax_signed"
            " amount_total_signed amount_total_in_currency_signed"
            " invoice_currency_rate partner_bank_id invoice_user_id posted_before"
            " is_legal legal_payer_id legal_client_kind invoice_text_policy"
            " sequence_prefix sequence_number made_sequence_gap always_tax_exigible"
            " preferred_payment_method_line_id is_manually_modified"
        ).split()
        found = {name: move[name] for name in names}
        found["matters"], found["prebills"] = move.matter_ids, move.prebill_ids
        found["lines"] = sorted(
            (self._describe_line(line) for line in move.line_ids),
            key=lambda d: (
                str(d["display_type"]),
                d["sequence"],
                d["balance"],
                str(d["date_maturity"]),
                str(d["name"]),
            ),
        )
        found["trail"] = sorted(
            (
                message.message_type,
                message.subtype_id.id,
                message.author_id.id,
                message.email_from,
                str(message.body),
                sorted(
                    (
                        value.field_id.name,
                        value.old_value_char or value.old_value_integer or "",
                        value.new_value_char or value.new_value_integer or "",
                    )
                    for value in message.sudo().tracking_value_ids
                ),
                sorted(message.notified_partner_ids.ids),
            )
            for message in move.message_ids
        )
        found["followers"] = sorted(move.message_partner_ids.ids)
        return found

    def _get_paths(self):
        """Yield each way to make and post the invoices of pre-bills."""

        def plain(prebills):
            moves = prebills.with_context(legal_plain_invoices=True)._create_invoices(
                DAY
            )
            moves.action_post()
            return moves

        def complete(prebills):
            moves = prebills._create_invoices(DAY)
            moves._legal_post_at_once()
            return moves

        return plain, complete

    def _run_both(self, prebills):
        """Return what each path makes of these pre-bills; nothing of it remains."""
        self.env.flush_all()
        results = []
        for path in self._get_paths():
            try:
                with self.env.cr.savepoint():
                    moves = path(prebills)
                    self.env.flush_all()
                    self.env.invalidate_all()
                    moves = moves.with_context({}).sorted("id")
                    results.append([self._describe(move) for move in moves])
                    entries = prebills.line_ids.entry_id.mapped("billing_status")
                    results[-1].append({"entries": sorted(entries)})
                    raise _Undo
            except _Undo:
                self.env.invalidate_all()
        return results

    def assertSame(self, prebills, expected_complete=True):
        asked = []
        original = type(self.env["account.move"])._legal_complete

        def complete(model, vals):
            asked.append(vals)
            return original(model, vals)

        with patch.object(type(self.env["account.move"]), "_legal_complete", complete):
            plain, fast = self._run_both(prebills)
        self.assertEqual(bool(asked), expected_complete)
        self.assertEqual(len(plain), len(fast))
        for one, other in zip(plain, fast, strict=True):
            for name, value in one.items():
                if name == "lines":
                    self.assertEqual(len(value), len(other["lines"]))
                    for line, twin in zip(value, other["lines"], strict=True):
                        self.assertEqual(line, twin)
                else:
                    self.assertEqual(value, other[name], name)

    # -- cases -----------------------------------------------------------------

    def _create_prebill(self, agreement=None, **kw):
        matter = self._create_matter(**kw)
        terms = [{"kind": "hourly"}, {"kind": "opening", "amount": 123.45}]
        self._create_agreement(matter, terms, **(agreement or {}))
        if matter.agreement_ids.currency_id == self.company.currency_id:
            work = (("partner", 1.1), ("senior", 2.35), ("associate", 0.7))
            for lawyer, hours in work:
                self._create_entry(matter, lawyer, hours, "2026-04-10")
            self._create_cost(matter, "expense", 33.33, "2026-04-11")
            self._create_disbursement(matter, 45.60, "2026-04-12")
        prebill, _warnings = self.env["legal.prebill"]._generate(matter, DAY)
        prebill.action_approve()
        return prebill

    def _create_tax(self, name, **kw):
        return self.env["account.tax"].create(
            {
                "name": name,
                "amount": 10,
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "country_id": self.env.ref("base.fr").id,
                **kw,
            }
        )

    def _get_taxes(self):
        # Rates that French e-invoicing refuses are compared all the same.
        known = self.env["legal.parameter"].search([("key", "=", "einvoice_vat_rates")])
        known.value += " 1.3 7.7 9.09"
        ref = self.env["account.chart.template"].with_company(self.company).ref
        two = self._create_tax("Dix") | self._create_tax("Taxe locale", amount=1.3)
        yield ref("tva_normale")
        yield ref("tva_normale_encaissement")
        yield self._create_tax("Zéro", amount=0)
        yield self._create_tax("Division", amount_type="division", amount=9.09)
        yield self._create_tax("Base", amount=7.7, include_base_amount=True)
        yield self._create_tax(
            "Groupe",
            amount_type="group",
            children_tax_ids=[Command.set(two.ids)],
        )
        yield self._create_tax(
            "Retenue",
            invoice_repartition_line_ids=[
                Command.create({"repartition_type": "base"}),
                Command.create({"repartition_type": "tax", "factor_percent": 100}),
                Command.create({"repartition_type": "tax", "factor_percent": -100}),
            ],
            refund_repartition_line_ids=[
                Command.create({"repartition_type": "base"}),
                Command.create({"repartition_type": "tax", "factor_percent": 100}),
                Command.create({"repartition_type": "tax", "factor_percent": -100}),
            ],
        )

    def test_taxes(self):
        for tax in self._get_taxes():
            with self.subTest(tax=tax.name):
                self.fee.tax_id = tax
                self.assertSame(self._create_prebill())

    def test_terms_and_payers(self):
        terms = [
            self.env.ref("account.account_payment_term_immediate"),
            self.env.ref("account.account_payment_term_end_following_month"),
            self.env["account.payment.term"].create(
                {
                    "name": "30/70",
                    "line_ids": [
                        Command.create({"value_amount": 30, "nb_days": 0}),
                        Command.create({"value_amount": 70, "nb_days": 30}),
                    ],
                }
            ),
        ]
        for term in terms:
            with self.subTest(term=term.name):
                self.assertSame(self._create_prebill({"payment_term_id": term.id}))
        payers = [
            {"partner_id": self.client.id, "kind": "percent", "percent": 33.33},
            {"partner_id": self.consumer.id, "kind": "remainder"},
        ]
        commands = [
            Command.create({"sequence": rank, **vals})
            for rank, vals in enumerate(payers)
        ]
        with self.subTest("payers"):
            self.assertSame(self._create_prebill(payer_ids=commands))
        with self.subTest("several at once, of one client and of others"):
            prebills = self._create_prebill()
            prebills |= self._create_prebill()
            prebills |= self._create_prebill(partner_id=self.consumer.id)
            self.assertSame(prebills)

    def test_currency(self):
        prebill = self._create_prebill({"currency_id": self.dollar.id})
        self.assertEqual(prebill.currency_id, self.dollar)
        self.assertSame(prebill)

    def test_deposit(self):
        provision = self._ask(amount=500, date="2026-02-01")
        self._receive(provision, "2026-02-05")
        self._create_entry(self.matter, "senior", 12.4, "2026-04-14")
        prebill, _warnings = self.env["legal.prebill"]._generate(self.matter, DAY)
        prebill.action_approve()
        self.assertEqual(prebill.amount_provision, 500)
        self.assertSame(prebill)

    def test_what_is_not_proven_goes_the_usual_way(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Escompte",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 7,
                "line_ids": [Command.create({"value_amount": 100, "nb_days": 30})],
            }
        )
        self.assertSame(
            self._create_prebill({"payment_term_id": term.id}), expected_complete=False
        )
