from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_terms import LegalTermsCommon


@tagged("post_install", "-at_install")
class TestFeeGuard(LegalTermsCommon):
    """What the law refuses, wants written, or deserves a look."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.company.legal_bar = "Paris"
        cls.payment = cls.env.ref("account.account_payment_term_30days")
        cls.consumer.lang = "en_US"

    def _draft(self, *terms, matter=None, **kw):
        matter = matter or self._create_matter()
        return self._create_agreement(matter, list(terms), sign=False, **kw)

    def _complete(self, matter=None, **kw):
        agreement = self._draft(
            {"kind": "hourly"},
            matter=matter,
            payment_term_id=self.payment.id,
            signed_on=False,
            estimate_line_ids=[
                Command.create({"name": "Work", "fixed_low": 900, "fixed_high": 1500})
            ],
            **kw,
        )
        agreement._fill_clauses()
        return agreement

    def assertRefused(self, agreement, words):
        for check in (agreement._check_can_be_sent, agreement.action_sign):
            with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                check()
            sentence = str(caught.exception)
            self.assertNotIn("\n", sentence)
            self.assertRegex(sentence, words)
        agreement.invalidate_recordset()
        self.assertEqual(agreement.state, "draft")
        self.assertFalse(agreement.activity_ids)

    def test_success_fee_alone_is_refused(self):
        self.assertRefused(self._draft(self._success()), "result alone")
        provision = {"kind": "provision", "amount": 500}
        self.assertRefused(self._draft(self._success(), provision), "result alone")
        free = {"kind": "hourly", "discount_percent": 100}
        self.assertRefused(self._draft(self._success(), free), "result alone")
        self._draft(self._success(), {"kind": "hourly"}).action_sign()

    def test_full_legal_aid_refuses_any_fee(self):
        matter = self._create_matter(legal_aid="full")
        self.assertRefused(self._draft({"kind": "hourly"}, matter=matter), "full legal")
        costs = {"kind": "expense", "expense_mode": "real"}
        agreement = self._draft(costs, matter=matter)
        self.assertFalse(agreement._get_refusals())

    def test_partial_legal_aid(self):
        matter = self._create_matter(legal_aid="partial", legal_aid_rate=55)
        agreement = self._draft({"kind": "hourly"}, self._success(), matter=matter)
        self.assertRefused(agreement, "legal aid withdrawn")
        sentences = [row["sentence"] for row in agreement._get_missing_content()]
        self.assertTrue(any("State" in sentence for sentence in sentences))
        clause = self.env.ref("legal_billing.clause_aid_withdrawn")
        agreement.clause_ids = [Command.create({"clause_id": clause.id})]
        agreement.signed_on = "2026-03-02"
        agreement.action_sign()
        activity = agreement.activity_ids
        self.assertEqual(activity.date_deadline, date(2026, 3, 17))
        self.assertEqual(activity.user_id, matter.responsible_id)
        self.assertIn("bâtonnier", activity.summary)

    def test_legal_aid_rate_is_a_share(self):
        for rate in (0, 100, -5, 120):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._create_matter(legal_aid="partial", legal_aid_rate=rate)

    def test_missing_content_is_named_one_by_one(self):
        self.company.legal_bar = False
        matter = self._create_matter(partner_id=self.consumer.id)
        self.consumer.street = False
        agreement = self._draft(
            {"kind": "hourly"}, matter=matter, signature_mode="distance"
        )
        text = " ".join(row["sentence"] for row in agreement._get_missing_content())
        for words in (
            "postal address",
            "bar is not",
            "payment terms",
            "no estimate",
            "Médiation",
            "rétractation",
            "Fin de la mission",
            "Données personnelles",
            "Contestation",
        ):
            self.assertIn(words, text)
        self.assertIn("Missing", agreement.guard_html)
        self.assertFalse(agreement.is_ready)

    def test_complete_agreement_has_nothing_missing(self):
        for partner in (self.client, self.consumer):
            for mode in ("on_premises", "distance", "off_premises"):
                matter = self._create_matter(partner_id=partner.id)
                agreement = self._complete(
                    matter,
                    date_from="2026-03-02",
                    signature_mode=mode,
                    has_early_start_request=True,
                )
                self.assertEqual(agreement._get_missing_content(), [])
                self.assertTrue(agreement.is_ready)
                # The mediator's mandate began on 14 January 2026: before, a hole.
                self.assertNotIn("o_legal_missing", agreement.clauses_html)

    def test_firm_chooses_to_refuse_what_is_incomplete(self):
        agreement = self._draft({"kind": "hourly"})
        self.company.legal_agreement_content = "refuse"
        self.assertRefused(agreement, "payment terms")
        self.company.legal_agreement_content = "warn"
        agreement.action_sign()
        self.assertIn("payment terms", agreement.message_ids[:1].body)

    def test_withdrawal_and_the_seven_days(self):
        """Signed 2 March: may withdraw until 16 March, nothing paid before 9 March."""
        cases = [
            (self.consumer, "off_premises", date(2026, 3, 16), date(2026, 3, 9)),
            (self.consumer, "distance", date(2026, 3, 16), False),
            (self.consumer, "on_premises", False, False),
            (self.client, "off_premises", False, False),
        ]
        for partner, mode, until, payable in cases:
            matter = self._create_matter(partner_id=partner.id)
            agreement = self._draft(
                {"kind": "hourly"},
                matter=matter,
                signature_mode=mode,
                signed_on="2026-03-02",
            )
            agreement.action_sign()
            self.assertEqual(agreement.withdrawal_until, until)
            self.assertEqual(agreement.payable_from, payable)
            self.assertEqual(len(agreement.activity_ids), 1 if payable else 0)

    def test_withdrawal_that_ends_at_a_weekend_ends_on_monday(self):
        for signed in ("2026-02-28", "2026-03-01", "2026-03-02"):
            agreement = self.env["legal.fee.agreement"].new(
                {
                    "matter_id": self._create_matter(partner_id=self.consumer.id).id,
                    "signature_mode": "distance",
                    "signed_on": signed,
                }
            )
            self.assertEqual(agreement.withdrawal_until, date(2026, 3, 16))

    def test_work_while_the_client_may_withdraw_is_told(self):
        matter = self._create_matter(partner_id=self.consumer.id)
        agreement = self._draft(
            {"kind": "hourly"}, matter=matter, signature_mode="distance"
        )
        agreement.action_sign()
        self._create_entry(matter, "partner", 2.0, "2026-01-10")
        self._create_entry(matter, "partner", 1.0, "2026-02-10")
        _prebill, warnings = self._generate(matter, "2026-02-28")
        self.assertEqual(len(warnings), 1)
        self.assertIn(matter.matter_number, warnings[0])

    def test_rate_the_agreement_does_not_give_is_told(self):
        row = {
            "grade_id": self.env.ref("legal_timesheet.grade_partner").id,
            "amount": 300,
        }
        matter, agreement = self._create_term_matter(
            {"kind": "hourly", "rate_ids": [Command.create(row)]}
        )
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        self._create_entry(matter, "associate", 1.0, "2026-04-10")
        _prebill, warnings = self._generate(matter, "2026-04-30")
        self.assertEqual(len(warnings), 1)
        self.assertIn(agreement.name, warnings[0])

    def test_warnings_stop_nothing(self):
        matter = self._create_matter(partner_id=self.consumer.id)
        agreement = self._complete(matter, signature_mode="distance", pay_means="carpa")
        ending = agreement.clause_ids.filtered(
            lambda c: c.clause_id.code == "termination"
        )
        ending.body = "Le Client qui part paie 1 000 euros."
        text = " ".join(agreement._get_warnings())
        for words in ("unfair", "CARPA", "fourteen days"):
            self.assertIn(words, text)
        agreement.action_sign()

    def test_estimates_that_make_no_sense_are_refused(self):
        agreement = self._draft({"kind": "hourly"})
        for values in (
            {"hours_low": 5, "hours_high": 2},
            {"fixed_low": 5, "fixed_high": 2},
            {"hours_low": -1},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                agreement.estimate_line_ids = [
                    Command.create({"name": "Première instance", **values})
                ]
                self.env.flush_all()
            self.assertFalse(agreement.estimate_line_ids)

    def test_end_before_start_is_refused(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            self._draft({"kind": "hourly"}, date_to="2025-12-31")
            self.env.flush_all()

    def test_estimate_by_grade_and_with_vat(self):
        """10 to 15 h of a partner at 280 = 2 800 to 4 200, 3 360 to 5 040 incl. VAT."""
        matter = self._create_matter(partner_id=self.consumer.id)
        agreement = self._draft({"kind": "hourly"}, matter=matter)
        agreement.estimate_line_ids = [
            Command.create(
                {
                    "name": "Première instance",
                    "grade_id": self.env.ref("legal_timesheet.grade_partner").id,
                    "hours_low": 10,
                    "hours_high": 15,
                }
            )
        ]
        self.assertEqual(agreement.estimate_line_ids.rate, 280)
        self.assertEqual(
            (agreement.estimate_low, agreement.estimate_high), (2800, 4200)
        )
        self.assertEqual(agreement.estimate_amount, 4200)
        self.assertEqual(agreement.estimate_low_taxed, 3360)
        self.assertEqual(agreement.estimate_high_taxed, 5040)

    def test_typed_estimate_stays(self):
        agreement = self._draft({"kind": "hourly"}, estimate_amount=7000)
        self.assertEqual(agreement.estimate_amount, 7000)

    def test_preferences_come_from_the_client_and_choose_the_sending(self):
        self.client.with_company(self.company).write(
            {"legal_send_channel": "portal", "legal_pay_means": "direct_debit"}
        )
        matter, agreement = self._create_term_matter({"kind": "hourly"})
        self.assertEqual(agreement.send_channel, "portal")
        self.assertEqual(agreement.pay_means, "direct_debit")
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        _prebill, move = self._bill(matter, "2026-04-30")
        self.assertEqual(move._legal_get_sending_methods(), {"legal_portal"})

    def test_invoice_is_not_paid_online_in_the_seven_days(self):
        matter = self._create_matter(partner_id=self.consumer.id)
        agreement = self._draft(
            {"kind": "hourly"}, matter=matter, signature_mode="off_premises"
        )
        agreement.action_sign()
        self._create_entry(matter, "partner", 1.0, "2026-04-10")
        _prebill, move = self._bill(matter, "2026-04-30")
        self.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", True
        )
        self.assertEqual(move._legal_get_situation(), "due")
        agreement.signed_on = date.today()
        self.assertEqual(move._legal_get_situation(), "closed")
        with self.assertRaisesRegex(UserError, "seven days"):
            move._legal_check_payable()
