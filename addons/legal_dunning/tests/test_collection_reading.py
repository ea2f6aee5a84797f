from odoo.tests import HttpCase, tagged

from .test_collection_case import CollectionCommon


@tagged("post_install", "-at_install")
class TestCollectionReading(HttpCase, CollectionCommon):
    """The time line of a payer says what is known of his readings, once."""

    def _readings(self, case):
        return [row for row in case._get_timeline() if row["kind"] == "reading"]

    def test_time_line_joins_readings_and_openings(self):
        move = self._create_invoice()
        move._portal_ensure_token()
        move._legal_mark_sent("email", "client@example.com")
        self._sync()
        self.assertEqual(self.url_open(move.get_portal_url()).status_code, 200)
        self.env.invalidate_all()
        case = self._case()
        self.assertEqual(
            move.legal_reading_ids.sorted("id").mapped("kind"), ["sent", "opened"]
        )
        # The opening is in the log of the account already.
        self.assertEqual(
            [row["icon"] for row in self._readings(case)], ["fa-paper-plane-o"]
        )
        self.assertEqual(self._readings(case)[0]["text"], move.name)
        self.company.legal_logs_reading = False
        self.url_open(move.get_portal_url())
        self.env.invalidate_all()
        self.assertEqual(len(self._case().event_ids), 1)
        self.assertEqual(len(move.legal_reading_ids), 2)

    def test_reminder_that_came_back_is_said_of_its_invoices(self):
        move = self._create_invoice()
        self._sync()
        Event = self.env["legal.reading.event"]
        found = Event._get_documents_of("legal.dunning.action", [0])
        self.assertFalse(found)
        self.assertEqual(Event._get_documents_of("account.move", move.ids), move)

    def test_board_counts_what_was_paid_online_for_who_reads_payments(self):
        user = self.lawyers["associate"].user_id
        user.group_ids |= self.env.ref("legal_dunning.group_legal_collector")
        Board = self.env["legal.collection.board"].with_company(self.company)
        figures = Board.get_board()["online"]
        self.assertEqual((figures["month"]["count"], figures["median_days"]), (0, None))
        action = Board.get_action("online")
        self.assertEqual(action["res_model"], "account.payment")
        own = Board.with_user(user)
        if not own.env["account.payment"].has_access("read"):
            self.assertIsNone(own.get_board()["online"])
