from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import LegalBillingCommon

SECRET = "Secret Bellerive"
MODELS = [
    "legal.fee.agreement",
    "legal.fee.term",
    "legal.fee.instalment",
    "legal.fee.tier",
    "legal.fee.rate",
    "legal.fee.period",
    "legal.fee.outcome",
    "legal.fee.agreement.clause",
    "legal.fee.estimate.line",
    "legal.evidence",
    "legal.cost",
    "legal.prebill",
    "legal.prebill.line",
    "legal.prebill.revision",
    "legal.prebill.anomaly",
    "legal.billing.run.line",
    "legal.provision",
    "legal.cap.event",
    "legal.cap.meter",
]


@tagged("post_install", "-at_install")
class TestBillingWall(LegalBillingCommon):
    """What is behind a matter's wall stays there, model by model."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.legal_seals_entries = False  # one test takes a draft back
        cls.matter = cls._create_matter(name=SECRET, is_walled=True)
        cls._create_agreement(
            cls.matter,
            [
                {
                    "kind": "hourly",
                    "name": SECRET,
                    "rate_ids": [
                        Command.create(
                            {
                                "grade_id": cls.env.ref(
                                    "legal_timesheet.grade_partner"
                                ).id,
                                "amount": 310,
                            }
                        )
                    ],
                },
                {"kind": "subscription", "name": SECRET, "amount": 50},
                {
                    "kind": "success",
                    "name": SECRET,
                    "success_base": "gained",
                    "success_trigger": "decision",
                    "tier_ids": [Command.create({"percent": 8})],
                },
                {
                    "kind": "fixed",
                    "name": SECRET,
                    "amount": 100,
                    "instalment_ids": [
                        Command.create(
                            {"name": SECRET, "due_on": "2026-02-01", "amount": 100}
                        )
                    ],
                },
            ],
            note=SECRET,
            clause_ids=[Command.create({"title": SECRET, "body": SECRET})],
            estimate_line_ids=[
                Command.create({"name": SECRET, "fixed_low": 1, "fixed_high": 2})
            ],
        )
        cls._create_entry(
            cls.matter, "partner", 1.0, "2026-04-01", narrative=f"{SECRET} à vérifier"
        )
        cls.cost = cls._create_disbursement(cls.matter, 50, "2026-04-01", name=SECRET)
        cls.env["legal.fee.outcome"].create(
            {
                "term_id": cls.matter.agreement_ids.term_ids.filtered(
                    lambda term: term.kind == "success"
                ).id,
                "name": SECRET,
                "decided_on": "2026-04-15",
                "amount_obtained": 1000,
            }
        )
        cls.env["legal.provision"].create(
            {"matter_id": cls.matter.id, "amount_untaxed": 900, "work": SECRET}
        )._issue_deposit(date(2026, 4, 2))
        cls.env["legal.evidence"]._record(
            cls.matter.agreement_ids, statement=SECRET, channel="paper", text=SECRET
        )
        run = cls.env["legal.billing.run"].create(
            {
                "company_id": cls.company.id,
                "date_to": date(2026, 4, 30),
                "invoice_date": date(2026, 4, 30),
            }
        )
        run._run_prebills()
        run.line_ids.prebill_id.line_ids.filtered("entry_id").narrative = SECRET
        run._run_approve()
        run._run_invoice()
        cls.move = run.line_ids.move_id
        # what was announced is exceeded, which leaves a meter and its crossings
        cls.matter.agreement_ids.sudo().estimate_amount = 100
        cls.matter._update_caps()
        cls.prebill = run.line_ids.prebill_id
        cls.prebill.message_post(body=SECRET)
        cls.outsiders = {
            "lawyer": "legal_timesheet.group_legal_user",
            "office": (
                "legal_timesheet.group_legal_user,legal_timesheet.group_legal_office"
            ),
            "manager": "legal_billing.group_legal_billing_manager",
            "accountant": "account.group_account_manager",
            "administrator": (
                "legal_timesheet.group_legal_administrator,base.group_system"
            ),
        }
        cls.outsiders = {
            name: new_test_user(
                cls.env,
                f"wall_{name}",
                groups=f"base.group_user,base.group_allow_export,{groups}",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for name, groups in cls.outsiders.items()
        }
        cls.portal = new_test_user(cls.env, "wall_portal", groups="base.group_portal")

    def _all(self, model):
        return self.env[model].sudo().search([("matter_id", "=", self.matter.id)])

    def test_the_sweep_is_about_something(self):
        for model in MODELS:
            self.assertTrue(self._all(model), model)
        self.assertEqual(self.move.state, "posted")

    def test_outsiders_find_nothing(self):
        for name, user in [*self.outsiders.items(), ("portal", self.portal)]:
            for model in MODELS:
                with self.subTest(user=name, model=model):
                    records = self.env[model].with_user(user)
                    if not records.has_access("read"):
                        continue
                    self.env.invalidate_all()
                    own = [("id", "in", self._all(model).ids)]
                    self.assertFalse(records.search(own))
                    self.assertEqual(records.search_count(own), 0)
                    self.assertFalse(records.name_search(SECRET))
                    self.assertEqual(records._read_group(own, [], ["__count"]), [(0,)])

    def test_outsiders_cannot_read_by_id_nor_export(self):
        for name, user in [*self.outsiders.items(), ("portal", self.portal)]:
            for model in MODELS:
                with self.subTest(user=name, model=model):
                    record = self._all(model)[:1].with_user(user)
                    self.env.invalidate_all()
                    with self.assertRaises(AccessError):
                        record.read(["display_name"])
                    # A portal user is refused any export, before the wall is met.
                    refused = UserError if name == "portal" else AccessError
                    with self.assertRaises(refused):
                        record.export_data(["id", "display_name"])

    def test_outsiders_reach_no_chatter_and_no_proof(self):
        messages = self.prebill.message_ids | self.cost.message_ids
        proof = self.cost.proof_attachment_ids
        self.assertTrue(messages)
        for name, user in [*self.outsiders.items(), ("portal", self.portal)]:
            with self.subTest(user=name):
                self.env.invalidate_all()
                found = (
                    self.env["mail.message"]
                    .with_user(user)
                    .search([("id", "in", messages.ids)])
                )
                self.assertFalse(found)
                with self.assertRaises(AccessError), mute_logger("odoo.http"):
                    proof.with_user(user).read(["name", "datas"])

    def test_ledger_stays_whole_and_says_nothing(self):
        """The accountant reads every amount of the invoice, and no secret."""
        for name in ("accountant", "manager"):
            with self.subTest(user=name):
                user = self.outsiders[name]
                self.env.invalidate_all()
                move = self.move.with_user(user)
                self.assertEqual(move.amount_total, self.move.sudo().amount_total)
                lines = move.line_ids
                content = str(move.read()) + str(lines.read())
                content += str(move.export_data(["name", "line_ids/name"]))
                content += str(
                    self.env["account.analytic.line"]
                    .with_user(user)
                    .search_read([("move_line_id", "in", lines.ids)], ["name"])
                )
                self.assertIn(self.matter.matter_number, content)
                self.assertNotIn(SECRET, content)

    def test_accountant_outside_the_wall_resets_and_posts(self):
        lines = self.move.line_ids.analytic_line_ids
        count = len(lines)
        self.assertTrue(count)
        move = self.move.with_user(self.outsiders["accountant"])
        self.env.invalidate_all()
        move.button_draft()
        self.assertFalse(lines.exists())
        move.action_post()
        self.assertEqual(len(self.move.sudo().line_ids.analytic_line_ids), count)

    def test_the_team_sees_its_prebill(self):
        user = self.lawyers["partner"].user_id
        self.assertEqual(
            self.env["legal.prebill"]
            .with_user(user)
            .search([("matter_id", "=", self.matter.id)]),
            self.prebill,
        )

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Autre cabinet"})
        user = new_test_user(
            self.env,
            "wall_other_company",
            groups="legal_billing.group_legal_billing_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        open_matter = self._create_matter()
        self._create_agreement(open_matter, [{"kind": "hourly"}])
        for model in MODELS[:2]:
            found = self.env[model].with_user(user).search([])
            self.assertFalse(found.filtered(lambda r: r.company_id == self.company))

    def test_saved_runs_belong_to_who_bills_and_find_nothing_behind_the_wall(self):
        schedule = self.env["legal.billing.schedule"].create(
            {
                "name": "Fin de mois",
                "company_id": self.company.id,
                "partner_ids": [Command.set(self.matter.partner_id.ids)],
            }
        )
        own = [("id", "=", schedule.id)]
        for name, user in [*self.outsiders.items(), ("portal", self.portal)]:
            saved = schedule.with_user(user)
            self.env.invalidate_all()
            if name == "manager":
                self.assertTrue(saved.search(own))
                run = saved._create_run(date(2026, 6, 1))
                self.assertNotIn(self.matter, run._find_chosen())
                self.assertEqual((run.candidate_count, run.candidate_amount), (0, 0))
                continue
            for reading in (
                lambda s: s.search(own),
                lambda s: s.search_count(own),
                lambda s: s.name_search("Fin"),
                lambda s: s._read_group(own, [], ["__count"]),
                lambda s: s.read(["name"]),
                lambda s: s.action_start(),
            ):
                with self.subTest(user=name), self.assertRaises(AccessError):
                    reading(saved)
            refused = UserError if name == "portal" else AccessError
            with self.subTest(user=name), self.assertRaises(refused):
                saved.export_data(["name"])
        with self.assertRaises(AccessError):
            schedule.with_user(self.outsiders["lawyer"])._cron_start()
        other = self.env["res.company"].create({"name": "Troisième cabinet"})
        manager = self.outsiders["manager"].copy(
            {
                "login": "wall_third",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        self.assertFalse(schedule.with_user(manager).search(own))
