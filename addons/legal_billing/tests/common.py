from odoo import Command, fields

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

from . import prepared


class LegalBillingCommon(AccountTestInvoicingCommon):
    """A French firm with rates, people and builders; dates are given, not today's."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("fr")
    def setUpClass(cls):
        if prepared.can_take(cls, LegalBillingCommon):
            super(BaseCommon, cls).setUpClass()
            prepared.take(cls)
        else:
            super().setUpClass()
            cls._set_up_firm()

    @classmethod
    def _set_up_firm(cls):
        cls.company = cls.company_data["company"]
        cls.company.write(
            {
                "name": "Lanterne Avocats",
                "company_registry": "90123456700016",
                "vat": "FR40303265045",
                "phone": "+33 1 44 00 00 00",
                "email": "contact@lanterne-avocats.example",
                "street": "12 rue des Lanternes",
                "zip": "75004",
                "city": "Paris",
            }
        )
        for group in (
            "legal_billing.group_legal_billing_manager",
            "legal_timesheet.group_legal_administrator",
            "hr_timesheet.group_hr_timesheet_approver",
            "hr.group_hr_manager",
        ):
            cls.env.user.group_ids |= cls.env.ref(group)
        cls.bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "FR7630006000011234567890189",
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.client = cls.env["res.partner"].create(
            {
                "name": "Ateliers Vauban SAS",
                "is_company": True,
                "company_registry": "73282932000074",
                "vat": "FR44732829320",
                "street": "3 quai du Port",
                "zip": "69002",
                "city": "Lyon",
                "country_id": cls.env.ref("base.fr").id,
                "email": "compta@ateliers-vauban.example",
                "lang": "fr_FR",
            }
        )
        cls.consumer = cls.env["res.partner"].create(
            {
                "name": "Jeanne Morel",
                "street": "8 rue Haute",
                "zip": "35000",
                "city": "Rennes",
                "country_id": cls.env.ref("base.fr").id,
                "email": "jeanne.morel@courriel.example",
                "lang": "fr_FR",
            }
        )
        cls.reason = cls.env.ref("legal_billing.reason_goodwill")
        cls.lawyers = {
            code: cls._create_lawyer(name, grade, rate)
            for code, name, grade, rate in [
                ("partner", "Claire Aubry", "grade_partner", 280),
                ("senior", "Hugo Lemaire", "grade_senior_associate", 220),
                ("associate", "Nadia Benali", "grade_associate", 180),
            ]
        }

    @classmethod
    def setup_independent_user(cls):
        prepared.set_aside(cls)
        return super().setup_independent_user()

    @classmethod
    def _create_lawyer(cls, name, grade, rate):
        """Return an employee with his grade and the grade's rate since 2025."""
        grade = cls.env.ref(f"legal_timesheet.{grade}")
        user = cls.env["res.users"].create(
            {
                "name": name,
                "login": name.split()[0].lower() + ".test",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [
                    Command.set(cls.env.ref("legal_timesheet.group_legal_user").ids)
                ],
            }
        )
        employee = cls.env["hr.employee"].create(
            {"name": name, "user_id": user.id, "company_id": cls.company.id}
        )
        cls.env["legal.employee.grade"].create(
            {
                "employee_id": employee.id,
                "grade_id": grade.id,
                "date_from": "2025-01-01",
            }
        )
        cls.env["legal.rate"].create(
            {
                "grade_id": grade.id,
                "amount": rate,
                "date_from": "2025-01-01",
                "company_id": cls.company.id,
            }
        )
        return employee

    @classmethod
    def _create_matter(cls, **kw):
        vals = {
            "name": "Litige commercial",
            "partner_id": cls.client.id,
            "responsible_id": cls.lawyers["partner"].user_id.id,
            "company_id": cls.company.id,
            "opened_on": "2026-01-02",
            "member_ids": [
                Command.create(
                    {
                        "user_id": employee.user_id.id,
                        "role": "member",
                        "date_from": "2026-01-02",
                    }
                )
                for employee in list(cls.lawyers.values())[1:]
            ]
            + [
                Command.create(
                    {
                        "user_id": cls.env.user.id,
                        "role": "assistant",
                        "date_from": "2026-01-02",
                    }
                )
            ],
            **kw,
        }
        matter = cls.env["legal.matter"].create(vals)
        matter.action_open()
        return matter

    @classmethod
    def _create_agreement(cls, matter, terms, sign=True, **kw):
        agreement = cls.env["legal.fee.agreement"].create(
            {
                "matter_id": matter.id,
                "date_from": "2026-01-02",
                "signed_on": "2026-01-02",
                "term_ids": [Command.create(term) for term in terms],
                **kw,
            }
        )
        if sign:
            agreement.action_sign()
        return agreement

    @classmethod
    def _create_entry(cls, matter, lawyer, hours, date, approve=True, **kw):
        entry = cls.env["account.analytic.line"].create(
            {
                "project_id": matter.project_id.id,
                "employee_id": cls.lawyers[lawyer].id,
                "date": date,
                "unit_amount": hours,
                "name": "interne",
                "narrative": f"Diligence confidentielle {lawyer} {hours}",
                **kw,
            }
        )
        if approve:
            entry._legal_approve()
        return entry

    @classmethod
    def _create_cost(cls, matter, category, amount, date, **kw):
        return cls.env["legal.cost"].create(
            {
                "matter_id": matter.id,
                "category_id": cls.env["legal.money.category"]
                ._get_by_code(category, cls.company)
                .id,
                "name": f"Frais {category}",
                "date": date,
                "unit_amount": amount,
                **kw,
            }
        )

    @classmethod
    def _create_proof(cls):
        return cls.env["ir.attachment"].create(
            {"name": "justificatif.pdf", "raw": b"%PDF-1.4 proof"}
        )

    @classmethod
    def _create_disbursement(cls, matter, amount, date, category="disbursement", **kw):
        return cls._create_cost(
            matter,
            category,
            amount,
            date,
            has_mandate=True,
            is_in_client_name=True,
            proof_attachment_ids=[Command.set(cls._create_proof().ids)],
            **kw,
        )

    @classmethod
    def _bill(cls, matter, date_to, post=True):
        """Take a matter from its unbilled sources to its invoice."""
        date_to = fields.Date.to_date(date_to)
        prebill, _warnings = cls.env["legal.prebill"]._generate(matter, date_to)
        prebill.action_approve()
        move = prebill._create_invoices(date_to)
        if post:
            move.action_post()
        return prebill, move

    def assertJournalItems(self, move, expected):
        """Compare debits and credits by account code, whatever the line order."""
        found = {}
        for line in move.line_ids.filtered("balance"):
            code = line.account_id.code
            found[code] = round(found.get(code, 0) + line.balance, 2)
        self.assertEqual(found, expected)
