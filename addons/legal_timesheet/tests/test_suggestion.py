from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .suggestion_common import SuggestionCommon


@tagged("post_install", "-at_install")
class TestSuggestionSources(SuggestionCommon):
    """Each thing done gives one suggestion, to its author alone."""

    def _check_only_bob(self, kind, count=1):
        found = self._gather()
        self.assertEqual(found.mapped("kind"), [kind] * count)
        self.assertEqual(found.user_id, self.bob)
        self.assertFalse(self._gather(self.partner_user))
        return found

    # ----------------------------------------------------------------- meetings

    def test_meeting_attended(self):
        self._create_event()
        found = self._check_only_bob("meeting")
        self.assertEqual(found.minutes, 60)
        self.assertEqual(found.matter_id, self.matter)
        self.assertIn("Mme Durand, contact", found.explanation)
        self.assertIn("Mme Durand", found.narrative)
        self.assertEqual(
            found.activity_code_id, self.env.ref("legal_timesheet.activity_meeting")
        )

    def test_meeting_is_suggested_to_each_who_attended(self):
        self._create_event(
            people=self.bob.partner_id | self.partner_user.partner_id | self.contact
        )
        self.assertEqual(len(self._gather()), 1)
        self.assertEqual(len(self._gather(self.partner_user)), 1)

    def test_meeting_not_attended(self):
        event = self._create_event(name="Declined")
        event.attendee_ids.filtered(
            lambda attendee: attendee.partner_id == self.bob.partner_id
        ).state = "declined"
        self._create_event(name="Of others", people=self.contact)
        self._create_event(name="All day", allday=True, start_date=self.day)
        now = fields.Datetime.now()
        self._create_event(name="To come", start=now, stop=now + timedelta(hours=1))
        self._create_event(
            name="Private of another", privacy="private", user_id=self.partner_user.id
        )
        self._create_event(name="Dentist", privacy="private")
        self._create_event(name="Cancelled", active=False)
        self.assertFalse(self._gather())
        self.assertFalse(self._gather(last=self.today))

    def test_private_meeting_of_a_matter_is_work(self):
        self._create_event(privacy="private", matter_id=self.matter.id)
        self.assertEqual(self._gather().matter_id, self.matter)

    def test_meeting_without_a_matter_is_suggested_to_choose_one(self):
        self._create_event(people=self.bob.partner_id)
        found = self._gather()
        self.assertFalse(found.matter_id)
        with self.assertRaisesRegex(UserError, "choose"):
            self.Suggestion.accept(found.ids)

    def test_meeting_near_midnight_is_of_the_local_day(self):
        self.bob.tz = "Europe/Paris"
        late = fields.Datetime.to_datetime(self.day) - timedelta(minutes=30)
        self._create_event(start=late, stop=late + timedelta(minutes=15))
        self.assertEqual(self._gather().day, self.day)

    # ------------------------------------------------------- messages and their like

    def test_message_sent(self):
        self._create_message(self.matter, partner_ids=[Command.set(self.contact.ids)])
        found = self._check_only_bob("message")
        self.assertEqual(found.matter_id, self.matter)
        self.assertIn("Mme Durand", found.narrative)
        self.assertIn("Conclusions", found.narrative)
        self.assertNotIn("Secret words", found.narrative)

    def test_message_on_the_client_is_routed_by_its_people(self):
        self._create_message(self.contact, subject="Bail")
        self.assertEqual(self._check_only_bob("message").matter_id, self.matter)

    def test_message_on_an_unknown_partner_is_no_work(self):
        self._create_message(self.env["res.partner"].create({"name": "Nobody"}))
        self.assertFalse(self._gather())

    def test_note_and_notification_are_not_sent(self):
        note = self.env.ref("mail.mt_note").id
        self._create_message(self.matter, subtype_id=note, is_internal=True)
        self._create_message(self.matter, message_type="notification")
        self._create_message(self.matter, message_type="user_notification")
        self.assertFalse(self._gather())

    def test_message_on_an_ordinary_project_is_no_work(self):
        project = self.env["project.project"].create({"name": "Ordinary"})
        self._create_message(project)
        self.assertFalse(self._gather())

    def test_activity_done(self):
        self._schedule(self.matter, "mail.mail_activity_data_todo", "Read the lease")
        found = self._check_only_bob_today("activity")
        self.assertEqual(found.name, "Read the lease")

    def test_call_logged(self):
        self._schedule(self.matter, "mail.mail_activity_data_call", "Call the bailiff")
        found = self._check_only_bob_today("call")
        self.assertIn("Call the bailiff", found.narrative)

    def test_activity_done_by_another_is_not_suggested_to_its_assignee(self):
        activity = self.matter.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.bob.id
        )
        activity.with_user(self.partner_user).action_feedback()
        self.assertFalse(self._gather(last=self.today))
        found = self._gather(self.partner_user, last=self.today)
        self.assertEqual(found.kind, "activity")

    def test_activity_of_a_meeting_gives_way_to_the_meeting(self):
        activity = self._schedule(
            self.matter, "mail.mail_activity_data_meeting", "Meet", done=False
        )
        now = fields.Datetime.now()
        event = self._create_event(
            start=now - timedelta(minutes=40), stop=now - timedelta(minutes=10)
        )
        activity.calendar_event_id = event
        activity.with_user(self.bob).action_feedback()
        found = self._gather(first=self.day, last=self.today)
        self.assertEqual(found.mapped("kind"), ["meeting"])

    def test_activity_of_ones_own_list_needs_a_matter(self):
        number = self.matter.matter_number
        for summary in ("Buy bread", f"Reread {number}"):
            self.env["mail.activity"].create(
                {
                    "summary": summary,
                    "user_id": self.bob.id,
                    "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                }
            ).with_user(self.bob).action_feedback()
        found = self._check_only_bob_today("activity")
        self.assertEqual(found.matter_id, self.matter)

    def test_task_moved(self):
        task = self._create_task()
        stage = self.env["project.task.type"].create(
            {"name": "Filed", "project_ids": [Command.link(task.project_id.id)]}
        )
        self.env.flush_all()
        self.cr.precommit.run()
        task.with_user(self.bob).with_context(
            tracking_disable=False, mail_notrack=False
        ).stage_id = stage
        self.env.flush_all()
        self.cr.precommit.run()
        found = self._check_only_bob_today("task")
        self.assertIn("Assignation", found.name)
        self.assertIn("Filed", found.name)
        self.assertIn("Assignation", found.explanation)
        entry = self._accept(found)
        self.assertEqual(entry.task_id, task)

    def test_document_added(self):
        self._create_document("bail.pdf")
        found = self._check_only_bob_today("document")
        self.assertEqual(found.name, "bail.pdf")

    def test_document_of_a_message_is_part_of_the_message(self):
        document = self._create_document("bail.pdf")
        self._create_message(
            self.matter,
            date=fields.Datetime.now(),
            attachment_ids=[Command.set(document.ids)],
        )
        self.assertEqual(self._gather(last=self.today).mapped("kind"), ["message"])

    def _schedule(self, record, activity_type, summary, done=True):
        activity = record.activity_schedule(
            activity_type, summary=summary, user_id=self.bob.id
        )
        if done:
            activity.with_user(self.bob).action_feedback(feedback="Done")
        return activity

    def _create_document(self, name):
        return (
            self.env["ir.attachment"]
            .with_user(self.bob)
            .create(
                {
                    "name": name,
                    "raw": b"secret",
                    "res_model": "legal.matter",
                    "res_id": self.matter.id,
                }
            )
        )

    def _check_only_bob_today(self, kind):
        found = self._gather(last=self.today)
        self.assertEqual(found.mapped("kind"), [kind])
        self.assertFalse(self._gather(self.partner_user, last=self.today))
        return found

    def _accept(self, found):
        done = self.Suggestion.accept(found.ids)
        return self.env["account.analytic.line"].browse(done["entry_id"])


@tagged("post_install", "-at_install")
class TestSuggestionLife(SuggestionCommon):
    """Gathered once, accepted once, discarded for good, gone after some days."""

    # ------------------------------------------------------------------- once

    def test_gathering_twice_changes_nothing(self):
        self._create_event()
        self._create_message(self.matter)
        first = self._gather()
        self.assertEqual(len(first), 2)
        self.assertEqual(self._gather(), first)

    def test_unique_index_exists(self):
        self.env.cr.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN"
            " ('legal_time_suggestion', 'legal_time_suggestion_seen')"
        )
        indexes = dict(self.env.cr.fetchall())
        for name in (
            "legal_time_suggestion_source_unique",
            "legal_time_suggestion_seen_fingerprint_unique",
        ):
            self.assertIn("UNIQUE", indexes.get(name, ""))

    def test_checks_exist(self):
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname IN"
            " ('legal_time_suggestion_minutes_in_a_day',"
            " 'res_company_legal_suggestion_days_range')"
        )
        self.assertEqual(len(self.env.cr.fetchall()), 2)

    def test_a_changed_meeting_changes_its_suggestion(self):
        event = self._create_event()
        found = self._gather()
        event.stop = self.nine + timedelta(minutes=90)
        self.assertEqual(self._gather(), found)
        self.assertEqual(found.minutes, 90)

    def test_a_meeting_declined_later_is_taken_back_and_may_return(self):
        event = self._create_event()
        self._gather()
        attendee = event.attendee_ids.filtered(
            lambda attendee: attendee.partner_id == self.bob.partner_id
        )
        attendee.state = "declined"
        self.assertFalse(self._gather())
        attendee.state = "accepted"
        self.assertEqual(len(self._gather()), 1)

    def test_what_is_deleted_later_is_not_lost(self):
        event = self._create_event()
        found = self._gather()
        event.unlink()
        self.assertEqual(self._gather(), found)

    # ----------------------------------------------------------------- accepted

    def test_accept_makes_one_entry(self):
        self._create_event()
        found = self._gather()
        done = self.Suggestion.accept(found.ids)
        entry = self.env["account.analytic.line"].browse(done["entry_id"])
        self.assertEqual(entry.matter_id, self.matter)
        self.assertEqual(entry.user_id, self.bob)
        self.assertEqual(entry.date, self.day)
        self.assertEqual(entry.unit_amount, 1)
        self.assertEqual(entry.narrative, found.narrative)
        self.assertEqual(found.state, "accepted")
        self.assertFalse(self._gather())
        with self.assertRaisesRegex(UserError, "already"):
            self.Suggestion.accept(found.ids)

    def test_accept_with_other_values(self):
        self._create_event()
        found = self._gather()
        other = self._create_matter(name="Vente")
        done = self.Suggestion.accept(
            found.ids,
            {
                "matter_id": other.id,
                "minutes": 30,
                "narrative": "Other words",
                "activity_code_id": self.activity.id,
            },
        )
        entry = self.env["account.analytic.line"].browse(done["entry_id"])
        self.assertEqual(entry.matter_id, other)
        self.assertEqual(entry.unit_amount, 0.5)
        self.assertEqual(entry.narrative, "Other words")
        self.assertEqual(entry.activity_code_id, self.activity)

    def test_refusal_leaves_everything_as_it_was(self):
        self._create_event()
        found = self._gather()
        for values, sentence in (
            ({"minutes": 0}, "no time"),
            ({"minutes": 25 * 60}, "more than"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, sentence),
                self.env.cr.savepoint(),
            ):
                self.Suggestion.accept(found.ids, values)
        self.assertEqual(self._gather(), found)
        self.assertFalse(found.entry_id)

    def test_undo_accept_deletes_the_entry(self):
        self._create_event()
        found = self._gather()
        done = self.Suggestion.accept(found.ids)
        self.Suggestion.undo_accept(found.ids)
        entry = self.env["account.analytic.line"].browse(done["entry_id"])
        self.assertFalse(entry.exists())
        self.assertEqual(self._gather(), found)

    def test_several_become_one_entry(self):
        self._create_event()
        self._create_message(self.matter, date=self.nine + timedelta(hours=6))
        found = self._gather()
        done = self.Suggestion.accept(found.ids)
        entry = self.env["account.analytic.line"].browse(done["entry_id"])
        self.assertAlmostEqual(entry.unit_amount, 1.1)
        self.assertEqual(found.entry_id, entry)

    # ---------------------------------------------------------------- discarded

    def test_discarded_never_comes_back(self):
        self._create_event()
        found = self._gather()
        self.Suggestion.discard(found.ids)
        self.assertFalse(found.exists())
        self.assertFalse(self._gather())
        self.env["legal.time.suggestion"]._cron_gather()
        self.assertFalse(self._gather())
        self.bob.write({"legal_suggestions": False})
        self.bob.write({"legal_suggestions": True})
        self.assertFalse(self._gather())

    def test_discarded_is_not_counted_by_what_is_kept(self):
        """Accepted, discarded and waiting ones leave the same trace: none tells."""
        self._create_event()
        self._create_message(self.matter)
        self.env.cr.execute("SELECT count(*) FROM legal_time_suggestion_seen")
        before = self.env.cr.fetchone()[0]
        found = self._gather()
        self.env.cr.execute("SELECT count(*) FROM legal_time_suggestion_seen")
        seen = self.env.cr.fetchone()[0]
        self.assertEqual(seen, before + 2)
        self.Suggestion.discard(found[:1].ids)
        self.env.cr.execute("SELECT count(*) FROM legal_time_suggestion_seen")
        self.assertEqual(self.env.cr.fetchone()[0], seen)
        columns = set(self.env["legal.time.suggestion.seen"]._fields)
        self.assertFalse(columns & {"user_id", "create_uid", "write_uid", "source_id"})

    def test_discard_is_undone_while_the_page_is_open(self):
        self._create_event()
        kept = self.Suggestion.discard(self._gather().ids)
        self.Suggestion.restore(kept)
        self.assertEqual(self._gather().matter_id, self.matter)

    # ------------------------------------------------------------------ expired

    def test_vanishes_after_the_days_of_the_firm(self):
        self.company.legal_suggestion_days = 3
        self._create_event()
        found = self._gather()
        cron = self.env["legal.time.suggestion"]
        cron._drop_expired(self.day + timedelta(3))
        self.assertTrue(found.exists())
        cron._drop_expired(self.day + timedelta(4))
        self.assertFalse(found.exists())
        self.assertFalse(self._gather())

    def test_what_is_too_old_is_not_gathered(self):
        self.company.legal_suggestion_days = 1
        old = self.nine - timedelta(5)
        self._create_event(start=old, stop=old + timedelta(hours=1))
        self.assertFalse(self._gather(first=old.date()))

    def test_nightly_run_gathers_for_everybody(self):
        self._create_event(people=self.bob.partner_id | self.partner_user.partner_id)
        self.env["legal.time.suggestion"]._cron_gather()
        for user in (self.bob, self.partner_user):
            own = self.env["legal.time.suggestion"].with_user(user)
            self.assertEqual(own.search_count([]), 1)

    # ----------------------------------------------------------------- switched off

    def test_switched_off_by_the_person(self):
        self._create_event()
        self._gather()
        self.bob.with_user(self.bob).write({"legal_suggestions": False})
        self.assertFalse(self._gather())
        self.assertEqual(self.Suggestion.get_cards()["switch"], "off_person")
        self.bob.with_user(self.bob).write({"legal_suggestions": True})
        self.assertEqual(len(self._gather()), 1)

    def test_switched_off_by_the_firm(self):
        self._create_event()
        self._gather()
        self.company.legal_suggestions = False
        self.assertFalse(self._gather())
        self.assertEqual(self.Suggestion.get_cards()["switch"], "off_firm")

    def test_each_sort_is_switched_off_by_the_person(self):
        self._create_event()
        self._create_message(self.matter)
        self._gather()
        own = self.bob.with_user(self.bob)
        own.legal_suggest_meetings = False
        self.assertEqual(self._gather().mapped("kind"), ["message"])
        own.legal_suggest_messages = False
        self.assertFalse(self._gather())
        own.legal_suggest_meetings = True
        self.assertEqual(self._gather().mapped("kind"), ["meeting"])

    # ------------------------------------------------------------------------ cards

    def test_cards_merge_what_looks_like_one_piece_of_work(self):
        task = self._create_task()
        self._create_message(task)
        self._create_message(task, date=self.nine + timedelta(hours=3))
        self._create_event(
            start=self.nine + timedelta(hours=5), stop=self.nine + timedelta(hours=6)
        )
        cards = self.Suggestion.get_cards(str(self.day))["cards"]
        self.assertEqual([len(card["ids"]) for card in cards], [2, 1])
        merged = cards[0]
        self.assertEqual((merged["minutes"], merged["span"]), (12, 186))
        self.assertEqual(merged["matter"]["id"], self.matter.id)
        self.assertEqual(len(merged["sources"]), 2)

    def test_cards_tell_the_hours_where_the_person_lives(self):
        self.bob.tz = "Indian/Reunion"
        self._create_event()
        [card] = self.Suggestion.get_cards(str(self.day))["cards"]
        source = card["sources"][0]
        self.assertEqual((source["start"], source["stop"]), ("13:00", "14:00"))

    def test_tie_proposes_none_and_lists_the_candidates(self):
        other = self._create_matter(name="Vente")
        self._create_event()
        [card] = self.Suggestion.get_cards(str(self.day))["cards"]
        self.assertFalse(card["matter"])
        self.assertEqual(
            {candidate["id"] for candidate in card["candidates"]},
            {self.matter.id, other.id},
        )

    def test_a_matter_one_is_not_let_into_is_never_proposed(self):
        self._create_matter(name="Vente", members=self.env["res.users"])
        self._create_event()
        self.assertEqual(self._gather().matter_id, self.matter)

    def test_a_wall_that_rises_closes_the_suggestion(self):
        self._create_event()
        found = self._gather()
        self.matter.member_ids.filtered(lambda m: m.user_id == self.bob).unlink()
        self.env.invalidate_all()
        self.assertFalse(self.Suggestion.search([("id", "in", found.ids)]))
        self.assertFalse(self._gather().matter_id)

    # ---------------------------------------------------------------------- queries

    def test_a_day_of_200_messages_costs_no_more_queries(self):
        def count(messages):
            for number in range(messages):
                self._create_message(self.matter, subject=f"Message {number}")
            self.env.flush_all()
            self.env.invalidate_all()
            own = self.Suggestion
            before = self.env.cr.sql_log_count
            own._gather(self.day, self.day)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self._create_event()
        self._gather()
        few = count(5)
        many = count(195)
        self.assertEqual(len(self._gather()), 201)
        # one INSERT and its cache for each batch, and nothing for each message
        self.assertLessEqual(many, few + 5)
        self.assertLess(many, 60)
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            self.Suggestion.get_cards(str(self.day))

    # ------------------------------------------------------------------------- gone

    def test_the_suggestions_of_a_deleted_user_are_deleted(self):
        self._create_event()
        found = self._gather()
        self.env.cr.execute(
            "SELECT confdeltype FROM pg_constraint WHERE conrelid ="
            " 'legal_time_suggestion'::regclass AND conname LIKE '%user_id_fkey'"
        )
        self.assertEqual(self.env.cr.fetchone()[0], "c")
        self.assertTrue(found)
