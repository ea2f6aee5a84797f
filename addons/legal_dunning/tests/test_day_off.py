from datetime import date

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDayOff(TransactionCase):
    def test_a_time_to_withdraw_goes_by_public_holidays(self):
        """14 July 2026 is a Tuesday; Good Friday is a day off in Alsace-Moselle."""
        company = self.env["res.company"].create({"name": "Jours fériés"})
        matter = self.env["legal.matter"].new({"company_id": company.id})
        agreement = self.env["legal.fee.agreement"].new({"matter_id": matter.id})
        agreement.company_id = company
        wanted = [
            (date(2026, 7, 14), False, date(2026, 7, 15)),
            (date(2026, 7, 13), False, date(2026, 7, 13)),
            (date(2026, 4, 3), False, date(2026, 4, 3)),
            (date(2026, 4, 3), True, date(2026, 4, 7)),
        ]
        for day, is_local, expected in wanted:
            with self.subTest(day=day, is_local=is_local):
                company.dunning_alsace_moselle = is_local
                self.assertEqual(agreement._next_working_day(day), expected)
