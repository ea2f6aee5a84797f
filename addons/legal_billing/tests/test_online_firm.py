from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.payment_transaction_live import CHANGED
from .online_common import OnlineCommon

SPACES = {0x202F: " ", 0xA0: " "}


@tagged("post_install", "-at_install")
class TestOnlineFirm(OnlineCommon):
    """The firm sees online payments as they happen, is told once, and asks for more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.moves = cls.env["account.move"].union(
            *(cls._create_invoice(matter=cls.matter) for _number in range(2))
        )
        cls.move = cls.moves[0]
        cls.lead = cls.matter.responsible_id
        cls.accountant = new_test_user(
            cls.env,
            login="compta.en.ligne",
            groups="account.group_account_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.company.legal_online_user_ids = cls.accountant

    def _provision(self):
        return self.env["legal.provision"].create(
            {
                "matter_id": self.matter.id,
                "amount_untaxed": 1500,
                "work": "Assignation et audience",
            }
        )

    def _told(self, user):
        # sudo: what is in the inbox of another person.
        Message = self.env["mail.message"].sudo()
        return Message.search(
            [("notified_partner_ids", "in", user.partner_id.ids)], order="id"
        )

    # -- as it happens ---------------------------------------------------------

    def test_each_step_is_a_sentence_and_a_badge(self):
        prebill = self.move.prebill_ids
        tx = self._create_tx(self.move)
        tx._set_pending()
        records = (self.move, prebill, self.matter)
        self.env.invalidate_all()
        for record in records:
            with self.subTest(record=record._name):
                self.assertEqual(record.legal_online_state, "under_way")
                self.assertTrue(record.legal_online_text)
        tx._set_error("Fonds insuffisants.")
        self.env.invalidate_all()
        self.assertEqual(self.move.legal_online_state, "failed")
        words = str(self.move.message_ids[0].body)
        self.assertIn("Fonds insuffisants", words)
        self.assertIn("672,00", words)
        self.assertNotIn("..", words)
        self._pay_by_code(self.move, 200.0)
        self.env.invalidate_all()
        self.assertEqual(self.move.legal_online_state, "part")
        self._pay_by_code(self.move)
        self.env.invalidate_all()
        self.assertEqual(self.move.legal_online_state, "paid")
        self.assertEqual(prebill.legal_online_state, "paid")
        self.assertFalse(self.moves[1].legal_online_state)

    def test_provision_is_followed_too(self):
        provision = self._provision()
        provision.action_mark_requested()
        tx = self._create_tx(
            amount=1800.0, legal_provision_id=provision.id, partner=self.client
        )
        tx._set_pending()
        self.env.invalidate_all()
        self.assertEqual(provision.legal_online_state, "under_way")
        words = str(provision.message_ids[0].body).replace("&nbsp;", " ")
        self.assertIn("1 800,00", words.translate(SPACES))
        tx._set_done()
        tx._post_process()
        self.env.invalidate_all()
        self.assertEqual(provision.legal_online_state, "paid")

    def test_open_screens_of_those_concerned_are_told_ids_only(self):
        Bus = self.env["bus.bus"].sudo()
        last = Bus._bus_last_id()
        tx = self._create_tx(self.move)
        tx._set_pending()
        self.env.cr.precommit.run()
        found = Bus.search([("id", ">", last), ("message", "like", CHANGED)])
        channels = " ".join(found.mapped("channel"))
        partner = f'"res.partner",{self.lead.partner_id.id}]'
        self.assertIn(partner, channels.replace(" ", ""))
        outside = f'"res.partner",{self.outsider.partner_id.id}]'
        self.assertNotIn(outside, channels.replace(" ", ""))
        for message in found.mapped("message"):
            self.assertNotIn("Vauban", message)
        groups = found.filtered(lambda row: "res.groups" in row.channel)
        self.assertTrue(groups)
        self.assertNotIn("legal.matter", " ".join(groups.mapped("message")))

    # -- told to those who answer for it -----------------------------------------

    def test_payments_of_a_minute_are_one_message_each_may_be_off(self):
        self._pay_by_code(self.moves[0], day=fields.Date.today())
        self._pay_by_code(self.moves[1], day=fields.Date.today())
        Tx = self.env["payment.transaction"]
        Tx._cron_tell_payments()
        for user in (self.lead, self.accountant):
            with self.subTest(user=user.name):
                [message] = self._told(user)
                self.assertIn("1 344,00", message.subject.translate(SPACES))
                for move in self.moves:
                    self.assertIn(move.name, message.body)
        self.assertIn("legal.matter", self._told(self.lead).body)
        self.assertNotIn("legal.matter", self._told(self.accountant).body)
        Tx._cron_tell_payments()
        self.assertEqual(len(self._told(self.lead)), 1)
        self.company.legal_tells_lead = False
        self._pay_by_code(
            self._create_invoice(matter=self.matter), day=fields.Date.today()
        )
        Tx._cron_tell_payments()
        self.assertEqual(len(self._told(self.lead)), 1)
        self.assertEqual(len(self._told(self.accountant)), 2)
        self.company.legal_tells_accounting = False
        self._pay_by_code(
            self._create_invoice(matter=self.matter), day=fields.Date.today()
        )
        Tx._cron_tell_payments()
        self.assertEqual(len(self._told(self.accountant)), 2)
        self.assertFalse(self._told(self.outsider))

    # -- a link for any amount ---------------------------------------------------

    def _link(self, user=None, **kw):
        env = self.env(user=user or self.lead)
        return env["legal.payment.link"].create(
            {"matter_id": self.matter.id, "company_id": self.company.id, **kw}
        )

    def test_link_asks_the_oldest_first_and_never_more_than_due(self):
        link = self._link(amount=800.0)
        self.assertEqual((link.partner_id, link.kind), (self.client, "invoice"))
        self.assertEqual(link.amount_due, 1344.0)
        self.assertEqual(
            [(line.move_number, line.amount) for line in link.line_ids],
            [(self.moves[0].name, 672.0), (self.moves[1].name, 128.0)],
        )
        for line, move in zip(link.line_ids, self.moves, strict=True):
            self.assertIn(f"/my/invoices/{move.id}?", line.url)
            self.assertIn(move.access_token, line.url)
        for amount in (1344.01, 0.0, -5.0):
            with self.subTest(amount=amount):
                bad = self._link(amount=amount)
                self.assertTrue(bad.warning)
                self.assertFalse(bad.line_ids)
                with self.assertRaises(UserError):
                    bad.action_send()
        action = link.action_send()
        context = action["context"]
        self.assertEqual(context["default_partner_ids"], self.client.ids)
        self.assertEqual(context["default_model"], "legal.matter")
        # one link for all: its key is put in as the e-mail leaves
        rows = ",".join(f"i{move.id}" for move in self.moves)
        self.assertIn(f"?choice={rows}:800.00", context["default_body"])
        self.assertIn("/legal/client/sent/", context["default_body"])
        own = self._link(user=self.env.user, amount=800.0).action_send()
        self.assertEqual(own["context"]["default_model"], "account.move")
        with self.assertRaises(AccessError):
            link.read(["page_url"])  # the whole account is not a lawyer's to pass on

    def test_nothing_due_asks_for_a_provision(self):
        for move in self.moves:
            self._pay_by_code(move)
        link = self._link(amount=1800.0)
        self.assertEqual((link.kind, link.amount_due), ("provision", 0.0))
        link.action_make_provision()
        provision = link.provision_id
        self.assertEqual(
            (provision.amount_untaxed, provision.amount_total, provision.state),
            (1500.0, 1800.0, "requested"),
        )
        self.assertIn(f"/my/provisions/{provision.id}", link.provision_url)
        with self.assertRaises(UserError):
            self._link(kind="invoice", amount=10.0).action_send()
        sent = self._link(amount=600.0).action_send()
        self.assertEqual(sent["context"]["default_model"], "legal.provision")

    def test_link_is_for_those_inside_the_wall(self):
        with self.assertRaises(AccessError):
            self._link(user=self.outsider, amount=10.0)
        with self.assertRaises(AccessError):
            self.env(user=self.outsider)["legal.payment.link"].create(
                {"client_id": self.client.id, "amount": 10.0}
            )
        with self.assertRaises(AccessError):
            self.matter.with_user(self.outsider).action_payment_link()
        own = self._link(amount=10.0)
        self.assertFalse(
            self.env(user=self.outsider)["legal.payment.link"].search(
                [("id", "=", own.id)]
            )
        )
        whole = self.env(user=self.accountant)["legal.payment.link"].create(
            {"client_id": self.client.id, "company_id": self.company.id}
        )
        self.assertEqual((whole.amount, len(whole.line_ids)), (1344.0, 2))

    # -- figures -----------------------------------------------------------------

    def test_figures_tie_to_the_ledger(self):
        for move, sent in zip(self.moves, ("2026-05-30", "2026-05-22"), strict=True):
            move.legal_sent_on = f"{sent} 08:00:00"
        self._pay_by_code(self.moves[0])
        self._pay_by_code(self.moves[1])
        payment = self._pay_by_code(self._create_invoice(matter=self.matter))
        self._refund(payment, 72.0)
        wire = self._create_invoice(matter=self.matter)
        with freeze_time("2026-06-03"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=wire.ids
            ).create({"payment_date": "2026-06-03"})._create_payments()
        figures = self.env["legal.online.figures"]._get_figures(
            self.company, fields.Date.to_date("2026-06-30")
        )
        month = figures["month"]
        self.assertEqual(
            (month["count"], month["amount"], month["received"]), (4, 1944.0, 2616.0)
        )
        self.assertAlmostEqual(month["share"], 1944 / 2616)
        [provider] = figures["providers"]
        self.assertEqual((provider["count"], provider["amount"]), (4, 1944.0))
        self.assertEqual(figures["median_days"], 6.0)
        action = self.env["legal.online.figures"]._get_action(
            self.company, fields.Date.to_date("2026-06-30")
        )
        listed = self.env["account.payment"].search(action["domain"])
        self.assertEqual(sum(listed.mapped("legal_amount_online")), 1944.0)
        with self.assertRaises(AccessError):
            self.env(user=self.outsider)["legal.online.figures"]._get_figures(
                self.company, fields.Date.to_date("2026-06-30")
            )
