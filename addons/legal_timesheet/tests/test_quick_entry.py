from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import LegalCommon


@tagged("post_install", "-at_install")
class TestQuickEntry(LegalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.Wizard = cls.env["legal.time.quick.entry"].with_user(cls.associate_user)

    def test_one_line_is_shown_as_understood_then_saved(self):
        with Form(self.Wizard) as form:
            form.line = (
                f"{self.matter.matter_number} 1h02 conclusions en réponse #audience"
            )
            self.assertEqual(form.matter_id, self.matter)
            self.assertEqual(form.activity_code_id.code, "audience")
            self.assertIn("1 h 02", form.understood)
            self.assertIn("1 h 06", form.understood)
        form.record.action_save()
        entry = self.env["account.analytic.line"].search(
            [("matter_id", "=", self.matter.id)]
        )
        self.assertEqual(entry.narrative, "conclusions en réponse")
        self.assertEqual(entry.employee_id, self.associate_user.employee_id)
        self.assertAlmostEqual(entry.unit_amount, 62 / 60)
        self.assertAlmostEqual(entry.hours_billable, 1.1)
        self.assertEqual(entry.date, fields.Date.context_today(entry))

    def test_what_is_missing_is_asked_for(self):
        for line, question in [
            ("1h30 conclusions", "Which matter"),
            (f"{self.matter.matter_number} conclusions", "How long"),
            (f"{self.matter.matter_number} 1h30", "What was done"),
        ]:
            with self.subTest(line):
                wizard = self.Wizard.create({"line": line})
                self.assertIn(question, wizard.missing)
                with self.assertRaisesRegex(UserError, question):
                    wizard.action_save()

    def test_a_matter_one_may_not_see_is_not_understood(self):
        walled = self._create_matter(is_walled=True, members=self.env["res.users"])
        wizard = self.Wizard.create({"line": f"{walled.matter_number} 1h x"})
        self.assertFalse(wizard.matter_id)
