from datetime import date

from lxml import etree

from odoo import Command
from odoo.tests import tagged

from ..report import cii_tree as cii
from . import facturx_checker, newer_builder
from .test_provision import ProvisionCommon

FRANCE = {"street": "3 quai du Port", "zip": "69002", "city": "Lyon", "country": "FR"}
# name → address, company or not, VAT number, SIRET, kind
CLIENTS = {
    "business": (FRANCE, True, "FR44732829320", "73282932000074", "professional"),
    "consumer": (FRANCE, False, False, False, "consumer"),
    "public": (FRANCE, True, False, "21690123100011", "public"),
    "association": (FRANCE, True, False, "77566202600043", "nonprofessional"),
    "monaco": (
        {"street": "1 quai Albert", "zip": "98000", "city": "Monaco", "country": "MC"},
        False,
        False,
        False,
        "consumer",
    ),
    "belgian_business": (
        {"street": "1 rue du Pont", "zip": "5000", "city": "Namur", "country": "BE"},
        True,
        "BE0477472701",
        False,
        "professional",
    ),
    "belgian_person": (
        {"street": "2 rue du Pont", "zip": "5000", "city": "Namur", "country": "BE"},
        False,
        False,
        False,
        "consumer",
    ),
    "swiss_business": (
        {"street": "4 Rhonestrasse", "zip": "1204", "city": "Genf", "country": "CH"},
        True,
        False,
        False,
        "professional",
    ),
    "swiss_person": (
        {"street": "5 Rhonestrasse", "zip": "1204", "city": "Genf", "country": "CH"},
        False,
        False,
        False,
        "consumer",
    ),
    "reunion_business": (
        {"street": "1 Barachois", "zip": "97400", "city": "St-Denis", "country": "RE"},
        True,
        False,
        "39312345000013",
        "professional",
    ),
    "martinique_person": (
        {"street": "1 Savane", "zip": "97200", "city": "Fort", "country": "FR"},
        False,
        False,
        False,
        "consumer",
    ),
    "guyane_person": (
        {"street": "1 Palmistes", "zip": "97300", "city": "Cayenne", "country": "FR"},
        False,
        False,
        False,
        "consumer",
    ),
}
VAT_OF = {
    "belgian_business": {"AE", "E"},
    "swiss_business": {"O"},
    "swiss_person": {"O"},
    "guyane_person": {"E"},
}


@tagged("post_install", "-at_install")
class TestDocumentMatrix(ProvisionCommon):
    """Client × VAT × document × deposit × policy × language × currency: all pass."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._legal_setup_vat()
        cls.partners = {
            name: cls.env["res.partner"].create(
                {
                    "name": f"Client {name}",
                    "street": address["street"],
                    "zip": address["zip"],
                    "city": address["city"],
                    "country_id": cls.env.ref(f"base.{address['country'].lower()}").id,
                    "is_company": is_company,
                    "vat": vat,
                    "company_registry": siret,
                    "commercial_client_kind": kind,
                    "email": f"{name.replace('_', '.')}@client.example",
                    "lang": "fr_FR",
                }
            )
            for name, (address, is_company, vat, siret, kind) in CLIENTS.items()
        }
        cls.documents = {}

    def _keep(self, name, move):
        self.documents[name] = move
        return move

    def _bill_for(self, client, **kw):
        return self._bill_case_5(partner_id=self.partners[client].id, **kw)

    def _credit(self, move):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "reason": "Erreur de client"})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if refund.state == "draft":
            refund.action_post()
        return refund

    def _matter_of(self, client):
        matter = self._create_matter(partner_id=self.partners[client].id)
        self._create_agreement(matter, [{"kind": "hourly"}])
        return matter

    # -- the documents ---------------------------------------------------------

    def _make_plain(self):
        for client in CLIENTS:
            self._keep(f"{client} invoice", self._bill_for(client))
            neutral = self._bill_hours(
                policy="neutral", partner_id=self.partners[client].id
            )
            self._keep(f"{client} neutral", neutral)
            self._keep(f"{client} credit note", self._credit(self._bill_for(client)))

    def _make_deposits(self):
        clients = ["business", "consumer", "belgian_business", "swiss_business"]
        for rank, client in enumerate([*clients, "reunion_business"], 1):
            matter = self._matter_of(client)
            provision = self._ask(matter=matter)
            self._keep(f"{client} deposit", self._receive(provision))
            if client == "swiss_business":
                continue
            self._create_entry(matter, "senior", 12.4, f"2026-04-0{rank}")
            self._create_disbursement(matter, 45.60, "2026-04-16")
            final = self._bill(matter, "2026-05-29")[1]
            self._keep(f"{client} final", final)
        for client in ("business", "consumer"):
            provision = self._ask(matter=self._matter_of(client))
            self._receive(provision)
            action = provision.action_refund()
            refund = self.env["account.move"].browse(action.get("res_id"))
            if refund.state == "draft":
                refund.action_post()
            self._keep(f"{client} deposit refunded", refund)

    def _make_regimes(self):
        for regime, clients in (
            ("on_invoice", ("business", "consumer", "reunion_business")),
            (
                "franchise",
                ("business", "consumer", "belgian_business", "swiss_person"),
            ),
        ):
            record = self.env["legal.vat.regime"].create(
                {
                    "company_id": self.company.id,
                    "regime": regime,
                    "date_from": "2026-01-01",
                    "source": "Essai",
                }
            )
            for client in clients:
                self._keep(f"{regime} {client}", self._bill_for(client))
            self._keep(
                f"{regime} credit note", self._credit(self._bill_for("business"))
            )
            provision = self._ask(matter=self._matter_of("business"))
            self._keep(f"{regime} deposit", self._receive(provision))
            record.unlink()

    def _make_others(self):
        for client in ("business", "consumer"):
            paid = self._keep(f"{client} paid", self._bill_for(client))
            self._register_payment(paid, payment_date="2026-06-02")
            partly = self._keep(f"{client} partly paid", self._bill_for(client))
            self._register_payment(partly, payment_date="2026-06-02", amount=100)
            partner = self.partners[client].copy({"lang": "en_US"})
            english = self._bill_case_5(partner_id=partner.id)
            self._keep(f"{client} in English", english)
        franc = self.env.ref("base.CHF")
        franc.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": franc.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.95,
            }
        )
        self.env["legal.rate"].create(
            {
                "grade_id": self.env.ref("legal_timesheet.grade_partner").id,
                "amount": 301.37,
                "currency_id": franc.id,
                "date_from": "2025-01-01",
            }
        )
        for client in ("business", "swiss_business", "belgian_business"):
            self.partners[client].legal_fee_currency_id = franc
            matter = self._matter_of(client)
            self._create_entry(matter, "partner", 2.3, "2026-03-03")
            move = self._bill(matter, "2026-03-31")[1]
            self._keep(f"{client} in francs", move)
            self._keep(f"{client} credit in francs", self._credit(move))
            self.partners[client].legal_fee_currency_id = False
        matter = self._matter_of("business")
        self.env["legal.payer"].create(
            [
                {
                    "matter_id": matter.id,
                    "partner_id": self.partners["consumer"].id,
                    "kind": "percent",
                    "percent": 33.33,
                    "sequence": 1,
                },
                {
                    "matter_id": matter.id,
                    "partner_id": self.partners["business"].id,
                    "kind": "remainder",
                    "sequence": 2,
                },
            ]
        )
        self._create_entry(matter, "senior", 3.7, "2026-03-05")
        for move in self._bill(matter, "2026-03-31")[1]:
            kind = move.commercial_partner_id.commercial_client_kind
            self._keep(f"share of a {kind}", move)

    def _make_extended(self):
        """The extended level, by the company or the client, and what it allows."""
        association = self.partners["association"]
        association.legal_einvoice_profile = "extended"
        self._keep("extended association", self._bill_for("association"))
        association.legal_einvoice_profile = False
        self.company.legal_einvoice_profile = "extended"
        self.partners["public"].legal_einvoice_profile = "en16931"
        self._keep("own level public", self._bill_for("public"))
        outside = self.company.legal_tax_disbursement_abroad_id
        taxed = self.company._legal_get_regime_tax("on_payment")
        mixed = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partners["business"].id,
                "invoice_date": "2026-05-31",
                "invoice_line_ids": [
                    Command.create(
                        {"name": name, "price_unit": price, "tax_ids": [tax.id]}
                    )
                    for name, price, tax in (
                        ("Consultation", 100, taxed),
                        ("Greffe de Genève", 10, outside),
                    )
                ],
            }
        )
        self.assertEqual(mixed._legal_check_ordinary(), [])
        mixed.action_post()
        self._keep("extended with a line outside VAT", mixed)
        for client in ("consumer", "swiss_business", "belgian_business"):
            self._keep(f"extended {client}", self._bill_for(client))
        self._keep("extended credit note", self._credit(self._bill_for("consumer")))
        matter = self._matter_of("business")
        self._keep("extended deposit", self._receive(self._ask(matter=matter)))

    # -- the test --------------------------------------------------------------

    def test_every_document_passes_every_validator(self):
        self._make_others()
        self._make_deposits()
        self._make_regimes()
        self._make_plain()
        # Nothing is committed: without figures of its own PostgreSQL reads the
        # payments of each document as if the tables were empty, in half a minute.
        self.env.flush_all()
        self.env.cr.execute("ANALYZE account_move, account_move_line")
        self.env.cr.execute("ANALYZE account_payment, account_partial_reconcile")
        self.assertGreaterEqual(len(self.documents), 60)
        self._send_and_check()
        for client, expected in VAT_OF.items():
            with self.subTest(f"VAT of {client}"):
                move = self.documents[f"{client} invoice"]
                self.assertEqual(self._categories(move), expected)
        for name in ("franchise business", "franchise swiss_person"):
            self.assertEqual(self._categories(self.documents[name]), {"E"}, name)
        self.assertEqual(
            self._read(self.documents["reunion_business invoice"], "Percent"), {"8.5"}
        )
        for regime, code in (("on_invoice", "5"), ("franchise", "72")):
            move = self.documents[f"{regime} business"]
            self.assertEqual(self._read(move, "DueDateTypeCode"), {code})

    def test_extended_level_passes_the_french_validators_too(self):
        self.documents.clear()
        self._make_extended()
        self._send_and_check()
        for name, move in self.documents.items():
            guideline = cii.find(
                self._tree(move),
                ".//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
            ).text
            self.assertEqual(
                guideline.endswith(":extended"), name != "own level public", name
            )
        mixed = self.documents["extended with a line outside VAT"]
        self.assertEqual(self._categories(mixed), {"S", "O"})
        self.company.legal_einvoice_profile = "en16931"
        self.assertIn("BR-O-11", " ".join(mixed._legal_check_ordinary()))

    def test_newer_stock_builder_is_cured_too(self):
        """A sample of the matrix through the builder of later Odoo 19.0."""
        self.documents.clear()
        self.patch(
            newer_builder.stock.AccountEdiXmlCii,
            "_export_invoice",
            newer_builder.export_invoice,
        )
        for client in ("business", "consumer", "belgian_business", "swiss_person"):
            self._keep(client, self._bill_for(client))
        self._keep("credit note", self._credit(self._bill_for("public")))
        matter = self._matter_of("business")
        provision = self._ask(matter=matter)
        self._keep("deposit", self._receive(provision))
        self._create_entry(matter, "senior", 12.4, "2026-04-02")
        self._keep("final", self._bill(matter, "2026-05-29")[1])
        goods = self.env["product.product"].create(
            {"name": "Code civil", "type": "consu"}
        )
        tax = self.env["account.chart.template"].with_company(self.company)
        ordinary = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partners["business"].id,
                "invoice_date": "2026-05-31",
                "narration": "<p>Conditions</p>",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": goods.id,
                            "name": "Code civil annoté " * 20,
                            "price_unit": 10,
                            "tax_ids": tax.ref("tva_normale").ids,
                        }
                    )
                ],
            }
        )
        ordinary.action_post()
        self._keep("goods", ordinary)
        self._send_and_check()
        codes = cii.find_all(self._tree(ordinary), ".//ram:SubjectCode")
        self.assertEqual(
            sorted(code.text for code in codes), ["AAB", "BAR", "PMD", "PMT"]
        )

    def _send_and_check(self):
        """Send all in one batch; every file passes, totals are the ledger's."""
        self._send(self.env["account.move"].union(*self.documents.values()))
        files = [self._get_files(move) for move in self.documents.values()]
        findings = facturx_checker.check_pdfs(files)
        for (name, move), found in zip(self.documents.items(), findings, strict=True):
            with self.subTest(name):
                self.assertEqual(found, [], name)
                self._check_totals(move)

    def _tree(self, move):
        return etree.fromstring(move.ubl_cii_xml_id.raw)

    def _categories(self, move):
        codes = cii.find_all(self._tree(move), ".//ram:CategoryCode")
        return {code.text for code in codes}

    def _read(self, move, what):
        path = {
            "Percent": ".//ram:ApplicableTradeTax[ram:CategoryCode='S']"
            "/ram:RateApplicablePercent",
            "DueDateTypeCode": ".//ram:DueDateTypeCode",
        }[what]
        return {element.text for element in cii.find_all(self._tree(move), path)}

    def _check_totals(self, move):
        """The e-invoice and the ledger say the same, to the cent."""
        tree = self._tree(move)
        for tag, amount in (
            ("GrandTotalAmount", move.amount_total),
            ("TaxBasisTotalAmount", move.amount_untaxed),
        ):
            (element,) = cii.find_all(tree, f".//ram:{tag}")
            self.assertEqual(f"{float(element.text):.2f}", f"{amount:.2f}", tag)
        dated = date.fromisoformat(str(move.invoice_date))
        (day,) = cii.find_all(
            tree, "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString"
        )
        self.assertEqual(day.text, f"{dated:%Y%m%d}")


@tagged("post_install", "-at_install")
class TestVatRegime(ProvisionCommon):
    """The regime of the invoice's day decides; the franchise is watched."""

    def _regime(self, regime, day):
        return self.env["legal.vat.regime"].create(
            {
                "company_id": self.company.id,
                "regime": regime,
                "date_from": day,
                "source": "Essai",
            }
        )

    def test_the_invoice_follows_the_regime_of_its_own_day(self):
        self._regime("franchise", "2026-01-01")
        self._regime("on_payment", "2026-05-01")
        before = self._bill_hours()  # dated 15 April
        self.assertEqual((before.amount_untaxed, before.amount_tax), (5150.0, 0.0))
        self.assertIn("M12", self.env["legal.mention"]._for_move(before).mapped("code"))
        after = self._bill_case_5()  # dated 31 May
        self.assertEqual((after.amount_tax, after.amount_total), (256.9, 1869.16))
        taxes = after.invoice_line_ids.tax_ids
        self.assertIn("on_payment", taxes.mapped("tax_exigibility"))

    def test_on_invoice_makes_vat_due_at_once(self):
        self._regime("on_invoice", "2026-01-01")
        move = self._bill_case_5()
        items = {code[:5] for code in move.line_ids.account_id.mapped("code")}
        self.assertIn("44571", items)
        self.assertNotIn("44574", items)

    def test_the_pre_bill_shows_what_the_invoice_will_say(self):
        self._regime("franchise", "2026-01-01")
        self._create_entry(self.matter, "senior", 1, "2026-04-14")
        prebill, move = self._bill(self.matter, "2026-05-29")
        self.assertEqual(prebill.amount_total, move.amount_total)
        self.assertEqual(move.amount_tax, 0)

    def test_thresholds_are_watched_and_told_once(self):
        regime = self._regime("franchise", "2026-01-01")
        self.company.partner_id.activity_ids.unlink()
        watch = self.company._legal_watch_franchise
        day = date(2026, 6, 1)
        state = self.company._legal_get_franchise_state(day)[0]
        self.assertEqual(state, "fine")
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "name": "Forfait",
                    "amount": 41000,
                    "instalment_ids": [
                        Command.create(
                            {"name": "Tout", "due_on": "2026-03-01", "amount": 41000}
                        )
                    ],
                }
            ],
        )
        self._bill(matter, "2026-03-31")
        self.assertEqual(self.company._legal_get_franchise_state(day)[0], "near")
        watch(day)
        watch(day)
        self.assertEqual(len(self.company.partner_id.activity_ids), 1)
        other = self._create_matter()
        self._create_agreement(
            other,
            [
                {
                    "kind": "fixed",
                    "name": "Forfait",
                    "amount": 15000,
                    "instalment_ids": [
                        Command.create(
                            {"name": "Tout", "due_on": "2026-04-01", "amount": 15000}
                        )
                    ],
                }
            ],
        )
        self._bill(other, "2026-04-30")
        state, turnover, limit = self.company._legal_get_franchise_state(day)
        self.assertEqual((state, turnover, limit), ("over", 56000.0, 55000.0))
        watch(day)
        self.assertEqual(len(self.company.partner_id.activity_ids), 2)
        regime.unlink()
        watch(day)
        self.assertEqual(len(self.company.partner_id.activity_ids), 2)
