from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .suggestion_common import SuggestionCommon


@tagged("post_install", "-at_install")
class TestCalendarEvent(SuggestionCommon):
    """A meeting of a matter tells outsiders that a colleague is busy, no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outsider = cls._create_lawyer(name="Odile Outsider")
        cls.office = cls._create_lawyer(
            name="Olga Office", groups="legal_timesheet.group_legal_office"
        )
        export = cls.env.ref("base.group_allow_export")
        (cls.outsider | cls.office).group_ids = [Command.link(export.id)]
        cls.event = cls._create_event(
            name="Secret strategy",
            description="Secret words",
            location="Secret place",
            matter_id=cls.matter.id,
        )
        cls.env.flush_all()

    def _read(self, user):
        self.env.invalidate_all()
        names = ["name", "description", "location", "matter_id", "start", "user_id"]
        return self.event.with_user(user).read(names)[0]

    def test_those_inside_and_attendees_read_it(self):
        for user in (self.bob, self.partner_user, self.office):
            self.assertEqual(self._read(user)["name"], "Secret strategy")
        self.event.partner_ids = [Command.link(self.outsider.partner_id.id)]
        self.assertEqual(self._read(self.outsider)["name"], "Secret strategy")

    def test_an_attendee_outside_reads_the_number_alone(self):
        self.event.partner_ids = [Command.link(self.outsider.partner_id.id)]
        self.assertEqual(
            self._read(self.outsider)["matter_id"],
            (self.matter.id, self.matter.matter_number),
        )

    def test_outsiders_see_that_somebody_is_busy(self):
        for user in (self.outsider, self.office):
            self.matter.is_walled = user == self.office
            found = self._read(user)
            self.assertNotIn("ecret", str(found))
            self.assertFalse(found["matter_id"])
            self.assertEqual(found["start"], self.nine)
            self.assertEqual(found["user_id"][0], self.bob.id)
            self.env.invalidate_all()
            mine = self.event.with_user(user)
            self.assertNotIn("ecret", mine.display_name)
            self.assertNotIn("ecret", str(mine.export_data(["name", "matter_id"])))

    def test_outsiders_group_nothing_by_what_it_says(self):
        Event = self.env["calendar.event"].with_user(self.outsider)
        for group in ("name", "matter_id", "location"):
            rows = Event.formatted_read_group(
                [("id", "=", self.event.id)], [group], ["__count"]
            )
            self.assertFalse(rows)
        self.assertTrue(Event.search([("id", "=", self.event.id)]))

    def test_outsiders_do_not_search_by_the_matter(self):
        Event = self.env["calendar.event"].with_user(self.outsider)
        self.assertFalse(Event.search([("matter_id.name", "ilike", "Bail")]))

    def test_an_ordinary_meeting_stays_as_it_is(self):
        event = self._create_event(name="Lunch")
        self.env.invalidate_all()
        self.assertEqual(event.with_user(self.outsider).name, "Lunch")

    def test_nobody_puts_a_meeting_on_a_matter_closed_to_him(self):
        event = self._create_event(name="Mine", user_id=self.outsider.id)
        with self.assertRaises(AccessError):
            event.with_user(self.outsider).matter_id = self.matter

    def test_the_form_proposes_the_matter_and_takes_it(self):
        event = self._create_event(name="Point")
        mine = event.with_user(self.bob)
        self.assertEqual(mine.matter_guess_id, self.matter)
        self.assertIn("Mme Durand", mine.matter_guess_reason)
        mine.action_take_matter_guess()
        self.assertEqual(event.matter_id, self.matter)
        self.assertFalse(mine.matter_guess_id)
        with Form(mine) as form:
            form.name = "Renamed"
        self.assertEqual(event.matter_id, self.matter)

    def test_the_guess_is_made_of_ones_own_matters(self):
        event = self._create_event(name=f"Point {self.matter.matter_number}")
        self.env.invalidate_all()
        self.assertFalse(event.with_user(self.outsider).matter_guess_id)

    def test_a_saved_meeting_without_a_matter_takes_none(self):
        with Form(self.env["calendar.event"].with_user(self.bob)) as form:
            form.name = "Point"
            form.partner_ids.add(self.contact)
        self.assertFalse(form.record.matter_id)
        self.assertEqual(form.record.matter_guess_id, self.matter)
