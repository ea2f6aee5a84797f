from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LegalBillingCommon

MONTH_END = date(2026, 4, 30)
SECRET = "Secret Bellerive"


@tagged("post_install", "-at_install")
class TestPrebillCheck(LegalBillingCommon):
    """What the firm makes of an anomaly, and what people do with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Prebill = cls.env["legal.prebill"]
        cls.responsible = cls.lawyers["partner"].user_id
        cls.matter = cls._create_matter()
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls._create_entry(cls.matter, "partner", 2, "2026-04-01", narrative="Divers")
        cls._create_entry(
            cls.matter, "senior", 3, "2026-04-02", narrative="Note sur la compétence"
        )
        cls.prebill = cls._generate(cls.matter)
        cls.line = cls.prebill.line_ids.filtered(lambda li: li.hours == 2)

    @classmethod
    def _generate(cls, matter):
        prebill, _warnings = cls.Prebill._generate(matter, MONTH_END)
        cls.Prebill._check_pending()
        return prebill

    def _set(self, code, **values):
        self.env.ref(f"legal_billing.check_{code}").write(values)
        self.prebill.action_check()

    def _open(self, prebill=None):
        return (prebill or self.prebill).anomaly_ids.filtered(
            lambda a: a.state == "open"
        )

    # -- what the firm chooses ---------------------------------------------------

    def test_a_warning_lets_approve_and_a_block_does_not(self):
        self.assertEqual(self._open().mapped("code"), ["vague"])
        self.assertEqual(
            (self.prebill.anomaly_count, self.prebill.blocking_count), (1, 0)
        )
        self._set("vague", severity="block")
        self.assertEqual(self.prebill.blocking_count, 1)
        with self.assertRaisesRegex(UserError, "Divers") as caught:
            self.prebill.with_user(self.responsible).action_approve()
        self.assertIn(self.prebill.name, str(caught.exception))
        self.assertEqual(self.prebill.state, "draft")
        self._set("vague", severity="warn")
        self.prebill.with_user(self.responsible).action_approve()
        self.assertEqual(self.prebill.state, "approved")

    def test_a_check_that_is_off_finds_nothing(self):
        self._set("vague", severity="off")
        self.assertFalse(self.prebill.anomaly_ids)

    def test_parameters_are_the_firm_s(self):
        self._set("vague", shortest_characters=40)
        self.assertEqual(len(self._open()), 2)
        self._set("long_day", longest_day_hours=2.5)
        self.assertIn("long_day", self._open().mapped("code"))

    def test_own_setting_of_a_company_replaces_the_common_one(self):
        check = self.env.ref("legal_billing.check_vague")
        own = check.with_company(self.company).copy({"severity": "block"})
        self.prebill.action_check()
        self.assertEqual(self._open().severity, "block")
        own.company_id = self.env["res.company"].create({"name": "Autre cabinet"})
        self.prebill.action_check()
        self.assertEqual(self._open().severity, "warn")

    def test_words_added_by_the_firm_are_found(self):
        self.env["legal.prebill.word"].create(
            {"name": "compétence", "kind": "internal", "company_id": self.company.id}
        )
        self.prebill.action_check()
        self.assertEqual(set(self._open().mapped("code")), {"vague", "internal"})

    # -- what people do ------------------------------------------------------------

    def test_mending_the_line_takes_the_anomaly_away_at_once(self):
        self.line.with_user(self.responsible).narrative = "Note sur la prescription"
        read = self.prebill.with_user(self.responsible).web_read({"anomaly_count": {}})
        self.assertEqual(read[0]["anomaly_count"], 0)

    def test_what_a_transaction_changed_is_checked_before_it_ends(self):
        self.line.narrative = "Suivi"
        self.assertIn("Divers", self._open().sentence)
        self.env.cr.flush()
        self.assertIn("Suivi", self._open().sentence)
        checks = "odoo.addons.legal_billing.models.legal_prebill_checks"
        self.line.narrative = "Divers"
        with (
            patch.object(
                type(self.prebill), "_gather_check_case", side_effect=KeyError
            ),
            self.assertLogs(checks, "ERROR"),
        ):
            self.env.cr.flush()
        self.assertEqual(
            (self.line.narrative, self.prebill.checked_on), ("Divers", False)
        )
        self.prebill.with_user(self.responsible).action_approve()
        self.assertTrue(self.prebill.checked_on)

    def test_dismissal_keeps_who_and_why_until_the_facts_change(self):
        anomaly = self._open()
        with self.assertRaises(UserError):
            anomaly.with_user(self.responsible)._dismiss("  ")
        anomaly.with_user(self.responsible)._dismiss("Le client le sait")
        self.assertEqual(anomaly.dismissed_by_id, self.responsible)
        self.prebill.action_check()
        self.assertEqual(self.prebill.anomaly_ids, anomaly)
        self.assertEqual((anomaly.state, self.prebill.anomaly_count), ("dismissed", 0))
        self.line.narrative = "Suivi"
        self.Prebill._check_pending()
        again = self._open()
        self.assertEqual((len(again), anomaly.state), (1, "past"))
        self.assertEqual(anomaly.dismiss_word, "Le client le sait")
        self.line.narrative = "Divers"
        self.Prebill._check_pending()
        self.assertEqual(
            (self._open().exists(), anomaly.state), (again.browse(), "dismissed")
        )

    def test_dismissal_holds_on_the_pre_bill_made_again(self):
        self._open()._dismiss("Le client le sait")
        self.prebill.action_cancel()
        again = self._generate(self.matter)
        self.assertEqual(again.anomaly_ids.state, "dismissed")
        self.assertEqual(again.anomaly_ids.dismiss_word, "Le client le sait")

    def test_only_who_approves_dismisses_what_prevents_approval(self):
        self._set("vague", severity="block")
        associate = self.lawyers["associate"].user_id
        with self.assertRaises(UserError):
            self._open().with_user(associate)._dismiss("Rien à dire")
        self._open().with_user(self.responsible)._dismiss("Le client le sait")
        self.prebill.with_user(self.responsible).action_approve()

    def test_nobody_writes_an_anomaly_by_hand(self):
        with self.assertRaises(AccessError):
            self._open().with_user(self.responsible).write({"state": "past"})

    def test_duplicate_is_written_off_by_its_button(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        for _twice in range(2):
            self._create_entry(
                matter,
                "partner",
                1,
                "2026-04-01",
                narrative="Note sur la clause pénale",
            )
        prebill = self._generate(matter)
        anomaly = self._open(prebill)
        self.assertEqual(anomaly.code, "duplicate")
        anomaly.with_user(self.responsible).action_mend()
        self.assertEqual(
            sorted(prebill.line_ids.mapped("decision")), ["bill", "write_off"]
        )
        self.assertEqual(
            prebill.line_ids.reason_id, self.env.ref("legal_billing.reason_duplicate")
        )
        self.assertFalse(self._open(prebill))

    def test_rate_raised_goes_back_and_team_is_completed(self):
        self.line.rate = 400
        self.Prebill._check_pending()
        self._open().filtered(lambda a: a.code == "rate").action_mend()
        self.assertEqual(self.line.rate, 280)
        senior = self.lawyers["senior"].user_id
        self.matter.member_ids.filtered(lambda m: m.user_id == senior).unlink()
        self.prebill.action_check()
        anomaly = self._open().filtered(lambda a: a.code == "off_team")
        anomaly.with_user(self.responsible).action_mend()
        self.assertFalse(self._open().filtered(lambda a: a.code == "off_team"))
        self.assertNotIn(senior, self.matter.wall_user_ids)

    def test_each_button_opens_something(self):
        for code in self.Prebill._get_check_codes():
            found = (
                self.env["legal.prebill.anomaly"]
                .sudo()
                .create(
                    {
                        "prebill_id": self.prebill.id,
                        "line_id": self.line.id,
                        "code": code,
                        "severity": "warn",
                        "fingerprint": code,
                    }
                )
                .sudo(False)
            )
            with self.subTest(code):
                self.assertTrue(found.mend_label)
                self.assertGreater(len(found.sentence), 10)
                # those that do it at once, or need a cost, have tests of their own
                if code not in ("proof", "duplicate", "off_team"):
                    self.assertTrue(found.with_user(self.responsible).action_mend())

    # -- what is not about words ---------------------------------------------------

    def test_rates_costs_and_limits(self):
        matter = self._create_matter()
        self._create_agreement(
            matter,
            [
                {
                    "kind": "hourly",
                    "rate_ids": [
                        Command.create(
                            {
                                "grade_id": self.env.ref(
                                    "legal_timesheet.grade_partner"
                                ).id,
                                "amount": 310,
                            }
                        )
                    ],
                }
            ],
        )
        agreement = matter.agreement_ids
        agreement.sudo().estimate_amount = 1000
        words = {"narrative": "Note sur la garantie décennale"}
        self._create_entry(matter, "partner", 2, "2026-04-01", **words)
        self._create_entry(matter, "associate", 1, "2026-04-02", **words)
        self._create_cost(matter, "expense", 40, "2026-04-03")
        proven = self._create_cost(matter, "expense", 50, "2026-04-03")
        proven.proof_attachment_ids = self._create_proof()
        prebill = self._generate(matter)
        found = self._open(prebill)
        self.assertEqual(sorted(found.mapped("code")), ["proof", "rate"])
        rate = found.filtered(lambda a: a.code == "rate")
        self.assertEqual(rate.line_id.employee_id, self.lawyers["associate"])
        proof = found.filtered(lambda a: a.code == "proof")
        self.assertEqual(proof.line_id.amount, 40)
        action = proof.action_mend()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("legal.cost", proof.line_id.cost_id.id),
        )
        # the estimate is near, then passed, then the client was told
        agreement.sudo().estimate_amount = 801
        prebill.action_check()
        self.assertNotIn("cap", self._open(prebill).mapped("code"))
        agreement.sudo().estimate_amount = 700
        prebill.action_check()
        cap = self._open(prebill).filtered(lambda a: a.code == "cap")
        self.assertIn("700", cap.sentence)
        self.assertFalse(cap.line_id)
        self.assertEqual(cap.action_mend()["res_model"], "legal.cap.notice")
        event = matter.cap_event_ids.filtered(lambda e: e.threshold == 100)
        event.sudo().state = "sent"
        prebill.action_check()
        self.assertNotIn("cap", self._open(prebill).mapped("code"))

    # -- how much it costs, and who sees it --------------------------------------

    def test_a_run_is_checked_in_a_fixed_number_of_queries(self):
        prebills = self.prebill
        for _number in range(4):
            matter = self._create_matter()
            self._create_agreement(matter, [{"kind": "hourly"}])
            for day in range(1, 4):
                self._create_entry(
                    matter,
                    "partner",
                    0.5,
                    date(2026, 4, day),
                    narrative=f"Divers {day}",
                )
            prebills |= self._generate(matter)

        def count(checked):
            checked.anomaly_ids.sudo().unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            checked._run_checks()
            self.env.flush_all()
            self.assertTrue(checked.anomaly_ids)
            return self.env.cr.sql_log_count - before

        count(prebills)
        two, four = count(prebills[1:3]), count(prebills[1:])
        # one more or less for what the registry keeps in memory
        self.assertLessEqual(four, two + 1)
        self.assertLess(four, 40)

    def test_outsiders_see_no_anomaly(self):
        matter = self._create_matter(is_walled=True)
        self._create_agreement(matter, [{"kind": "hourly"}])
        self._create_entry(
            matter, "partner", 1, "2026-04-01", narrative=f"{SECRET} à vérifier"
        )
        prebill = self._generate(matter)
        found = self._open(prebill)
        self.assertTrue(found)
        for groups in (
            "legal_timesheet.group_legal_user",
            "legal_timesheet.group_legal_office",
            "legal_billing.group_legal_billing_manager",
            "legal_timesheet.group_legal_administrator,base.group_system",
        ):
            user = new_test_user(
                self.env,
                f"anomaly.{groups[-12:]}",
                groups=f"base.group_user,{groups}",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            Anomaly = self.env["legal.prebill.anomaly"].with_user(user)
            domain = [("prebill_id", "=", prebill.id)]
            with self.subTest(groups):
                self.assertFalse(Anomaly.search(domain))
                self.assertFalse(Anomaly._read_group(domain, ["code"]))
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    found.with_user(user).read(["sentence"])

    def test_another_matter_is_named_by_its_number_alone(self):
        other = self._create_matter(name=SECRET, is_walled=True)
        self._create_entry(
            other, "senior", 3, "2026-04-02", narrative="Note sur la compétence"
        )
        self.prebill.action_check()
        sentence = self._open().filtered(lambda a: a.code == "duplicate").sentence
        self.assertIn(other.matter_number, sentence)
        self.assertNotIn(SECRET, sentence)

    def test_constraints_exist_in_the_database(self):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname IN"
            " ('legal_prebill_check_code_once', 'legal_prebill_word_once',"
            " 'legal_prebill_anomaly_once')"
        )
        self.assertEqual(self.env.cr.rowcount, 3)
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname IN"
            " ('legal_prebill_check_sensible',"
            " 'legal_prebill_anomaly_dismissed_by_somebody')"
        )
        self.assertEqual(self.env.cr.rowcount, 2)
