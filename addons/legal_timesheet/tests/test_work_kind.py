from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WORKED_ON, LegalCommon


@tagged("post_install", "-at_install")
class TestWorkKind(LegalCommon):
    """Internal, pro bono, training and prospecting: recorded alike, never billed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rate(amount=200)
        cls.pro_bono = cls.env.ref("legal_timesheet.activity_pro_bono")
        cls.firm_matter = cls.env["legal.matter"].create(
            {
                "name": "Life of the firm",
                "work_kind": "internal",
                "responsible_id": cls.partner_user.id,
                "opened_on": "2026-01-05",
            }
        )
        cls.firm_matter.action_open()

    def test_the_activity_decides_then_the_matter(self):
        for activity, matter_kind, expected in [
            (self.activity, "client", "client"),
            (self.activity, "pro_bono", "pro_bono"),
            (self.pro_bono, "client", "pro_bono"),
            (self.activity_internal, "pro_bono", "internal"),
        ]:
            with self.subTest(activity=activity.name, matter=matter_kind):
                matter = self._create_matter(work_kind=matter_kind)
                entry = self._create_time_entry(
                    matter=matter, activity_code_id=activity.id
                )
                self.assertEqual(entry.work_kind, expected)
                self.assertEqual(entry.is_billable, expected == "client")

    def test_pro_bono_is_shown_at_its_value_and_bills_nothing(self):
        entry = self._create_time_entry(
            activity_code_id=self.pro_bono.id, unit_amount=1.05
        )
        self.assertEqual(entry.hours_billable, 0)
        self.assertEqual(entry.amount_billable, 0)
        self.assertAlmostEqual(entry.amount_standard, 1.1 * 200)
        entry._legal_approve()
        self.assertAlmostEqual(entry.amount_standard, 1.1 * 200)
        self.assertEqual(entry.billing_status, "not_billable")

    def test_internal_time_has_no_value(self):
        entry = self._create_time_entry(matter=self.firm_matter)
        self.assertEqual(entry.work_kind, "internal")
        self.assertFalse(entry.amount_standard)
        self.assertFalse(entry.amount_billable)

    def test_work_never_billed_is_not_made_billable_by_hand(self):
        entry = self._create_time_entry(activity_code_id=self.pro_bono.id)
        with self.assertRaisesRegex(ValidationError, "never billed"):
            entry.is_billable = True
        with self.assertRaisesRegex(ValidationError, "never billed"):
            entry.hours_billable = 2

    def test_an_activity_never_billed_is_not_billable(self):
        with self.assertRaisesRegex(ValidationError, "cannot be billable"):
            self.pro_bono.is_billable = True

    def test_drafts_follow_a_change_of_kind_and_approved_time_stays(self):
        matter = self._create_matter()
        draft = self._create_time_entry(matter=matter)
        approved = self._create_time_entry(matter=matter)
        approved._legal_approve()
        matter.work_kind = "pro_bono"
        self.assertEqual(draft.work_kind, "pro_bono")
        self.assertEqual(draft.amount_billable, 0)
        self.assertEqual(draft.amount_standard, 200)
        self.assertEqual(approved.work_kind, "client")
        self.assertEqual(approved.amount_billable, 200)

    def test_the_firm_is_the_client_of_its_own_matters(self):
        self.assertEqual(self.firm_matter.partner_id, self.company.partner_id)
        self.assertTrue(self.firm_matter.is_internal)

    def test_everybody_records_own_time_on_a_matter_of_the_firm(self):
        outsider = self._create_lawyer(name="Odile Outsider")
        self.env.invalidate_all()
        Line = self.env["account.analytic.line"].with_user(outsider)
        entry = Line.create(
            {
                "matter_id": self.firm_matter.id,
                "date": WORKED_ON,
                "unit_amount": 1,
                "narrative": "Meeting of the firm",
            }
        )
        self.assertEqual(entry.user_id, outsider)
        entry.narrative = "Meeting of the whole firm"
        self.assertEqual(entry.read(["narrative"])[0]["narrative"], entry.narrative)
        entry.unlink()

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_nobody_reads_the_internal_time_of_a_colleague(self):
        entry = self._create_time_entry(matter=self.firm_matter)
        outsider = self._create_lawyer(name="Odile Outsider")
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            entry.with_user(outsider).read(["narrative"])

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_a_walled_matter_of_the_firm_is_for_its_team(self):
        self.firm_matter.is_walled = True
        outsider = self._create_lawyer(name="Odile Outsider")
        self.env.invalidate_all()
        self.assertFalse(self.firm_matter.with_user(outsider).has_access("read"))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.env["account.analytic.line"].with_user(outsider).create(
                {"matter_id": self.firm_matter.id, "unit_amount": 1, "date": WORKED_ON}
            )

    def test_an_open_matter_of_a_client_does_not_become_the_firms(self):
        matter = self._create_matter()
        with self.assertRaisesRegex(UserError, "open another one"):
            matter.work_kind = "internal"
        draft = self._create_matter(state="draft")
        draft.work_kind = "training"
        self.assertEqual(draft.partner_id, self.company.partner_id)
