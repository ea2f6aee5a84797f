from odoo.tests import tagged

from .common import LegalCommon

CONSTRAINTS = [
    ("legal_rate", "legal_rate_no_overlap", "x"),
    ("legal_rate", "legal_rate_dates_ordered", "c"),
    ("legal_rate", "legal_rate_amount_positive", "c"),
    ("legal_employee_grade", "legal_employee_grade_no_overlap", "x"),
    ("legal_employee_grade", "legal_employee_grade_dates_ordered", "c"),
    ("legal_matter_member", "legal_matter_member_no_overlap", "x"),
    ("legal_matter_member", "legal_matter_member_dates_ordered", "c"),
    ("legal_time_sheet", "legal_time_sheet_one_a_week", "u"),
    ("legal_time_sheet", "legal_time_sheet_starts_on_monday", "c"),
    ("legal_approval_delegation", "legal_approval_delegation_no_overlap", "x"),
    ("legal_approval_delegation", "legal_approval_delegation_dates_ordered", "c"),
    ("legal_approval_delegation", "legal_approval_delegation_another_person", "c"),
    ("legal_time_reminder", "legal_time_reminder_once_a_week", "u"),
    ("legal_time_client_approval", "legal_time_client_approval_dates_ordered", "c"),
    ("res_company", "res_company_legal_reminder_hour_in_day", "c"),
    ("hr_employee", "hr_employee_legal_targets_positive", "c"),
    ("legal_matter", "legal_matter_client_time_tacit_days_positive", "c"),
    ("legal_matter", "legal_matter_number_unique", "u"),
    ("legal_matter", "legal_matter_project_unique", "u"),
    ("legal_matter", "legal_matter_increment_positive", "c"),
    ("legal_matter", "legal_matter_dates_ordered", "c"),
]


@tagged("post_install", "-at_install")
class TestConstraints(LegalCommon):
    """A constraint that PostgreSQL refuses is only logged: look for each."""

    def test_constraints_exist_in_the_database(self):
        self.env.cr.execute(
            "SELECT conname, contype::text FROM pg_constraint WHERE conname = ANY(%s)",
            [[name for _table, name, _type in CONSTRAINTS]],
        )
        found = dict(self.env.cr.fetchall())
        for _table, name, kind in CONSTRAINTS:
            with self.subTest(name):
                self.assertEqual(found.get(name), kind)

    def test_unique_index_of_activity_codes_exists(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_indexes WHERE indexname = %s",
            ["legal_activity_code_code_unique"],
        )
        self.assertTrue(self.env.cr.fetchone())

    def test_a_link_opens_one_request(self):
        self.env.cr.execute(
            "SELECT 1 FROM pg_indexes WHERE indexname = %s",
            ["legal_time_client_approval_token_unique"],
        )
        self.assertTrue(self.env.cr.fetchone())

    def test_every_satellite_has_an_indexed_matter(self):
        for table in (
            "project_project",
            "project_task",
            "project_milestone",
            "project_update",
            "account_analytic_line",
            "account_analytic_account",
            "legal_time_client_approval",
        ):
            with self.subTest(table):
                self.env.cr.execute(
                    "SELECT count(*) FROM pg_indexes WHERE tablename = %s"
                    " AND indexdef LIKE '%%(matter_id)%%'",
                    [table],
                )
                self.assertEqual(self.env.cr.fetchone()[0], 1)
