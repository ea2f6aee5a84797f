import io
import json
import tempfile
from pathlib import Path
from unittest.mock import patch

from pypdf import PdfWriter

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import config, mute_logger

from ..models.legal_einvoice_message import _holds_facturx
from .common_document import DocumentCommon, real_send

HOLDS = "odoo.addons.legal_billing.models.legal_einvoice_message._holds_facturx"
CHANNEL = "odoo.addons.legal_billing.models.legal_einvoice_channel"


def make_ordinary(test, *amounts, partner=None, **kw):
    """Post an invoice of no matter: (amount, tax, product or none) a line."""
    move = test.env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": (partner or test.client).id,
            "invoice_date": "2026-05-29",
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Formation des juristes",
                        "price_unit": amount,
                        "product_id": product.id if product else False,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
                for amount, tax, product in amounts
            ],
            **kw,
        }
    )
    move.action_post()
    return move


@tagged("post_install", "-at_install")
class TestReceipts(DocumentCommon):
    """Each receipt becomes one status 212, with the amounts the ledger makes due."""

    def _amounts(self, status):
        return [(a.rate, a.amount_base, a.amount_tax) for a in status.amount_ids]

    def test_a_part_then_the_rest_sum_to_the_invoice(self):
        """Case 5: 1 284,50 at 20 % (256,90) and 327,76 advanced; 1 869,16 in all.

        500,00 of it is 26,75 %: 321,00 + 22,60 of the two lines, VAT 68,72. The
        rest makes the VAT whole: 256,90 - 68,72 = 188,18.
        """
        move = self._bill_case_5()
        self._register_payment(move, payment_date="2026-06-05", amount=500)
        first = move.legal_status_ids
        self.assertEqual((first.code, str(first.day)), ("212", "2026-06-05"))
        self.assertEqual(first.reported_by, "status")
        self.assertEqual(self._amounts(first), [(20.0, 343.6, 68.72)])
        self._register_payment(move, payment_date="2026-06-12")
        second = move.legal_status_ids - first
        self.assertEqual(second.amount_ids.amount_tax, 188.18)
        due = self.env["account.move.line"].search(
            [
                ("move_id.tax_cash_basis_origin_move_id", "=", move.id),
                ("tax_repartition_line_id", "!=", False),
            ]
        )
        told = sum((first | second).amount_ids.mapped("amount_tax"))
        self.assertAlmostEqual(told, -sum(due.mapped("balance")), 2)
        self.assertAlmostEqual(told, 256.90, 2)

    def test_a_payment_undone_is_taken_back_and_taken_again(self):
        move = self._bill_case_5()
        payment = self._register_payment(move, payment_date="2026-06-05", amount=500)
        line = move.line_ids.filtered(lambda li: li.account_type == "asset_receivable")
        line.remove_move_reconcile()
        first, back = move.legal_status_ids.sorted("id")
        self.assertTrue(back.is_correction)
        self.assertEqual(back.amount_ids.amount_tax, -first.amount_ids.amount_tax)
        self.assertAlmostEqual(
            sum(move.legal_status_ids.mapped("amount_total")), 0.0, 2
        )
        self.assertTrue(payment)
        self._register_payment(move, payment_date="2026-06-06")
        self.assertEqual(len(move.legal_status_ids), 3)

    def test_a_credit_note_is_no_receipt(self):
        move = self._bill_case_5()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "reason": "Erreur"})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.action_post()
        self.assertEqual(move.payment_state, "reversed")
        self.assertFalse(move.legal_status_ids | refund.legal_status_ids)

    def test_a_consumer_is_reported_and_not_told(self):
        move = self._bill_case_5(partner_id=self.consumer.id)
        self._register_payment(move, payment_date="2026-06-05")
        self.assertEqual(move.legal_status_ids.reported_by, "10.4")

    def test_an_invoice_of_no_matter_is_told_too(self):
        """Statuses and their amounts cover all the firm sells."""
        tax = self._bill_case_5().invoice_line_ids.tax_ids.filtered("amount")[:1]
        self.assertEqual(tax.tax_exigibility, "on_payment")
        move = make_ordinary(self, (1000, tax, None))
        self.assertFalse(move.is_legal)
        self._register_payment(move, payment_date="2026-06-05", amount=600)
        self.assertEqual(move.legal_status_ids.reported_by, "status")
        self.assertEqual(self._amounts(move.legal_status_ids), [(20.0, 500.0, 100.0)])

    def test_statuses_stay_and_outsiders_see_none(self):
        move = self._bill_case_5()
        self._register_payment(move, payment_date="2026-06-05")
        status = move.legal_status_ids
        with self.assertRaisesRegex(UserError, "kept as it came"):
            status.reason = "Autre"
        with self.assertRaisesRegex(UserError, "nobody deletes"):
            status.sudo().unlink()
        plain = new_test_user(self.env, "plain.status", "base.group_user")
        lawyer = self.lawyers["associate"].user_id
        for user in (plain, lawyer):
            for name in (
                "legal.invoice.status",
                "legal.einvoice.message",
                "legal.einvoice.channel",
                "legal.ereporting",
            ):
                with self.assertRaises(AccessError, msg=name):
                    self.env[name].with_user(user).search([])


@tagged("post_install", "-at_install")
class TestChannel(DocumentCommon):
    """Finished invoices and receipts leave as files, statuses come in as files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.base.cleanup)
        cls.addClassCleanup(config.options.pop, "legal_exchange_dir", None)
        config.options["legal_exchange_dir"] = cls.base.name
        cls.channel = cls.env["legal.einvoice.channel"].create(
            {"name": "Plateforme", "starts_on": "2026-01-01", "folder": "pa"}
        )
        cls.folder = Path(cls.base.name) / str(cls.company.id) / "pa"
        cls.move = cls._bill_case_5()
        with real_send(cls.env) as env:
            cls.move.with_env(env)._generate_and_send()

    def _put(self, name, values):
        folder = self.folder / "in"
        folder.mkdir(parents=True, exist_ok=True)
        text = values if isinstance(values, str) else json.dumps(values)
        (folder / name).write_text(text)

    def test_an_invoice_and_its_receipts_leave_once(self):
        self.channel.action_exchange()
        number = self.move.name.replace("/", "-")
        file = self.folder / "out" / f"{number}.pdf"
        self.assertEqual(file.read_bytes(), self.move.invoice_pdf_report_id.raw)
        self._register_payment(self.move, payment_date="2026-06-05", amount=500)
        self.channel.action_exchange()
        receipt = json.loads(next((self.folder / "out").glob("*_212_*")).read_text())
        self.assertEqual(
            (receipt["code"], receipt["collected_on"], receipt["amounts"]),
            (
                "212",
                "2026-06-05",
                [
                    {
                        "vat_rate": "20",
                        "excluding_vat": "343.60",
                        "vat": "68.72",
                        "including_vat": "412.32",
                    }
                ],
            ),
        )
        self.assertNotIn("confidentielle", json.dumps(receipt))
        self.channel._cron_exchange()
        self.assertEqual(len(self.move.legal_message_ids), 2)
        self.assertFalse(list((self.folder / "out").glob(".*")))

    def test_ordinary_invoices_leave_too_unless_a_platform_would_refuse_them(self):
        chart = self.env["account.chart.template"].with_company(self.company)
        tax = chart.ref("tva_normale")
        good = make_ordinary(self, (100, tax, None))
        nameless = self.client.copy({"name": "Sans Siren SAS", "vat": False})
        nameless.company_registry = False
        bad = make_ordinary(self, (100, tax, None), partner=nameless)
        consumer = make_ordinary(self, (100, tax, None), partner=self.consumer)
        with real_send(self.env) as env:
            (good | bad | consumer).with_env(env)._generate_and_send()
        with mute_logger(CHANNEL):
            self.channel.action_exchange()
        self.assertEqual(good.legal_message_ids.state, "sent")
        self.assertFalse(consumer.legal_message_ids)
        message = bad.legal_message_ids
        self.assertEqual(message.state, "failed")
        self.assertIn("SIREN", message.error)
        # One that was printed without its e-invoice is no file for a platform.
        bare = io.BytesIO()
        writer = PdfWriter()
        writer.add_blank_page(200, 200)
        writer.write(bare)
        self.assertTrue(_holds_facturx(good.invoice_pdf_report_id.raw))
        with patch(HOLDS, side_effect=lambda raw: _holds_facturx(bare.getvalue())):
            with self.assertRaisesRegex(UserError, "no Factur-X file"):
                good.legal_message_ids._get_file()
        # The setting off, Odoo makes and sends them.
        self.company.legal_prints_all_invoices = False
        self.assertFalse(good._legal_is_exchanged())
        self.assertTrue(self.move._legal_is_exchanged())

    def test_what_left_by_an_access_point_leaves_once(self):
        self.assertTrue(self.move._legal_is_exchanged())
        with patch.object(type(self.move), "_legal_left_by_odoo", return_value=True):
            self.channel.action_exchange()
        self.assertFalse(self.move.legal_message_ids)

    def test_what_fails_is_kept_and_tried_again(self):
        pushed = patch.object(
            type(self.channel), "_push_folder", side_effect=OSError("disque plein")
        )
        with pushed, mute_logger(CHANNEL):
            self.channel.action_exchange()
        message = self.move.legal_message_ids
        self.assertEqual((message.state, message.error), ("failed", "disque plein"))
        message.action_retry()
        self.assertEqual((message.state, message.error), ("sent", False))

    def test_a_status_is_taken_in_once(self):
        values = {
            "invoice": self.move.name,
            "code": "213",
            "date": "2026-05-04T08:00:00",
            "reason": "SIREN inconnu de l'annuaire",
        }
        self._put("a.json", values)
        self._put("b.json", values)
        self.channel.action_exchange()
        status = self.move.legal_status_ids
        self.assertEqual((status.code, status.reason), ("213", values["reason"]))
        todo = self.move.activity_ids
        self.assertEqual(todo.user_id, self.lawyers["partner"].user_id)
        self.assertEqual(len(list((self.folder / "done").glob("*.json"))), 2)

    def test_bad_files_are_set_aside_with_the_reason(self):
        self._put("1.json", "not json")
        self._put("2.json", {"invoice": "F999", "code": "200", "date": "2026-05-04"})
        good = {"invoice": self.move.name, "code": "200", "date": "2026-05-04T08:00:00"}
        self._put("3.json", {**good, "code": "212"})
        self._put("4.json", {**good, "date": "hier"})
        self._put("5.json", {**good})
        self.channel.action_exchange()
        reasons = {
            file.name[0]: file.read_text()
            for file in (self.folder / "refused").glob("*.txt")
        }
        for name, words in (
            ("1", "is no status"),
            ("2", "F999"),
            ("3", "212"),
            ("4", "hier"),
        ):
            self.assertIn(words, reasons.pop(name))
        self.assertFalse(reasons)
        self.assertEqual(self.move.legal_status_ids.code, "200")

    def test_the_folder_is_a_plain_name(self):
        for name in ("../etc", "/tmp", "", "a b"):
            with self.assertRaisesRegex(ValidationError, "plain name"):
                self.channel.folder = name

    def test_constraints_stand_in_the_database(self):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'legal_%once'"
            " OR indexname LIKE 'legal_einvoice%'"
        )
        names = {name for (name,) in self.env.cr.fetchall()}
        for name in (
            "legal_invoice_status_receipt_once",
            "legal_einvoice_message_invoice_once",
            "legal_einvoice_message_status_once",
            "legal_einvoice_channel_one_a_company",
            "legal_ereporting_period_once",
        ):
            self.assertIn(name, names)


@tagged("post_install", "-at_install")
class TestEreporting(DocumentCommon, HttpCase):
    """Sales and receipts of consumers and of businesses abroad, from the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belgian = cls.env["res.partner"].create(
            {
                "name": "Brasserie Meuse SA",
                "is_company": True,
                "vat": "BE0477472701",
                "street": "1 rue du Pont",
                "zip": "5000",
                "city": "Namur",
                "country_id": cls.env.ref("base.be").id,
            }
        )

    def _report(self, flux, month=5):
        report = self.env["legal.ereporting"].create(
            {
                "flux": flux,
                "date_from": f"2026-{month:02}-01",
                "date_to": fields.Date.end_of(
                    fields.Date.to_date(f"2026-{month:02}-01"), "month"
                ),
            }
        )
        report.action_compute()
        return report

    def test_consumers_by_day_without_disbursements(self):
        moves = self._bill_case_5(partner_id=self.consumer.id)
        moves |= self._bill_case_5(partner_id=self.consumer.id)
        self._bill_case_5()  # a business in France: e-invoicing, not e-reporting
        month = moves[0].invoice_date.month
        report = self._report("10.3", month)
        self.assertEqual(
            [
                (li.rate, li.count, li.amount_base, li.amount_tax)
                for li in report.line_ids
            ],
            [(20.0, 2, 2569.0, 513.8)],
        )
        self.assertEqual(report.document_count, 2)

    def test_all_sales_are_in_goods_apart_from_services(self):
        """A book sold and a lecture given are turnover as much as a matter's fees."""
        legal = self._bill_case_5(partner_id=self.consumer.id)
        chart = self.env["account.chart.template"].with_company(self.company)
        tax = chart.ref("tva_normale")
        service = legal.invoice_line_ids.tax_ids.filtered("amount")[:1]
        book = self.env["product.product"].create(
            {"name": "Code civil annoté", "type": "consu"}
        )
        talk = self.env["product.product"].create(
            {"name": "Conférence", "type": "service"}
        )
        day = legal.invoice_date
        move = make_ordinary(
            self,
            (33.33, tax, book),
            (66.68, tax, talk),
            partner=self.consumer,
            invoice_date=day,
        )
        credit = move._reverse_moves([{"invoice_date": day, "date": day}])
        credit.invoice_line_ids.filtered(lambda li: li.product_id == talk).unlink()
        credit.action_post()
        receipt = make_ordinary(
            self,
            (10, service, None),
            partner=self.consumer,
            invoice_date=day,
            move_type="out_receipt",
        )
        make_ordinary(self, (500, tax, None), invoice_date=day)  # a business in France
        report = self._report("10.3", day.month)
        self.assertEqual(
            [
                (li.category, li.rate, li.count, li.amount_base, li.amount_tax)
                for li in report.line_ids
            ],
            [
                ("TLB1", 20.0, 2, 0.0, 0.0),
                ("TPS1", 20.0, 3, 1361.18, 272.23),
            ],
        )
        ledger = (legal | move | credit | receipt).line_ids.filtered("tax_line_id")
        self.assertAlmostEqual(report.amount_tax, -sum(ledger.mapped("balance")), 2)
        self.assertIn(";TLB1;", report._get_csv()[1].decode())
        self.assertFalse(report.is_told_by_odoo)
        with patch.object(
            type(self.company), "_legal_is_told_by_odoo", return_value=True
        ):
            report.invalidate_recordset(["is_told_by_odoo"])
            self.assertTrue(report.is_told_by_odoo)

    def test_closed_is_told_once_and_late_goes_into_the_next(self):
        first = self._bill_case_5(partner_id=self.consumer.id)
        month = first.invoice_date.month
        report = self._report("10.3", month)
        report.action_close()
        self.assertEqual(first.legal_ereporting_id, report)
        with self.assertRaisesRegex(UserError, "stays as it was told"):
            report.action_compute()
        with self.assertRaisesRegex(UserError, "stays as it was told"):
            report.unlink()
        late = self._bill_case_5(partner_id=self.consumer.id)
        following = self._report("10.3", month + 1)
        self.assertEqual((following.late_count, following.document_count), (1, 1))
        self.assertEqual(following.amount_base, 1284.5)
        following.action_close()
        self.assertEqual(late.legal_ereporting_id, following)

    def test_a_period_under_way_is_not_closed(self):
        report = self.env["legal.ereporting"].create(
            {
                "flux": "10.3",
                "date_from": fields.Date.today(),
                "date_to": fields.Date.today(),
            }
        )
        with self.assertRaisesRegex(UserError, "is not over"):
            report.action_close()

    def test_receipts_of_consumers_tie_to_the_vat_due(self):
        move = self._bill_case_5(partner_id=self.consumer.id)
        self._register_payment(move, payment_date="2026-06-05", amount=500)
        self._register_payment(move, payment_date="2026-06-09")
        report = self._report("10.4", 6)
        self.assertEqual([li.date.day for li in report.line_ids], [5, 9])
        self.assertAlmostEqual(report.amount_tax, 256.90, 2)
        report.action_close()
        self.assertEqual(move.legal_status_ids.report_id, report)

    def test_businesses_abroad_one_by_one_and_the_file(self):
        move = self._bill_case_5(partner_id=self.belgian.id)
        report = self._report("10.1", move.invoice_date.month)
        self.assertEqual(report.line_ids.move_id, move)
        self.assertEqual((report.amount_base, report.amount_tax), (1284.5, 0.0))
        user = new_test_user(
            self.env,
            "compta.ereporting",
            "base.group_user,account.group_account_manager",
            company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)],
        )
        self.authenticate(user.login, user.login)
        response = self.url_open(f"/legal/ereporting/{report.id}.csv")
        self.assertEqual(response.status_code, 200)
        self.assertIn("text/csv", response.headers["Content-Type"])
        row = response.text.splitlines()[1].split(";")
        self.assertEqual(row[0], "10.1")
        self.assertEqual(row[-5:], ["1284.50", "0.00", move.name, "BE", "BE0477472701"])
        self.authenticate(None, None)
        lawyer = self.lawyers["associate"].user_id
        lawyer.password = lawyer.login
        self.authenticate(lawyer.login, lawyer.login)
        response = self.url_open(f"/legal/ereporting/{report.id}.csv")
        self.assertEqual(response.status_code, 404)
