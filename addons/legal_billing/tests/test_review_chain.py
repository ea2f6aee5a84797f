from datetime import date, timedelta

from freezegun import freeze_time

from odoo import SUPERUSER_ID, Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .review_common import MONTH_END, ReviewCommon

SECRET = "Secret Bellerive"


@tagged("post_install", "-at_install")
class TestReviewChain(ReviewCommon):
    def test_without_a_rule_the_responsible_approves_alone(self):
        self.rule.active = False
        prebill = self._create_prebill()
        self.assertFalse(prebill.review_ids)
        prebill.with_user(self.owner).action_approve()
        self.assertEqual(prebill.state, "approved")

    def test_each_in_turn_then_it_is_approved(self):
        prebill = self._create_prebill()
        self.assertEqual(
            self._states(prebill),
            [
                ("collaborator", self.senior, "todo"),
                ("owner", self.owner, "waiting"),
            ],
        )
        with self.assertRaisesRegex(UserError, self.senior.name):
            prebill.with_user(self.owner).action_approve()
        with self.assertRaisesRegex(UserError, self.senior.name):
            prebill.with_user(self.boss).action_approve()
        self.assertEqual(prebill.awaited_text, self.senior.name)
        self.assertEqual(prebill.with_user(self.senior).is_my_turn, True)
        self.assertEqual(prebill.activity_ids.user_id, self.senior)
        prebill.with_user(self.senior).action_approve()
        self.assertEqual(prebill.state, "in_review")
        self.assertEqual(prebill.activity_ids.user_id, self.owner)
        self.assertFalse(prebill.with_user(self.senior).is_my_turn)
        prebill.with_user(self.owner).action_approve()
        self.assertEqual(
            (prebill.state, prebill.approved_by_id), ("approved", self.owner)
        )
        self.assertFalse(prebill.activity_ids)
        self.assertEqual(set(prebill.review_ids.mapped("state")), {"done"})

    def test_all_at_once_when_the_firm_says_so(self):
        self.rule.is_in_order = False
        prebill = self._create_prebill()
        self.assertEqual(set(prebill.review_ids.mapped("state")), {"todo"})
        prebill.with_user(self.owner).action_approve()
        self.assertEqual(prebill.state, "in_review")
        prebill.with_user(self.senior).action_approve()
        self.assertEqual(prebill.state, "approved")

    def test_approving_a_draft_starts_the_review(self):
        self.rule.has_collaborators = False
        prebill = self._create_prebill(submit=False)
        prebill.with_user(self.owner).action_approve()
        self.assertEqual(prebill.state, "approved")
        self.assertEqual(prebill.submitted_by_id, self.owner)

    def test_approver_is_asked_beyond_a_threshold_only(self):
        self.rule.has_collaborators = False
        for field, value, asked in (
            ("amount_from", 1220.0, True),
            ("amount_from", 1220.01, False),
            ("realisation_below", 100.0, False),
            (None, None, True),
        ):
            values = dict.fromkeys(
                ("amount_from", "writeoff_above", "realisation_below"), 0
            )
            self.rule.approver_ids.write(
                {**values, **({field: value} if field else {})}
            )
            with self.subTest(field=field, value=value):
                prebill = self._create_prebill()
                self.assertEqual(self.boss in prebill.review_ids.user_id, asked)

    def test_rule_of_the_practice_comes_first(self):
        area = self.env["legal.practice.area"].create({"name": "Social"})
        own = self.rule.copy(
            {
                "sequence": 1,
                "practice_area_ids": [Command.set(area.ids)],
                "has_collaborators": False,
            }
        )
        social = self._create_prebill(practice_area_id=area.id)
        self.assertEqual(social.review_rule_id, own)
        self.assertEqual(self._create_prebill().review_rule_id, self.rule)

    # -- changes -----------------------------------------------------------------

    def test_a_loss_beyond_the_threshold_asks_the_approver_meanwhile(self):
        prebill = self._create_prebill()
        self._write_off(prebill, 0.5)
        self.assertNotIn(self.boss, prebill.review_ids.user_id)
        self._write_off(prebill, 1)
        self.assertIn(self.boss, prebill.review_ids.user_id)
        self._write_off(prebill, 0.5)
        self.assertNotIn(self.boss, prebill.review_ids.user_id)

    def test_approver_is_asked_again_when_a_change_crosses_his_threshold(self):
        self.rule.write({"has_collaborators": False, "is_in_order": False})
        self.rule.approver_ids.amount_from = 1000
        prebill = self._create_prebill()
        step = prebill.review_ids.filtered(lambda s: s.user_id == self.boss)
        self.assertEqual(step.reasons, ["amount"])
        prebill.with_user(self.boss).action_approve()
        self.assertEqual((step.state, prebill.state), ("done", "in_review"))
        # 110,00 given up: on the right side of both thresholds, no news for him
        self._write_off(prebill, 0.5)
        self.assertEqual(step.state, "done")
        # 440,00 given up: he approved nothing of the kind
        self._write_off(prebill, 2)
        self.assertEqual((step.state, step.reasons), ("todo", ["writeoff"]))
        prebill.with_user(self.owner).action_approve()
        self.assertEqual(prebill.state, "in_review")
        with self.assertRaisesRegex(UserError, self.boss.name):
            prebill.with_user(self.owner).action_approve()
        prebill.with_user(self.boss).action_approve()
        self.assertEqual(prebill.state, "approved")

    def test_reopened_asks_the_owner_and_whom_the_change_concerns(self):
        self.rule.has_collaborators = False
        self.rule.approver_ids.amount_from = 1000
        prebill = self._create_prebill()
        for user in (self.owner, self.boss):
            prebill.with_user(user).action_approve()
        prebill.with_user(self.owner).action_reopen()
        self._write_off(prebill, 0.5)
        prebill.with_user(self.owner).action_approve()
        self.assertEqual(prebill.state, "approved")
        prebill.with_user(self.owner).action_reopen()
        self._write_off(prebill, 2)
        prebill.with_user(self.owner).action_approve()
        self.assertEqual(
            (prebill.state, prebill.awaited_text), ("in_review", self.boss.name)
        )

    # -- whose lines ---------------------------------------------------------------

    def test_collaborators_answer_for_their_own_lines(self):
        prebill = self._create_prebill()
        own, other = self._line(prebill, "senior"), self._line(prebill, "partner")
        own.with_user(self.senior).narrative = "Conclusions en réplique"
        with self.assertRaisesRegex(UserError, prebill.name):
            other.with_user(self.senior).narrative = "Autre chose"
        with self.assertRaisesRegex(UserError, self.senior.name):
            own.with_user(self.associate).narrative = "Autre chose"
        other.with_user(self.owner).reviewer_id = self.associate
        self.Prebill._check_pending()
        self.assertIn(self.associate, prebill.review_ids.user_id)
        other.with_user(self.associate).narrative = "Note sur la forclusion"

    def test_what_prevents_approval_stops_whom_it_concerns(self):
        self.env.ref("legal_billing.check_vague").severity = "block"
        prebill = self._create_prebill()
        self._line(prebill, "partner").with_user(self.owner).narrative = "Divers"
        prebill.with_user(self.senior).action_approve()
        with self.assertRaisesRegex(UserError, "Divers"):
            prebill.with_user(self.owner).action_approve()
        self.assertEqual(prebill.awaited_text, self.owner.name)

    # -- sent back -----------------------------------------------------------------

    def test_returned_with_a_word_and_comments_on_lines(self):
        self.rule.approver_ids.amount_from = 1000
        prebill = self._create_prebill()
        for user in (self.senior, self.owner):
            prebill.with_user(user).action_approve()
        wizard = (
            self.env["legal.prebill.return"]
            .with_user(self.boss)
            .create(
                {
                    "prebill_id": prebill.id,
                    "word": "La réplique était annoncée gratuite",
                    "line_ids": [
                        Command.create(
                            {
                                "line_id": self._line(prebill, "senior").id,
                                "body": "À offrir",
                            }
                        )
                    ],
                }
            )
        )
        self.assertEqual(wizard.step_id.user_id, self.owner)
        wizard.action_return()
        self.assertEqual(
            [state for _role, _user, state in self._states(prebill)],
            ["done", "todo", "returned"],
        )
        self.assertEqual(prebill.review_ids[-1].comment, wizard.word)
        comment = prebill.comment_ids
        self.assertEqual((comment.author_id, comment.user_id), (self.boss, self.senior))
        waiting = self.env["legal.prebill.comment"]._get_waiting_for(self.senior)
        self.assertEqual(waiting.sudo(), comment)
        comment.with_user(self.senior).answer = "Entendu"
        comment.with_user(self.senior).action_resolve()
        self.assertEqual(comment.resolved_by_id, self.senior)
        prebill.with_user(self.owner).action_approve()
        prebill.with_user(self.boss).action_approve()
        self.assertEqual(prebill.state, "approved")

    def test_returned_by_the_first_goes_back_to_who_submitted_it(self):
        prebill = self._create_prebill()
        with self.assertRaises(UserError):
            prebill.with_user(self.associate)._return("Non")
        prebill.with_user(self.senior)._return("Ce n'est pas mon temps")
        self.assertEqual(prebill.state, "draft")
        self.assertEqual(prebill.activity_ids.user_id, self.owner)
        prebill.with_user(self.owner).action_submit_review()
        self.assertEqual(prebill.awaited_text, self.senior.name)

    def test_nobody_speaks_in_the_name_of_another(self):
        prebill = self._create_prebill()
        Comment = self.env["legal.prebill.comment"].with_user(self.senior)
        comment = Comment.create(
            {"prebill_id": prebill.id, "body": "Pourquoi ?", "author_id": self.boss.id}
        )
        self.assertEqual(
            (comment.author_id, comment.user_id), (self.senior, self.owner)
        )
        for values in ({"is_resolved": True}, {"author_id": self.boss.id}):
            with self.assertRaises(AccessError):
                comment.write(values)
        with self.assertRaises(AccessError):
            comment.with_user(self.owner).body = "Parce que"
        with self.assertRaises(AccessError):
            prebill.review_ids.with_user(self.owner).write({"state": "done"})

    # -- absence -------------------------------------------------------------------

    def test_delegate_reviews_within_the_dates(self):
        prebill = self._create_prebill()
        self.env["legal.approval.delegation"].create(
            {
                "user_id": self.owner.id,
                "delegate_id": self.associate.id,
                "company_id": self.company.id,
                "date_from": date(2026, 5, 4),
                "date_to": date(2026, 5, 8),
                "reason": "Congés",
            }
        )
        with freeze_time("2026-05-05 10:00:00"):
            prebill.with_user(self.senior).action_approve()
            self.assertTrue(prebill.with_user(self.associate).is_my_turn)
            waiting = self.env["legal.prebill.review"]._get_waiting_for(self.associate)
            self.assertEqual(waiting.user_id, self.owner)
        with freeze_time("2026-05-09 10:00:00"), self.assertRaises(UserError):
            prebill.with_user(self.associate).action_approve()
        with freeze_time("2026-05-06 10:00:00"):
            prebill.with_user(self.associate).action_approve()
        step = prebill.review_ids.filtered(lambda s: s.role == "owner")
        self.assertEqual((step.user_id, step.done_by_id), (self.owner, self.associate))
        self.assertEqual(prebill.state, "approved")

    def test_review_is_handed_over_inside_the_wall(self):
        prebill = self._create_prebill(is_walled=True)
        step = prebill.review_ids.filtered(lambda s: s.state == "todo")
        with self.assertRaises(AccessError):
            step.with_user(self.senior).action_hand_over(self.boss.id)
        with self.assertRaises(AccessError):
            step.with_user(self.associate).action_hand_over(self.associate.id)
        step.with_user(self.senior).action_hand_over(self.associate.id)
        self.assertEqual(prebill.awaited_text, self.associate.name)
        self._line(prebill, "partner").with_user(self.owner).narrative = "Note en droit"
        self.Prebill._check_pending()
        self.assertEqual(prebill.awaited_text, self.associate.name)
        own = self._line(prebill, "senior").with_user(self.associate)
        own.narrative = "Conclusions en réplique"
        prebill.with_user(self.associate).action_approve()

    def test_reminders_reach_the_late_one_then_the_responsible(self):
        prebill = self._create_prebill()
        step = prebill.review_ids.filtered(lambda s: s.state == "todo")
        Review = self.env["legal.prebill.review"].sudo()

        def told(days):
            Message = self.env["mail.message"].sudo()
            before = Message.search([], order="id desc", limit=1).id
            Review._cron_remind(step.due_on + timedelta(days))
            return Message.search(
                [("id", ">", before), ("res_id", "=", prebill.id)]
            ).partner_ids

        self.assertFalse(told(0))
        self.assertEqual(told(1), self.senior.partner_id)
        self.assertFalse(told(2))
        self.assertEqual(told(3), self.senior.partner_id | self.owner.partner_id)

    # -- in mass, and who sees it ----------------------------------------------------

    def test_a_run_approves_what_it_may_and_names_who_is_awaited(self):
        free = self._create_prebill(submit=False)
        self.rule.practice_area_ids = self.env["legal.practice.area"].create(
            {"name": "Social"}
        )
        asked = self._create_prebill(
            submit=False, practice_area_id=self.rule.practice_area_ids.id
        )
        run = self.env["legal.billing.run"].create(
            {
                "company_id": self.company.id,
                "date_to": MONTH_END,
                "invoice_date": MONTH_END,
            }
        )
        run._run_prebills()
        run._run_approve()
        self.assertEqual((free.state, asked.state), ("approved", "in_review"))
        line = run.line_ids.filtered(lambda li: li.prebill_id == asked)
        self.assertEqual(line.outcome, "awaited")
        self.assertIn(self.senior.name, line.message)

    def test_my_day_lists_what_waits_for_me(self):
        prebill = self._create_prebill()
        Day = self.env["legal.day"]

        def waiting(user):
            items = Day.with_user(user).get_waiting()
            return {item["key"]: item["count"] for item in items}

        self.assertEqual(waiting(self.senior).get("reviews"), 1)
        self.assertFalse({"reviews", "prebills"} & set(waiting(self.owner)))
        self.env["legal.prebill.comment"].with_user(self.senior).create(
            {"prebill_id": prebill.id, "body": "Pourquoi ?"}
        )
        self.assertEqual(waiting(self.owner).get("prebill_comments"), 1)

    def test_approver_outside_the_wall_is_replaced_or_not_asked(self):
        self.rule.approver_ids.amount_from = 1000
        prebill = self._create_prebill(is_walled=True)
        self.assertNotIn(self.boss, prebill.review_ids.user_id)
        self.rule.approver_ids.deputy_id = self.associate
        prebill = self._create_prebill(is_walled=True)
        self.assertIn(self.associate, prebill.review_ids.user_id)

    def test_outsiders_see_no_step_and_no_comment(self):
        prebill = self._create_prebill(is_walled=True, name=SECRET)
        self.env["legal.prebill.comment"].create(
            {"prebill_id": prebill.id, "body": SECRET, "user_id": self.owner.id}
        )
        with self.assertRaises(UserError):
            self.env["legal.prebill.comment"].create(
                {"prebill_id": prebill.id, "body": SECRET, "user_id": self.boss.id}
            )
        outsiders = self.boss | self._create_user("Odile", "odile")
        for login, groups in (
            ("manager", "legal_billing.group_legal_billing_manager"),
            ("admin", "legal_timesheet.group_legal_administrator,base.group_system"),
        ):
            outsiders |= self._create_user(login, login, groups=groups)
        for user in outsiders:
            user.group_ids |= self.env.ref("base.group_allow_export")
            for model in ("legal.prebill.review", "legal.prebill.comment"):
                with self.subTest(user=user.name, model=model):
                    records = self.env[model].search([("prebill_id", "=", prebill.id)])
                    self.assertTrue(records)
                    self.env.flush_all()
                    self.env.invalidate_all()
                    as_user = records.with_user(user)
                    own = [("id", "in", records.ids)]
                    self.assertFalse(as_user.search(own))
                    self.assertFalse(as_user.name_search(SECRET))
                    self.assertEqual(as_user._read_group(own, [], ["__count"]), [(0,)])
                    for read in (
                        lambda r=as_user: r.read(["display_name"]),
                        lambda r=as_user: r.export_data(["id", "display_name"]),
                    ):
                        with self.assertRaises(AccessError):
                            read()

    def test_constraints_exist_in_the_database(self):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname IN"
            " ('legal_review_approver_once', 'legal_prebill_review_once')"
        )
        self.assertEqual(self.env.cr.rowcount, 2)
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname IN"
            " ('legal_review_rule_days_positive',"
            " 'legal_review_approver_figures_positive')"
        )
        self.assertEqual(self.env.cr.rowcount, 2)

    def test_run_of_the_cron_waits_for_the_reviewers_by_name(self):
        prebill = self._create_prebill(submit=False)
        run = (
            self.env["legal.billing.run"]
            .with_user(SUPERUSER_ID)
            .create(
                {
                    "company_id": self.company.id,
                    "date_to": MONTH_END,
                    "invoice_date": MONTH_END,
                }
            )
        )
        run._run_prebills()
        self.assertEqual(run.approve_label, "Approve 1 pre-bill")
        run._run_approve()
        line = run.line_ids.filtered(lambda li: li.prebill_id == prebill)
        self.assertEqual((line.outcome, prebill.state), ("awaited", "in_review"))
        self.assertIn(self.senior.name, line.message)
        self.assertEqual((run.failed_count, run.awaited_count), (0, 1))
        self.assertEqual(run.retry_label, "Take up 1 matter again")
        self.assertIn("waits for its reviewers", run.message_ids[0].body)
        self.assertEqual(prebill.activity_ids.user_id, self.senior)
        # what nobody submitted by hand comes back to the responsible
        self.assertFalse(prebill.submitted_by_id)
        # looking for work again keeps it waiting; taking it up names who is next
        run._run_prebills()
        self.assertEqual(line.outcome, "awaited")
        prebill.with_user(self.senior).action_approve()
        run.action_retry()
        self.assertEqual(line.outcome, "awaited")
        self.assertIn(self.owner.name, line.message)
        prebill.with_user(self.owner).action_approve()
        self.env.invalidate_all()
        self.assertEqual((line.outcome, line.message), ("done", False))
        self.assertFalse(run.retry_count)
        run._run_invoice()
        self.assertEqual(prebill.state, "invoiced")


@tagged("post_install", "-at_install")
class TestHold(ReviewCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.active = False
        cls.prebill = cls._create_prebill(submit=False)
        cls.matter = cls.prebill.matter_id

    def _wizard(self, **values):
        self.env["legal.prebill.hold"].with_user(self.owner).create(
            {
                "prebill_ids": [Command.set(self.prebill.ids)],
                "reason": "Le client veut en parler",
                **values,
            }
        ).action_hold()

    def _check_is_back(self):
        self.assertFalse(self.prebill.is_held)
        self.assertFalse(self.prebill.hold_kind)
        self.assertEqual(self.prebill.activity_ids.user_id, self.owner)
        self.assertIn("Le client veut en parler", self.prebill.activity_ids.note)
        self.prebill.with_user(self.owner).action_approve()

    def test_a_day_comes(self):
        today = fields.Date.context_today(self.prebill)
        self._wizard(kind="date", until=today + timedelta(3))
        self.Prebill._cron_wake(today + timedelta(2))
        self.assertTrue(self.prebill.is_held)
        self.assertIn("Le client veut en parler", self.prebill.hold_text)
        with self.assertRaisesRegex(UserError, "Le client veut en parler"):
            self.prebill.with_user(self.owner).action_approve()
        self.Prebill._cron_wake(today + timedelta(3))
        self._check_is_back()

    def test_a_milestone_is_reached(self):
        milestone = self.env["project.milestone"].create(
            {"name": "Jugement", "project_id": self.matter.project_id.id}
        )
        self._wizard(kind="milestone", milestone_id=milestone.id)
        self.Prebill._cron_wake()
        self.assertTrue(self.prebill.is_held)
        milestone.is_reached = True
        self._check_is_back()

    def test_a_provision_is_paid(self):
        provision = self.env["legal.provision"].create(
            {"matter_id": self.matter.id, "amount_untaxed": 500, "work": "Expertise"}
        )
        self._wizard(kind="provision", provision_id=provision.id)
        move = provision._issue_deposit(date(2026, 4, 2))
        self.assertTrue(self.prebill.is_held)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertEqual(provision.state, "paid")
        self._check_is_back()

    def test_what_was_waited_for_is_no_more(self):
        provision = self.env["legal.provision"].create(
            {"matter_id": self.matter.id, "amount_untaxed": 500, "work": "Expertise"}
        )
        self._wizard(kind="provision", provision_id=provision.id)
        provision.action_mark_requested()
        provision.action_cancel()
        self.Prebill._cron_wake()
        self._check_is_back()

    def test_another_matter_s_milestone_is_refused(self):
        other = self._create_matter()
        milestone = self.env["project.milestone"].create(
            {"name": "Jugement", "project_id": other.project_id.id}
        )
        with self.assertRaisesRegex(UserError, self.prebill.name):
            self._wizard(kind="milestone", milestone_id=milestone.id)
        self.assertFalse(self.prebill.is_held)

    def test_a_run_skips_it_with_the_reason(self):
        self._wizard(kind="open")
        run = self.env["legal.billing.run"].create(
            {
                "company_id": self.company.id,
                "date_to": MONTH_END,
                "invoice_date": MONTH_END,
            }
        )
        run._run_prebills()
        run._run_approve()
        line = run.line_ids.filtered(lambda li: li.prebill_id == self.prebill)
        self.assertEqual(
            (line.outcome, line.message), ("held", "Le client veut en parler")
        )
        self.assertEqual(self.prebill.state, "draft")

    def test_those_asked_are_asked_again_after_a_hold(self):
        self.rule.active = True
        self.prebill.with_user(self.owner).action_submit_review()
        self.assertEqual(self.prebill.activity_ids.user_id, self.senior)
        self._wizard(kind="open")
        self.assertFalse(self.prebill.activity_ids)
        self.prebill.with_user(self.owner).action_release()
        self.assertEqual(self.prebill.activity_ids.user_id, self.senior)
