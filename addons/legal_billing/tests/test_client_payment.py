import csv
import io
from decimal import Decimal
from unittest.mock import patch

from lxml import html
from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.legal_timesheet.tests.keyboard import KeyboardCase

from .client_payment_common import NOTHING, LegalClientPaymentCommon
from .finger import Finger
from .portal_common import Refused

TX_LOGGER = "odoo.addons.payment.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestClientPayment(LegalClientPaymentCommon):
    """Several documents in one payment: each gets its share, to the cent."""

    def test_three_invoices_are_paid_at_once(self):
        response, situation, text = self._step(*self.moves)
        self.assertEqual((response.status_code, situation), (200, "due"))
        self.assertIn("1 680,00", text)
        for move in self.moves:
            self.assertIn(move.name, text)
        self.assertIn("object-src 'none'", response.headers["Content-Security-Policy"])
        transaction = self._settle(*self.moves)
        wanted = {self.old: 1200.0, self.middle: 400.0, self.late: 80.0}
        self.assertEqual(self._shares(transaction), wanted)
        self.assertEqual(self._settled(transaction), wanted)
        payment = transaction.payment_id
        self.assertEqual((payment.amount, payment.state), (1680.0, "paid"))
        self.assertEqual(payment.move_id.state, "posted")
        lines = payment.move_id.line_ids
        receivable = lines.filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        )
        self.assertEqual(sorted(receivable.mapped("balance")), [-1200.0, -400.0, -80.0])
        self.assertTrue(all(receivable.mapped("reconciled")))
        self.assertEqual(sum(lines.mapped("balance")), 0.0)
        for move, vat in ((self.old, 200.0), (self.middle, 66.67), (self.late, 13.33)):
            self.assertEqual((move.payment_state, move.amount_residual), ("paid", 0.0))
            self.assertEqual(self._vat(move), vat)
            self.assertTrue(
                receivable.filtered(lambda li, name=move.name: name in li.name)
            )
        self.assertEqual(payment.reconciled_invoice_ids, self.moves)
        self.assertEqual(self.client.credit, 0.0)
        self._check_ledger_file(payment)

    def _check_ledger_file(self, payment):
        """The file of entries (FEC): each is balanced, each invoice lettered."""
        day = str(payment.date)
        wizard = self.env["l10n_fr.fec.export.wizard"].create(
            {"date_from": "2026-01-01", "date_to": day, "test_file": True}
        )
        self.env.flush_all()
        text = wizard.generate_fec()["file_content"].decode()
        header, *rows = csv.reader(io.StringIO(text), delimiter="|")
        entries, letters = {}, {}
        for row in rows:
            line = dict(zip(header, row, strict=True))
            debit, credit = (
                Decimal(line[side].replace(",", ".")) for side in ("Debit", "Credit")
            )
            key = line["JournalCode"], line["EcritureNum"]
            entries[key] = entries.get(key, 0) + debit - credit
            if line["CompteNum"].startswith("411") and line["EcritureLet"]:
                found = letters.setdefault(line["EcritureLet"], [])
                found.append(debit - credit)
        self.assertFalse(any(entries.values()))
        self.assertEqual(len(letters), 3)
        for amounts in letters.values():
            self.assertEqual((len(amounts), sum(amounts)), (2, 0))

    def test_chosen_part_goes_to_the_oldest_and_vat_follows(self):
        _response, _situation, text = self._step(*self.moves, amount="1 300,50 €")
        self.assertIn("100,50", text)
        transaction = self._settle(*self.moves, part="1 300,50 €")
        wanted = {self.old: 1200.0, self.middle: 100.5}
        self.assertEqual(self._shares(transaction), wanted)
        self.assertEqual(self._settled(transaction), wanted)
        self.assertEqual(
            self.moves.mapped("payment_state"), ["paid", "partial", "not_paid"]
        )
        self.assertEqual((self._vat(self.old), self._vat(self.late)), (200.0, 0.0))
        self.assertEqual(self._vat(self.middle), 16.75)
        _response, situation, text = self._receipt(transaction)
        self.assertEqual(situation, "done")
        self.assertIn("299,50", text)
        # the rest, later: VAT of the whole to the cent
        self._settle(self.middle, self.late)
        self.assertEqual(self._vat(self.middle), 66.67)
        self.assertEqual(set(self.moves.mapped("payment_state")), {"paid"})

    def test_part_of_later_invoice_is_not_eaten_by_an_older_one(self):
        transaction = self._settle(self.late, self.middle, part="410")
        self.assertEqual(
            self._settled(transaction), {self.middle: 400.0, self.late: 10.0}
        )
        self.assertEqual(self.old.amount_residual, 1200.0)

    def test_amount_of_the_browser_counts_for_nothing(self):
        for total in (1.0, 1680.01, -5.0, 0, None, True, "1680", float("nan")):
            with (
                self.subTest(total=total),
                self.assertRaisesRegex(Refused, "1.680,00.*(?i:nothing|rien)"),
            ):
                self._start_payment(
                    self.old,
                    route=f"{self.link._get_path()}/transaction?"
                    + "&".join(f"row={key}" for key in self._keys(self.moves)),
                    amount=total,
                    access_token=None,
                )
        for part in ("0", "-3", "1e3", "NaN", "inf", "abc", "10,001", "5000", "<b>"):
            with self.subTest(part=part):
                response, _situation, text = self._step(*self.moves, amount=part)
                self.assertEqual(response.status_code, 200)
                self.assertIn("1 680,00", text)
                with self.assertRaisesRegex(Refused, NOTHING):
                    self._begin(*self.moves, part=part, total=1680.0)
        self.assertFalse(self.moves.transaction_ids)

    def test_rows_of_others_twice_cut_or_made_up(self):
        stranger = self.client.copy({"name": "Étranger"})
        foreign = self._make("2026-03-31", 10.0, partner=stranger)
        for keys in (
            [f"i{foreign.id}"],
            ["i999999999"],
            ["x1"],
            ["i"],
            ["i-1"],
            ["i1'--"],
            [f"i{2**62}"],
            [f"p{self.old.id}"],
        ):
            with self.subTest(keys):
                response, situation, text = self._step(self.old, keys=keys)
                self.assertEqual((response.status_code, situation), (200, "due"))
                self.assertIn("1 200,00", text)
                self.assertNotIn(foreign.name, text)
                with self.assertRaisesRegex(Refused, NOTHING):
                    self._begin(self.old, keys=keys, total=1200.0)
        transaction = self._begin(self.old, keys=[f"i{self.old.id}"])
        self.assertEqual(self._shares(transaction), {self.old: 1200.0})
        link = self.link._get_for(stranger, self.company)
        response = self.url_open(f"{link._get_path()}/receipt/{transaction.id}")
        self.assertEqual(response.status_code, 404)

    def test_links_that_open_nothing_take_no_payment(self):
        transaction = self._settle(self.late)
        self.link.expires_on = "2020-01-01"
        for path in ("pay", f"receipt/{transaction.id}", "transfer/1"):
            response = self.url_open(f"{self.link._get_path()}/{path}")
            self.assertEqual(response.status_code, 410)
        with self.assertRaisesRegex(Refused, NOTHING):
            self._begin(self.old, total=1200.0)
        self.link._revoke()
        response = self.url_open(f"{self.link._get_path()}/pay")
        self.assertEqual(response.status_code, 404)

    @mute_logger(TX_LOGGER)
    def test_two_tabs_that_overlap_pay_once(self):
        one = self._begin(*self.moves)
        two = self._begin(self.middle, self.late)
        again = self._begin(*self.moves)
        self._end_payment(two)
        self._end_payment(one)
        self._end_payment(again)
        self.assertEqual(
            (two + one + again).mapped("state"), ["done", "error", "error"]
        )
        (one | two | again)._post_process()
        (one | two | again)._post_process()
        self.assertEqual(self.moves.mapped("amount_residual"), [1200.0, 0.0, 0.0])
        self.assertFalse((one | again).payment_id)
        self.assertEqual(self.client.credit, 1200.0)
        _response, situation, text = self._receipt(one)
        self.assertEqual(situation, "error")
        self.assertRegex(text, "Start again|Recommencer")
        with self.assertRaisesRegex(Refused, "already paid|est déjà réglée"):
            self._begin(*self.moves, total=1680.0)

    def test_payment_under_way_is_not_started_twice(self):
        transaction = self._begin(*self.moves)
        self._end_payment(transaction, "pending")
        with self.assertRaisesRegex(Refused, "est déjà en cours"):
            self._begin(self.late, total=80.0)
        self.assertEqual(self.old._legal_get_open_amount(), 0.0)
        _response, situation, _text = self._receipt(transaction)
        self.assertEqual(situation, "pending")
        self._end_payment(transaction)
        transaction._post_process()
        self.assertEqual(set(self.moves.mapped("payment_state")), {"paid"})

    def test_part_under_way_leaves_the_rest_of_each_invoice(self):
        transaction = self._begin(*self.moves, part="1300")
        self._end_payment(transaction, "pending")
        self.assertEqual(
            [move._legal_get_open_amount() for move in self.moves], [0.0, 300.0, 80.0]
        )

    def test_credit_made_between_page_and_payment(self):
        """Captured all the same: exact shares, and somebody is told of the rest."""
        self.provider.code = "none"
        transaction = self._begin(self.old, self.middle)
        refund = self.middle._reverse_moves([{"invoice_date": "2026-03-02"}])
        refund.invoice_line_ids.price_unit = 83.33
        refund.action_post()
        (refund.line_ids | self.middle.line_ids).filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        ).reconcile()
        left = self.middle.amount_residual
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(
            self._settled(transaction), {self.old: 1200.0, self.middle: left}
        )
        surplus = round(400.0 - left, 2)
        self.assertGreater(surplus, 0)
        self.assertEqual(self.late.amount_residual, 80.0)
        self.assertEqual(round(self.client.credit, 2), round(80.0 - surplus, 2))
        chosen = self.old | self.middle
        activity = chosen.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn(self.middle.name, activity.note)
        transaction._post_process()
        self.assertEqual(chosen.activity_ids, activity)
        _response, _situation, text = self._receipt(transaction)
        self.assertRegex(text, "more than what was due|de plus que ce qui était dû")

    def test_what_changed_meanwhile_is_said_and_left_out(self):
        gone = self._make("2026-03-31", 10.0, post=False)
        gone.button_cancel()
        self._settle(self.middle)
        response, situation, text = self._step(self.old, self.middle, gone)
        self.assertEqual((response.status_code, situation), (200, "due"))
        self.assertIn("a été annulée", text)
        self.assertRegex(text, f"(Already settled|Déjà réglé).*{self.middle.name}")
        self.assertIn("1 200,00", text)
        with self.assertRaisesRegex(Refused, NOTHING):
            self._begin(self.old, self.middle, total=1200.0)
        _response, situation, _text = self._step(self.middle)
        self.assertEqual(situation, "nothing")

    def test_other_currencies_and_accounts_are_paid_apart(self):
        dollars = self._make("2026-06-30", 50.0, currency_id=self._open_dollar().id)
        account = self.company_data["default_account_receivable"].copy()
        other = self._make("2026-07-31", 50.0, post=False)
        other.line_ids.filtered(
            lambda li: li.display_type == "payment_term"
        ).account_id = account
        other.action_post()
        for move in (dollars, other):
            with self.subTest(move.name):
                _response, _situation, text = self._step(self.old, move)
                self.assertRegex(text, "with the others|avec les autres")
                with self.assertRaisesRegex(Refused, "with the others|avec les autres"):
                    self._begin(self.old, move, total=1200.0)

    def test_provision_and_invoice_in_one_payment(self):
        provision = self._request(500.0)
        transaction = self._settle(self.late, provision)
        self.assertEqual(transaction.amount, 680.0)
        deposit = provision.move_id
        self.assertEqual(self._settled(transaction), {self.late: 80.0, deposit: 600.0})
        self.assertEqual((self._vat(self.late), self._vat(deposit)), (13.33, 100.0))
        self.assertEqual((provision.state, provision.amount_available), ("paid", 500.0))
        self.assertEqual(deposit._legal_get_document_type_code(), "386")
        # to the provision account, never to revenue
        revenue = deposit.line_ids.filtered(
            lambda li: li.account_id.internal_group == "income"
        )
        self.assertFalse(revenue)
        with self.assertRaises(Refused):
            self._begin(provision, total=600.0)

    def test_provision_is_paid_whole(self):
        provision = self._request(500.0)
        _response, _situation, text = self._step(self.old, provision, amount="100")
        self.assertIn("600,00", text)
        transaction = self._begin(self.old, provision, part="650")
        self.assertEqual(self._shares(transaction), {self.old: 50.0, provision: 600.0})

    def test_provision_withdrawn_after_the_capture_is_a_credit(self):
        self.provider.code = "none"
        provision = self._request(500.0)
        transaction = self._begin(self.late, provision)
        provision.stage = "cancelled"
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(self._settled(transaction), {self.late: 80.0})
        self.assertFalse(provision.move_id)
        self.assertIn("600", self.late.activity_ids.note)

    def _request(self, amount):
        provision = self.env["legal.provision"].create(
            {"matter_id": self.matter.id, "amount_untaxed": amount, "work": "Audience"}
        )
        provision.action_mark_requested()
        return provision

    def test_co_payer_pays_his_share_alone(self):
        other = self.client.copy({"name": "Co-payeur"})
        his = self._make("2026-03-31", 100.0, partner=other)
        link = self.link._get_for(other, self.company)
        response = self.url_open(f"{link._get_path()}/pay")
        self.assertIn("120,00", response.text)
        self.assertNotIn(self.old.name, response.text)
        choice = link._choose([f"i{his.id}", f"i{self.old.id}"])
        self.assertEqual(choice.keys, [f"i{his.id}"])
        self.assertEqual(len(choice.problems), 1)

    def test_states_of_an_attempt_are_told_with_a_way_on(self):
        for state, sentence in (
            ("cancel", "was interrupted and nothing|a été interrompu et rien"),
            ("error", "did not go through and nothing|n’a pas abouti et rien"),
        ):
            with self.subTest(state):
                transaction = self._begin(self.late)
                _response, situation, text = self._receipt(transaction)
                self.assertEqual(situation, "draft")
                self._end_payment(transaction, state)
                response, situation, text = self._receipt(transaction)
                self.assertEqual((response.status_code, situation), (200, state))
                self.assertRegex(text, sentence)
                self.assertIn(f"/pay?row=i{self.late.id}", response.text)

    def test_receipt_is_mailed_once_and_lands_on_its_page(self):
        mails = self.env["mail.mail"].search([])
        transaction = self._settle(*self.moves)
        self.assertEqual(
            transaction.landing_route,
            f"{self.link._get_path()}/receipt/{transaction.id}",
        )
        transaction._post_process()
        mail = self.env["mail.mail"].search([]) - mails
        mail = mail.filtered(lambda m: "/receipt/" in (m.body_html or ""))
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.client)
        for text in ("1 680,00", self.old.name, self.late.name, "/receipt/"):
            self.assertIn(
                text, mail.body_html.replace("\u202f", " ").replace("\xa0", " ")
            )
        response, situation, text = self._receipt(transaction)
        self.assertEqual(situation, "done")
        self.assertRegex(text, "Nothing is left to pay|Il ne reste rien à régler")
        self.assertIn(self.middle.name, text)
        self.assertIn("vauban@vauban.example", text)
        self.assertEqual(response.headers["Referrer-Policy"], "same-origin")

    def test_captured_part_takes_the_oldest_shares(self):
        self.provider.capture_manually = True
        transaction = self._begin(*self.moves)
        self._end_payment(transaction)
        self.assertEqual(transaction.state, "authorized")
        for amount, settled in (
            (1300.0, {self.old: 1200.0, self.middle: 100.0}),
            (380.0, {self.middle: 300.0, self.late: 80.0}),
        ):
            child = transaction._create_child_transaction(amount)
            child._set_done()
            child._post_process()
            self.assertEqual(self._settled(child), settled)
        self.assertEqual(set(self.moves.mapped("payment_state")), {"paid"})

    def test_webhook_twice_late_and_out_of_order(self):
        self.provider.code = "none"
        transaction = self._begin(*self.moves)
        transaction._set_done()
        transaction._set_done()
        transaction._set_pending()
        transaction._set_canceled()
        transaction._set_error("trop tard")
        self.assertEqual(transaction.state, "done")
        transaction._post_process()
        transaction._post_process()
        payments = self.env["account.payment"].search(
            [("payment_transaction_id", "=", transaction.id)]
        )
        self.assertEqual(len(payments), 1)
        self.assertEqual(self.client.credit, 0.0)

    def test_foreign_currency_is_split_to_the_cent_in_both(self):
        dollar = self._open_dollar()
        moves = self.env["account.move"]
        for day, amount in ((1, 33.33), (2, 66.67), (3, 0.05)):
            moves |= self._make(f"2026-06-0{day}", amount, currency_id=dollar.id)
        transaction = self._settle(*moves)
        self.assertEqual(transaction.currency_id, dollar)
        lines = transaction.payment_id.move_id.line_ids
        self.assertEqual(round(sum(lines.mapped("balance")), 2), 0.0)
        self.assertEqual(set(moves.mapped("payment_state")), {"paid"})

    def _open_dollar(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 1.0837,
            }
        )
        return dollar

    def test_shares_hold_in_the_database(self):
        transaction = self._begin(self.old, self.middle)
        share = transaction.legal_share_ids[:1].sudo()
        with self.assertRaises(ValidationError):
            share.amount += 1
        with self.assertRaises(ValidationError):
            share.unlink()
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid ="
            " 'legal_payment_share'::regclass UNION SELECT indexname FROM pg_indexes"
            " WHERE tablename IN ('legal_payment_share', 'legal_payment_transfer')"
        )
        found = {row[0] for row in self.env.cr.fetchall()}
        for name in ("amount_positive", "settled_within", "has_document"):
            self.assertIn(f"legal_payment_share_{name}", found)
        for name in (
            "share_invoice_once",
            "share_provision_once",
            "transfer_one_choice",
            "transfer_one_reference",
            "transfer_one_bank_line",
        ):
            self.assertIn(f"legal_payment_{name}", found)

    def test_outsiders_see_nothing_of_a_walled_provision(self):
        provision = self._request(500.0)
        transaction = self._begin(self.late, provision)
        transfer = self.link._announce_transfer(
            self.link._choose(self._keys((self.late, provision)))
        )
        clerk = new_test_user(
            self.env,
            "greffe.mur",
            groups="account.group_account_invoice,base.group_allow_export,"
            "legal_timesheet.group_legal_office",
            company_id=self.company.id,
        )
        shares, lines = transaction.legal_share_ids, transfer.line_ids
        self.assertEqual(shares.with_user(clerk).search([]), shares)
        self.matter.sudo().write(
            {
                "excluded_user_ids": [Command.link(clerk.id)],
                "exclusion_reason": "Conflit d’intérêts",
            }
        )
        for records in (shares, lines):
            with self.subTest(records._name):
                model = records.with_user(clerk)
                mine = records.filtered("provision_id")
                hidden = mine.with_user(clerk)
                self.assertEqual(len(model.search([])), 1)
                self.assertFalse(model.search([("provision_id", "!=", False)]))
                total = model._read_group([], [], ["amount:sum"])[0][0]
                self.assertEqual(total, 80.0)
                self.assertNotIn(mine.id, dict(model.name_search("")))
                for read in (hidden.read, lambda r=hidden: r.export_data(["amount"])):
                    with self.assertRaises(AccessError), mute_logger("odoo.models"):
                        read()
        for name in ("payment.share", "payment.transfer", "payment.transfer.line"):
            with self.assertRaises(AccessError):
                self.env[f"legal.{name}"].with_user(self.portal_user).search([])

    def test_races_end_in_a_sentence(self):
        where = (
            "odoo.addons.legal_billing.models.account_move_online_payment.AccountMove"
            "._legal_lock_payment"
        )
        race = type("Race", (SerializationFailure,), {"pgcode": "40001"})
        with (
            patch(where, side_effect=race),
            patch("odoo.service.model.time.sleep"),
            mute_logger("odoo.service.model"),
            self.assertRaisesRegex(Refused, "same moment|au même moment"),
        ):
            self._begin(self.old, total=1200.0)

    def test_link_of_the_firm_ticks_what_was_chosen_alone(self):
        def make(**kw):
            return self.env["legal.payment.link"].create(
                {"client_id": self.client.id, "move_ids": self.middle.ids, **kw}
            )

        def read(url):
            page = html.fromstring(self.url_open(url).content)
            rows = page.xpath("//ul[@class='o_legal_rows'][1]/li")
            return " ".join(page.text_content().split()), len(rows)

        link = make()
        self.assertEqual((link.amount_due, link.amount), (400.0, 400.0))
        self.assertTrue(link.page_url.endswith(f"?choice=i{self.middle.id}"))
        text, rows = read(link.page_url)
        self.assertEqual(rows, 1)
        self.assertIn(self.middle.name, text)
        part = make(amount=100.0)
        self.assertIn("100,00", read(part.page_url)[0])
        # what is another payer's is left out by the page, and so is what is no choice
        stranger = self.client.copy({"name": "Étranger", "email": False})
        path = self.link._get_for(stranger, self.company)._get_path()
        for bad in (f"i{self.middle.id}", "x", f"i{self.middle.id}:x", "i1:-5.00"):
            with self.subTest(bad):
                response = self.url_open(f"{path}?choice={bad}")
                self.assertEqual(response.status_code, 200)
                self.assertNotIn(self.middle.name, response.text)
        mail = self.env["mail.mail"].create(
            {
                "body_html": link.action_send()["context"]["default_body"],
                "email_to": self.client.email,
            }
        )
        body = mail._prepare_outgoing_list()[0]["body"]
        self.assertIn(f"{self.link._get_path()}?choice=i{self.middle.id}", body)

    # -- one transfer for several, with a reference the firm finds them by ----------

    def _announce(self, *records, amount=""):
        rows = [("row", key) for key in self._keys(records)]
        response = self.url_open(
            f"{self.link._get_path()}/transfer",
            data=[*rows, ("amount", amount)],
        )
        return response, self.env["legal.payment.transfer"].search([], limit=1)

    def test_one_reference_for_several_invoices(self):
        response, transfer = self._announce(*self.moves)
        self.assertEqual(response.status_code, 200)
        self.assertIn(f"/transfer/{transfer.id}", response.url)
        self.assertEqual((transfer.amount, transfer.move_ids), (1680.0, self.moves))
        self.assertTrue(transfer.reference.startswith("RF"))
        self.assertIn("data:image/png;base64", response.text)
        again = self._announce(*self.moves)[1]
        self.assertEqual(again, transfer)
        part = self._announce(*self.moves, amount="1300")[1]
        self.assertNotEqual(part, transfer)
        self.assertEqual(part.move_ids, self.old | self.middle)
        # as the bank prints it, in groups of four
        printed = transfer._get_communication()
        self.assertIn(" ", printed)
        Move = self.env["account.move"]
        found = Move.search([("legal_transfer_line_ids.transfer_id", "ilike", printed)])
        self.assertEqual(found, self.moves)
        page = self.link._get_transfer_page(transfer)
        self.assertEqual(page["situation"], "transfer")
        self._settle(*self.moves)
        transfer.invalidate_recordset()
        self.assertTrue(transfer.is_settled)

    def test_one_invoice_keeps_its_own_reference(self):
        _response, transfer = self._announce(self.old)
        self.assertEqual(transfer._get_communication(), self.old.payment_reference)

    def _bank(self, words, amount, **kw):
        """Return a line that came in on the bank."""
        journal = self.company_data["default_journal_bank"]
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": "2026-06-15",
                "payment_ref": words,
                "amount": amount,
                **kw,
            }
        )

    def test_bank_line_that_quotes_a_transfer_settles_what_it_is_for(self):
        provision = self._request(500.0)
        transfer = self._announce(self.old, self.middle, provision)[1]
        words = f"VIR SEPA {transfer._get_communication()} VAUBAN"
        other = self.env["res.partner"].create({"name": "Autre payeur"})
        self.env["res.partner.bank"].create(
            {"acc_number": "DE89370400440532013000", "partner_id": other.id}
        )
        for case, line, sentence in (
            ("other sum", self._bank(words, transfer.amount - 1), "by hand"),
            ("no reference", self._bank("VIR SEPA", transfer.amount), "by hand"),
            (
                "other payer",
                self._bank(words, transfer.amount, partner_id=other.id),
                "Autre payeur",
            ),
            (
                "other account",
                self._bank(
                    words,
                    transfer.amount,
                    account_number="DE89 3704 0044 0532 0130 00",
                ),
                "Autre payeur",
            ),
        ):
            with (
                self.subTest(case),
                self.env.cr.savepoint(),
                self.assertRaisesRegex(UserError, f"{sentence}|à la main"),
            ):
                line.action_legal_match_transfer()
            self.assertFalse(line.is_reconciled)
            line.unlink()
        line = self._bank(words, transfer.amount)
        wrong = self._bank(words, 3.0)
        self.assertEqual(line.legal_transfer_id, transfer)
        self.assertIn(self.old.name, line.legal_transfer_hint)
        answer = (line | wrong).action_legal_match_transfer()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertTrue(line.is_reconciled)
        self.assertFalse(wrong.is_reconciled or wrong.legal_transfer_id)
        self.assertEqual((transfer.state, line.partner_id), ("matched", self.client))
        deposit = provision.move_id
        for move, vat in ((self.old, 200.0), (self.middle, 66.67), (deposit, 100.0)):
            self.assertEqual((move.payment_state, self._vat(move)), ("paid", vat))
        self.assertEqual(sum(line.line_ids.mapped("balance")), 0.0)
        self.assertEqual(self.late.payment_state, "not_paid")
        # the same choice announced anew has a reference of its own
        line.action_undo_reconciliation()
        self.assertEqual(
            (transfer.state, self.old.amount_residual), ("announced", 1200.0)
        )
        self._settle(self.old)
        wrong.unlink()
        with self.assertRaisesRegex(UserError, self.old.name):
            transfer.action_match()

    def test_wire_chosen_in_the_form_quotes_one_reference(self):
        provider = self.provider.copy({"name": "Virement", "code": "none"})
        shares = self.link._choose(self._keys(self.moves)).get_share_values()
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.method.id,
                    "reference": "VIREMENT-1",
                    "amount": 1680.0,
                    "currency_id": self.company.currency_id.id,
                    "partner_id": self.client.id,
                    "invoice_ids": [Command.set(self.moves.ids)],
                    "legal_share_ids": [Command.create(row) for row in shares],
                }
            )
        )
        transaction._set_pending()
        reference = transaction._get_communication()
        self.assertTrue(reference.startswith("RF"))
        _response, situation, text = self._receipt(transaction)
        self.assertEqual(situation, "transfer")
        self.assertIn(reference, text)
        self._bank(f"{reference} merci", 1680.0)
        transaction.legal_transfer_id.action_match()
        self.assertEqual(set(self.moves.mapped("payment_state")), {"paid"})
        self.assertEqual(
            (transaction.state, len(transaction.payment_id)), ("cancel", 0)
        )
        self.assertTrue(transaction.legal_receipt_at)
        _response, situation, text = self._receipt(transaction)
        self.assertEqual(situation, "done")

    def test_other_payers_transfer_is_not_shown(self):
        _response, transfer = self._announce(*self.moves)
        stranger = self.client.copy({"name": "Étranger"})
        link = self.link._get_for(stranger, self.company)
        response = self.url_open(f"{link._get_path()}/transfer/{transfer.id}")
        self.assertEqual(response.status_code, 404)


@tagged("post_install", "-at_install")
class TestClientPaymentTour(KeyboardCase, LegalClientPaymentCommon):
    """On a phone, from the e-mail to the receipt, in few taps."""

    browser_size = "390x844"
    touch_enabled = True
    pointer = Finger

    def test_three_invoices_are_paid_from_the_mail_in_four_taps_at_most(self):
        template = self.env.ref("legal_billing.mail_template_invoice")
        mail = self.env["mail.mail"].browse(template.send_mail(self.late.id))
        (letter,) = mail._prepare_outgoing_list()
        self.assertEqual(letter["email_to_normalized"], [self.client.email])
        self.assertNotIn(self.link._get_key(), mail.body_html)
        self.assertIn(self.link._get_path(), letter["body"])
        mails = self.env["mail.mail"].search([])

        def story(phone):
            phone.open_mail(letter["body"])
            phone.assert_fits()
            phone.tap(f'a[href*="{self.link._get_path()}"]')
            due = '[...document.querySelectorAll("input[name=row]:checked")]'
            phone.until(f"{due}.length === 3")
            phone.assert_fits()
            page = phone.until("document.querySelector('main').innerText")
            for amount in ("1 200,00", "400,00", "80,00", "1 680,00"):
                self.assertIn(amount, _plain(page))
            for move in self.moves:
                self.assertIn(move.name, page)
            phone.tap('form[action$="/pay"] button[type="submit"]')
            rows = "document.querySelectorAll('.o_legal_hero .o_legal_rows li')"
            phone.until(f"document.querySelector('#portal_pay') && {rows}.length === 3")
            phone.assert_fits()
            phone.until(
                "!!document.querySelector('input[name=o_payment_radio]:checked')"
            )
            phone.tap('#portal_pay button[name="o_payment_submit_button"]')
            receipt = _plain(
                phone.until(
                    "document.querySelector('[data-situation=done]')?.innerText"
                )
            )
            phone.assert_fits()
            self.assertIn("1 680,00", receipt)
            self.assertFalse(phone.read("!!document.querySelector('#portal_pay')"))
            self.assertLessEqual(phone.taps, 4)

        self.drive("/legal/pay", None, "", story)
        self.assertEqual(set(self.moves.mapped("payment_state")), {"paid"})
        transaction = self.moves.transaction_ids
        self.assertEqual((len(transaction), transaction.amount), (1, 1680.0))
        self.assertTrue(transaction.legal_receipt_at)
        receipt = self.env["mail.mail"].search([]) - mails
        self.assertEqual(receipt.recipient_ids, self.client)
        (sent,) = receipt._prepare_outgoing_list()
        for move in self.moves:
            self.assertIn(move.name, sent["body"])
        self.assertIn("1 680,00", _plain(sent["body"]))


def _plain(text):
    return text.replace("\u202f", " ").replace("\xa0", " ")
