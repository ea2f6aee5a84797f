"""Builders shared by the tests of this addon and of those on top of it.

``LegalBuilders`` goes with any test class (e.g. the accounting ones);
``LegalCommon`` is ready for use. Defaults first, ``**kw`` last: a test sets only
what it is about.
"""

from datetime import date

from odoo.tests import TransactionCase, new_test_user

OPENED_ON = date(2026, 1, 5)
WORKED_ON = date(2026, 3, 3)


class LegalBuilders:
    """Classmethods that build a small firm; call :meth:`_setup_legal` first."""

    @classmethod
    def _setup_legal(cls):
        cls.env = cls.env(
            context=dict(
                cls.env.context,
                tracking_disable=True,
                no_reset_password=True,
                mail_create_nolog=True,
            )
        )
        cls.company = cls.env.company
        cls.grade_partner = cls.env.ref("legal_timesheet.grade_partner")
        cls.grade_associate = cls.env.ref("legal_timesheet.grade_associate")
        cls.activity = cls.env.ref("legal_timesheet.activity_acts")
        cls.activity_internal = cls.env.ref("legal_timesheet.activity_internal")
        cls.partner_user = cls._create_lawyer(
            name="Anne Partner", grade=cls.grade_partner
        )
        cls.associate_user = cls._create_lawyer(name="Bob Associate")
        cls.client = cls._create_client()

    @classmethod
    def _create_client(cls, **kw):
        return cls.env["res.partner"].create(
            {"name": "Client SA", "is_company": True, **kw}
        )

    @classmethod
    def _create_lawyer(cls, **kw):
        """Return a user with an employee and a grade.

        :param kw: ``name``, ``login``, ``groups`` (xml ids, comma separated),
            ``grade`` (None for no grade), ``company``, ``grade_from``
        """
        name = kw.get("name", "Some Lawyer")
        company = kw.get("company", cls.env.company)
        login = kw.get("login") or name.lower().replace(" ", ".")
        user = new_test_user(
            cls.env,
            login=login,
            name=name,
            email=f"{login}@example.com",
            groups=kw.get("groups", "legal_timesheet.group_legal_user"),
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        employee = cls.env["hr.employee"].create(
            {"name": name, "user_id": user.id, "company_id": company.id}
        )
        grade = kw.get("grade", cls.env.ref("legal_timesheet.grade_associate"))
        if grade:
            cls.env["legal.employee.grade"].create(
                {
                    "employee_id": employee.id,
                    "grade_id": grade.id,
                    "date_from": kw.get("grade_from", date(2020, 1, 1)),
                }
            )
        return user

    @classmethod
    def _create_matter(cls, **kw):
        """Return an open matter of Anne, with Bob on the team.

        :param kw: values of the matter; ``members`` (users, replaces the team);
            ``state="draft"`` leaves it to open
        """
        members = kw.pop("members", cls.associate_user)
        state = kw.pop("state", "open")
        matter = cls.env["legal.matter"].create(
            {
                "name": "Secret object",
                "partner_id": cls.client.id,
                "responsible_id": cls.partner_user.id,
                "opened_on": OPENED_ON,
                "member_ids": [(0, 0, {"user_id": user.id}) for user in members],
                **kw,
            }
        )
        if state != "draft":
            matter.action_open()
        return matter

    @classmethod
    def _create_rate(cls, **kw):
        return cls.env["legal.rate"].create(
            {"amount": 200.0, "date_from": date(2020, 1, 1), **kw}
        )

    @classmethod
    def _create_time_entry(cls, **kw):
        """Return a draft entry of Bob; ``user`` says who else."""
        user = kw.pop("user", cls.associate_user)
        matter = kw.pop("matter", None) or cls._create_matter()
        return cls.env["account.analytic.line"].create(
            {
                "matter_id": matter.id,
                "employee_id": user.sudo().employee_ids[:1].id,
                "date": WORKED_ON,
                "unit_amount": 1.0,
                "narrative": "Secret narrative",
                "activity_code_id": cls.activity.id,
                **kw,
            }
        )


class LegalCommon(LegalBuilders, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_legal()
