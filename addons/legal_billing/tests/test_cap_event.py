from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_cap import LegalCapCommon


@tagged("post_install", "-at_install")
class TestCapEvent(LegalCapCommon):
    """When a limit is crossed, the responsible is told, once."""

    def test_each_threshold_is_told_once(self):
        """5 000 €: 10 × 280 = 2 800 (56 %), 15 × 280 = 4 200 (84 %), 18 = 5 040."""
        matter, agreement = self._limited({"kind": "hourly", "cap_amount": 5000})
        self._work(matter, "partner", 8.0, 20)
        self.assertFalse(self._events(matter), "2 240 € is 44 %")
        self._work(matter, "partner", 2.0, 15)
        self.assertEqual(self._levels(matter), [(50, "new")])
        event = self._events(matter)
        self.assertEqual(
            (event.kind, event.limit, event.consumed, event.percent, event.term_id),
            ("cap", 5000.0, 2800.0, 56.0, agreement.term_ids),
        )
        self.assertTrue(event.used_up_on)
        self.assertEqual(event.activity_ids.user_id, matter.responsible_id)
        self._work(matter, "partner", 5.0, 10)
        self.assertEqual(self._levels(matter), [(50, "dismissed"), (80, "new")])
        self.assertTrue(event.dismiss_word)
        self.assertFalse(event.activity_ids)
        self._work(matter, "partner", 3.0, 5)
        self.assertEqual(self._levels(matter)[-1], (100, "new"))
        self._work(matter, "partner", 1.0, 4)
        self.assertEqual(len(self._events(matter)), 3)

    def test_several_at_once_tell_the_highest(self):
        matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        self._work(matter, "senior", 9.0, 9)
        self.assertEqual(self._levels(matter), [(50, "dismissed"), (80, "new")])
        self.assertEqual(len(self._events(matter).activity_ids), 1)

    def test_the_order_of_entries_changes_nothing(self):
        found = []
        for hours in ((6.0, 3.0, 1.0), (1.0, 3.0, 6.0), (10.0,)):
            matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
            for rank, part in enumerate(hours):
                self._work(matter, "senior", part, 20 - rank)
            found.append([level for level, _state in self._levels(matter)])
        self.assertEqual(found, [[50, 80, 100]] * 3)

    def test_drafts_do_not_cross_and_are_kept_apart(self):
        matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        entry = self._work(matter, "senior", 3.0, 9, approve=False)
        self._work(matter, "senior", 5.0, 8)
        event = self._events(matter)
        self.assertEqual((event.threshold, event.consumed, event.draft), (50, 5.0, 3.0))
        entry._legal_approve()
        self._settle()
        self.assertEqual(self._levels(matter)[-1], (80, "new"))

    def test_approval_back_and_forth_repeats_nothing(self):
        matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        entry = self._work(matter, "senior", 6.0, 9)
        entry._legal_return("Say more")
        self._settle()
        self.assertEqual(self._meter(matter).percent, 0)
        entry._legal_approve()
        self._settle()
        self.assertEqual(self._levels(matter), [(50, "new")])
        self._bill(matter, self._day(0))
        self._settle()
        self.assertEqual(self._levels(matter), [(50, "new")])
        self.env["legal.matter"]._cron_update_caps()
        self.assertEqual(self._levels(matter), [(50, "new")])

    def _meter(self, matter):
        return self.env["legal.cap.meter"].search([("matter_id", "=", matter.id)])

    def test_a_package_and_an_estimate_have_their_own(self):
        """10 h of 15 (66 %); fees announced 4 000, first half of the fee 1 500."""
        matter, agreement = self._limited(
            self._fixed(
                3000,
                [("Moitié", "signature", 1500), ("Solde", "2099-01-01", 1500)],
                included_hours=15,
                overage="ask",
            ),
            estimate_amount=1800,
        )
        self._work(matter, "associate", 10.0, 9)
        self.assertEqual(
            [(e.kind, e.threshold) for e in self._events(matter)], [("package", 50)]
        )
        self.env["legal.prebill"]._generate(matter, self._day(0))
        self._settle()
        estimate = self._events(matter).filtered(lambda e: e.kind == "estimate")
        self.assertEqual(
            [(e.threshold, e.consumed, e.state) for e in estimate],
            [(50, 1500.0, "dismissed"), (80, 1500.0, "new")],
        )
        self.assertEqual(agreement.estimate_percent, 83.3)
        self.assertEqual(matter.cap_percent, 83.3)

    def test_a_cap_bounds_what_counts_on_the_estimate(self):
        """20 × 280 = 5 600 capped at 5 000: 5 000 of 10 000 announced, not 5 600."""
        matter, _agreement = self._limited(
            {"kind": "hourly", "cap_amount": 5000}, estimate_amount=10000
        )
        self._work(matter, "partner", 20.0, 9)
        meters = self._meter(matter).sorted("percent")
        self.assertEqual(meters.mapped("consumed"), [5000.0, 5600.0])

    def test_each_period_of_a_subscription_starts_anew(self):
        matter, _agreement = self._limited(
            {
                "kind": "subscription",
                "amount": 300,
                "included_hours": 2,
                "overage": "ask",
            }
        )
        today = self._day(0)
        self._work(matter, "associate", 1.5, 0)
        event = self._events(matter)
        self.assertEqual((event.threshold, event.state), (50, "new"))
        self.assertEqual(event.period_from, today.replace(day=1))
        event.sudo().period_from = self._day(45).replace(day=1)
        self.env.flush_all()
        self.env["legal.matter"]._cron_update_caps()
        self.assertEqual(self._levels(matter), [(50, "dismissed"), (50, "new")])

    def test_a_new_version_starts_anew(self):
        matter, agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        self._work(matter, "senior", 9.0, 9)
        agreement.write({"date_to": self._day(1)})
        new = self._create_agreement(
            matter, [], sign=False, date_from=self._day(0), signed_on=self._day(0)
        )
        term = agreement.term_ids._copy_to(new)
        term.cap_hours = 12
        new.action_sign()
        self._settle()
        of_new = self._events(matter).filtered(lambda e: e.agreement_id == new)
        self.assertEqual([(e.threshold, e.state) for e in of_new], [(50, "dismissed")])
        self._work(matter, "senior", 1.0, 0)
        of_new = self._events(matter).filtered(lambda e: e.agreement_id == new)
        self.assertEqual([e.threshold for e in of_new.sorted("threshold")], [50, 80])

    def test_the_firm_chooses_its_thresholds(self):
        self.company.legal_cap_thresholds = "60; 90 %"
        matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        self._work(matter, "senior", 5.5, 9)
        self.assertFalse(self._events(matter))
        self._work(matter, "senior", 1.0, 8)
        self.assertEqual(self._levels(matter), [(60, "new")])
        for wrong in ("many", "50, 0", "900"):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self.company.legal_cap_thresholds = wrong

    def test_the_cron_is_a_net(self):
        matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        self._create_entry(matter, "senior", 6.0, self._day(9))
        self.env.cr.precommit.clear()
        self.assertFalse(self._events(matter))
        self.env["legal.matter"]._cron_update_caps()
        self.assertEqual(self._levels(matter), [(50, "new")])

    def test_constraints_are_in_the_database(self):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename IN %s",
            [("legal_cap_event", "legal_cap_meter")],
        )
        names = {name for (name,) in self.env.cr.fetchall()}
        for name in (
            "legal_cap_event_once",
            "legal_cap_event_token_unique",
            "legal_cap_meter_once",
        ):
            self.assertIn(name, names)

    def test_one_look_for_a_thousand_entries(self):
        """As many queries for forty entries on a matter as for two."""
        counts = []
        for number in (2, 2, 40):
            matter, _agreement = self._limited(
                {"kind": "hourly", "cap_hours": 1000}, estimate_amount=90000
            )
            for rank in range(number):
                self._create_entry(matter, "senior", 0.1, self._day(40 - rank % 40))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env.cr.precommit.run()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1])

    def test_queries_do_not_grow_with_the_matters(self):
        matters = self.env["legal.matter"]
        for _rank in range(8):
            matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 100})
            self._work(matter, "senior", 1.0, 3)
            matters |= matter
        counts = []
        for some in (matters[:1], matters[:1], matters):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._update_caps()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 2)

    # -- what the responsible does ---------------------------------------------

    def test_it_waits_on_the_day_of_the_responsible(self):
        matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        self._work(matter, "senior", 6.0, 9)
        Day = self.env["legal.day"]
        waiting = {
            i["key"]: i for i in Day.with_user(matter.responsible_id).get_waiting()
        }
        self.assertEqual(waiting["caps"]["count"], 1)
        other = self.lawyers["senior"].user_id
        self.assertNotIn("caps", {i["key"] for i in Day.with_user(other).get_waiting()})

    def test_dismissing_asks_why_and_is_for_those_who_answer(self):
        matter, _agreement = self._limited({"kind": "hourly", "cap_hours": 10})
        self._work(matter, "senior", 6.0, 9)
        event = self._events(matter)
        Dismiss = self.env["legal.cap.dismiss"]
        values = {"event_ids": event.ids, "word": "Dit au téléphone"}
        with self.assertRaises(AccessError):
            Dismiss.with_user(self.lawyers["senior"].user_id).create(
                values
            ).action_dismiss()
        Dismiss.with_user(matter.responsible_id).create(values).action_dismiss()
        self.assertEqual(
            (event.state, event.dismiss_word), ("dismissed", "Dit au téléphone")
        )
        self.assertFalse(event.activity_ids)
        with self.assertRaises(UserError):
            Dismiss.with_user(matter.responsible_id).create(values).action_dismiss()
        with self.assertRaises(AccessError):
            event.with_user(matter.responsible_id).write({"state": "new"})

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_else_sees_it(self):
        matter, _agreement = self._limited(
            {"kind": "hourly", "cap_hours": 10, "name": "Secret"},
            matter_values={"is_walled": True},
        )
        self._work(matter, "senior", 6.0, 9)
        event = self._events(matter)
        groups = {
            "lawyer": "legal_timesheet.group_legal_user",
            "manager": "legal_billing.group_legal_billing_manager",
            "admin": "legal_timesheet.group_legal_administrator,base.group_system",
        }
        for name, group in groups.items():
            user = new_test_user(
                self.env,
                f"cap_{name}",
                groups=f"base.group_user,base.group_allow_export,{group}",
                company_id=self.company.id,
            )
            for record in (event, self._meter(matter)):
                with self.subTest(user=name, model=record._name):
                    walled = record.with_user(user)
                    own = [("id", "in", record.ids)]
                    self.env.invalidate_all()
                    self.assertFalse(walled.search(own))
                    self.assertFalse(walled.name_search("Secret"))
                    self.assertEqual(walled._read_group(own, [], ["__count"]), [(0,)])
                    for call in (
                        lambda r=walled: r.read(["consumed"]),
                        lambda r=walled: r.export_data(["consumed"]),
                    ):
                        with self.assertRaises(AccessError):
                            call()
            with (
                self.subTest(user=name, model="wizard"),
                self.assertRaises(AccessError),
            ):
                self.env["legal.cap.notice"].with_user(user).create(
                    {"event_id": event.id}
                )
            with (
                self.subTest(user=name, model="onchange"),
                self.assertRaises(AccessError),
            ):
                self.env["legal.cap.notice"].with_user(user).onchange(
                    {"event_id": event.id}, ["event_id"], {"text": {}, "meter_text": {}}
                )
