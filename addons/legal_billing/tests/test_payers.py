from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import LegalBillingCommon


@tagged("post_install", "-at_install")
class TestPayers(LegalBillingCommon):
    """One pre-bill, several payers: each an invoice, the sum exact."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurer = cls.env["res.partner"].create(
            {
                "name": "Protection Juridique Mutuelle",
                "is_company": True,
                "company_registry": "44306184100047",
                "street": "1 place de la Bourse",
                "zip": "33000",
                "city": "Bordeaux",
                "country_id": cls.env.ref("base.fr").id,
                "email": "sinistres@pjm.example",
                "lang": "fr_FR",
            }
        )

    def _create_shared_matter(self, *payers, terms=({"kind": "hourly"},), **kw):
        matter = self._create_matter(
            payer_ids=[
                Command.create({"sequence": rank, **vals})
                for rank, vals in enumerate(payers)
            ],
            **kw,
        )
        self._create_agreement(matter, list(terms))
        return matter

    def _bill_all(self, matter, date_to="2026-03-31"):
        prebill, moves = self._bill(matter, date_to)
        self.assertEqual(moves.mapped("state"), ["posted"] * len(moves))
        return prebill, moves

    # -- worked figures ----------------------------------------------------------

    def test_a_third_and_the_rest(self):
        """33,33 % of 1 000,01: 333,30 (333,3033 rounded); the rest is 666,71.

        1 h × 280 + 2 h × 220 = 720; expense 280,01; total 1 000,01. Laid over the
        lines: 93,3227 + 146,6505 + 93,3260; the cent short goes to the largest
        fraction, the expense: 93,32 + 146,65 = 239,97 and 93,33.
        VAT 66,66 and 133,34 (133,342): each on an invoice of its own.
        """
        matter = self._create_shared_matter(
            {"partner_id": self.consumer.id, "kind": "percent", "percent": 33.33},
            {"partner_id": self.client.id, "kind": "remainder"},
        )
        self._create_entry(matter, "partner", 1, "2026-03-02")
        self._create_entry(matter, "senior", 2, "2026-03-03")
        self._create_cost(matter, "expense", 280.01, "2026-03-04")
        prebill, moves = self._bill_all(matter)
        by_partner = {move.partner_id: move for move in moves}
        self.assertEqual(by_partner[self.consumer].amount_untaxed, 333.30)
        self.assertEqual(by_partner[self.client].amount_untaxed, 666.71)
        self.assertEqual(sum(moves.mapped("amount_untaxed")), 1000.01)
        self.assertEqual(sum(moves.mapped("amount_total")), prebill.amount_total)
        self.assertJournalItems(
            by_partner[self.consumer],
            {"411100": 399.96, "706000": -239.97, "708500": -93.33, "445740": -66.66},
        )

    def test_insurer_pays_its_scale_up_to_its_ceiling(self):
        """Scale 400 + 350 = 750, ceiling 1 000. First bill 1 400 (5 × 280): the
        insurer 750, the client 650. Second bill 560 (2 × 280), scale 300 added:
        250 left of the ceiling, so 250; the client 310."""
        matter = self._create_shared_matter(
            {
                "partner_id": self.insurer.id,
                "kind": "insurer",
                "amount_limit": 1000,
                "reference": "SIN-2026-77",
                "scale_ids": [
                    Command.create({"name": "Assignation", "amount": 400}),
                    Command.create({"name": "Audience", "amount": 350}),
                ],
            },
            {"partner_id": self.client.id, "kind": "remainder"},
        )
        payer = matter.payer_ids[0]
        self._create_entry(matter, "partner", 5, "2026-03-02")
        _prebill, moves = self._bill_all(matter)
        self.assertEqual(moves.mapped("amount_untaxed"), [750.0, 650.0])
        self.assertEqual(moves[0].ref, "SIN-2026-77")
        self.assertEqual(payer.amount_billed, 750)
        self.assertEqual(payer.amount_left, 250)
        payer.scale_ids = [Command.create({"name": "Appel", "amount": 300})]
        self._create_entry(matter, "partner", 2, "2026-04-02")
        _prebill, moves = self._bill_all(matter, "2026-04-30")
        self.assertEqual(moves.mapped("amount_untaxed"), [250.0, 310.0])

    def test_agreed_sum_is_used_up_then_asked_no_more(self):
        """Up to 500: 280 takes 280 of it, then 560 leaves 220, then nothing."""
        matter = self._create_shared_matter(
            {"partner_id": self.consumer.id, "kind": "fixed", "amount_limit": 500},
            {"partner_id": self.client.id, "kind": "remainder"},
        )
        billed = []
        for month, hours in ((3, 1), (4, 2), (5, 1)):
            self._create_entry(matter, "partner", hours, f"2026-{month:02}-10")
            _prebill, moves = self._bill_all(matter, f"2026-{month:02}-28")
            billed.append({move.partner_id.name: move.amount_untaxed for move in moves})
        self.assertEqual(
            billed,
            [
                {"Jeanne Morel": 280.0},
                {"Jeanne Morel": 220.0, "Ateliers Vauban SAS": 340.0},
                {"Ateliers Vauban SAS": 280.0},
            ],
        )

    def test_share_of_one_term_and_of_fees_only(self):
        """Half of the fixed fee 600 for the insurer: 300; the consumer 10 % of the
        fees (600 + 280 = 880): 88; the client the rest, 492, and the costs 50."""
        matter = self._create_matter()
        agreement = self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "name": "Forfait",
                    "amount": 600,
                    "activity_code_ids": [
                        Command.set(
                            self.env.ref("legal_timesheet.activity_hearing").ids
                        )
                    ],
                    "instalment_ids": [
                        Command.create(
                            {"name": "Tout", "amount": 600, "trigger": "signature"}
                        )
                    ],
                },
                {"kind": "hourly"},
            ],
        )
        matter.payer_ids = [
            Command.create(vals)
            for vals in (
                {
                    "sequence": 1,
                    "partner_id": self.insurer.id,
                    "kind": "percent",
                    "percent": 50,
                    "term_ids": [Command.set(agreement.term_ids[0].ids)],
                },
                {
                    "sequence": 2,
                    "partner_id": self.consumer.id,
                    "kind": "percent",
                    "percent": 10,
                    "covers": "fees",
                },
                {"sequence": 3, "partner_id": self.client.id, "kind": "remainder"},
            )
        ]
        self._create_entry(matter, "partner", 1, "2026-03-02")
        self._create_cost(matter, "expense", 50, "2026-03-04")
        _prebill, moves = self._bill_all(matter)
        self.assertEqual(
            {move.partner_id.name: move.amount_untaxed for move in moves},
            {
                "Protection Juridique Mutuelle": 300.0,
                "Jeanne Morel": 88.0,
                "Ateliers Vauban SAS": 542.0,
            },
        )

    def test_each_payer_has_own_kind_policy_terms_and_no_message_of_the_client(self):
        terms = self.env["account.payment.term"].create(
            {"name": "60 jours", "line_ids": [Command.create({"nb_days": 60})]}
        )
        matter = self._create_shared_matter(
            {
                "partner_id": self.insurer.id,
                "kind": "percent",
                "percent": 40,
                "payment_term_id": terms.id,
            },
            {"partner_id": self.client.id, "kind": "remainder"},
        )
        self._create_entry(matter, "partner", 1, "2026-03-02")
        prebill, _warnings = self.env["legal.prebill"]._generate(
            matter, self.env["legal.prebill"]._fields["date_to"].to_date("2026-03-31")
        )
        prebill.client_message = "Merci de votre confiance, affaire Durand"
        prebill.action_approve()
        self.assertIn("Protection Juridique Mutuelle", prebill.payer_table)
        moves = prebill._create_invoices(prebill.date_to)
        moves.action_post()
        insurer, client = moves
        self.assertEqual(insurer.invoice_payment_term_id, terms)
        self.assertEqual(insurer.invoice_text_policy, "neutral")
        self.assertNotIn("Durand", insurer.legal_client_message)
        self.assertNotIn("Vauban", insurer.legal_client_message)
        self.assertIn("Durand", client.legal_client_message)
        self.assertEqual(client.invoice_text_policy, "detailed")

    def test_entry_is_paid_when_every_payer_has_paid(self):
        matter = self._create_shared_matter(
            {"partner_id": self.insurer.id, "kind": "percent", "percent": 40},
            {"partner_id": self.client.id, "kind": "remainder"},
        )
        entry = self._create_entry(matter, "partner", 1, "2026-03-02")
        _prebill, moves = self._bill_all(matter)
        self.assertEqual(entry.billing_status, "billed")
        for move, status in zip(moves, ("billed", "paid"), strict=True):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()
            self.assertEqual(entry.billing_status, status)

    def test_run_bills_and_counts_each_payers_invoice(self):
        matter = self._create_shared_matter(
            {"partner_id": self.insurer.id, "kind": "percent", "percent": 40},
            {"partner_id": self.client.id, "kind": "remainder"},
        )
        self._create_entry(matter, "partner", 1, "2026-03-02")
        run = self.env["legal.billing.run"].create(
            {
                "company_id": self.company.id,
                "date_to": "2026-03-31",
                "invoice_date": "2026-03-31",
            }
        )
        run._run_prebills()
        run._run_approve()
        run._run_invoice()
        self.assertEqual(run.line_ids.outcome, "done")
        self.assertEqual(run.invoiced_count, 2)
        self.assertEqual(run.line_ids.move_ids.mapped("state"), ["posted"] * 2)

    # -- refusals ----------------------------------------------------------------

    def test_shares_that_cannot_be_billed_are_refused_and_nothing_is_saved(self):
        client = {"partner_id": self.client.id, "kind": "remainder"}
        for payers, words in (
            (
                [
                    {"partner_id": self.insurer.id, "kind": "percent", "percent": 70},
                    {"partner_id": self.consumer.id, "kind": "percent", "percent": 40},
                    client,
                ],
                "110",
            ),
            (
                [{"partner_id": self.insurer.id, "kind": "percent", "percent": 70}],
                "laiss|leave",
            ),
            (
                [client, {"partner_id": self.insurer.id, "kind": "remainder"}],
                "deux|two",
            ),
            (
                [{"partner_id": self.insurer.id, "kind": "percent"}, client],
                "pourcent|percent",
            ),
            ([{"partner_id": self.insurer.id, "kind": "fixed"}, client], "somme|sum"),
            (
                [{"partner_id": self.insurer.id, "kind": "insurer"}, client],
                "barème|scale",
            ),
            (
                [
                    {
                        "partner_id": self.insurer.id,
                        "kind": "percent",
                        "percent": 60,
                        "covers": "fees",
                    },
                    {"partner_id": self.consumer.id, "kind": "percent", "percent": 60},
                    client,
                ],
                "120",
            ),
        ):
            with (
                self.subTest(words),
                self.assertRaisesRegex(ValidationError, f"(?i){words}"),
            ):
                matter = self._create_matter()
                matter.payer_ids = [Command.create(vals) for vals in payers]
        matter = self._create_shared_matter(
            {"partner_id": self.insurer.id, "kind": "percent", "percent": 40}, client
        )
        with self.assertRaises(ValidationError):
            matter.payer_ids.filtered(lambda p: p.kind == "remainder").unlink()

    def test_shares_may_change_with_the_date(self):
        """An employer pays half until June, the client all from July."""
        matter = self._create_shared_matter(
            {
                "partner_id": self.insurer.id,
                "kind": "percent",
                "percent": 50,
                "date_to": "2026-06-30",
            },
            {"partner_id": self.client.id, "kind": "remainder"},
        )
        self._create_entry(matter, "partner", 1, "2026-06-02")
        _prebill, moves = self._bill_all(matter, "2026-06-30")
        self.assertEqual(moves.mapped("amount_untaxed"), [140.0, 140.0])
        self._create_entry(matter, "partner", 1, "2026-07-02")
        _prebill, moves = self._bill_all(matter, "2026-07-31")
        self.assertEqual(moves.mapped("amount_untaxed"), [280.0])

    # -- the wall ----------------------------------------------------------------

    def test_outsider_sees_no_payer(self):
        matter = self._create_shared_matter(
            {"partner_id": self.insurer.id, "kind": "percent", "percent": 40},
            {"partner_id": self.client.id, "kind": "remainder"},
            is_walled=True,
        )
        for rank, groups in enumerate(
            (
                "legal_timesheet.group_legal_user",
                "legal_timesheet.group_legal_office",
                "legal_billing.group_legal_billing_manager",
                "legal_timesheet.group_legal_administrator,legal_timesheet.group_legal_user",
            )
        ):
            user = new_test_user(
                self.env,
                login=f"dehors{rank}",
                groups=f"{groups},base.group_allow_export",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            Payer = self.env["legal.payer"].with_user(user)
            with self.subTest(groups):
                self.assertFalse(Payer.search([("matter_id", "=", matter.id)]))
                self.assertFalse(
                    Payer._read_group([("matter_id", "=", matter.id)], ["partner_id"])
                )
                with self.assertRaises(AccessError):
                    matter.payer_ids.with_user(user).read(["percent"])
                with self.assertRaises(AccessError):
                    matter.payer_ids.with_user(user).export_data(["partner_id/name"])

    # -- property ----------------------------------------------------------------

    def test_preview_equals_invoices_for_any_shares(self):
        """Whatever the shares, invoices add up to the pre-bill to the cent."""
        matter = self._create_shared_matter(
            {"partner_id": self.insurer.id, "kind": "percent", "percent": 40},
            {"partner_id": self.consumer.id, "kind": "percent", "percent": 10},
            {"partner_id": self.client.id, "kind": "remainder"},
        )
        for hours, who in ((1.3, "partner"), (2.7, "senior"), (0.1, "associate")):
            self._create_entry(matter, who, hours, "2026-03-02")
        self._create_cost(matter, "expense", 33.33, "2026-03-04")
        prebill, _warnings = self.env["legal.prebill"]._generate(
            matter, self.env["legal.prebill"]._fields["date_to"].to_date("2026-03-31")
        )
        first, second, _rest = matter.payer_ids

        @settings(max_examples=25, deadline=None)
        @given(
            st.decimals(Decimal("0.01"), Decimal("49.99"), places=2),
            st.decimals(Decimal("0.01"), Decimal("49.99"), places=2),
        )
        def check(one, two):
            first.percent, second.percent = float(one), float(two)
            parts = prebill._get_invoice_parts()
            total = sum(
                Decimal(str(round(group["amount"], 2)))
                for _payer, groups in parts
                for group in groups
            )
            self.assertEqual(total, Decimal(str(round(prebill.amount_untaxed, 2))))
            for group in (group for _payer, groups in parts for group in groups):
                self.assertAlmostEqual(
                    group["quantity"] * group["price_unit"], group["amount"], 2
                )

        check()
