from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FIRST, DunningCommon


@tagged("post_install", "-at_install")
class TestCatalogue(DunningCommon):
    def test_constraints_exist(self):
        self.env.cr.execute(
            """SELECT conname FROM pg_constraint WHERE conname = ANY(%s)""",
            [
                [
                    "legal_interest_rate_no_overlap",
                    "legal_interest_rate_dates_in_order",
                    "legal_interest_rate_rate_positive",
                    "legal_dunning_level_rank_unique",
                    "legal_dunning_level_days_positive",
                ]
            ],
        )
        self.assertEqual(self.env.cr.rowcount, 5)
        self.env.cr.execute(
            """SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)""",
            [
                [
                    "legal_dunning_action_line_one_message_a_level",
                    "legal_dunning_action_one_message_a_day",
                ]
            ],
        )
        indexes = dict(self.env.cr.fetchall())
        self.assertEqual(len(indexes), 2)
        for definition in indexes.values():
            self.assertIn("UNIQUE", definition)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_message_at_a_level(self):
        self._create_invoice()
        action = self._run(FIRST)
        line = action.line_ids
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.Action.sudo().create(
                {
                    "company_id": self.company.id,
                    "partner_id": self.client.id,
                    "kind": "professional",
                    "level_id": line.level_id.id,
                    "planned_on": SECOND_DAY,
                    "line_ids": [(0, 0, line.copy_data()[0] | {"action_id": False})],
                }
            )
            self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_message_a_day(self):
        self._create_invoice()
        action = self._run(FIRST)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            twin = self.Action.sudo().create(
                {
                    "company_id": self.company.id,
                    "partner_id": self.client.id,
                    "kind": "professional",
                    "level_id": action.level_id.id,
                    "planned_on": FIRST,
                }
            )
            twin._mark_sent(FIRST)
            self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_rates_of_a_kind_never_overlap(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["legal.interest.rate"].create(
                {"rate_percent": 9, "date_from": "2026-06-30", "source": "test"}
            )
            self.env.flush_all()


SECOND_DAY = "2026-06-05"
