from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LegalCommon

MODELS = [
    "legal.practice.area",
    "legal.activity.code",
    "legal.grade",
    "legal.employee.grade",
    "legal.rate",
]


@tagged("post_install", "-at_install")
class TestAccess(LegalCommon):
    """Who keeps the settings, and who only reads them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_lawyer(
            name="Ada Admin", groups="legal_timesheet.group_legal_administrator"
        )
        cls.employee = cls._create_lawyer(
            name="Ella Employee", groups="base.group_user"
        )

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_settings_are_read_by_lawyers_and_kept_by_administrators(self):
        for name in MODELS:
            for user, rights in [
                (self.employee, ""),
                (self.associate_user, "read"),
                (self.admin, "read write create unlink"),
            ]:
                model = self.env[name].with_user(user)
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(name, user=user.name, operation=operation):
                        self.assertEqual(
                            model.has_access(operation), operation in rights.split()
                        )

    def test_every_model_of_the_addon_has_access_lines(self):
        models = self.env["ir.model"].search(
            [("model", "=like", "legal.%"), ("abstract", "=", False)]
        )
        for model in models:
            with self.subTest(model.model):
                self.assertTrue(model.access_ids)

    def test_a_lawyer_opens_matters_and_deletes_none(self):
        Matter = self.env["legal.matter"].with_user(self.associate_user)
        self.assertTrue(Matter.has_access("create"))
        self.assertFalse(Matter.has_access("unlink"))

    def test_an_employee_without_a_role_sees_no_matter(self):
        with self.assertRaises(AccessError):
            self.env["legal.matter"].with_user(self.employee).search([])
